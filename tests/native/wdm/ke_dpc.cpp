// DPCs and timers.
#include "row.hpp"

namespace wdmtest {
namespace {

// The letters of the DPCs in the order in which they ran.
char order[16];
unsigned ran = 0;
bool at_dispatch = true;
PVOID arguments[2];

void NTAPI Mark(PKDPC, PVOID letter, PVOID first, PVOID second) {
  at_dispatch = at_dispatch && KeGetCurrentIrql() == DISPATCH_LEVEL;
  arguments[0] = first;
  arguments[1] = second;
  if (ran < sizeof(order)) {
    order[ran++] = static_cast<char>(reinterpret_cast<ULONG_PTR>(letter));
  }
}

void Prepare(KDPC *dpc, char letter) {
  KeInitializeDpc(dpc, Mark, reinterpret_cast<PVOID>(static_cast<ULONG_PTR>(letter)));
  ran = 0;
}

const char *FirstInFirstOut() {
  KDPC a;
  KDPC b;
  Prepare(&a, 'a');
  Prepare(&b, 'b');
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeInsertQueueDpc(&a, nullptr, nullptr);
  KeInsertQueueDpc(&b, nullptr, nullptr);
  const unsigned early = ran;
  KeLowerIrql(old);
  EXPECT(early == 0);
  EXPECT(ran == 2 && order[0] == 'a' && order[1] == 'b');
  EXPECT(at_dispatch);
  return nullptr;
}

const char *QueuedOnce() {
  KDPC a;
  Prepare(&a, 'a');
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  const bool first = KeInsertQueueDpc(&a, nullptr, nullptr) != FALSE;
  const bool second = KeInsertQueueDpc(&a, nullptr, nullptr) != FALSE;
  KeLowerIrql(old);
  EXPECT(first && !second);
  EXPECT(ran == 1);
  return nullptr;
}

const char *BothArguments() {
  KDPC a;
  Prepare(&a, 'a');
  int one = 0;
  int two = 0;
  KeInsertQueueDpc(&a, &one, &two);
  EXPECT(ran == 1);
  EXPECT(arguments[0] == &one && arguments[1] == &two);
  return nullptr;
}

const char *ImportantFirst() {
  KDPC a;
  KDPC b;
  Prepare(&a, 'a');
  Prepare(&b, 'b');
  KeSetImportanceDpc(&b, HighImportance);
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeInsertQueueDpc(&a, nullptr, nullptr);
  KeInsertQueueDpc(&b, nullptr, nullptr);
  KeLowerIrql(old);
  EXPECT(ran == 2 && order[0] == 'b' && order[1] == 'a');
  return nullptr;
}

const char *Removed() {
  KDPC a;
  Prepare(&a, 'a');
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeInsertQueueDpc(&a, nullptr, nullptr);
  const bool first = KeRemoveQueueDpc(&a) != FALSE;
  const bool second = KeRemoveQueueDpc(&a) != FALSE;
  KeLowerIrql(old);
  EXPECT(first && !second);
  EXPECT(ran == 0);
  return nullptr;
}

const char *TimerFires() {
  KTIMER timer;
  KDPC a;
  Prepare(&a, 'a');
  KeInitializeTimer(&timer);
  EXPECT(!KeSetTimer(&timer, Milliseconds(10), &a));
  EXPECT(KeSetTimer(&timer, Milliseconds(10), &a));
  EXPECT(WaitFor(&timer, 2000) == STATUS_SUCCESS);
  EXPECT(ran == 1);
  EXPECT(KeReadStateTimer(&timer));
  EXPECT(!KeCancelTimer(&timer));
  return nullptr;
}

const char *TimerCancelled() {
  KTIMER timer;
  KeInitializeTimer(&timer);
  KeSetTimer(&timer, Milliseconds(5000), nullptr);
  EXPECT(KeCancelTimer(&timer));
  EXPECT(!KeCancelTimer(&timer));
  EXPECT(!KeReadStateTimer(&timer));
  return nullptr;
}

const char *TimerPeriodic() {
  KTIMER timer;
  KDPC a;
  Prepare(&a, 'a');
  KeInitializeTimerEx(&timer, SynchronizationTimer);
  KeSetTimerEx(&timer, Milliseconds(5), 5, &a);
  NTSTATUS status = STATUS_SUCCESS;
  for (int i = 0; i < 3 && status == STATUS_SUCCESS; ++i) {
    status = WaitFor(&timer, 2000);
  }
  const bool cancelled = KeCancelTimer(&timer) != FALSE;
  KeFlushQueuedDpcs();
  EXPECT(status == STATUS_SUCCESS);
  EXPECT(cancelled);
  EXPECT(ran >= 3);
  return nullptr;
}

constexpr Row kRows[] = {
    {"dpc-order", "WDK: KeInsertQueueDpc", FirstInFirstOut},
    {"dpc-once", "WDK: KeInsertQueueDpc, FALSE when queued", QueuedOnce},
    {"dpc-arguments", "WDK: KDEFERRED_ROUTINE", BothArguments},
    {"dpc-importance", "WDK: KeSetImportanceDpc", ImportantFirst},
    {"dpc-remove", "WDK: KeRemoveQueueDpc", Removed},
    {"timer", "WDK: KeSetTimer", TimerFires},
    {"timer-cancel", "WDK: KeCancelTimer", TimerCancelled},
    {"timer-periodic", "WDK: KeSetTimerEx", TimerPeriodic},
};

}  // namespace

const Table kDpcRows = {kRows, sizeof(kRows) / sizeof(kRows[0])};

}  // namespace wdmtest
