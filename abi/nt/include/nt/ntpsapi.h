// Processes and threads.
#pragma once

#include <nt/ntdef.h>
#include <nt/ntmmapi.h>
#include <nt/ntpebteb.h>

#define PROCESS_TERMINATE 0x0001u
#define PROCESS_CREATE_THREAD 0x0002u
#define PROCESS_SET_SESSIONID 0x0004u
#define PROCESS_VM_OPERATION 0x0008u
#define PROCESS_VM_READ 0x0010u
#define PROCESS_VM_WRITE 0x0020u
#define PROCESS_DUP_HANDLE 0x0040u
#define PROCESS_CREATE_PROCESS 0x0080u
#define PROCESS_SET_QUOTA 0x0100u
#define PROCESS_SET_INFORMATION 0x0200u
#define PROCESS_QUERY_INFORMATION 0x0400u
#define PROCESS_SET_PORT 0x0800u
#define PROCESS_SUSPEND_RESUME 0x0800u
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000u
#define PROCESS_SET_LIMITED_INFORMATION 0x2000u
#define PROCESS_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFFu)

#define THREAD_TERMINATE 0x0001u
#define THREAD_SUSPEND_RESUME 0x0002u
#define THREAD_ALERT 0x0004u
#define THREAD_GET_CONTEXT 0x0008u
#define THREAD_SET_CONTEXT 0x0010u
#define THREAD_SET_INFORMATION 0x0020u
#define THREAD_QUERY_INFORMATION 0x0040u
#define THREAD_SET_THREAD_TOKEN 0x0080u
#define THREAD_IMPERSONATE 0x0100u
#define THREAD_DIRECT_IMPERSONATION 0x0200u
#define THREAD_SET_LIMITED_INFORMATION 0x0400u
#define THREAD_QUERY_LIMITED_INFORMATION 0x0800u
#define THREAD_RESUME 0x1000u
#define THREAD_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFFu)

#define JOB_OBJECT_ASSIGN_PROCESS 0x0001u
#define JOB_OBJECT_SET_ATTRIBUTES 0x0002u
#define JOB_OBJECT_QUERY 0x0004u
#define JOB_OBJECT_TERMINATE 0x0008u
#define JOB_OBJECT_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3Fu)

#define PROCESS_CREATE_FLAGS_BREAKAWAY 0x00000001u
#define PROCESS_CREATE_FLAGS_NO_DEBUG_INHERIT 0x00000002u
#define PROCESS_CREATE_FLAGS_INHERIT_HANDLES 0x00000004u
#define PROCESS_CREATE_FLAGS_SUSPENDED 0x00000200u
#define THREAD_CREATE_FLAGS_CREATE_SUSPENDED 0x00000001u
#define THREAD_CREATE_FLAGS_SKIP_THREAD_ATTACH 0x00000002u
#define THREAD_CREATE_FLAGS_HIDE_FROM_DEBUGGER 0x00000004u
#define THREAD_CREATE_FLAGS_LOADER_WORKER 0x00000010u
#define THREAD_CREATE_FLAGS_SKIP_LOADER_INIT 0x00000020u

// Base priorities and the increments of NtSetInformationThread.
#define LOW_PRIORITY 0
#define LOW_REALTIME_PRIORITY 16
#define HIGH_PRIORITY 31

