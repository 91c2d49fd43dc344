// Fiber local storage: 128 slots with callbacks; a thread's values are made at its first RtlFlsSetValue.

#include "fls.hpp"

#include "../ldr/heap.hpp"
#include "../ntdllp.hpp"

#include <atomic>

namespace {

using Callback = VOID(NTAPI *)(PVOID FlsData);

struct Values {
  LIST_ENTRY links;  // of all threads' values
  PVOID slots[FLS_MAXIMUM_AVAILABLE];
};

struct Slot {
  bool used;
  Callback callback;
};

Slot slots[FLS_MAXIMUM_AVAILABLE];
LIST_ENTRY all_values = {&all_values, &all_values};
std::atomic_flag busy = ATOMIC_FLAG_INIT;

class Guard {
 public:
  Guard() {
    while (busy.test_and_set(std::memory_order_acquire)) {
      NtYieldExecution();
    }
  }
  ~Guard() { busy.clear(std::memory_order_release); }
};

Values *Current() { return static_cast<Values *>(ntdll::Teb().FlsData); }

}  // namespace

namespace ntdll {

void RunFlsCallbacks() {
  Values *values = Current();
  if (values == nullptr) {
    return;
  }
  for (ULONG i = 0; i < FLS_MAXIMUM_AVAILABLE; i += 1) {
    Callback callback = slots[i].used ? slots[i].callback : nullptr;
    PVOID value = values->slots[i];
    values->slots[i] = nullptr;
    if (callback != nullptr && value != nullptr) {
      callback(value);
    }
  }
  {
    Guard guard;
    RemoveEntryList(&values->links);
  }
  Teb().FlsData = nullptr;
  ldr::Free(values);
}

}  // namespace ntdll

extern "C" {

// STATUS_NO_MEMORY: all slots are in use.
NTSTATUS NTAPI RtlFlsAlloc(PVOID FlsCallback, PULONG Index) {
  Guard guard;
  for (ULONG i = 1; i < FLS_MAXIMUM_AVAILABLE; i += 1) {  // slot 0 is never given out
    if (!slots[i].used) {
      slots[i] = {true, reinterpret_cast<Callback>(FlsCallback)};
      *Index = i;
      return STATUS_SUCCESS;
    }
  }
  return STATUS_NO_MEMORY;
}

// Calls the callback for every thread's value. STATUS_INVALID_PARAMETER: not an allocated slot.
NTSTATUS NTAPI RtlFlsFree(ULONG Index) {
  if (Index >= FLS_MAXIMUM_AVAILABLE || !slots[Index].used) {
    return STATUS_INVALID_PARAMETER;
  }
  Callback callback = slots[Index].callback;
  for (bool found = true; found;) {
    found = false;
    PVOID value = nullptr;
    {
      Guard guard;
      for (PLIST_ENTRY links = all_values.Flink; links != &all_values && !found; links = links->Flink) {
        auto *values = CONTAINING_RECORD(links, Values, links);
        value = values->slots[Index];
        values->slots[Index] = nullptr;
        found = value != nullptr;
      }
    }
    if (found && callback != nullptr) {
      callback(value);
    }
  }
  Guard guard;
  slots[Index] = {};
  return STATUS_SUCCESS;
}

// STATUS_INVALID_PARAMETER: no such slot; the value of an unused slot is null.
NTSTATUS NTAPI RtlFlsGetValue(ULONG Index, PVOID *Value) {
  if (Index == 0 || Index >= FLS_MAXIMUM_AVAILABLE) {
    return STATUS_INVALID_PARAMETER;
  }
  Values *values = Current();
  *Value = values == nullptr ? nullptr : values->slots[Index];
  return STATUS_SUCCESS;
}

// STATUS_INVALID_PARAMETER, STATUS_NO_MEMORY.
NTSTATUS NTAPI RtlFlsSetValue(ULONG Index, PVOID Value) {
  if (Index == 0 || Index >= FLS_MAXIMUM_AVAILABLE) {
    return STATUS_INVALID_PARAMETER;
  }
  Values *values = Current();
  if (values == nullptr) {
    values = static_cast<Values *>(ldr::Allocate(sizeof(Values)));
    if (values == nullptr) {
      return STATUS_NO_MEMORY;
    }
    Guard guard;
    InsertTailList(&all_values, &values->links);
    ntdll::Teb().FlsData = values;
  }
  values->slots[Index] = Value;
  return STATUS_SUCCESS;
}

VOID NTAPI RtlProcessFlsData(PVOID FlsData, ULONG Flags) {
  if ((Flags & 1) != 0 && FlsData != nullptr && FlsData == ntdll::Teb().FlsData) {
    ntdll::RunFlsCallbacks();
  }
}

}  // extern "C"
