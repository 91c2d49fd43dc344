// The loader: imports, forwarders, order of DllMain, TLS, loading and unloading at run time.

#include "check.hpp"
#include "dll.hpp"

#include <string.h>

extern "C" {
__declspec(dllimport) int Thrice(int value);
__declspec(dllimport) int Hidden();
__declspec(dllimport) int CountCalls();
__declspec(dllimport) bool AlignedTls();
__declspec(dllimport) int ForwardByName(int value);
__declspec(dllimport) int ForwardByOrdinal();
__declspec(dllimport) PPEB ForwardNtdll();
__declspec(dllimport) extern int a_data;
__declspec(dllimport) extern int *a_pointer;
}

// What the linker calls for /delayload imports.
extern "C" IMAGE_DOS_HEADER __ImageBase;
extern "C" PVOID __delayLoadHelper2(PCIMAGE_DELAYLOAD_DESCRIPTOR descriptor, PIMAGE_THUNK_DATA thunk) {
  return LdrResolveDelayLoadedAPI(&__ImageBase, descriptor, nullptr, nullptr, thunk, 0);
}
extern "C" __declspec(dllimport) int Answer();  // of t_dll_d.dll, delay-loaded

namespace {

thread_local int program_tls = 11;
thread_local int program_zero;

bool Records(const int *expected, int count) {
  bool good = RecordedCount() == count;
  for (int i = 0; good && i < count; i += 1) {
    good = Recorded(i) == expected[i];
  }
  if (!good) {
    DbgPrint("recorded:");
    for (int i = 0; i < RecordedCount(); i += 1) {
      DbgPrint(" %d", Recorded(i));
    }
    DbgPrint("\n");
  }
  ClearRecord();
  return good;
}

#define RECORDS(...)                                                     \
  ([] {                                                                  \
    static const int kExpected[] = {__VA_ARGS__};                        \
    return Records(kExpected, sizeof(kExpected) / sizeof(kExpected[0])); \
  }())

NTSTATUS Load(const WCHAR *name, PVOID *handle) {
  UNICODE_STRING string;
  RtlInitUnicodeString(&string, name);
  *handle = nullptr;
  return LdrLoadDll(nullptr, nullptr, &string, handle);
}

bool IsLoaded(const WCHAR *name) {
  UNICODE_STRING string;
  RtlInitUnicodeString(&string, name);
  PVOID handle = nullptr;
  return NT_SUCCESS(LdrGetDllHandle(nullptr, nullptr, &string, &handle));
}

template <typename Function>
NTSTATUS Find(PVOID module, const char *name, Function *function) {
  ANSI_STRING string;
  RtlInitAnsiString(&string, name);
  PVOID address = nullptr;
  NTSTATUS status = LdrGetProcedureAddress(module, &string, 0, &address);
  *function = reinterpret_cast<Function>(address);
  return status;
}

void TestImports() {
  Check("ldr.order", RECORDS(1, 21, 31));
  Check("ldr.import.name", Thrice(5) == 15);
  Check("ldr.import.ordinal", Hidden() == 77);
  Check("ldr.import.data", a_data == 1234 && *a_pointer == 1234 && a_pointer == &a_data);
  Check("ldr.forward.name", ForwardByName(4) == 8);
  Check("ldr.forward.ordinal", ForwardByOrdinal() == 77);
  Check("ldr.forward.ntdll", ForwardNtdll() == RtlGetCurrentPeb());
}

void TestLists() {
  PPEB_LDR_DATA data = NtCurrentPeb()->Ldr;
  int load = 0, initialised = 0;
  for (PLIST_ENTRY links = data->InLoadOrderModuleList.Flink; links != &data->InLoadOrderModuleList;
       links = links->Flink) {
    load += 1;
  }
  for (PLIST_ENTRY links = data->InInitializationOrderModuleList.Flink; links != &data->InInitializationOrderModuleList;
       links = links->Flink) {
    initialised += 1;
  }
  auto *first = reinterpret_cast<PLDR_DATA_TABLE_ENTRY>(data->InLoadOrderModuleList.Flink);
  Check("ldr.list.first", first->DllBase == NtCurrentPeb()->ImageBaseAddress);
  Check("ldr.list.counts", load == 5 && initialised == 4);
  PVOID base = nullptr;
  RtlPcToFileHeader(reinterpret_cast<PVOID>(&TestImports), &base);
  Check("ldr.pc.program", base == NtCurrentPeb()->ImageBaseAddress);
  RtlPcToFileHeader(nullptr, &base);
  Check("ldr.pc.none", base == nullptr);
  PIMAGE_NT_HEADERS headers = RtlImageNtHeader(NtCurrentPeb()->ImageBaseAddress);
  ULONG size = 0;
  Check("ldr.headers", headers != nullptr && headers->Signature == IMAGE_NT_SIGNATURE &&
                           RtlImageDirectoryEntryToData(NtCurrentPeb()->ImageBaseAddress, TRUE,
                                                        IMAGE_DIRECTORY_ENTRY_IMPORT, &size) != nullptr &&
                           size != 0);
}

void TestResources() {
  PVOID program = NtCurrentPeb()->ImageBaseAddress;
  constexpr ULONG_PTR kRcData = 10;
  PIMAGE_RESOURCE_DATA_ENTRY entry = nullptr;
  PVOID data = nullptr;
  ULONG size = 0;
  LDR_RESOURCE_INFO seven = {kRcData, 7, 0};
  NTSTATUS status = LdrFindResource_U(program, &seven, RESOURCE_DATA_LEVEL, &entry);
  Check("res.number", NT_SUCCESS(status) && NT_SUCCESS(LdrAccessResource(program, entry, &data, &size)) && size >= 5 &&
                          strncmp(static_cast<char *>(data), "seven", 5) == 0);
  LDR_RESOURCE_INFO named = {kRcData, reinterpret_cast<ULONG_PTR>(NT_TEXT("Named")), 0x409};
  status = LdrFindResource_U(program, &named, RESOURCE_DATA_LEVEL, &entry);
  Check("res.name", NT_SUCCESS(status) && NT_SUCCESS(LdrAccessResource(program, entry, &data, &size)) && size == 6);
  named.Name = reinterpret_cast<ULONG_PTR>(NT_TEXT("Name"));
  Check("res.no.name",
        LdrFindResource_U(program, &named, RESOURCE_DATA_LEVEL, &entry) == STATUS_RESOURCE_NAME_NOT_FOUND);
  seven.Type = 99;
  Check("res.no.type",
        LdrFindResource_U(program, &seven, RESOURCE_DATA_LEVEL, &entry) == STATUS_RESOURCE_TYPE_NOT_FOUND);
  PVOID b = nullptr;
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, NT_TEXT("t_dll_b.dll"));
  LdrGetDllHandle(nullptr, nullptr, &name, &b);
  Check("res.none", LdrFindResource_U(b, &seven, RESOURCE_DATA_LEVEL, &entry) == STATUS_RESOURCE_DATA_NOT_FOUND);
  WCHAR path[128];
  UNICODE_STRING full = {0, sizeof(path), path};
  Check("ldr.full.name", LdrGetDllFullName(b, &full) == STATUS_SUCCESS && full.Length > 30 && path[1] == ':');
  full = {0, 4, path};
  Check("ldr.full.name.short", LdrGetDllFullName(b, &full) == STATUS_BUFFER_TOO_SMALL && full.Length > 30);
}

