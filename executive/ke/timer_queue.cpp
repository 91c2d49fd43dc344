#include <ke/timer_queue.hpp>

namespace ke {

void TimerQueue::Insert(TimerEntry &entry, InterruptTime due) {
  Cancel(entry);
  entry.due_ = due;
  // Behind the entries of the same deadline.
  entries_.insert(entries_.end(), entry);
}

bool TimerQueue::Cancel(TimerEntry &entry) {
  if (!entry.is_linked()) {
    return false;
  }
  entry.unlink();
  return true;
}

InterruptTime TimerQueue::NextDeadline() const { return entries_.empty() ? kNever : entries_.begin()->due_; }

std::size_t TimerQueue::Expire(InterruptTime now, std::size_t limit) {
  std::size_t count = 0;
  while (count < limit && NextDeadline() <= now) {
    TimerEntry &entry = *entries_.begin();
    entry.unlink();
    count += 1;
    entry.Expired(now);
  }
  return count;
}

}  // namespace ke
