// exlib.sys: an export driver. exrows.sys imports from it.
#include <ntddk.h>
static LONG state;
extern "C" {
NTSTATUS NTAPI DllInitialize(PUNICODE_STRING path) {
  state = 100 + path->Length;
  return STATUS_SUCCESS;
}
NTSTATUS NTAPI DllUnload(void) {
  DbgPrint("exlib: gone\n");
  return STATUS_SUCCESS;
}
LONG ExLibState(void) { return state; }
LONG ExLibData = 77;
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT, PUNICODE_STRING) { return STATUS_UNSUCCESSFUL; }
}
