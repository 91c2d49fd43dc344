#include "native/environment.hpp"

#include <nt/nt_services.h>

#include "native/utf.hpp"

namespace native {

Vector<Variable> Variables() {
  Vector<Variable> list;
  const auto *cursor = static_cast<const WCHAR *>(NtCurrentPeb()->ProcessParameters->Environment);
  while (cursor != nullptr && *cursor != 0) {
    std::size_t length = 0;
    while (cursor[length] != 0) {
      ++length;
    }
    const String text = ToUtf8(cursor, length);
    // A name may begin with '=' (current directories of drives), so the separator is looked for behind it.
    const std::size_t equals = text.find('=', 1);
    if (equals != String::npos) {
      list.push_back({String(text, 0, equals), String(text, equals + 1)});
    }
    cursor += length + 1;
  }
  return list;
}

std::optional<String> GetVariable(std::string_view name) {
  WideString wide(name);
  std::optional<UNICODE_STRING> key = wide.Unicode();
  if (!key || name.empty()) {
    return std::nullopt;
  }
  UNICODE_STRING value{};
  const NTSTATUS status = RtlQueryEnvironmentVariable_U(nullptr, &*key, &value);
  if (NT_SUCCESS(status)) {
    return String();  // set to nothing
  }
  if (status != STATUS_BUFFER_TOO_SMALL) {
    return std::nullopt;
  }
  Vector<WCHAR> buffer(value.Length / sizeof(WCHAR) + 1);
  value.Buffer = buffer.data();
  value.MaximumLength = static_cast<USHORT>(buffer.size() * sizeof(WCHAR));
  if (!NT_SUCCESS(RtlQueryEnvironmentVariable_U(nullptr, &*key, &value))) {
    return std::nullopt;
  }
  return ToUtf8(buffer.data(), value.Length / sizeof(WCHAR));
}

Result<void> SetVariable(std::string_view name, std::string_view value) {
  WideString wide_name(name);
  WideString wide_value(value);
  std::optional<UNICODE_STRING> key = wide_name.Unicode();
  std::optional<UNICODE_STRING> text = wide_value.Unicode();
  if (!key || !text) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  const NTSTATUS status = RtlSetEnvironmentVariable(nullptr, &*key, value.empty() ? nullptr : &*text);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return {};
}

String ExpandVariables(std::string_view text) { return ExpandVariables(text, &GetVariable); }

}  // namespace native
