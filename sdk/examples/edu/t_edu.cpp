// Asks edu.sys for everything it can: one line per check.
#include <nt/nt_services.h>
#include <string.h>

#include <string_view>

#include "edu_ioctl.h"

namespace {

bool all_good = true;

void Print(std::string_view text) {
  IO_STATUS_BLOCK io;
  NtWriteFile(NtCurrentPeb()->ProcessParameters->StandardOutput, nullptr, nullptr, nullptr, &io,
              const_cast<char *>(text.data()), static_cast<ULONG>(text.size()), nullptr, nullptr);
}

void PrintNumber(ULONG number, ULONG base = 10) {
  char text[40];
  RtlIntegerToChar(number, base, sizeof text, text);
  Print(text);
}

void Report(std::string_view what, bool good, NTSTATUS status) {
  all_good &= good;
  Print(good ? "ok " : "FAIL ");
  Print(what);
  Print(", status 0x");
  PrintNumber(static_cast<ULONG>(status), 16);
  Print("\n");
}

NTSTATUS Open(HANDLE *file) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, reinterpret_cast<PCWSTR>(u"\\??\\Edu0"));
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  IO_STATUS_BLOCK io;
  return NtOpenFile(file, FILE_GENERIC_READ | FILE_GENERIC_WRITE, &attributes, &io, 0, FILE_SYNCHRONOUS_IO_NONALERT);
}

NTSTATUS Ask(HANDLE file, ULONG code, ULONG value, void *out, ULONG length) {
  IO_STATUS_BLOCK io;
  return NtDeviceIoControlFile(file, nullptr, nullptr, nullptr, &io, code, &value, sizeof value, out, length);
}

EDU_STATE State(HANDLE file) {
  EDU_STATE state = {};
  Report("state", NT_SUCCESS(Ask(file, IOCTL_EDU_STATE, 0, &state, sizeof state)), STATUS_SUCCESS);
  return state;
}

void Factorials(HANDLE file) {
  ULONG right = 1;
  bool good = true;
  NTSTATUS status = STATUS_SUCCESS;
  for (ULONG number = 0; number <= 12 && good; ++number) {
    right *= number > 1 ? number : 1;
    ULONG result = 0;
    status = Ask(file, IOCTL_EDU_FACTORIAL, number, &result, sizeof result);
    good = NT_SUCCESS(status) && result == right;
  }
  Report("factorial", good, status);
  ULONG result;
  status = Ask(file, IOCTL_EDU_FACTORIAL, 13, &result, sizeof result);
  Report("factorial.refused", status == STATUS_INVALID_PARAMETER, status);
}

// In parts to the device, and only then back: between the two the driver's buffer has held other bytes, so what comes
// back was in the device. At last all of it at once.
void Transfers(HANDLE file) {
  static unsigned char there[EDU_MEMORY];
  static unsigned char back[EDU_MEMORY];
  constexpr ULONG kParts[][2] = {{0, 1}, {1, 99}, {100, 3000}, {3100, EDU_MEMORY - 3100}};
  LARGE_INTEGER now;
  NtQuerySystemTime(&now);
  ULONG seed = now.LowPart;
  for (ULONG i = 0; i < EDU_MEMORY; ++i) {
    seed = seed * 1664525 + 1013904223;
    there[i] = static_cast<unsigned char>(seed >> 24);
    back[i] = static_cast<unsigned char>(~there[i]);
  }
  for (const auto &[offset, length] : kParts) {
    const NTSTATUS status = Ask(file, IOCTL_EDU_TO_DEVICE, offset, there + offset, length);
    Report("dma.there", NT_SUCCESS(status), status);
  }
  for (const auto &[offset, length] : kParts) {
    const NTSTATUS status = Ask(file, IOCTL_EDU_FROM_DEVICE, offset, back + offset, length);
    Report("dma.back", NT_SUCCESS(status) && memcmp(there + offset, back + offset, length) == 0, status);
  }
  memset(back, 0, sizeof back);
  NTSTATUS status = Ask(file, IOCTL_EDU_FROM_DEVICE, 0, back, EDU_MEMORY);
  Report("dma.whole", NT_SUCCESS(status) && memcmp(there, back, EDU_MEMORY) == 0, status);
  status = Ask(file, IOCTL_EDU_FROM_DEVICE, 1, back, EDU_MEMORY);
  Report("dma.refused", status == STATUS_INVALID_PARAMETER, status);
}

}  // namespace

int main() {
  HANDLE file;
  const NTSTATUS status = Open(&file);
  Report("open", NT_SUCCESS(status), status);
  if (!NT_SUCCESS(status)) {
    return 1;
  }
  const EDU_STATE before = State(file);
  Report("identification", (before.Identification & 0xFFFF) == 0xED, STATUS_SUCCESS);
  Factorials(file);
  Transfers(file);
  const EDU_STATE after = State(file);
  // 13 factorials and 9 transfers.
  Report("interrupts", after.Interrupts - before.Interrupts == 22, STATUS_SUCCESS);
  Print("interrupts ");
  PrintNumber(after.Interrupts - before.Interrupts);
  Print(", messages ");
  PrintNumber(after.Messages);
  Print("\n");
  NtClose(file);
  return all_good ? 0 : 1;
}