typedef enum _PROCESSINFOCLASS NT_ENUM {
  ProcessBasicInformation = 0,
  ProcessQuotaLimits = 1,
  ProcessIoCounters = 2,
  ProcessVmCounters = 3,
  ProcessTimes = 4,
  ProcessBasePriority = 5,
  ProcessRaisePriority = 6,
  ProcessDebugPort = 7,
  ProcessExceptionPort = 8,
  ProcessAccessToken = 9,
  ProcessLdtInformation = 10,
  ProcessLdtSize = 11,
  ProcessDefaultHardErrorMode = 12,
  ProcessIoPortHandlers = 13,
  ProcessPooledUsageAndLimits = 14,
  ProcessWorkingSetWatch = 15,
  ProcessUserModeIOPL = 16,
  ProcessEnableAlignmentFaultFixup = 17,
  ProcessPriorityClass = 18,
  ProcessWx86Information = 19,
  ProcessHandleCount = 20,
  ProcessAffinityMask = 21,
  ProcessPriorityBoost = 22,
  ProcessDeviceMap = 23,
  ProcessSessionInformation = 24,
  ProcessForegroundInformation = 25,
  ProcessWow64Information = 26,
  ProcessImageFileName = 27,
  ProcessLUIDDeviceMapsEnabled = 28,
  ProcessBreakOnTermination = 29,
  ProcessDebugObjectHandle = 30,
  ProcessDebugFlags = 31,
  ProcessHandleTracing = 32,
  ProcessIoPriority = 33,
  ProcessExecuteFlags = 34,
  ProcessTlsInformation = 35,
  ProcessCookie = 36,
  ProcessImageInformation = 37,
  ProcessCycleTime = 38,
  ProcessPagePriority = 39,
  ProcessInstrumentationCallback = 40,
  ProcessThreadStackAllocation = 41,
  ProcessWorkingSetWatchEx = 42,
  ProcessImageFileNameWin32 = 43,
  ProcessImageFileMapping = 44,
  ProcessAffinityUpdateMode = 45,
  ProcessMemoryAllocationMode = 46,
  ProcessGroupInformation = 47,
  ProcessConsoleHostProcess = 49,
  ProcessWindowInformation = 50,
  ProcessHandleInformation = 51,
  ProcessMitigationPolicy = 52,
  ProcessHandleCheckingMode = 54,
  ProcessKeepAliveCount = 55,
  ProcessCommandLineInformation = 60,
  ProcessProtectionInformation = 61,
  ProcessDefaultCpuSetsInformation = 66
} PROCESSINFOCLASS;

typedef enum _THREADINFOCLASS NT_ENUM {
  ThreadBasicInformation = 0,
  ThreadTimes = 1,
  ThreadPriority = 2,
  ThreadBasePriority = 3,
  ThreadAffinityMask = 4,
  ThreadImpersonationToken = 5,
  ThreadDescriptorTableEntry = 6,
  ThreadEnableAlignmentFaultFixup = 7,
  ThreadEventPair = 8,
  ThreadQuerySetWin32StartAddress = 9,
  ThreadZeroTlsCell = 10,
  ThreadPerformanceCount = 11,
  ThreadAmILastThread = 12,
  ThreadIdealProcessor = 13,
  ThreadPriorityBoost = 14,
  ThreadSetTlsArrayAddress = 15,
  ThreadIsIoPending = 16,
  ThreadHideFromDebugger = 17,
  ThreadBreakOnTermination = 18,
  ThreadSwitchLegacyState = 19,
  ThreadIsTerminated = 20,
  ThreadLastSystemCall = 21,
  ThreadIoPriority = 22,
  ThreadCycleTime = 23,
  ThreadPagePriority = 24,
  ThreadActualBasePriority = 25,
  ThreadTebInformation = 26,
  ThreadSuspendCount = 35,
  ThreadNameInformation = 38
} THREADINFOCLASS;

typedef struct _PROCESS_BASIC_INFORMATION {
  NTSTATUS ExitStatus;
  PPEB PebBaseAddress;
  ULONG_PTR AffinityMask;
  KPRIORITY BasePriority;
  ULONG_PTR UniqueProcessId;
  ULONG_PTR InheritedFromUniqueProcessId;
} PROCESS_BASIC_INFORMATION, *PPROCESS_BASIC_INFORMATION;
NT_ASSERT_SIZE(PROCESS_BASIC_INFORMATION, 0x30);

typedef struct _KERNEL_USER_TIMES {
  LARGE_INTEGER CreateTime;
  LARGE_INTEGER ExitTime;
  LARGE_INTEGER KernelTime;
  LARGE_INTEGER UserTime;
} KERNEL_USER_TIMES, *PKERNEL_USER_TIMES;

typedef struct _IO_COUNTERS {
  ULONGLONG ReadOperationCount;
  ULONGLONG WriteOperationCount;
  ULONGLONG OtherOperationCount;
  ULONGLONG ReadTransferCount;
  ULONGLONG WriteTransferCount;
  ULONGLONG OtherTransferCount;
} IO_COUNTERS, *PIO_COUNTERS;

