// The run-time library on the system: heaps, locks, pools, paths. What is checked is what needs real services.
#include <nt/nt.h>
#include <nt/nt_services.h>
#include <nt/ntstatus.h>

#include <atomic>

namespace {

int failures;

void Check(const char *name, bool good) {
  DbgPrint("%s %s\n", good ? "ok" : "FAIL", name);
  failures += good ? 0 : 1;
}

constexpr int kThreads = 4;

struct Start {
  void (*body)(int);
  int id;
};

NTSTATUS NTAPI Run(PVOID parameter) {
  const auto *const start = static_cast<Start *>(parameter);
  start->body(start->id);
  return STATUS_SUCCESS;
}

// Runs the body on kThreads threads; false when one could not be made or did not end well.
bool OnThreads(void (*body)(int)) {
  Start starts[kThreads];
  HANDLE threads[kThreads];
  bool good = true;
  for (int i = 0; i < kThreads; ++i) {
    starts[i] = {body, i};
    if (!NT_SUCCESS(
            RtlCreateUserThread(NtCurrentProcess(), nullptr, FALSE, 0, 0, 0, Run, &starts[i], &threads[i], nullptr))) {
      return false;
    }
  }
  for (HANDLE thread : threads) {
    good = NtWaitForSingleObject(thread, FALSE, nullptr) == STATUS_SUCCESS && good;
    NtClose(thread);
  }
  return good;
}

unsigned Next(unsigned &state) { return state = state * 1664525u + 1013904223u; }

bool Filled(const unsigned char *data, size_t size, unsigned char byte) {
  for (size_t i = 0; i < size; ++i) {
    if (data[i] != byte) {
      return false;
    }
  }
  return true;
}

PVOID heap;
std::atomic<int> wrong;

// Random use of one heap by all threads; every block is checked before it goes.
void ChurnHeap(int id) {
  constexpr int kBlocks = 64;
  unsigned char *blocks[kBlocks] = {};
  size_t sizes[kBlocks] = {};
  unsigned state = static_cast<unsigned>(id) * 7919u + 1;
  for (int round = 0; round < 3000; ++round) {
    const unsigned slot = Next(state) >> 8 & (kBlocks - 1);
    const auto byte = static_cast<unsigned char>(slot + static_cast<unsigned>(id) * kBlocks);
    if (blocks[slot] != nullptr) {
      wrong += Filled(blocks[slot], sizes[slot], byte) ? 0 : 1;
      if (Next(state) & 0x10000) {
        const size_t size = Next(state) >> 12 & 0xfff;
        auto *const moved = static_cast<unsigned char *>(RtlReAllocateHeap(heap, 0, blocks[slot], size));
        wrong += moved != nullptr && Filled(moved, size < sizes[slot] ? size : sizes[slot], byte) ? 0 : 1;
        blocks[slot] = moved;
        sizes[slot] = size;
        memset(moved, byte, size);
        continue;
      }
      wrong += RtlFreeHeap(heap, 0, blocks[slot]) ? 0 : 1;
      blocks[slot] = nullptr;
      continue;
    }
    sizes[slot] = Next(state) >> 8 & (round % 100 == 0 ? 0xfffff : 0x3ff);
    blocks[slot] = static_cast<unsigned char *>(RtlAllocateHeap(heap, 0, sizes[slot]));
    if (blocks[slot] == nullptr) {
      ++wrong;
      continue;
    }
    memset(blocks[slot], byte, sizes[slot]);
  }
  for (unsigned char *block : blocks) {
    RtlFreeHeap(heap, 0, block);
  }
}

void Heaps() {
  heap = RtlCreateHeap(HEAP_GROWABLE, nullptr, 0, 0, nullptr, nullptr);
  Check("heap.create", heap != nullptr);
  wrong = 0;
  Check("heap.threads", OnThreads(ChurnHeap));
  Check("heap.contents", wrong == 0);
  Check("heap.validate", RtlValidateHeap(heap, 0, nullptr) != 0);
  auto *const zeroed = static_cast<unsigned char *>(RtlAllocateHeap(heap, HEAP_ZERO_MEMORY, 2'000'000));
  Check("heap.large", zeroed != nullptr && Filled(zeroed, 2'000'000, 0));
  Check("heap.large.free", RtlFreeHeap(heap, 0, zeroed) && !RtlFreeHeap(heap, 0, zeroed));
  PVOID const small = RtlAllocateHeap(heap, 0, 100);
  Check("heap.doublefree", RtlFreeHeap(heap, 0, small) && !RtlFreeHeap(heap, 0, small));
  Check("heap.impossible", RtlAllocateHeap(heap, 0, ~SIZE_T{0} >> 4) == nullptr);
  Check("heap.destroy", RtlDestroyHeap(heap) == nullptr);
}

RTL_CRITICAL_SECTION section;
RTL_SRWLOCK srw_lock = RTL_SRWLOCK_INIT;
RTL_CONDITION_VARIABLE filled = RTL_CONDITION_VARIABLE_INIT;
RTL_CONDITION_VARIABLE drained = RTL_CONDITION_VARIABLE_INIT;
long counter;
int queue;

void Pass() { NtYieldExecution(); }

void CountInSection(int) {
  for (int i = 0; i < 300; ++i) {
    RtlEnterCriticalSection(&section);
    const long seen = counter;
    if (i % 16 == 0) {
      Pass();
    }
    counter = seen + 1;
    RtlLeaveCriticalSection(&section);
  }
}

void CountInSrw(int id) {
  for (int i = 0; i < 300; ++i) {
    if ((i + id) % 4 != 0) {
      RtlAcquireSRWLockShared(&srw_lock);
      const long seen = counter;
      Pass();
      wrong += counter == seen ? 0 : 1;
      RtlReleaseSRWLockShared(&srw_lock);
      continue;
    }
    RtlAcquireSRWLockExclusive(&srw_lock);
    const long seen = counter;
    Pass();
    counter = seen + 1;
    RtlReleaseSRWLockExclusive(&srw_lock);
  }
}

void HandOver(int id) {
  for (int i = 0; i < 200; ++i) {
    RtlAcquireSRWLockExclusive(&srw_lock);
    if (id % 2 == 0) {
      while (queue == 3) {
        RtlSleepConditionVariableSRW(&drained, &srw_lock, nullptr, 0);
      }
      ++queue;
      RtlWakeConditionVariable(&filled);
    } else {
      while (queue == 0) {
        RtlSleepConditionVariableSRW(&filled, &srw_lock, nullptr, 0);
      }
      --queue;
      ++counter;
      RtlWakeConditionVariable(&drained);
    }
    RtlReleaseSRWLockExclusive(&srw_lock);
  }
}

std::atomic<uint32_t> word;

void PingPong(int id) {
  for (int round = 0; id < 2 && round < 100; ++round) {
    uint32_t seen;
    while ((seen = word.load()) % 2 != static_cast<uint32_t>(id)) {
      RtlWaitOnAddress(&word, &seen, sizeof(seen), nullptr);
    }
    ++word;
    RtlWakeAddressAll(&word);
  }
}

void Locks() {
  RtlInitializeCriticalSection(&section);
  counter = 0;
  Check("section.threads", OnThreads(CountInSection));
  Check("section.count", counter == 300l * kThreads && section.LockCount == -1);
  RtlDeleteCriticalSection(&section);
  counter = 0;
  wrong = 0;
  Check("srw.threads", OnThreads(CountInSrw));
  Check("srw.count", counter == 75l * kThreads && wrong == 0 && srw_lock.Ptr == nullptr);
  counter = 0;
  Check("condition.threads", OnThreads(HandOver));
  Check("condition.count", counter == 400 && queue == 0);
  Check("address.threads", OnThreads(PingPong));
  Check("address.count", word == 200);
  uint32_t same = word;
  LARGE_INTEGER time;
  time.QuadPart = -20'000;
  Check("address.timeout", RtlWaitOnAddress(&word, &same, sizeof(same), &time) == STATUS_TIMEOUT);
}

std::atomic<int> runs;

void Pools() {
  runs = 0;
  PTP_WORK work = nullptr;
  Check("pool.work.alloc",
        NT_SUCCESS(TpAllocWork(&work, [](PTP_CALLBACK_INSTANCE, PVOID, PTP_WORK) { ++runs; }, nullptr, nullptr)));
  for (int i = 0; i < 50; ++i) {
    TpPostWork(work);
  }
  TpWaitForWork(work, FALSE);
  Check("pool.work", runs == 50);
  TpReleaseWork(work);

  HANDLE event = nullptr;
  NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE);
  LARGE_INTEGER limit;
  limit.QuadPart = -100'000'000;
  PTP_TIMER timer = nullptr;
  const NTSTATUS made = TpAllocTimer(
      &timer, [](PTP_CALLBACK_INSTANCE, PVOID context, PTP_TIMER) { NtSetEvent(context, nullptr); }, event, nullptr);
  LARGE_INTEGER due;
  due.QuadPart = -50'000;
  if (NT_SUCCESS(made)) {
    TpSetTimer(timer, &due, 0, 0);
  }
  Check("pool.timer", NT_SUCCESS(made) && NtWaitForSingleObject(event, FALSE, &limit) == STATUS_SUCCESS);
  if (timer != nullptr) {
    TpReleaseTimer(timer);
  }

