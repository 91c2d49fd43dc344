#pragma once
// The invocations, by object, in the order of the labels (SEL4_ABI.md section 6; seL4 manual, chapter "seL4 API
// reference").

#include <cap/arch/syscall.hpp>
#include <cap/cap.hpp>

#include <cstddef>

namespace cap {

namespace detail {
template <typename... Words>
inline void PutWords(Message &message, Words... words) {
  std::size_t i = 0;
  auto put = [&](seL4_Word word) {
    if (i < seL4_FastMessageRegisters) {
      message.words[i] = word;
    } else {
      ipc_buffer->msg[i] = word;
    }
    i += 1;
  };
  (put(static_cast<seL4_Word>(words)), ...);
}
}  // namespace detail

// Calls `object` with `label`, extra capabilities first, then words. The answer's words are in `message`.
template <typename... Words>
[[nodiscard]] inline seL4_Error Invoke(Message &message, seL4_CPtr object, seL4_Word label,
                                       std::initializer_list<seL4_CPtr> caps, Words... words) {
  std::size_t i = 0;
  for (seL4_CPtr extra : caps) {
    ipc_buffer->caps_or_badges[i++] = extra;
  }
  detail::PutWords(message, words...);
  message.info = seL4_MessageInfo_new(label, 0, caps.size(), sizeof...(words));
  SystemCall(seL4_SysCall, object, message);
  return static_cast<seL4_Error>(seL4_MessageInfo_get_label(message.info));
}
template <typename... Words>
[[nodiscard]] inline seL4_Error Invoke(seL4_CPtr object, seL4_Word label, std::initializer_list<seL4_CPtr> caps,
                                       Words... words) {
  Message message;
  return Invoke(message, object, label, caps, words...);
}

// Makes `count` objects in consecutive slots from `offset` of the CNode that `node` names.
[[nodiscard]] inline seL4_Error Retype(Cap<Untyped> untyped, seL4_Word type, seL4_Word size_bits, Slot node,
                                       seL4_Word offset, seL4_Word count) {
  return Invoke(untyped.Pointer(), UntypedRetype, {node.root.Pointer()}, type, size_bits, node.index, node.depth,
                offset, count);
}

[[nodiscard]] inline seL4_Error ReadRegisters(Cap<Tcb> tcb, bool suspend, seL4_UserContext &context) {
  Message message;
  constexpr seL4_Word kCount = sizeof(context) / sizeof(seL4_Word);
  seL4_Error error = Invoke(message, tcb.Pointer(), TCBReadRegisters, {}, suspend, kCount);
  if (error != seL4_NoError) {
    return error;
  }
  auto *words = reinterpret_cast<seL4_Word *>(&context);
  for (std::size_t i = 0; i < kCount; i += 1) {
    words[i] = i < seL4_FastMessageRegisters ? message.words[i] : ipc_buffer->msg[i];
  }
  return error;
}
[[nodiscard]] inline seL4_Error WriteRegisters(Cap<Tcb> tcb, bool resume, const seL4_UserContext &context) {
  Message message;
  constexpr seL4_Word kCount = sizeof(context) / sizeof(seL4_Word);
  const auto *words = reinterpret_cast<const seL4_Word *>(&context);
  message.words[0] = resume;
  message.words[1] = kCount;
  message.words[2] = words[0];
  message.words[3] = words[1];
  for (std::size_t i = 2; i < kCount; i += 1) {
    ipc_buffer->msg[i + 2] = words[i];
  }
  message.info = seL4_MessageInfo_new(TCBWriteRegisters, 0, 0, kCount + 2);
  SystemCall(seL4_SysCall, tcb.Pointer(), message);
  return static_cast<seL4_Error>(seL4_MessageInfo_get_label(message.info));
}
[[nodiscard]] inline seL4_Error SetPriority(Cap<Tcb> tcb, Cap<Tcb> authority, seL4_Word priority) {
  return Invoke(tcb.Pointer(), TCBSetPriority, {authority.Pointer()}, priority);
}
[[nodiscard]] inline seL4_Error SetSchedParams(Cap<Tcb> tcb, Cap<Tcb> authority, seL4_Word maximum,
                                               seL4_Word priority) {
  return Invoke(tcb.Pointer(), TCBSetSchedParams, {authority.Pointer()}, maximum, priority);
}
[[nodiscard]] inline seL4_Error SetIpcBuffer(Cap<Tcb> tcb, seL4_Word address, Cap<Frame> frame) {
  return Invoke(tcb.Pointer(), TCBSetIPCBuffer, {frame.Pointer()}, address);
}
// `fault_endpoint` is a pointer in the thread's own CSpace.
[[nodiscard]] inline seL4_Error SetSpace(Cap<Tcb> tcb, seL4_CPtr fault_endpoint, Cap<CNode> cspace,
                                         seL4_CNode_CapData_t data, Cap<Pml4> vspace) {
  return Invoke(tcb.Pointer(), TCBSetSpace, {cspace.Pointer(), vspace.Pointer()}, fault_endpoint, data.words[0], 0);
}
[[nodiscard]] inline seL4_Error Suspend(Cap<Tcb> tcb) { return Invoke(tcb.Pointer(), TCBSuspend, {}); }
[[nodiscard]] inline seL4_Error Resume(Cap<Tcb> tcb) { return Invoke(tcb.Pointer(), TCBResume, {}); }
[[nodiscard]] inline seL4_Error BindNotification(Cap<Tcb> tcb, Cap<Notification> notification) {
  return Invoke(tcb.Pointer(), TCBBindNotification, {notification.Pointer()});
}
[[nodiscard]] inline seL4_Error SetFlags(Cap<Tcb> tcb, seL4_Word clear, seL4_Word set) {
  return Invoke(tcb.Pointer(), TCBSetFlags, {}, clear, set);
}

[[nodiscard]] inline seL4_Error Revoke(Slot slot) {
  return Invoke(slot.root.Pointer(), CNodeRevoke, {}, slot.index, slot.depth);
}
[[nodiscard]] inline seL4_Error Delete(Slot slot) {
  return Invoke(slot.root.Pointer(), CNodeDelete, {}, slot.index, slot.depth);
}
[[nodiscard]] inline seL4_Error Copy(Slot to, Slot from, seL4_CapRights_t rights) {
  return Invoke(to.root.Pointer(), CNodeCopy, {from.root.Pointer()}, to.index, to.depth, from.index, from.depth,
                rights.words[0]);
}
[[nodiscard]] inline seL4_Error Mint(Slot to, Slot from, seL4_CapRights_t rights, seL4_Word badge) {
  return Invoke(to.root.Pointer(), CNodeMint, {from.root.Pointer()}, to.index, to.depth, from.index, from.depth,
                rights.words[0], badge);
}
[[nodiscard]] inline seL4_Error Move(Slot to, Slot from) {
  return Invoke(to.root.Pointer(), CNodeMove, {from.root.Pointer()}, to.index, to.depth, from.index, from.depth);
}
[[nodiscard]] inline seL4_Error SaveCaller(Slot slot) {
  return Invoke(slot.root.Pointer(), CNodeSaveCaller, {}, slot.index, slot.depth);
}

[[nodiscard]] inline seL4_Error Acknowledge(Cap<IrqHandler> handler) {
  return Invoke(handler.Pointer(), IRQAckIRQ, {});
}
[[nodiscard]] inline seL4_Error SetNotification(Cap<IrqHandler> handler, Cap<Notification> notification) {
  return Invoke(handler.Pointer(), IRQSetIRQHandler, {notification.Pointer()});
}

[[nodiscard]] inline seL4_Error Map(Cap<Pdpt> table, Cap<Pml4> root, seL4_Word address) {
  return Invoke(table.Pointer(), X86PDPTMap, {root.Pointer()}, address, seL4_X86_Default_VMAttributes);
}
[[nodiscard]] inline seL4_Error Map(Cap<PageDirectory> table, Cap<Pml4> root, seL4_Word address) {
  return Invoke(table.Pointer(), X86PageDirectoryMap, {root.Pointer()}, address, seL4_X86_Default_VMAttributes);
}
[[nodiscard]] inline seL4_Error Map(Cap<PageTable> table, Cap<Pml4> root, seL4_Word address) {
  return Invoke(table.Pointer(), X86PageTableMap, {root.Pointer()}, address, seL4_X86_Default_VMAttributes);
}
[[nodiscard]] inline seL4_Error Unmap(Cap<Pdpt> table) { return Invoke(table.Pointer(), X86PDPTUnmap, {}); }
[[nodiscard]] inline seL4_Error Unmap(Cap<PageDirectory> table) {
  return Invoke(table.Pointer(), X86PageDirectoryUnmap, {});
}
[[nodiscard]] inline seL4_Error Unmap(Cap<PageTable> table) { return Invoke(table.Pointer(), X86PageTableUnmap, {}); }
[[nodiscard]] inline seL4_Error Map(Cap<Frame> frame, Cap<Pml4> root, seL4_Word address, seL4_CapRights_t rights,
                                    seL4_X86_VMAttributes attributes = seL4_X86_Default_VMAttributes) {
  return Invoke(frame.Pointer(), X86PageMap, {root.Pointer()}, address, rights.words[0], attributes);
}
[[nodiscard]] inline seL4_Error Unmap(Cap<Frame> frame) { return Invoke(frame.Pointer(), X86PageUnmap, {}); }
// The physical address of a frame, in bytes.
[[nodiscard]] inline seL4_Error GetAddress(Cap<Frame> frame, seL4_Word &address) {
  Message message;
  seL4_Error error = Invoke(message, frame.Pointer(), X86PageGetAddress, {});
  address = message.words[0];
  return error;
}

[[nodiscard]] inline seL4_Error MakePool(Cap<AsidControl> control, Cap<Untyped> untyped, Slot to) {
  return Invoke(control.Pointer(), X86ASIDControlMakePool, {untyped.Pointer(), to.root.Pointer()}, to.index, to.depth);
}
[[nodiscard]] inline seL4_Error Assign(Cap<AsidPool> pool, Cap<Pml4> root) {
  return Invoke(pool.Pointer(), X86ASIDPoolAssign, {root.Pointer()});
}

// Ports [first, last], both included.
[[nodiscard]] inline seL4_Error IssuePorts(Cap<IoPortControl> control, seL4_Word first, seL4_Word last, Slot to) {
  return Invoke(control.Pointer(), X86IOPortControlIssue, {to.root.Pointer()}, first, last, to.index, to.depth);
}
[[nodiscard]] inline seL4_Error In8(Cap<IoPort> ports, seL4_Word port, unsigned char &value) {
  Message message;
  seL4_Error error = Invoke(message, ports.Pointer(), X86IOPortIn8, {}, port);
  value = static_cast<unsigned char>(message.words[0]);
  return error;
}
[[nodiscard]] inline seL4_Error In16(Cap<IoPort> ports, seL4_Word port, unsigned short &value) {
  Message message;
  seL4_Error error = Invoke(message, ports.Pointer(), X86IOPortIn16, {}, port);
  value = static_cast<unsigned short>(message.words[0]);
  return error;
}
[[nodiscard]] inline seL4_Error In32(Cap<IoPort> ports, seL4_Word port, unsigned &value) {
  Message message;
  seL4_Error error = Invoke(message, ports.Pointer(), X86IOPortIn32, {}, port);
  value = static_cast<unsigned>(message.words[0]);
  return error;
}
[[nodiscard]] inline seL4_Error Out8(Cap<IoPort> ports, seL4_Word port, unsigned char value) {
  return Invoke(ports.Pointer(), X86IOPortOut8, {}, port, value);
}
[[nodiscard]] inline seL4_Error Out16(Cap<IoPort> ports, seL4_Word port, unsigned short value) {
  return Invoke(ports.Pointer(), X86IOPortOut16, {}, port, value);
}
[[nodiscard]] inline seL4_Error Out32(Cap<IoPort> ports, seL4_Word port, unsigned value) {
  return Invoke(ports.Pointer(), X86IOPortOut32, {}, port, value);
}

struct IoApicPin {
  seL4_Word ioapic = 0;
  seL4_Word pin = 0;
  bool level = false;
  bool active_low = false;
  seL4_Word vector = 0;  // 0..107
};
[[nodiscard]] inline seL4_Error IssueIrq(Cap<IrqControl> control, const IoApicPin &pin, Slot to) {
  return Invoke(control.Pointer(), X86IRQIssueIRQHandlerIOAPIC, {to.root.Pointer()}, to.index, to.depth, pin.ioapic,
                pin.pin, pin.level, pin.active_low, pin.vector);
}

// A message-signalled interrupt: the device is programmed with vector + 0x30 by whoever may (SEL4_ABI.md section 10).
struct MsiSource {
  seL4_Word bus = 0;
  seL4_Word device = 0;
  seL4_Word function = 0;
  seL4_Word handle = 0;
  seL4_Word vector = 0;  // 0..107
};
[[nodiscard]] inline seL4_Error IssueMsi(Cap<IrqControl> control, const MsiSource &source, Slot to) {
  return Invoke(control.Pointer(), X86IRQIssueIRQHandlerMSI, {to.root.Pointer()}, to.index, to.depth, source.bus,
                source.device, source.function, source.handle, source.vector);
}
[[nodiscard]] inline seL4_Error ClearNotification(Cap<IrqHandler> handler) {
  return Invoke(handler.Pointer(), IRQClearIRQHandler, {});
}

// Sends to a saved reply capability without ever blocking (a dead one is dropped silently).
inline void NbSend(Cap<Reply> reply, Message &message) { SystemCall(seL4_SysNBSend, reply.Pointer(), message); }
// Answers the caller and does not wait.
inline void SendReply(Message &message) { SystemCall(seL4_SysReply, 0, message); }
inline void Signal(Cap<Notification> notification) {
  Message message;
  SystemCall(seL4_SysSend, notification.Pointer(), message);
}
inline void Recv(Cap<Endpoint> endpoint, Message &message) { SystemCall(seL4_SysRecv, endpoint.Pointer(), message); }
// Does not wait: the badge is 0 when nothing was there.
inline void NbRecv(Cap<Endpoint> endpoint, Message &message) {
  SystemCall(seL4_SysNBRecv, endpoint.Pointer(), message);
}
inline void ReplyRecv(Cap<Endpoint> endpoint, Message &message) {
  SystemCall(seL4_SysReplyRecv, endpoint.Pointer(), message);
}
inline void Wait(Cap<Notification> notification, Message &message) {
  SystemCall(seL4_SysRecv, notification.Pointer(), message);
}

}  // namespace cap
