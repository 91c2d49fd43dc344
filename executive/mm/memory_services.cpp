// Services on virtual memory (WDK: ZwAllocateVirtualMemory, ZwFreeVirtualMemory, ZwProtectVirtualMemory,
// ZwQueryVirtualMemory; NtReadVirtualMemory and NtWriteVirtualMemory as ReadProcessMemory documents them).

#include <mm/services.hpp>

#include "lookup.hpp"
#include "vad.hpp"

#include <algorithm>
#include <bit>

namespace mm {
namespace {

constinit ProcessLookup process_lookup = nullptr;

// The range that a caller names by base and size.
Result<Range> ReadRange(const UserInOut<PVOID> &base, const UserInOut<SIZE_T> &size) {
  auto start = reinterpret_cast<std::uint64_t>(TRY(base.Read()));
  return Range{start, TRY(size.Read())};
}

Result<void> WriteRange(const UserInOut<PVOID> &base, const UserInOut<SIZE_T> &size, const Range &range) {
  TRY(base.Write(reinterpret_cast<PVOID>(range.start)));
  return size.Write(range.size);
}

bool HasOnly(ULONG value, ULONG allowed) { return (value & ~allowed) == 0; }

Result<NTSTATUS> QueryMappedFile(AddressSpace &space, std::uint64_t address, UserPointer out, SIZE_T length,
                                 UserOut<SIZE_T> return_length) {
  std::u16string_view path = TRY(space.MappedFile(address));
  SIZE_T needed = sizeof(UNICODE_STRING) + (path.size() + 1) * sizeof(WCHAR);
  TRY(return_length.WriteIfGiven(needed));
  if (length < sizeof(UNICODE_STRING)) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  if (length < needed) {
    return Fail(STATUS_BUFFER_OVERFLOW);
  }
  UNICODE_STRING name{};
  name.Length = static_cast<USHORT>(path.size() * sizeof(WCHAR));
  name.MaximumLength = static_cast<USHORT>(name.Length + sizeof(WCHAR));
  name.Buffer = reinterpret_cast<PWSTR>(out.address + sizeof(UNICODE_STRING));
  TRY(out.Write(&name, sizeof(name)));
  TRY(out.Write(path.data(), name.Length, sizeof(name)));
  char16_t zero = 0;
  TRY(out.Write(&zero, sizeof(zero), sizeof(name) + name.Length));
  return STATUS_SUCCESS;
}

// Copies between two address spaces, page by page; how much was copied before the first failure.
SIZE_T CopyBetween(AddressSpace &from_space, std::uint64_t from, ke::UserSpace &to_space, std::uint64_t to,
                   SIZE_T size) {
  SIZE_T done = 0;
  while (done < size) {
    Result<std::span<std::byte>> source = from_space.Resolve(from + done, false);
    if (!source) {
      break;
    }
    SIZE_T count = std::min<SIZE_T>(size - done, source->size());
    if (!ke::CopyToUser(to_space, to + done, source->data(), count)) {
      break;
    }
    done += count;
  }
  return done;
}

}  // namespace

void UseProcessLookup(ProcessLookup lookup) { process_lookup = lookup; }

Result<Ref<AddressSpace>> LookUpSpace(ke::Caller &caller, HANDLE process, ACCESS_MASK access) {
  return process_lookup(caller, process, access);
}

Result<Placement> PlacementFor(std::uint64_t address, ULONG_PTR zero_bits, bool top_down, NTSTATUS bad_zero_bits) {
  Placement placement{.address = address, .top_down = top_down};
  if (zero_bits == 0) {
    return placement;
  }
  if (zero_bits < 32) {
    // The number of high bits, of a 32-bit address, that must be zero.
    if (zero_bits > 21) {
      return Fail(bad_zero_bits);
    }
    placement.limit = std::uint64_t{1} << (32 - zero_bits);
  } else {
    // A mask: the address has no bit above its highest one.
    placement.limit = std::uint64_t{1} << std::min(47, std::bit_width(static_cast<std::uint64_t>(zero_bits)));
  }
  placement.limit = std::min(placement.limit, kHighestUserAddress + 1);
  return placement;
}

Result<NTSTATUS> NtAllocateVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                         ULONG_PTR zero_bits, UserInOut<SIZE_T> region_size, ULONG allocation_type,
                                         ULONG protect) {
  constexpr ULONG kTypes = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO | MEM_TOP_DOWN | MEM_WRITE_WATCH |
                           MEM_PHYSICAL | MEM_LARGE_PAGES;
  if (!HasOnly(allocation_type, kTypes) ||
      (allocation_type & (MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO)) == 0 ||
      ((allocation_type & (MEM_RESET | MEM_RESET_UNDO)) != 0 && (allocation_type & (MEM_COMMIT | MEM_RESERVE)) != 0)) {
    return Fail(STATUS_INVALID_PARAMETER_5);
  }
  if ((allocation_type & (MEM_WRITE_WATCH | MEM_PHYSICAL | MEM_LARGE_PAGES)) != 0) {
    return Fail(STATUS_NOT_IMPLEMENTED);
  }
  if (!ValidProtection(protect, false)) {
    return Fail(STATUS_INVALID_PAGE_PROTECTION);
  }
  Range range = TRY(ReadRange(base_address, region_size));
  Ref<AddressSpace> space = TRY(LookUpSpace(caller, process, PROCESS_VM_OPERATION));
  bool top_down = (allocation_type & MEM_TOP_DOWN) != 0;
  Placement placement = TRY(PlacementFor(range.start, zero_bits, top_down, STATUS_INVALID_PARAMETER_3));
  TRY(space->Allocate(range, placement, allocation_type, protect));
  TRY(WriteRange(base_address, region_size, range));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtFreeVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                     UserInOut<SIZE_T> region_size, ULONG free_type) {
  if (free_type != MEM_DECOMMIT && free_type != MEM_RELEASE) {
    return Fail(STATUS_INVALID_PARAMETER_4);
  }
  Range range = TRY(ReadRange(base_address, region_size));
  Ref<AddressSpace> space = TRY(LookUpSpace(caller, process, PROCESS_VM_OPERATION));
  TRY(space->Free(range, free_type));
  TRY(WriteRange(base_address, region_size, range));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtProtectVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                        UserInOut<SIZE_T> region_size, ULONG new_protect, UserOut<ULONG> old_protect) {
  if (!ValidProtection(new_protect, true)) {
    return Fail(STATUS_INVALID_PAGE_PROTECTION);
  }
  Range range = TRY(ReadRange(base_address, region_size));
  Ref<AddressSpace> space = TRY(LookUpSpace(caller, process, PROCESS_VM_OPERATION));
  ULONG old = 0;
  TRY(space->Protect(range, new_protect, old));
  TRY(WriteRange(base_address, region_size, range));
  TRY(old_protect.Write(old));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtQueryVirtualMemory(ke::Caller &caller, HANDLE process, UserPointer address,
                                      MEMORY_INFORMATION_CLASS information_class, UserPointer information,
                                      SIZE_T length, UserOut<SIZE_T> return_length) {
  Ref<AddressSpace> space = TRY(LookUpSpace(caller, process, PROCESS_QUERY_INFORMATION));
  switch (information_class) {
    case MemoryBasicInformation: {
      if (length < sizeof(MEMORY_BASIC_INFORMATION)) {
        return Fail(STATUS_INFO_LENGTH_MISMATCH);
      }
      MEMORY_BASIC_INFORMATION basic = TRY(space->Query(address.address));
      TRY(information.Write(&basic, sizeof(basic)));
      TRY(return_length.WriteIfGiven(sizeof(basic)));
      return STATUS_SUCCESS;
    }
    case MemoryMappedFilenameInformation:
      return QueryMappedFile(*space, address.address, information, length, return_length);
    default:
      return Fail(STATUS_INVALID_INFO_CLASS);
  }
}

Result<NTSTATUS> NtReadVirtualMemory(ke::Caller &caller, HANDLE process, UserPointer address, UserPointer buffer,
                                     SIZE_T size, UserOut<SIZE_T> read) {
  TRY(ke::CheckRange(address.address, size));
  TRY(ke::CheckRange(buffer.address, size));
  Ref<AddressSpace> space = TRY(LookUpSpace(caller, process, PROCESS_VM_READ));
  SIZE_T done = CopyBetween(*space, address.address, caller.Space(), buffer.address, size);
  TRY(read.WriteIfGiven(done));
  return done == size ? STATUS_SUCCESS : STATUS_PARTIAL_COPY;
}

Result<NTSTATUS> NtWriteVirtualMemory(ke::Caller &caller, HANDLE process, UserPointer address, UserPointer buffer,
                                      SIZE_T size, UserOut<SIZE_T> written) {
  TRY(ke::CheckRange(address.address, size));
  TRY(ke::CheckRange(buffer.address, size));
  Ref<AddressSpace> space = TRY(LookUpSpace(caller, process, PROCESS_VM_WRITE));
  auto &own = static_cast<AddressSpace &>(caller.Space());
  SIZE_T done = CopyBetween(own, buffer.address, *space, address.address, size);
  TRY(written.WriteIfGiven(done));
  return done == size ? STATUS_SUCCESS : STATUS_PARTIAL_COPY;
}

Result<NTSTATUS> NtFlushInstructionCache(ke::Caller &caller, HANDLE process, UserPointer, SIZE_T) {
  // x86 keeps its instruction caches coherent: only the handle matters.
  TRY(LookUpSpace(caller, process, PROCESS_VM_WRITE));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtLockVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                     UserInOut<SIZE_T> region_size, ULONG map_type) {
  if (map_type == 0 || !HasOnly(map_type, 3)) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  Range range = TRY(ReadRange(base_address, region_size));
  Ref<AddressSpace> space = TRY(LookUpSpace(caller, process, PROCESS_VM_OPERATION));
  // There is no page file: a page that is resident stays so. Locking makes them resident.
  std::uint64_t first = range.start / kPage;
  std::uint64_t end = (range.start + range.size + kPage - 1) / kPage;
  for (std::uint64_t page = first; page < end; page += 1) {
    TRY(space->Resolve(page * kPage, false));
  }
  TRY(WriteRange(base_address, region_size, {first * kPage, (end - first) * kPage}));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtUnlockVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                       UserInOut<SIZE_T> region_size, ULONG map_type) {
  return NtLockVirtualMemory(caller, process, base_address, region_size, map_type);
}

}  // namespace mm
