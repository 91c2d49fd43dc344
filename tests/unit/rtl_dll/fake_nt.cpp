#include "fake_nt.hpp"

#include <sys/mman.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

extern "C" VOID RtlpFreeThreadEvent();

namespace {

struct Event {
  std::mutex mutex;
  std::condition_variable changed;
  bool signalled;
  bool automatic;
};

struct Region {
  size_t size;
  std::set<uintptr_t> committed;
};

// Never destroyed: the threads of the pools outlive main.
std::mutex &state_mutex = *new std::mutex;
std::map<uintptr_t, Region> &regions = *new std::map<uintptr_t, Region>;
std::map<uintptr_t, std::shared_ptr<Event>> &events = *new std::map<uintptr_t, std::shared_ptr<Event>>;
uintptr_t next_handle = 4;
int fail_after = -1;
NTSTATUS raised;
PEB peb;
RTL_USER_PROCESS_PARAMETERS parameters;
char16_t directory_buffer[0x104];
std::set<std::u16string> directories;
std::set<std::u16string> files;
KUSER_SHARED_DATA shared_data;
uintptr_t next_thread = 0x100;

constexpr size_t kPage = 4096;

struct ThreadState {
  TEB teb{};
  ThreadState() {
    const std::lock_guard guard(state_mutex);
    teb.ProcessEnvironmentBlock = &peb;
    teb.ClientId.UniqueThread = reinterpret_cast<HANDLE>(next_thread += 4);
  }
};

bool ShouldFail() {
  if (fail_after < 0) {
    return false;
  }
  return fail_after == 0 || --fail_after < 0;
}

std::shared_ptr<Event> Find(HANDLE handle) {
  const std::lock_guard guard(state_mutex);
  const auto it = events.find(reinterpret_cast<uintptr_t>(handle));
  return it == events.end() ? nullptr : it->second;
}

}  // namespace

namespace rtlp {
PEB *CurrentPeb() { return &peb; }
TEB *CurrentTeb() {
  static thread_local ThreadState state;
  return &state.teb;
}
const volatile KUSER_SHARED_DATA *SharedData() { return &shared_data; }
}  // namespace rtlp

namespace fake {

void SetDirectory(std::u16string_view path) {
  std::copy(path.begin(), path.end(), directory_buffer);
  directory_buffer[path.size()] = 0;
  parameters.CurrentDirectory.DosPath = {static_cast<USHORT>(path.size() * 2), sizeof(directory_buffer),
                                         directory_buffer};
}

void SetEnvironment(const char16_t *block) { parameters.Environment = const_cast<char16_t *>(block); }

void AddDirectory(std::u16string_view nt_path) { directories.emplace(nt_path); }
void AddFile(std::u16string_view nt_path) { files.emplace(nt_path); }

void Reset() {
  fail_after = -1;
  peb.ProcessParameters = &parameters;
  parameters.Flags = RTL_USER_PROC_PARAMS_NORMALIZED;
  directories.clear();
  files.clear();
  SetDirectory(u"X:\\");
  SetEnvironment(u"\0");
  if (peb.ProcessHeap == nullptr) {
    peb.OSMajorVersion = 10;
    peb.OSBuildNumber = 19041;
    if (!RtlpInitializeProcessHeap(&peb)) {
      abort();
    }
  }
}

void FailMemoryAfter(int count) { fail_after = count; }

size_t ReservedBytes() {
  const std::lock_guard guard(state_mutex);
  size_t total = 0;
  for (const auto &[base, region] : regions) {
    total += region.size;
  }
  return total;
}

size_t CommittedBytes() {
  const std::lock_guard guard(state_mutex);
  size_t total = 0;
  for (const auto &[base, region] : regions) {
    total += region.committed.size() * kPage;
  }
  return total;
}

std::u16string created_image;
size_t created_attributes;

NTSTATUS TakeRaised() { return std::exchange(raised, STATUS_SUCCESS); }

size_t OpenHandles() {
  const std::lock_guard guard(state_mutex);
  return events.size();
}

}  // namespace fake

