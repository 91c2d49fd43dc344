#pragma once
// System call numbers (SEL4_ABI.md section 1), seL4 16.0.0 without MCS.

typedef enum seL4_Syscall_ID {
  seL4_SysCall = -1,
  seL4_SysReplyRecv = -2,
  seL4_SysSend = -3,
  seL4_SysNBSend = -4,
  seL4_SysRecv = -5,
  seL4_SysReply = -6,
  seL4_SysYield = -7,
  seL4_SysNBRecv = -8,
  // Kernels that print only.
  seL4_SysDebugPutChar = -9,
  seL4_SysDebugDumpScheduler = -10,
  // Debug kernels only.
  seL4_SysDebugHalt = -11,
  seL4_SysDebugCapIdentify = -12,
  seL4_SysDebugSnapshot = -13,
  seL4_SysDebugNameThread = -14,
  seL4_SysDebugSendIPI = -15,
  seL4_SysDebugGetThreadAffinity = -16,
  seL4_SysDebugRun = -17,
  seL4_SysX86DangerousWRMSR = -27,
  seL4_SysX86DangerousRDMSR = -28,
  seL4_SysVMEnter = -29,
  seL4_SysSetTLSBase = -30,
} seL4_Syscall_ID;
