/* Imports from another driver. */
#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
DECLSPEC_IMPORT ULONG NTAPI ProviderAdd(ULONG left, ULONG right);

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  UNREFERENCED_PARAMETER(RegistryPath);
  return ProviderAdd(DriverObject->DriverSize, 1) != 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
