// Probes of the requestor's memory. __try stands in small functions without destructors (STYLE.md 33).

#include <ntifs.h>

namespace {

// Where memory of processes ends. A request's buffer is an alias in the host, which is a process too.
#if NT_64BIT
constexpr uintptr_t kUserLimit = 0x7FFF'FFFF'0000;
#else
constexpr uintptr_t kUserLimit = 0x7FFF'0000;
#endif

void CheckRange(uintptr_t address, SIZE_T length, ULONG alignment) {
  if ((address & (alignment - 1)) != 0) {
    ExRaiseDatatypeMisalignment();
  }
  if (address + length < address || address + length > kUserLimit) {
    ExRaiseAccessViolation();
  }
}

}  // namespace

extern "C" {

// learn.microsoft.com, "ProbeForRead": raises STATUS_ACCESS_VIOLATION for a range outside the user's addresses,
// STATUS_DATATYPE_MISALIGNMENT. Nothing is touched, Length 0 is always good.
VOID NTAPI ProbeForRead(const volatile VOID *Address, SIZE_T Length, ULONG Alignment) {
  if (Length != 0) {
    CheckRange(reinterpret_cast<uintptr_t>(Address), Length, Alignment);
  }
}

// learn.microsoft.com, "ProbeForWrite": as ProbeForRead, and every page is written to; the fault goes to the caller's
// handler.
VOID NTAPI ProbeForWrite(volatile VOID *Address, SIZE_T Length, ULONG Alignment) {
  if (Length == 0) {
    return;
  }
  const auto address = reinterpret_cast<uintptr_t>(Address);
  CheckRange(address, Length, Alignment);
  for (uintptr_t at = address; at < address + Length; at = (at | (PAGE_SIZE - 1)) + 1) {
    __atomic_fetch_or(reinterpret_cast<volatile uint8_t *>(at), 0, __ATOMIC_RELAXED);
  }
}

}  // extern "C"
