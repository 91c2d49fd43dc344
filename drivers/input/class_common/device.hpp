// The class filter of keyboards and of mice: one code for both, told apart by a Traits type:
//   InputData              what the port delivers and reads give
//   kBaseName              L"KeyboardClass": the device is \Device\KeyboardClassN, the map
//   HARDWARE\DEVICEMAP\KeyboardClass kQueueValue            the value below Services\...\Parameters with the size of
//   the data queue kDeviceType, kConnect  type of the device; control code that connects to the port Interface() the
//   device interface class ForPort(code)          the control codes that the port driver answers
// Behaviour: WDK, "Keyboard and mouse class drivers", and the IRP descriptions of Kbdclass and Mouclass there.
#pragma once

#include <ntddk.h>
// The order matters: kbdmou.h builds on the types of ntddk.h.
#include <kbdmou.h>

namespace input_class {

inline constexpr ULONG kPoolTag = 0x43706E49;  // "InpC"
inline constexpr ULONG kQueueDefault = 100;    // entries, as NT's
inline constexpr ULONG kQueueMinimum = 16;
inline constexpr ULONG kQueueMaximum = 65536;
inline constexpr USHORT kNameLength = 40;

/// What the device object carries. The data queue is a ring filled by the port's DPC; reads wait in a cancel-safe
/// queue.
template <typename Traits>
struct Device {
  using InputData = typename Traits::InputData;

  PDEVICE_OBJECT self;
  PDEVICE_OBJECT lower;
  PDEVICE_OBJECT physical;
  IO_REMOVE_LOCK remove_lock;
  USHORT unit;
  bool started;
  bool removed;  // reads end at once; data_lock
  UNICODE_STRING interface_name;
  WCHAR name[kNameLength];  // \Device\KeyboardClass0

  KSPIN_LOCK data_lock;  // the ring; taken before read_lock
  InputData *records;
  ULONG capacity;
  ULONG first;
  ULONG count;

  IO_CSQ queue;
  KSPIN_LOCK read_lock;
  LIST_ENTRY reads;

  static Device *Of(PDEVICE_OBJECT object) { return static_cast<Device *>(object->DeviceExtension); }
};

inline NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, NT_SUCCESS(status) && information != 0 ? IO_KEYBOARD_INCREMENT : IO_NO_INCREMENT);
  return status;
}

/// A file that may read: only one opened with the right to act as part of the operating system is given input.
inline void SetTrusted(PFILE_OBJECT file, bool trusted) { file->FsContext2 = trusted ? file : nullptr; }
inline bool Trusted(PFILE_OBJECT file) { return file != nullptr && file->FsContext2 == file; }

}  // namespace input_class