extern "C" {

NTSTATUS NtAllocateVirtualMemory(HANDLE, PVOID *base, ULONG_PTR, SIZE_T *size, ULONG type, ULONG) {
  const std::lock_guard guard(state_mutex);
  if (ShouldFail()) {
    return STATUS_NO_MEMORY;
  }
  if ((type & MEM_RESERVE) != 0) {
    // 64 KiB granularity, as NT.
    const size_t bytes = (*size + kPage - 1) & ~(kPage - 1);
    void *raw = mmap(nullptr, bytes + 0x10000, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (raw == MAP_FAILED) {
      return STATUS_NO_MEMORY;
    }
    const auto start = (reinterpret_cast<uintptr_t>(raw) + 0xffff) & ~uintptr_t{0xffff};
    regions[start] = {bytes, {}};
    *base = reinterpret_cast<PVOID>(start);
    *size = bytes;
  }
  if ((type & MEM_COMMIT) != 0) {
    const auto start = reinterpret_cast<uintptr_t>(*base) & ~(kPage - 1);
    const auto end = (reinterpret_cast<uintptr_t>(*base) + *size + kPage - 1) & ~(kPage - 1);
    auto it = regions.upper_bound(start);
    if (it == regions.begin()) {
      return STATUS_CONFLICTING_ADDRESSES;
    }
    --it;
    if (end > it->first + it->second.size) {
      return STATUS_CONFLICTING_ADDRESSES;
    }
    mprotect(reinterpret_cast<void *>(start), end - start, PROT_READ | PROT_WRITE);
    for (auto page = start; page < end; page += kPage) {
      it->second.committed.insert(page);
    }
  }
  return STATUS_SUCCESS;
}

NTSTATUS NtFreeVirtualMemory(HANDLE, PVOID *base, SIZE_T *size, ULONG type) {
  const std::lock_guard guard(state_mutex);
  const auto start = reinterpret_cast<uintptr_t>(*base);
  auto it = regions.upper_bound(start);
  if (it == regions.begin()) {
    return STATUS_MEMORY_NOT_ALLOCATED;
  }
  --it;
  if ((type & MEM_RELEASE) != 0) {
    if (it->first != start || *size != 0) {
      return STATUS_FREE_VM_NOT_AT_BASE;
    }
    munmap(*base, it->second.size);
    regions.erase(it);
    return STATUS_SUCCESS;
  }
  // Decommitted pages fault until they are committed again, and are zero then.
  mmap(*base, *size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  for (auto page = start; page < start + *size; page += kPage) {
    it->second.committed.erase(page);
  }
  return STATUS_SUCCESS;
}

NTSTATUS NtCreateEvent(HANDLE *handle, ACCESS_MASK, OBJECT_ATTRIBUTES *, EVENT_TYPE type, BOOLEAN state) {
  const std::lock_guard guard(state_mutex);
  if (ShouldFail()) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  auto event = std::make_shared<Event>();
  event->signalled = state != 0;
  event->automatic = type == SynchronizationEvent;
  next_handle += 4;
  events[next_handle] = event;
  *handle = reinterpret_cast<HANDLE>(next_handle);
  return STATUS_SUCCESS;
}

NTSTATUS NtSetEvent(HANDLE handle, LONG *) {
  const auto event = Find(handle);
  if (event == nullptr) {
    return STATUS_INVALID_HANDLE;
  }
  const std::lock_guard guard(event->mutex);
  event->signalled = true;
  event->changed.notify_all();
  return STATUS_SUCCESS;
}

NTSTATUS NtWaitForSingleObject(HANDLE handle, BOOLEAN, LARGE_INTEGER *timeout) {
  const auto event = Find(handle);
  if (event == nullptr) {
    return STATUS_INVALID_HANDLE;
  }
  std::unique_lock lock(event->mutex);
  const auto ready = [&] { return event->signalled; };
  if (timeout == nullptr) {
    event->changed.wait(lock, ready);
  } else if (!event->changed.wait_for(lock, std::chrono::nanoseconds(-timeout->QuadPart * 100), ready)) {
    return STATUS_TIMEOUT;
  }
  event->signalled = event->signalled && !event->automatic;
  return STATUS_SUCCESS;
}

NTSTATUS NtClose(HANDLE handle) {
  const std::lock_guard guard(state_mutex);
  return events.erase(reinterpret_cast<uintptr_t>(handle)) != 0 ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

NTSTATUS NtOpenFile(HANDLE *handle, ACCESS_MASK, OBJECT_ATTRIBUTES *attributes, IO_STATUS_BLOCK *, ULONG, ULONG) {
  const std::u16string name = fake::Text(*attributes->ObjectName);
  if (files.contains(name)) {
    return STATUS_NOT_A_DIRECTORY;
  }
  if (!directories.contains(name)) {
    return STATUS_OBJECT_NAME_NOT_FOUND;
  }
  return NtCreateEvent(handle, 0, nullptr, NotificationEvent, FALSE);
}

NTSTATUS NtQueryAttributesFile(OBJECT_ATTRIBUTES *attributes, FILE_BASIC_INFORMATION *) {
  return files.contains(fake::Text(*attributes->ObjectName)) ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS NtCreateUserProcess(HANDLE *process, HANDLE *thread, ACCESS_MASK, ACCESS_MASK, OBJECT_ATTRIBUTES *,
                             OBJECT_ATTRIBUTES *, ULONG, ULONG, PVOID, PPS_CREATE_INFO, PPS_ATTRIBUTE_LIST list) {
  fake::created_image = {static_cast<char16_t *>(list->Attributes[0].ValuePtr), list->Attributes[0].Size / 2};
  fake::created_attributes = (list->TotalLength - sizeof(SIZE_T)) / sizeof(PS_ATTRIBUTE);
  *process = reinterpret_cast<HANDLE>(uintptr_t{0x44});
  *thread = reinterpret_cast<HANDLE>(uintptr_t{0x48});
  return STATUS_SUCCESS;
}

NTSTATUS NtProtectVirtualMemory(HANDLE, PVOID *, SIZE_T *, ULONG, ULONG *) { return STATUS_SUCCESS; }
NTSTATUS NtQuerySystemTime(LARGE_INTEGER *time) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  time->QuadPart = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() / 100;
  return STATUS_SUCCESS;
}

// Polls: good enough for a test.
NTSTATUS NtWaitForMultipleObjects(ULONG count, HANDLE *handles, WAIT_TYPE, BOOLEAN, LARGE_INTEGER *timeout) {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    for (ULONG i = 0; i < count; ++i) {
      LARGE_INTEGER no_time{};
      const NTSTATUS status = NtWaitForSingleObject(handles[i], FALSE, &no_time);
      if (status != STATUS_TIMEOUT) {
        return status == STATUS_SUCCESS ? static_cast<NTSTATUS>(i) : status;
      }
    }
    if (timeout != nullptr &&
        std::chrono::steady_clock::now() - start >= std::chrono::nanoseconds(-timeout->QuadPart * 100)) {
      return STATUS_TIMEOUT;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

NTSTATUS NtReleaseMutant(HANDLE, LONG *) { return STATUS_INVALID_HANDLE; }
NTSTATUS NtReleaseSemaphore(HANDLE, LONG, LONG *) { return STATUS_INVALID_HANDLE; }
NTSTATUS LdrUnloadDll(PVOID) { return STATUS_DLL_NOT_FOUND; }

NTSTATUS RtlCreateUserThread(HANDLE, PSECURITY_DESCRIPTOR, BOOLEAN, ULONG, SIZE_T, SIZE_T,
                             PUSER_THREAD_START_ROUTINE routine, PVOID parameter, PHANDLE, PCLIENT_ID) {
  {
    const std::lock_guard guard(state_mutex);
    if (ShouldFail()) {
      return STATUS_NO_MEMORY;
    }
  }
  std::thread([=] {
    routine(parameter);
    RtlpFreeThreadEvent();
  }).detach();
  return STATUS_SUCCESS;
}
NTSTATUS NtQueryPerformanceCounter(LARGE_INTEGER *, LARGE_INTEGER *) { return STATUS_NOT_IMPLEMENTED; }
NTSTATUS NtOpenKey(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *) { return STATUS_OBJECT_NAME_NOT_FOUND; }
NTSTATUS NtQueryValueKey(HANDLE, UNICODE_STRING *, KEY_VALUE_INFORMATION_CLASS, PVOID, ULONG, ULONG *) {
  return STATUS_INVALID_HANDLE;
}
NTSTATUS NtSetValueKey(HANDLE, UNICODE_STRING *, ULONG, ULONG, PVOID, ULONG) { return STATUS_INVALID_HANDLE; }
PIMAGE_NT_HEADERS RtlImageNtHeader(PVOID) { return nullptr; }

NTSTATUS NtYieldExecution() {
  std::this_thread::yield();
  return STATUS_SUCCESS;
}

NTSTATUS NtDelayExecution(BOOLEAN, LARGE_INTEGER *interval) {
  std::this_thread::sleep_for(std::chrono::nanoseconds(-interval->QuadPart * 100));
  return STATUS_SUCCESS;
}

NTSTATUS NtQueryInformationProcess(HANDLE, PROCESSINFOCLASS, PVOID, ULONG, ULONG *) { return STATUS_NOT_IMPLEMENTED; }

NTSTATUS NtTerminateProcess(HANDLE, NTSTATUS) { abort(); }

// A real one does not return; the callers under test must not depend on that.
VOID RtlRaiseStatus(NTSTATUS status) { raised = status; }

}  // extern "C"
