// The short way through the kernel for Call and ReplyRecv: messages of up to four words, no capabilities, a partner
// that waits and may run at once. Everything else takes the ordinary way, before anything has been changed.
#include "api/syscall.hpp"
#include "arch/x86_64/apic.hpp"
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/descriptors.hpp"
#include "arch/x86_64/thread.hpp"
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "sched/scheduler.hpp"
#include "vspace/vspace.hpp"

namespace kernel {
namespace {

/// Length and extra capabilities of a message that goes in registers: no more than 4.
constexpr Word kShortMask = 0x1ff;
constexpr Word kLabelAndLength = ~Word{0xf80};

/// One step of a lookup. `bits` of `cptr` are left; null when anything is unusual.
[[gnu::always_inline]] inline const Cap *Step(const Cap &node, Cptr cptr, Word &bits) {
  const Word guard_size = node.GuardSize();
  const Word radix = node.Radix();
  // Two shifts: the guard may be empty or have all bits.
  if (guard_size + radix > bits || (cptr << (seL4_WordBits - bits)) >> 1 >> (63 - guard_size) != node.Guard()) {
    return nullptr;
  }
  bits -= guard_size + radix;
  return &node.Object<Slot>()[(cptr >> bits) & Mask(radix)].cap;
}

/// Capability lookup without failure records: null when anything is unusual.
[[gnu::always_inline]] inline const Cap *FastLookup(const Tcb &tcb, Cptr cptr) {
  const Cap *node = &tcb.slots[kSlotCSpace].cap;
  if (!node->Is(CapType::kCNode)) [[unlikely]] {
    return nullptr;
  }
  const Word radix = node->Radix();
  if (node->GuardSize() + radix == seL4_WordBits) [[likely]] {
    // One level: what is above the index is the guard.
    const Word guard = cptr >> radix;
    return guard == node->Guard() ? &node->Object<Slot>()[cptr - (guard << radix)].cap : nullptr;
  }
  Word bits = seL4_WordBits;
  do {
    node = Step(*node, cptr, bits);
  } while (node != nullptr && bits != 0 && node->Is(CapType::kCNode));
  return node;
}

/// Can the processor go to this thread's address space without further ado?
[[gnu::always_inline]] inline bool SpaceReady(const Tcb &tcb, Word *&root) {
  const Cap &cap = tcb.slots[kSlotVSpace].cap;
  root = cap.Object<Word>();
  return root == vspace::active_root || vspace::ValidRoot(cap);
}

/// Is the reply a message, or the end of a page fault? The latter's registers are those to go on with.
[[gnu::always_inline]] inline bool FastReplyTo(const Tcb &caller) {
  return caller.fault.type == seL4_Fault_NullFault || caller.fault.type == seL4_Fault_VMFault;
}

/// Moves the message registers.
[[gnu::always_inline]] inline void MoveMessage(const Context &source, Context &target, Word badge, Word info) {
  target.r10 = source.r10;
  target.r8 = source.r8;
  target.r9 = source.r9;
  target.r15 = source.r15;
  target.rdi = badge;
  target.rsi = info & kLabelAndLength;
}

/// Leaves the kernel as `to`, which is in no ready queue.
[[gnu::always_inline]] inline void HandOver(Tcb &from, Tcb &to, Word *root) {
  Context &source = from.context;
  Context &target = to.context;
  to.state = ThreadState::kRunning;
  source.fs_base = cpu::ReadFsBase();
  source.gs_base = cpu::ReadGsBase();
  current = &to;
  if (root != vspace::active_root) {
    vspace::active_root = root;
    cpu::WriteCr3(ToPaddr(root));
  }
  if (to.fpu_disabled != fpu_trapped || (!to.fpu_disabled && fpu_owner != &to)) {
    ApplyFpu(to);
  }
  cpu::WriteFsBase(target.fs_base);
  cpu::WriteGsBase(target.gs_base);
  SetEntryFrame(to);
  if (!ReadyQueueEmpty(to.priority)) [[unlikely]] {
    apic::StartTick();
  }
}

}  // namespace

extern "C" [[clang::preserve_none]] void FastCall(Cptr cptr, Word info) {
  Tcb &caller = *current;
  const Cap *const cap = FastLookup(caller, cptr);
  if ((info & kShortMask) > kMessageRegisters || cap == nullptr || !cap->Is(CapType::kEndpoint) || !cap->CanSend() ||
      !(cap->CanGrant() || cap->CanGrantReply())) [[unlikely]] {
    return HandleSyscall(static_cast<Word>(seL4_SysCall));
  }
  Endpoint &endpoint = *cap->Object<Endpoint>();
  Tcb *const receiver = endpoint.head_;
  Word *root;
  if (endpoint.GetState() != Endpoint::State::kReceive || !SpaceReady(*receiver, root) ||
      (receiver->priority < caller.priority && !IsHighestReady(receiver->priority))) [[unlikely]] {
    return HandleSyscall(static_cast<Word>(seL4_SysCall));
  }
  if (receiver->waiting.next == nullptr) [[likely]] {
    endpoint.Set({}, Endpoint::State::kIdle);
  } else {
    WaitQueue queue = endpoint.Queue();
    queue.Remove(*receiver);
    endpoint.Set(queue, Endpoint::State::kReceive);
  }

  // The receiver gets the reply capability, derived from the caller's master.
  Slot &master = caller.slots[kSlotReply];
  Slot &slot = receiver->slots[kSlotCaller];
  slot.cap = Cap::ForReply(&caller, false, receiver->can_grant);
  slot.SetLinks(&master, nullptr, 0);
  master.SetLinks(nullptr, &slot, Slot::kRevocable | Slot::kFirstBadged);
  caller.state = ThreadState::kBlockedOnReply;

  MoveMessage(caller.context, receiver->context, cap->Badge(), info);
  HandOver(caller, *receiver, root);
}

extern "C" [[clang::preserve_none]] void FastReplyRecv(Cptr cptr, Word info) {
  Tcb &server = *current;
  const Cap *const cap = FastLookup(server, cptr);
  Slot &slot = server.slots[kSlotCaller];
  if ((info & kShortMask) > kMessageRegisters || cap == nullptr || !cap->Is(CapType::kEndpoint) || !cap->CanReceive() ||
      !slot.cap.Is(CapType::kReply)) [[unlikely]] {
    return HandleSyscall(static_cast<Word>(seL4_SysReplyRecv));
  }
  Endpoint &endpoint = *cap->Object<Endpoint>();
  Tcb &caller = *slot.cap.Object<Tcb>();
  const Notification *const bound = server.bound_notification;
  Word *root;
  if (endpoint.GetState() == Endpoint::State::kSend || !FastReplyTo(caller) ||
      (bound != nullptr && bound->GetState() == Notification::State::kActive) || !SpaceReady(caller, root) ||
      !IsHighestReady(caller.priority)) [[unlikely]] {
    return HandleSyscall(static_cast<Word>(seL4_SysReplyRecv));
  }
  if (endpoint.head_ == nullptr) [[likely]] {
    server.waiting = {nullptr, nullptr};
    endpoint.Set({&server, &server}, Endpoint::State::kReceive);
  } else {
    WaitQueue queue = endpoint.Queue();
    queue.Append(server);
    endpoint.Set(queue, Endpoint::State::kReceive);
  }
  server.blocked_on = &endpoint;
  server.can_grant = cap->CanGrant();
  server.state = ThreadState::kBlockedOnReceive;

  // The reply capability is the only child of the caller's master.
  caller.slots[kSlotReply].SetLinks(nullptr, nullptr, Slot::kRevocable | Slot::kFirstBadged);
  slot = Slot{};

  if (caller.fault.type == seL4_Fault_NullFault) [[likely]] {
    MoveMessage(server.context, caller.context, 0, info);
  } else {
    // A page fault's reply has no words: the instruction is executed again.
    caller.fault.type = seL4_Fault_NullFault;
  }
  HandOver(server, caller, root);
}

}  // namespace kernel
