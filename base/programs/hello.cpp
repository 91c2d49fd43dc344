// hello.exe: the smallest program.
#include <native/console.hpp>
#include <native/program.hpp>

NTSTATUS native::ProgramMain(const Vector<String> &) {
  console::Write("Hello from a native program.\n");
  return 0;
}
