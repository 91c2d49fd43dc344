#include "reg_key.hpp"

#include <nt/nt_services.h>

#include <native/format.hpp>
#include <native/utf.hpp>

namespace ntcmd {
namespace {

using native::String;
using native::Vector;
using native::WideString;

struct Root {
  std::string_view abbreviation;
  std::string_view name;
  std::string_view nt;
};

constexpr Root kRoots[] = {
    {"HKLM", "HKEY_LOCAL_MACHINE", "\\Registry\\Machine"},
    {"HKU", "HKEY_USERS", "\\Registry\\User"},
    {"HKCR", "HKEY_CLASSES_ROOT", "\\Registry\\Machine\\SOFTWARE\\Classes"},
    {"HKCC", "HKEY_CURRENT_CONFIG", "\\Registry\\Machine\\SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current"},
};

constexpr std::string_view kRegistry = "\\Registry";

constexpr std::string_view kTypes[] = {"REG_NONE",
                                       "REG_SZ",
                                       "REG_EXPAND_SZ",
                                       "REG_BINARY",
                                       "REG_DWORD",
                                       "REG_DWORD_BIG_ENDIAN",
                                       "REG_LINK",
                                       "REG_MULTI_SZ",
                                       "REG_RESOURCE_LIST",
                                       "REG_FULL_RESOURCE_DESCRIPTOR",
                                       "REG_RESOURCE_REQUIREMENTS_LIST",
                                       "REG_QWORD"};

// Text without the terminators that are stored with it.
String ShowText(const unsigned char *data, std::size_t size) {
  Vector<WCHAR> text(size / sizeof(WCHAR));
  if (!text.empty()) {
    __builtin_memcpy(text.data(), data, text.size() * sizeof(WCHAR));
  }
  while (!text.empty() && text.back() == 0) {
    text.pop_back();
  }
  String shown;
  for (const WCHAR unit : text) {
    if (unit == 0) {
      shown.append("\\0");  // between the strings of a REG_MULTI_SZ
    } else {
      native::AppendUtf8(shown, &unit, 1);
    }
  }
  return shown;
}

String ShowData(ULONG type, const unsigned char *data, std::size_t size) {
  switch (type) {
    case REG_SZ:
    case REG_EXPAND_SZ:
    case REG_LINK:
    case REG_MULTI_SZ:
      return ShowText(data, size);
    case REG_DWORD:
    case REG_QWORD:
      if (size == (type == REG_DWORD ? 4U : 8U)) {
        unsigned long long number = 0;
        __builtin_memcpy(&number, data, size);
        return native::Format("0x{:x}", number);
      }
      break;
    default:
      break;
  }
  String shown;
  for (std::size_t i = 0; i < size; ++i) {
    native::Append(shown, "{:02X}", data[i]);
  }
  return shown;
}

// Runs `query(buffer, size, &needed)` with a buffer that grows until the answer fits.
template <typename Query>
Result<Vector<ULONGLONG>> Grow(Query query) {
  ULONG size = 1024;
  for (;;) {
    Vector<ULONGLONG> buffer(size / sizeof(ULONGLONG));
    ULONG needed = 0;
    const NTSTATUS status = query(buffer.data(), size, &needed);
    if (NT_SUCCESS(status)) {
      return buffer;
    }
    const bool too_small = status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL;
    if (!too_small || size >= 0x4000000) {
      return Fail(status);
    }
    size = (needed > size ? needed : size * 2) / 1024 * 1024 + 1024;
  }
}

Value Convert(const Vector<ULONGLONG> &buffer) {
  const auto *bytes = reinterpret_cast<const unsigned char *>(buffer.data());
  const auto &information = *reinterpret_cast<const KEY_VALUE_FULL_INFORMATION *>(bytes);
  return {native::ToUtf8(information.Name, information.NameLength / sizeof(WCHAR)), information.Type,
          ShowData(information.Type, bytes + information.DataOffset, information.DataLength)};
}

}  // namespace

Result<KeyName> ParseKey(std::string_view text) {
  while (text.size() > 1 && text.ends_with('\\')) {
    text.remove_suffix(1);
  }
  if (native::StartsWithIgnoringCase(text, kRegistry) &&
      (text.size() == kRegistry.size() || text[kRegistry.size()] == '\\')) {
    return KeyName{String(text), String(text)};
  }
  const std::size_t end = text.find('\\');
  const std::string_view root_name = text.substr(0, end);
  const std::string_view rest = end == std::string_view::npos ? std::string_view() : text.substr(end);
  for (const Root &root : kRoots) {
    if (native::EqualIgnoringCase(root_name, root.abbreviation) || native::EqualIgnoringCase(root_name, root.name)) {
      KeyName name{String(root.nt), String(root.name)};
      name.nt.append(rest);
      name.shown.append(rest);
      return name;
    }
  }
  return Fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
}

Result<RegistryKey> RegistryKey::Open(const KeyName &name) {
  WideString wide(name.nt);
  std::optional<UNICODE_STRING> path = wide.Unicode();
  if (!path) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &*path, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  RegistryKey key;
  const NTSTATUS status = NtOpenKey(key.handle_.Out(), KEY_READ, &attributes);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return key;
}

Result<String> RegistryKey::SubKey(ULONG index) const {
  const auto buffer = TRY(Grow([&](PVOID data, ULONG size, ULONG *needed) {
    return NtEnumerateKey(handle_.Get(), index, KeyBasicInformation, data, size, needed);
  }));
  const auto &information = *reinterpret_cast<const KEY_BASIC_INFORMATION *>(buffer.data());
  return native::ToUtf8(information.Name, information.NameLength / sizeof(WCHAR));
}

Result<Value> RegistryKey::ValueAt(ULONG index) const {
  const auto buffer = TRY(Grow([&](PVOID data, ULONG size, ULONG *needed) {
    return NtEnumerateValueKey(handle_.Get(), index, KeyValueFullInformation, data, size, needed);
  }));
  return Convert(buffer);
}

Result<Vector<ULONGLONG>> RegistryKey::Query(std::string_view name) const {
  WideString wide(name);
  std::optional<UNICODE_STRING> value = wide.Unicode();
  if (!value) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  return Grow([&](PVOID data, ULONG size, ULONG *needed) {
    return NtQueryValueKey(handle_.Get(), &*value, KeyValueFullInformation, data, size, needed);
  });
}

Result<Value> RegistryKey::ValueNamed(std::string_view name) const { return Convert(TRY(Query(name))); }

Result<Vector<unsigned char>> RegistryKey::BytesNamed(std::string_view name) const {
  const Vector<ULONGLONG> buffer = TRY(Query(name));
  const auto *bytes = reinterpret_cast<const unsigned char *>(buffer.data());
  const auto &information = *reinterpret_cast<const KEY_VALUE_FULL_INFORMATION *>(bytes);
  return Vector<unsigned char>(bytes + information.DataOffset, bytes + information.DataOffset + information.DataLength);
}

String TypeName(ULONG type) {
  return type < sizeof kTypes / sizeof kTypes[0] ? String(kTypes[type]) : native::Format("0x{:x}", type);
}

}  // namespace ntcmd
