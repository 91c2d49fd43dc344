#pragma once
// The kernel's objects of one thread: its TCB, its CNode of two slots (service endpoint, fault endpoint) and the slot
// its reply is kept in. They are made once and serve one NT thread after the other; the badge names this bundle.

#include <cap/cap.hpp>
#include <rtl/result.hpp>

#include <sel4/sel4.h>

#include <cstdint>

namespace ps {

class Thread;

class KernelThread {
 public:
  // Badges of thread messages: bit 63, the bundle's index, bit 0 = it is a fault.
  static constexpr std::uint64_t kThreadBadge = std::uint64_t{1} << 63;

  // STATUS_INSUFFICIENT_RESOURCES.
  static Result<KernelThread *> Allocate(Thread &owner);
  // The thread must be suspended.
  void Free();

  // The thread that this badge names, null when it has none now.
  static Thread *OwnerOf(std::uint64_t badge);
  static bool IsFault(std::uint64_t badge) { return (badge & 1) != 0; }

  cap::Cap<cap::Tcb> Tcb() const { return tcb_; }
  seL4_CPtr ReplySlot() const { return reply_slot_; }

 private:
  Result<void> Make();

  Thread *owner_ = nullptr;
  KernelThread *next_free_ = nullptr;
  std::uint64_t index_ = 0;
  cap::Cap<cap::Tcb> tcb_;
  cap::Cap<cap::CNode> cspace_;
  seL4_CPtr reply_slot_ = 0;
  bool special_priority_ = false;

 public:
  // Gives the thread its address space. STATUS_UNSUCCESSFUL.
  Result<void> SetSpace(cap::Cap<cap::Pml4> root);
  // The same with another CNode of 2^bits slots (a driver host's), whose slots 0 and 1 become the thread's endpoints,
  // and another priority, in seL4's numbers, until the next SetSpace(). STATUS_UNSUCCESSFUL.
  Result<void> SetSpace(cap::Cap<cap::Pml4> root, cap::Cap<cap::CNode> cspace, unsigned bits, seL4_Word priority);
};

// The endpoint on which the Executive receives services and faults; set once at start.
void UseServiceEndpoint(cap::Cap<cap::Endpoint> endpoint);

// Priorities of ARCHITECTURE.md 2.3, highest first.
inline constexpr seL4_Word kWatchdogPriority = 255;
inline constexpr seL4_Word kExecutivePriority = 240;
inline constexpr seL4_Word kInterruptPriority = 250;  // interrupt threads of driver hosts
inline constexpr seL4_Word kHostPriority = 200;       // their baton threads
inline constexpr seL4_Word kUserPriority = 100;       // NT priority 0; NT's 31 is 131

}  // namespace ps
