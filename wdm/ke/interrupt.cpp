// Lines, interrupt routines and the interrupt thread. Rules of who may interrupt whom: README.md in this folder.

#include "interrupt.hpp"

#include "interrupt_object.hpp"
#include "objects.hpp"
#include "thread.hpp"

#include <nt/nt_services.h>
#include <sel4/sel4.h>
#include <wdm/wdm_services.h>
#include <wdmp/arch.hpp>
#include <wdmp/baton.hpp>
#include <wdmp/pool.hpp>

#include "loop.hpp"

namespace ke {
namespace {

constexpr uint32_t kAckAfter = 1;
constexpr uint32_t kShared = 2;
constexpr uint32_t kStartThread = 0x8000'0000;
// Reserved, and how much of it is touched before the first interrupt. The thread's start and the guard page take some.
constexpr SIZE_T kInterruptStack = 0x2'0000;
constexpr SIZE_T kTouchedStack = 0xc000;

struct Line {
  PKINTERRUPT chain;
  uint32_t flags;
  KIRQL irql;  // highest of its routines
};

Line lines[host::kInterruptCount];
uint64_t recorded = 0;  // set on the interrupt thread, cleared on either: atomic operations
bool thread_started = false;
PTEB interrupt_teb = nullptr;

void Acknowledge(ULONG index, const Line &line) {
  if ((line.flags & kShared) != 0) {
    KiSignal(host::kSharedLineSlot);
  } else {
    KiSend(host::kFirstInterruptSlot + index, uint64_t{IRQAckIRQ} << 12);
  }
}

bool Call(PKINTERRUPT interrupt) {
  if (interrupt->inactive) {
    return false;
  }
  volatile KSPIN_LOCK &lock = *interrupt->lock;
  lock = 1;
  BOOLEAN mine = interrupt->message_routine != nullptr
                     ? interrupt->message_routine(interrupt, interrupt->context, interrupt->message)
                     : interrupt->routine(interrupt, interrupt->context);
  lock = 0;
  return mine != FALSE;
}

// All routines of a line, at its IRQL; the caller has seen that this is above the current one.
void RunLine(ULONG index) {
  Line &line = lines[index];
  bool level = (line.flags & kAckAfter) != 0;
  KIRQL old = Raise(line.irql);
  if (!level) {
    Acknowledge(index, line);
  }
  PKINTERRUPT interrupt = line.chain;
  while (interrupt != nullptr) {
    PKINTERRUPT next = interrupt->next;
    bool mine = Call(interrupt);
    if (CurrentIrql() != line.irql) [[unlikely]] {
      KeBugCheckEx(kIrqlUnexpectedValue, CurrentIrql(), line.irql, reinterpret_cast<ULONG_PTR>(interrupt->routine), 0);
    }
    // A level line comes again when another device still asks.
    if (level && mine) {
      break;
    }
    interrupt = next;
  }
  if (level) {
    Acknowledge(index, line);
  }
  asm volatile("" ::: "memory");
  detail::irql = old;
}

// On the interrupt thread: runs what is above the current IRQL, records the rest.
void Deliver(uint64_t badge) {
  badge &= (uint64_t{1} << host::kInterruptCount) - 1;
  while (badge != 0) {
    auto index = static_cast<ULONG>(__builtin_ctzll(badge));
    badge &= badge - 1;
    const Line &line = lines[index];
    if (line.chain == nullptr && CurrentIrql() < kHigh) {
      continue;  // the last word of a line that was disconnected
    }
    if (line.chain != nullptr && line.irql > CurrentIrql()) {
      RunLine(index);
    } else {
      __atomic_fetch_or(&recorded, uint64_t{1} << index, __ATOMIC_RELAXED);
      work_recorded = true;
    }
  }
}

void Turn(host::Area &area, uint64_t badge) {
  volatile uint32_t &turns = area.interrupt_turns;
  turns = turns + 1;
  Deliver(badge);
  if (CurrentIrql() < kDispatch && AnyDpc()) {
    KIRQL old = Raise(kDispatch);
    DrainDpcs();
    asm volatile("" ::: "memory");
    detail::irql = old;
  }
  turns = turns + 1;
  AfterInterrupt();
}

// What interrupt routines will use is touched now: they must not fault.
[[gnu::noinline]] void TouchStack() {
  volatile char below[kTouchedStack];
  for (size_t i = 0; i < sizeof(below); i += 0x1000) {
    below[i] = 0;
  }
}

void NTAPI InterruptMain(PVOID) {
  interrupt_teb = NtCurrentTeb();
  TouchStack();
  host::Area &area = SharedArea();
  for (;;) {
    Turn(area, KiWait(host::kWaitSlot));
  }
}

NTSTATUS CreateInterruptThread() {
  HANDLE handle = nullptr;
  return NtCreateThreadEx(&handle, THREAD_ALL_ACCESS, nullptr, NtCurrentProcess(),
                          reinterpret_cast<PVOID>(InterruptMain), nullptr, 0, 0, kTouchedStack, kInterruptStack,
                          nullptr);
}

void Update(Line &line) {
  KIRQL irql = 0;
  for (PKINTERRUPT interrupt = line.chain; interrupt != nullptr; interrupt = interrupt->next) {
    irql = interrupt->synchronize_irql > irql ? interrupt->synchronize_irql : irql;
  }
  line.irql = irql;
}

void Unlink(Line &line, PKINTERRUPT interrupt) {
  PKINTERRUPT *link = &line.chain;
  while (*link != nullptr && *link != interrupt) {
    link = &(*link)->next;
  }
  if (*link != nullptr) {
    *link = interrupt->next;
  }
  Update(line);
}

// Connects at HIGH_LEVEL: an interrupt that comes before its object is on the line is recorded.
NTSTATUS Attach(PKINTERRUPT interrupt, bool &start_thread) {
  AtHigh guard;
  WDM_INTERRUPT request = {};
  request.Vector = interrupt->vector;
  request.Message = interrupt->message;
  NTSTATUS status = WdmConnectInterrupt(&request);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  if (request.Index >= host::kInterruptCount) {
    return STATUS_INTERNAL_ERROR;
  }
  interrupt->index = request.Index;
  Line &line = lines[request.Index];
  line.flags = request.Flags & (kAckAfter | kShared);
  interrupt->next = nullptr;
  PKINTERRUPT *link = &line.chain;
  while (*link != nullptr) {
    link = &(*link)->next;
  }
  *link = interrupt;
  Update(line);
  start_thread = (request.Flags & kStartThread) != 0;
  return STATUS_SUCCESS;
}

}  // namespace

bool AnyRecordedInterrupt() { return __atomic_load_n(&recorded, __ATOMIC_RELAXED) != 0; }

bool RunRecordedInterrupt(KIRQL level) {
  uint64_t waiting = __atomic_load_n(&recorded, __ATOMIC_RELAXED);
  ULONG best = host::kInterruptCount;
  for (; waiting != 0; waiting &= waiting - 1) {
    auto index = static_cast<ULONG>(__builtin_ctzll(waiting));
    const Line &line = lines[index];
    if (line.chain != nullptr && line.irql > level && (best == host::kInterruptCount || line.irql > lines[best].irql)) {
      best = index;
    }
  }
  if (best == host::kInterruptCount) {
    return false;
  }
  __atomic_fetch_and(&recorded, ~(uint64_t{1} << best), __ATOMIC_RELAXED);
  RunLine(best);
  return true;
}

void PollInterrupts() {
  if (OnInterruptThread() && AnyDpc()) {
    if (uint64_t badge = KiPoll(host::kWaitSlot); badge != 0) {
      Deliver(badge);
    }
  }
}

bool OnInterruptThread() { return NtCurrentTeb() == interrupt_teb; }

NTSTATUS Connect(const InterruptParameters &parameters, PKINTERRUPT *interrupt) {
  RequireIrql(kPassive, "IoConnectInterrupt");
  if (parameters.irql <= kDispatch || parameters.irql > kHigh || parameters.synchronize_irql < parameters.irql ||
      parameters.synchronize_irql > kHigh) {
    return STATUS_INVALID_PARAMETER;
  }
  auto *object = wdm::PoolNew<_KINTERRUPT>(wdm::PoolTag("Intr"));
  if (object == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  object->Type = kInterrupt;
  object->Size = sizeof(*object);
  object->routine = parameters.routine;
  object->message_routine = parameters.message_routine;
  object->context = parameters.context;
  object->lock = parameters.lock != nullptr ? parameters.lock : &object->own_lock;
  object->vector = parameters.vector;
  object->message = parameters.message;
  object->irql = parameters.irql;
  object->synchronize_irql = parameters.synchronize_irql;
  object->level = parameters.level;
  // The driver may look at its object in the very first interrupt.
  *interrupt = object;
  bool start_thread = false;
  NTSTATUS status = Attach(object, start_thread);
  if (NT_SUCCESS(status) && start_thread && !thread_started) {
    status = CreateInterruptThread();
    thread_started = NT_SUCCESS(status);
    if (!NT_SUCCESS(status)) {
      Disconnect(object);
      *interrupt = nullptr;
      return status;
    }
  }
  if (!NT_SUCCESS(status)) {
    *interrupt = nullptr;
    wdm::PoolFree(object);
  }
  return status;
}

void Disconnect(PKINTERRUPT interrupt) {
  RequireIrql(kPassive, "IoDisconnectInterrupt");
  {
    AtHigh guard;
    Line &line = lines[interrupt->index];
    Unlink(line, interrupt);
    if (line.chain == nullptr) {
      __atomic_fetch_and(&recorded, ~(uint64_t{1} << interrupt->index), __ATOMIC_RELAXED);
    }
    WdmDisconnectInterrupt(interrupt->index);
  }
  wdm::PoolFree(interrupt);
}

}  // namespace ke

using namespace ke;

extern "C" {

/// Runs a routine that no interrupt routine of the object can interrupt. Source: KeSynchronizeExecution (WDK).
BOOLEAN NTAPI KeSynchronizeExecution(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                                     PVOID SynchronizeContext) {
  KIRQL old = KeAcquireInterruptSpinLock(Interrupt);
  BOOLEAN result = SynchronizeRoutine(SynchronizeContext);
  KeReleaseInterruptSpinLock(Interrupt, old);
  return result;
}

/// Source: KeAcquireInterruptSpinLock (WDK).
KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt) {
  KIRQL old = KfRaiseIrql(Interrupt->synchronize_irql);
  KeAcquireSpinLockAtDpcLevel(Interrupt->lock);
  return old;
}

/// Source: KeReleaseInterruptSpinLock (WDK).
VOID NTAPI KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql) {
  KeReleaseSpinLockFromDpcLevel(Interrupt->lock);
  KeLowerIrql(OldIrql);
}

}  // extern "C"
