// args.exe: prints its arguments.
#include <native/console.hpp>
#include <native/program.hpp>

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    console::Print("{} [{}]\n", i, arguments[i]);
  }
  return 0;
}
