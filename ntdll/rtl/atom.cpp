// Atom tables: strings by number (0xC000 and up), counted; numbers below 0xC000 are atoms of their own ("#123"). Names
// compare without regard to case.
#include <nt/ntrtl_atom.h>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

constexpr RTL_ATOM kFirstName = 0xc000;
constexpr ULONG kMostNames = 0x10000 - kFirstName;
constexpr size_t kMostCharacters = 255;
constexpr ULONG kDefaultBuckets = 37;

struct Entry {
  Entry *next;
  RTL_ATOM atom;
  bool pinned;
  ULONG references;
  size_t count;
  WCHAR name[1];
};

struct Table {
  RTL_CRITICAL_SECTION lock;
  Entry **by_number;  // `capacity` of them, for the atoms from kFirstName on
  ULONG capacity;
  ULONG used;  // places below this one were used at least once
  ULONG bucket_count;
  Entry *buckets[1];
};

class Guard {
 public:
  explicit Guard(Table *table) : table_(table) { RtlEnterCriticalSection(&table_->lock); }
  ~Guard() { RtlLeaveCriticalSection(&table_->lock); }
  Guard(const Guard &) = delete;
  Guard &operator=(const Guard &) = delete;

 private:
  Table *table_;
};

struct Name {
  const WCHAR *text;
  size_t count;
  RTL_ATOM number;  // not 0: an integer atom
  NTSTATUS status;
};

Name Parse(PCWSTR text) {
  const auto value = reinterpret_cast<uintptr_t>(text);
  if (value < 0x10000) {
    const bool good = value != 0 && value < kFirstName;
    return {nullptr, 0, static_cast<RTL_ATOM>(value), good ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER};
  }
  const size_t count = WideLength(text);
  if (count == 0) {
    return {text, 0, 0, STATUS_OBJECT_NAME_INVALID};
  }
  if (text[0] == '#' && count > 1) {
    ULONG number = 0;
    size_t at = 1;
    for (; at < count && text[at] >= '0' && text[at] <= '9' && number < 0x10000; ++at) {
      number = number * 10 + static_cast<ULONG>(text[at] - '0');
    }
    if (at == count) {
      const bool good = number != 0 && number < kFirstName;
      return {text, count, static_cast<RTL_ATOM>(number), good ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER};
    }
  }
  return {text, count, 0, count <= kMostCharacters ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER};
}

Entry **Find(Table *table, const Name &name) {
  const UNICODE_STRING string{static_cast<USHORT>(name.count * sizeof(WCHAR)), 0, const_cast<WCHAR *>(name.text)};
  ULONG hash = 0;
  RtlHashUnicodeString(&string, TRUE, HASH_STRING_ALGORITHM_X65599, &hash);
  Entry **link = &table->buckets[hash % table->bucket_count];
  while (*link != nullptr &&
         RtlCompareUnicodeStrings((*link)->name, (*link)->count, name.text, name.count, TRUE) != 0) {
    link = &(*link)->next;
  }
  return link;
}

Entry *ByNumber(Table *table, RTL_ATOM atom) {
  const ULONG index = atom - ULONG{kFirstName};
  return atom >= kFirstName && index < table->used ? table->by_number[index] : nullptr;
}

/// A free place in by_number, or kMostNames.
ULONG Place(Table *table) {
  for (ULONG i = 0; i < table->used; ++i) {
    if (table->by_number[i] == nullptr) {
      return i;
    }
  }
  if (table->used == table->capacity) {
    const ULONG capacity = table->capacity == 0 ? 64 : table->capacity * 2;
    if (table->capacity >= kMostNames) {
      return kMostNames;
    }
    auto **const grown = static_cast<Entry **>(AllocateZeroed(capacity * sizeof(Entry *)));
    if (grown == nullptr) {
      return kMostNames;
    }
    if (table->used != 0) {
      memcpy(grown, table->by_number, table->used * sizeof(Entry *));
    }
    Free(table->by_number);
    table->by_number = grown;
    table->capacity = capacity;
  }
  return table->used++;
}

void Remove(Table *table, Entry *entry) {
  Entry **const link = Find(table, {entry->name, entry->count, 0, STATUS_SUCCESS});
  *link = entry->next;
  table->by_number[entry->atom - kFirstName] = nullptr;
  Free(entry);
}

