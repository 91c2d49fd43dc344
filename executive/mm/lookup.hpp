#pragma once
// What Mm's services ask of the components to the right.

#include <mm/services.hpp>

namespace mm {

Result<Ref<AddressSpace>> LookUpSpace(ke::Caller &caller, HANDLE process, ACCESS_MASK access);
Result<Ref<FileBacking>> LookUpFile(ke::Caller &caller, HANDLE file, ACCESS_MASK access);

// What the ZeroBits argument of an allocating service means.
Result<Placement> PlacementFor(std::uint64_t address, ULONG_PTR zero_bits, bool top_down, NTSTATUS bad_zero_bits);

}  // namespace mm
