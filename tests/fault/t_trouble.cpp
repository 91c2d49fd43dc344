// t_trouble.exe attack|die [FIRST]: drives trouble.sys and prints `ok NAME` or `FAIL NAME: text` for each row.
#include <nt/nt_services.h>

#include <wdm/irp_codes.h>

#include <native/console.hpp>
#include <native/handle.hpp>
#include <native/program.hpp>
#include <native/status.hpp>

#include "trouble.hpp"

namespace {

namespace console = native::console;
using native::Handle;

constexpr WCHAR kService[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\trouble";
constexpr WCHAR kImage[] = L"System32\\drivers\\trouble.sys";

// What the client of a dying driver is told. The protocol's breaches end the host too.
struct Death {
  std::string_view name;
  bool ends_at_next_request = false;  // it is found out when something is asked of the host
};
constexpr Death kDeaths[] = {
    {"null-pointer"}, {"bad-code"},    {"privileged"},     {"divide"},          {"stack-overflow"}, {"bug-check"},
    {"exit"},         {"raise"},       {"complete-twice"}, {"free-twice"},      {"spin"},           {"spin-dispatch"},
    {"spin-dpc"},     {"lock-held"},   {"ring-tail"},      {"ring-head", true}, {"ring-nonsense"},  {"ring-made-up-id"},
    {"ring-service"}, {"ring-buffer"},
};

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
  RtlInitUnicodeString(&name, TROUBLE_DEVICE);
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  IO_STATUS_BLOCK io{};
  return NtOpenFile(file.Out(), FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &io,
                    FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_NONALERT);
}

NTSTATUS Ask(const Handle &file, ULONG code, unsigned number, trouble::Answer *answer) {
  trouble::Request request{number};
  IO_STATUS_BLOCK io{};
  return NtDeviceIoControlFile(file.Get(), nullptr, nullptr, nullptr, &io, code, &request, sizeof(request), answer,
                               answer == nullptr ? 0 : sizeof(*answer));
}

unsigned failures = 0;

void Report(std::string_view name, bool good, NTSTATUS status) {
  if (good) {
    console::Print("ok {}\n", name);
  } else {
    console::Print("FAIL {}: {}\n", name, native::StatusText(status));
    failures += 1;
  }
  console::Flush();
}

NTSTATUS Attack() {
  Handle file;
  if (const NTSTATUS status = Open(file); !NT_SUCCESS(status)) {
    return status;
  }
  for (unsigned number = 0;; ++number) {
    trouble::Answer answer{};
    const NTSTATUS status = Ask(file, IOCTL_TROUBLE_ATTACK, number, &answer);
    if (!NT_SUCCESS(status)) {
      Report("(the driver has died)", false, status);
      return status;
    }
    if (answer.refused < 0) {
      break;
    }
    Report(answer.name, answer.refused == 1, STATUS_UNSUCCESSFUL);
  }
  return STATUS_SUCCESS;
}

// One death: the client is told, the device is gone, and the driver can be loaded again.
void DieOnce(const Death &death, unsigned number) {
  NTSTATUS status = Load();
  Handle file;
  if (NT_SUCCESS(status)) {
    status = Open(file);
  }
  if (!NT_SUCCESS(status)) {
    Report(death.name, false, status);
    return;
  }
  Handle second;
  const bool opened_twice = NT_SUCCESS(Open(second));
  if (death.ends_at_next_request) {
    LARGE_INTEGER now{};
    (void)now;
  }
  status = Ask(file, IOCTL_TROUBLE_DIE, number, nullptr);
  bool good = status == STATUS_DRIVER_PROCESS_TERMINATED || (death.name == "complete-twice" && NT_SUCCESS(status));
  // Whatever is asked of it from now on has the same answer.
  trouble::Answer answer{};
  const NTSTATUS after = Ask(second, IOCTL_TROUBLE_ATTACK, ~0u, &answer);
  good = good && opened_twice && after == STATUS_DRIVER_PROCESS_TERMINATED;
  Report(death.name, good, good ? status : after);
}

}  // namespace

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  if (arguments.size() < 2) {
    console::Print("usage: t_trouble attack | die [FIRST]\n");
    return STATUS_INVALID_PARAMETER;
  }
  if (const NTSTATUS status = MakeService(); !NT_SUCCESS(status)) {
    return status;
  }
  if (arguments[1] == "attack") {
    if (const NTSTATUS status = Load(); !NT_SUCCESS(status)) {
      console::Print("FAIL load: {}\n", native::StatusText(status));
      return status;
    }
    Attack();
  } else {
    unsigned first = 0;
    if (arguments.size() > 2) {
      for (char digit : std::string_view(arguments[2])) {
        first = first * 10 + static_cast<unsigned>(digit - '0');
      }
    }
    for (unsigned number = first; number < sizeof(kDeaths) / sizeof(kDeaths[0]); ++number) {
      DieOnce(kDeaths[number], number);
      if (arguments.size() > 3) {
        break;
      }
    }
  }
  console::Print("t_trouble: {} failed\n", failures);
  return STATUS_SUCCESS;
}
