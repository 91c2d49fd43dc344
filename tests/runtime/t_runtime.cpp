// t_runtime.exe NAME: makes a service of that name for \System32\drivers\NAME.sys and loads it. What the driver finds
// comes on the debug output.
#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/handle.hpp>
#include <native/program.hpp>
#include <native/status.hpp>

namespace {

constexpr char16_t kServices[] = u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";
constexpr char16_t kDrivers[] = u"System32\\drivers\\";

// A short text put together from others.
class Text {
 public:
  Text &Add(const char16_t *text) {
    for (; *text != 0 && length_ < 127; text += 1) {
      buffer_[length_++] = *text;
    }
    return *this;
  }
  Text &Add(std::string_view text) {
    for (char character : text) {
      const char16_t both[] = {static_cast<char16_t>(character), 0};
      Add(both);
    }
    return *this;
  }
  WCHAR *Buffer() { return reinterpret_cast<WCHAR *>(buffer_); }
  ULONG Bytes() const { return length_ * 2; }
  UNICODE_STRING String() { return {static_cast<USHORT>(Bytes()), static_cast<USHORT>(Bytes()), Buffer()}; }

 private:
  char16_t buffer_[128] = {};
  ULONG length_ = 0;
};

NTSTATUS SetValue(HANDLE key, const WCHAR *name, ULONG type, const void *data, ULONG size) {
  UNICODE_STRING text;
  RtlInitUnicodeString(&text, name);
  return NtSetValueKey(key, &text, 0, type, const_cast<void *>(data), size);
}

NTSTATUS Load(std::string_view driver) {
  Text service;
  Text image;
  service.Add(kServices).Add(driver);
  image.Add(kDrivers).Add(driver).Add(u".sys");
  UNICODE_STRING name = service.String();
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  native::Handle key;
  NTSTATUS status = NtCreateKey(key.Out(), KEY_ALL_ACCESS, &attributes, 0, nullptr, REG_OPTION_VOLATILE, nullptr);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  const ULONG type = 1;
  const ULONG start = 3;
  SetValue(key.Get(), L"Type", REG_DWORD, &type, sizeof(type));
  SetValue(key.Get(), L"Start", REG_DWORD, &start, sizeof(start));
  SetValue(key.Get(), L"ErrorControl", REG_DWORD, &type, sizeof(type));
  SetValue(key.Get(), L"ImagePath", REG_EXPAND_SZ, image.Buffer(), image.Bytes() + 2);
  return NtLoadDriver(&name);
}

}  // namespace

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  if (arguments.size() != 2) {
    console::Print("usage: t_runtime NAME\n");
    return STATUS_INVALID_PARAMETER;
  }
  const NTSTATUS status = Load(std::string_view(arguments[1]));
  console::Print("t_runtime: {}\n", StatusText(status));
  return status;
}
