// GsDriverEntry, where every driver image starts: it sets the security cookie that -fstack-protector guards frames
// with, then calls the driver's DriverEntry. Source: learn.microsoft.com, "/GS (buffer security check)".
#include <ntddk.h>

extern "C" {

DRIVER_INITIALIZE DriverEntry;

// The guards of frames hold it, so nobody may know it: a new one with every load.
ULONG_PTR __security_cookie = NT_64BIT ? static_cast<ULONG_PTR>(0x00002B992DDFA232ull) : 0xBB40E64Eu;

void __security_init_cookie() {
  LARGE_INTEGER time;
  KeQuerySystemTime(&time);
  LARGE_INTEGER frequency;
  const LARGE_INTEGER counter = KeQueryPerformanceCounter(&frequency);
  ULONGLONG mixed = static_cast<ULONGLONG>(time.QuadPart) ^ (static_cast<ULONGLONG>(counter.QuadPart) << 20) ^
                    ReadTimeStampCounter() ^ reinterpret_cast<ULONG_PTR>(&mixed);
  mixed *= 0x9E3779B97F4A7C15ull;
  ULONG_PTR cookie = static_cast<ULONG_PTR>(mixed ^ (mixed >> 29));
#if NT_64BIT
  // A string that runs over the guard cannot contain its zero bytes.
  cookie &= 0x0000FFFFFFFFFFFFull;
#endif
  __security_cookie = cookie != 0 ? cookie : 1;
}

// __security_check_cookie comes here when a frame's guard was written over.
[[noreturn]] void __report_gsfailure(ULONG_PTR found) {
  KeBugCheckEx(DRIVER_OVERRAN_STACK_BUFFER, found, __security_cookie, ~__security_cookie, 0);
}

NTSTATUS NTAPI GsDriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
  __security_init_cookie();
  return DriverEntry(driver, registry_path);
}

// A call of a pure virtual function.
[[noreturn]] int _purecall() {
  KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, static_cast<ULONG>(STATUS_NOT_IMPLEMENTED), 0, 0, 0);
}

}  // extern "C"
