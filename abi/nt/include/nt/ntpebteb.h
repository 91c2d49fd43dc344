// PEB, TEB and the loader's lists: the layouts of Windows 10 build 19041.
#pragma once

#include <nt/ntdef.h>

struct _RTL_USER_PROCESS_PARAMETERS;
struct _RTL_CRITICAL_SECTION;

typedef struct _PEB_LDR_DATA {
  ULONG Length;
  BOOLEAN Initialized;
  HANDLE SsHandle;
  LIST_ENTRY InLoadOrderModuleList;
  LIST_ENTRY InMemoryOrderModuleList;
  LIST_ENTRY InInitializationOrderModuleList;
  PVOID EntryInProgress;
  BOOLEAN ShutdownInProgress;
  HANDLE ShutdownThreadId;
} PEB_LDR_DATA, *PPEB_LDR_DATA;
NT_ASSERT_SIZE(PEB_LDR_DATA, 0x58);
NT_ASSERT_OFFSET(PEB_LDR_DATA, InLoadOrderModuleList, 0x10);

typedef BOOLEAN(NTAPI *PLDR_INIT_ROUTINE)(PVOID DllHandle, ULONG Reason, PVOID Context);

#define LDRP_PACKAGED_BINARY 0x00000001u
#define LDRP_IMAGE_DLL 0x00000004u
#define LDRP_LOAD_IN_PROGRESS 0x00001000u
#define LDRP_ENTRY_PROCESSED 0x00004000u
#define LDRP_DONT_CALL_FOR_THREADS 0x00040000u
#define LDRP_PROCESS_ATTACH_CALLED 0x00080000u
#define LDRP_PROCESS_ATTACH_FAILED 0x00100000u
#define LDRP_IMAGE_NOT_AT_BASE 0x00200000u
#define LDRP_REDIRECTED 0x10000000u

typedef struct _LDR_DATA_TABLE_ENTRY {
  LIST_ENTRY InLoadOrderLinks;
  LIST_ENTRY InMemoryOrderLinks;
  LIST_ENTRY InInitializationOrderLinks;
  PVOID DllBase;
  PLDR_INIT_ROUTINE EntryPoint;
  ULONG SizeOfImage;
  UNICODE_STRING FullDllName;
  UNICODE_STRING BaseDllName;
  ULONG Flags;
  USHORT ObsoleteLoadCount;  // 0xFFFF: never unloaded
  USHORT TlsIndex;
  LIST_ENTRY HashLinks;
  ULONG TimeDateStamp;
  PVOID EntryPointActivationContext;
  PVOID Lock;
  PVOID DdagNode;
  LIST_ENTRY NodeModuleLink;
  PVOID LoadContext;
  PVOID ParentDllBase;
  PVOID SwitchBackContext;
  PVOID BaseAddressIndexNode[3];
  PVOID MappingInfoIndexNode[3];
  ULONG_PTR OriginalBase;
  LARGE_INTEGER LoadTime;
  ULONG BaseNameHashValue;
  ULONG LoadReason;
  ULONG ImplicitPathOptions;
  ULONG ReferenceCount;
  ULONG DependentLoadFlags;
  UCHAR SigningLevel;
} LDR_DATA_TABLE_ENTRY, *PLDR_DATA_TABLE_ENTRY;
NT_ASSERT_SIZE(LDR_DATA_TABLE_ENTRY, 0x120);
NT_ASSERT_OFFSET(LDR_DATA_TABLE_ENTRY, DllBase, 0x30);
NT_ASSERT_OFFSET(LDR_DATA_TABLE_ENTRY, FullDllName, 0x48);
NT_ASSERT_OFFSET(LDR_DATA_TABLE_ENTRY, Flags, 0x68);
NT_ASSERT_OFFSET(LDR_DATA_TABLE_ENTRY, HashLinks, 0x70);
NT_ASSERT_OFFSET(LDR_DATA_TABLE_ENTRY, OriginalBase, 0xF8);
NT_ASSERT_OFFSET(LDR_DATA_TABLE_ENTRY, ReferenceCount, 0x114);

#define FLG_HEAP_ENABLE_TAIL_CHECK 0x00000010u
#define FLG_HEAP_ENABLE_FREE_CHECK 0x00000020u
#define FLG_HEAP_VALIDATE_PARAMETERS 0x00000040u
#define FLG_SHOW_LDR_SNAPS 0x00000002u

