// IRQL, spin locks, DPCs. Sources: KeRaiseIrql, KeLowerIrql, KeAcquireSpinLock, KeInsertQueueDpc (WDK); bug checks 0x9,
// 0xA, 0xF, 0x10.

#include "fake_ke.hpp"

#include <gtest/gtest.h>

namespace {

class Irql : public testing::Test {
 protected:
  void SetUp() override { fake::Reset(); }
};

void NTAPI MarkDpc(PKDPC, PVOID context, PVOID, PVOID) {
  EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  fake::Mark(static_cast<char>(reinterpret_cast<ULONG_PTR>(context)));
}

PVOID Letter(char letter) { return reinterpret_cast<PVOID>(static_cast<ULONG_PTR>(letter)); }

TEST_F(Irql, RaiseAndLowerNest) {
  KIRQL first, second;
  KeRaiseIrql(APC_LEVEL, &first);
  KeRaiseIrql(DISPATCH_LEVEL, &second);
  EXPECT_EQ(first, PASSIVE_LEVEL);
  EXPECT_EQ(second, APC_LEVEL);
  KeLowerIrql(second);
  EXPECT_EQ(KeGetCurrentIrql(), APC_LEVEL);
  KeLowerIrql(first);
  EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

TEST_F(Irql, WrongDirectionsAreBugChecks) {
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  EXPECT_EQ(fake::BugCheck([] { KfRaiseIrql(APC_LEVEL); }), 0x9u);
  KeLowerIrql(old);
  EXPECT_EQ(fake::BugCheck([] { KeLowerIrql(DISPATCH_LEVEL); }), 0xau);
}

TEST_F(Irql, SpinLockRaisesAndFindsMistakes) {
  KSPIN_LOCK lock;
  KIRQL old;
  KeInitializeSpinLock(&lock);
  KeAcquireSpinLock(&lock, &old);
  EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  EXPECT_FALSE(KeTestSpinLock(&lock));
  EXPECT_FALSE(KeTryToAcquireSpinLockAtDpcLevel(&lock));
  EXPECT_EQ(fake::BugCheck([&] { KeAcquireSpinLockAtDpcLevel(&lock); }), 0xfu);
  KeReleaseSpinLock(&lock, old);
  EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  EXPECT_EQ(fake::BugCheck([&] { KeReleaseSpinLock(&lock, PASSIVE_LEVEL); }), 0x10u);
  EXPECT_EQ(fake::BugCheck([&] { KeAcquireSpinLockAtDpcLevel(&lock); }), 0x9u);
}

TEST_F(Irql, QueuedSpinLockKnowsItsHolder) {
  KSPIN_LOCK lock = 0;
  KLOCK_QUEUE_HANDLE handle, other = {};
  KeAcquireInStackQueuedSpinLock(&lock, &handle);
  EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  other.LockQueue.Lock = &lock;
  EXPECT_EQ(fake::BugCheck([&] { KeReleaseInStackQueuedSpinLock(&other); }), 0x10u);
  KeReleaseInStackQueuedSpinLock(&handle);
  EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  EXPECT_TRUE(KeTestSpinLock(&lock));
}

TEST_F(Irql, DpcsRunInOrderWhenTheIrqlAllows) {
  KDPC a, b, c;
  KeInitializeDpc(&a, MarkDpc, Letter('a'));
  KeInitializeDpc(&b, MarkDpc, Letter('b'));
  KeInitializeDpc(&c, MarkDpc, Letter('c'));
  KeSetImportanceDpc(&c, HighImportance);
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  EXPECT_TRUE(KeInsertQueueDpc(&a, nullptr, nullptr));
  EXPECT_FALSE(KeInsertQueueDpc(&a, nullptr, nullptr));
  EXPECT_TRUE(KeInsertQueueDpc(&b, nullptr, nullptr));
  EXPECT_TRUE(KeInsertQueueDpc(&c, nullptr, nullptr));
  EXPECT_EQ(fake::Took(), "");
  KeLowerIrql(old);
  EXPECT_EQ(fake::Took(), "cab");
  EXPECT_TRUE(KeInsertQueueDpc(&a, nullptr, nullptr));  // below DISPATCH_LEVEL: at once
  EXPECT_EQ(fake::Took(), "a");
}

TEST_F(Irql, RemovedDpcsDoNotRun) {
  KDPC first, middle, last;
  KeInitializeDpc(&first, MarkDpc, Letter('1'));
  KeInitializeDpc(&middle, MarkDpc, Letter('2'));
  KeInitializeDpc(&last, MarkDpc, Letter('3'));
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeInsertQueueDpc(&first, nullptr, nullptr);
  KeInsertQueueDpc(&middle, nullptr, nullptr);
  KeInsertQueueDpc(&last, nullptr, nullptr);
  EXPECT_TRUE(KeRemoveQueueDpc(&last));
  EXPECT_TRUE(KeRemoveQueueDpc(&first));
  EXPECT_FALSE(KeRemoveQueueDpc(&first));
  KeInsertQueueDpc(&last, nullptr, nullptr);
  KeLowerIrql(old);
  EXPECT_EQ(fake::Took(), "23");
}

struct Seen {
  PVOID context, one, two;
};

void NTAPI Look(PKDPC dpc, PVOID context, PVOID one, PVOID two) {
  *static_cast<Seen *>(context) = {context, one, two};
  EXPECT_EQ(dpc->DpcData, nullptr);
}

TEST_F(Irql, DpcGetsBothArguments) {
  Seen seen = {};
  KDPC dpc;
  KeInitializeDpc(&dpc, Look, &seen);
  KeInsertQueueDpc(&dpc, &dpc, &seen);
  EXPECT_EQ(seen.one, &dpc);
  EXPECT_EQ(seen.two, &seen);
}

void NTAPI Again(PKDPC dpc, PVOID context, PVOID, PVOID) {
  int &left = *static_cast<int *>(context);
  left -= 1;
  if (left > 0) {
    KeInsertQueueDpc(dpc, nullptr, nullptr);
  }
}

TEST_F(Irql, DpcMayQueueItself) {
  int left = 3;
  KDPC dpc;
  KeInitializeDpc(&dpc, Again, &left);
  KeInsertQueueDpc(&dpc, nullptr, nullptr);
  EXPECT_EQ(left, 0);
}

void NTAPI LeaveRaised(PKDPC, PVOID, PVOID, PVOID) { KfRaiseIrql(DISPATCH_LEVEL + 1); }

TEST_F(Irql, DpcMustComeBackAtItsIrql) {
  KDPC dpc;
  KeInitializeDpc(&dpc, LeaveRaised, nullptr);
  EXPECT_EXIT(KeInsertQueueDpc(&dpc, nullptr, nullptr), testing::ExitedWithCode(0xc8), "");
}

TEST_F(Irql, RecordedInterruptsRunHighestFirstThenDpcs) {
  KDPC dpc;
  KeInitializeDpc(&dpc, MarkDpc, Letter('d'));
  KIRQL old;
  KeRaiseIrql(HIGH_LEVEL, &old);
  fake::RecordInterrupt(5, [&] {
    fake::Mark('5');
    EXPECT_EQ(KeGetCurrentIrql(), 5);
    KeInsertQueueDpc(&dpc, nullptr, nullptr);
  });
  fake::RecordInterrupt(9, [] { fake::Mark('9'); });
  KeLowerIrql(9);
  EXPECT_EQ(fake::Took(), "");
  KeLowerIrql(6);
  EXPECT_EQ(fake::Took(), "9");
  KeLowerIrql(DISPATCH_LEVEL);
  EXPECT_EQ(fake::Took(), "5");
  KeLowerIrql(old);
  EXPECT_EQ(fake::Took(), "d");
}

}  // namespace
