// Readers (RtlLookupFunctionEntry) may run anywhere, even inside a fault under the loader lock: they take no lock but
// retry when a writer was at work. Writers are few and exclude each other.

#include "function_table.hpp"

#include "unwind.hpp"

#include <atomic>

namespace {

struct Range {
  ULONG_PTR base;
  ULONG_PTR size;
  const RUNTIME_FUNCTION *table;
  ULONG_PTR count;
  PGET_RUNTIME_FUNCTION_CALLBACK callback;  // instead of a table
  PVOID context;
  ULONG_PTR identifier;  // of a callback table: address | 3
};

constexpr size_t kMaximumRanges = 1024;

Range ranges[kMaximumRanges];
std::atomic<size_t> range_count;
std::atomic<ULONG> sequence;  // odd while a writer is at work
std::atomic_flag writer = ATOMIC_FLAG_INIT;

class WriteLock {
 public:
  WriteLock() {
    while (writer.test_and_set(std::memory_order_acquire)) {
      __builtin_ia32_pause();
    }
    sequence.fetch_add(1, std::memory_order_acq_rel);
  }
  ~WriteLock() {
    sequence.fetch_add(1, std::memory_order_acq_rel);
    writer.clear(std::memory_order_release);
  }
};

bool Add(const Range &range) {
  WriteLock lock;
  size_t count = range_count.load(std::memory_order_relaxed);
  if (count == kMaximumRanges) {
    return false;
  }
  ranges[count] = range;
  range_count.store(count + 1, std::memory_order_relaxed);
  return true;
}

template <typename Predicate>
bool Remove(Predicate matches) {
  WriteLock lock;
  size_t count = range_count.load(std::memory_order_relaxed);
  for (size_t i = 0; i < count; i += 1) {
    if (matches(ranges[i])) {
      ranges[i] = ranges[count - 1];
      range_count.store(count - 1, std::memory_order_relaxed);
      return true;
    }
  }
  return false;
}

// The range that holds `pc`. A writer can only be met on another processor or when this thread interrupted it by an
// exception inside Add or Remove, which touch nothing that can fault: the retries end.
bool Find(ULONG_PTR pc, Range *found) {
  for (;;) {
    ULONG before = sequence.load(std::memory_order_acquire);
    bool hit = false;
    size_t count = range_count.load(std::memory_order_relaxed);
    for (size_t i = 0; i < count && !hit; i += 1) {
      if (pc - ranges[i].base < ranges[i].size) {
        *found = ranges[i];
        hit = true;
      }
    }
    std::atomic_thread_fence(std::memory_order_acquire);
    if ((before & 1) == 0 && sequence.load(std::memory_order_relaxed) == before) {
      return hit;
    }
    __builtin_ia32_pause();
  }
}

}  // namespace

namespace seh {

void AddModule(ULONG_PTR base, ULONG size, const RUNTIME_FUNCTION *table, ULONG count) {
  Add({base, size, table, count, nullptr, nullptr, 0});
}

void RemoveModule(ULONG_PTR base) {
  Remove([&](const Range &range) { return range.base == base && range.identifier == 0; });
}

}  // namespace seh

extern "C" {

PRUNTIME_FUNCTION NTAPI RtlLookupFunctionEntry(ULONG_PTR ControlPc, ULONG_PTR *ImageBase,
                                               PUNWIND_HISTORY_TABLE HistoryTable) {
  (void)HistoryTable;  // a cache across frames; the search is short enough without
  Range range;
  if (!Find(ControlPc, &range)) {
    *ImageBase = 0;
    return nullptr;
  }
  *ImageBase = range.base;
  if (range.callback != nullptr) {
    return range.callback(ControlPc, range.context);
  }
  return const_cast<PRUNTIME_FUNCTION>(
      seh::FindFunction(range.table, range.count, static_cast<ULONG>(ControlPc - range.base)));
}

BOOLEAN NTAPI RtlAddFunctionTable(PRUNTIME_FUNCTION FunctionTable, ULONG EntryCount, ULONG_PTR BaseAddress) {
  if (FunctionTable == nullptr || EntryCount == 0) {
    return FALSE;
  }
  ULONG end = 0;
  for (ULONG i = 0; i < EntryCount; i += 1) {
    end = FunctionTable[i].EndAddress > end ? FunctionTable[i].EndAddress : end;
  }
  return Add(
      {BaseAddress, end, FunctionTable, EntryCount, nullptr, nullptr, reinterpret_cast<ULONG_PTR>(FunctionTable)});
}

BOOLEAN NTAPI RtlInstallFunctionTableCallback(ULONG_PTR TableIdentifier, ULONG_PTR BaseAddress, ULONG Length,
                                              PGET_RUNTIME_FUNCTION_CALLBACK Callback, PVOID Context,
                                              PCWSTR OutOfProcessCallbackDll) {
  (void)OutOfProcessCallbackDll;  // for debuggers
  if ((TableIdentifier & 3) != 3 || Callback == nullptr || static_cast<LONG>(Length) < 0) {
    return FALSE;
  }
  return Add({BaseAddress, Length, nullptr, 0, Callback, Context, TableIdentifier});
}

BOOLEAN NTAPI RtlDeleteFunctionTable(PRUNTIME_FUNCTION FunctionTable) {
  auto identifier = reinterpret_cast<ULONG_PTR>(FunctionTable);
  return identifier != 0 && Remove([&](const Range &range) { return range.identifier == identifier; });
}

}  // extern "C"