typedef struct _VM_COUNTERS {
  SIZE_T PeakVirtualSize;
  SIZE_T VirtualSize;
  ULONG PageFaultCount;
  SIZE_T PeakWorkingSetSize;
  SIZE_T WorkingSetSize;
  SIZE_T QuotaPeakPagedPoolUsage;
  SIZE_T QuotaPagedPoolUsage;
  SIZE_T QuotaPeakNonPagedPoolUsage;
  SIZE_T QuotaNonPagedPoolUsage;
  SIZE_T PagefileUsage;
  SIZE_T PeakPagefileUsage;
} VM_COUNTERS, *PVM_COUNTERS;
NT_ASSERT_SIZE(VM_COUNTERS, 0x58);

typedef struct _PROCESS_PRIORITY_CLASS {
  BOOLEAN Foreground;
  UCHAR PriorityClass;
} PROCESS_PRIORITY_CLASS, *PPROCESS_PRIORITY_CLASS;
#define PROCESS_PRIORITY_CLASS_UNKNOWN 0
#define PROCESS_PRIORITY_CLASS_IDLE 1
#define PROCESS_PRIORITY_CLASS_NORMAL 2
#define PROCESS_PRIORITY_CLASS_HIGH 3
#define PROCESS_PRIORITY_CLASS_REALTIME 4
#define PROCESS_PRIORITY_CLASS_BELOW_NORMAL 5
#define PROCESS_PRIORITY_CLASS_ABOVE_NORMAL 6

typedef struct _PROCESS_SESSION_INFORMATION {
  ULONG SessionId;
} PROCESS_SESSION_INFORMATION, *PPROCESS_SESSION_INFORMATION;

typedef struct _THREAD_BASIC_INFORMATION {
  NTSTATUS ExitStatus;
  PTEB TebBaseAddress;
  CLIENT_ID ClientId;
  ULONG_PTR AffinityMask;
  KPRIORITY Priority;
  KPRIORITY BasePriority;
} THREAD_BASIC_INFORMATION, *PTHREAD_BASIC_INFORMATION;
NT_ASSERT_SIZE(THREAD_BASIC_INFORMATION, 0x30);

typedef struct _INITIAL_TEB {
  struct {
    PVOID OldStackBase;
    PVOID OldStackLimit;
  } OldInitialTeb;
  PVOID StackBase;
  PVOID StackLimit;
  PVOID StackAllocationBase;
} INITIAL_TEB, *PINITIAL_TEB;
NT_ASSERT_SIZE(INITIAL_TEB, 0x28);

typedef struct _CURDIR {
  UNICODE_STRING DosPath;
  HANDLE Handle;
} CURDIR, *PCURDIR;

typedef struct _RTL_DRIVE_LETTER_CURDIR {
  USHORT Flags;
  USHORT Length;
  ULONG TimeStamp;
  STRING DosPath;
} RTL_DRIVE_LETTER_CURDIR, *PRTL_DRIVE_LETTER_CURDIR;
NT_ASSERT_SIZE(RTL_DRIVE_LETTER_CURDIR, 0x18);

#define RTL_MAX_DRIVE_LETTERS 32
#define RTL_USER_PROC_PARAMS_NORMALIZED 0x00000001u

