// sleep.exe MS: waits.
#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/program.hpp>

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  unsigned long long milliseconds = 0;
  if (arguments.size() != 2 || !ParseNumber(arguments[1], milliseconds) || milliseconds > MAXULONG) {
    console::Write("usage: sleep MILLISECONDS\n");
    return STATUS_INVALID_PARAMETER;
  }
  LARGE_INTEGER interval;
  interval.QuadPart = -static_cast<LONGLONG>(milliseconds) * 10000;
  return NtDelayExecution(FALSE, &interval);
}