  runs = 0;
  HANDLE wait = nullptr;
  Check("pool.wait.register",
        NT_SUCCESS(RtlRegisterWait(
            &wait, event, [](PVOID, BOOLEAN timed_out) { runs += timed_out ? 100 : 1; }, nullptr, 0xffffffff, 0)));
  for (int i = 1; i <= 3; ++i) {
    NtSetEvent(event, nullptr);
    for (int spin = 0; runs < i && spin < 1000; ++spin) {
      LARGE_INTEGER pause;
      pause.QuadPart = -10'000;
      NtDelayExecution(FALSE, &pause);
    }
  }
  Check("pool.wait", runs == 3);
  Check("pool.wait.deregister", NT_SUCCESS(RtlDeregisterWaitEx(wait, NtCurrentProcess())));  // -1: wait for callbacks
  NtClose(event);
}

bool CurrentIs(PCWSTR expected) {
  WCHAR buffer[64];
  const ULONG size = RtlGetCurrentDirectory_U(sizeof(buffer), buffer);
  return size < sizeof(buffer) && _wcsicmp(buffer, expected) == 0;
}

void Paths() {
  WCHAR before[64];
  RtlGetCurrentDirectory_U(sizeof(before), before);
  UNICODE_STRING path = RTL_CONSTANT_STRING(L"X:\\System32");
  Check("path.cd", NT_SUCCESS(RtlSetCurrentDirectory_U(&path)) && CurrentIs(L"X:\\System32"));
  WCHAR full[64];
  Check("path.full", RtlGetFullPathName_U(L"..\\programs\\.\\x", sizeof(full), full, nullptr) != 0 &&
                         _wcsicmp(full, L"X:\\programs\\x") == 0);
  Check("path.exists", RtlDoesFileExists_U(L"ntdll.dll") && !RtlDoesFileExists_U(L"absent.dll"));
  UNICODE_STRING file = RTL_CONSTANT_STRING(L"ntdll.dll");
  Check("path.cd.file", RtlSetCurrentDirectory_U(&file) == STATUS_NOT_A_DIRECTORY);
  UNICODE_STRING none = RTL_CONSTANT_STRING(L"nothing");
  Check("path.cd.none", RtlSetCurrentDirectory_U(&none) == STATUS_OBJECT_NAME_NOT_FOUND && CurrentIs(L"X:\\System32"));
  RtlInitUnicodeString(&path, before);
  Check("path.cd.back", NT_SUCCESS(RtlSetCurrentDirectory_U(&path)));
}

