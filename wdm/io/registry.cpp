// Registry helpers. Facts: learn.microsoft.com, RtlQueryRegistryValues, RtlWriteRegistryValue, RtlCheckRegistryKey,
// RtlCreateRegistryKey, RtlDeleteRegistryValue. Exported under those names (the headers' are ntdll's imports).

#include "iop.hpp"

#include <nt/nt_services.h>
#include <wdmp/pool.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace io {
namespace {

constexpr std::array<PCWSTR, RTL_REGISTRY_MAXIMUM> kRoots = {
    L"",
    L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\",
    L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\",
    L"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion\\",
    L"\\Registry\\Machine\\Hardware\\DeviceMap\\",
    L"\\Registry\\User\\.Default\\"};

size_t Length(PCWSTR text) {
  size_t length = 0;
  while (text != nullptr && text[length] != 0) {
    length += 1;
  }
  return length;
}

// A key that is closed unless it is the caller's.
class Key {
 public:
  Key() = default;
  ~Key() { Close(); }
  Key(const Key &) = delete;
  Key &operator=(const Key &) = delete;

  // STATUS_INVALID_PARAMETER, statuses of the services. With `create` every missing key of the path's end is made.
  NTSTATUS Open(ULONG relative_to, PCWSTR path, ACCESS_MASK access, bool create);
  NTSTATUS OpenChild(HANDLE parent, PCWSTR name, ACCESS_MASK access);
  HANDLE Get() const { return handle_; }

 private:
  void Close() {
    if (own_ && handle_ != nullptr) {
      NtClose(handle_);
    }
    handle_ = nullptr;
  }

  HANDLE handle_ = nullptr;
  bool own_ = true;
};

NTSTATUS Key::OpenChild(HANDLE parent, PCWSTR name, ACCESS_MASK access) {
  Close();
  own_ = true;
  UNICODE_STRING text;
  RtlInitUnicodeString(&text, name);
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &text, OBJ_CASE_INSENSITIVE, parent, nullptr);
  return NtOpenKey(&handle_, access, &attributes);
}

NTSTATUS Key::Open(ULONG relative_to, PCWSTR path, ACCESS_MASK access, bool create) {
  if ((relative_to & RTL_REGISTRY_HANDLE) != 0) {
    handle_ = reinterpret_cast<HANDLE>(const_cast<PWSTR>(path));
    own_ = false;
    return STATUS_SUCCESS;
  }
  ULONG root = relative_to & ~static_cast<ULONG>(RTL_REGISTRY_OPTIONAL);
  if (root >= RTL_REGISTRY_MAXIMUM) {
    return STATUS_INVALID_PARAMETER;
  }
  PCWSTR head = kRoots[root];
  size_t head_length = Length(head);
  size_t tail_length = Length(path);
  if (tail_length == 0 && head_length != 0) {
    head_length -= 1;
  }
  size_t bytes = (head_length + tail_length) * sizeof(WCHAR);
  if (bytes > 0xfff0) {
    return STATUS_NAME_TOO_LONG;
  }
  auto *text = static_cast<PWCH>(wdm::PoolAllocate(bytes + sizeof(WCHAR), kTag));
  if (text == nullptr) {
    return STATUS_NO_MEMORY;
  }
  std::copy_n(head, head_length, text);
  std::copy_n(path, tail_length, text + head_length);
  UNICODE_STRING name = {
      .Length = static_cast<USHORT>(bytes), .MaximumLength = static_cast<USHORT>(bytes), .Buffer = text};
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  NTSTATUS status = create ? NtCreateKey(&handle_, access, &attributes, 0, nullptr, REG_OPTION_NON_VOLATILE, nullptr)
                           : NtOpenKey(&handle_, access, &attributes);
  wdm::PoolFree(text);
  return status;
}

struct Query {
  PRTL_QUERY_REGISTRY_TABLE entry;
  PVOID context;
};

bool IsText(ULONG type) { return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ; }

