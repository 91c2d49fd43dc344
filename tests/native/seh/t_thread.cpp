// Exceptions, APCs and the loader with several threads, and a stack that overflows. Needs the real system.

#include "check.hpp"

namespace {

#define NOINLINE __attribute__((noinline))

NOINLINE int Read(const volatile int *address) { return *address; }

NOINLINE int Recurse(volatile int *depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(*depth);
  *depth = *depth + 1;
  return *depth < 0 ? 0 : Recurse(depth) + frame[0];
}

NOINLINE NTSTATUS Overflow(volatile int *depth) {
  __try {
    Recurse(depth);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return static_cast<NTSTATUS>(_exception_code());
  }
  return STATUS_SUCCESS;
}

NOINLINE NTSTATUS Fault() {
  __try {
    Read(nullptr);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return static_cast<NTSTATUS>(_exception_code());
  }
  return STATUS_SUCCESS;
}

HANDLE Start(PUSER_THREAD_START_ROUTINE routine, void *parameter) {
  HANDLE thread = nullptr;
  NTSTATUS status =
      RtlCreateUserThread(NtCurrentProcess(), nullptr, FALSE, 0, 0, 0, routine, parameter, &thread, nullptr);
  return NT_SUCCESS(status) ? thread : nullptr;
}

// Waits for a thread's end (10 s at most) and gives its exit status.
NTSTATUS Join(HANDLE thread) {
  LARGE_INTEGER limit;
  limit.QuadPart = -100'000'000;
  NTSTATUS status = NtWaitForSingleObject(thread, FALSE, &limit);
  THREAD_BASIC_INFORMATION basic = {};
  if (status == STATUS_SUCCESS) {
    NtQueryInformationThread(thread, ThreadBasicInformation, &basic, sizeof(basic), nullptr);
    status = basic.ExitStatus;
  }
  NtClose(thread);
  return status;
}

NTSTATUS NTAPI OverflowThread(PVOID) {
  volatile int depth = 0;
  NTSTATUS status = Overflow(&depth);
  return depth > 100 ? status : STATUS_UNSUCCESSFUL;
}

void TestOverflow() { Check("thread.stack.overflow", Join(Start(OverflowThread, nullptr)) == STATUS_STACK_OVERFLOW); }

NTSTATUS NTAPI FaultThread(PVOID) {
  for (int i = 0; i < 200; i += 1) {
    if (Fault() != STATUS_ACCESS_VIOLATION) {
      return STATUS_UNSUCCESSFUL;
    }
    NtYieldExecution();
  }
  return 123;
}

void TestConcurrentFaults() {
  HANDLE threads[4];
  for (HANDLE &thread : threads) {
    thread = Start(FaultThread, nullptr);
  }
  bool good = true;
  for (HANDLE thread : threads) {
    good = thread != nullptr && Join(thread) == 123 && good;
  }
  Check("thread.faults", good);
}

volatile LONG apcs;

VOID NTAPI CountApc(PVOID amount, PVOID, PVOID) {
  __atomic_fetch_add(&apcs, static_cast<LONG>(reinterpret_cast<ULONG_PTR>(amount)), __ATOMIC_SEQ_CST);
}

NTSTATUS NTAPI WaitingThread(PVOID event) {
  LARGE_INTEGER limit;
  limit.QuadPart = -100'000'000;
  NtSetEvent(event, nullptr);
  NTSTATUS status = NtDelayExecution(TRUE, &limit);
  return status == STATUS_USER_APC && apcs != 0 ? 77 : status;
}

void TestApcToWaiter() {
  HANDLE event = nullptr;
  NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE);
  HANDLE thread = Start(WaitingThread, event);
  NtWaitForSingleObject(event, FALSE, nullptr);
  for (int i = 0; i < 10; i += 1) {
    NtQueueApcThread(thread, CountApc, reinterpret_cast<PVOID>(ULONG_PTR{1}), nullptr, nullptr);
  }
  Check("thread.apc.waiter", Join(thread) == 77);
  Check("thread.apc.count", apcs >= 1);
  NtClose(event);
}

