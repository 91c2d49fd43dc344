#include "touch.hpp"
#include "umtests.hpp"

namespace umtests {
namespace {

constexpr SIZE_T kPage = 4096;

// Memory that is given back.
struct Region {
  PVOID base = nullptr;
  SIZE_T size;
  NTSTATUS status;
  Region(SIZE_T bytes, ULONG type, ULONG protect) : size(bytes) {
    status = NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, type, protect);
  }
  Region(const Region &) = delete;
  ~Region() {
    SIZE_T all = 0;
    NtFreeVirtualMemory(NtCurrentProcess(), &base, &all, MEM_RELEASE);
  }
  volatile char *Bytes() const { return static_cast<volatile char *>(base); }
};

MEMORY_BASIC_INFORMATION Query(const volatile void *address) {
  MEMORY_BASIC_INFORMATION information{};
  NtQueryVirtualMemory(NtCurrentProcess(), const_cast<void *>(address), MemoryBasicInformation, &information,
                       sizeof information, nullptr);
  return information;
}

void Allocate() {
  const Region region(3 * kPage + 1, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  CHECK_SUCCESS(region.status);
  CHECK(region.size == 4 * kPage);
  CHECK(reinterpret_cast<ULONG_PTR>(region.base) % 0x10000 == 0);
  for (SIZE_T i = 0; i < region.size; i += 512) {
    CHECK(region.Bytes()[i] == 0);
    region.Bytes()[i] = 5;
  }
  const MEMORY_BASIC_INFORMATION information = Query(region.Bytes() + kPage + 17);
  CHECK(information.BaseAddress == region.Bytes() + kPage);
  CHECK(information.AllocationBase == region.base);
  CHECK(information.RegionSize == 3 * kPage);
  CHECK(information.State == MEM_COMMIT);
  CHECK(information.Protect == PAGE_READWRITE);
  CHECK(information.Type == MEM_PRIVATE);
}

void ReserveThenCommit() {
  const Region region(0x20000, MEM_RESERVE, PAGE_READWRITE);
  CHECK_SUCCESS(region.status);
  CHECK(Query(region.base).State == MEM_RESERVE);
  CHECK_STATUS(TouchRead(region.Bytes()), STATUS_ACCESS_VIOLATION);
  PVOID page = static_cast<char *>(region.base) + kPage;
  SIZE_T size = kPage;
  CHECK_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &page, 0, &size, MEM_COMMIT, PAGE_READWRITE));
  CHECK_SUCCESS(TouchWrite(region.Bytes() + kPage));
  CHECK_STATUS(TouchRead(region.Bytes()), STATUS_ACCESS_VIOLATION);
  CHECK_SUCCESS(NtFreeVirtualMemory(NtCurrentProcess(), &page, &size, MEM_DECOMMIT));
  CHECK_STATUS(TouchRead(region.Bytes() + kPage), STATUS_ACCESS_VIOLATION);
  page = static_cast<char *>(region.base) + kPage;
  CHECK_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &page, 0, &size, MEM_COMMIT, PAGE_READWRITE));
  CHECK(region.Bytes()[kPage] == 0);  // fresh again
}

void Protect() {
  const Region region(2 * kPage, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  CHECK_SUCCESS(region.status);
  region.Bytes()[0] = 9;
  PVOID base = region.base;
  SIZE_T size = 1;
  ULONG old = 0;
  CHECK_SUCCESS(NtProtectVirtualMemory(NtCurrentProcess(), &base, &size, PAGE_READONLY, &old));
  CHECK(old == PAGE_READWRITE);
  CHECK(size == kPage);
  CHECK_SUCCESS(TouchRead(region.Bytes()));
  CHECK_STATUS(TouchWrite(region.Bytes()), STATUS_ACCESS_VIOLATION);
  CHECK_SUCCESS(TouchWrite(region.Bytes() + kPage));
  CHECK(Query(region.base).RegionSize == kPage);
  CHECK_SUCCESS(NtProtectVirtualMemory(NtCurrentProcess(), &base, &size, PAGE_NOACCESS, &old));
  CHECK(old == PAGE_READONLY);
  CHECK_STATUS(TouchRead(region.Bytes()), STATUS_ACCESS_VIOLATION);
  CHECK_SUCCESS(NtProtectVirtualMemory(NtCurrentProcess(), &base, &size, PAGE_READWRITE, &old));
  CHECK(region.Bytes()[0] == 9);
}

void GuardPage() {
  const Region region(kPage, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD);
  CHECK_SUCCESS(region.status);
  CHECK_STATUS(TouchRead(region.Bytes()), STATUS_GUARD_PAGE_VIOLATION);
  CHECK_SUCCESS(TouchRead(region.Bytes()));  // it warns once
}

void BadAllocations() {
  PVOID base = nullptr;
  SIZE_T size = 0;
  CHECK(!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE, PAGE_READWRITE)));
  size = kPage;
  CHECK_STATUS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE, 0x3),
               STATUS_INVALID_PAGE_PROTECTION);
  CHECK(!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, 0, PAGE_READWRITE)));
  size = SIZE_T{1} << 60;
  CHECK(!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE, PAGE_READWRITE)));
  // More committed memory than any machine of this kind has: a status, nothing worse.
  size = SIZE_T{1} << 40;
  const NTSTATUS status =
      NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  CHECK(status == STATUS_NO_MEMORY || status == STATUS_COMMITMENT_LIMIT);
}

