#pragma once
// Events, mutants, semaphores, timers, waits and time: the system services. Arguments and statuses are those of the
// Windows Driver Kit's Zw*/Nt* pages; services whose pointers fail give STATUS_ACCESS_VIOLATION or
// STATUS_DATATYPE_MISALIGNMENT in addition.

#include <nt/nt.h>
#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <rtl/result.hpp>

#include <optional>

namespace ex {

using Answer = Result<NTSTATUS>;

Answer NtCreateEvent(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                     UserIn<OBJECT_ATTRIBUTES> attributes, EVENT_TYPE type, BOOLEAN initial_state);
Answer NtOpenEvent(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                   UserIn<OBJECT_ATTRIBUTES> attributes);
Answer NtSetEvent(ke::Caller &caller, HANDLE handle, UserOut<LONG> previous_state);
Answer NtResetEvent(ke::Caller &caller, HANDLE handle, UserOut<LONG> previous_state);
Answer NtClearEvent(ke::Caller &caller, HANDLE handle);
Answer NtPulseEvent(ke::Caller &caller, HANDLE handle, UserOut<LONG> previous_state);
Answer NtQueryEvent(ke::Caller &caller, HANDLE handle, EVENT_INFORMATION_CLASS information_class,
                    UserPointer information, ULONG length, UserOut<ULONG> return_length);

Answer NtCreateMutant(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                      UserIn<OBJECT_ATTRIBUTES> attributes, BOOLEAN initial_owner);
Answer NtOpenMutant(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                    UserIn<OBJECT_ATTRIBUTES> attributes);
Answer NtReleaseMutant(ke::Caller &caller, HANDLE handle, UserOut<LONG> previous_count);
Answer NtQueryMutant(ke::Caller &caller, HANDLE handle, MUTANT_INFORMATION_CLASS information_class,
                     UserPointer information, ULONG length, UserOut<ULONG> return_length);

Answer NtCreateSemaphore(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                         UserIn<OBJECT_ATTRIBUTES> attributes, LONG initial_count, LONG maximum_count);
Answer NtOpenSemaphore(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                       UserIn<OBJECT_ATTRIBUTES> attributes);
Answer NtReleaseSemaphore(ke::Caller &caller, HANDLE handle, LONG release_count, UserOut<LONG> previous_count);
Answer NtQuerySemaphore(ke::Caller &caller, HANDLE handle, SEMAPHORE_INFORMATION_CLASS information_class,
                        UserPointer information, ULONG length, UserOut<ULONG> return_length);

Answer NtCreateTimer(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                     UserIn<OBJECT_ATTRIBUTES> attributes, TIMER_TYPE type);
Answer NtOpenTimer(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                   UserIn<OBJECT_ATTRIBUTES> attributes);
// `routine` gets (context, low part of the due time, high part) as an APC to the calling thread.
Answer NtSetTimer(ke::Caller &caller, HANDLE handle, UserIn<LARGE_INTEGER> due_time, UserPointer routine,
                  UserPointer context, BOOLEAN resume, LONG period, UserOut<BOOLEAN> previous_state);
Answer NtCancelTimer(ke::Caller &caller, HANDLE handle, UserOut<BOOLEAN> current_state);
Answer NtQueryTimer(ke::Caller &caller, HANDLE handle, TIMER_INFORMATION_CLASS information_class,
                    UserPointer information, ULONG length, UserOut<ULONG> return_length);

// Each service that may wait comes twice: Try... answers when it need not wait (errors, satisfied, polled) and is asked
// first; an empty optional asks for the coroutine. The coroutine is complete in itself and may be called alone, except
// that NtSignalAndWaitForSingleObject's has the signal as its first step and Try... does nothing but fail before it.
std::optional<Answer> TryNtWaitForSingleObject(ke::Caller &caller, HANDLE handle, BOOLEAN alertable,
                                               UserIn<LARGE_INTEGER> timeout);
coro::Task<Answer> NtWaitForSingleObject(ke::Caller &caller, HANDLE handle, BOOLEAN alertable,
                                         UserIn<LARGE_INTEGER> timeout);
std::optional<Answer> TryNtWaitForMultipleObjects(ke::Caller &caller, ULONG count, UserPointer handles, WAIT_TYPE type,
                                                  BOOLEAN alertable, UserIn<LARGE_INTEGER> timeout);
coro::Task<Answer> NtWaitForMultipleObjects(ke::Caller &caller, ULONG count, UserPointer handles, WAIT_TYPE type,
                                            BOOLEAN alertable, UserIn<LARGE_INTEGER> timeout);
coro::Task<Answer> NtSignalAndWaitForSingleObject(ke::Caller &caller, HANDLE signal, HANDLE wait, BOOLEAN alertable,
                                                  UserIn<LARGE_INTEGER> timeout);
std::optional<Answer> TryNtDelayExecution(ke::Caller &caller, BOOLEAN alertable, UserIn<LARGE_INTEGER> interval);
coro::Task<Answer> NtDelayExecution(ke::Caller &caller, BOOLEAN alertable, UserIn<LARGE_INTEGER> interval);
Answer NtYieldExecution(ke::Caller &caller);

Answer NtQuerySystemTime(ke::Caller &caller, UserOut<LARGE_INTEGER> time);
Answer NtQueryPerformanceCounter(ke::Caller &caller, UserOut<LARGE_INTEGER> counter, UserOut<LARGE_INTEGER> frequency);
Answer NtQueryTimerResolution(ke::Caller &caller, UserOut<ULONG> maximum, UserOut<ULONG> minimum,
                              UserOut<ULONG> current);
Answer NtSetTimerResolution(ke::Caller &caller, ULONG desired, BOOLEAN set, UserOut<ULONG> actual);
Answer NtAllocateLocallyUniqueId(ke::Caller &caller, UserOut<LUID> luid);

}  // namespace ex