typedef struct _PEB {
  BOOLEAN InheritedAddressSpace;
  BOOLEAN ReadImageFileExecOptions;
  BOOLEAN BeingDebugged;
  UCHAR BitField;
  HANDLE Mutant;
  PVOID ImageBaseAddress;
  PPEB_LDR_DATA Ldr;
  struct _RTL_USER_PROCESS_PARAMETERS *ProcessParameters;
  PVOID SubSystemData;
  PVOID ProcessHeap;
  struct _RTL_CRITICAL_SECTION *FastPebLock;
  PVOID AtlThunkSListPtr;
  PVOID IFEOKey;
  ULONG CrossProcessFlags;
  PVOID KernelCallbackTable;
  ULONG SystemReserved;
  ULONG AtlThunkSListPtr32;
  PVOID ApiSetMap;
  ULONG TlsExpansionCounter;
  PVOID TlsBitmap;
  ULONG TlsBitmapBits[2];
  PVOID ReadOnlySharedMemoryBase;
  PVOID SharedData;
  PVOID *ReadOnlyStaticServerData;
  PVOID AnsiCodePageData;
  PVOID OemCodePageData;
  PVOID UnicodeCaseTableData;
  ULONG NumberOfProcessors;
  ULONG NtGlobalFlag;
  LARGE_INTEGER CriticalSectionTimeout;
  SIZE_T HeapSegmentReserve;
  SIZE_T HeapSegmentCommit;
  SIZE_T HeapDeCommitTotalFreeThreshold;
  SIZE_T HeapDeCommitFreeBlockThreshold;
  ULONG NumberOfHeaps;
  ULONG MaximumNumberOfHeaps;
  PVOID *ProcessHeaps;
  PVOID GdiSharedHandleTable;
  PVOID ProcessStarterHelper;
  ULONG GdiDCAttributeList;
  struct _RTL_CRITICAL_SECTION *LoaderLock;
  ULONG OSMajorVersion;
  ULONG OSMinorVersion;
  USHORT OSBuildNumber;
  USHORT OSCSDVersion;
  ULONG OSPlatformId;
  ULONG ImageSubsystem;
  ULONG ImageSubsystemMajorVersion;
  ULONG ImageSubsystemMinorVersion;
  KAFFINITY ActiveProcessAffinityMask;
#if NT_64BIT
  ULONG GdiHandleBuffer[60];
#else
  ULONG GdiHandleBuffer[34];
#endif
  PVOID PostProcessInitRoutine;
  PVOID TlsExpansionBitmap;
  ULONG TlsExpansionBitmapBits[32];
  ULONG SessionId;
  ULARGE_INTEGER AppCompatFlags;
  ULARGE_INTEGER AppCompatFlagsUser;
  PVOID pShimData;
  PVOID AppCompatInfo;
  UNICODE_STRING CSDVersion;
  PVOID ActivationContextData;
  PVOID ProcessAssemblyStorageMap;
  PVOID SystemDefaultActivationContextData;
  PVOID SystemAssemblyStorageMap;
  SIZE_T MinimumStackCommit;
  PVOID SparePointers[4];
  ULONG SpareUlongs[5];
  PVOID WerRegistrationData;
  PVOID WerShipAssertPtr;
  PVOID pUnused;
  PVOID pImageHeaderHash;
  ULONG TracingFlags;
  ULONGLONG CsrServerReadOnlySharedMemoryBase;
  ULONG_PTR TppWorkerpListLock;
  LIST_ENTRY TppWorkerpList;
  PVOID WaitOnAddressHashTable[128];
  PVOID TelemetryCoverageHeader;
  ULONG CloudFileFlags;
  ULONG CloudFileDiagFlags;
  CHAR PlaceholderCompatibilityMode;
  CHAR PlaceholderCompatibilityModeReserved[7];
  PVOID LeapSecondData;
  ULONG LeapSecondFlags;
  ULONG NtGlobalFlag2;
} PEB, *PPEB;
NT_ASSERT_SIZE(PEB, 0x7C8);
NT_ASSERT_OFFSET(PEB, ImageBaseAddress, 0x10);
NT_ASSERT_OFFSET(PEB, Ldr, 0x18);
NT_ASSERT_OFFSET(PEB, ProcessParameters, 0x20);
NT_ASSERT_OFFSET(PEB, ProcessHeap, 0x30);
NT_ASSERT_OFFSET(PEB, KernelCallbackTable, 0x58);
NT_ASSERT_OFFSET(PEB, ApiSetMap, 0x68);
NT_ASSERT_OFFSET(PEB, TlsBitmap, 0x78);
NT_ASSERT_OFFSET(PEB, NumberOfProcessors, 0xB8);
NT_ASSERT_OFFSET(PEB, NtGlobalFlag, 0xBC);
NT_ASSERT_OFFSET(PEB, ProcessHeaps, 0xF0);
NT_ASSERT_OFFSET(PEB, LoaderLock, 0x110);
NT_ASSERT_OFFSET(PEB, OSMajorVersion, 0x118);
NT_ASSERT_OFFSET(PEB, OSBuildNumber, 0x120);
NT_ASSERT_OFFSET(PEB, ImageSubsystem, 0x128);
NT_ASSERT_OFFSET(PEB, PostProcessInitRoutine, 0x230);
NT_ASSERT_OFFSET(PEB, SessionId, 0x2C0);
NT_ASSERT_OFFSET(PEB, MinimumStackCommit, 0x318);
NT_ASSERT_OFFSET(PEB, WerRegistrationData, 0x358);
NT_ASSERT_OFFSET(PEB, TppWorkerpList, 0x390);
NT_ASSERT_OFFSET(PEB, LeapSecondFlags, 0x7C0);