// RTL_QUERY_REGISTRY_DIRECT: strings into a UNICODE_STRING.
NTSTATUS StoreText(UNICODE_STRING &to, const void *data, ULONG length) {
  if (to.Buffer == nullptr) {
    to.Buffer = static_cast<PWCH>(wdm::PoolAllocate(std::max<ULONG>(length, sizeof(WCHAR)), kTag));
    if (to.Buffer == nullptr) {
      return STATUS_NO_MEMORY;
    }
    to.MaximumLength = static_cast<USHORT>(length);
  } else if (length > to.MaximumLength) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  memcpy(to.Buffer, data, length);
  to.Length = static_cast<USHORT>(length < sizeof(WCHAR) ? 0 : length - sizeof(WCHAR));
  return STATUS_SUCCESS;
}

// Other types: small ones as they are, larger ones with a length in front (a negative length says how much room).
NTSTATUS StoreOther(PVOID to, ULONG type, const void *data, ULONG length) {
  if (length <= sizeof(ULONG)) {
    memcpy(to, data, length);
    return STATUS_SUCCESS;
  }
  auto *head = static_cast<LONG *>(to);
  if (*head < 0) {
    if (static_cast<ULONG>(-*head) < length) {
      return STATUS_BUFFER_TOO_SMALL;
    }
    memcpy(to, data, length);
    return STATUS_SUCCESS;
  }
  auto *words = static_cast<ULONG *>(to);
  if (words[0] < length + 2 * sizeof(ULONG)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  words[0] = length;
  words[1] = type;
  memcpy(words + 2, data, length);
  return STATUS_SUCCESS;
}

NTSTATUS Deliver(const Query &query, PWSTR name, ULONG type, PVOID data, ULONG length) {
  const RTL_QUERY_REGISTRY_TABLE &entry = *query.entry;
  if ((entry.Flags & RTL_QUERY_REGISTRY_DIRECT) == 0) {
    if (entry.QueryRoutine == nullptr) {
      return STATUS_SUCCESS;
    }
    NTSTATUS status = entry.QueryRoutine(name, type, data, length, query.context, entry.EntryContext);
    return status == STATUS_BUFFER_TOO_SMALL ? STATUS_SUCCESS : status;
  }
  if ((entry.Flags & RTL_QUERY_REGISTRY_TYPECHECK) != 0) {
    ULONG wanted = entry.DefaultType >> RTL_QUERY_REGISTRY_TYPECHECK_SHIFT;
    if (wanted != REG_NONE && wanted != type) {
      return STATUS_OBJECT_TYPE_MISMATCH;
    }
  }
  if (entry.EntryContext == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  if (IsText(type)) {
    if (length > 0xffff) {
      return STATUS_BUFFER_OVERFLOW;
    }
    return StoreText(*static_cast<PUNICODE_STRING>(entry.EntryContext), data, length);
  }
  return StoreOther(entry.EntryContext, type, data, length);
}

// Strings of a REG_MULTI_SZ come one by one, unless the value is wanted as it is.
NTSTATUS DeliverAll(const Query &query, PWSTR name, ULONG type, PVOID data, ULONG length) {
  if (type != REG_MULTI_SZ || (query.entry->Flags & (RTL_QUERY_REGISTRY_NOEXPAND | RTL_QUERY_REGISTRY_DIRECT)) != 0) {
    return Deliver(query, name, type, data, length);
  }
  auto *text = static_cast<PWCH>(data);
  auto *end = text + length / sizeof(WCHAR);
  NTSTATUS status = STATUS_SUCCESS;
  while (text < end && *text != 0 && NT_SUCCESS(status)) {
    auto *stop = std::find(text, end, L'\0');
    if (stop == end) {
      break;
    }
    status =
        Deliver(query, name, REG_SZ, text, static_cast<ULONG>(stop + 1 - text) * static_cast<ULONG>(sizeof(WCHAR)));
    text = stop + 1;
  }
  return status;
}

ULONG DefaultLength(const RTL_QUERY_REGISTRY_TABLE &entry, ULONG type) {
  if (entry.DefaultLength != 0 || !IsText(type)) {
    return entry.DefaultLength;
  }
  auto *text = static_cast<const WCHAR *>(entry.DefaultData);
  size_t count = 0;
  while (text[count] != 0 || (type == REG_MULTI_SZ && text[count + 1] != 0)) {
    count += 1;
  }
  return static_cast<ULONG>((count + (type == REG_MULTI_SZ ? 2 : 1)) * sizeof(WCHAR));
}

NTSTATUS Missing(const Query &query) {
  const RTL_QUERY_REGISTRY_TABLE &entry = *query.entry;
  if ((entry.Flags & RTL_QUERY_REGISTRY_REQUIRED) != 0) {
    return STATUS_OBJECT_NAME_NOT_FOUND;
  }
  ULONG type = entry.DefaultType & 0x00ff'ffff;
  if (type == REG_NONE || entry.DefaultData == nullptr) {
    return STATUS_SUCCESS;
  }
  return DeliverAll(query, entry.Name, type, entry.DefaultData, DefaultLength(entry, type));
}

// A value's KEY_VALUE_FULL_INFORMATION in pool memory, with room for a zero behind its data.
struct Value {
  ~Value() {
    if (full != nullptr) {
      wdm::PoolFree(full);
    }
  }
  KEY_VALUE_FULL_INFORMATION *full = nullptr;
};

template <typename Read>
NTSTATUS ReadValue(Value &value, Read read) {
  ULONG room = 512;
  for (;;) {
    value.full = static_cast<KEY_VALUE_FULL_INFORMATION *>(wdm::PoolAllocateZero(room + 2 * sizeof(WCHAR), kTag));
    if (value.full == nullptr) {
      return STATUS_NO_MEMORY;
    }
    ULONG needed = 0;
    NTSTATUS status = read(value.full, room, &needed);
    if (status != STATUS_BUFFER_OVERFLOW && status != STATUS_BUFFER_TOO_SMALL) {
      return status;
    }
    if (needed <= room || needed > 0x10'0000) {
      return status;
    }
    wdm::PoolFree(value.full);
    value.full = nullptr;
    room = needed;
  }
}

NTSTATUS DeliverValue(const Query &query, PWSTR name, Value &value) {
  PVOID data = reinterpret_cast<char *>(value.full) + value.full->DataOffset;
  return DeliverAll(query, name, value.full->Type, data, value.full->DataLength);
}

NTSTATUS QueryNamed(HANDLE key, const Query &query) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, query.entry->Name);
  Value value;
  NTSTATUS status = ReadValue(value, [&](PVOID buffer, ULONG length, ULONG *needed) {
    return NtQueryValueKey(key, &name, KeyValueFullInformation, buffer, length, needed);
  });
  if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
    return Missing(query);
  }
  if (NT_SUCCESS(status)) {
    status = DeliverValue(query, query.entry->Name, value);
  }
  if (NT_SUCCESS(status) && (query.entry->Flags & RTL_QUERY_REGISTRY_DELETE) != 0) {
    NtDeleteValueKey(key, &name);
  }
  return status;
}

