// device rules-class NAME 0, device rules-port NAME 0: what the drivers' READMEs promise about bad and cancelled
// requests.

#include "device.hpp"
// Build on the types above.
#include <ntddkbd.h>
#include <ntddser.h>

#include <native/console.hpp>
#include <native/status.hpp>

namespace device {

namespace {

namespace console = native::console;

// At once: a request that hangs shows by the line before it.
void Say(std::string_view name, NTSTATUS status) {
  console::Print("{} {}\n", name, native::StatusText(status));
  console::Flush();
}

NTSTATUS Read(HANDLE file, void *buffer, ULONG length) {
  IO_STATUS_BLOCK io{};
  LARGE_INTEGER offset{};
  return NtReadFile(file, nullptr, nullptr, nullptr, &io, buffer, length, &offset, nullptr);
}

NTSTATUS Control(HANDLE file, ULONG code, void *input, ULONG input_length, void *output, ULONG output_length) {
  IO_STATUS_BLOCK io{};
  return NtDeviceIoControlFile(file, nullptr, nullptr, nullptr, &io, code, input, input_length, output, output_length);
}

/// A read that waits, taken back.
void Cancel(const native::String &path, ULONG length) {
  native::Handle file;
  Say("open-asynchronous", Open(path, 0, &file));
  native::Handle event;
  NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
  static UCHAR buffer[64];
  IO_STATUS_BLOCK io{};
  LARGE_INTEGER offset{};
  Say("read-waits", NtReadFile(file.Get(), event.Get(), nullptr, nullptr, &io, buffer, length, &offset, nullptr));
  IO_STATUS_BLOCK cancelled{};
  Say("cancel", NtCancelIoFile(file.Get(), &cancelled));
  NtWaitForSingleObject(event.Get(), FALSE, nullptr);
  Say("read-ends", io.Status);
}

}  // namespace

void ClassRules(const native::String &path) {
  native::Handle file;
  Say("open", Open(path, FILE_SYNCHRONOUS_IO_NONALERT, &file));
  UCHAR buffer[64] = {};
  Say("odd-read", Read(file.Get(), buffer, 5));
  IO_STATUS_BLOCK io{};
  LARGE_INTEGER offset{};
  Say("write", NtWriteFile(file.Get(), nullptr, nullptr, nullptr, &io, buffer, 12, &offset, nullptr));
  Say("flush", NtFlushBuffersFile(file.Get(), &io));
  Say("attributes",
      Control(file.Get(), IOCTL_KEYBOARD_QUERY_ATTRIBUTES, nullptr, 0, buffer, sizeof(KEYBOARD_ATTRIBUTES)));
  Say("short-attributes", Control(file.Get(), IOCTL_KEYBOARD_QUERY_ATTRIBUTES, nullptr, 0, buffer, 4));
  KEYBOARD_INDICATOR_PARAMETERS lamps{99, 0};
  Say("other-unit", Control(file.Get(), IOCTL_KEYBOARD_SET_INDICATORS, &lamps, sizeof(lamps), nullptr, 0));
  lamps = {0, 0x10};
  Say("other-lamps", Control(file.Get(), IOCTL_KEYBOARD_SET_INDICATORS, &lamps, sizeof(lamps), nullptr, 0));
  Say("unknown-code", Control(file.Get(), IOCTL_KEYBOARD_INSERT_DATA, nullptr, 0, nullptr, 0));
  Cancel(path, sizeof(KEYBOARD_INPUT_DATA));
}

void PortRules(const native::String &path) {
  {
    native::Handle file;
    Say("open", Open(path, FILE_SYNCHRONOUS_IO_NONALERT, &file));
    native::Handle second;
    Say("second-open", Open(path, FILE_SYNCHRONOUS_IO_NONALERT, &second));
    SERIAL_TIMEOUTS timeouts{0, 0, 50, 0, 0};
    Say("timeouts", Control(file.Get(), IOCTL_SERIAL_SET_TIMEOUTS, &timeouts, sizeof(timeouts), nullptr, 0));
    UCHAR buffer[8];
    Say("read-times-out", Read(file.Get(), buffer, sizeof(buffer)));
    SERIAL_BAUD_RATE baud{100'000};
    Say("odd-speed", Control(file.Get(), IOCTL_SERIAL_SET_BAUD_RATE, &baud, sizeof(baud), nullptr, 0));
    Say("short", Control(file.Get(), IOCTL_SERIAL_SET_BAUD_RATE, &baud, 3, nullptr, 0));
    Say("unserved", Control(file.Get(), IOCTL_SERIAL_LSRMST_INSERT, &baud, 1, nullptr, 0));
    Say("unknown-code", Control(file.Get(), CTL_CODE(FILE_DEVICE_SERIAL_PORT, 0x7FF, METHOD_BUFFERED, FILE_ANY_ACCESS),
                                nullptr, 0, nullptr, 0));
  }
  Cancel(path, 8);
}

}  // namespace device
