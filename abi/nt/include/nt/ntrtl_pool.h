// Tp and Rtl exports of ntdll.dll: thread pools, work items, timers, registered waits. Source: the Win32 thread pool
// reference and the public layout of TP_CALLBACK_ENVIRON.
#pragma once

#include <nt/ntdef.h>
#include <nt/ntioapi.h>
#include <nt/ntrtl_sync.h>

typedef struct _TP_CALLBACK_INSTANCE TP_CALLBACK_INSTANCE, *PTP_CALLBACK_INSTANCE;
typedef struct _TP_POOL TP_POOL, *PTP_POOL;
typedef struct _TP_CLEANUP_GROUP TP_CLEANUP_GROUP, *PTP_CLEANUP_GROUP;
typedef struct _TP_WORK TP_WORK, *PTP_WORK;
typedef struct _TP_TIMER TP_TIMER, *PTP_TIMER;
typedef struct _TP_WAIT TP_WAIT, *PTP_WAIT;
typedef struct _TP_IO TP_IO, *PTP_IO;
typedef ULONG TP_WAIT_RESULT;

typedef VOID(NTAPI *PTP_SIMPLE_CALLBACK)(PTP_CALLBACK_INSTANCE Instance, PVOID Context);
typedef VOID(NTAPI *PTP_WORK_CALLBACK)(PTP_CALLBACK_INSTANCE Instance, PVOID Context, PTP_WORK Work);
typedef VOID(NTAPI *PTP_TIMER_CALLBACK)(PTP_CALLBACK_INSTANCE Instance, PVOID Context, PTP_TIMER Timer);
typedef VOID(NTAPI *PTP_WAIT_CALLBACK)(PTP_CALLBACK_INSTANCE Instance, PVOID Context, PTP_WAIT Wait,
                                       TP_WAIT_RESULT WaitResult);
typedef VOID(NTAPI *PTP_CLEANUP_GROUP_CANCEL_CALLBACK)(PVOID ObjectContext, PVOID CleanupContext);

typedef enum _TP_CALLBACK_PRIORITY NT_ENUM {
  TP_CALLBACK_PRIORITY_HIGH,
  TP_CALLBACK_PRIORITY_NORMAL,
  TP_CALLBACK_PRIORITY_LOW,
  TP_CALLBACK_PRIORITY_COUNT
} TP_CALLBACK_PRIORITY;

typedef struct _TP_POOL_STACK_INFORMATION {
  SIZE_T StackReserve;
  SIZE_T StackCommit;
} TP_POOL_STACK_INFORMATION, *PTP_POOL_STACK_INFORMATION;

typedef struct _TP_CALLBACK_ENVIRON_V3 {
  ULONG Version;  // 1, or 3 with the last two fields
  PTP_POOL Pool;
  PTP_CLEANUP_GROUP CleanupGroup;
  PTP_CLEANUP_GROUP_CANCEL_CALLBACK CleanupGroupCancelCallback;
  PVOID RaceDll;
  PVOID ActivationContext;
  PTP_SIMPLE_CALLBACK FinalizationCallback;
  ULONG Flags;  // 1: callbacks may run long, 2: persistent thread
  TP_CALLBACK_PRIORITY CallbackPriority;
  ULONG Size;
} TP_CALLBACK_ENVIRON_V3, TP_CALLBACK_ENVIRON, *PTP_CALLBACK_ENVIRON;
NT_ASSERT_SIZE(TP_CALLBACK_ENVIRON_V3, 0x48);

typedef VOID(NTAPI *WORKERCALLBACKFUNC)(PVOID Context);
typedef VOID(NTAPI *WAITORTIMERCALLBACKFUNC)(PVOID Context, BOOLEAN TimedOut);

#define WT_EXECUTEDEFAULT 0x00000000u
#define WT_EXECUTEINIOTHREAD 0x00000001u
#define WT_EXECUTEINWAITTHREAD 0x00000004u
#define WT_EXECUTEONLYONCE 0x00000008u
#define WT_EXECUTELONGFUNCTION 0x00000010u
#define WT_EXECUTEINTIMERTHREAD 0x00000020u
#define WT_EXECUTEINPERSISTENTTHREAD 0x00000080u
#define WT_TRANSFER_IMPERSONATION 0x00000100u

NT_EXTERN_C_BEGIN

NTSYSAPI NTSTATUS NTAPI TpAllocPool(PTP_POOL *PoolReturn, PVOID Reserved);
NTSYSAPI VOID NTAPI TpReleasePool(PTP_POOL Pool);
NTSYSAPI VOID NTAPI TpSetPoolMaxThreads(PTP_POOL Pool, ULONG MaxThreads);
NTSYSAPI NTSTATUS NTAPI TpSetPoolMinThreads(PTP_POOL Pool, ULONG MinThreads);
NTSYSAPI NTSTATUS NTAPI TpQueryPoolStackInformation(PTP_POOL Pool, PTP_POOL_STACK_INFORMATION PoolStackInformation);
NTSYSAPI NTSTATUS NTAPI TpSetPoolStackInformation(PTP_POOL Pool, PTP_POOL_STACK_INFORMATION PoolStackInformation);

