#pragma once
// Dispatcher objects' types and the values of NT's bug checks that this folder raises.

#include <ntifs.h>

namespace ke {

// KOBJECTS (public symbols of Windows).
enum ObjectType : UCHAR {
  kNotificationEvent = 0,
  kSynchronizationEvent = 1,
  kMutant = 2,
  kQueue = 4,
  kSemaphore = 5,
  kThread = 6,
  kNotificationTimer = 8,
  kSynchronizationTimer = 9,
  kDpc = 19,
  kDeviceQueue = 20,
  kInterrupt = 22,
  kThreadedDpc = 26,
  kTimeout = 127,  // ours: the timer of a thread's wait
};

// Bug Check Code Reference (WDK).
enum BugCode : ULONG {
  kApcIndexMismatch = 0x01,
  kIrqlNotGreaterOrEqual = 0x09,
  kIrqlNotLessOrEqual = 0x0a,
  kMaximumWaitObjectsExceeded = 0x0c,
  kSpinLockAlreadyOwned = 0x0f,
  kSpinLockNotOwned = 0x10,
  kNoExceptionHandlingSupport = 0x0b,
  kIrqlGtZeroAtSystemService = 0x4a,
  kThreadNotMutexOwner = 0x11,
  kMutexAlreadyOwned = 0xbf,
  kAttemptedSwitchFromDpc = 0xb8,
  kTimerOrDpcInvalid = 0xc7,
  kIrqlUnexpectedValue = 0xc8,
  kWorkerThreadReturnedAtBadIrql = 0xe1,
  kWorkerInvalid = 0xe4,
  kThreadTerminateHeldMutex = 0x4000'008a,
  kInvalidWorkQueueItem = 0x96,
  kDriverCorruptedMmPool = 0xd0,
};

}  // namespace ke