typedef struct _RTL_USER_PROCESS_PARAMETERS {
  ULONG MaximumLength;
  ULONG Length;
  ULONG Flags;
  ULONG DebugFlags;
  HANDLE ConsoleHandle;
  ULONG ConsoleFlags;
  HANDLE StandardInput;
  HANDLE StandardOutput;
  HANDLE StandardError;
  CURDIR CurrentDirectory;
  UNICODE_STRING DllPath;
  UNICODE_STRING ImagePathName;
  UNICODE_STRING CommandLine;
  PVOID Environment;  // NAME=VALUE strings of WCHARs, each ended by 0, the block by a further 0
  ULONG StartingX;
  ULONG StartingY;
  ULONG CountX;
  ULONG CountY;
  ULONG CountCharsX;
  ULONG CountCharsY;
  ULONG FillAttribute;
  ULONG WindowFlags;
  ULONG ShowWindowFlags;
  UNICODE_STRING WindowTitle;
  UNICODE_STRING DesktopInfo;
  UNICODE_STRING ShellInfo;
  UNICODE_STRING RuntimeData;
  RTL_DRIVE_LETTER_CURDIR CurrentDirectories[RTL_MAX_DRIVE_LETTERS];
  ULONG_PTR EnvironmentSize;
  ULONG_PTR EnvironmentVersion;
  PVOID PackageDependencyData;
  ULONG ProcessGroupId;
  ULONG LoaderThreads;
  UNICODE_STRING RedirectionDllName;
  UNICODE_STRING HeapPartitionName;
  ULONG_PTR *DefaultThreadpoolCpuSetMasks;
  ULONG DefaultThreadpoolCpuSetMaskCount;
  ULONG DefaultThreadpoolThreadMaximum;
} RTL_USER_PROCESS_PARAMETERS, *PRTL_USER_PROCESS_PARAMETERS;
NT_ASSERT_SIZE(RTL_USER_PROCESS_PARAMETERS, 0x440);
NT_ASSERT_OFFSET(RTL_USER_PROCESS_PARAMETERS, StandardInput, 0x20);
NT_ASSERT_OFFSET(RTL_USER_PROCESS_PARAMETERS, CurrentDirectory, 0x38);
NT_ASSERT_OFFSET(RTL_USER_PROCESS_PARAMETERS, ImagePathName, 0x60);
NT_ASSERT_OFFSET(RTL_USER_PROCESS_PARAMETERS, CommandLine, 0x70);
NT_ASSERT_OFFSET(RTL_USER_PROCESS_PARAMETERS, Environment, 0x80);
NT_ASSERT_OFFSET(RTL_USER_PROCESS_PARAMETERS, WindowTitle, 0xB0);
NT_ASSERT_OFFSET(RTL_USER_PROCESS_PARAMETERS, CurrentDirectories, 0xF0);
NT_ASSERT_OFFSET(RTL_USER_PROCESS_PARAMETERS, EnvironmentSize, 0x3F0);
NT_ASSERT_OFFSET(RTL_USER_PROCESS_PARAMETERS, RedirectionDllName, 0x410);

// Attributes of NtCreateUserProcess and NtCreateThreadEx.
#define PS_ATTRIBUTE_NUMBER_MASK 0x0000FFFFu
#define PS_ATTRIBUTE_THREAD 0x00010000u    // may be used with thread creation
#define PS_ATTRIBUTE_INPUT 0x00020000u     // the caller gives the value
#define PS_ATTRIBUTE_ADDITIVE 0x00040000u  // may be repeated

typedef enum _PS_ATTRIBUTE_NUM NT_ENUM {
  PsAttributeParentProcess,
  PsAttributeDebugObject,
  PsAttributeToken,
  PsAttributeClientId,
  PsAttributeTebAddress,
  PsAttributeImageName,
  PsAttributeImageInfo,
  PsAttributeMemoryReserve,
  PsAttributePriorityClass,
  PsAttributeErrorMode,
  PsAttributeStdHandleInfo,
  PsAttributeHandleList,
  PsAttributeGroupAffinity,
  PsAttributePreferredNode,
  PsAttributeIdealProcessor,
  PsAttributeUmsThread,
  PsAttributeMitigationOptions,
  PsAttributeProtectionLevel,
  PsAttributeSecureProcess,
  PsAttributeJobList,
  PsAttributeChildProcessPolicy,
  PsAttributeMax
} PS_ATTRIBUTE_NUM;