struct _EXCEPTION_REGISTRATION_RECORD;
typedef struct _NT_TIB {
  struct _EXCEPTION_REGISTRATION_RECORD *ExceptionList;
  PVOID StackBase;
  PVOID StackLimit;
  PVOID SubSystemTib;
  union {
    PVOID FiberData;
    ULONG Version;
  };
  PVOID ArbitraryUserPointer;
  struct _NT_TIB *Self;
} NT_TIB, *PNT_TIB;
NT_ASSERT_SIZE(NT_TIB, 0x38);

typedef struct _GDI_TEB_BATCH {
  ULONG Offset;
  ULONG_PTR HDC;
  ULONG Buffer[310];
} GDI_TEB_BATCH;

typedef struct _ACTIVATION_CONTEXT_STACK {
  PVOID ActiveFrame;
  LIST_ENTRY FrameListCache;
  ULONG Flags;
  ULONG NextCookieSequenceNumber;
  ULONG StackId;
} ACTIVATION_CONTEXT_STACK, *PACTIVATION_CONTEXT_STACK;

#define TLS_MINIMUM_AVAILABLE 64
#define TLS_EXPANSION_SLOTS 1024
#define TLS_OUT_OF_INDEXES 0xFFFFFFFFu
#define FLS_MAXIMUM_AVAILABLE 128
#define FLS_OUT_OF_INDEXES 0xFFFFFFFFu

