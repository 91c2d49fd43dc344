#include <ke/timer_queue.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace {

struct Entry final : ke::TimerEntry {
  explicit Entry(std::vector<int> &to, int name) : log(to), id(name) {}
  ~Entry() = default;
  void Expired(ke::InterruptTime) override {
    log.push_back(id);
    if (again != nullptr) {
      again->Insert(*this, next);
    }
  }
  std::vector<int> &log;
  int id;
  ke::TimerQueue *again = nullptr;
  ke::InterruptTime next = 0;
};

TEST(TimerQueue, ExpiresInOrderOfDeadlineThenInsertion) {
  ke::TimerQueue queue;
  std::vector<int> log;
  Entry a(log, 1), b(log, 2), c(log, 3), d(log, 4);
  EXPECT_EQ(queue.NextDeadline(), ke::kNever);
  queue.Insert(a, 20);
  queue.Insert(b, 10);
  queue.Insert(c, 10);
  queue.Insert(d, 30);
  EXPECT_EQ(queue.NextDeadline(), 10u);
  EXPECT_EQ(queue.Expire(9), 0u);
  EXPECT_EQ(queue.Expire(20), 3u);
  EXPECT_EQ(log, (std::vector{2, 3, 1}));
  EXPECT_EQ(queue.NextDeadline(), 30u);
  EXPECT_TRUE(queue.Cancel(d));
  EXPECT_FALSE(queue.Cancel(d));
  EXPECT_EQ(queue.NextDeadline(), ke::kNever);
}

TEST(TimerQueue, InsertingAgainMovesIt) {
  ke::TimerQueue queue;
  std::vector<int> log;
  Entry a(log, 1);
  queue.Insert(a, 20);
  queue.Insert(a, 50);
  EXPECT_EQ(a.Due(), 50u);
  EXPECT_EQ(queue.Expire(49), 0u);
  EXPECT_EQ(queue.Expire(50), 1u);
}

TEST(TimerQueue, AnEntryLeavesWhenItDies) {
  ke::TimerQueue queue;
  std::vector<int> log;
  auto a = std::make_unique<Entry>(log, 1);
  queue.Insert(*a, 20);
  a.reset();
  EXPECT_EQ(queue.NextDeadline(), ke::kNever);
  EXPECT_EQ(queue.Expire(100), 0u);
}

TEST(TimerQueue, OneThatComesBackForThePastCannotHoldTheQueue) {
  ke::TimerQueue queue;
  std::vector<int> log;
  Entry a(log, 1);
  a.again = &queue;
  a.next = 5;
  queue.Insert(a, 5);
  EXPECT_EQ(queue.Expire(10, 8), 8u);
  EXPECT_EQ(log.size(), 8u);
}

TEST(TimerQueue, AgreesWithAModel) {
  std::mt19937 random(7);
  ke::TimerQueue queue;
  std::vector<int> log;
  std::vector<std::unique_ptr<Entry>> entries;
  for (int i = 0; i < 200; i += 1) {
    entries.push_back(std::make_unique<Entry>(log, i));
  }
  ke::InterruptTime now = 0;
  for (int round = 0; round < 2000; round += 1) {
    Entry &entry = *entries[random() % entries.size()];
    if (random() % 4 == 0) {
      bool queued = entry.Queued();
      EXPECT_EQ(queue.Cancel(entry), queued);
    } else {
      queue.Insert(entry, now + random() % 1000);
    }
    if (random() % 8 == 0) {
      now += random() % 300;
      std::size_t expected = 0;
      ke::InterruptTime next = ke::kNever;
      for (auto &each : entries) {
        expected += each->Queued() && each->Due() <= now ? 1 : 0;
        if (each->Queued() && each->Due() > now) {
          next = std::min(next, each->Due());
        }
      }
      EXPECT_EQ(queue.Expire(now, 1000), expected);
      EXPECT_EQ(queue.NextDeadline(), next);
    }
  }
}

}  // namespace
