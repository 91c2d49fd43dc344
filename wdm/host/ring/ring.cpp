#include <wdmp/ring.hpp>

#include <ntifs.h>

#include <wdmp/baton.hpp>
#include <wdmp/driver.hpp>
#include <wdmp/fiber.hpp>
#include <wdmp/irql.hpp>

#include "../../io/iop.hpp"
#include "ringp.hpp"

#include <atomic>
#include <utility>

namespace host {
namespace {

Area *area;

// Messages that found the ring full, first in, first out. They wait in pool memory.
struct Waiting {
  Waiting *next;
  Message message;
};
Waiting *waiting_first;
Waiting *waiting_last;

std::atomic_ref<uint32_t> Index(uint32_t &index) { return std::atomic_ref<uint32_t>(index); }

// At DISPATCH_LEVEL.
bool PutIntoRing(const Message &message) {
  Ring<Message> &ring = area->to_executive;
  uint32_t tail = ring.tail;
  if (tail - Index(ring.head).load(std::memory_order_acquire) >= kRingSize) {
    return false;
  }
  ring.entries[tail % kRingSize] = message;
  Index(ring.tail).store(tail + 1, std::memory_order_release);
  return true;
}

// At DISPATCH_LEVEL: moves what waits into the ring as far as there is room.
void MoveWaiting() {
  while (waiting_first != nullptr && PutIntoRing(waiting_first->message)) {
    Waiting *entry = waiting_first;
    waiting_first = entry->next;
    if (waiting_first == nullptr) {
      waiting_last = nullptr;
    }
    ExFreePool(entry);
    ke::RingExecutiveLater();
  }
  Index(area->wants_room).store(waiting_first != nullptr, std::memory_order_seq_cst);
}

void Keep(const Message &message) {
  auto *entry = static_cast<Waiting *>(ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(Waiting), 'gniR'));
  if (entry == nullptr) {
    // An answer that is lost would leave its requestor waiting for ever.
    KeBugCheckEx(0x000000EF, reinterpret_cast<ULONG_PTR>(&message), 0, 0, 0);  // CRITICAL_PROCESS_DIED
  }
  entry->next = nullptr;
  entry->message = message;
  (waiting_last == nullptr ? waiting_first : waiting_last->next) = entry;
  waiting_last = entry;
  // The Executive may have made room between the look at the ring and the flag.
  MoveWaiting();
}

void Execute(const Request &request) {
  switch (request.command) {
    case Command::kNone:
    case Command::kIrp:
      break;
    case Command::kCancel:
      io::CancelIncoming(request.id);
      break;
    case Command::kDone:
      io::CompleteSubmitted(request);
      break;
    case Command::kLoadDriver:
      io::LoadDriver(request);
      break;
    case Command::kUnloadDriver:
      io::UnloadDriver(request);
      break;
    case Command::kAddDevice:
      io::AddDevice(request);
      break;
    case Command::kForgetDevice:
      io::ForgetDevice(request.device);
      break;
    case Command::kNotify:
      io::Notify(request);
      break;
    case Command::kDetachFile:
      io::DetachFile(request.file);
      break;
    case Command::kStop:
      ke::StopHost();
  }
}

// A pump was started or woken and has not run yet: it will see everything that is in the ring.
bool pump_ready;
// The pump that has nothing to do. It is kept: waking it costs a third of a new fiber.
ke::Parking *idle_pump;

void TakeEntries() {
  Ring<Request> &ring = area->to_host;
  // `head` is read anew each time: another pump may have drained while this one was parked.
  while (ring.head != Index(ring.tail).load(std::memory_order_acquire)) {
    const Request &entry = ring.entries[ring.head % kRingSize];
    if (entry.command == Command::kIrp) [[likely]] {
      PIRP irp = io::PrepareIncoming(entry);
      Index(ring.head).store(ring.head + 1, std::memory_order_release);
      if (irp != nullptr) {
        io::DispatchIncoming(irp);
      }
      continue;
    }
    const Request request = entry;
    Index(ring.head).store(ring.head + 1, std::memory_order_release);
    Execute(request);
  }
}

// A fiber that carries out what is in the ring. When a driver's routine waits in it, the baton loop starts another one;
// this one goes on with its loop when the wait is over. One of them stays when there is nothing left.
void Pump(void *) {
  for (;;) {
    pump_ready = false;
    TakeEntries();
    if (idle_pump != nullptr) {
      return;
    }
    ke::Parking idle;
    idle_pump = &idle;
    ke::Park(idle);
  }
}

}  // namespace

void StartRings(const WDM_HOST_INFO &info) {
  area = reinterpret_cast<Area *>(static_cast<uintptr_t>(info.Area));
  StartArena(reinterpret_cast<void *>(static_cast<uintptr_t>(info.Arena)), info.ArenaSize);
}

bool HasWork() {
  Ring<Request> &ring = area->to_host;
  return ring.head != Index(ring.tail).load(std::memory_order_acquire) ||
         (waiting_first != nullptr &&
          area->to_executive.tail - Index(area->to_executive.head).load(std::memory_order_acquire) < kRingSize);
}

bool Drain() {
  if (waiting_first != nullptr) [[unlikely]] {
    ke::AtDispatch guard;
    MoveWaiting();
  }
  if (area->to_host.head == Index(area->to_host.tail).load(std::memory_order_acquire)) {
    return false;
  }
  if (pump_ready) {
    return true;
  }
  if (idle_pump != nullptr) [[likely]] {
    ke::Unpark(*std::exchange(idle_pump, nullptr));
    pump_ready = true;
  } else {
    pump_ready = ke::StartFiber(Pump, nullptr) != nullptr;
  }
  return pump_ready;
}

void Post(const Message &message) {
  {
    ke::AtDispatch guard;
    if (waiting_first != nullptr || !PutIntoRing(message)) [[unlikely]] {
      Keep(message);
    }
  }
  ke::RingExecutiveLater();
}

}  // namespace host