typedef struct _TEB {
  NT_TIB NtTib;
  PVOID EnvironmentPointer;
  CLIENT_ID ClientId;
  PVOID ActiveRpcHandle;
  PVOID ThreadLocalStoragePointer;
  PPEB ProcessEnvironmentBlock;
  ULONG LastErrorValue;
  ULONG CountOfOwnedCriticalSections;
  PVOID CsrClientThread;
  PVOID Win32ThreadInfo;
  ULONG User32Reserved[26];
  ULONG UserReserved[5];
  PVOID WOW32Reserved;
  LCID CurrentLocale;
  ULONG FpSoftwareStatusRegister;
  PVOID ReservedForDebuggerInstrumentation[16];
#if NT_64BIT
  PVOID SystemReserved1[30];
#else
  PVOID SystemReserved1[26];
#endif
  CHAR PlaceholderCompatibilityMode;
  BOOLEAN PlaceholderHydrationAlwaysExplicit;
  CHAR PlaceholderReserved[10];
  ULONG ProxiedProcessId;
  ACTIVATION_CONTEXT_STACK ActivationStack;
  UCHAR WorkingOnBehalfTicket[8];
  NTSTATUS ExceptionCode;
  PACTIVATION_CONTEXT_STACK ActivationContextStackPointer;
  ULONG_PTR InstrumentationCallbackSp;
  ULONG_PTR InstrumentationCallbackPreviousPc;
  ULONG_PTR InstrumentationCallbackPreviousSp;
#if NT_64BIT
  ULONG TxFsContext;
#endif
  BOOLEAN InstrumentationCallbackDisabled;
#if NT_64BIT
  BOOLEAN UnalignedLoadStoreExceptions;
#else
  UCHAR SpareBytes[23];
  ULONG TxFsContext;
#endif
  GDI_TEB_BATCH GdiTebBatch;
  CLIENT_ID RealClientId;
  HANDLE GdiCachedProcessHandle;
  ULONG GdiClientPID;
  ULONG GdiClientTID;
  PVOID GdiThreadLocalInfo;
  ULONG_PTR Win32ClientInfo[62];
  PVOID glDispatchTable[233];
  ULONG_PTR glReserved1[29];
  PVOID glReserved2;
  PVOID glSectionInfo;
  PVOID glSection;
  PVOID glTable;
  PVOID glCurrentRC;
  PVOID glContext;
  NTSTATUS LastStatusValue;
  UNICODE_STRING StaticUnicodeString;
  WCHAR StaticUnicodeBuffer[261];
  PVOID DeallocationStack;
  PVOID TlsSlots[TLS_MINIMUM_AVAILABLE];
  LIST_ENTRY TlsLinks;
  PVOID Vdm;
  PVOID ReservedForNtRpc;
  PVOID DbgSsReserved[2];
  ULONG HardErrorMode;
#if NT_64BIT
  PVOID Instrumentation[11];
#else
  PVOID Instrumentation[9];
#endif
  GUID ActivityId;
  PVOID SubProcessTag;
  PVOID PerflibData;
  PVOID EtwTraceData;
  PVOID WinSockData;
  ULONG GdiBatchCount;
  ULONG IdealProcessorValue;
  ULONG GuaranteedStackBytes;
  PVOID ReservedForPerf;
  PVOID ReservedForOle;
  ULONG WaitingOnLoaderLock;
  PVOID SavedPriorityState;
  ULONG_PTR ReservedForCodeCoverage;
  PVOID ThreadPoolData;
  PVOID *TlsExpansionSlots;
#if NT_64BIT
  PVOID DeallocationBStore;
  PVOID BStoreLimit;
#endif
  ULONG MuiGeneration;
  ULONG IsImpersonating;
  PVOID NlsCache;
  PVOID pShimData;
  ULONG HeapData;
  HANDLE CurrentTransactionHandle;
  PVOID ActiveFrame;
  PVOID FlsData;
  PVOID PreferredLanguages;
  PVOID UserPrefLanguages;
  PVOID MergedPrefLanguages;
  ULONG MuiImpersonation;
  USHORT CrossTebFlags;
  USHORT SameTebFlags;
  PVOID TxnScopeEnterCallback;
  PVOID TxnScopeExitCallback;
  PVOID TxnScopeContext;
  ULONG LockCount;
  LONG WowTebOffset;
  PVOID ResourceRetValue;
  PVOID ReservedForWdf;
  ULONGLONG ReservedForCrt;
  GUID EffectiveContainerId;
} TEB, *PTEB;
NT_ASSERT_SIZE(TEB, 0x1838);
NT_ASSERT_OFFSET(TEB, ClientId, 0x40);
NT_ASSERT_OFFSET(TEB, ThreadLocalStoragePointer, 0x58);
NT_ASSERT_OFFSET(TEB, ProcessEnvironmentBlock, 0x60);
NT_ASSERT_OFFSET(TEB, LastErrorValue, 0x68);
NT_ASSERT_OFFSET(TEB, CurrentLocale, 0x108);
NT_ASSERT_OFFSET(TEB, ActivationStack, 0x290);
NT_ASSERT_OFFSET(TEB, ExceptionCode, 0x2C0);
NT_ASSERT_OFFSET(TEB, ActivationContextStackPointer, 0x2C8);
NT_ASSERT_OFFSET(TEB, GdiTebBatch, 0x2F0);
NT_ASSERT_OFFSET(TEB, RealClientId, 0x7D8);
NT_ASSERT_OFFSET(TEB, Win32ClientInfo, 0x800);
NT_ASSERT_OFFSET(TEB, LastStatusValue, 0x1250);
NT_ASSERT_OFFSET(TEB, StaticUnicodeString, 0x1258);
NT_ASSERT_OFFSET(TEB, DeallocationStack, 0x1478);
NT_ASSERT_OFFSET(TEB, TlsSlots, 0x1480);
NT_ASSERT_OFFSET(TEB, TlsLinks, 0x1680);
NT_ASSERT_OFFSET(TEB, HardErrorMode, 0x16B0);
NT_ASSERT_OFFSET(TEB, GuaranteedStackBytes, 0x1748);
NT_ASSERT_OFFSET(TEB, TlsExpansionSlots, 0x1780);
NT_ASSERT_OFFSET(TEB, FlsData, 0x17C8);
NT_ASSERT_OFFSET(TEB, SameTebFlags, 0x17EE);
NT_ASSERT_OFFSET(TEB, ReservedForCrt, 0x1820);

// TEB.SameTebFlags
#define TEB_SAFE_THUNK_CALL 0x0001u
#define TEB_IN_DEBUG_PRINT 0x0002u
#define TEB_HAS_FIBER_DATA 0x0004u
#define TEB_SKIP_THREAD_ATTACH 0x0008u
#define TEB_RAN_PROCESS_INIT 0x0020u
#define TEB_CLONED_THREAD 0x0040u
#define TEB_SUPPRESS_DEBUG_MSG 0x0080u
#define TEB_LOADER_WORKER 0x2000u
