// t_wdm.exe: loads wdmtest.sys, asks for every row and prints `ok NAME` or `FAIL NAME: text`.
#include <nt/nt_services.h>

#include <wdm/irp_codes.h>

#include <native/console.hpp>
#include <native/handle.hpp>
#include <native/program.hpp>
#include <native/status.hpp>

#include "wdmtest.hpp"

namespace {

namespace console = native::console;
using native::Handle;

constexpr WCHAR kService[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\wdmtest";
constexpr WCHAR kImage[] = L"System32\\drivers\\wdmtest.sys";

NTSTATUS SetValue(HANDLE key, const WCHAR *name, ULONG type, const void *data, ULONG size) {
  UNICODE_STRING text;
  RtlInitUnicodeString(&text, name);
  return NtSetValueKey(key, &text, 0, type, const_cast<void *>(data), size);
}

NTSTATUS MakeService() {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, kService);
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  Handle key;
  NTSTATUS status = NtCreateKey(key.Out(), KEY_ALL_ACCESS, &attributes, 0, nullptr, REG_OPTION_VOLATILE, nullptr);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  const ULONG type = 1, start = 3, error = 1;
  SetValue(key.Get(), L"Type", REG_DWORD, &type, sizeof(type));
  SetValue(key.Get(), L"Start", REG_DWORD, &start, sizeof(start));
  SetValue(key.Get(), L"ErrorControl", REG_DWORD, &error, sizeof(error));
  return SetValue(key.Get(), L"ImagePath", REG_EXPAND_SZ, kImage, sizeof(kImage));
}

NTSTATUS Load() {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, kService);
  const NTSTATUS status = NtLoadDriver(&name);
  return status == STATUS_IMAGE_ALREADY_LOADED ? STATUS_SUCCESS : status;
}

NTSTATUS Open(Handle &file) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, WDMTEST_DEVICE);
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  IO_STATUS_BLOCK io{};
  return NtOpenFile(file.Out(), FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &io,
                    FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_NONALERT);
}

unsigned failures = 0;

void Report(std::string_view name, bool good, std::string_view text) {
  if (good) {
    console::Print("ok {}\n", name);
  } else {
    console::Print("FAIL {}: {}\n", name, text);
    failures += 1;
  }
  console::Flush();
}

NTSTATUS Ask(const Handle &file, ULONG code, unsigned number, wdmtest::Answer *answer, ULONG size) {
  wdmtest::Request request{number};
  IO_STATUS_BLOCK io{};
  return NtDeviceIoControlFile(file.Get(), nullptr, nullptr, nullptr, &io, code, &request, sizeof(request), answer,
                               size);
}

NTSTATUS AskAll(const Handle &file) {
  for (unsigned number = 0;; ++number) {
    wdmtest::Answer answer{};
    const NTSTATUS status = Ask(file, IOCTL_WDMTEST_ROW, number, &answer, sizeof(answer));
    if (!NT_SUCCESS(status)) {
      return status;
    }
    if (answer.result < 0) {
      return STATUS_SUCCESS;
    }
    Report(answer.name, answer.result == 1, answer.text);
  }
}

// What the driver's own refusals look like from outside.
void AskWrongly(const Handle &file) {
  wdmtest::Answer answer{};
  Report("ioctl-unknown", Ask(file, IOCTL_WDMTEST_ROW + 4, 0, &answer, sizeof(answer)) == STATUS_INVALID_DEVICE_REQUEST,
         "status");
  Report("ioctl-short", Ask(file, IOCTL_WDMTEST_ROW, 0, &answer, 4) == STATUS_BUFFER_TOO_SMALL, "status");
}

NTSTATUS Run() {
  NTSTATUS status = MakeService();
  if (NT_SUCCESS(status)) {
    status = Load();
  }
  Handle file;
  if (NT_SUCCESS(status)) {
    status = Open(file);
  }
  if (NT_SUCCESS(status)) {
    status = AskAll(file);
    AskWrongly(file);
  }
  return status;
}

}  // namespace

NTSTATUS native::ProgramMain(const Vector<String> &) {
  if (const NTSTATUS status = Run(); !NT_SUCCESS(status)) {
    Report("driver", false, native::StatusText(status));
  }
  console::Print("t_wdm: {} failed\n", failures);
  return STATUS_SUCCESS;
}
