// Structured exception handling as programs see it. Functions with __try have no destructors, and what they guard is a
// call: clang does not see that an access may raise an exception.
#include "touch.hpp"
#include "umtests.hpp"

extern "C" unsigned long _exception_code(void);
extern "C" void *_exception_info(void);

namespace umtests {
namespace {

[[gnu::noinline]] void Fault() { *At<volatile int>(0x18) = 1; }

EXCEPTION_RECORD seen;
LONG Note(void *information) {
  seen = *static_cast<EXCEPTION_POINTERS *>(information)->ExceptionRecord;
  return EXCEPTION_EXECUTE_HANDLER;
}

NTSTATUS Catch(void (*body)()) {
  seen = {};
  __try {
    body();
  } __except (Note(_exception_info())) {
    return static_cast<NTSTATUS>(_exception_code());
  }
  return STATUS_SUCCESS;
}

void AccessViolation() {
  CHECK_STATUS(Catch([] { *At<volatile int>(0x18) = 1; }), STATUS_ACCESS_VIOLATION);
  CHECK(seen.NumberParameters == 2);
  CHECK(seen.ExceptionInformation[0] == 1);  // a write
  CHECK(seen.ExceptionInformation[1] == 0x18);
  CHECK_STATUS(Catch([] { static_cast<void>(*At<volatile int>(0x28)); }), STATUS_ACCESS_VIOLATION);
  CHECK(seen.ExceptionInformation[0] == 0);  // a read
  CHECK(seen.ExceptionInformation[1] == 0x28);
}

void Processor() {
  CHECK_STATUS(Catch([] {
                 volatile int zero = 0;
                 __asm__ volatile("cltd; idivl %1" : : "a"(1), "m"(zero) : "edx", "cc");
               }),
               STATUS_INTEGER_DIVIDE_BY_ZERO);
  CHECK_STATUS(Catch([] { __asm__ volatile("ud2"); }), STATUS_ILLEGAL_INSTRUCTION);
  CHECK_STATUS(Catch([] { __asm__ volatile("int3"); }), STATUS_BREAKPOINT);
  CHECK_STATUS(Catch([] { __asm__ volatile("hlt"); }), STATUS_PRIVILEGED_INSTRUCTION);
}

void Raise() {
  CHECK_STATUS(Catch([] {
                 EXCEPTION_RECORD record{};
                 record.ExceptionCode = static_cast<NTSTATUS>(0xe0001234);
                 record.NumberParameters = 2;
                 record.ExceptionInformation[0] = 11;
                 record.ExceptionInformation[1] = 22;
                 RtlRaiseException(&record);
               }),
               static_cast<NTSTATUS>(0xe0001234));
  CHECK(seen.NumberParameters == 2);
  CHECK(seen.ExceptionInformation[1] == 22);
  CHECK_STATUS(Catch([] { RtlRaiseStatus(STATUS_INVALID_PARAMETER); }), STATUS_INVALID_PARAMETER);
}

volatile int steps;
void Unwinds() {
  __try {
    steps = steps * 10 + 1;
    Fault();
  } __finally {
    steps = steps * 10 + 3;
  }
}

LONG Filter(void *) {
  steps = steps * 10 + 2;  // before anything is unwound
  return EXCEPTION_EXECUTE_HANDLER;
}

void FinallyOrder() {
  steps = 0;
  __try {
    Unwinds();
  } __except (Filter(_exception_info())) {
    steps = steps * 10 + 4;
  }
  CHECK(steps == 1234);
}

int NotMine(int depth) {
  __try {
    if (depth == 0) {
      Fault();
      return 0;
    }
    return NotMine(depth - 1) + 1;
  } __except (EXCEPTION_CONTINUE_SEARCH) {
    return -1000;
  }
}

void Search() {
  CHECK_STATUS(Catch([] { NotMine(20); }), STATUS_ACCESS_VIOLATION);
}

volatile int good_value = 99;
LONG Repair(void *information) {
  // The faulting instruction reads through RAX.
  static_cast<EXCEPTION_POINTERS *>(information)->ContextRecord->Rax = reinterpret_cast<ULONG_PTR>(&good_value);
  return EXCEPTION_CONTINUE_EXECUTION;
}

[[gnu::noinline]] int ReadByRax() {
  int result = 0;
  __asm__ volatile("movl (%%rax), %0" : "=c"(result) : "a"(0x18ULL) : "memory");
  return result;
}

int ReadRepaired() {
  int result = 0;
  __try {
    result = ReadByRax();
  } __except (Repair(_exception_info())) {
    return -1;
  }
  return result;
}

void ContinueExecution() { CHECK(ReadRepaired() == 99); }

[[gnu::noinline]] double Sum(double a, double b) { return a + b; }

// Registers that a call keeps, floating point too, are back in the handler.
double KeepsRegisters() {
  volatile double a = 1.25;
  const double kept = Sum(a, a);
  __try {
    Fault();
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return kept + a;
  }
  return 0;
}

void Registers() { CHECK(KeepsRegisters() == 3.75); }

volatile int vectored_calls;
LONG Vectored(EXCEPTION_POINTERS *pointers) {
  if (pointers->ExceptionRecord->ExceptionCode == STATUS_ACCESS_VIOLATION) {
    vectored_calls = vectored_calls + 1;
  }
  return EXCEPTION_CONTINUE_SEARCH;
}

void VectoredFirst() {
  vectored_calls = 0;
  const PVOID handle = RtlAddVectoredExceptionHandler(1, Vectored);
  CHECK(handle != nullptr);
  CHECK_STATUS(TouchRead(At<char>(0x18)), STATUS_ACCESS_VIOLATION);
  CHECK(vectored_calls == 1);
  CHECK(RtlRemoveVectoredExceptionHandler(handle) != 0);
  CHECK_STATUS(TouchRead(At<char>(0x18)), STATUS_ACCESS_VIOLATION);
  CHECK(vectored_calls == 1);
}

void Many() {
  for (int i = 0; i < 1000; ++i) {
    CHECK_STATUS(TouchRead(At<char>(0x18)), STATUS_ACCESS_VIOLATION);
  }
}

constexpr Test kTests[] = {
    {"exception.access-violation", "EXCEPTION_RECORD structure", AccessViolation},
    {"exception.processor", "EXCEPTION_RECORD structure: exception codes", Processor},
    {"exception.raise", "RaiseException function", Raise},
    {"exception.finally", "try-finally statement: filter first, then unwinding", FinallyOrder},
    {"exception.search", "try-except statement: EXCEPTION_CONTINUE_SEARCH", Search},
    {"exception.continue", "try-except statement: EXCEPTION_CONTINUE_EXECUTION", ContinueExecution},
    {"exception.registers", "x64 exception handling: nonvolatile registers", Registers},
    {"exception.vectored", "Vectored exception handling", VectoredFirst},
    {"exception.many", "own: nothing is left behind by an exception", Many},
};

}  // namespace

constinit const std::span<const Test> kExceptionTests = kTests;

}  // namespace umtests
