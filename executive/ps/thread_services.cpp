// Services on threads (native API documentation; WDK where it has them).

#include <ps/services.hpp>

#include "information.hpp"

#include <ps/exception.hpp>

#include <ob/attributes.hpp>
#include <ob/namespace.hpp>

#include <algorithm>
#include <new>

namespace ps {

Answer NtCreateThreadEx(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                        UserIn<OBJECT_ATTRIBUTES> attributes, HANDLE process_handle, UserPointer start_routine,
                        UserPointer argument, ULONG flags, SIZE_T, SIZE_T stack_size, SIZE_T maximum_stack_size,
                        UserPointer attribute_list) {
  constexpr ULONG kKnown = THREAD_CREATE_FLAGS_CREATE_SUSPENDED | THREAD_CREATE_FLAGS_SKIP_THREAD_ATTACH |
                           THREAD_CREATE_FLAGS_HIDE_FROM_DEBUGGER | THREAD_CREATE_FLAGS_LOADER_WORKER |
                           THREAD_CREATE_FLAGS_SKIP_LOADER_INIT;
  if ((flags & ~kKnown) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes, ob::Purpose::kCreate));
  Ref<Process> process = TRY(caller.Handles().Reference<Process>(process_handle, PROCESS_CREATE_THREAD));
  Thread::Start start;
  start.routine = reinterpret_cast<PVOID>(start_routine.address);
  start.argument = reinterpret_cast<PVOID>(argument.address);
  start.stack_commit = stack_size;
  start.stack_reserve = std::max<std::uint64_t>(maximum_stack_size, stack_size);
  start.flags = flags;
  Ref<Thread> thread = TRY(Thread::Create(process, start));
  ob::Created created =
      TRY(ob::CurrentNamespace().Insert(caller.Handles(), thread, captured.For(&Thread::kType), desired_access));
  TRY(ob::HandOut(caller, handle, created.handle));
  (void)attribute_list;
  thread->Launch();
  return STATUS_SUCCESS;
}

Answer NtOpenThread(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                    UserIn<OBJECT_ATTRIBUTES> attributes, UserIn<CLIENT_ID> client_id) {
  CLIENT_ID id = TRY(ReadClientId(caller, attributes, client_id));
  Ref<Thread> thread = FindThread(reinterpret_cast<std::uint64_t>(id.UniqueThread));
  if (!thread || (id.UniqueProcess != nullptr && thread->Id().UniqueProcess != id.UniqueProcess)) {
    return Fail(STATUS_INVALID_CID);
  }
  ACCESS_MASK granted = TRY(ob::GrantAccess(Thread::kType, desired_access));
  TRY(ob::HandOut(caller, handle, TRY(caller.Handles().Insert(thread, granted))));
  return STATUS_SUCCESS;
}

Answer NtTerminateThread(ke::Caller &caller, HANDLE handle, NTSTATUS exit_status) {
  auto &self = static_cast<Thread &>(caller);
  if (handle == nullptr) {
    // The last thread cannot leave this way.
    if (self.Owner().ThreadCount() == 1) {
      return Fail(STATUS_CANT_TERMINATE_SELF);
    }
    self.Terminate(exit_status);
    return STATUS_SUCCESS;
  }
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, THREAD_TERMINATE));
  thread->Terminate(exit_status);
  return STATUS_SUCCESS;
}

Answer NtSuspendThread(ke::Caller &caller, HANDLE handle, UserOut<ULONG> previous) {
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, THREAD_SUSPEND_RESUME));
  TRY(previous.WriteIfGiven(TRY(thread->Suspend())));
  return STATUS_SUCCESS;
}

Answer NtResumeThread(ke::Caller &caller, HANDLE handle, UserOut<ULONG> previous) {
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, THREAD_SUSPEND_RESUME));
  TRY(previous.WriteIfGiven(thread->Resume()));
  return STATUS_SUCCESS;
}

Answer NtAlertThread(ke::Caller &caller, HANDLE handle) {
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, THREAD_ALERT));
  thread->Wait().Alert();
  return STATUS_SUCCESS;
}

Answer NtAlertResumeThread(ke::Caller &caller, HANDLE handle, UserOut<ULONG> previous) {
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, THREAD_SUSPEND_RESUME));
  thread->Wait().Alert();
  TRY(previous.WriteIfGiven(thread->Resume()));
  return STATUS_SUCCESS;
}

Answer NtTestAlert(ke::Caller &caller) { return caller.Wait().TestAlert(); }

Answer NtQueueApcThread(ke::Caller &caller, HANDLE handle, UserPointer routine, UserPointer argument1,
                        UserPointer argument2, UserPointer argument3) {
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, THREAD_SET_CONTEXT));
  auto *apc = new (std::nothrow) ke::AllocatedApc(
      ke::ApcCall{reinterpret_cast<PVOID>(routine.address), reinterpret_cast<PVOID>(argument1.address),
                  reinterpret_cast<PVOID>(argument2.address), reinterpret_cast<PVOID>(argument3.address)});
  if (apc == nullptr) {
    return Fail(STATUS_NO_MEMORY);
  }
  if (!thread->Wait().QueueApc(*apc)) {
    delete apc;
    return Fail(STATUS_UNSUCCESSFUL);
  }
  return STATUS_SUCCESS;
}

