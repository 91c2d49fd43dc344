#pragma once
// Services on processes and threads. Arguments and statuses are those of the WDK's Zw*/Nt* pages and of the native API
// documentation; services whose pointers fail give STATUS_ACCESS_VIOLATION or STATUS_DATATYPE_MISALIGNMENT in addition.

#include <nt/nt.h>
#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <ps/process.hpp>
#include <rtl/result.hpp>

namespace ps {

using Answer = Result<NTSTATUS>;

Answer NtCreateUserProcess(ke::Caller &caller, UserOut<HANDLE> process_handle, UserOut<HANDLE> thread_handle,
                           ACCESS_MASK process_access, ACCESS_MASK thread_access,
                           UserIn<OBJECT_ATTRIBUTES> process_attributes, UserIn<OBJECT_ATTRIBUTES> thread_attributes,
                           ULONG process_flags, ULONG thread_flags, UserPointer parameters, UserPointer create_info,
                           UserPointer attribute_list);
Answer NtOpenProcess(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                     UserIn<OBJECT_ATTRIBUTES> attributes, UserIn<CLIENT_ID> client_id);
Answer NtTerminateProcess(ke::Caller &caller, HANDLE process, NTSTATUS exit_status);
Answer NtSuspendProcess(ke::Caller &caller, HANDLE process);
Answer NtResumeProcess(ke::Caller &caller, HANDLE process);
Answer NtGetNextProcess(ke::Caller &caller, HANDLE process, ACCESS_MASK desired_access, ULONG handle_attributes,
                        ULONG flags, UserOut<HANDLE> next);
Answer NtQueryInformationProcess(ke::Caller &caller, HANDLE process, PROCESSINFOCLASS information_class,
                                 UserPointer information, ULONG length, UserOut<ULONG> return_length);
Answer NtSetInformationProcess(ke::Caller &caller, HANDLE process, PROCESSINFOCLASS information_class,
                               UserPointer information, ULONG length);
Answer NtIsProcessInJob(ke::Caller &caller, HANDLE process, HANDLE job);

Answer NtCreateThreadEx(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                        UserIn<OBJECT_ATTRIBUTES> attributes, HANDLE process, UserPointer start_routine,
                        UserPointer argument, ULONG flags, SIZE_T zero_bits, SIZE_T stack_size,
                        SIZE_T maximum_stack_size, UserPointer attribute_list);
Answer NtOpenThread(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                    UserIn<OBJECT_ATTRIBUTES> attributes, UserIn<CLIENT_ID> client_id);
Answer NtTerminateThread(ke::Caller &caller, HANDLE thread, NTSTATUS exit_status);
Answer NtSuspendThread(ke::Caller &caller, HANDLE thread, UserOut<ULONG> previous);
Answer NtResumeThread(ke::Caller &caller, HANDLE thread, UserOut<ULONG> previous);
Answer NtAlertThread(ke::Caller &caller, HANDLE thread);
Answer NtAlertResumeThread(ke::Caller &caller, HANDLE thread, UserOut<ULONG> previous);
Answer NtTestAlert(ke::Caller &caller);
Answer NtQueueApcThread(ke::Caller &caller, HANDLE thread, UserPointer routine, UserPointer argument1,
                        UserPointer argument2, UserPointer argument3);
Answer NtGetContextThread(ke::Caller &caller, HANDLE thread, UserInOut<CONTEXT> context);
Answer NtSetContextThread(ke::Caller &caller, HANDLE thread, UserIn<CONTEXT> context);
Answer NtGetNextThread(ke::Caller &caller, HANDLE process, HANDLE thread, ACCESS_MASK desired_access,
                       ULONG handle_attributes, ULONG flags, UserOut<HANDLE> next);
Answer NtQueryInformationThread(ke::Caller &caller, HANDLE thread, THREADINFOCLASS information_class,
                                UserPointer information, ULONG length, UserOut<ULONG> return_length);
Answer NtSetInformationThread(ke::Caller &caller, HANDLE thread, THREADINFOCLASS information_class,
                              UserPointer information, ULONG length);
Answer NtRaiseException(ke::Caller &caller, UserIn<EXCEPTION_RECORD> record, UserIn<CONTEXT> context,
                        BOOLEAN first_chance);

// The first process: no parent, its standard handles from `open_console`, which puts an inheritable handle into the
// table.
Result<Ref<Process>> StartFirstProcess(std::u16string_view path,
                                       Result<HANDLE> (*open_console)(ob::HandleTable &handles));

// A process of the Executive's own that plays `role`: no standard handles, its first thread runs at once.
Result<Ref<Process>> StartSystemProcess(std::u16string_view path, ProcessRole &role);

// What the services of mm ask.
Result<Ref<mm::AddressSpace>> SpaceOf(ke::Caller &caller, HANDLE process, ACCESS_MASK access);

}  // namespace ps
