#pragma once
// Fault messages (SEL4_ABI.md section 8): label = kind, words in the order of the enumerators.

#include <sel4/types.h>

typedef enum seL4_FaultType {
  seL4_Fault_NullFault = 0,
  seL4_Fault_CapFault = 1,
  seL4_Fault_UnknownSyscall = 2,
  seL4_Fault_UserException = 3,
  seL4_Fault_VMFault = 5,  // 4 is DebugException, which the reference configuration does not have
} seL4_FaultType;

typedef enum seL4_CapFault_Msg {
  seL4_CapFault_IP = 0,
  seL4_CapFault_Addr = 1,
  seL4_CapFault_InRecvPhase = 2,
  seL4_CapFault_LookupFailureType = 3,
  seL4_CapFault_BitsLeft = 4,
  seL4_CapFault_DepthMismatch_BitsFound = 5,
  seL4_CapFault_GuardMismatch_GuardFound = 5,
  seL4_CapFault_GuardMismatch_BitsFound = 6,
} seL4_CapFault_Msg;

typedef enum seL4_VMFault_Msg {
  seL4_VMFault_IP = 0,
  seL4_VMFault_Addr = 1,
  seL4_VMFault_PrefetchFault = 2,
  seL4_VMFault_FSR = 3,
  seL4_VMFault_Length = 4,
} seL4_VMFault_Msg;

typedef enum seL4_UserException_Msg {
  seL4_UserException_FaultIP = 0,
  seL4_UserException_SP = 1,
  seL4_UserException_FLAGS = 2,
  seL4_UserException_Number = 3,
  seL4_UserException_Code = 4,
  seL4_UserException_Length = 5,
} seL4_UserException_Msg;

enum { seL4_UserException_ReplyLength = 3 };

#include <sel4/arch/faults.h>
