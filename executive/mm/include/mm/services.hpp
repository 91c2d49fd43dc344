#pragma once
// Mm's system services. Arguments and statuses are those of the WDK's Zw*/Nt* pages; services whose pointers fail give
// STATUS_ACCESS_VIOLATION or STATUS_DATATYPE_MISALIGNMENT in addition.

#include <nt/nt.h>
#include <ke/caller.hpp>
#include <mm/address_space.hpp>
#include <rtl/result.hpp>

namespace mm {

// From a process handle to its address space; implemented by ps. STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
// STATUS_ACCESS_DENIED, STATUS_PROCESS_IS_TERMINATING.
using ProcessLookup = Result<Ref<AddressSpace>> (*)(ke::Caller &caller, HANDLE process, ACCESS_MASK access);
void UseProcessLookup(ProcessLookup lookup);

Result<NTSTATUS> NtAllocateVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                         ULONG_PTR zero_bits, UserInOut<SIZE_T> region_size, ULONG allocation_type,
                                         ULONG protect);
Result<NTSTATUS> NtFreeVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                     UserInOut<SIZE_T> region_size, ULONG free_type);
Result<NTSTATUS> NtProtectVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                        UserInOut<SIZE_T> region_size, ULONG new_protect, UserOut<ULONG> old_protect);
Result<NTSTATUS> NtQueryVirtualMemory(ke::Caller &caller, HANDLE process, UserPointer address,
                                      MEMORY_INFORMATION_CLASS information_class, UserPointer information,
                                      SIZE_T length, UserOut<SIZE_T> return_length);
Result<NTSTATUS> NtReadVirtualMemory(ke::Caller &caller, HANDLE process, UserPointer address, UserPointer buffer,
                                     SIZE_T size, UserOut<SIZE_T> read);
Result<NTSTATUS> NtWriteVirtualMemory(ke::Caller &caller, HANDLE process, UserPointer address, UserPointer buffer,
                                      SIZE_T size, UserOut<SIZE_T> written);
Result<NTSTATUS> NtFlushInstructionCache(ke::Caller &caller, HANDLE process, UserPointer address, SIZE_T length);
Result<NTSTATUS> NtLockVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                     UserInOut<SIZE_T> region_size, ULONG map_type);
Result<NTSTATUS> NtUnlockVirtualMemory(ke::Caller &caller, HANDLE process, UserInOut<PVOID> base_address,
                                       UserInOut<SIZE_T> region_size, ULONG map_type);

Result<NTSTATUS> NtCreateSection(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                 UserIn<OBJECT_ATTRIBUTES> attributes, UserIn<LARGE_INTEGER> maximum_size,
                                 ULONG protection, ULONG allocation_attributes, HANDLE file);
Result<NTSTATUS> NtOpenSection(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                               UserIn<OBJECT_ATTRIBUTES> attributes);
Result<NTSTATUS> NtQuerySection(ke::Caller &caller, HANDLE section, SECTION_INFORMATION_CLASS information_class,
                                UserPointer information, SIZE_T length, UserOut<SIZE_T> return_length);
Result<NTSTATUS> NtMapViewOfSection(ke::Caller &caller, HANDLE section, HANDLE process, UserInOut<PVOID> base_address,
                                    ULONG_PTR zero_bits, SIZE_T commit_size, UserInOut<LARGE_INTEGER> section_offset,
                                    UserInOut<SIZE_T> view_size, SECTION_INHERIT inherit, ULONG allocation_type,
                                    ULONG protect);
Result<NTSTATUS> NtUnmapViewOfSection(ke::Caller &caller, HANDLE process, UserPointer base_address);
Result<NTSTATUS> NtAreMappedFilesTheSame(ke::Caller &caller, UserPointer first, UserPointer second);

}  // namespace mm
