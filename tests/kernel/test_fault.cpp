// Faults: each kind's message, what a reply does, what happens without a handler.
#include "env.hpp"

using namespace test;

extern "C" {
extern char FaultSyscallInstruction[], FaultBreakpoint[], FaultTrap[], FaultDivide[], FaultUndefined[], FaultInt2e[];
void FaultSyscall(Word argument);
void FaultBreakpointEntry(Word argument);
void FaultTrapEntry(Word argument);
void FaultDivideEntry(Word argument);
void FaultUndefinedEntry(Word argument);
void FaultInt2eEntry(Word argument);
void FaultPrivileged(Word argument);
void FaultSingleStep(Word argument);
}

namespace {

Word At(const char *label) { return reinterpret_cast<Word>(label); }

struct Faulty {
  Cptr endpoint;
  Thread thread;
};

/// Starts a faulting function; its faults come to the returned endpoint.
Faulty Start(void (*function)(Word), Word argument = 0, Word rights = 15) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr handler = Badged(endpoint, 0xfa, rights);
  return {endpoint, StartThread(function, argument, {.priority = 200, .fault_endpoint = handler})};
}

Word Mr(const Message &message, Word index) { return index < 4 ? message.mr[index] : boot_info->ipcBuffer->msg[index]; }

void ReadAt(Word address) { static_cast<void>(*reinterpret_cast<volatile Word *>(address)); }
void JumpTo(Word address) { reinterpret_cast<void (*)()>(address)(); }
void SendTo(Word cptr) { Send(cptr, {}); }
void CallTo(Word cptr) { Call(cptr, {}); }
void RecvFrom(Word cptr) { Recv(cptr); }

volatile Word counter;
void SpinForever(Word) {
  for (;;) {
    counter = counter + 1;
  }
}

}  // namespace

TEST(vm_fault_read) {
  const Faulty faulty = Start(ReadAt, 0xdead0000);
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.badge, 0xfa);
  EXPECT_EQ(message.Label(), seL4_Fault_VMFault);
  EXPECT_EQ(message.Length(), 4);
  EXPECT_EQ(message.mr[seL4_VMFault_Addr], 0xdead0000);
  EXPECT_EQ(message.mr[seL4_VMFault_PrefetchFault], 0);
  EXPECT_EQ(message.mr[seL4_VMFault_FSR], 4);
  EXPECT_EQ(message.mr[seL4_VMFault_IP], ReadRegister(faulty.thread.tcb, 0));
}

TEST(vm_fault_fetch) {
  const Faulty faulty = Start(JumpTo, 0xdead1000);
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_VMFault);
  EXPECT_EQ(message.mr[seL4_VMFault_Addr], 0xdead1000);
  EXPECT_EQ(message.mr[seL4_VMFault_IP], 0xdead1000);
}

TEST(vm_fault_kernel_memory) {
  const Faulty faulty = Start(ReadAt, 0xffffffff80101000);
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_VMFault);
  EXPECT_EQ(message.mr[seL4_VMFault_Addr], 0xffffffff80101000);
}

TEST(non_canonical_address_is_exception_13) {
  const Faulty faulty = Start(ReadAt, Word{1} << 60);
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_UserException);
  EXPECT_EQ(message.mr[seL4_UserException_Number], 13);
}

TEST(cap_fault_send) {
  // A root CNode of 2^n slots with a guard of zeros: other upper bits do not match it.
  const Word cptr = Word{1} << 63;
  const Faulty faulty = Start(SendTo, cptr);
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_CapFault);
  EXPECT_EQ(message.mr[seL4_CapFault_Addr], cptr);
  EXPECT_EQ(message.mr[seL4_CapFault_InRecvPhase], 0);
  EXPECT_EQ(message.mr[seL4_CapFault_LookupFailureType], seL4_GuardMismatch);
  EXPECT_EQ(message.Length(), 7);
  EXPECT_EQ(Mr(message, seL4_CapFault_BitsLeft), 64);
  EXPECT_EQ(Mr(message, seL4_CapFault_GuardMismatch_GuardFound), 0);
  EXPECT_EQ(Mr(message, seL4_CapFault_GuardMismatch_BitsFound), 64 - boot_info->initThreadCNodeSizeBits);
}