void Clocks() {
  LARGE_INTEGER frequency{};
  LARGE_INTEGER first{};
  LARGE_INTEGER second{};
  Check("clock.frequency", RtlQueryPerformanceFrequency(&frequency) && frequency.QuadPart > 0);
  RtlQueryPerformanceCounter(&first);
  LARGE_INTEGER pause;
  pause.QuadPart = -100'000;
  NtDelayExecution(FALSE, &pause);
  RtlQueryPerformanceCounter(&second);
  Check("clock.runs", (second.QuadPart - first.QuadPart) * 1000 / frequency.QuadPart >= 9);
  LARGE_INTEGER now;
  now.QuadPart = RtlGetSystemTimePrecise();
  TIME_FIELDS fields;
  RtlTimeToTimeFields(&now, &fields);
  Check("clock.date", fields.Year >= 2024 && fields.Year < 2200);
  char text[64];
  _snprintf(text, sizeof(text), "%.3f %g %I64d %wZ", 1234.5678, 1e-7, -5ll, static_cast<void *>(nullptr));
  Check("printf.float", strcmp(text, "1234.568 1e-07 -5 (null)") == 0);
}

}  // namespace

extern "C" NTSTATUS NtProcessStartup(PPEB) {
  Heaps();
  Locks();
  Pools();
  Paths();
  Clocks();
  DbgPrint("t_rtl: %d failed\n", failures);
  RtlExitUserProcess(failures);  // to return would leave the process to the pools' threads
}
