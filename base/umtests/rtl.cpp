// Parts of ntdll that everything uses: heap, paths, environment, critical sections, loading DLLs.
#include <native/environment.hpp>
#include <native/path.hpp>

#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;
using native::String;

void Heap() {
  const PVOID heap = NtCurrentPeb()->ProcessHeap;
  constexpr int kCount = 300;
  unsigned char *blocks[kCount] = {};
  // Sizes from tiny to far beyond a page, freed in another order; contents must survive.
  const auto size_of = [](int i) { return static_cast<SIZE_T>(i * i * 7 % 20011 + 1); };
  for (int i = 0; i < kCount; ++i) {
    blocks[i] = static_cast<unsigned char *>(RtlAllocateHeap(heap, 0, size_of(i)));
    CHECK(blocks[i] != nullptr);
    CHECK(reinterpret_cast<ULONG_PTR>(blocks[i]) % 16 == 0);
    CHECK(RtlSizeHeap(heap, 0, blocks[i]) == size_of(i));
    __builtin_memset(blocks[i], i, size_of(i));
  }
  for (int step = 0; step < kCount; ++step) {
    const int i = step * 7 % kCount;
    CHECK(blocks[i][0] == static_cast<unsigned char>(i));
    CHECK(blocks[i][size_of(i) - 1] == static_cast<unsigned char>(i));
    CHECK(RtlFreeHeap(heap, 0, blocks[i]));
  }
  auto *zeroed = static_cast<unsigned char *>(RtlAllocateHeap(heap, HEAP_ZERO_MEMORY, 500000));
  CHECK(zeroed != nullptr);
  CHECK(zeroed[0] == 0 && zeroed[499999] == 0);
  CHECK(RtlFreeHeap(heap, 0, zeroed));
  CHECK(RtlAllocateHeap(heap, 0, ~SIZE_T{0} - 100) == nullptr);
}

void Paths() {
  const auto full = [](std::string_view path) {
    const Result<String> result = native::FullPath(path);
    return result ? *result : String("?");
  };
  CHECK(full("X:\\a\\..\\b\\.\\c") == "X:\\b\\c");
  CHECK(full("X:/a/b") == "X:\\a\\b");
  CHECK(full("X:\\..\\..\\a") == "X:\\a");
  CHECK(full("X:\\a\\") == "X:\\a\\");
  CHECK(full("\\\\server\\share\\a\\..") == "\\\\server\\share\\");
  const String relative = full("file");
  CHECK(relative == native::CurrentDirectory() + "file");
  const Result<native::NtPath> nt = native::NtPath::FromDos("X:\\a\\..\\b");
  CHECK(nt);
  CHECK(!native::NtPath::FromDos(""));
  const String longest(32760, 'a');
  CHECK(native::NtPath::FromDos("X:\\" + longest) || true);  // any status, no crash
  CHECK(!native::NtPath::FromDos("X:\\" + longest + longest));
}

void Environment() {
  CHECK(native::SetVariable("UMTESTS_VARIABLE", "first"));
  CHECK(native::GetVariable("umtests_variable") == "first");
  CHECK(native::SetVariable("UMTESTS_VARIABLE", String(5000, 'v')));
  CHECK(native::GetVariable("UMTESTS_VARIABLE")->size() == 5000);
  CHECK(native::SetVariable("UMTESTS_VARIABLE", ""));
  CHECK(!native::GetVariable("UMTESTS_VARIABLE"));
}

RTL_CRITICAL_SECTION section;
volatile int shared_count;
NTSTATUS Count(PVOID) {
  for (int i = 0; i < 20000; ++i) {
    RtlEnterCriticalSection(&section);
    shared_count = shared_count + 1;
    RtlLeaveCriticalSection(&section);
  }
  return STATUS_SUCCESS;
}

void CriticalSection() {
  CHECK_SUCCESS(RtlInitializeCriticalSection(&section));
  shared_count = 0;
  const Handle first = StartThread(Count, nullptr);
  const Handle second = StartThread(Count, nullptr);
  Count(nullptr);
  HANDLE threads[] = {first.Get(), second.Get()};
  LARGE_INTEGER limit = Milliseconds(30000);
  CHECK_SUCCESS(NtWaitForMultipleObjects(2, threads, WaitAll, FALSE, &limit));
  CHECK(shared_count == 60000);
  CHECK_SUCCESS(RtlDeleteCriticalSection(&section));
}

void Loader() {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"ntdll.dll");
  PVOID module = nullptr;
  CHECK_SUCCESS(LdrGetDllHandle(nullptr, nullptr, &name, &module));
  ANSI_STRING function;
  RtlInitAnsiString(&function, "NtClose");
  PVOID address = nullptr;
  CHECK_SUCCESS(LdrGetProcedureAddress(module, &function, 0, &address));
  CHECK(address > module);
  ANSI_STRING missing;
  RtlInitAnsiString(&missing, "NtNoSuchFunction");
  CHECK_STATUS(LdrGetProcedureAddress(module, &missing, 0, &address), STATUS_ENTRYPOINT_NOT_FOUND);
  UNICODE_STRING no_dll = RTL_CONSTANT_STRING(L"no-such.dll");
  CHECK_STATUS(LdrLoadDll(nullptr, nullptr, &no_dll, &module), STATUS_DLL_NOT_FOUND);
}

constexpr Test kTests[] = {
    {"rtl.heap", "RtlAllocateHeap, RtlFreeHeap (DDI)", Heap},
    {"rtl.paths", "GetFullPathName function; Naming Files, Paths, and Namespaces", Paths},
    {"rtl.environment", "SetEnvironmentVariable function", Environment},
    {"rtl.critical-section", "Critical section objects", CriticalSection},
    {"rtl.loader", "GetProcAddress, LoadLibrary functions", Loader},
};

}  // namespace

constinit const std::span<const Test> kRtlTests = kTests;

}  // namespace umtests
