// wdmtest.sys: runs the row that its client names.
#include "wdmtest.hpp"

#include "row.hpp"

namespace {

using wdmtest::Row;
using wdmtest::Table;

const Table *const kTables[] = {&wdmtest::kEventRows, &wdmtest::kDpcRows, &wdmtest::kIrqlRows};

PDEVICE_OBJECT the_device = nullptr;

const Row *Find(unsigned number) {
  for (const Table *table : kTables) {
    if (number < table->count) {
      return &table->rows[number];
    }
    number -= table->count;
  }
  return nullptr;
}

void Copy(char *to, size_t size, const char *from) {
  size_t length = 0;
  for (; from[length] != 0 && length + 1 < size; ++length) {
    to[length] = from[length];
  }
  to[length] = 0;
}

void Run(unsigned number, wdmtest::Answer *answer) {
  const Row *row = Find(number);
  *answer = {};
  if (row == nullptr) {
    answer->result = -1;
    return;
  }
  Copy(answer->name, sizeof(answer->name), row->name);
  const char *text = row->run();
  answer->result = text == nullptr ? 1 : 0;
  if (text != nullptr) {
    Copy(answer->text, sizeof(answer->text), text);
  }
}

NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

NTSTATUS NTAPI OpenOrClose(PDEVICE_OBJECT, PIRP irp) { return Complete(irp, STATUS_SUCCESS, 0); }

NTSTATUS NTAPI Control(PDEVICE_OBJECT, PIRP irp) {
  const auto &io = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl;
  if (io.IoControlCode != IOCTL_WDMTEST_ROW) {
    return Complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
  if (io.InputBufferLength < sizeof(wdmtest::Request) || io.OutputBufferLength < sizeof(wdmtest::Answer)) {
    return Complete(irp, STATUS_BUFFER_TOO_SMALL, 0);
  }
  const unsigned number = static_cast<wdmtest::Request *>(irp->AssociatedIrp.SystemBuffer)->number;
  Run(number, static_cast<wdmtest::Answer *>(irp->AssociatedIrp.SystemBuffer));
  return Complete(irp, STATUS_SUCCESS, sizeof(wdmtest::Answer));
}

void NTAPI Unload(PDRIVER_OBJECT) { IoDeleteDevice(the_device); }

}  // namespace

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, WDMTEST_DEVICE);
  driver->MajorFunction[IRP_MJ_CREATE] = OpenOrClose;
  driver->MajorFunction[IRP_MJ_CLEANUP] = OpenOrClose;
  driver->MajorFunction[IRP_MJ_CLOSE] = OpenOrClose;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
  driver->DriverUnload = Unload;
  return IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &the_device);
}
