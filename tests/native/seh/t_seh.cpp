// Exceptions: faults, raises, filters, __finally, unwinding, vectored handlers, contexts.
// Faults happen in functions of their own: the compiler guards calls in a __try, not single loads.

#include "check.hpp"

#include <string.h>

namespace {

#define NOINLINE __attribute__((noinline))

volatile int zero;
volatile int sink;
int order[16];
int order_count;

void Note(int value) {
  if (order_count < 16) {
    order[order_count] = value;
    order_count += 1;
  }
}

bool OrderIs(int count, const int *expected) {
  bool good = order_count == count;
  for (int i = 0; good && i < count; i += 1) {
    good = order[i] == expected[i];
  }
  order_count = 0;
  return good;
}

#define ORDER(...)                                                       \
  ([] {                                                                  \
    static const int kExpected[] = {__VA_ARGS__};                        \
    return OrderIs(sizeof(kExpected) / sizeof(kExpected[0]), kExpected); \
  }())

NOINLINE int Read(const volatile int *address) { return *address; }
NOINLINE void Write(volatile int *address) { *address = 1; }
NOINLINE int Divide(int dividend, int divisor) { return dividend / divisor; }
NOINLINE void Illegal() { __asm__ volatile("ud2"); }
NOINLINE void Break() { DbgBreakPoint(); }
NOINLINE void Raise(NTSTATUS status, ULONG flags) {
  EXCEPTION_RECORD record = {};
  record.ExceptionCode = status;
  record.ExceptionFlags = flags;
  record.NumberParameters = 2;
  record.ExceptionInformation[0] = 11;
  record.ExceptionInformation[1] = 22;
  RtlRaiseException(&record);
}

NTSTATUS code;
ULONG_PTR information[2];

LONG Remember(PEXCEPTION_POINTERS pointers, LONG answer) {
  code = pointers->ExceptionRecord->ExceptionCode;
  information[0] = pointers->ExceptionRecord->ExceptionInformation[0];
  information[1] = pointers->ExceptionRecord->ExceptionInformation[1];
  return answer;
}

// The exception that `action` raises, 0 for none.
template <typename Action>
NOINLINE NTSTATUS CodeOf(Action action) {
  code = 0;
  __try {
    action();
  } __except (Remember(reinterpret_cast<PEXCEPTION_POINTERS>(_exception_info()), EXCEPTION_EXECUTE_HANDLER)) {
    return code;
  }
  return 0;
}

void TestFaults() {
  auto *bad = reinterpret_cast<volatile int *>(0x10);
  Check("seh.read", CodeOf([=] { Read(bad); }) == STATUS_ACCESS_VIOLATION);
  Check("seh.read.information", information[0] == 0 && information[1] == 0x10);
  Check("seh.write", CodeOf([=] { Write(bad); }) == STATUS_ACCESS_VIOLATION);
  Check("seh.write.information", information[0] == 1 && information[1] == 0x10);
  Check("seh.divide", CodeOf([] { sink = Divide(7 + sink, zero); }) == STATUS_INTEGER_DIVIDE_BY_ZERO);
  Check("seh.illegal", CodeOf([] { Illegal(); }) == STATUS_ILLEGAL_INSTRUCTION);
  Check("seh.break", CodeOf([] { Break(); }) == STATUS_BREAKPOINT);
  Check("seh.null.call", CodeOf([] {
                           auto *volatile nowhere = static_cast<void (*)()>(nullptr);
                           nowhere();
                           sink = 1;
                         }) == STATUS_ACCESS_VIOLATION);
  Check("seh.wild.call", CodeOf([] {
                           auto *volatile nowhere = reinterpret_cast<void (*)()>(0x12340000);
                           nowhere();
                           sink = 1;
                         }) == STATUS_ACCESS_VIOLATION);
  Check("seh.none", CodeOf([] {}) == 0);
}

void TestRaise() {
  Check("seh.raise", CodeOf([] { Raise(0x20001234, 0); }) == 0x20001234);
  Check("seh.raise.information", information[0] == 11 && information[1] == 22);
  Check("seh.raise.status", CodeOf([] { RtlRaiseStatus(STATUS_NO_MEMORY); }) == STATUS_NO_MEMORY);
}

LONG SkipBreakpoint(PEXCEPTION_POINTERS pointers) {
  pointers->ContextRecord->Rip += 1;
  return EXCEPTION_CONTINUE_EXECUTION;
}

NOINLINE bool ContinueAfterBreak() {
  bool after = false;
  __try {
    Break();
    after = true;
  } __except (SkipBreakpoint(reinterpret_cast<PEXCEPTION_POINTERS>(_exception_info()))) {
    after = false;
  }
  return after;
}

NOINLINE bool ContinueAfterRaise() {
  bool after = false;
  __try {
    Raise(0x20001234, 0);
    after = true;
  } __except (EXCEPTION_CONTINUE_EXECUTION) {
  }
  return after;
}

NOINLINE NTSTATUS ContinueNonContinuable() {
  return CodeOf([] {
    __try {
      Raise(0x20001234, EXCEPTION_NONCONTINUABLE);
    } __except (static_cast<NTSTATUS>(_exception_code()) == 0x20001234 ? EXCEPTION_CONTINUE_EXECUTION
                                                                       : EXCEPTION_CONTINUE_SEARCH) {
    }
  });
}

NOINLINE void Inner() {
  __try {
    __try {
      Note(1);
      Read(nullptr);
      Note(99);
    } __finally {
      Note(_abnormal_termination() ? 2 : 98);
    }
  } __except (Note(10), EXCEPTION_CONTINUE_SEARCH) {
    Note(97);
  }
}

NOINLINE void TestFinallyOrder() {
  __try {
    __try {
      Inner();
    } __finally {
      Note(3);
    }
  } __except (Note(11), EXCEPTION_EXECUTE_HANDLER) {
    Note(4);
  }
  Check("seh.finally.order", ORDER(1, 10, 11, 2, 3, 4));
  __try {
    Note(1);
  } __finally {
    Note(_abnormal_termination() ? 98 : 2);
  }
  Check("seh.finally.normal", ORDER(1, 2));
}

NOINLINE int ReturnThroughFinally() {
  __try {
    Note(1);
    return 7;
  } __finally {
    Note(2);
  }
}

// The search for the second exception comes past the same filter again.
LONG FaultingFilter(NTSTATUS status) {
  Note(1);
  if (status == STATUS_ACCESS_VIOLATION) {
    return EXCEPTION_CONTINUE_SEARCH;
  }
  Read(nullptr);
  Note(99);
  return EXCEPTION_EXECUTE_HANDLER;
}

NOINLINE void ExceptionInFilter() {
  __try {
    __try {
      Raise(0x20001111, 0);
    } __except (FaultingFilter(static_cast<NTSTATUS>(_exception_code()))) {
      Note(98);
    }
  } __except (Remember(reinterpret_cast<PEXCEPTION_POINTERS>(_exception_info()), EXCEPTION_EXECUTE_HANDLER)) {
    Note(2);
  }
}

// The exception in the __finally block meets the unwind of the first one.
NOINLINE void ExceptionInFinally() {
  __try {
    __try {
      __try {
        Raise(0x20002222, 0);
      } __finally {
        Note(1);
        Read(nullptr);
        Note(99);
      }
    } __finally {
      Note(2);
    }
  } __except (Remember(reinterpret_cast<PEXCEPTION_POINTERS>(_exception_info()), EXCEPTION_EXECUTE_HANDLER)) {
    Note(3);
  }
}

NOINLINE void CaughtInFinally() {
  __try {
    __try {
      Raise(0x20003333, 0);
    } __finally {
      __try {
        Read(nullptr);
      } __except (EXCEPTION_EXECUTE_HANDLER) {
        Note(1);
      }
      Note(2);
    }
  } __except (Remember(reinterpret_cast<PEXCEPTION_POINTERS>(_exception_info()), EXCEPTION_EXECUTE_HANDLER)) {
    Note(3);
  }
}

void TestNesting() {
  Check("seh.continue", ContinueAfterBreak());
  Check("seh.continue.raise", ContinueAfterRaise());
  Check("seh.noncontinuable", ContinueNonContinuable() == STATUS_NONCONTINUABLE_EXCEPTION);
  TestFinallyOrder();
  Check("seh.finally.return", ReturnThroughFinally() == 7 && ORDER(1, 2));
  ExceptionInFilter();
  Check("seh.filter.fault", code == STATUS_ACCESS_VIOLATION && ORDER(1, 1, 2));
  ExceptionInFinally();
  Check("seh.finally.fault", code == STATUS_ACCESS_VIOLATION && ORDER(1, 2, 3));
  CaughtInFinally();
  Check("seh.finally.caught", code == 0x20003333 && ORDER(1, 2, 3));
}

LONG NTAPI VectoredFirst(PEXCEPTION_POINTERS) {
  Note(1);
  return EXCEPTION_CONTINUE_SEARCH;
}

LONG NTAPI VectoredSecond(PEXCEPTION_POINTERS pointers) {
  Note(2);
  if (pointers->ExceptionRecord->ExceptionCode == STATUS_BREAKPOINT) {
    pointers->ContextRecord->Rip += 1;
    return EXCEPTION_CONTINUE_EXECUTION;
  }
  return EXCEPTION_CONTINUE_SEARCH;
}

LONG NTAPI VectoredContinue(PEXCEPTION_POINTERS) {
  Note(3);
  return EXCEPTION_CONTINUE_SEARCH;
}

void TestVectored() {
  PVOID second = RtlAddVectoredExceptionHandler(0, VectoredSecond);
  PVOID first = RtlAddVectoredExceptionHandler(1, VectoredFirst);
  PVOID last = RtlAddVectoredContinueHandler(1, VectoredContinue);
  Break();
  Check("seh.vectored.order", ORDER(1, 2, 3));
  Check("seh.vectored.search", CodeOf([] { Read(nullptr); }) == STATUS_ACCESS_VIOLATION && ORDER(1, 2));
  Check("seh.vectored.remove",
        RtlRemoveVectoredExceptionHandler(first) == 1 && RtlRemoveVectoredExceptionHandler(first) == 0 &&
            RtlRemoveVectoredExceptionHandler(second) == 1 && RtlRemoveVectoredContinueHandler(last) == 1);
  Check("seh.vectored.removed", CodeOf([] { Read(nullptr); }) == STATUS_ACCESS_VIOLATION && order_count == 0);
}

// Nonvolatile registers of the catching frame survive the unwind of frames that changed them.
NOINLINE void Clobber() {
  __asm__ volatile(
      "xorl %%ebx, %%ebx\n xorl %%esi, %%esi\n xorl %%edi, %%edi\n xorl %%r12d, %%r12d\n xorl %%r13d, %%r13d\n"
      "xorl %%r14d, %%r14d\n xorl %%r15d, %%r15d\n xorps %%xmm6, %%xmm6\n xorps %%xmm9, %%xmm9\n xorps %%xmm15, %%xmm15"
      :
      :
      : "rbx", "rsi", "rdi", "r12", "r13", "r14", "r15", "xmm6", "xmm9", "xmm15");
  Read(nullptr);
}

NOINLINE bool RegistersSurvive(volatile int *seed, volatile double *real) {
  int a = seed[0], b = seed[1], c = seed[2], d = seed[3], e = seed[4];
  double x = real[0], y = real[1], z = real[2];
  __try {
    Clobber();
  } __except (EXCEPTION_EXECUTE_HANDLER) {
  }
  return a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && x == 1.5 && y == 2.5 && z == 3.5;
}

// A frame with a frame register: its size is known at run time only.
NOINLINE int DynamicFrame(int size) {
  auto *block = static_cast<volatile char *>(__builtin_alloca(static_cast<size_t>(size)));
  block[0] = 1;
  __try {
    Read(nullptr);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return block[0] + size;
  }
  return 0;
}

NOINLINE int Deep(int depth) {
  volatile int local = depth;
  if (depth == 0) {
    return Read(nullptr) + 1;
  }
  return Deep(depth - 1) + local;
}

void TestFrames() {
  volatile int seed[] = {1, 2, 3, 4, 5};
  volatile double real[] = {1.5, 2.5, 3.5};
  Check("seh.registers", RegistersSurvive(seed, real));
  Check("seh.dynamic.frame", DynamicFrame(400 + zero) == 401);
  Check("seh.deep", CodeOf([] { Deep(500); }) == STATUS_ACCESS_VIOLATION);
  bool all = true;
  for (int i = 0; i < 2000; i += 1) {
    all = all && CodeOf([] { Read(nullptr); }) == STATUS_ACCESS_VIOLATION;
  }
  Check("seh.repeat", all);
}

// Code made at run time, with unwind data of its own.
void TestDynamicCode() {
  static const UCHAR kCode[] = {0x53, 0x48, 0x83, 0xEC, 0x20,         // push rbx; sub rsp, 32
                                0x31, 0xDB, 0x8B, 0x03,               // xor ebx, ebx; mov eax, [rbx]
                                0x48, 0x83, 0xC4, 0x20, 0x5B, 0xC3};  // add rsp, 32; pop rbx; ret
  static const UCHAR kUnwind[] = {1, 5, 2, 0, 5, 0x32, 1, 0x30};      // alloc 32 at 5, push rbx at 1
  PVOID base = nullptr;
  SIZE_T size = 4096;
  NTSTATUS status =
      NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
  if (!NT_SUCCESS(status)) {
    Check("seh.dynamic.memory", false);
    return;
  }
  auto *memory = static_cast<char *>(base);
  memcpy(memory + 0x100, kCode, sizeof(kCode));
  memcpy(memory + 0x200, kUnwind, sizeof(kUnwind));
  auto *table = reinterpret_cast<PRUNTIME_FUNCTION>(memory + 0x300);
  *table = {0x100, 0x100 + sizeof(kCode), {0x200}};
  auto address = reinterpret_cast<ULONG_PTR>(memory);
  ULONG_PTR found = 0;
  Check("seh.table.none", RtlLookupFunctionEntry(address + 0x108, &found, nullptr) == nullptr);
  Check("seh.table.add", RtlAddFunctionTable(table, 1, address) != FALSE);
  Check("seh.table.found", RtlLookupFunctionEntry(address + 0x108, &found, nullptr) == table && found == address);
  auto *function = reinterpret_cast<int (*)()>(memory + 0x100);
  Check("seh.table.unwind", CodeOf([=] { sink = function(); }) == STATUS_ACCESS_VIOLATION);
  Check("seh.table.delete", RtlDeleteFunctionTable(table) != FALSE && RtlDeleteFunctionTable(table) == FALSE);
  NtFreeVirtualMemory(NtCurrentProcess(), &base, &(size = 0), MEM_RELEASE);
}

NOINLINE bool CaptureAndRestore() {
  volatile int passes = 0;
  CONTEXT context;
  RtlCaptureContext(&context);
  passes = passes + 1;
  if (passes == 1) {
    RtlRestoreContext(&context, nullptr);
  }
  return passes == 2;
}

NOINLINE bool ContinueByService() {
  volatile int passes = 0;
  CONTEXT context;
  RtlCaptureContext(&context);
  passes = passes + 1;
  if (passes == 1) {
    NtContinue(&context, FALSE);
  }
  return passes == 2;
}

void TestContexts() {
  Check("seh.context.restore", CaptureAndRestore());
  Check("seh.context.continue", ContinueByService());
  CONTEXT from = {};
  CONTEXT to = {};
  from.Rip = 1, from.Rsp = 2, from.Rbx = 3, from.Xmm6.Low = 4;
  to.ContextFlags = CONTEXT_AMD64;
  Check("seh.context.copy",
        RtlCopyContext(&to, CONTEXT_CONTROL, &from) == STATUS_SUCCESS && to.Rip == 1 && to.Rsp == 2 && to.Rbx == 0);
  to.Rsp = 9;
  Check("seh.context.copy.integer", RtlCopyContext(&to, CONTEXT_INTEGER | CONTEXT_FLOATING_POINT, &from) == 0 &&
                                        to.Rbx == 3 && to.Rsp == 9 && to.Xmm6.Low == 4);
  ULONG length = 0;
  PCONTEXT_EX extended = nullptr;
  alignas(16) char memory[sizeof(CONTEXT) + 64];
  Check("seh.context.extended", RtlGetExtendedContextLength(CONTEXT_FULL, &length) == STATUS_SUCCESS &&
                                    length <= sizeof(memory) &&
                                    RtlInitializeExtendedContext(memory, CONTEXT_FULL, &extended) == STATUS_SUCCESS &&
                                    reinterpret_cast<char *>(RtlLocateLegacyContext(extended, nullptr)) == memory &&
                                    RtlGetExtendedContextLength(CONTEXT_XSTATE, &length) == STATUS_NOT_SUPPORTED);
  CONTEXT empty = {};
  Check("seh.context.bad", NtContinue(&empty, FALSE) == STATUS_INVALID_PARAMETER);
}

ULONG apc_sum;
ULONG apc_count;

VOID NTAPI CountApc(PVOID one, PVOID two, PVOID three) {
  apc_sum += static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(one) + reinterpret_cast<ULONG_PTR>(two) * 10 +
                                reinterpret_cast<ULONG_PTR>(three) * 100);
  apc_count += 1;
}

