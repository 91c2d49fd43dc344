// Critical sections. LockCount is -1 when free and otherwise the number of threads that wait or own, less one. Whoever
// leaves with waiters behind hands the section to one of them by an auto-reset event, made when the first thread has to
// wait. There is one processor, so nobody spins.
#include "parking.hpp"
#include "rtlp.hpp"

using namespace rtlp;

namespace {

std::atomic_ref<LONG> LockCount(RTL_CRITICAL_SECTION *section) { return std::atomic_ref<LONG>(section->LockCount); }

HANDLE Self() { return CurrentTeb()->ClientId.UniqueThread; }

HANDLE EventOf(RTL_CRITICAL_SECTION *section) {
  const std::atomic_ref<HANDLE> slot(section->LockSemaphore);
  for (;;) {
    HANDLE event = slot.load(std::memory_order_acquire);
    if (event != nullptr) {
      return event;
    }
    if (!NT_SUCCESS(NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE))) {
      Pause();  // no memory for an event at this moment; the hand-over cannot do without it
      continue;
    }
    HANDLE expected = nullptr;
    if (!slot.compare_exchange_strong(expected, event)) {
      NtClose(event);
      return expected;
    }
    return event;
  }
}

[[gnu::noinline]] void Wait(RTL_CRITICAL_SECTION *section) {
  while (NtWaitForSingleObject(EventOf(section), FALSE, nullptr) != STATUS_SUCCESS) {
    Pause();
  }
}

}  // namespace

namespace rtlp {
// The PEB points to it (FastPebLock); it guards environment, current directory and the list of heaps.
constinit RTL_CRITICAL_SECTION peb_lock = {nullptr, -1, 0, nullptr, nullptr, 0};
}  // namespace rtlp

extern "C" {

NTSTATUS NTAPI RtlInitializeCriticalSectionEx(PRTL_CRITICAL_SECTION section, ULONG spin_count, ULONG flags) {
  constexpr ULONG kKnown = RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO | RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN |
                           RTL_CRITICAL_SECTION_FLAG_STATIC_INIT | RTL_CRITICAL_SECTION_FLAG_RESOURCE_TYPE |
                           RTL_CRITICAL_SECTION_FLAG_FORCE_DEBUG_INFO;
  if ((flags & ~kKnown) != 0) {
    return STATUS_INVALID_PARAMETER_3;
  }
  if ((spin_count & 0xff000000) != 0) {
    return STATUS_INVALID_PARAMETER_2;
  }
  section->DebugInfo = reinterpret_cast<PRTL_CRITICAL_SECTION_DEBUG>(intptr_t{-1});
  section->LockCount = -1;
  section->RecursionCount = 0;
  section->OwningThread = nullptr;
  section->LockSemaphore = nullptr;
  section->SpinCount = 0;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(PRTL_CRITICAL_SECTION section, ULONG spin_count) {
  return RtlInitializeCriticalSectionEx(section, spin_count & 0x00ffffff, 0);
}

NTSTATUS NTAPI RtlInitializeCriticalSection(PRTL_CRITICAL_SECTION section) {
  return RtlInitializeCriticalSectionEx(section, 0, 0);
}

NTSTATUS NTAPI RtlDeleteCriticalSection(PRTL_CRITICAL_SECTION section) {
  NTSTATUS status = STATUS_SUCCESS;
  if (section->LockSemaphore != nullptr) {
    status = NtClose(section->LockSemaphore);
  }
  memset(section, 0, sizeof(*section));
  return status;
}

NTSTATUS NTAPI RtlEnterCriticalSection(PRTL_CRITICAL_SECTION section) {
  HANDLE const self = Self();
  if (LockCount(section).fetch_add(1, std::memory_order_acquire) != -1) {
    if (section->OwningThread == self) {
      ++section->RecursionCount;
      return STATUS_SUCCESS;
    }
    Wait(section);
  }
  section->OwningThread = self;
  section->RecursionCount = 1;
  return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlTryEnterCriticalSection(PRTL_CRITICAL_SECTION section) {
  HANDLE const self = Self();
  LONG expected = -1;
  if (LockCount(section).compare_exchange_strong(expected, 0, std::memory_order_acquire)) {
    section->OwningThread = self;
    section->RecursionCount = 1;
    return TRUE;
  }
  if (section->OwningThread == self) {
    LockCount(section).fetch_add(1, std::memory_order_relaxed);
    ++section->RecursionCount;
    return TRUE;
  }
  return FALSE;
}

NTSTATUS NTAPI RtlLeaveCriticalSection(PRTL_CRITICAL_SECTION section) {
  if (--section->RecursionCount > 0) {
    LockCount(section).fetch_sub(1, std::memory_order_relaxed);
    return STATUS_SUCCESS;
  }
  if (section->RecursionCount < 0) {  // left once too often: the section stays as it was
    section->RecursionCount = 0;
    return STATUS_RESOURCE_NOT_OWNED;
  }
  section->OwningThread = nullptr;
  if (LockCount(section).fetch_sub(1, std::memory_order_release) > 0) {
    while (!NT_SUCCESS(NtSetEvent(EventOf(section), nullptr))) {
      Pause();
    }
  }
  return STATUS_SUCCESS;
}

ULONG NTAPI RtlSetCriticalSectionSpinCount(PRTL_CRITICAL_SECTION section, ULONG spin_count) {
  const auto old = static_cast<ULONG>(section->SpinCount);
  section->SpinCount = spin_count & 0x00ffffff;
  return old;
}

ULONG NTAPI RtlIsCriticalSectionLocked(PRTL_CRITICAL_SECTION section) {
  return LockCount(section).load(std::memory_order_relaxed) != -1;
}

ULONG NTAPI RtlIsCriticalSectionLockedByThread(PRTL_CRITICAL_SECTION section) {
  return section->OwningThread == Self() && section->RecursionCount != 0;
}

VOID NTAPI RtlAcquirePebLock() { RtlEnterCriticalSection(&peb_lock); }
VOID NTAPI RtlReleasePebLock() { RtlLeaveCriticalSection(&peb_lock); }
BOOLEAN NTAPI RtlTryAcquirePebLock() { return RtlTryEnterCriticalSection(&peb_lock); }

}  // extern "C"