NTSTATUS CopyName(const WCHAR *text, size_t count, PWSTR to, PULONG size) {
  if (to == nullptr || size == nullptr) {
    return STATUS_SUCCESS;
  }
  const auto needed = static_cast<ULONG>(count * sizeof(WCHAR));
  const ULONG capacity = *size;
  *size = needed;
  if (capacity < sizeof(WCHAR)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  const size_t kept = needed + sizeof(WCHAR) <= capacity ? count : capacity / sizeof(WCHAR) - 1;
  memcpy(to, text, kept * sizeof(WCHAR));
  to[kept] = 0;
  *size = static_cast<ULONG>(kept * sizeof(WCHAR));
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlCreateAtomTable(ULONG buckets, PVOID *result) {
  if (*result != nullptr) {
    return STATUS_SUCCESS;
  }
  buckets = buckets == 0 ? kDefaultBuckets : buckets;
  if (buckets > kMostNames) {
    return STATUS_INVALID_PARAMETER;
  }
  auto *const table = static_cast<Table *>(AllocateZeroed(sizeof(Table) + (buckets - 1) * sizeof(Entry *)));
  if (table == nullptr) {
    return STATUS_NO_MEMORY;
  }
  RtlInitializeCriticalSection(&table->lock);
  table->bucket_count = buckets;
  *result = table;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlEmptyAtomTable(PVOID handle, BOOLEAN pinned_too) {
  auto *const table = static_cast<Table *>(handle);
  if (table == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  const Guard guard(table);
  for (ULONG i = 0; i < table->used; ++i) {
    Entry *const entry = table->by_number[i];
    if (entry != nullptr && (pinned_too != 0 || !entry->pinned)) {
      Remove(table, entry);
    }
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDestroyAtomTable(PVOID handle) {
  const NTSTATUS status = RtlEmptyAtomTable(handle, TRUE);
  if (NT_SUCCESS(status)) {
    auto *const table = static_cast<Table *>(handle);
    RtlDeleteCriticalSection(&table->lock);
    Free(table->by_number);
    Free(table);
  }
  return status;
}

NTSTATUS NTAPI RtlAddAtomToAtomTable(PVOID handle, PCWSTR text, PRTL_ATOM atom) {
  auto *const table = static_cast<Table *>(handle);
  if (table == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  const Name name = Parse(text);
  if (!NT_SUCCESS(name.status)) {
    return name.status;
  }
  if (name.number != 0) {
    if (atom != nullptr) {
      *atom = name.number;
    }
    return STATUS_SUCCESS;
  }
  const Guard guard(table);
  Entry **const link = Find(table, name);
  if (*link != nullptr) {
    ++(*link)->references;
    if (atom != nullptr) {
      *atom = (*link)->atom;
    }
    return STATUS_SUCCESS;
  }
  auto *const entry = static_cast<Entry *>(AllocateZeroed(sizeof(Entry) + name.count * sizeof(WCHAR)));
  const ULONG place = entry != nullptr ? Place(table) : kMostNames;
  if (place == kMostNames) {
    Free(entry);
    return STATUS_NO_MEMORY;
  }
  entry->atom = static_cast<RTL_ATOM>(kFirstName + place);
  entry->references = 1;
  entry->count = name.count;
  memcpy(entry->name, name.text, name.count * sizeof(WCHAR));
  *link = entry;
  table->by_number[place] = entry;
  if (atom != nullptr) {
    *atom = entry->atom;
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlLookupAtomInAtomTable(PVOID handle, PCWSTR text, PRTL_ATOM atom) {
  auto *const table = static_cast<Table *>(handle);
  if (table == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  const Name name = Parse(text);
  if (!NT_SUCCESS(name.status)) {
    return name.status;
  }
  RTL_ATOM found = name.number;
  if (found == 0) {
    const Guard guard(table);
    Entry *const entry = *Find(table, name);
    if (entry == nullptr) {
      return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    found = entry->atom;
  }
  if (atom != nullptr) {
    *atom = found;
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteAtomFromAtomTable(PVOID handle, RTL_ATOM atom) {
  auto *const table = static_cast<Table *>(handle);
  if (table == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  if (atom < kFirstName) {
    return STATUS_SUCCESS;
  }
  const Guard guard(table);
  Entry *const entry = ByNumber(table, atom);
  if (entry == nullptr) {
    return STATUS_INVALID_HANDLE;
  }
  if (entry->pinned) {
    return STATUS_WAS_LOCKED;
  }
  if (--entry->references == 0) {
    Remove(table, entry);
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlPinAtomInAtomTable(PVOID handle, RTL_ATOM atom) {
  auto *const table = static_cast<Table *>(handle);
  if (table == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  if (atom < kFirstName) {
    return STATUS_SUCCESS;
  }
  const Guard guard(table);
  Entry *const entry = ByNumber(table, atom);
  if (entry == nullptr) {
    return STATUS_INVALID_HANDLE;
  }
  entry->pinned = true;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryAtomInAtomTable(PVOID handle, RTL_ATOM atom, PULONG references, PULONG pinned, PWSTR name,
                                       PULONG size) {
  auto *const table = static_cast<Table *>(handle);
  if (table == nullptr || atom == 0) {
    return STATUS_INVALID_PARAMETER;
  }
  const auto report = [&](ULONG count, bool pin) {
    if (references != nullptr) {
      *references = count;
    }
    if (pinned != nullptr) {
      *pinned = pin ? 1 : 0;
    }
  };
  if (atom < kFirstName) {
    report(1, true);
    WCHAR text[8] = {'#'};
    UNICODE_STRING digits{0, sizeof(text) - sizeof(WCHAR), text + 1};
    RtlIntegerToUnicodeString(atom, 10, &digits);
    return CopyName(text, CharCount(digits) + 1, name, size);
  }
  const Guard guard(table);
  const Entry *const entry = ByNumber(table, atom);
  if (entry == nullptr) {
    return STATUS_INVALID_HANDLE;
  }
  report(entry->references, entry->pinned);
  return CopyName(entry->name, entry->count, name, size);
}

}  // extern "C"
