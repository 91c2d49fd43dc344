// Debug output: learn.microsoft.com, "Sending Output to the Debugger" and "Reading and Filtering Debugging Messages".

#include <nt/ntrtl.h>
#include <ntifs.h>
#include <wdm/wdm_services.h>

#include <stdarg.h>
#include <string.h>

namespace {

constexpr size_t kLongest = 512;  // as NT's
constexpr ULONG kComponents = 160;
constexpr ULONG kMaskFlag = DPFLTR_MASK;

// Which levels of a component are shown, one bit each. Errors and warnings, until somebody asks for more.
constexpr ULONG kDefaultMask = 1u << DPFLTR_ERROR_LEVEL | 1u << DPFLTR_WARNING_LEVEL;
ULONG changed[kComponents];

ULONG Bits(ULONG level) { return (level & kMaskFlag) != 0 ? level & ~kMaskFlag : 1u << (level & 31); }

bool Shown(ULONG component, ULONG level) {
  const ULONG mask = component < kComponents ? kDefaultMask ^ changed[component] : kDefaultMask;
  return (mask & Bits(level)) != 0;
}

void Print(const char *prefix, const char *format, va_list arguments) {
  char text[kLongest];
  size_t length = strnlen(prefix, kLongest);
  memcpy(text, prefix, length);
  const int added = _vsnprintf(text + length, kLongest - length, format, arguments);
  length = added < 0 || static_cast<size_t>(added) > kLongest - length ? kLongest : length + static_cast<size_t>(added);
  WdmDebugPrint(text, static_cast<ULONG>(length));
}

}  // namespace

extern "C" {

ULONG CDECL WdmpDbgPrint(PCSTR Format, ...) {
  va_list arguments;
  va_start(arguments, Format);
  Print("", Format, arguments);
  va_end(arguments);
  return 0;
}

ULONG CDECL WdmpDbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...) {
  if (Shown(ComponentId, Level)) {
    va_list arguments;
    va_start(arguments, Format);
    Print("", Format, arguments);
    va_end(arguments);
  }
  return 0;
}

ULONG NTAPI WdmpvDbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, va_list ArgList) {
  if (Shown(ComponentId, Level)) {
    Print("", Format, ArgList);
  }
  return 0;
}

ULONG NTAPI WdmpvDbgPrintExWithPrefix(PCSTR Prefix, ULONG ComponentId, ULONG Level, PCSTR Format, va_list ArgList) {
  if (Shown(ComponentId, Level)) {
    Print(Prefix, Format, ArgList);
  }
  return 0;
}

ULONG CDECL WdmpDbgPrintReturnControlC(PCSTR Format, ...) {
  va_list arguments;
  va_start(arguments, Format);
  Print("", Format, arguments);
  va_end(arguments);
  return 0;  // nobody pressed Ctrl+C
}

// TRUE: shown. STATUS_INVALID_PARAMETER_1: no such component.
NTSTATUS NTAPI WdmpDbgQueryDebugFilterState(ULONG ComponentId, ULONG Level) {
  return ComponentId >= kComponents ? STATUS_INVALID_PARAMETER_1 : NTSTATUS{Shown(ComponentId, Level)};
}

NTSTATUS NTAPI WdmpDbgSetDebugFilterState(ULONG ComponentId, ULONG Level, BOOLEAN State) {
  if (ComponentId >= kComponents) {
    return STATUS_INVALID_PARAMETER_1;
  }
  const ULONG mask = kDefaultMask ^ changed[ComponentId];
  changed[ComponentId] = (State ? mask | Bits(Level) : mask & ~Bits(Level)) ^ kDefaultMask;
  return STATUS_SUCCESS;
}

// No kernel debugger: the breakpoint is an exception of this process.
VOID NTAPI DbgBreakPointWithStatus(ULONG Status) {
  (void)Status;
  __debugbreak();
}

BOOLEAN KdDebuggerEnabled = FALSE;
BOOLEAN KdDebuggerNotPresent = TRUE;

BOOLEAN NTAPI KdRefreshDebuggerNotPresent(VOID) { return TRUE; }

}  // extern "C"
