// NtQuerySystemInformation (its documentation, and the native API's for the other classes).

#include "services.hpp"

#include <ke/clock.hpp>
#include <ke/frames.hpp>
#include <ke/pool.hpp>
#include <mm/commit.hpp>
#include <ps/process.hpp>

#include <algorithm>

namespace svc {
namespace {

constexpr ULONG kPage = 4096;

template <typename T>
Result<NTSTATUS> Give(UserPointer information, ULONG length, UserOut<ULONG> return_length, const T &value) {
  TRY(return_length.WriteIfGiven(sizeof(T)));
  if (length < sizeof(T)) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  TRY(information.Write(&value, sizeof(value)));
  return STATUS_SUCCESS;
}

SYSTEM_BASIC_INFORMATION Basic() {
  SYSTEM_BASIC_INFORMATION basic{};
  basic.TimerResolution = ke::clock::kTickIncrement;
  basic.PageSize = kPage;
  basic.NumberOfPhysicalPages = static_cast<ULONG>(ke::CountFrames().total);
  basic.LowestPhysicalPageNumber = 1;
  basic.HighestPhysicalPageNumber = basic.NumberOfPhysicalPages;
  basic.AllocationGranularity = mm::kAllocationGranularity;
  basic.MinimumUserModeAddress = mm::kLowestUserAddress;
  basic.MaximumUserModeAddress = mm::kHighestUserAddress;
  basic.ActiveProcessorsAffinityMask = 1;
  basic.NumberOfProcessors = 1;
  return basic;
}

SYSTEM_PERFORMANCE_INFORMATION Performance() {
  SYSTEM_PERFORMANCE_INFORMATION performance{};
  mm::CommitState commit = mm::QueryCommit();
  performance.AvailablePages = static_cast<ULONG>(ke::CountFrames().free);
  performance.CommittedPages = static_cast<ULONG>(commit.charged);
  performance.CommitLimit = static_cast<ULONG>(commit.limit);
  performance.PeakCommitment = static_cast<ULONG>(commit.peak);
  performance.NonPagedPoolPages = static_cast<ULONG>(ke::QueryPool().pages);
  for (const ps::Process &process : ps::Process::List()) {
    performance.PageFaultCount += static_cast<ULONG>(process.Space().PageFaults());
  }
  return performance;
}

SYSTEM_TIMEOFDAY_INFORMATION TimeOfDay() {
  SYSTEM_TIMEOFDAY_INFORMATION time{};
  time.BootTime.QuadPart = static_cast<LONGLONG>(ke::clock::BootTime());
  time.CurrentTime.QuadPart = static_cast<LONGLONG>(ke::clock::SystemTime());
  return time;
}

SYSTEM_PROCESSOR_INFORMATION Processor() {
  unsigned eax = 1, ebx = 0, ecx = 0, edx = 0;
  asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  SYSTEM_PROCESSOR_INFORMATION processor{};
  processor.ProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
  unsigned family = (eax >> 8 & 0xf) + ((eax >> 8 & 0xf) == 0xf ? eax >> 20 & 0xff : 0);
  unsigned model = (eax >> 4 & 0xf) | (eax >> 12 & 0xf0);
  processor.ProcessorLevel = static_cast<USHORT>(family);
  processor.ProcessorRevision = static_cast<USHORT>(model << 8 | (eax & 0xf));
  processor.MaximumProcessors = 1;
  processor.ProcessorFeatureBits = edx;
  return processor;
}

SYSTEM_THREAD_INFORMATION ThreadEntry(const ps::Thread &thread) {
  SYSTEM_THREAD_INFORMATION entry{};
  entry.CreateTime.QuadPart = thread.CreateTime();
  entry.StartAddress = reinterpret_cast<PVOID>(thread.StartAddress());
  entry.ClientId = thread.Id();
  entry.Priority = entry.BasePriority = thread.Priority();
  switch (thread.State()) {
    case ps::ThreadState::kInitialized:
      entry.ThreadState = Initialized;
      break;
    case ps::ThreadState::kUser:
      entry.ThreadState = thread.SuspendCount() != 0 ? Waiting : Ready;
      break;
    case ps::ThreadState::kService:
      entry.ThreadState = &thread == ps::CurrentThread() ? Running : Waiting;
      break;
    case ps::ThreadState::kHeld:
      entry.ThreadState = Waiting;
      break;
    case ps::ThreadState::kTerminated:
      entry.ThreadState = Terminated;
      break;
  }
  entry.WaitReason = thread.SuspendCount() != 0 ? Suspended : UserRequest;
  return entry;
}

SYSTEM_PROCESS_INFORMATION ProcessEntry(ps::Process &process) {
  SYSTEM_PROCESS_INFORMATION entry{};
  const mm::AddressSpace &space = process.Space();
  entry.NumberOfThreads = static_cast<ULONG>(process.ThreadCount());
  entry.CreateTime.QuadPart = process.CreateTime();
  entry.BasePriority = process.BasePriority();
  entry.UniqueProcessId = reinterpret_cast<HANDLE>(process.Id());
  entry.InheritedFromUniqueProcessId = reinterpret_cast<HANDLE>(process.ParentId());
  entry.HandleCount = static_cast<ULONG>(process.Handles().Count());
  entry.VirtualSize = entry.PeakVirtualSize = space.VirtualSize();
  entry.PageFaultCount = static_cast<ULONG>(space.PageFaults());
  entry.WorkingSetSize = space.ResidentPages() * kPage;
  entry.PeakWorkingSetSize = space.PeakResidentPages() * kPage;
  entry.PagefileUsage = entry.PeakPagefileUsage = entry.PrivatePageCount = space.CommittedPages() * kPage;
  return entry;
}

// One entry for each process: its structure, its threads, its name.
Result<NTSTATUS> Processes(UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  constexpr ULONG kFixed = offsetof(SYSTEM_PROCESS_INFORMATION, Threads);
  ULONG needed = 0;
  for (ps::Process &process : ps::Process::List()) {
    auto threads = static_cast<ULONG>(process.ThreadCount() * sizeof(SYSTEM_THREAD_INFORMATION));
    auto name = static_cast<ULONG>((process.ImageName().size() + 1) * sizeof(char16_t));
    needed += (kFixed + threads + name + 7) & ~7u;
  }
  TRY(return_length.WriteIfGiven(needed));
  if (length < needed) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  ULONG offset = 0;
  for (ps::Process &process : ps::Process::List()) {
    SYSTEM_PROCESS_INFORMATION entry = ProcessEntry(process);
    ob::NameView name = process.ImageName();
    auto threads = static_cast<ULONG>(process.ThreadCount() * sizeof(SYSTEM_THREAD_INFORMATION));
    auto name_bytes = static_cast<ULONG>(name.size() * sizeof(char16_t));
    ULONG size = (kFixed + threads + name_bytes + ULONG{sizeof(char16_t)} + 7) & ~7u;
    bool last = offset + size == needed;
    entry.NextEntryOffset = last ? 0 : size;
    entry.ImageName.Length = static_cast<USHORT>(name_bytes);
    entry.ImageName.MaximumLength = static_cast<USHORT>(name_bytes + sizeof(char16_t));
    entry.ImageName.Buffer = reinterpret_cast<PWSTR>(information.address + offset + kFixed + threads);
    TRY(information.Write(&entry, kFixed, offset));
    ULONG at = offset + kFixed;
    for (const ps::Thread &thread : process.ThreadList()) {
      SYSTEM_THREAD_INFORMATION described = ThreadEntry(thread);
      TRY(information.Write(&described, sizeof(described), at));
      at += sizeof(described);
    }
    char16_t zero = 0;
    TRY(information.Write(name.data(), name_bytes, at));
    TRY(information.Write(&zero, sizeof(zero), at + name_bytes));
    offset += size;
  }
  return STATUS_SUCCESS;
}

}  // namespace

Result<NTSTATUS> NtQuerySystemInformation(ke::Caller &, SYSTEM_INFORMATION_CLASS information_class,
                                          UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  switch (information_class) {
    case SystemBasicInformation:
      return Give(information, length, return_length, Basic());
    case SystemProcessorInformation:
      return Give(information, length, return_length, Processor());
    case SystemPerformanceInformation:
      return Give(information, length, return_length, Performance());
    case SystemTimeOfDayInformation:
      return Give(information, length, return_length, TimeOfDay());
    case SystemProcessInformation:
      return Processes(information, length, return_length);
    case SystemKernelDebuggerInformation:
      return Give(information, length, return_length, SYSTEM_KERNEL_DEBUGGER_INFORMATION{FALSE, TRUE});
    case SystemFirmwareTableInformation:
      return QueryFirmwareTable(information, length, return_length);
    case SystemRangeStartInformation:
      return Give(information, length, return_length, ULONG_PTR{0xffff'8000'0000'0000});
    default:
      return Fail(information_class >= 0 && information_class <= SystemKernelDebuggerInformationEx
                      ? STATUS_NOT_IMPLEMENTED
                      : STATUS_INVALID_INFO_CLASS);
  }
}

}  // namespace svc
