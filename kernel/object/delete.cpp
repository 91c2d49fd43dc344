// Deleting capabilities. A CNode or TCB that loses its last capability leaves a zombie behind, which is emptied slot by
// slot; the work can stop after any step and the system call is simply made again.
#include "api/preemption.hpp"
#include "arch/x86_64/thread.hpp"
#include "base/print.hpp"
#include "object/endpoint.hpp"
#include "object/interrupt.hpp"
#include "object/io_port.hpp"
#include "object/notification.hpp"
#include "object/slot.hpp"
#include "vspace/vspace.hpp"

namespace kernel {
namespace {

/// What finalising left: a zombie or nothing, and a capability whose resource is freed once the slot is empty.
struct Finalised {
  Cap remainder;
  Cap cleanup;
};

Finalised FinaliseThread(Tcb &tcb) {
  Unbind(tcb);
  Suspend(tcb);
  ReleaseFpu(tcb, false);
  return {Cap::ForZombie(tcb.slots, Cap::kZombieTcb, kTcbSlotCount), {}};
}

Finalised Finalise(const Cap &cap, bool final) {
  switch (cap.Type()) {
    case CapType::kZombie:
      return {cap, {}};
    case CapType::kFrame:
      vspace::UnmapFrame(cap);
      return {};
    default:
      break;
  }
  if (!final) {
    return {};
  }
  switch (cap.Type()) {
    case CapType::kEndpoint:
      CancelAll(*cap.Object<Endpoint>());
      return {};
    case CapType::kNotification:
      Unbind(*cap.Object<Notification>());
      CancelAllSignals(*cap.Object<Notification>());
      return {};
    case CapType::kCNode:
      return {Cap::ForZombie(cap.Object<Slot>(), cap.Radix(), Bit(cap.Radix())), {}};
    case CapType::kThread:
      return FinaliseThread(*cap.Object<Tcb>());
    case CapType::kIrqHandler:
      DeletingIrqHandler(cap.Irq());
      return {{}, cap};
    case CapType::kIoPort:
      return {{}, cap};
    case CapType::kPageTable:
    case CapType::kPageDirectory:
    case CapType::kPdpt:
    case CapType::kPml4:
    case CapType::kAsidPool:
      vspace::FinaliseStructure(cap);
      return {};
    default:
      return {};
  }
}

void EmptySlot(Slot &slot, const Cap &cleanup) {
  if (slot.Empty()) {
    return;
  }
  Slot *const prev = slot.Prev();
  Slot *const next = slot.Next();
  if (prev != nullptr) {
    prev->SetNext(next);
  }
  if (next != nullptr) {
    next->SetPrev(prev);
    next->next_link |= slot.next_link & Slot::kFirstBadged;
  }
  slot = Slot{};
  if (cleanup.Is(CapType::kIrqHandler)) {
    FreeIrq(cleanup.Irq());
  } else if (cleanup.Is(CapType::kIoPort)) {
    FreeIoPorts(cleanup.FirstPort(), cleanup.LastPort());
  }
}

bool SameZombie(const Cap &a, const Cap &b) {
  return a.Is(CapType::kZombie) && b.Is(CapType::kZombie) && a.word0 == b.word0;
}

/// Can the slot be emptied with this left in it? A zombie may only remain in its own last slot.
bool Removable(const Cap &cap, const Slot &slot) {
  return cap.IsNull() ||
         (cap.Is(CapType::kZombie) && (cap.word1 == 0 || (cap.word1 == 1 && cap.Object<Slot>() == &slot)));
}

/// One step of taking a zombie's slots down.
Status ReduceZombie(Slot &slot, bool exposed) {
  Slot *const slots = slot.cap.Object<Slot>();
  if (!exposed) {
    // An inner zombie swaps places with its own first slot, so that the outer deletion finds the chain.
    SwapSlots(slots->cap, *slots, slot.cap, slot);
    return Status::kOk;
  }
  const Cap before = slot.cap;
  Slot &last = slots[before.word1 - 1];
  if (const Status status = DeleteSlot(last, false); status != Status::kOk) {
    return status;
  }
  if (SameZombie(slot.cap, before) && slot.cap.word1 == before.word1) {
    Assert(last.Empty(), "the last slot of a zombie is not empty");
    slot.cap.word1 = before.word1 - 1;
  }
  return Status::kOk;
}

/// Brings the slot to where it can be emptied; `done` false when an outer zombie must go on first.
Status FinaliseSlot(Slot &slot, bool exposed, bool &done, Cap &cleanup) {
  cleanup = Cap::Null();
  done = true;
  while (!slot.Empty()) {
    const Finalised result = Finalise(slot.cap, IsFinal(slot));
    if (Removable(result.remainder, slot)) {
      cleanup = result.cleanup;
      return Status::kOk;
    }
    slot.cap = result.remainder;
    if (!exposed && slot.cap.Object<Slot>() == &slot) {
      done = false;
      return Status::kOk;
    }
    if (const Status status = ReduceZombie(slot, exposed); status != Status::kOk) {
      return status;
    }
    if (const Status status = PreemptionPoint(); status != Status::kOk) {
      return status;
    }
  }
  return Status::kOk;
}

}  // namespace

Status DeleteSlot(Slot &slot, bool exposed) {
  bool done;
  Cap cleanup;
  if (const Status status = FinaliseSlot(slot, exposed, done, cleanup); status != Status::kOk) {
    return status;
  }
  if (exposed || done) {
    EmptySlot(slot, cleanup);
  }
  return Status::kOk;
}

void DeleteOne(Slot &slot) {
  if (slot.Empty()) {
    return;
  }
  const Finalised result = Finalise(slot.cap, IsFinal(slot));
  EmptySlot(slot, result.cleanup);
}

Status Revoke(Slot &slot) {
  for (Slot *next = slot.Next(); next != nullptr && IsParentOf(slot, *next); next = slot.Next()) {
    if (const Status status = DeleteSlot(*next, true); status != Status::kOk) {
      return status;
    }
    if (const Status status = PreemptionPoint(); status != Status::kOk) {
      return status;
    }
  }
  return Status::kOk;
}

}  // namespace kernel
