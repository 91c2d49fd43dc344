// Stacks for threads and fibers, and which processor runs us.
#include <nt/nt_services.h>

#include "rtlp.hpp"

namespace {

constexpr SIZE_T kPage = 4096;

constexpr SIZE_T Round(SIZE_T value, SIZE_T unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlCreateUserStack(SIZE_T commit, SIZE_T reserve, ULONG_PTR zero_bits, SIZE_T page_size,
                                  ULONG_PTR reserve_alignment, PINITIAL_TEB initial_teb) {
  constexpr SIZE_T kMost = SIZE_T{1} << 40;
  if (page_size == 0 || reserve_alignment == 0 || commit > kMost || reserve > kMost || page_size > kMost ||
      reserve_alignment > kMost) {
    return STATUS_INVALID_PARAMETER;
  }
  // The image says what the caller does not.
  const PIMAGE_NT_HEADERS headers = RtlImageNtHeader(rtlp::CurrentPeb()->ImageBaseAddress);
  if (commit == 0) {
    commit = headers != nullptr ? headers->OptionalHeader.SizeOfStackCommit : kPage;
  }
  if (reserve == 0) {
    reserve = headers != nullptr ? headers->OptionalHeader.SizeOfStackReserve : SIZE_T{1} << 20;
  }
  if (commit >= reserve) {
    reserve = Round(commit, SIZE_T{1} << 20);
  }
  commit = Round(commit, page_size);
  reserve = Round(reserve, reserve_alignment);
  PVOID base = nullptr;
  NTSTATUS status =
      NtAllocateVirtualMemory(NtCurrentProcess(), &base, zero_bits, &reserve, MEM_RESERVE, PAGE_READWRITE);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  char *const top = static_cast<char *>(base) + reserve;
  // Below the committed part lies the guard page, when there is room for one.
  const bool guarded = reserve >= commit + kPage;
  PVOID start = top - commit - (guarded ? kPage : 0);
  SIZE_T size = commit + (guarded ? kPage : 0);
  status = NtAllocateVirtualMemory(NtCurrentProcess(), &start, 0, &size, MEM_COMMIT, PAGE_READWRITE);
  if (NT_SUCCESS(status) && guarded) {
    SIZE_T guard_size = kPage;
    ULONG old_protection = 0;
    PVOID guard_page = start;
    status = NtProtectVirtualMemory(NtCurrentProcess(), &guard_page, &guard_size, PAGE_READWRITE | PAGE_GUARD,
                                    &old_protection);
  }
  if (!NT_SUCCESS(status)) {
    RtlFreeUserStack(base);
    return status;
  }
  *initial_teb = {};
  initial_teb->StackBase = top;
  initial_teb->StackLimit = top - commit;
  initial_teb->StackAllocationBase = base;
  return STATUS_SUCCESS;
}

VOID NTAPI RtlFreeUserStack(PVOID base) {
  SIZE_T size = 0;
  NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE);
}

VOID NTAPI RtlGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER number) { *number = {0, 0, 0}; }

}  // extern "C"
