#pragma once
// Device, driver and file objects as ObReferenceObject and ObDereferenceObject see them: each has a header in front.

#include <ntifs.h>

#include <cstddef>

namespace io {

// True when the object is a device, driver or file object of this part. Looks at 16 bytes in front of it.
bool IsObject(const void *object);

// Its type: *IoDeviceObjectType, *IoDriverObjectType or *IoFileObjectType.
POBJECT_TYPE ObjectType(const void *object);

// One more reference, and one less; the object goes with the last one. IRQL <= DISPATCH_LEVEL. The counts that are
// left.
LONG Reference(void *object);
LONG Dereference(void *object);

// A device, driver or file object with one reference, zeroed; null: no memory. For wdm/io.
void *CreateObject(size_t size, POBJECT_TYPE type);

}  // namespace io