void BadFrees() {
  const Region region(2 * kPage, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  CHECK_SUCCESS(region.status);
  PVOID middle = static_cast<char *>(region.base) + kPage;
  SIZE_T size = 0;
  CHECK_STATUS(NtFreeVirtualMemory(NtCurrentProcess(), &middle, &size, MEM_RELEASE), STATUS_FREE_VM_NOT_AT_BASE);
  PVOID nowhere = At<void>(0x123450000);
  CHECK(!NT_SUCCESS(NtFreeVirtualMemory(NtCurrentProcess(), &nowhere, &size, MEM_RELEASE)));
  PVOID base = region.base;
  CHECK_STATUS(NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE | MEM_DECOMMIT),
               STATUS_INVALID_PARAMETER_4);
}

void AtAddress() {
  PVOID base = nullptr;
  SIZE_T size = 0x10000;
  CHECK_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE, PAGE_READWRITE));
  PVOID same = base;
  CHECK_STATUS(NtAllocateVirtualMemory(NtCurrentProcess(), &same, 0, &size, MEM_RESERVE, PAGE_READWRITE),
               STATUS_CONFLICTING_ADDRESSES);
  size = 0;
  CHECK_SUCCESS(NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE));
  size = 0x10000;
  same = base;
  CHECK_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &same, 0, &size, MEM_RESERVE, PAGE_READWRITE));
  CHECK(same == base);
  size = 0;
  CHECK_SUCCESS(NtFreeVirtualMemory(NtCurrentProcess(), &same, &size, MEM_RELEASE));
}

void ReadAndWrite() {
  const Region region(2 * kPage, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  CHECK_SUCCESS(region.status);
  const char text[] = "across a page";
  PVOID across = static_cast<char *>(region.base) + kPage - 5;
  SIZE_T done = 0;
  CHECK_SUCCESS(NtWriteVirtualMemory(NtCurrentProcess(), across, const_cast<char *>(text), sizeof text, &done));
  CHECK(done == sizeof text);
  char back[sizeof text] = {};
  CHECK_SUCCESS(NtReadVirtualMemory(NtCurrentProcess(), across, back, sizeof back, &done));
  CHECK(std::string_view(back) == text);
  CHECK_STATUS(
      NtReadVirtualMemory(NtCurrentProcess(), static_cast<char *>(region.base) + 2 * kPage - 1, back, 2, &done),
      STATUS_PARTIAL_COPY);
  CHECK(!NT_SUCCESS(NtReadVirtualMemory(NtCurrentProcess(), At<void>(0xffff800000000000), back, 2, &done)));
}

void SharedData() {
  const auto &shared = *USER_SHARED_DATA;
  CHECK(shared.NtMajorVersion == 10);
  CHECK_STATUS(TouchWrite(At<void>(USER_SHARED_DATA_ADDRESS)), STATUS_ACCESS_VIOLATION);
}

constexpr Test kTests[] = {
    {"memory.allocate", "ZwAllocateVirtualMemory, MEMORY_BASIC_INFORMATION", Allocate},
    {"memory.reserve-commit", "ZwAllocateVirtualMemory, ZwFreeVirtualMemory: MEM_DECOMMIT", ReserveThenCommit},
    {"memory.protect", "VirtualProtect function", Protect},
    {"memory.guard", "Creating Guard Pages", GuardPage},
    {"memory.bad-allocate", "ZwAllocateVirtualMemory: return values", BadAllocations},
    {"memory.bad-free", "ZwFreeVirtualMemory: return values", BadFrees},
    {"memory.at-address", "VirtualAlloc function: lpAddress", AtAddress},
    {"memory.read-write", "ReadProcessMemory function, STATUS_PARTIAL_COPY", ReadAndWrite},
    {"memory.shared-data", "KUSER_SHARED_DATA (DDI)", SharedData},
};

}  // namespace

constinit const std::span<const Test> kMemoryTests = kTests;

}  // namespace umtests
