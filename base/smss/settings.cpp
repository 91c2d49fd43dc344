#include "settings.hpp"

#include <nt/nt_services.h>

#include <native/environment.hpp>
#include <native/handle.hpp>
#include <native/utf.hpp>

namespace smss {
namespace {

using native::Handle;
using native::String;
using native::WideString;

constexpr std::string_view kSessionManager = "\\Registry\\Machine\\SYSTEM\\CurrentControlSet\\Control\\Session Manager";

Result<Handle> OpenKey(std::string_view path) {
  WideString wide(path);
  UNICODE_STRING name = *wide.Unicode();  // both paths are constants of this file
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  Handle key;
  const NTSTATUS status = NtOpenKey(key.Out(), KEY_READ, &attributes);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return key;
}

// The text of a REG_SZ or REG_EXPAND_SZ value: stored with or without its terminator.
Result<String> TextOf(ULONG type, const void *data, ULONG size) {
  if (type != REG_SZ && type != REG_EXPAND_SZ) {
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }
  std::size_t length = size / sizeof(WCHAR);
  const auto *text = static_cast<const WCHAR *>(data);
  while (length != 0 && text[length - 1] == 0) {
    --length;
  }
  const String value = native::ToUtf8(text, length);
  return type == REG_EXPAND_SZ ? native::ExpandVariables(value) : value;
}

}  // namespace

Result<String> ShellCommandLine() {
  const Handle key = TRY(OpenKey(kSessionManager));
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"Shell");
  alignas(8) char buffer[2048];
  ULONG size = 0;
  const NTSTATUS status = NtQueryValueKey(key.Get(), &name, KeyValuePartialInformation, buffer, sizeof buffer, &size);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  const auto &value = *reinterpret_cast<const KEY_VALUE_PARTIAL_INFORMATION *>(buffer);
  return TextOf(value.Type, value.Data, value.DataLength);
}

namespace {

// The variables that the registry's own values refer to: they come from the system, not from the registry.
Result<void> SetSystemVariables() {
  WCHAR root[sizeof(KUSER_SHARED_DATA::NtSystemRoot) / sizeof(WCHAR)];
  std::size_t length = 0;
  while (length < sizeof root / sizeof root[0] && USER_SHARED_DATA->NtSystemRoot[length] != 0) {
    root[length] = USER_SHARED_DATA->NtSystemRoot[length];
    ++length;
  }
  String path = native::ToUtf8(root, length);
  while (path.ends_with('\\')) {
    path.pop_back();  // the root of a drive is X: here, so that %SystemRoot%\System32 is a path
  }
  if (path.empty()) {
    return {};
  }
  TRY(native::SetVariable("SystemRoot", path));
  return native::SetVariable("SystemDrive", std::string_view(path).substr(0, path.find('\\')));
}

// Sets the variables of one type. Those that refer to others come after the plain ones, whatever their order.
Result<void> SetVariables(const Handle &key, ULONG type, native::Vector<char> &buffer) {
  for (ULONG index = 0;; ++index) {
    ULONG size = 0;
    const NTSTATUS status = NtEnumerateValueKey(key.Get(), index, KeyValueFullInformation, buffer.data(),
                                                static_cast<ULONG>(buffer.size()), &size);
    if (status == STATUS_NO_MORE_ENTRIES) {
      return {};
    }
    if (!NT_SUCCESS(status)) {
      return Fail(status);
    }
    const auto &value = *reinterpret_cast<const KEY_VALUE_FULL_INFORMATION *>(buffer.data());
    if (value.Type == type) {
      const String name = native::ToUtf8(value.Name, value.NameLength / sizeof(WCHAR));
      const String text = TRY(TextOf(type, buffer.data() + value.DataOffset, value.DataLength));
      if (!text.empty()) {
        TRY(native::SetVariable(name, text));
      }
    }
  }
}

}  // namespace

Result<void> LoadEnvironment() {
  TRY(SetSystemVariables());
  String path(kSessionManager);
  path.append("\\Environment");
  const Handle key = TRY(OpenKey(path));
  native::Vector<char> buffer(65536 + 1024);  // a variable's value has at most 64 KiB
  TRY(SetVariables(key, REG_SZ, buffer));
  return SetVariables(key, REG_EXPAND_SZ, buffer);
}

}  // namespace smss
