// IRQL, locks, DPCs, timers, interrupts, pool, ports.
#include "fake_wdm.hpp"

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>

namespace {

struct Line {
  PKSERVICE_ROUTINE routine;
  PVOID context;
  PKSPIN_LOCK lock;
  KSPIN_LOCK own_lock;
  ULONG vector;
  KIRQL irql;
  bool connected;
};

struct World {
  fake::Ports *ports = nullptr;
  KIRQL irql = PASSIVE_LEVEL;
  ULONGLONG now = 10'000'000;
  std::deque<PKDPC> dpcs;
  std::map<PKTIMER, std::pair<ULONGLONG, PKDPC>> timers;
  std::deque<Line> lines;
  std::set<ULONG> pending;
  std::map<void *, size_t> pool;
  unsigned fail = 0;
  void (*hook)(void *) = nullptr;
  void *hook_context = nullptr;
};

World world;

[[noreturn]] void Break(const char *rule) {
  std::fprintf(stderr, "driver broke a rule: %s\n", rule);
  std::abort();
}

void Acquire(PKSPIN_LOCK lock) {
  if (*lock != 0) {
    Break("spin lock taken twice");
  }
  *lock = 1;
}

void Release(PKSPIN_LOCK lock) {
  if (*lock == 0) {
    Break("spin lock released that was not held");
  }
  *lock = 0;
}

void DeliverInterrupts() {
  bool again = true;
  while (again) {
    again = false;
    for (Line &line : world.lines) {
      if (line.connected && world.pending.contains(line.vector) && line.irql > world.irql && *line.lock == 0) {
        world.pending.erase(line.vector);
        const KIRQL old = world.irql;
        world.irql = line.irql;
        Acquire(line.lock);
        line.routine(reinterpret_cast<PKINTERRUPT>(&line), line.context);
        Release(line.lock);
        if (world.irql != line.irql) {
          Break("IRQL changed by an interrupt routine");
        }
        world.irql = old;
        again = true;
      }
    }
  }
}

void Lower(KIRQL irql) {
  world.irql = irql;
  DeliverInterrupts();
  while (world.irql < DISPATCH_LEVEL && !world.dpcs.empty()) {
    PKDPC dpc = world.dpcs.front();
    world.dpcs.pop_front();
    world.irql = DISPATCH_LEVEL;
    dpc->DeferredRoutine(dpc, dpc->DeferredContext, nullptr, nullptr);
    if (world.irql != DISPATCH_LEVEL) {
      Break("IRQL changed by a DPC");
    }
    world.irql = irql;
    DeliverInterrupts();
  }
}

Line *Of(PKINTERRUPT interrupt) { return reinterpret_cast<Line *>(interrupt); }

void Tick(ULONGLONG ticks) {
  world.now += ticks;
  if (world.hook != nullptr) {
    world.hook(world.hook_context);
  }
}

}  // namespace

namespace fake {

void ResetIo();

void Reset(Ports *ports) {
  for (auto &[memory, size] : world.pool) {
    std::free(memory);
  }
  world = World{};
  world.ports = ports;
  ResetIo();
}

void Settle() { Lower(world.irql); }

void Advance(ULONGLONG milliseconds) {
  const ULONGLONG end = world.now + milliseconds * 10'000;
  Settle();
  for (;;) {
    PKTIMER next = nullptr;
    for (auto &[timer, due] : world.timers) {
      if (due.first <= end && (next == nullptr || due.first < world.timers[next].first)) {
        next = timer;
      }
    }
    if (next == nullptr) {
      break;
    }
    const auto [due, dpc] = world.timers[next];
    world.timers.erase(next);
    world.now = due > world.now ? due : world.now;
    KeInsertQueueDpc(dpc, nullptr, nullptr);
    Settle();
  }
  world.now = end;
  Settle();
}

void OnTime(void (*hook)(void *), void *context) { world.hook = hook, world.hook_context = context; }

void Raise(ULONG vector) {
  world.pending.insert(vector);
  DeliverInterrupts();
}

PKINTERRUPT Connect(PKSERVICE_ROUTINE routine, PVOID context, ULONG vector, KIRQL irql) {
  PKINTERRUPT interrupt = nullptr;
  IoConnectInterrupt(&interrupt, routine, context, nullptr, vector, irql, irql, Latched, FALSE, 1, FALSE);
  return interrupt;
}

ULONG Connected() {
  ULONG count = 0;
  for (const Line &line : world.lines) {
    count += line.connected;
  }
  return count;
}

KIRQL Irql() { return world.irql; }

size_t PoolInUse() {
  size_t bytes = 0;
  for (auto &[memory, size] : world.pool) {
    bytes += size;
  }
  return bytes;
}

void FailAllocation(unsigned n) { world.fail = n; }

}  // namespace fake

extern "C" {

KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK lock) {
  const KIRQL old = world.irql;
  if (old > DISPATCH_LEVEL) {
    Break("spin lock taken above DISPATCH_LEVEL");
  }
  world.irql = DISPATCH_LEVEL;
  Acquire(lock);
  return old;
}

VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK lock, KIRQL old) {
  Release(lock);
  Lower(old);
}

KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT interrupt) {
  const KIRQL old = world.irql;
  if (old > Of(interrupt)->irql) {
    Break("interrupt lock taken from above");
  }
  world.irql = Of(interrupt)->irql;
  Acquire(Of(interrupt)->lock);
  return old;
}

VOID NTAPI KeReleaseInterruptSpinLock(PKINTERRUPT interrupt, KIRQL old) {
  Release(Of(interrupt)->lock);
  Lower(old);
}

NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *interrupt, PKSERVICE_ROUTINE routine, PVOID context, PKSPIN_LOCK lock,
                                  ULONG vector, KIRQL irql, KIRQL synchronize_irql, KINTERRUPT_MODE, BOOLEAN, KAFFINITY,
                                  BOOLEAN) {
  if (world.irql != PASSIVE_LEVEL) {
    Break("interrupt connected above PASSIVE_LEVEL");
  }
  Line &line = world.lines.emplace_back();
  line = {routine, context, lock, 0, vector, synchronize_irql > irql ? synchronize_irql : irql, true};
  if (line.lock == nullptr) {
    line.lock = &line.own_lock;
  }
  *interrupt = reinterpret_cast<PKINTERRUPT>(&line);
  return STATUS_SUCCESS;
}

VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT interrupt) {
  if (world.irql != PASSIVE_LEVEL) {
    Break("interrupt disconnected above PASSIVE_LEVEL");
  }
  Of(interrupt)->connected = false;
}

BOOLEAN NTAPI KeInsertQueueDpc(PKDPC dpc, PVOID, PVOID) {
  for (PKDPC queued : world.dpcs) {
    if (queued == dpc) {
      return FALSE;
    }
  }
  world.dpcs.push_back(dpc);
  return TRUE;
}

BOOLEAN NTAPI KeRemoveQueueDpc(PKDPC dpc) { return std::erase(world.dpcs, dpc) != 0; }
VOID NTAPI KeFlushQueuedDpcs() { fake::Settle(); }

VOID NTAPI KeInitializeDpc(PRKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context) {
  *dpc = {};
  dpc->DeferredRoutine = routine;
  dpc->DeferredContext = context;
}

VOID NTAPI KeInitializeTimer(PKTIMER timer) { *timer = {}; }

BOOLEAN NTAPI KeSetTimer(PKTIMER timer, LARGE_INTEGER due, PKDPC dpc) {
  const bool was = world.timers.contains(timer);
  world.timers[timer] = {world.now + static_cast<ULONGLONG>(-due.QuadPart), dpc};
  return was;
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER timer) { return world.timers.erase(timer) != 0; }

ULONGLONG NTAPI KeQueryInterruptTime() { return world.now; }
VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER time) { time->QuadPart = static_cast<LONGLONG>(world.now); }

VOID NTAPI KeStallExecutionProcessor(ULONG microseconds) { Tick(microseconds * 10ULL); }

NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE, BOOLEAN, PLARGE_INTEGER interval) {
  if (world.irql > APC_LEVEL) {
    Break("delay above APC_LEVEL");
  }
  Tick(static_cast<ULONGLONG>(-interval->QuadPart));
  fake::Settle();
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID object, KWAIT_REASON, KPROCESSOR_MODE, BOOLEAN, PLARGE_INTEGER) {
  auto *event = static_cast<PKEVENT>(object);
  if (event->Header.SignalState == 0) {
    Break("wait that nobody would end");
  }
  event->Header.SignalState = 0;
  return STATUS_SUCCESS;
}

LONG NTAPI KeSetEvent(PRKEVENT event, KPRIORITY, BOOLEAN) {
  const LONG old = event->Header.SignalState;
  event->Header.SignalState = 1;
  return old;
}

VOID NTAPI KeInitializeEvent(PRKEVENT event, EVENT_TYPE, BOOLEAN state) {
  *event = {};
  event->Header.SignalState = state;
}

PVOID NTAPI ExAllocatePool2(POOL_FLAGS, SIZE_T size, ULONG) {
  if (world.fail != 0 && --world.fail == 0) {
    return nullptr;
  }
  void *memory = std::calloc(1, size);
  world.pool[memory] = size;
  return memory;
}

VOID NTAPI ExFreePoolWithTag(PVOID memory, ULONG) {
  if (world.pool.erase(memory) == 0) {
    Break("pool freed that was not allocated");
  }
  std::free(memory);
}

UCHAR NTAPI READ_PORT_UCHAR(PUCHAR port) { return world.ports->Read(reinterpret_cast<ULONG_PTR>(port)); }
VOID NTAPI WRITE_PORT_UCHAR(PUCHAR port, UCHAR value) { world.ports->Write(reinterpret_cast<ULONG_PTR>(port), value); }
UCHAR NTAPI READ_REGISTER_UCHAR(volatile UCHAR *address) {
  return world.ports->Read(reinterpret_cast<ULONG_PTR>(address));
}
VOID NTAPI WRITE_REGISTER_UCHAR(volatile UCHAR *address, UCHAR value) {
  world.ports->Write(reinterpret_cast<ULONG_PTR>(address), value);
}

}  // extern "C"
