#pragma once
// Fibers: what drivers see as threads (PKTHREAD and PETHREAD point to a ke::Thread). All of them run on the baton
// thread, one at a time; one that waits lets the baton loop go on with the next. Interrupt routines and DPCs on the
// interrupt thread borrow the identity of the fiber that they preempted, as on NT.

#include <nt/nt.h>

#include <cstddef>
#include <cstdint>

namespace ke {

struct Thread;

using FiberRoutine = void (*)(void *context);

inline constexpr int kDefaultPriority = 8;

/// The fiber that the baton runs; never null once WdmHostMain began (the baton loop itself is one, which cannot wait).
Thread *CurrentThread();

/// Starts a fiber that calls `routine(context)` and then ends. It runs when the baton loop comes to it; its stack is
/// taken then. Null: no memory. IRQL <= DISPATCH_LEVEL.
Thread *StartFiber(FiberRoutine routine, void *context, int priority = kDefaultPriority);

/// One wake-up that a fiber waits for, without the cost of a KEVENT. It must live until Park has returned.
struct Parking {
  Thread *thread = nullptr;
  volatile bool ended = false;
};

/// Parks the calling fiber until Unpark(parking), which may have come first. IRQL < DISPATCH_LEVEL.
void Park(Parking &parking);

/// Ends the wait; the fiber runs when the baton loop comes to it. IRQL <= DISPATCH_LEVEL.
void Unpark(Parking &parking);

/// Lets the other fibers that are ready run first. IRQL < DISPATCH_LEVEL.
void Yield();

/// One more reference to a thread object, and one less. A thread whose fiber has ended goes with its last reference.
void Reference(Thread *thread);
void Dereference(Thread *thread);

/// For ObReferenceObjectByHandle, ZwClose, ZwWaitForSingleObject ...: handles of system threads are the host's own
/// (PsCreateSystemThread). The thread with a reference for the caller, or null when it is not such a handle.
Thread *ReferenceThreadByHandle(HANDLE handle);

/// Closes a handle of PsCreateSystemThread. False when it is not one.
bool CloseThreadHandle(HANDLE handle);

/// True when the object is a ke::Thread (any state). For ObReferenceObject and ObDereferenceObject.
bool IsThread(const void *object);

/// Process and thread that the current request came from, as PsGetCurrentProcessId/PsGetCurrentThreadId of a dispatch
/// routine say; 0, 0 = the fiber's own again. Set by wdm/io around a dispatch routine.
void SetRequestor(uint32_t process, uint32_t thread);

/// Bounds of the stack that the caller runs on.
struct StackBounds {
  uintptr_t low;
  uintptr_t high;
};
StackBounds CurrentStack();

}  // namespace ke
