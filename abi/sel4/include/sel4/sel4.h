#pragma once
// The whole ABI.

#include <sel4/bootinfo.h>
#include <sel4/constants.h>
#include <sel4/errors.h>
#include <sel4/faults.h>
#include <sel4/invocations.h>
#include <sel4/objects.h>
#include <sel4/syscalls.h>
#include <sel4/types.h>
