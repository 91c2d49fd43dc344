// The thread's last error, last status and error mode, and encoded pointers.
#include <nt/nt_services.h>

#include <atomic>
#include <bit>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

// SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX in the bits that RtlSetThreadErrorMode takes.
constexpr ULONG kErrorModeMask = 0x70;

std::atomic<uint32_t> process_cookie;

// The process's secret. Without the Executive's own (an older one, or the host's tests) it is made from two addresses
// and the time stamp, once.
uint32_t Cookie() {
  uint32_t cookie = process_cookie.load(std::memory_order_relaxed);
  if (cookie != 0) {
    return cookie;
  }
  ULONG answer = 0;
  if (!NT_SUCCESS(NtQueryInformationProcess(NtCurrentProcess(), ProcessCookie, &answer, sizeof(answer), nullptr)) ||
      answer == 0) {
    const uint64_t mixed = (__builtin_ia32_rdtsc() ^ reinterpret_cast<uintptr_t>(&answer)) * 0x9e37'79b9'7f4a'7c15u;
    answer = static_cast<ULONG>(mixed >> 32) | 1;
  }
  uint32_t expected = 0;
  process_cookie.compare_exchange_strong(expected, static_cast<uint32_t>(answer));
  return process_cookie.load(std::memory_order_relaxed);
}

}  // namespace

extern "C" {

ULONG NTAPI RtlGetLastWin32Error() { return CurrentTeb()->LastErrorValue; }
VOID NTAPI RtlSetLastWin32Error(ULONG error) { CurrentTeb()->LastErrorValue = error; }
VOID NTAPI RtlRestoreLastWin32Error(ULONG error) { CurrentTeb()->LastErrorValue = error; }
NTSTATUS NTAPI RtlGetLastNtStatus() { return CurrentTeb()->LastStatusValue; }

ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status) {
  CurrentTeb()->LastStatusValue = status;
  return RtlNtStatusToDosErrorNoTeb(status);
}

VOID NTAPI RtlSetLastWin32ErrorAndNtStatusFromNtStatus(NTSTATUS status) {
  CurrentTeb()->LastErrorValue = RtlNtStatusToDosError(status);
}

ULONG NTAPI RtlGetThreadErrorMode() { return CurrentTeb()->HardErrorMode; }

NTSTATUS NTAPI RtlSetThreadErrorMode(ULONG mode, PULONG old_mode) {
  if ((mode & ~kErrorModeMask) != 0) {
    return STATUS_INVALID_PARAMETER_1;
  }
  if (old_mode != nullptr) {
    *old_mode = CurrentTeb()->HardErrorMode;
  }
  CurrentTeb()->HardErrorMode = mode;
  return STATUS_SUCCESS;
}

PVOID NTAPI RtlEncodePointer(PVOID pointer) {
  const uint32_t cookie = Cookie();
  const auto value = reinterpret_cast<uintptr_t>(pointer) ^ cookie;
  return reinterpret_cast<PVOID>(std::rotr(value, static_cast<int>(cookie & 0x3f)));
}

PVOID NTAPI RtlDecodePointer(PVOID pointer) {
  const uint32_t cookie = Cookie();
  return reinterpret_cast<PVOID>(std::rotl(reinterpret_cast<uintptr_t>(pointer), static_cast<int>(cookie & 0x3f)) ^
                                 cookie);
}

PVOID NTAPI RtlEncodeSystemPointer(PVOID pointer) { return RtlEncodePointer(pointer); }
PVOID NTAPI RtlDecodeSystemPointer(PVOID pointer) { return RtlDecodePointer(pointer); }

}  // extern "C"