// No name: every value of the key.
NTSTATUS QueryEvery(HANDLE key, const Query &query) {
  for (ULONG index = 0;; index += 1) {
    Value value;
    NTSTATUS status = ReadValue(value, [&](PVOID buffer, ULONG length, ULONG *needed) {
      return NtEnumerateValueKey(key, index, KeyValueFullInformation, buffer, length, needed);
    });
    if (status == STATUS_NO_MORE_ENTRIES) {
      return index == 0 ? Missing(query) : STATUS_SUCCESS;
    }
    WCHAR name[256] = {};
    if (NT_SUCCESS(status)) {
      memcpy(name, value.full->Name, std::min<size_t>(value.full->NameLength, sizeof(name) - sizeof(WCHAR)));
      status = DeliverValue(query, name, value);
    }
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
}

NTSTATUS RunTable(HANDLE top, PRTL_QUERY_REGISTRY_TABLE table, PVOID context) {
  Key sub;
  HANDLE key = top;
  NTSTATUS status = STATUS_SUCCESS;
  for (auto *entry = table; NT_SUCCESS(status); entry += 1) {
    bool ends =
        entry->QueryRoutine == nullptr && (entry->Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_DIRECT)) == 0;
    if (ends) {
      return status;
    }
    if ((entry->Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_TOPKEY)) != 0) {
      key = top;
    }
    if ((entry->Flags & RTL_QUERY_REGISTRY_DIRECT) != 0 &&
        (entry->Name == nullptr || (entry->Flags & RTL_QUERY_REGISTRY_SUBKEY) != 0)) {
      return STATUS_INVALID_PARAMETER;
    }
    Query query = {entry, context};
    if ((entry->Flags & RTL_QUERY_REGISTRY_SUBKEY) != 0) {
      if (entry->Name == nullptr) {
        return STATUS_INVALID_PARAMETER;
      }
      status = sub.OpenChild(top, entry->Name, KEY_READ);
      if (NT_SUCCESS(status)) {
        key = sub.Get();
        if (entry->QueryRoutine != nullptr) {
          status = QueryEvery(key, query);
        }
      } else if ((entry->Flags & RTL_QUERY_REGISTRY_REQUIRED) == 0 && status == STATUS_OBJECT_NAME_NOT_FOUND) {
        status = STATUS_SUCCESS;
      }
    } else if ((entry->Flags & RTL_QUERY_REGISTRY_NOVALUE) != 0) {
      status = entry->QueryRoutine == nullptr
                   ? STATUS_SUCCESS
                   : entry->QueryRoutine(nullptr, REG_NONE, nullptr, 0, context, entry->EntryContext);
    } else {
      status = entry->Name == nullptr ? QueryEvery(key, query) : QueryNamed(key, query);
    }
  }
  return status;
}

}  // namespace
}  // namespace io

