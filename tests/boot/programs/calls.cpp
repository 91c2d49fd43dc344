// Services called with what a hostile or broken program gives them.
#include <native/console.hpp>
#include <native/status.hpp>

#include "probe.hpp"

namespace probe {
namespace {

namespace console = native::console;

void Show(std::string_view what, NTSTATUS status) { console::Print("{} {}\n", what, native::StatusText(status)); }

template <typename T>
T *At(unsigned long long address) {
  return reinterpret_cast<T *>(address);
}

// A service number past the end of the table, by the same transport as ntdll's stubs: label = number, four words.
NTSTATUS CallNumber(unsigned long long number) {
  register unsigned long long mr0 __asm__("r10") = 0;
  register unsigned long long mr1 __asm__("r8") = 0;
  register unsigned long long mr2 __asm__("r9") = 0;
  register unsigned long long mr3 __asm__("r15");
  unsigned long long endpoint = 0;
  unsigned long long info = number << 12 | 4;
  __asm__ volatile(
      "movq %%rsp, %%r15\n"
      "movq %%rsp, %%rbx\n"
      "syscall\n"
      "movq %%rbx, %%rsp\n"
      : "+r"(mr0), "+r"(mr1), "+r"(mr2), "=r"(mr3), "+D"(endpoint), "+S"(info)
      : "d"(-1ll)
      : "rbx", "rcx", "r11", "memory");
  return static_cast<NTSTATUS>(mr0);
}

NTSTATUS OpenByName(WCHAR *name, USHORT bytes) {
  UNICODE_STRING path{bytes, bytes, name};
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  IO_STATUS_BLOCK io{};
  HANDLE file = nullptr;
  return NtOpenFile(&file, FILE_READ_DATA | SYNCHRONIZE, &attributes, &io, FILE_SHARE_READ,
                    FILE_SYNCHRONOUS_IO_NONALERT);
}

// A path of 32,767 characters, the longest a UNICODE_STRING can nearly hold (65,534 bytes).
NTSTATUS OpenLongest() {
  static WCHAR path[32767];
  constexpr WCHAR kStart[] = L"\\??\\X:\\";
  unsigned at = 0;
  for (; kStart[at] != 0; ++at) {
    path[at] = kStart[at];
  }
  for (; at < 32767; ++at) {
    path[at] = at % 200 == 0 ? L'\\' : L'a';
  }
  return OpenByName(path, 65534);
}

void Handles() {
  Show("close-null", NtClose(nullptr));
  Show("close-bad", NtClose(At<void>(0xBAD0)));
  Show("close-huge", NtClose(At<void>(0x7FFF'FFFF'FFFF'FFF0)));
  Show("set-bad", NtSetEvent(At<void>(0xBAD4), nullptr));
  Show("set-process", NtSetEvent(NtCurrentProcess(), nullptr));
  HANDLE event = nullptr;
  Show("create-query-only", NtCreateEvent(&event, EVENT_QUERY_STATE, nullptr, NotificationEvent, FALSE));
  Show("set-without-right", NtSetEvent(event, nullptr));
  Show("close-event", NtClose(event));
  Show("close-twice", NtClose(event));
}

void Pointers() {
  Show("time-null", NtQuerySystemTime(nullptr));
  Show("time-unmapped", NtQuerySystemTime(At<LARGE_INTEGER>(0x1'2345'0000)));
  Show("time-kernel", NtQuerySystemTime(At<LARGE_INTEGER>(0xFFFF'8000'0000'1000)));
  Show("time-noncanonical", NtQuerySystemTime(At<LARGE_INTEGER>(0x8000'0000'0000)));
  Show("time-top", NtQuerySystemTime(At<LARGE_INTEGER>(0x7FFF'FFFF'FFF8)));
  Show("time-wrap", NtQuerySystemTime(At<LARGE_INTEGER>(0xFFFF'FFFF'FFFF'FFFC)));
  alignas(8) char bytes[16] = {};
  Show("time-misaligned", NtQuerySystemTime(reinterpret_cast<LARGE_INTEGER *>(bytes + 1)));
  Show("time-read-only", NtQuerySystemTime(At<LARGE_INTEGER>(0x7FFE'0000)));
  Show("event-attributes-unmapped",
       NtCreateEvent(At<HANDLE>(0x1'2345'0000), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  HANDLE event = nullptr;
  Show("event-attributes-kernel",
       NtCreateEvent(&event, EVENT_ALL_ACCESS, At<OBJECT_ATTRIBUTES>(0xFFFF'8000'0000'0000), NotificationEvent, FALSE));
  Show("event-type", NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, static_cast<EVENT_TYPE>(7), FALSE));
}

void Names() {
  static WCHAR missing[] = L"\\??\\X:\\no\\such\\file";
  Show("open-missing", OpenByName(missing, sizeof missing - 2));
  static WCHAR relative[] = L"relative";
  Show("open-relative", OpenByName(relative, sizeof relative - 2));
  Show("open-odd-length", OpenByName(missing, 7));
  Show("open-name-unmapped", OpenByName(At<WCHAR>(0x1'2345'0000), 20));
  Show("open-name-kernel", OpenByName(At<WCHAR>(0xFFFF'8000'0000'0000), 20));
  Show("open-longest", OpenLongest());
}

void Numbers() {
  Show("service-unknown", CallNumber(4000));
  Show("service-last", CallNumber(0xF'FFFF'FFFF'FFFF));
  PVOID base = nullptr;
  SIZE_T size = 0;
  Show("allocate-nothing",
       NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
  size = SIZE_T{1} << 62;
  Show("allocate-all",
       NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
  size = 4096;
  Show("allocate-protection",
       NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE | MEM_COMMIT, 0x12345));
  HANDLE many[65] = {};
  Show("wait-none", NtWaitForMultipleObjects(0, many, WaitAny, FALSE, nullptr));
  Show("wait-65", NtWaitForMultipleObjects(65, many, WaitAny, FALSE, nullptr));
  LARGE_INTEGER now{};
  Show("wait-timeout", [&] {
    HANDLE event = nullptr;
    NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
    const NTSTATUS status = NtWaitForSingleObject(event, FALSE, &now);
    NtClose(event);
    return status;
  }());
}

}  // namespace

void BadCalls() {
  Handles();
  Pointers();
  Names();
  Numbers();
}

}  // namespace probe
