/* An export driver: others link to ProviderAdd. */
#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
ULONG NTAPI ProviderAdd(ULONG left, ULONG right);

ULONG NTAPI ProviderAdd(ULONG left, ULONG right) { return left + right; }

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  return STATUS_SUCCESS;
}
