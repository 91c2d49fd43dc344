// The services ntdll itself and the test programs use, on Linux's own memory, files and threads.

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <map>
#include <mutex>
#include <nt/services.hpp>
#include <string>

#include "runner.hpp"

namespace runner {
namespace {

std::recursive_mutex lock;

struct Object {
  enum Kind { kFile, kSection, kThread, kEvent } kind;
  std::string path;
  TEB *teb = nullptr;
  bool signalled = false;
};

std::map<uint64_t, Object> handles;
std::map<TEB *, std::deque<Apc>> apcs;
std::map<TEB *, uint64_t> alerts;
std::map<uint64_t, size_t> allocations;
uint64_t next_handle = 0x10;
int thread_count = 1;

uint64_t NewHandle(Object object) {
  next_handle += 4;
  handles[next_handle] = std::move(object);
  return next_handle;
}

int Protection(ULONG protect) {
  switch (protect & 0xFF) {
    case PAGE_READONLY:
      return PROT_READ;
    case PAGE_READWRITE:
    case PAGE_WRITECOPY:
      return PROT_READ | PROT_WRITE;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
      return PROT_READ | PROT_EXEC;
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY:
      return PROT_READ | PROT_WRITE | PROT_EXEC;
    default:
      return PROT_NONE;
  }
}

std::string Narrow(const UNICODE_STRING &string) {
  std::string text;
  for (unsigned i = 0; i < string.Length / 2u; i += 1) {
    text += static_cast<char>(string.Buffer[i]);
  }
  return text;
}

bool TakePrefix(std::string *text, const char *prefix) {
  size_t length = std::strlen(prefix);
  if (strncasecmp(text->c_str(), prefix, length) != 0) {
    return false;
  }
  text->erase(0, length);
  return true;
}

// An NT path becomes one of the host; empty: not in the namespace.
std::string HostPath(std::string path) {
  if (TakePrefix(&path, "\\SystemRoot\\System32\\") || TakePrefix(&path, "\\??\\X:\\System32\\")) {
    return options.system_directory + "/" + path;
  }
  if (TakePrefix(&path, "\\??\\X:\\Programs\\")) {
    return options.program_directory + "/" + path;
  }
  return "";
}

NTSTATUS Allocate(const Call &call) {
  auto *base = call.Pointer<uint64_t>(1);
  auto *size = call.Pointer<uint64_t>(3);
  auto type = static_cast<ULONG>(call.Argument(4));
  int protection = Protection(static_cast<ULONG>(call.Argument(5)));
  if (*base != 0 && (type & MEM_RESERVE) == 0) {  // commit inside a reservation
    uint64_t start = *base & ~0xFFFull;
    uint64_t end = (*base + *size + 0xFFF) & ~0xFFFull;
    mprotect(reinterpret_cast<void *>(start), end - start, protection);
    *base = start;
    *size = end - start;
    return STATUS_SUCCESS;
  }
  uint64_t bytes = (*size + 0xFFF) & ~0xFFFull;
  uint64_t room = bytes + 0x10000;
  void *memory = mmap(nullptr, room, (type & MEM_COMMIT) != 0 ? protection : PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    return STATUS_NO_MEMORY;
  }
  *base = (reinterpret_cast<uint64_t>(memory) + 0xFFFF) & ~0xFFFFull;
  *size = bytes;
  allocations[*base] = bytes;
  return STATUS_SUCCESS;
}

NTSTATUS FreeMemory(const Call &call) {
  auto *base = call.Pointer<uint64_t>(1);
  auto *size = call.Pointer<uint64_t>(2);
  if (call.Argument(3) == MEM_RELEASE) {
    auto found = allocations.find(*base);
    if (found == allocations.end()) {
      return STATUS_MEMORY_NOT_ALLOCATED;
    }
    *size = found->second;
    munmap(reinterpret_cast<void *>(*base), *size);
    allocations.erase(found);
    return STATUS_SUCCESS;
  }
  mmap(reinterpret_cast<void *>(*base), *size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  return STATUS_SUCCESS;
}

NTSTATUS Protect(const Call &call) {
  auto *base = call.Pointer<uint64_t>(1);
  auto *size = call.Pointer<uint64_t>(2);
  auto protect = static_cast<ULONG>(call.Argument(3));
  uint64_t start = *base & ~0xFFFull;
  uint64_t end = (*base + *size + 0xFFF) & ~0xFFFull;
  auto known = page_protections.find(start);
  *call.Pointer<ULONG>(4) = known != page_protections.end() ? known->second : static_cast<ULONG>(PAGE_READONLY);
  if (mprotect(reinterpret_cast<void *>(start), end - start, Protection(protect)) != 0) {
    return STATUS_CONFLICTING_ADDRESSES;
  }
  for (uint64_t page = start; page < end; page += 4096) {
    page_protections[page] = protect;
  }
  *base = start;
  *size = end - start;
  return STATUS_SUCCESS;
}

NTSTATUS OpenFile(const Call &call) {
  std::string path = HostPath(Narrow(*call.Pointer<OBJECT_ATTRIBUTES>(2)->ObjectName));
  struct stat information;
  if (path.empty() || stat(path.c_str(), &information) != 0) {
    return STATUS_OBJECT_NAME_NOT_FOUND;
  }
  *call.Pointer<uint64_t>(0) = NewHandle({Object::kFile, path});
  return STATUS_SUCCESS;
}

NTSTATUS CreateSection(const Call &call) {
  auto file = handles.find(call.Argument(6));
  if (file == handles.end()) {
    return STATUS_INVALID_HANDLE;
  }
  *call.Pointer<uint64_t>(0) = NewHandle({Object::kSection, file->second.path});
  return STATUS_SUCCESS;
}

NTSTATUS MapView(const Call &call) {
  auto section = handles.find(call.Argument(0));
  if (section == handles.end()) {
    return STATUS_INVALID_HANDLE;
  }
  Mapping mapping = MapImage(section->second.path, true);
  if (mapping.base == nullptr) {
    return STATUS_INVALID_IMAGE_FORMAT;
  }
  if (std::getenv("RUNNER_TRACE") != nullptr) {
    std::printf("runner: %s at %p\n", section->second.path.c_str(), static_cast<void *>(mapping.base));
  }
  *call.Pointer<char *>(2) = mapping.base;
  *call.Pointer<size_t>(6) = mapping.size;
  allocations[reinterpret_cast<uint64_t>(mapping.base)] = mapping.size;
  return mapping.at_base ? STATUS_SUCCESS : STATUS_IMAGE_NOT_AT_BASE;
}

NTSTATUS Unmap(const Call &call) {
  auto found = allocations.find(call.Argument(1));
  if (found == allocations.end()) {
    return STATUS_NOT_MAPPED_VIEW;
  }
  munmap(reinterpret_cast<void *>(found->first), found->second);
  allocations.erase(found);
  return STATUS_SUCCESS;
}

NTSTATUS DisplayString(const Call &call) {
  std::fputs(Narrow(*call.Pointer<UNICODE_STRING>(0)).c_str(), stdout);
  return STATUS_SUCCESS;
}

NTSTATUS QueryThread(const Call &call) {
  if (call.Argument(1) == ThreadAmILastThread) {
    *call.Pointer<ULONG>(2) = thread_count == 1;
    return STATUS_SUCCESS;
  }
  return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS QueryProcess(const Call &call) {
  if (call.Argument(1) == ProcessCookie) {
    *call.Pointer<ULONG>(2) = 0x2B2B1357;
    return STATUS_SUCCESS;
  }
  return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS QuerySystem(const Call &call) {
  if (call.Argument(0) == SystemBasicInformation) {
    auto *basic = call.Pointer<SYSTEM_BASIC_INFORMATION>(1);
    std::memset(basic, 0, sizeof(*basic));
    basic->PageSize = 4096;
    basic->AllocationGranularity = 0x10000;
    basic->NumberOfProcessors = 1;
    return STATUS_SUCCESS;
  }
  return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS RaiseException(const Call &call) {
  const auto *record = call.Pointer<EXCEPTION_RECORD>(0);
  std::printf("unhandled exception 0x%08X at %p (%llx %llx)\n", static_cast<unsigned>(record->ExceptionCode),
              record->ExceptionAddress, static_cast<unsigned long long>(record->ExceptionInformation[0]),
              static_cast<unsigned long long>(record->ExceptionInformation[1]));
  EndProcess(record->ExceptionCode);
}

NTSTATUS CreateThread(const Call &call) {
  TEB *teb = nullptr;
  CONTEXT *context = MakeThread(CurrentTeb()->ProcessEnvironmentBlock, 0, 0, &teb);
  context->Rcx = call.Argument(4);
  context->Rdx = call.Argument(5);
  thread_count += 1;
  *call.Pointer<uint64_t>(0) = NewHandle({Object::kThread, "", teb});
  const auto *list = call.Pointer<PS_ATTRIBUTE_LIST>(10);
  if (list != nullptr && list->Attributes[0].Attribute == PS_ATTRIBUTE_CLIENT_ID) {
    *static_cast<CLIENT_ID *>(list->Attributes[0].ValuePtr) = teb->ClientId;
  }
  return StartThread(context, teb) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

[[noreturn]] void EndThread() {
  TEB *teb = CurrentTeb();
  for (auto &[handle, object] : handles) {
    if (object.kind == Object::kThread && object.teb == teb) {
      object.signalled = true;
    }
  }
  thread_count -= 1;
  lock.unlock();
  for (;;) {
    pause();
  }
}

void Sleep() {
  timespec time = {0, 1000000};
  nanosleep(&time, nullptr);
}

NTSTATUS Wait(const Call &call) {
  for (;;) {
    {
      std::lock_guard guard(lock);
      auto found = handles.find(call.Argument(0));
      if (found == handles.end()) {
        return STATUS_INVALID_HANDLE;
      }
      if (found->second.signalled) {
        return STATUS_SUCCESS;
      }
      if (call.Argument(1) != 0 && !apcs[CurrentTeb()].empty()) {
        return STATUS_USER_APC;
      }
    }
    Sleep();
  }
}

NTSTATUS WaitAlert() {
  for (int i = 0; i < 5000; i += 1) {
    {
      std::lock_guard guard(lock);
      if (alerts[CurrentTeb()] != 0) {
        alerts[CurrentTeb()] = 0;
        return STATUS_ALERTED;
      }
    }
    Sleep();
  }
  return STATUS_TIMEOUT;
}

NTSTATUS Alert(const Call &call) {
  for (auto &[handle, object] : handles) {
    if (object.teb != nullptr && reinterpret_cast<uint64_t>(object.teb->ClientId.UniqueThread) == call.Argument(0)) {
      alerts[object.teb] = 1;
      return STATUS_SUCCESS;
    }
  }
  return STATUS_INVALID_CID;
}

NTSTATUS QueueApc(const Call &call) {
  TEB *teb = CurrentTeb();
  if (auto found = handles.find(call.Argument(0)); found != handles.end()) {
    teb = found->second.teb;
  }
  apcs[teb].push_back({call.Argument(1), call.Argument(2), call.Argument(3), call.Argument(4)});
  return STATUS_SUCCESS;
}

NTSTATUS Dispatch(const Call &call, std::string_view name) {
  if (name == "NtAllocateVirtualMemory") {
    return Allocate(call);
  }
  if (name == "NtFreeVirtualMemory") {
    return FreeMemory(call);
  }
  if (name == "NtProtectVirtualMemory") {
    return Protect(call);
  }
  if (name == "NtOpenFile") {
    return OpenFile(call);
  }
  if (name == "NtCreateSection") {
    return CreateSection(call);
  }
  if (name == "NtMapViewOfSection") {
    return MapView(call);
  }
  if (name == "NtUnmapViewOfSection") {
    return Unmap(call);
  }
  if (name == "NtClose") {
    return handles.erase(call.Argument(0)) != 0 ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
  }
  if (name == "NtDisplayString") {
    return DisplayString(call);
  }
  if (name == "NtQueryInformationThread") {
    return QueryThread(call);
  }
  if (name == "NtQueryInformationProcess") {
    return QueryProcess(call);
  }
  if (name == "NtQuerySystemInformation") {
    return QuerySystem(call);
  }
  if (name == "NtRaiseException") {
    return RaiseException(call);
  }
  if (name == "NtCreateThreadEx") {
    return CreateThread(call);
  }
  if (name == "NtAlertThreadByThreadId") {
    return Alert(call);
  }
  if (name == "NtQueueApcThread") {
    return QueueApc(call);
  }
  if (name == "NtTestAlert") {
    return STATUS_SUCCESS;
  }
  if (name == "NtTerminateThread") {
    EndThread();
  }
  if (name == "NtTerminateProcess") {
    if (call.Argument(0) == 0) {
      return STATUS_SUCCESS;
    }
    EndProcess(static_cast<NTSTATUS>(call.Argument(1)));
  }
  std::printf("runner: no service %.*s\n", static_cast<int>(name.size()), name.data());
  return STATUS_NOT_IMPLEMENTED;
}

// Services that wait must not hold the lock.
bool DispatchWait(const Call &call, std::string_view name, NTSTATUS *status) {
  if (name == "NtYieldExecution" || name == "NtDelayExecution") {
    Sleep();
    *status = STATUS_SUCCESS;
    return true;
  }
  if (name == "NtWaitForSingleObject") {
    *status = Wait(call);
    return true;
  }
  if (name == "NtWaitForAlertByThreadId") {
    *status = WaitAlert();
    return true;
  }
  return false;
}

}  // namespace

std::map<uint64_t, ULONG> page_protections;

NTSTATUS Serve(const Call &call, bool *has_apc, Apc *apc) {
  std::string_view name = call.number < nt::kServiceCount ? nt::kServices[call.number].name : "?";
  NTSTATUS status = STATUS_SUCCESS;
  if (std::getenv("RUNNER_TRACE") != nullptr) {
    std::printf("runner: %.*s\n", static_cast<int>(name.size()), name.data());
  }
  if (!DispatchWait(call, name, &status)) {
    lock.lock();
    status = Dispatch(call, name);
    lock.unlock();
  }
  bool alertable =
      name == "NtTestAlert" || status == STATUS_USER_APC || (name == "NtDelayExecution" && call.Argument(0) != 0);
  std::lock_guard guard(lock);
  auto &queue = apcs[CurrentTeb()];
  if (alertable && !queue.empty()) {
    *apc = queue.front();
    queue.pop_front();
    *has_apc = true;
    status = name == "NtTestAlert" ? STATUS_SUCCESS : STATUS_USER_APC;
  }
  return status;
}

}  // namespace runner
