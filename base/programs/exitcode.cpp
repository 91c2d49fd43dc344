// exitcode.exe N: ends with status N.
#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/program.hpp>

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  unsigned long long code = 0;
  if (arguments.size() != 2 || !ParseNumber(arguments[1], code) || code > MAXULONG) {
    console::Write("usage: exitcode N\n");
    return STATUS_INVALID_PARAMETER;
  }
  return static_cast<NTSTATUS>(code);
}
