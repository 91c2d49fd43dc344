// Services on processes (native API documentation; WDK where it has them).

#include <ps/services.hpp>

#include "information.hpp"

#include <ob/attributes.hpp>
#include <ob/namespace.hpp>

#include <algorithm>

namespace ps {
namespace {

// A UNICODE_STRING followed by its text.
Answer GiveString(UserPointer information, ULONG length, UserOut<ULONG> return_length, std::u16string_view text) {
  auto bytes = static_cast<ULONG>(text.size() * sizeof(char16_t));
  ULONG needed = sizeof(UNICODE_STRING) + bytes + ULONG{sizeof(char16_t)};
  TRY(return_length.WriteIfGiven(needed));
  if (length < needed) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  UNICODE_STRING string{};
  string.Length = static_cast<USHORT>(bytes);
  string.MaximumLength = static_cast<USHORT>(bytes + sizeof(char16_t));
  string.Buffer = reinterpret_cast<PWSTR>(information.address + sizeof(string));
  char16_t zero = 0;
  TRY(information.Write(&string, sizeof(string)));
  TRY(information.Write(text.data(), bytes, sizeof(string)));
  TRY(information.Write(&zero, sizeof(zero), sizeof(string) + bytes));
  return STATUS_SUCCESS;
}

VM_COUNTERS CountersOf(const mm::AddressSpace &space) {
  constexpr SIZE_T kPage = 4096;
  VM_COUNTERS counters{};
  counters.VirtualSize = counters.PeakVirtualSize = space.VirtualSize();
  counters.PageFaultCount = static_cast<ULONG>(space.PageFaults());
  counters.WorkingSetSize = space.ResidentPages() * kPage;
  counters.PeakWorkingSetSize = space.PeakResidentPages() * kPage;
  counters.PagefileUsage = counters.PeakPagefileUsage = space.CommittedPages() * kPage;
  return counters;
}

}  // namespace

Result<Ref<mm::AddressSpace>> SpaceOf(ke::Caller &caller, HANDLE process, ACCESS_MASK access) {
  if (process == NtCurrentProcess()) {
    return static_cast<Thread &>(caller).Owner().SpaceRef();
  }
  Ref<Process> found = TRY(caller.Handles().Reference<Process>(process, access));
  if (found->Exiting()) {
    return Fail(STATUS_PROCESS_IS_TERMINATING);
  }
  return found->SpaceRef();
}

Answer NtOpenProcess(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                     UserIn<OBJECT_ATTRIBUTES> attributes, UserIn<CLIENT_ID> client_id) {
  CLIENT_ID id = TRY(ReadClientId(caller, attributes, client_id));
  Ref<Process> process;
  if (id.UniqueThread != nullptr) {
    Ref<Thread> thread = FindThread(reinterpret_cast<std::uint64_t>(id.UniqueThread));
    if (!thread || (id.UniqueProcess != nullptr && thread->Id().UniqueProcess != id.UniqueProcess)) {
      return Fail(STATUS_INVALID_CID);
    }
    process = thread->OwnerRef();
  } else {
    process = FindProcess(reinterpret_cast<std::uint64_t>(id.UniqueProcess));
  }
  if (!process) {
    return Fail(STATUS_INVALID_CID);
  }
  ACCESS_MASK granted = TRY(ob::GrantAccess(Process::kType, desired_access));
  TRY(ob::HandOut(caller, handle, TRY(caller.Handles().Insert(process, granted))));
  return STATUS_SUCCESS;
}

Answer NtTerminateProcess(ke::Caller &caller, HANDLE handle, NTSTATUS exit_status) {
  auto &self = static_cast<Thread &>(caller);
  if (handle == nullptr) {
    // Every thread of the process but this one; the process itself goes on.
    Process &own = self.Owner();
    for (auto it = own.ThreadList().begin(); it != own.ThreadList().end();) {
      Thread &thread = *it;
      ++it;
      if (&thread != &self) {
        thread.Terminate(exit_status);
      }
    }
    return STATUS_SUCCESS;
  }
  Ref<Process> process = TRY(caller.Handles().Reference<Process>(handle, PROCESS_TERMINATE));
  if (process->Exiting() && process.Get() != &self.Owner()) {
    return Fail(STATUS_PROCESS_IS_TERMINATING);
  }
  process->Terminate(exit_status);
  return STATUS_SUCCESS;
}

Answer NtSuspendProcess(ke::Caller &caller, HANDLE handle) {
  Ref<Process> process = TRY(caller.Handles().Reference<Process>(handle, PROCESS_SUSPEND_RESUME));
  if (process->Exiting()) {
    return Fail(STATUS_PROCESS_IS_TERMINATING);
  }
  for (Thread &thread : process->ThreadList()) {
    (void)thread.Suspend();  // a thread at its limit stays suspended
  }
  return STATUS_SUCCESS;
}

Answer NtResumeProcess(ke::Caller &caller, HANDLE handle) {
  Ref<Process> process = TRY(caller.Handles().Reference<Process>(handle, PROCESS_SUSPEND_RESUME));
  if (process->Exiting()) {
    return Fail(STATUS_PROCESS_IS_TERMINATING);
  }
  for (Thread &thread : process->ThreadList()) {
    thread.Resume();
  }
  return STATUS_SUCCESS;
}

Answer NtGetNextProcess(ke::Caller &caller, HANDLE handle, ACCESS_MASK desired_access, ULONG handle_attributes,
                        ULONG flags, UserOut<HANDLE> next) {
  if ((flags & ~1u) != 0 || (handle_attributes & ~ULONG{OBJ_INHERIT}) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  auto &list = Process::List();
  auto it = list.begin();
  if (handle != nullptr) {
    Ref<Process> from = TRY(caller.Handles().Reference<Process>(handle, 0));
    it = std::ranges::find_if(list, [&](Process &process) { return process.Id() > from->Id(); });
  }
  if (it == list.end()) {
    return Fail(STATUS_NO_MORE_ENTRIES);
  }
  ACCESS_MASK granted = TRY(ob::GrantAccess(Process::kType, desired_access));
  TRY(ob::HandOut(caller, next, TRY(caller.Handles().Insert(Ref<ob::Object>(&*it), granted, handle_attributes))));
  return STATUS_SUCCESS;
}

Answer NtQueryInformationProcess(ke::Caller &caller, HANDLE handle, PROCESSINFOCLASS information_class,
                                 UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  Ref<Process> process = TRY(caller.Handles().Reference<Process>(handle, 0));
  switch (information_class) {
    case ProcessBasicInformation: {
      PROCESS_BASIC_INFORMATION basic{};
      basic.ExitStatus = process->ExitStatus();
      basic.PebBaseAddress = reinterpret_cast<PPEB>(process->Peb());
      basic.AffinityMask = 1;
      basic.BasePriority = process->BasePriority();
      basic.UniqueProcessId = process->Id();
      basic.InheritedFromUniqueProcessId = process->ParentId();
      return Give(information, length, return_length, basic);
    }
    case ProcessVmCounters:
      return Give(information, length, return_length, CountersOf(process->Space()));
    case ProcessTimes: {
      KERNEL_USER_TIMES times{};
      times.CreateTime.QuadPart = process->CreateTime();
      times.ExitTime.QuadPart = process->ExitTime();
      return Give(information, length, return_length, times);
    }
    case ProcessBasePriority:
      return Give(information, length, return_length, process->BasePriority());
    case ProcessDefaultHardErrorMode:
      return Give(information, length, return_length, process->hard_error_mode);
    case ProcessPriorityClass: {
      PROCESS_PRIORITY_CLASS priority{};
      priority.PriorityClass = process->priority_class;
      return Give(information, length, return_length, priority);
    }
    case ProcessHandleCount:
      return Give(information, length, return_length, static_cast<ULONG>(process->Handles().Count()));
    case ProcessSessionInformation:
      return Give(information, length, return_length, ULONG{0});
    case ProcessDebugPort:
    case ProcessWow64Information:
      return Give(information, length, return_length, ULONG_PTR{0});
    case ProcessBreakOnTermination:
      return Give(information, length, return_length, process->break_on_termination);
    case ProcessDebugFlags:
      return Give(information, length, return_length, ULONG{1});
    case ProcessCookie:
      return Give(information, length, return_length, process->cookie);
    case ProcessDebugObjectHandle:
      return Fail(STATUS_PORT_NOT_SET);
    case ProcessImageFileName:
      return GiveString(information, length, return_length, process->ImagePath());
    case ProcessImageInformation: {
      SECTION_IMAGE_INFORMATION image{};
      image.TransferAddress = reinterpret_cast<PVOID>(process->ImageBase() + process->Image().entry_point);
      image.SubSystemType = process->Image().subsystem;
      image.Machine = process->Image().machine;
      image.ImageCharacteristics = process->Image().characteristics;
      image.DllCharacteristics = process->Image().dll_characteristics;
      image.MaximumStackSize = process->Image().stack_reserve;
      image.CommittedStackSize = process->Image().stack_commit;
      return Give(information, length, return_length, image);
    }
    default:
      return Fail(information_class >= 0 && information_class <= ProcessDefaultCpuSetsInformation
                      ? STATUS_NOT_IMPLEMENTED
                      : STATUS_INVALID_INFO_CLASS);
  }
}

Answer NtSetInformationProcess(ke::Caller &caller, HANDLE handle, PROCESSINFOCLASS information_class,
                               UserPointer information, ULONG length) {
  Ref<Process> process = TRY(caller.Handles().Reference<Process>(handle, PROCESS_SET_INFORMATION));
  auto take = [&](ULONG &to) -> Answer {
    if (length != sizeof(ULONG)) {
      return Fail(STATUS_INFO_LENGTH_MISMATCH);
    }
    TRY(information.Read(&to, sizeof(to)));
    return STATUS_SUCCESS;
  };
  switch (information_class) {
    case ProcessDefaultHardErrorMode:
      return take(process->hard_error_mode);
    case ProcessPriorityClass: {
      PROCESS_PRIORITY_CLASS priority;
      if (length != sizeof(priority)) {
        return Fail(STATUS_INFO_LENGTH_MISMATCH);
      }
      TRY(information.Read(&priority, sizeof(priority)));
      if (priority.PriorityClass == 0 || priority.PriorityClass > 6) {
        return Fail(STATUS_INVALID_PARAMETER);
      }
      process->priority_class = priority.PriorityClass;
      return STATUS_SUCCESS;
    }
    default:
      return Fail(information_class >= 0 && information_class <= ProcessDefaultCpuSetsInformation
                      ? STATUS_NOT_IMPLEMENTED
                      : STATUS_INVALID_INFO_CLASS);
  }
}

Answer NtIsProcessInJob(ke::Caller &caller, HANDLE process, HANDLE job) {
  TRY(caller.Handles().Reference<Process>(process, PROCESS_QUERY_INFORMATION));
  // No process is in a job: there are none.
  return job == nullptr ? Answer(STATUS_PROCESS_NOT_IN_JOB) : Answer(Fail(STATUS_INVALID_HANDLE));
}

}  // namespace ps