TEST(cap_fault_receive) {
  const Cptr empty = NewSlot();
  const Faulty faulty = Start(RecvFrom, empty);
  Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_CapFault);
  EXPECT_EQ(message.mr[seL4_CapFault_InRecvPhase], 1);
  EXPECT_EQ(message.mr[seL4_CapFault_LookupFailureType], seL4_MissingCapability);
  EXPECT_EQ(Mr(message, seL4_CapFault_BitsLeft), 0);
  // The system call is made again after the reply.
  EXPECT_OK(Copy(empty, New(seL4_EndpointObject)));
  Reply({});
  SetOwnPriority(100);
  Send(empty, {});
  SetOwnPriority(255);
  message = Recv(faulty.endpoint);
  EXPECT_EQ(message.mr[seL4_CapFault_Addr], 0);
}

TEST(receive_without_right_is_a_fault) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Faulty faulty = Start(RecvFrom, WithRights(endpoint, 1));
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_CapFault);
  EXPECT_EQ(message.mr[seL4_CapFault_InRecvPhase], 1);
}

TEST(invalid_root_cap_fault) {
  // A thread whose CSpace went away: its fault handler is gone with it, so it just stops.
  const Cptr node = New(seL4_CapTableObject, 1);
  const Cptr endpoint = New(seL4_EndpointObject);
  EXPECT_OK(Invoke(node, CNodeCopy, {1, 1, endpoint, kDepth, 15}, {kRootCNode}));
  const Word data = seL4_CNode_CapData_new(0, 63).words[0];
  const Thread thread =
      StartThread(CallTo, 0, {.priority = 200, .fault_endpoint = 1, .cnode = node, .cnode_data = data});
  LetOthersRun();
  EXPECT_OK(Invoke(thread.tcb, TCBSuspend));
}

TEST(unknown_syscall) {
  const Faulty faulty = Start(FaultSyscall, 0x1111);
  Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_UnknownSyscall);
  EXPECT_EQ(message.Length(), seL4_UnknownSyscall_Length);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_RAX), 0xa);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_RBX), 0xb);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_RDX), 0x123456);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_RSI), 0x51);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_RDI), 0x1111);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_RBP), 0xbb);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_R8), 0x8);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_R10), 0x10);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_R12), 0x12);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_R15), 0x15);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_FaultIP), At(FaultSyscallInstruction));
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_Syscall), 0x123456);
  // An empty reply makes it again; one with registers goes behind it.
  message = ReplyRecv(faulty.endpoint, {});
  EXPECT_EQ(message.Label(), seL4_Fault_UnknownSyscall);
  seL4_IPCBuffer &buffer = *boot_info->ipcBuffer;
  buffer.msg[seL4_UnknownSyscall_FaultIP] = At(FaultSyscallInstruction) + 2;
  buffer.msg[seL4_UnknownSyscall_R14] = kScratch + 0x1000;
  message = ReplyRecv(faulty.endpoint, {.info = seL4_MessageInfo_new(0, 0, 0, 16),
                                        .mr = {message.mr[0], message.mr[1], message.mr[2], message.mr[3]}});
  // It reads where R14 points.
  EXPECT_EQ(message.Label(), seL4_Fault_VMFault);
  EXPECT_EQ(message.mr[seL4_VMFault_Addr], kScratch + 0x1000);
  EXPECT_EQ(ReadRegister(faulty.thread.tcb, 1), 0);  // RSP was lost
}

TEST(nonzero_label_stops_the_thread) {
  const Faulty faulty = Start(FaultSyscall);
  Recv(faulty.endpoint);
  Reply({.info = seL4_MessageInfo_new(1, 0, 0, 0)});
  SetOwnPriority(100);
  EXPECT_EQ(NBRecv(faulty.endpoint).badge, 0);
  SetOwnPriority(255);
  EXPECT_OK(Invoke(faulty.thread.tcb, TCBResume));
  EXPECT_EQ(Recv(faulty.endpoint).Label(), seL4_Fault_UnknownSyscall);
}

TEST(software_interrupt_is_an_unknown_syscall) {
  const Faulty faulty = Start(FaultTrapEntry);
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_UnknownSyscall);
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_FaultIP), At(FaultTrap));
  EXPECT_EQ(Mr(message, seL4_UnknownSyscall_Syscall), 0xffffffffa1345678);
}

