// Asks ioctl.sys for everything it can: one line per check.
#include <nt/nt_services.h>
#include <string.h>

#include <string_view>

#include "ioctl.h"

namespace {

bool all_good = true;

void Print(std::string_view text) {
  IO_STATUS_BLOCK io;
  NtWriteFile(NtCurrentPeb()->ProcessParameters->StandardOutput, nullptr, nullptr, nullptr, &io,
              const_cast<char *>(text.data()), static_cast<ULONG>(text.size()), nullptr, nullptr);
}

void Report(std::string_view what, bool good, NTSTATUS status) {
  all_good &= good;
  char text[16];
  RtlIntegerToChar(static_cast<ULONG>(status), 16, sizeof text, text);
  Print(good ? "ok " : "FAIL ");
  Print(what);
  Print(", status 0x");
  Print(text);
  Print("\n");
}

NTSTATUS Open(HANDLE *file) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, reinterpret_cast<PCWSTR>(u"\\??\\IoctlExample"));
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  IO_STATUS_BLOCK io;
  return NtOpenFile(file, FILE_GENERIC_READ | FILE_GENERIC_WRITE, &attributes, &io, 0, FILE_SYNCHRONOUS_IO_NONALERT);
}

struct Answer {
  NTSTATUS status;
  ULONG_PTR length;
};

Answer Ask(HANDLE file, ULONG code, const void *in, ULONG in_length, void *out, ULONG out_length) {
  IO_STATUS_BLOCK io = {};
  const NTSTATUS status = NtDeviceIoControlFile(file, nullptr, nullptr, nullptr, &io, code, const_cast<void *>(in),
                                                in_length, out, out_length);
  return {status, NT_SUCCESS(status) ? io.Information : 0};
}

void Buffered(HANDLE file) {
  constexpr std::string_view kText = "stressed";
  char out[16] = {};
  Answer answer = Ask(file, IOCTL_EXAMPLE_REVERSE, kText.data(), static_cast<ULONG>(kText.size()), out, sizeof out);
  Report("buffered", NT_SUCCESS(answer.status) && std::string_view(out, answer.length) == "desserts", answer.status);
  answer = Ask(file, IOCTL_EXAMPLE_REVERSE, kText.data(), static_cast<ULONG>(kText.size()), out, 3);
  Report("buffered.too_small", answer.status == STATUS_BUFFER_TOO_SMALL, answer.status);
}

// The buffers begin and end inside pages.
void Direct(HANDLE file) {
  static unsigned char space[65536 + 100];
  unsigned char *bytes = space + 77;
  constexpr ULONG kLength = 65536;
  const ULONG first = 5;
  Answer answer = Ask(file, IOCTL_EXAMPLE_FILL, &first, sizeof first, bytes, kLength);
  bool good = NT_SUCCESS(answer.status) && answer.length == kLength && bytes[-1] == 0 && bytes[kLength] == 0;
  ULONG sum = 0;
  for (ULONG i = 0; i < kLength; ++i) {
    good &= bytes[i] == static_cast<unsigned char>(first + i);
    bytes[i] = static_cast<unsigned char>(i * 7 + i / 256);
    sum += bytes[i];
  }
  Report("out_direct", good, answer.status);
  answer = Ask(file, IOCTL_EXAMPLE_SUM, nullptr, 0, bytes, kLength);
  Report("in_direct", NT_SUCCESS(answer.status), answer.status);
  ULONG latest = 0;
  answer = Ask(file, IOCTL_EXAMPLE_LATEST, nullptr, 0, &latest, sizeof latest);
  Report("in_direct.sum", NT_SUCCESS(answer.status) && latest == sum, answer.status);
  answer = Ask(file, IOCTL_EXAMPLE_SUM, nullptr, 0, nullptr, 0);
  Report("in_direct.empty", answer.status == STATUS_BUFFER_TOO_SMALL, answer.status);
}

}  // namespace

int main() {
  HANDLE file;
  const NTSTATUS status = Open(&file);
  Report("open", NT_SUCCESS(status), status);
  if (!NT_SUCCESS(status)) {
    return 1;
  }
  Buffered(file);
  Direct(file);
  const Answer answer =
      Ask(file, CTL_CODE(FILE_DEVICE_UNKNOWN, 0x8FF, METHOD_BUFFERED, FILE_ANY_ACCESS), nullptr, 0, nullptr, 0);
  Report("unknown", answer.status == STATUS_INVALID_DEVICE_REQUEST, answer.status);
  NtClose(file);
  return all_good ? 0 : 1;
}
