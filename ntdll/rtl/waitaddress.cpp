// RtlWaitOnAddress and one-time initialisation.
#include "parking.hpp"
#include "rtlp.hpp"

using namespace rtlp;

namespace {

struct Comparison {
  const volatile void *address;
  uint64_t unwanted;
  size_t size;
};

uint64_t ReadValue(const volatile void *address, size_t size) {
  switch (size) {
    case 1:
      return *static_cast<const volatile uint8_t *>(address);
    case 2:
      return *static_cast<const volatile uint16_t *>(address);
    case 4:
      return *static_cast<const volatile uint32_t *>(address);
    default:
      return *static_cast<const volatile uint64_t *>(address);
  }
}

bool StillEqual(void *context) {
  const auto &comparison = *static_cast<Comparison *>(context);
  return ReadValue(comparison.address, comparison.size) == comparison.unwanted;
}

// The low two bits of RTL_RUN_ONCE; above them the context of a completed one.
enum RunOnceState : uintptr_t { kFresh = 0, kBusy = 1, kDone = 2, kAsync = 3 };
constexpr uintptr_t kStateMask = 3;

using Word = std::atomic_ref<PVOID>;

uintptr_t Load(Word word) { return reinterpret_cast<uintptr_t>(word.load(std::memory_order_acquire)); }
bool Change(Word word, uintptr_t from, uintptr_t to) {
  PVOID expected = reinterpret_cast<PVOID>(from);
  return word.compare_exchange_strong(expected, reinterpret_cast<PVOID>(to));
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlWaitOnAddress(const volatile VOID *address, PVOID compare, SIZE_T size,
                                const LARGE_INTEGER *timeout) {
  if (size != 1 && size != 2 && size != 4 && size != 8) {
    return STATUS_INVALID_PARAMETER;
  }
  Comparison comparison{address, ReadValue(compare, size), size};
  const NTSTATUS status = Park(const_cast<const void *>(address), 0, StillEqual, nullptr, &comparison, timeout);
  return status == STATUS_UNSUCCESSFUL ? STATUS_SUCCESS : status;
}

VOID NTAPI RtlWakeAddressSingle(PVOID address) { UnparkOne(address); }
VOID NTAPI RtlWakeAddressAll(PVOID address) { UnparkAll(address); }

VOID NTAPI RtlRunOnceInitialize(PRTL_RUN_ONCE once) { once->Ptr = nullptr; }

NTSTATUS NTAPI RtlRunOnceBeginInitialize(PRTL_RUN_ONCE once, ULONG flags, PVOID *context) {
  if ((flags & ~(RTL_RUN_ONCE_CHECK_ONLY | RTL_RUN_ONCE_ASYNC)) != 0) {
    return STATUS_INVALID_PARAMETER_2;
  }
  const bool check_only = (flags & RTL_RUN_ONCE_CHECK_ONLY) != 0;
  const bool async = (flags & RTL_RUN_ONCE_ASYNC) != 0;
  if (check_only && async) {
    return STATUS_INVALID_PARAMETER_2;
  }
  const Word word(once->Ptr);
  for (;;) {
    const uintptr_t value = Load(word);
    switch (value & kStateMask) {
      case kDone:
        if (context != nullptr) {
          *context = reinterpret_cast<PVOID>(value & ~kStateMask);
        }
        return STATUS_SUCCESS;
      case kFresh:
        if (check_only) {
          return STATUS_UNSUCCESSFUL;
        }
        if (Change(word, kFresh, async ? kAsync : kBusy)) {
          return STATUS_PENDING;
        }
        break;
      case kAsync:
        if (check_only) {
          return STATUS_UNSUCCESSFUL;
        }
        return async ? STATUS_PENDING : STATUS_INVALID_PARAMETER_2;
      default:  // kBusy
        if (check_only) {
          return STATUS_UNSUCCESSFUL;
        }
        if (async) {
          return STATUS_INVALID_PARAMETER_2;
        }
        Comparison comparison{&once->Ptr, value, sizeof(PVOID)};
        Park(once, 0, StillEqual, nullptr, &comparison, nullptr);
        break;
    }
  }
}

NTSTATUS NTAPI RtlRunOnceComplete(PRTL_RUN_ONCE once, ULONG flags, PVOID context) {
  const bool failed = (flags & RTL_RUN_ONCE_INIT_FAILED) != 0;
  const bool async = (flags & RTL_RUN_ONCE_ASYNC) != 0;
  if ((flags & ~(RTL_RUN_ONCE_INIT_FAILED | RTL_RUN_ONCE_ASYNC)) != 0 || (failed && async)) {
    return STATUS_INVALID_PARAMETER_2;
  }
  const auto value = reinterpret_cast<uintptr_t>(context);
  if ((value & kStateMask) != 0 || (failed && value != 0)) {
    return STATUS_INVALID_PARAMETER_3;
  }
  const uintptr_t expected = async ? kAsync : kBusy;
  if (!Change(Word(once->Ptr), expected, failed ? uintptr_t{kFresh} : value | kDone)) {
    return STATUS_UNSUCCESSFUL;
  }
  UnparkAll(once);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlRunOnceExecuteOnce(PRTL_RUN_ONCE once, PRTL_RUN_ONCE_INIT_FN initialize, PVOID parameter,
                                     PVOID *context) {
  const NTSTATUS status = RtlRunOnceBeginInitialize(once, 0, context);
  if (status != STATUS_PENDING) {
    return status;
  }
  PVOID made = nullptr;
  if (initialize(once, parameter, &made) == 0) {
    RtlRunOnceComplete(once, RTL_RUN_ONCE_INIT_FAILED, nullptr);
    return STATUS_UNSUCCESSFUL;
  }
  const NTSTATUS completed = RtlRunOnceComplete(once, 0, made);
  if (NT_SUCCESS(completed) && context != nullptr) {
    *context = made;
  }
  return completed;
}

}  // extern "C"
