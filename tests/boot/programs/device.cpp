// device.exe: talks to mouse, serial port, speaker and the keyboard's lamps, for test_input.py. Keys are the console's.
//   device moves NAME COUNT   MOUSE_INPUT_DATA from NAME; prints a line for each 8, then count and checksum
//   device bytes NAME COUNT   bytes of a serial port, a line for each 500
//   device send NAME COUNT    writes that many bytes (0, 1 .. 250, 0, 1 ..)
//   device beep HERTZ MS      IOCTL_BEEP_SET
//   device lamps NAME FLAGS   IOCTL_KEYBOARD_SET_INDICATORS, then the query
//   device rules-class NAME 0, device rules-port NAME 0    requests that must be refused (device_rules.cpp)

#include "device.hpp"
// Build on the types above.
#include <ntddbeep.h>
#include <ntddkbd.h>
#include <ntddmou.h>

#include <native/console.hpp>
#include <native/handle.hpp>
#include <native/program.hpp>
#include <native/status.hpp>
#include <native/utf.hpp>

namespace {

using native::String;
namespace console = native::console;

// Events come by hand of the monitor, whose queue for a PS/2 device is 16 bytes: a report after each handful.
constexpr ULONG kEventReport = 8;
constexpr ULONG kByteReport = 500;

ULONG Number(const String &text) {
  ULONG number = 0;
  for (char digit : std::string_view(text)) {
    number = number * 10 + static_cast<ULONG>(digit - '0');
  }
  return number;
}

/// FNV-1a, as the test computes it.
class Checksum {
 public:
  void Add(ULONG byte) { value_ = (value_ ^ (byte & 0xFF)) * 16777619u; }
  ULONG Value() const { return value_; }

 private:
  ULONG value_ = 2166136261u;
};

void Take(const MOUSE_INPUT_DATA &data, Checksum *checksum) {
  checksum->Add(static_cast<ULONG>(data.LastX));
  checksum->Add(static_cast<ULONG>(data.LastY));
  checksum->Add(data.ButtonFlags);
}

void Take(const UCHAR &byte, Checksum *checksum) { checksum->Add(byte); }

template <typename T>
NTSTATUS ReadAll(HANDLE file, ULONG count, ULONG report) {
  console::Print("ready\n");
  console::Flush();
  Checksum checksum;
  constexpr ULONG kAtOnce = 512;
  static T buffer[kAtOnce];
  ULONG done = 0;
  while (done < count) {
    IO_STATUS_BLOCK io{};
    LARGE_INTEGER offset{};
    ULONG entries = count - done < kAtOnce ? count - done : kAtOnce;
    const NTSTATUS status = NtReadFile(file, nullptr, nullptr, nullptr, &io, buffer,
                                       static_cast<ULONG>(entries * sizeof(T)), &offset, nullptr);
    if (!NT_SUCCESS(status)) {
      console::Print("read {}\n", native::StatusText(status));
      return status;
    }
    entries = static_cast<ULONG>(io.Information / sizeof(T));
    for (ULONG i = 0; i < entries; i++) {
      Take(buffer[i], &checksum);
      done++;
      if (done % report == 0) {
        console::Print("at {}\n", done);
        console::Flush();
      }
    }
  }
  console::Print("count {} checksum {}\n", done, checksum.Value());
  return STATUS_SUCCESS;
}

NTSTATUS SendAll(HANDLE file, ULONG count) {
  static UCHAR buffer[4096];
  ULONG done = 0;
  while (done < count) {
    const ULONG length = count - done < sizeof(buffer) ? count - done : static_cast<ULONG>(sizeof(buffer));
    for (ULONG i = 0; i < length; i++) {
      buffer[i] = static_cast<UCHAR>((done + i) % 251);
    }
    IO_STATUS_BLOCK io{};
    LARGE_INTEGER offset{};
    const NTSTATUS status = NtWriteFile(file, nullptr, nullptr, nullptr, &io, buffer, length, &offset, nullptr);
    if (!NT_SUCCESS(status) || io.Information != length) {
      console::Print("write {} {}\n", native::StatusText(status), io.Information);
      return status;
    }
    done += length;
  }
  console::Print("sent {}\n", done);
  return STATUS_SUCCESS;
}

NTSTATUS Lamps(HANDLE file, ULONG flags) {
  KEYBOARD_INDICATOR_PARAMETERS lamps{0, static_cast<USHORT>(flags)};
  IO_STATUS_BLOCK io{};
  NTSTATUS status = NtDeviceIoControlFile(file, nullptr, nullptr, nullptr, &io, IOCTL_KEYBOARD_SET_INDICATORS, &lamps,
                                          sizeof(lamps), nullptr, 0);
  if (NT_SUCCESS(status)) {
    lamps = {};
    status = NtDeviceIoControlFile(file, nullptr, nullptr, nullptr, &io, IOCTL_KEYBOARD_QUERY_INDICATORS, nullptr, 0,
                                   &lamps, sizeof(lamps));
    console::Print("lamps {}\n", ULONG{lamps.LedFlags});
  }
  return status;
}

NTSTATUS Beep(ULONG hertz, ULONG milliseconds) {
  native::Handle file;
  NTSTATUS status = device::Open(String("\\Device\\Beep"), FILE_SYNCHRONOUS_IO_NONALERT, &file);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  BEEP_SET_PARAMETERS tone{hertz, milliseconds};
  IO_STATUS_BLOCK io{};
  status = NtDeviceIoControlFile(file.Get(), nullptr, nullptr, nullptr, &io, IOCTL_BEEP_SET, &tone, sizeof(tone),
                                 nullptr, 0);
  console::Print("beep {}\n", native::StatusText(status));
  return status;
}

}  // namespace

NTSTATUS device::Open(const String &path, ULONG options, native::Handle *file) {
  WCHAR wide[64] = {};
  USHORT length = 0;
  for (char unit : std::string_view(path)) {
    if (length < 63) {
      wide[length++] = static_cast<WCHAR>(unit);
    }
  }
  UNICODE_STRING name{static_cast<USHORT>(length * sizeof(WCHAR)), sizeof(wide), wide};
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  IO_STATUS_BLOCK io{};
  return NtOpenFile(file->Out(), FILE_GENERIC_READ | FILE_GENERIC_WRITE, &attributes, &io,
                    FILE_SHARE_READ | FILE_SHARE_WRITE, options);
}

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  if (arguments.size() != 4) {
    return STATUS_INVALID_PARAMETER;
  }
  const std::string_view what = arguments[1];
  const ULONG count = Number(arguments[3]);
  if (what == "beep") {
    return Beep(Number(arguments[2]), count);
  }
  if (what == "rules-class" || what == "rules-port") {
    what == "rules-class" ? device::ClassRules(arguments[2]) : device::PortRules(arguments[2]);
    return STATUS_SUCCESS;
  }
  native::Handle file;
  const NTSTATUS status = device::Open(arguments[2], FILE_SYNCHRONOUS_IO_NONALERT, &file);
  console::Print("open {}\n", native::StatusText(status));
  if (!NT_SUCCESS(status)) {
    return status;
  }
  if (what == "moves") {
    return ReadAll<MOUSE_INPUT_DATA>(file.Get(), count, kEventReport);
  }
  if (what == "bytes") {
    return ReadAll<UCHAR>(file.Get(), count, kByteReport);
  }
  if (what == "send") {
    return SendAll(file.Get(), count);
  }
  return what == "lamps" ? Lamps(file.Get(), count) : STATUS_INVALID_PARAMETER;
}
