#pragma once
// Object types of UntypedRetype and object sizes as powers of two (SEL4_ABI.md section 5).

#include <sel4/types.h>

typedef enum api_object {
  seL4_UntypedObject = 0,
  seL4_TCBObject = 1,
  seL4_EndpointObject = 2,
  seL4_NotificationObject = 3,
  seL4_CapTableObject = 4,
  seL4_NonArchObjectTypeCount = 5,
} seL4_ObjectType;

#include <sel4/arch/objects.h>