void TestTls() {
  program_tls += 1;
  Check("ldr.tls.program", program_tls == 12 && program_zero == 0);
  Check("ldr.tls.dll", CountCalls() == 101 && CountCalls() == 102);
  Check("ldr.tls.aligned", AlignedTls());
}

void TestDynamic() {
  PVOID c = nullptr;
  Check("ldr.load", Load(NT_TEXT("t_dll_c"), &c) == STATUS_SUCCESS && c != nullptr && RECORDS(41));
  int (*use)(int) = nullptr;
  Check("ldr.load.call", NT_SUCCESS(Find(c, "UseThrice", &use)) && use(3) == 9);
  int (*late)() = nullptr;
  Check("ldr.load.tls", NT_SUCCESS(Find(c, "LateTls", &late)) && late() == 55);
  int (*from_d)() = nullptr;
  Check("ldr.load.forward", NT_SUCCESS(Find(c, "FromD", &from_d)) && from_d() == 42 && RECORDS(51));
  Check("ldr.find.missing", Find(c, "NoSuchName", &late) == STATUS_ENTRYPOINT_NOT_FOUND);
  PVOID address = nullptr;
  Check("ldr.find.ordinal", LdrGetProcedureAddress(c, nullptr, 4000, &address) == STATUS_ORDINAL_NOT_FOUND);
  Check("ldr.find.handle", Find(reinterpret_cast<PVOID>(0x10000), "X", &late) == STATUS_DLL_NOT_FOUND);
  PVOID again = nullptr;
  Check("ldr.load.again", Load(NT_TEXT("T_DLL_C.DLL"), &again) == STATUS_SUCCESS && again == c && RecordedCount() == 0);
  Check("ldr.unload.once", LdrUnloadDll(c) == STATUS_SUCCESS && IsLoaded(NT_TEXT("t_dll_c")) && RecordedCount() == 0);
  Check("ldr.unload.last", LdrUnloadDll(c) == STATUS_SUCCESS && !IsLoaded(NT_TEXT("t_dll_c")) &&
                               !IsLoaded(NT_TEXT("t_dll_d")) && RECORDS(50, 40));
  Check("ldr.unload.none", LdrUnloadDll(c) == STATUS_DLL_NOT_FOUND);
  Check("ldr.forward.nowhere", [] {
    PVOID a = nullptr;
    int (*nowhere)() = nullptr;
    Load(NT_TEXT("t_dll_a.dll"), &a);
    NTSTATUS status = Find(a, "ForwardNowhere", &nowhere);
    NTSTATUS loop = Find(a, "ForwardLoop", &nowhere);
    LdrUnloadDll(a);
    return status == STATUS_ENTRYPOINT_NOT_FOUND && loop == STATUS_INVALID_IMAGE_FORMAT;
  }());
}

