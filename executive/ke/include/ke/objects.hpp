#pragma once
// Kernel objects that are not frames. They are never returned to their untyped: a free one waits in a cache for its
// next use, which is cheaper than making it again and cannot fragment memory.

#include <cap/cap.hpp>
#include <rtl/result.hpp>

namespace ke {

// A new object of this seL4 type. STATUS_INSUFFICIENT_RESOURCES.
Result<seL4_CPtr> MakeObject(seL4_Word type, unsigned object_bits, unsigned size_argument);

Result<cap::Cap<cap::Tcb>> MakeTcb();
Result<cap::Cap<cap::Endpoint>> MakeEndpoint();
Result<cap::Cap<cap::Notification>> MakeNotification();
Result<cap::Cap<cap::CNode>> MakeCNode(unsigned slot_bits);
// The root of an address space, its ASID assigned. Cached when free.
Result<cap::Cap<cap::Pml4>> AllocatePml4();
void FreePml4(cap::Cap<cap::Pml4> root);

// Page tables of the three lower levels, unmapped when they come and go.
enum class TableLevel : unsigned char { kPageTable, kPageDirectory, kPdpt };
Result<seL4_CPtr> AllocateTable(TableLevel level);
void FreeTable(TableLevel level, seL4_CPtr table);

}  // namespace ke
