// Objects of the runtime that are neither threads (wdm/ke) nor devices, drivers and files (wdm/io): callback objects,
// named events, processes. Each has a header of 16 bytes in front.
#pragma once

#include <ntifs.h>

#include <stddef.h>

// What a POBJECT_TYPE points to.
struct _OBJECT_TYPE {
  const char16_t *name;
  void (*destroy)(void *object);  // with the last reference; null: nothing to do but to free the memory
};

namespace wdm {

using Type = _OBJECT_TYPE;

/// An object with one reference, zeroed; null: no memory. IRQL <= DISPATCH_LEVEL.
void *CreateObject(size_t size, const Type &type);

/// What goes with the last reference of a named event (named_event.cpp).
void DestroyNamedEvent(void *object);

/// Whether it is one of these. Looks at 16 bytes in front of it.
bool IsObject(const void *object);

/// The type of any object of the host: of this part, of wdm/ke or of wdm/io; null for what is none.
POBJECT_TYPE TypeOf(const void *object);

/// A handle of the host's own for an object, whose reference it takes over; null: no memory. Such handles are no
/// handles of the Executive: ObReferenceObjectByHandle and ZwClose know them.
HANDLE MakeHandle(void *object);

/// The object of a handle of MakeHandle, with a reference for the caller; null when it is not such a handle.
void *ReferenceHandle(HANDLE handle);

/// Closes a handle of the host's own (MakeHandle, PsCreateSystemThread). False when it is not one: it is the
/// Executive's.
bool CloseOwnHandle(HANDLE handle);

}  // namespace wdm
