// Raising, time, processor features, identifiers.

#include <nt/nt_services.h>
#include <nt/ntrtl.h>
#include <ntifs.h>

#include <wdmp/irql.hpp>

extern "C" {

// The drivers' __try blocks see it as any exception: ntdll dispatches it on the fiber's stack.
DECLSPEC_NORETURN VOID NTAPI ExRaiseStatus(NTSTATUS Status) {
  RtlRaiseStatus(Status);
  __builtin_unreachable();
}

DECLSPEC_NORETURN VOID NTAPI ExRaiseAccessViolation(VOID) { ExRaiseStatus(STATUS_ACCESS_VIOLATION); }
DECLSPEC_NORETURN VOID NTAPI ExRaiseDatatypeMisalignment(VOID) { ExRaiseStatus(STATUS_DATATYPE_MISALIGNMENT); }

VOID NTAPI ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime) {
  if (!NT_SUCCESS(RtlSystemTimeToLocalTime(SystemTime, LocalTime))) {
    *LocalTime = *SystemTime;
  }
}

VOID NTAPI ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime) {
  if (!NT_SUCCESS(RtlLocalTimeToSystemTime(LocalTime, SystemTime))) {
    *SystemTime = *LocalTime;
  }
}

BOOLEAN NTAPI ExIsProcessorFeaturePresent(ULONG ProcessorFeature) {
  return RtlIsProcessorFeaturePresent(ProcessorFeature);
}

VOID NTAPI ExQueryTimerResolution(PULONG MaximumTime, PULONG MinimumTime, PULONG CurrentTime) {
  NtQueryTimerResolution(MaximumTime, MinimumTime, CurrentTime);
}

// learn.microsoft.com, "ExSetTimerResolution": the resolution that is in force then, in units of 100 ns.
ULONG NTAPI ExSetTimerResolution(ULONG DesiredTime, BOOLEAN SetResolution) {
  ULONG actual = 0;
  NtSetTimerResolution(DesiredTime, SetResolution, &actual);
  return actual;
}

// A driver's threads are the system's; requests of programs say what they are in Irp->RequestorMode.
KPROCESSOR_MODE NTAPI ExGetPreviousMode(VOID) { return KernelMode; }

// learn.microsoft.com, "ExVerifySuite": none of the product suites is this one's.
BOOLEAN NTAPI ExVerifySuite(LONG SuiteType) {
  (void)SuiteType;
  return FALSE;
}

// learn.microsoft.com, "ExUuidCreate". A random one (RFC 9562, version 4): there is no network address to make one of.
NTSTATUS NTAPI ExUuidCreate(GUID *Uuid) {
  LARGE_INTEGER time;
  KeQuerySystemTimePrecise(&time);
  static ULONG seed;
  ULONG words[4];
  {
    ke::AtDispatch guard;
    seed ^= static_cast<ULONG>(time.QuadPart) ^ static_cast<ULONG>(__builtin_ia32_rdtsc());
    for (ULONG &word : words) {
      word = RtlRandomEx(&seed) << 16 ^ RtlRandomEx(&seed);
    }
  }
  Uuid->Data1 = words[0];
  Uuid->Data2 = static_cast<USHORT>(words[1]);
  Uuid->Data3 = static_cast<USHORT>((words[1] >> 16 & 0x0FFF) | 0x4000);
  __builtin_memcpy(Uuid->Data4, words + 2, sizeof(Uuid->Data4));
  Uuid->Data4[0] = static_cast<UCHAR>((Uuid->Data4[0] & 0x3F) | 0x80);
  return STATUS_SUCCESS;
}

}  // extern "C"
