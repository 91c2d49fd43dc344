// crash.exe [KIND]: ends by an exception that nobody handles.
#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/program.hpp>

namespace {

// Page 0 is never mapped.
void Write() { *reinterpret_cast<volatile int *>(8) = 1; }
void Read() { static_cast<void>(*reinterpret_cast<volatile int *>(8)); }
void Execute() { reinterpret_cast<void (*)()>(8)(); }
void Divide() {
  volatile int zero = 0;
  __asm__ volatile("cltd; idivl %1" : : "a"(1), "m"(zero) : "edx", "cc");
}
void Illegal() { __asm__ volatile("ud2"); }
void Break() { __asm__ volatile("int3"); }
void FastFail() { __asm__ volatile("int $0x29" : : "c"(7)); }

// Deeper and deeper; `depth` never is zero again, which the compiler cannot know.
int Recurse(volatile int *depth) {
  volatile char frame[2048];
  *depth = *depth + 1;
  frame[0] = static_cast<char>(*depth);
  return *depth == 0 ? 0 : Recurse(depth) + frame[0];
}
void Stack() {
  volatile int depth = 0;
  Recurse(&depth);
}

struct Kind {
  std::string_view name;
  void (*run)();
};
constexpr Kind kKinds[] = {{"write", Write},     {"read", Read},   {"execute", Execute}, {"divide", Divide},
                           {"illegal", Illegal}, {"break", Break}, {"stack", Stack},     {"fastfail", FastFail}};

}  // namespace

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  const std::string_view wanted = arguments.size() > 1 ? std::string_view(arguments[1]) : "write";
  for (const Kind &kind : kKinds) {
    if (EqualIgnoringCase(kind.name, wanted)) {
      kind.run();
      return STATUS_UNSUCCESSFUL;  // it went on
    }
  }
  console::Write("usage: crash [write|read|execute|divide|illegal|break|stack|fastfail]\n");
  return STATUS_INVALID_PARAMETER;
}