Answer NtGetContextThread(ke::Caller &caller, HANDLE handle, UserInOut<CONTEXT> to) {
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, THREAD_GET_CONTEXT));
  CONTEXT context = TRY(to.Read());
  TRY(thread->ReadContext(context));
  TRY(to.Write(context));
  return STATUS_SUCCESS;
}

Answer NtSetContextThread(ke::Caller &caller, HANDLE handle, UserIn<CONTEXT> from) {
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, THREAD_SET_CONTEXT));
  CONTEXT context = TRY(from.Read());
  TRY(thread->WriteContext(context));
  return STATUS_SUCCESS;
}

Answer NtGetNextThread(ke::Caller &caller, HANDLE process_handle, HANDLE handle, ACCESS_MASK desired_access,
                       ULONG handle_attributes, ULONG flags, UserOut<HANDLE> next) {
  if (flags != 0 || (handle_attributes & ~ULONG{OBJ_INHERIT}) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  Ref<Process> process = TRY(caller.Handles().Reference<Process>(process_handle, PROCESS_QUERY_INFORMATION));
  auto &list = process->ThreadList();
  auto it = list.begin();
  if (handle != nullptr) {
    Ref<Thread> from = TRY(caller.Handles().Reference<Thread>(handle, 0));
    it = std::ranges::find_if(list, [&](Thread &thread) { return thread.Id().UniqueThread > from->Id().UniqueThread; });
  }
  if (it == list.end()) {
    return Fail(STATUS_NO_MORE_ENTRIES);
  }
  ACCESS_MASK granted = TRY(ob::GrantAccess(Thread::kType, desired_access));
  TRY(ob::HandOut(caller, next, TRY(caller.Handles().Insert(Ref<ob::Object>(&*it), granted, handle_attributes))));
  return STATUS_SUCCESS;
}

Answer NtQueryInformationThread(ke::Caller &caller, HANDLE handle, THREADINFOCLASS information_class,
                                UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, 0));
  switch (information_class) {
    case ThreadBasicInformation: {
      THREAD_BASIC_INFORMATION basic{};
      basic.ExitStatus = thread->ExitStatus();
      basic.TebBaseAddress = reinterpret_cast<PTEB>(thread->Teb());
      basic.ClientId = thread->Id();
      basic.AffinityMask = 1;
      basic.Priority = thread->Priority();
      basic.BasePriority = thread->Priority() - thread->Owner().BasePriority();
      return Give(information, length, return_length, basic);
    }
    case ThreadTimes: {
      KERNEL_USER_TIMES times{};
      times.CreateTime.QuadPart = thread->CreateTime();
      times.ExitTime.QuadPart = thread->ExitTime();
      return Give(information, length, return_length, times);
    }
    case ThreadQuerySetWin32StartAddress:
      return Give(information, length, return_length, reinterpret_cast<PVOID>(thread->StartAddress()));
    case ThreadAmILastThread:
      return Give(information, length, return_length, ULONG{thread->Owner().ThreadCount() == 1});
    case ThreadIsTerminated:
      return Give(information, length, return_length, ULONG{thread->State() == ThreadState::kTerminated});
    case ThreadSuspendCount:
      return Give(information, length, return_length, thread->SuspendCount());
    case ThreadIsIoPending:
      return Give(information, length, return_length, ULONG{0});
    default:
      return Fail(information_class >= 0 && information_class <= ThreadNameInformation ? STATUS_NOT_IMPLEMENTED
                                                                                       : STATUS_INVALID_INFO_CLASS);
  }
}

Answer NtSetInformationThread(ke::Caller &caller, HANDLE handle, THREADINFOCLASS information_class,
                              UserPointer information, ULONG length) {
  Ref<Thread> thread = TRY(caller.Handles().Reference<Thread>(handle, THREAD_SET_INFORMATION));
  switch (information_class) {
    case ThreadPriority:
    case ThreadBasePriority: {
      LONG value;
      if (length != sizeof(value)) {
        return Fail(STATUS_INFO_LENGTH_MISMATCH);
      }
      TRY(information.Read(&value, sizeof(value)));
      LONG priority =
          information_class == ThreadPriority ? value : std::clamp(thread->Owner().BasePriority() + value, 1, 15);
      if (priority <= LOW_PRIORITY || priority > HIGH_PRIORITY) {
        return Fail(STATUS_INVALID_PARAMETER);
      }
      thread->SetPriority(priority);
      return STATUS_SUCCESS;
    }
    default:
      return Fail(information_class >= 0 && information_class <= ThreadNameInformation ? STATUS_NOT_IMPLEMENTED
                                                                                       : STATUS_INVALID_INFO_CLASS);
  }
}

Answer NtRaiseException(ke::Caller &caller, UserIn<EXCEPTION_RECORD> record_pointer, UserIn<CONTEXT> context_pointer,
                        BOOLEAN first_chance) {
  auto &thread = static_cast<Thread &>(caller);
  EXCEPTION_RECORD record = TRY(record_pointer.Read());
  CONTEXT context = TRY(context_pointer.Read());
  if (record.NumberParameters > EXCEPTION_MAXIMUM_PARAMETERS) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  if (first_chance != FALSE) {
    DispatchException(thread, record, context);
  } else {
    EndByException(thread, record, context);
  }
  return STATUS_SUCCESS;
}

}  // namespace ps