void TestFailures() {
  PVOID handle = nullptr;
  Check("ldr.fail.missing", Load(NT_TEXT("t_dll_nowhere.dll"), &handle) == STATUS_DLL_NOT_FOUND);
  Check("ldr.fail.init", Load(NT_TEXT("t_dll_bad.dll"), &handle) == STATUS_DLL_INIT_FAILED && RECORDS(61, 60) &&
                             !IsLoaded(NT_TEXT("t_dll_bad.dll")));
  UNICODE_STRING empty = {};
  Check("ldr.fail.empty", LdrLoadDll(nullptr, nullptr, &empty, &handle) == STATUS_INVALID_PARAMETER);
  for (int i = 0; i < 50; i += 1) {
    Load(NT_TEXT("t_dll_bad.dll"), &handle);
    ClearRecord();
  }
  PVOID x = nullptr;
  Check("ldr.cycle", Load(NT_TEXT("t_dll_x.dll"), &x) == STATUS_SUCCESS && RECORDS(81, 71));
  int (*call)() = nullptr;
  Check("ldr.cycle.call", NT_SUCCESS(Find(x, "CallX", &call)) && call() == 80);
  Check("ldr.cycle.unload", LdrUnloadDll(x) == STATUS_SUCCESS && RECORDS(70, 80) && !IsLoaded(NT_TEXT("t_dll_y.dll")));
}

