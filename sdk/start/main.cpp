// The entry point of programs that have a main(int argc, char **argv): arguments as UTF-8, split by the rules of
// CommandLineToArgvW; the return value is the exit status.
#include <nt/nt_services.h>

#include <native/arguments.hpp>
#include <native/utf.hpp>

// The language does not let C++ call main by its name.
extern "C" int CallMain(int argc, char **argv) __asm__("main");

extern "C" void NtProcessStartup(PPEB peb) {
  const UNICODE_STRING &line = peb->ProcessParameters->CommandLine;
  native::Vector<native::String> arguments =
      native::SplitCommandLine(native::ToUtf8(line.Buffer, line.Length / sizeof(WCHAR)));
  native::Vector<char *> pointers;
  for (native::String &argument : arguments) {
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);
  RtlExitUserProcess(CallMain(static_cast<int>(arguments.size()), pointers.data()));
}