extern "C" {

// WDK: RtlQueryRegistryValues. STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH,
// what a query routine failed with. REG_EXPAND_SZ is delivered unexpanded: a host has no environment.
NTSTATUS NTAPI WdmpQueryRegistryValues(ULONG RelativeTo, PCWSTR Path, PRTL_QUERY_REGISTRY_TABLE QueryTable,
                                       PVOID Context, PVOID) {
  io::Key key;
  NTSTATUS status = key.Open(RelativeTo, Path, KEY_READ, false);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  return io::RunTable(key.Get(), QueryTable, Context);
}

// WDK: RtlWriteRegistryValue: the key is made when it is missing.
NTSTATUS NTAPI WdmpWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName, ULONG ValueType, PVOID ValueData,
                                      ULONG ValueLength) {
  io::Key key;
  NTSTATUS status = key.Open(RelativeTo, Path, KEY_WRITE, true);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, ValueName);
  return NtSetValueKey(key.Get(), &name, 0, ValueType, ValueData, ValueLength);
}

// WDK: RtlDeleteRegistryValue. STATUS_OBJECT_NAME_NOT_FOUND.
NTSTATUS NTAPI WdmpDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName) {
  io::Key key;
  NTSTATUS status = key.Open(RelativeTo, Path, KEY_WRITE, false);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, ValueName);
  return NtDeleteValueKey(key.Get(), &name);
}

// WDK: RtlCreateRegistryKey, RtlCheckRegistryKey.
NTSTATUS NTAPI WdmpCreateRegistryKey(ULONG RelativeTo, PWSTR Path) {
  io::Key key;
  return key.Open(RelativeTo, Path, KEY_WRITE, true);
}

NTSTATUS NTAPI WdmpCheckRegistryKey(ULONG RelativeTo, PWSTR Path) {
  io::Key key;
  return key.Open(RelativeTo, Path, KEY_READ, false);
}

}  // extern "C"
