// Entry and dispatch table.

#include "serial.hpp"

namespace {

DRIVER_UNLOAD Unload;
VOID Unload(PDRIVER_OBJECT) {}

}  // namespace

extern "C" DRIVER_INITIALIZE DriverEntry;

/// Fills the dispatch table; devices come with AddDevice. Source: DRIVER_INITIALIZE (WDK).
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
  driver->DriverExtension->AddDevice = serial::AddDevice;
  driver->DriverUnload = Unload;
  driver->MajorFunction[IRP_MJ_CREATE] = serial::DispatchCreate;
  driver->MajorFunction[IRP_MJ_CLEANUP] = serial::DispatchCleanup;
  driver->MajorFunction[IRP_MJ_CLOSE] = serial::DispatchClose;
  driver->MajorFunction[IRP_MJ_READ] = serial::DispatchRead;
  driver->MajorFunction[IRP_MJ_WRITE] = serial::DispatchWrite;
  driver->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = serial::DispatchFlush;
  driver->MajorFunction[IRP_MJ_QUERY_INFORMATION] = serial::DispatchQueryInformation;
  driver->MajorFunction[IRP_MJ_SET_INFORMATION] = serial::DispatchSetInformation;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = serial::DispatchControl;
  driver->MajorFunction[IRP_MJ_PNP] = serial::DispatchPnp;
  driver->MajorFunction[IRP_MJ_POWER] = serial::DispatchPower;
  driver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = serial::DispatchSystemControl;
  return STATUS_SUCCESS;
}