#define PS_ATTRIBUTE_PARENT_PROCESS 0x00060000u
#define PS_ATTRIBUTE_DEBUG_OBJECT 0x00060001u
#define PS_ATTRIBUTE_TOKEN 0x00060002u
#define PS_ATTRIBUTE_CLIENT_ID 0x00010003u
#define PS_ATTRIBUTE_TEB_ADDRESS 0x00010004u
#define PS_ATTRIBUTE_IMAGE_NAME 0x00020005u
#define PS_ATTRIBUTE_IMAGE_INFO 0x00000006u
#define PS_ATTRIBUTE_MEMORY_RESERVE 0x00020007u
#define PS_ATTRIBUTE_PRIORITY_CLASS 0x00020008u
#define PS_ATTRIBUTE_ERROR_MODE 0x00020009u
#define PS_ATTRIBUTE_STD_HANDLE_INFO 0x0002000Au
#define PS_ATTRIBUTE_HANDLE_LIST 0x0002000Bu
#define PS_ATTRIBUTE_JOB_LIST 0x00020013u

typedef struct _PS_ATTRIBUTE {
  ULONG_PTR Attribute;
  SIZE_T Size;
  union {
    ULONG_PTR Value;
    PVOID ValuePtr;
  };
  PSIZE_T ReturnLength;
} PS_ATTRIBUTE, *PPS_ATTRIBUTE;
NT_ASSERT_SIZE(PS_ATTRIBUTE, 0x20);

typedef struct _PS_ATTRIBUTE_LIST {
  SIZE_T TotalLength;  // of the whole list in bytes
  PS_ATTRIBUTE Attributes[1];
} PS_ATTRIBUTE_LIST, *PPS_ATTRIBUTE_LIST;
NT_ASSERT_SIZE(PS_ATTRIBUTE_LIST, 0x28);

typedef enum _PS_STD_HANDLE_STATE NT_ENUM {
  PsNeverDuplicate,
  PsRequestDuplicate,
  PsAlwaysDuplicate
} PS_STD_HANDLE_STATE;
typedef struct _PS_STD_HANDLE_INFO {
  ULONG Flags;  // bits 0-1: PS_STD_HANDLE_STATE; bits 2-4: which of the three are pseudo handles
  ULONG StdHandleSubsystemType;
} PS_STD_HANDLE_INFO, *PPS_STD_HANDLE_INFO;

typedef enum _PS_CREATE_STATE NT_ENUM {
  PsCreateInitialState,
  PsCreateFailOnFileOpen,
  PsCreateFailOnSectionCreate,
  PsCreateFailExeFormat,
  PsCreateFailMachineMismatch,
  PsCreateFailExeName,
  PsCreateSuccess,
  PsCreateMaximumStates
} PS_CREATE_STATE;

typedef struct _PS_CREATE_INFO {
  SIZE_T Size;
  PS_CREATE_STATE State;
  union {
    struct {
      ULONG InitFlags;
      ACCESS_MASK AdditionalFileAccess;
    } InitState;
    struct {
      HANDLE FileHandle;
    } FailSection;
    struct {
      USHORT DllCharacteristics;
    } ExeFormat;
    struct {
      HANDLE IFEOKey;
    } ExeName;
    struct {
      ULONG OutputFlags;
      HANDLE FileHandle;
      HANDLE SectionHandle;
      ULONGLONG UserProcessParametersNative;
      ULONG UserProcessParametersWow64;
      ULONG CurrentParameterFlags;
      ULONGLONG PebAddressNative;
      ULONG PebAddressWow64;
      ULONGLONG ManifestAddress;
      ULONG ManifestSize;
    } SuccessState;
  };
} PS_CREATE_INFO, *PPS_CREATE_INFO;
NT_ASSERT_SIZE(PS_CREATE_INFO, 0x58);
NT_ASSERT_OFFSET(PS_CREATE_INFO, InitState, 0x10);

typedef struct _RTL_USER_PROCESS_INFORMATION {
  ULONG Length;
  HANDLE ProcessHandle;
  HANDLE ThreadHandle;
  CLIENT_ID ClientId;
  SECTION_IMAGE_INFORMATION ImageInformation;
} RTL_USER_PROCESS_INFORMATION, *PRTL_USER_PROCESS_INFORMATION;
NT_ASSERT_SIZE(RTL_USER_PROCESS_INFORMATION, 0x68);

typedef NTSTATUS(NTAPI *PUSER_THREAD_START_ROUTINE)(PVOID ThreadParameter);
