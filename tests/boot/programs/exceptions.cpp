// Faults and the __except blocks around them. Nothing here owns anything: a fault inside __try runs no destructors.
#include <native/console.hpp>
#include <native/status.hpp>

#include "probe.hpp"

namespace probe {
namespace {

volatile unsigned char *const kNowhere = reinterpret_cast<unsigned char *>(0x12340000);
volatile int sink;

__attribute__((noinline)) int Deeper(volatile int *previous) {
  volatile int frame[512];
  frame[0] = *previous + 1;
  if (frame[0] < 0) {
    return 0;
  }
  return Deeper(frame) + frame[0];
}

void Read() { sink = kNowhere[8]; }
void Write() { kNowhere[16] = 1; }
void Execute() { reinterpret_cast<void (*)()>(const_cast<unsigned char *>(kNowhere))(); }
void Divide() {
  int zero = 0;
  __asm__ volatile("" : "+r"(zero));
  __asm__ volatile("xorl %%edx, %%edx\n idivl %0" : : "r"(zero), "a"(7) : "edx", "cc");
}
void Illegal() { __asm__ volatile("ud2"); }
void Breakpoint() { __asm__ volatile("int3"); }
void NonCanonical() { sink = *reinterpret_cast<volatile int *>(0x8000'0000'0000'0000ull); }
void KernelHalf() { sink = *reinterpret_cast<volatile int *>(0xFFFF'8000'0000'0000ull); }
void Stack() {
  volatile int first = 0;
  sink = Deeper(&first);
}
void Privileged() { __asm__ volatile("hlt"); }
void Raise() {
  EXCEPTION_RECORD record{};
  record.ExceptionCode = static_cast<NTSTATUS>(0xE0001234);
  record.NumberParameters = 1;
  record.ExceptionInformation[0] = 42;
  RtlRaiseException(&record);
}

struct Kind {
  std::string_view name;
  void (*run)();
};

constexpr Kind kKinds[] = {
    {"read", Read},
    {"write", Write},
    {"execute", Execute},
    {"divide", Divide},
    {"illegal", Illegal},
    {"breakpoint", Breakpoint},
    {"noncanonical", NonCanonical},
    {"kernelhalf", KernelHalf},
    {"stack", Stack},
    {"privileged", Privileged},
    {"raise", Raise},
};

EXCEPTION_RECORD seen;

int Keep(EXCEPTION_POINTERS *pointers) {
  seen = *pointers->ExceptionRecord;
  return EXCEPTION_EXECUTE_HANDLER;
}

bool RunHandled(void (*run)()) {
  __try {
    run();
    return false;
  } __except (Keep(static_cast<EXCEPTION_POINTERS *>(_exception_info()))) {
    return true;
  }
}

}  // namespace

bool Fault(std::string_view kind, bool handled) {
  for (const Kind &known : kKinds) {
    if (known.name == kind) {
      if (!handled) {
        known.run();
        native::console::Print("no fault\n");
      } else if (RunHandled(known.run)) {
        native::console::Print("caught {}", native::StatusText(seen.ExceptionCode));
        for (DWORD i = 0; i < seen.NumberParameters; ++i) {
          native::console::Print(" 0x{:X}", seen.ExceptionInformation[i]);
        }
        native::console::Print("\n");
      } else {
        native::console::Print("no fault\n");
      }
      return true;
    }
  }
  return false;
}

}  // namespace probe