void TestDirectories() {
  UNICODE_STRING name;
  PVOID cookie = nullptr;
  RtlInitUnicodeString(&name, NT_TEXT("relative"));
  Check("ldr.directory.relative", LdrAddDllDirectory(&name, &cookie) == STATUS_INVALID_PARAMETER);
  RtlInitUnicodeString(&name, NT_TEXT("X:\\More"));
  Check("ldr.directory.add", LdrAddDllDirectory(&name, &cookie) == STATUS_SUCCESS);
  PWSTR path = nullptr;
  Check("ldr.directory.path", LdrGetDllPath(nullptr, 0x400, &path, nullptr) == STATUS_SUCCESS &&
                                  (RtlInitUnicodeString(&name, path), name.Length == 7 * sizeof(WCHAR)) &&
                                  path[3] == 'M');
  RtlReleasePath(path);
  Check("ldr.directory.remove",
        LdrRemoveDllDirectory(cookie) == STATUS_SUCCESS && LdrRemoveDllDirectory(cookie) == STATUS_INVALID_PARAMETER);
  RtlInitUnicodeString(&name, NT_TEXT("X:\\Set"));
  WCHAR buffer[16];
  UNICODE_STRING read = {0, sizeof(buffer), buffer};
  Check("ldr.directory.set", LdrSetDllDirectory(&name) == STATUS_SUCCESS &&
                                 LdrGetDllDirectory(&read) == STATUS_SUCCESS &&
                                 RtlEqualUnicodeString(&read, &name, FALSE));
  Check("ldr.directory.clear", LdrSetDllDirectory(nullptr) == STATUS_SUCCESS &&
                                   LdrGetDllDirectory(&read) == STATUS_SUCCESS && read.Length == 0);
  Check("ldr.directory.flags", LdrSetDefaultDllDirectories(0x40) == STATUS_INVALID_PARAMETER);
}

void TestDelayLoad() {
  ClearRecord();
  Check("ldr.delay.before", !IsLoaded(NT_TEXT("t_dll_d")));
  Check("ldr.delay.call", Answer() == 42 && RECORDS(51) && IsLoaded(NT_TEXT("t_dll_d")));
  Check("ldr.delay.again", Answer() == 42 && RecordedCount() == 0);
}

volatile int thread_result;

NTSTATUS NTAPI ThreadMain(PVOID parameter) {
  program_tls += 5;
  thread_result = program_tls * 1000 + CountCalls() + static_cast<int>(reinterpret_cast<ULONG_PTR>(parameter));
  return 77;
}

void TestThreads() {
  HANDLE thread = nullptr;
  ClearRecord();
  NTSTATUS status = RtlCreateUserThread(NtCurrentProcess(), nullptr, FALSE, 0, 0, 0, ThreadMain,
                                        reinterpret_cast<PVOID>(ULONG_PTR{7}), &thread, nullptr);
  Check("ldr.thread.create", NT_SUCCESS(status));
  if (NT_SUCCESS(status)) {
    Check("ldr.thread.wait", NtWaitForSingleObject(thread, FALSE, nullptr) == STATUS_SUCCESS);
    Check("ldr.thread.tls", thread_result == 16 * 1000 + 101 + 7 && program_tls == 12);
    Check("ldr.thread.calls", RECORDS(22, 32, 33, 23));
    NtClose(thread);
  }
}

VOID NTAPI FlsCallback(PVOID data) { Record(static_cast<int>(reinterpret_cast<ULONG_PTR>(data))); }

void TestFls() {
  ULONG index = 0;
  PVOID value = nullptr;
  ClearRecord();
  Check("fls.alloc", RtlFlsAlloc(reinterpret_cast<PVOID>(FlsCallback), &index) == STATUS_SUCCESS && index != 0);
  Check("fls.empty", RtlFlsGetValue(index, &value) == STATUS_SUCCESS && value == nullptr);
  RtlFlsSetValue(index, reinterpret_cast<PVOID>(ULONG_PTR{5}));
  Check("fls.value", RtlFlsGetValue(index, &value) == STATUS_SUCCESS && value == reinterpret_cast<PVOID>(ULONG_PTR{5}));
  Check("fls.free", RtlFlsFree(index) == STATUS_SUCCESS && RECORDS(5));
  Check("fls.bad",
        RtlFlsFree(index) == STATUS_INVALID_PARAMETER && RtlFlsSetValue(0, nullptr) == STATUS_INVALID_PARAMETER);
}

}  // namespace

extern "C" NTSTATUS NtProcessStartup(PPEB) {
  TestImports();
  TestLists();
  TestResources();
  TestTls();
  TestDynamic();
  TestFailures();
  TestDirectories();
  TestThreads();
  TestFls();
  TestDelayLoad();
  DbgPrint("t_ldr: %d failed\n", failures);
  return failures;
}
