// nothere.sys: imports a routine that no system has.
#include <ntddk.h>

extern "C" {
__declspec(dllimport) LONG NTAPI ExNoSuchRoutine(void);
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT, PUNICODE_STRING) { return ExNoSuchRoutine(); }
}