NTSYSAPI NTSTATUS NTAPI TpAllocCleanupGroup(PTP_CLEANUP_GROUP *CleanupGroupReturn);
NTSYSAPI VOID NTAPI TpReleaseCleanupGroup(PTP_CLEANUP_GROUP CleanupGroup);
NTSYSAPI VOID NTAPI TpReleaseCleanupGroupMembers(PTP_CLEANUP_GROUP CleanupGroup, ULONG CancelPendingCallbacks,
                                                 PVOID CleanupParameter);

NTSYSAPI VOID NTAPI TpCallbackSetEventOnCompletion(PTP_CALLBACK_INSTANCE Instance, HANDLE Event);
NTSYSAPI VOID NTAPI TpCallbackReleaseSemaphoreOnCompletion(PTP_CALLBACK_INSTANCE Instance, HANDLE Semaphore,
                                                           ULONG ReleaseCount);
NTSYSAPI VOID NTAPI TpCallbackReleaseMutexOnCompletion(PTP_CALLBACK_INSTANCE Instance, HANDLE Mutex);
NTSYSAPI VOID NTAPI TpCallbackLeaveCriticalSectionOnCompletion(PTP_CALLBACK_INSTANCE Instance,
                                                               PRTL_CRITICAL_SECTION CriticalSection);
NTSYSAPI VOID NTAPI TpCallbackUnloadDllOnCompletion(PTP_CALLBACK_INSTANCE Instance, PVOID DllHandle);
NTSYSAPI NTSTATUS NTAPI TpCallbackMayRunLong(PTP_CALLBACK_INSTANCE Instance);
NTSYSAPI VOID NTAPI TpDisassociateCallback(PTP_CALLBACK_INSTANCE Instance);

NTSYSAPI NTSTATUS NTAPI TpSimpleTryPost(PTP_SIMPLE_CALLBACK Callback, PVOID Context, PTP_CALLBACK_ENVIRON Environ);
NTSYSAPI NTSTATUS NTAPI TpAllocWork(PTP_WORK *WorkReturn, PTP_WORK_CALLBACK Callback, PVOID Context,
                                    PTP_CALLBACK_ENVIRON Environ);
NTSYSAPI VOID NTAPI TpReleaseWork(PTP_WORK Work);
NTSYSAPI VOID NTAPI TpPostWork(PTP_WORK Work);
NTSYSAPI VOID NTAPI TpWaitForWork(PTP_WORK Work, ULONG CancelPendingCallbacks);
NTSYSAPI NTSTATUS NTAPI TpAllocTimer(PTP_TIMER *TimerReturn, PTP_TIMER_CALLBACK Callback, PVOID Context,
                                     PTP_CALLBACK_ENVIRON Environ);
NTSYSAPI VOID NTAPI TpReleaseTimer(PTP_TIMER Timer);
/// A null DueTime stops the timer; Period in milliseconds.
NTSYSAPI VOID NTAPI TpSetTimer(PTP_TIMER Timer, PLARGE_INTEGER DueTime, ULONG Period, ULONG WindowLength);
NTSYSAPI BOOLEAN NTAPI TpIsTimerSet(PTP_TIMER Timer);
NTSYSAPI VOID NTAPI TpWaitForTimer(PTP_TIMER Timer, ULONG CancelPendingCallbacks);
NTSYSAPI NTSTATUS NTAPI TpAllocWait(PTP_WAIT *WaitReturn, PTP_WAIT_CALLBACK Callback, PVOID Context,
                                    PTP_CALLBACK_ENVIRON Environ);
NTSYSAPI VOID NTAPI TpReleaseWait(PTP_WAIT Wait);
/// One wait for one signal; a null Handle stops it.
NTSYSAPI VOID NTAPI TpSetWait(PTP_WAIT Wait, HANDLE Handle, PLARGE_INTEGER Timeout);
NTSYSAPI VOID NTAPI TpWaitForWait(PTP_WAIT Wait, ULONG CancelPendingCallbacks);

NTSYSAPI NTSTATUS NTAPI RtlQueueWorkItem(WORKERCALLBACKFUNC Function, PVOID Context, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlRegisterWait(PHANDLE WaitHandle, HANDLE Handle, WAITORTIMERCALLBACKFUNC Function,
                                        PVOID Context, ULONG Milliseconds, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlDeregisterWait(HANDLE WaitHandle);
NTSYSAPI NTSTATUS NTAPI RtlDeregisterWaitEx(HANDLE WaitHandle, HANDLE CompletionEvent);
NTSYSAPI NTSTATUS NTAPI RtlCreateTimerQueue(PHANDLE TimerQueueHandle);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimerQueue(HANDLE TimerQueueHandle);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimerQueueEx(HANDLE TimerQueueHandle, HANDLE CompletionEvent);
NTSYSAPI NTSTATUS NTAPI RtlCreateTimer(HANDLE TimerQueueHandle, PHANDLE TimerHandle, WAITORTIMERCALLBACKFUNC Function,
                                       PVOID Context, ULONG DueTime, ULONG Period, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlUpdateTimer(HANDLE TimerQueueHandle, HANDLE TimerHandle, ULONG DueTime, ULONG Period);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimer(HANDLE TimerQueueHandle, HANDLE TimerHandle, HANDLE CompletionEvent);

NT_EXTERN_C_END