VOID NTAPI FaultingApc(PVOID, PVOID, PVOID) { Read(nullptr); }

void TestApcs() {
  auto pointer = [](ULONG_PTR value) { return reinterpret_cast<PVOID>(value); };
  NtQueueApcThread(NtCurrentThread(), CountApc, pointer(1), pointer(2), pointer(3));
  Check("apc.not.yet", apc_count == 0);
  NTSTATUS status = NtTestAlert();
  Check("apc.arguments", status == STATUS_SUCCESS && apc_count == 1 && apc_sum == 321);
  for (int i = 0; i < 1000; i += 1) {
    NtQueueApcThread(NtCurrentThread(), CountApc, pointer(1), nullptr, nullptr);
  }
  NtTestAlert();
  Check("apc.many", apc_count == 1001);
  LARGE_INTEGER delay;
  delay.QuadPart = -10000000;
  NtQueueApcThread(NtCurrentThread(), CountApc, nullptr, nullptr, nullptr);
  Check("apc.status", NtDelayExecution(TRUE, &delay) == STATUS_USER_APC && apc_count == 1002);
  NtQueueApcThread(NtCurrentThread(), FaultingApc, nullptr, nullptr, nullptr);
  Check("apc.exception", CodeOf([] { NtTestAlert(); }) == STATUS_ACCESS_VIOLATION);
}

}  // namespace

extern "C" int _fltused;
int _fltused = 1;

extern "C" NTSTATUS NtProcessStartup(PPEB) {
  TestFaults();
  TestRaise();
  TestNesting();
  TestVectored();
  TestFrames();
  TestDynamicCode();
  TestContexts();
  TestApcs();
  DbgPrint("t_seh: %d failed\n", failures);
  NtTerminateProcess(NtCurrentProcess(), failures);
  return failures;
}
