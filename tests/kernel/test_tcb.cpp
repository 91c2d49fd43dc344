// TCB invocations: registers, spaces, IPC buffer, flags.
#include "env.hpp"

using namespace test;

extern "C" void LoadAllRegisters(Word argument);

namespace {

volatile Word counter;

void CountForever(Word) {
  for (;;) {
    counter = counter + 1;
  }
}

volatile Word seen_fs, seen_gs;
Word ReadFs() {
  Word value;
  asm volatile("rdfsbase %0" : "=r"(value));
  return value;
}
Word ReadGs() {
  Word value;
  asm volatile("rdgsbase %0" : "=r"(value));
  return value;
}
void SetFs(Word value) { asm volatile("wrfsbase %0" : : "r"(value)); }
void SetGs(Word value) { asm volatile("wrgsbase %0" : : "r"(value)); }

void ReportBases(Word) {
  seen_fs = ReadFs();
  seen_gs = ReadGs();
}

void KeepBases(Word value) {
  SetFs(value);
  SetGs(value + 8);
  for (int i = 0; i < 1000; ++i) {
    Yield();
    if (ReadFs() != value || ReadGs() != value + 8) {
      return;
    }
  }
  counter = counter + 1;
}

}  // namespace

TEST(tcb_read_registers) {
  const Thread thread = StartThread(LoadAllRegisters, 0x100, {.priority = 200});
  LetOthersRun();
  const Result result = Invoke(thread.tcb, TCBReadRegisters, {1, 20});
  EXPECT_OK(result);
  EXPECT_EQ(result.length, 20);
  // LoadAllRegisters blocks in a receive that faults; its registers are marked.
  const Word *const words = boot_info->ipcBuffer->msg;
  EXPECT_EQ(result.words[3], 0xaa);  // rax
  EXPECT_EQ(words[4], 0xbb);         // rbx
  EXPECT_EQ(words[7], 0x51);         // rsi
  EXPECT_EQ(words[9], 0xb9);         // rbp
  EXPECT_EQ(words[10], 0x8);
  EXPECT_EQ(words[11], 0x9);
  EXPECT_EQ(words[12], 0x10);
  EXPECT_EQ(words[14], 0x12);
  EXPECT_EQ(words[15], 0x13);
  EXPECT_EQ(words[16], 0x14);
  EXPECT_EQ(words[17], 0x15);
}

