#pragma once
// Ordered deadlines in interrupt time: a pure data structure that allocates nothing.

#include <boost/intrusive/avl_set.hpp>

#include <cstddef>
#include <cstdint>

namespace ke {

// 100 ns since the system started (KUSER_SHARED_DATA.InterruptTime).
using InterruptTime = std::uint64_t;
inline constexpr InterruptTime kNever = ~InterruptTime{0};

class TimerQueue;

// One deadline; part of whatever waits for it, which must not move while it is queued. Leaves its queue when destroyed.
class TimerEntry
    : public boost::intrusive::avl_set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  TimerEntry() = default;
  TimerEntry(const TimerEntry &) = delete;
  TimerEntry &operator=(const TimerEntry &) = delete;

  bool Queued() const { return is_linked(); }
  // When it is due; the last value when it is not queued.
  InterruptTime Due() const { return due_; }

 protected:
  ~TimerEntry() = default;
  // Called by Expire() after the entry left the queue; it may insert itself, or any other entry, again.
  virtual void Expired(InterruptTime now) = 0;

 private:
  friend class TimerQueue;
  struct Earlier {
    bool operator()(const TimerEntry &a, const TimerEntry &b) const { return a.due_ < b.due_; }
  };
  InterruptTime due_ = 0;
};

class TimerQueue {
 public:
  TimerQueue() = default;
  ~TimerQueue() { entries_.clear(); }
  TimerQueue(const TimerQueue &) = delete;
  TimerQueue &operator=(const TimerQueue &) = delete;

  // Queues `entry` for `due`, taking it from its old place first. Entries of one deadline expire in the order of
  // their insertion.
  void Insert(TimerEntry &entry, InterruptTime due);
  // Takes the entry out; false when it was not queued.
  bool Cancel(TimerEntry &entry);
  // The earliest deadline, kNever when there is none.
  InterruptTime NextDeadline() const;
  // Calls Expired() of the entries that are due at `now`, at most `limit`, in order: how many there were. An entry that
  // is inserted meanwhile for a time up to `now` waits for the next call when the limit is reached.
  std::size_t Expire(InterruptTime now, std::size_t limit = 64);

 private:
  using Entries = boost::intrusive::avl_multiset<TimerEntry, boost::intrusive::compare<TimerEntry::Earlier>,
                                                 boost::intrusive::constant_time_size<false>>;
  Entries entries_;
};

}  // namespace ke
