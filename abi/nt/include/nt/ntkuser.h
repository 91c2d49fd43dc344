// KUSER_SHARED_DATA: the page every process sees read-only.
#pragma once

#include <nt/ntdef.h>

#define USER_SHARED_DATA_ADDRESS 0x7FFE0000u
#define USER_SHARED_DATA ((const volatile KUSER_SHARED_DATA *)(ULONG_PTR)USER_SHARED_DATA_ADDRESS)
#define SharedUserData USER_SHARED_DATA

#define PROCESSOR_FEATURE_MAX 64
#define PF_FLOATING_POINT_PRECISION_ERRATA 0
#define PF_FLOATING_POINT_EMULATED 1
#define PF_COMPARE_EXCHANGE_DOUBLE 2
#define PF_MMX_INSTRUCTIONS_AVAILABLE 3
#define PF_XMMI_INSTRUCTIONS_AVAILABLE 6
#define PF_3DNOW_INSTRUCTIONS_AVAILABLE 7
#define PF_RDTSC_INSTRUCTION_AVAILABLE 8
#define PF_PAE_ENABLED 9
#define PF_XMMI64_INSTRUCTIONS_AVAILABLE 10
#define PF_NX_ENABLED 12
#define PF_SSE3_INSTRUCTIONS_AVAILABLE 13
#define PF_COMPARE_EXCHANGE128 14
#define PF_XSAVE_ENABLED 17
#define PF_RDWRFSGSBASE_AVAILABLE 22
#define PF_FASTFAIL_AVAILABLE 23
#define PF_RDRAND_INSTRUCTION_AVAILABLE 28

typedef struct _KSYSTEM_TIME {
  ULONG LowPart;
  LONG High1Time;
  LONG High2Time;  // equal to High1Time when the three parts belong together
} KSYSTEM_TIME, *PKSYSTEM_TIME;
NT_STATIC_ASSERT(sizeof(KSYSTEM_TIME) == 12);

typedef struct _KUSER_SHARED_DATA {
  ULONG TickCountLowDeprecated;
  ULONG TickCountMultiplier;
  KSYSTEM_TIME InterruptTime;
  KSYSTEM_TIME SystemTime;
  KSYSTEM_TIME TimeZoneBias;
  USHORT ImageNumberLow;
  USHORT ImageNumberHigh;
  WCHAR NtSystemRoot[260];
  ULONG MaxStackTraceDepth;
  ULONG CryptoExponent;
  ULONG TimeZoneId;
  ULONG LargePageMinimum;
  ULONG AitSamplingValue;
  ULONG AppCompatFlag;
  ULONGLONG RNGSeedVersion;
  ULONG GlobalValidationRunlevel;
  LONG TimeZoneBiasStamp;
  ULONG NtBuildNumber;
  ULONG NtProductType;
  BOOLEAN ProductTypeIsValid;
  BOOLEAN Reserved0[1];
  USHORT NativeProcessorArchitecture;
  ULONG NtMajorVersion;
  ULONG NtMinorVersion;
  BOOLEAN ProcessorFeatures[PROCESSOR_FEATURE_MAX];
  ULONG Reserved1;
  ULONG Reserved3;
  ULONG TimeSlip;
  ULONG AlternativeArchitecture;
  ULONG BootId;
  LARGE_INTEGER SystemExpirationDate;
  ULONG SuiteMask;
  BOOLEAN KdDebuggerEnabled;
  UCHAR MitigationPolicies;
  USHORT CyclesPerYield;
  ULONG ActiveConsoleId;
  ULONG DismountCount;
  ULONG ComPlusPackage;
  ULONG LastSystemRITEventTickCount;
  ULONG NumberOfPhysicalPages;
  BOOLEAN SafeBootMode;
  UCHAR VirtualizationFlags;
  UCHAR Reserved12[2];
  ULONG SharedDataFlags;
  ULONG DataFlagsPad[1];
  ULONGLONG TestRetInstruction;
  LONGLONG QpcFrequency;
  ULONG SystemCall;
  ULONG Reserved2;
  ULONGLONG SystemCallPad[2];
  union {
    KSYSTEM_TIME TickCount;
    ULONG64 TickCountQuad;
    struct {
      ULONG ReservedTickCountOverlay[3];
      ULONG TickCountPad[1];
    };
  };
  ULONG Cookie;
  ULONG CookiePad[1];
  LONGLONG ConsoleSessionForegroundProcessId;
  ULONGLONG TimeUpdateLock;
  ULONGLONG BaselineSystemTimeQpc;
  ULONGLONG BaselineInterruptTimeQpc;
  ULONGLONG QpcSystemTimeIncrement;
  ULONGLONG QpcInterruptTimeIncrement;
  UCHAR QpcSystemTimeIncrementShift;
  UCHAR QpcInterruptTimeIncrementShift;
  USHORT UnparkedProcessorCount;
  ULONG EnclaveFeatureMask[4];
  ULONG TelemetryCoverageRound;
  USHORT UserModeGlobalLogger[16];
  ULONG ImageFileExecutionOptions;
  ULONG LangGenerationCount;
  ULONGLONG Reserved4;
  ULONGLONG InterruptTimeBias;
  ULONGLONG QpcBias;
  ULONG ActiveProcessorCount;
  UCHAR ActiveGroupCount;
  UCHAR Reserved9;
  union {
    USHORT QpcData;
    struct {
      UCHAR QpcBypassEnabled;
      UCHAR QpcShift;
    };
  };
  LARGE_INTEGER TimeZoneBiasEffectiveStart;
  LARGE_INTEGER TimeZoneBiasEffectiveEnd;
  UCHAR XState[0x338];
  KSYSTEM_TIME FeatureConfigurationChangeStamp;
  ULONG Spare;
} KUSER_SHARED_DATA, *PKUSER_SHARED_DATA;
NT_STATIC_ASSERT(sizeof(KUSER_SHARED_DATA) == 0x720);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, InterruptTime) == 0x08);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, SystemTime) == 0x14);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, TimeZoneBias) == 0x20);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, NtSystemRoot) == 0x30);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, TimeZoneId) == 0x240);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, NtBuildNumber) == 0x260);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, NtMajorVersion) == 0x26C);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, ProcessorFeatures) == 0x274);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, SystemExpirationDate) == 0x2C8);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, KdDebuggerEnabled) == 0x2D4);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, NumberOfPhysicalPages) == 0x2E8);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, QpcFrequency) == 0x300);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, TickCount) == 0x320);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, Cookie) == 0x330);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, BaselineSystemTimeQpc) == 0x348);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, InterruptTimeBias) == 0x3B0);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, QpcBias) == 0x3B8);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, ActiveProcessorCount) == 0x3C0);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, QpcData) == 0x3C6);
NT_STATIC_ASSERT(offsetof(KUSER_SHARED_DATA, XState) == 0x3D8);
