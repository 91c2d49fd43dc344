// Text for people: DbgPrint and the loader's last words. It goes to the console by NtDisplayString.

#include "ntdllp.hpp"

namespace {

constexpr size_t kLine = 512;  // as long as NT's DbgPrint takes

void DisplayArguments(const char *format, va_list arguments) {
  char line[kLine];
  int length = _vsnprintf(line, sizeof(line), format, arguments);
  ntdll::Display(line, length < 0 ? sizeof(line) : static_cast<size_t>(length));
}

}  // namespace

namespace ntdll {

void Display(const char *text, size_t length) {
  WCHAR wide[kLine];
  ULONG bytes = 0;
  length = length > kLine ? kLine : length;
  RtlUTF8ToUnicodeN(wide, sizeof(wide), &bytes, text, static_cast<ULONG>(length));
  UNICODE_STRING string = {static_cast<USHORT>(bytes), static_cast<USHORT>(bytes), wide};
  NtDisplayString(&string);
}

void DisplayFormat(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  DisplayArguments(format, arguments);
  va_end(arguments);
}

}  // namespace ntdll

extern "C" {

ULONG DbgPrint(PCSTR Format, ...) {
  va_list arguments;
  va_start(arguments, Format);
  DisplayArguments(Format, arguments);
  va_end(arguments);
  return static_cast<ULONG>(STATUS_SUCCESS);
}

ULONG vDbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, va_list arguments) {
  (void)ComponentId;
  if (Level == 0) {  // DPFLTR_ERROR_LEVEL; the others are for a debugger that asked for them
    DisplayArguments(Format, arguments);
  }
  return static_cast<ULONG>(STATUS_SUCCESS);
}

ULONG DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...) {
  va_list arguments;
  va_start(arguments, Format);
  ULONG result = vDbgPrintEx(ComponentId, Level, Format, arguments);
  va_end(arguments);
  return result;
}

VOID NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PCHAR Message) {
  ntdll::DisplayFormat("Assertion failed: %s%s%s, %s line %u\n", Message == nullptr ? "" : Message,
                       Message == nullptr ? "" : ": ", static_cast<const char *>(FailedAssertion),
                       static_cast<const char *>(FileName), static_cast<unsigned>(LineNumber));
  RtlRaiseStatus(STATUS_ASSERTION_FAILURE);
}

}  // extern "C"
