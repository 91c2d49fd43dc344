#include "native/program.hpp"

#include <nt/nt_services.h>

#include "native/arguments.hpp"
#include "native/console.hpp"
#include "native/utf.hpp"

namespace native {

[[noreturn]] void Exit(NTSTATUS status) {
  console::Flush();
  RtlExitUserProcess(status);
  __builtin_unreachable();
}

}  // namespace native

extern "C" void NtProcessStartup(PPEB peb) {
  const UNICODE_STRING &line = peb->ProcessParameters->CommandLine;
  const native::Vector<native::String> arguments =
      native::SplitCommandLine(native::ToUtf8(line.Buffer, line.Length / sizeof(WCHAR)));
  if (const Result<void> opened = native::console::Open(); !opened) {
    native::Exit(opened.error().Code());
  }
  native::Exit(native::ProgramMain(arguments));
}
