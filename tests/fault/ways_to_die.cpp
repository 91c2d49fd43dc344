// Faults, exits, hangs, and breaches of the ring's protocol.

#include "troublep.hpp"

namespace trouble {
namespace {

volatile int sink;

void Null(PIRP) { *static_cast<volatile int *>(nullptr) = 1; }
void BadCode(PIRP) { reinterpret_cast<void (*)()>(0x1234)(); }
void Halt(PIRP) { TroubleHalt(); }
void Divide(PIRP) {
  sink = 0;
  sink = 1000 / sink;  // 1 / x would become a comparison
}
int Deep(int depth) {
  volatile char room[512];
  room[0] = static_cast<char>(depth);
  return depth < 0 ? room[0] : Deep(depth + 1) + room[0];
}
void StackOverflow(PIRP) { sink = Deep(0); }
void BugCheck(PIRP) { KeBugCheckEx(0xDEAD, 1, 2, 3, 4); }
void Exit(PIRP) { ZwTerminateProcess(ZwCurrentProcess(), STATUS_SUCCESS); }
void Raise(PIRP) { ExRaiseStatus(STATUS_DATA_ERROR); }
void CompleteTwice(PIRP irp) {
  irp->IoStatus.Status = STATUS_SUCCESS;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  IoCompleteRequest(irp, IO_NO_INCREMENT);
}
void FreeTwice(PIRP) {
  void *memory = ExAllocatePoolWithTag(NonPagedPool, 64, 'lbrT');
  ExFreePool(memory);
  ExFreePool(memory);
}
void Spin(PIRP) {
  for (;;) {
    sink = sink + 1;
  }
}
void SpinAtDispatch(PIRP irp) {
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  Spin(irp);
}
KDPC dpc;
void SpinInDpc(PIRP) {
  KeInitializeDpc(&dpc, [](PKDPC, PVOID, PVOID, PVOID) { Spin(nullptr); }, nullptr);
  KeInsertQueueDpc(&dpc, nullptr, nullptr);
}
void LeaveLockHeld(PIRP) {
  static KSPIN_LOCK lock;
  KIRQL old;
  KeInitializeSpinLock(&lock);
  KeAcquireSpinLock(&lock, &old);
  KeAcquireSpinLock(&lock, &old);
}

// Breaches of the protocol: the Executive ends the host.
void TailFar(PIRP) {
  Area()->to_executive.tail += 0x1000;
  TroubleSignal(host::kExecutiveSlot);
}
void HeadFar(PIRP) {
  Area()->to_host.head += 0x1000;
  Area()->baton_sleeps = 1;
  TroubleSignal(host::kExecutiveSlot);
  // The next request finds it.
}
void Put(const host::Message &message) {
  host::Ring<host::Message> &ring = Area()->to_executive;
  ring.entries[ring.tail % host::kRingSize] = message;
  ring.tail += 1;
  TroubleSignal(host::kExecutiveSlot);
}
void Nonsense(PIRP) {
  host::Message message{};
  message.answer = static_cast<host::Answer>(77);
  Put(message);
}
void MadeUpId(PIRP) {
  host::Message message{};
  message.answer = host::Answer::kDone;
  message.id = 0x7fff'ffff;
  Put(message);
}
void ServiceOutside(PIRP) {
  host::Message message{};
  message.answer = host::Answer::kService;
  message.buffer = 0xffff'f000;
  message.buffer_length = sizeof(host::ServiceCall);
  Put(message);
}
void BufferOutside(PIRP) {
  host::Message message{};
  message.answer = host::Answer::kIrp;
  message.device = 1;
  message.buffer = 0;  // the Executive's part of the arena
  message.buffer_length = 0x1000;
  Put(message);
}

using Way = void (*)(PIRP irp);
constexpr Way kWays[] = {Null,    BadCode,       Halt,      Divide,   StackOverflow,  BugCheck,     Exit,
                         Raise,   CompleteTwice, FreeTwice, Spin,     SpinAtDispatch, SpinInDpc,    LeaveLockHeld,
                         TailFar, HeadFar,       Nonsense,  MadeUpId, ServiceOutside, BufferOutside};

}  // namespace

bool Die(unsigned number, PIRP irp) {
  if (number >= sizeof(kWays) / sizeof(kWays[0])) {
    return false;
  }
  IoMarkIrpPending(irp);
  kWays[number](irp);
  return true;
}

}  // namespace trouble