TEST(breakpoint) {
  const Faulty faulty = Start(FaultBreakpointEntry);
  Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_UserException);
  EXPECT_EQ(message.Length(), 5);
  EXPECT_EQ(message.mr[seL4_UserException_FaultIP], At(FaultBreakpoint) + 1);
  EXPECT_EQ(message.mr[seL4_UserException_Number], 3);
  // The reply may change instruction pointer, stack pointer and flags.
  const Word stack = message.mr[seL4_UserException_SP];
  message = ReplyRecv(faulty.endpoint,
                      {.info = seL4_MessageInfo_new(0, 0, 0, 3), .mr = {At(FaultDivide), stack - 64, 0xfff}});
  EXPECT_EQ(message.mr[seL4_UserException_Number], 0);
  EXPECT_EQ(message.mr[seL4_UserException_FaultIP], At(FaultDivide));
  EXPECT_EQ(message.mr[seL4_UserException_SP], stack - 64);
  EXPECT_EQ(message.mr[seL4_UserException_FLAGS] & 0x100, 0);
}

TEST(divide_error) {
  const Faulty faulty = Start(FaultDivideEntry);
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_UserException);
  EXPECT_EQ(message.mr[seL4_UserException_Number], 0);
  EXPECT_EQ(message.mr[seL4_UserException_FaultIP], At(FaultDivide));
}

TEST(undefined_instruction) {
  const Faulty faulty = Start(FaultUndefinedEntry);
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.mr[seL4_UserException_Number], 6);
  EXPECT_EQ(message.mr[seL4_UserException_FaultIP], At(FaultUndefined));
}

TEST(closed_interrupt_gate) {
  const Faulty faulty = Start(FaultInt2eEntry);
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_UserException);
  EXPECT_EQ(message.mr[seL4_UserException_Number], 13);
  EXPECT_EQ(message.mr[seL4_UserException_FaultIP], At(FaultInt2e));
}

TEST(privileged_instructions) {
  for (Word which = 0; which < 3; ++which) {
    const Faulty faulty = Start(FaultPrivileged, which);
    const Message message = Recv(faulty.endpoint);
    EXPECT_EQ(message.Label(), seL4_Fault_UserException);
    EXPECT_EQ(message.mr[seL4_UserException_Number], 13);
  }
}

TEST(single_step) {
  const Faulty faulty = Start(FaultSingleStep);
  Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_UserException);
  EXPECT_EQ(message.mr[seL4_UserException_Number], 1);
  EXPECT_EQ(message.mr[seL4_UserException_FLAGS] & 0x100, 0x100);
  const Word ip = message.mr[seL4_UserException_FaultIP];
  message =
      ReplyRecv(faulty.endpoint, {.info = seL4_MessageInfo_new(0, 0, 0, 3), .mr = {ip, message.mr[1], message.mr[2]}});
  EXPECT_EQ(message.Label(), seL4_Fault_CapFault);  // ran to its end
}

TEST(fault_handler_needs_rights) {
  // Without grant or grant reply (or without send) nobody is told.
  for (const Word rights : {Word{1}, Word{2 | 4 | 8}, Word{0}}) {
    const Faulty faulty = Start(ReadAt, 0xdead0000, rights);
    SetOwnPriority(100);
    EXPECT_EQ(NBRecv(faulty.endpoint).badge, 0);
    SetOwnPriority(255);
  }
  for (const Word rights : {Word{1 | 4}, Word{1 | 8}}) {
    const Faulty faulty = Start(ReadAt, 0xdead0000, rights);
    EXPECT_EQ(Recv(faulty.endpoint).badge, 0xfa);
  }
}

TEST(invalid_instruction_pointer_cannot_reach_the_kernel) {
  const Faulty faulty = Start(SpinForever);
  EXPECT_OK(Invoke(faulty.thread.tcb, TCBSuspend));
  EXPECT_OK(SetRegisters(faulty.thread.tcb, Word{1} << 47, Word{1} << 50, 0, 0, true));
  const Message message = Recv(faulty.endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_VMFault);
  EXPECT_EQ(message.mr[seL4_VMFault_IP], 0);
}