NTSTATUS NTAPI EndlessThread(PVOID event) {
  NtSetEvent(event, nullptr);
  for (;;) {
    NtYieldExecution();
  }
}

void TestContextOfThread() {
  HANDLE event = nullptr;
  NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE);
  HANDLE thread = Start(EndlessThread, event);
  NtWaitForSingleObject(event, FALSE, nullptr);
  NtSuspendThread(thread, nullptr);
  CONTEXT context = {};
  context.ContextFlags = CONTEXT_CONTROL;
  NTSTATUS status = NtGetContextThread(thread, &context);
  TEB *teb = nullptr;
  THREAD_BASIC_INFORMATION basic = {};
  NtQueryInformationThread(thread, ThreadBasicInformation, &basic, sizeof(basic), nullptr);
  teb = basic.TebBaseAddress;
  Check("thread.context", NT_SUCCESS(status) && teb != nullptr &&
                              context.Rsp > reinterpret_cast<ULONG_PTR>(teb->DeallocationStack) &&
                              context.Rsp < reinterpret_cast<ULONG_PTR>(teb->NtTib.StackBase));
  NtResumeThread(thread, nullptr);
  Check("thread.terminate", NT_SUCCESS(NtTerminateThread(thread, 5)) && Join(thread) == 5);
  NtClose(event);
}

thread_local int local = 3;

NTSTATUS NTAPI LocalThread(PVOID) {
  local += 1;
  return local;
}

void TestManyThreads() {
  bool good = true;
  for (int i = 0; i < 40; i += 1) {
    good = Join(Start(LocalThread, nullptr)) == 4 && good;
  }
  Check("thread.many", good && local == 3);
}

LONG NTAPI SkipUd2(PEXCEPTION_POINTERS pointers) {
  if (pointers->ExceptionRecord->ExceptionCode != STATUS_ILLEGAL_INSTRUCTION) {
    return EXCEPTION_CONTINUE_SEARCH;
  }
  pointers->ContextRecord->Rip += 2;
  return EXCEPTION_CONTINUE_EXECUTION;
}

// Floating point state is the thread's own across exceptions and switches.
NTSTATUS NTAPI FloatThread(PVOID parameter) {
  auto seed = static_cast<double>(reinterpret_cast<ULONG_PTR>(parameter));
  double sum = seed;
  for (int i = 0; i < 100; i += 1) {
    __asm__ volatile("ud2" : "+x"(sum));
    sum += 1.0;
    NtYieldExecution();
  }
  return sum == seed + 100 ? 9 : STATUS_UNSUCCESSFUL;
}

void TestFloat() {
  PVOID handler = RtlAddVectoredExceptionHandler(1, SkipUd2);
  HANDLE one = Start(FloatThread, reinterpret_cast<PVOID>(ULONG_PTR{1000}));
  HANDLE two = Start(FloatThread, reinterpret_cast<PVOID>(ULONG_PTR{5}));
  NTSTATUS first = Join(one);
  Check("thread.float", first == 9 && Join(two) == 9);
  RtlRemoveVectoredExceptionHandler(handler);
}

// Busy inside locks when the process ends.
NTSTATUS NTAPI HeapThread(PVOID) {
  for (;;) {
    PVOID block = RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, 5000);
    RtlFreeHeap(NtCurrentPeb()->ProcessHeap, 0, block);
  }
}

NTSTATUS NTAPI LoaderThread(PVOID) {
  for (;;) {
    PVOID base = nullptr;
    RtlPcToFileHeader(reinterpret_cast<PVOID>(&LoaderThread), &base);
  }
}

}  // namespace

extern "C" NTSTATUS NtProcessStartup(PPEB) {
  TestOverflow();
  TestConcurrentFaults();
  TestApcToWaiter();
  TestContextOfThread();
  TestManyThreads();
  TestFloat();
  DbgPrint("t_thread: %d failed\n", failures);
  Start(HeapThread, nullptr);
  Start(LoaderThread, nullptr);
  for (int i = 0; i < 100; i += 1) {
    NtYieldExecution();
  }
  RtlExitUserProcess(failures);
}