TEST(tcb_register_errors) {
  const Cptr tcb = New(seL4_TCBObject);
  EXPECT_ERROR(Invoke(tcb, TCBReadRegisters, {0}), seL4_TruncatedMessage);
  for (const Word count : {Word{0}, Word{21}}) {
    const Result result = Invoke(tcb, TCBReadRegisters, {0, count});
    EXPECT_ERROR(result, seL4_RangeError);
    EXPECT_EQ(result.words[0], 1);
    EXPECT_EQ(result.words[1], 20);
  }
  EXPECT_ERROR(Invoke(kRootTcb, TCBReadRegisters, {0, 20}), seL4_IllegalOperation);
  EXPECT_ERROR(Invoke(tcb, TCBWriteRegisters, {0}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(tcb, TCBWriteRegisters, {0, 3, 1, 2}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(kRootTcb, TCBWriteRegisters, {0, 1, 1}), seL4_IllegalOperation);
  EXPECT_ERROR(Invoke(tcb, TCBCopyRegisters, {0}), seL4_TruncatedMessage);
  const Result result = Invoke(tcb, TCBCopyRegisters, {0}, {kRootCNode});
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_ERROR(Invoke(tcb, CNodeRevoke, {0, 0}), seL4_IllegalOperation);
}

TEST(tcb_write_registers_is_sanitised) {
  const Cptr tcb = New(seL4_TCBObject);
  EXPECT_OK(Invoke(tcb, TCBWriteRegisters,
                   {0,  20, Word{1} << 47, 0x8123456789abcdef, ~Word{0}, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                    16, 17, Word{1} << 60, Word{1} << 61}));
  EXPECT_EQ(ReadRegister(tcb, 0), 0);
  EXPECT_EQ(ReadRegister(tcb, 1), 0x8123456789abcdef);
  EXPECT_EQ(ReadRegister(tcb, 2), 0xfff & ~Word{0x100 | 0x8 | 0x20});
  for (Word i = 3; i < 18; ++i) {
    EXPECT_EQ(ReadRegister(tcb, i), i);
  }
  EXPECT_EQ(ReadRegister(tcb, 18), 0);
  EXPECT_EQ(ReadRegister(tcb, 19), 0);
  EXPECT_OK(Invoke(tcb, TCBWriteRegisters, {0, 3, 0x1000, 0x2000, 0}));
  EXPECT_EQ(ReadRegister(tcb, 0), 0x1000);
  EXPECT_EQ(ReadRegister(tcb, 2), 0x202);
  EXPECT_EQ(ReadRegister(tcb, 17), 17);  // not in the message: unchanged
}

TEST(tcb_copy_registers) {
  const Cptr from = New(seL4_TCBObject);
  const Cptr to = New(seL4_TCBObject);
  EXPECT_OK(Invoke(from, TCBWriteRegisters, {0,   20,  100, 101, 0,   103, 104, 105, 106, 107, 108,
                                             109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119}));
  EXPECT_OK(Invoke(to, TCBCopyRegisters, {4}, {from}));
  EXPECT_EQ(ReadRegister(to, 0), 100);
  EXPECT_EQ(ReadRegister(to, 17), 117);
  EXPECT_EQ(ReadRegister(to, 18), 0);
  EXPECT_OK(Invoke(to, TCBCopyRegisters, {8}, {from}));
  EXPECT_EQ(ReadRegister(to, 18), 118);
  EXPECT_EQ(ReadRegister(to, 19), 119);
}

TEST(tcb_suspend_and_resume) {
  counter = 0;
  const Thread thread = StartThread(CountForever, 0, {.priority = 255});
  while (counter == 0) {
    Yield();
  }
  EXPECT_OK(Invoke(thread.tcb, TCBSuspend));
  const Word at = counter;
  for (int i = 0; i < 50; ++i) {
    Yield();
  }
  EXPECT_EQ(counter, at);
  EXPECT_OK(Invoke(thread.tcb, TCBResume));
  while (counter == at) {
    Yield();
  }
  EXPECT_OK(Invoke(thread.tcb, TCBSuspend));
  EXPECT_OK(Invoke(thread.tcb, TCBSuspend));
}

TEST(tcb_configure_errors) {
  const Cptr tcb = New(seL4_TCBObject);
  const Cptr frame = New(seL4_X86_4K);
  const Cptr vspace = New(seL4_X64_PML4Object);
  const auto configure = [&](Word buffer, Cptr cnode, Cptr space, Cptr buffer_frame, Word data = 0) {
    return Invoke(tcb, TCBConfigure, {0, data, 0, buffer}, {cnode, space, buffer_frame});
  };
  EXPECT_ERROR(Invoke(tcb, TCBConfigure, {0, 0, 0}, {kRootCNode, kRootVSpace, frame}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(tcb, TCBConfigure, {0, 0, 0, 0}, {kRootCNode, kRootVSpace}), seL4_TruncatedMessage);
  EXPECT_ERROR(configure(0x1200, kRootCNode, kRootVSpace, frame), seL4_AlignmentError);
  EXPECT_ERROR(configure(0x1000, kRootCNode, kRootVSpace, kRootCNode), seL4_IllegalOperation);
  EXPECT_ERROR(configure(0, kRootVSpace, kRootVSpace, frame), seL4_IllegalOperation);
  EXPECT_ERROR(configure(0, kRootCNode, kRootCNode, frame), seL4_IllegalOperation);
  EXPECT_ERROR(configure(0, kRootCNode, vspace, frame), seL4_IllegalOperation);  // no ASID
  const Cptr node = New(seL4_CapTableObject, 8);
  EXPECT_ERROR(configure(0, node, kRootVSpace, frame, seL4_CNode_CapData_new(0, 60).words[0]), seL4_IllegalOperation);
  EXPECT_OK(configure(0x1000, node, kRootVSpace, frame, seL4_CNode_CapData_new(0, 56).words[0]));
  EXPECT_OK(configure(0, kRootCNode, kRootVSpace, frame));
  EXPECT_ERROR(Invoke(tcb, TCBSetSpace, {0, 0}, {kRootCNode, kRootVSpace}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(tcb, TCBSetSpace, {0, 0, 0}, {kRootCNode}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(tcb, TCBSetSpace, {0, 0, 0}, {kRootCNode, frame}), seL4_IllegalOperation);
  EXPECT_OK(Invoke(tcb, TCBSetSpace, {0, 0, 0}, {kRootCNode, kRootVSpace}));
  EXPECT_ERROR(Invoke(tcb, TCBSetIPCBuffer, {0x1000}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(tcb, TCBSetIPCBuffer, {0x1001}, {frame}), seL4_AlignmentError);
  EXPECT_OK(Invoke(tcb, TCBSetIPCBuffer, {0x1400}, {frame}));
}

TEST(tcb_holds_the_last_cnode) {
  // A TCB whose CSpace is the last capability to a CNode: replacing it would be a long deletion.
  const Cptr tcb = New(seL4_TCBObject);
  const Cptr node = New(seL4_CapTableObject, 4);
  EXPECT_OK(Invoke(tcb, TCBSetSpace, {0, seL4_CNode_CapData_new(0, 60).words[0], 0}, {node, kRootVSpace}));
  EXPECT_OK(Delete(node));
  EXPECT_ERROR(Invoke(tcb, TCBSetSpace, {0, 0, 0}, {kRootCNode, kRootVSpace}), seL4_IllegalOperation);
}

TEST(tcb_priorities) {
  const Cptr tcb = New(seL4_TCBObject);
  const Cptr weak = New(seL4_TCBObject);
  EXPECT_OK(Invoke(weak, TCBSetMCPriority, {100}, {kRootTcb}));
  EXPECT_ERROR(Invoke(tcb, TCBSetPriority, {1}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(tcb, TCBSetSchedParams, {1}, {kRootTcb}), seL4_TruncatedMessage);
  Result result = Invoke(tcb, TCBSetPriority, {1}, {kRootCNode});
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 1);
  result = Invoke(tcb, TCBSetPriority, {101}, {weak});
  EXPECT_ERROR(result, seL4_RangeError);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_EQ(result.words[1], 100);
  EXPECT_ERROR(Invoke(tcb, TCBSetPriority, {256}, {kRootTcb}), seL4_RangeError);
  EXPECT_ERROR(Invoke(tcb, TCBSetMCPriority, {101}, {weak}), seL4_RangeError);
  EXPECT_ERROR(Invoke(tcb, TCBSetSchedParams, {100, 101}, {weak}), seL4_RangeError);
  EXPECT_ERROR(Invoke(tcb, TCBSetSchedParams, {101, 100}, {weak}), seL4_RangeError);
  EXPECT_OK(Invoke(tcb, TCBSetSchedParams, {100, 100}, {weak}));
}

TEST(tcb_tls_base) {
  counter = 0;
  const Thread thread = StartThread(ReportBases, 0, {.priority = 200, .start = false});
  EXPECT_ERROR(Invoke(thread.tcb, TCBSetTLSBase), seL4_TruncatedMessage);
  EXPECT_OK(Invoke(thread.tcb, TCBSetTLSBase, {0x123456000}));
  EXPECT_EQ(ReadRegister(thread.tcb, 18), 0x123456000);
  EXPECT_OK(Invoke(thread.tcb, TCBResume));
  LetOthersRun();
  EXPECT_EQ(seen_fs, 0x123456000);
  EXPECT_EQ(seen_gs, 0);
  // One's own.
  const Word fs = ReadFs();
  EXPECT_OK(Invoke(kRootTcb, TCBSetTLSBase, {0x777000}));
  EXPECT_EQ(ReadFs(), 0x777000);
  SetFs(fs);
}

TEST(segment_bases_belong_to_the_thread) {
  counter = 0;
  SetGs(0x1000);
  StartThread(KeepBases, 0x400000, {.priority = 200});
  StartThread(KeepBases, 0x500000, {.priority = 200});
  LetOthersRun();
  EXPECT_EQ(counter, 2);
  EXPECT_EQ(ReadGs(), 0x1000);
  SetGs(0);
}

TEST(tcb_set_flags) {
  const Cptr tcb = New(seL4_TCBObject);
  EXPECT_ERROR(Invoke(tcb, TCBSetFlags, {0}), seL4_TruncatedMessage);
  Result result = Invoke(tcb, TCBSetFlags, {0, 1});
  EXPECT_OK(result);
  EXPECT_EQ(result.words[0], 1);
  result = Invoke(tcb, TCBSetFlags, {0, ~Word{0}});
  EXPECT_EQ(result.words[0], 1);
  result = Invoke(tcb, TCBSetFlags, {1, 0});
  EXPECT_EQ(result.words[0], 0);
}

TEST(domain_set) {
  const Cptr tcb = New(seL4_TCBObject);
  EXPECT_OK(Invoke(seL4_CapDomain, DomainSetSet, {0}, {tcb}));
  Result result = Invoke(seL4_CapDomain, DomainSetSet, {1}, {tcb});
  EXPECT_ERROR(result, seL4_InvalidArgument);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_ERROR(Invoke(seL4_CapDomain, DomainSetSet), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(seL4_CapDomain, DomainSetSet, {0}), seL4_TruncatedMessage);
  result = Invoke(seL4_CapDomain, DomainSetSet, {0}, {kRootCNode});
  EXPECT_ERROR(result, seL4_InvalidArgument);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_ERROR(Invoke(seL4_CapDomain, TCBResume), seL4_IllegalOperation);
}

TEST(domain_schedule) {
  const auto configure = [](Word index, Word domain, Word duration) {
    return Invoke(seL4_CapDomain, DomainScheduleConfigure, {index, domain, duration});
  };
  EXPECT_ERROR(Invoke(seL4_CapDomain, DomainScheduleConfigure, {0, 0}), seL4_TruncatedMessage);
  EXPECT_ERROR(configure(1, 0, 1), seL4_RangeError);
  EXPECT_ERROR(configure(0, 1, 1), seL4_RangeError);
  EXPECT_ERROR(configure(0, 0, ~Word{0}), seL4_InvalidArgument);
  EXPECT_ERROR(configure(0, 0, 0), seL4_InvalidArgument);
  EXPECT_OK(configure(0, 0, 1000));
  EXPECT_ERROR(Invoke(seL4_CapDomain, DomainScheduleSetStart), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(seL4_CapDomain, DomainScheduleSetStart, {2}), seL4_RangeError);
  EXPECT_ERROR(Invoke(seL4_CapDomain, DomainScheduleSetStart, {1}), seL4_InvalidArgument);
  EXPECT_OK(Invoke(seL4_CapDomain, DomainScheduleSetStart, {0}));
}

namespace {

Cptr own_tcb;
void SuspendMyself(Word) {
  counter = counter + 1;
  Call(own_tcb, {.info = seL4_MessageInfo_new(TCBSuspend, 0, 0, 0)});
  counter = counter + 10;
}

}  // namespace

TEST(suspending_oneself) {
  counter = 0;
  const Thread thread = StartThread(SuspendMyself, 0, {.priority = 200, .start = false});
  own_tcb = thread.tcb;
  EXPECT_OK(Invoke(thread.tcb, TCBResume));
  LetOthersRun();
  EXPECT_EQ(counter, 1);
  // Resumed, it makes the system call again.
  EXPECT_OK(Invoke(thread.tcb, TCBResume));
  LetOthersRun();
  EXPECT_EQ(counter, 1);
}

namespace {

Cptr wakeup;
volatile Word wakings;
void SignalOnce(Word) {
  Signal(wakeup);
  counter = counter + 1;
}
void RestartSender(Word) {
  for (;;) {
    Wait(wakeup);
    wakings = wakings + 1;
    Call(own_tcb, {.info = seL4_MessageInfo_new(TCBSuspend, 0, 0, 0)});
    Call(own_tcb, {.info = seL4_MessageInfo_new(TCBResume, 0, 0, 0)});
  }
}

}  // namespace

TEST(a_finished_system_call_is_not_repeated) {
  // The sender is preempted behind its system call, suspended and resumed.
  counter = 0;
  wakings = 0;
  wakeup = New(seL4_NotificationObject);
  StartThread(RestartSender, 0, {.priority = 200});
  LetOthersRun();
  const Thread sender = StartThread(SignalOnce, 0, {.priority = 100, .start = false});
  own_tcb = sender.tcb;
  EXPECT_OK(Invoke(sender.tcb, TCBResume));
  LetOthersRun();
  EXPECT_EQ(counter, 1);
  EXPECT_EQ(wakings, 1);
}

TEST(deleting_a_running_thread) {
  counter = 0;
  const Thread thread = StartThread(CountForever, 0, {.priority = 255});
  while (counter == 0) {
    Yield();
  }
  EXPECT_OK(Delete(thread.tcb));
  const Word at = counter;
  for (int i = 0; i < 20; ++i) {
    Yield();
  }
  EXPECT_EQ(counter, at);
}
