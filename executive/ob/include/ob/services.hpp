#pragma once
// The object manager's system services. Arguments and statuses are those of the Windows Driver Kit's Zw*/Nt* pages;
// services whose pointers fail give STATUS_ACCESS_VIOLATION or STATUS_DATATYPE_MISALIGNMENT in addition.

#include <nt/nt.h>
#include <ke/caller.hpp>
#include <rtl/result.hpp>

namespace ob {

Result<NTSTATUS> NtClose(ke::Caller &caller, HANDLE handle);
Result<NTSTATUS> NtCompareObjects(ke::Caller &caller, HANDLE first, HANDLE second);
Result<NTSTATUS> NtDuplicateObject(ke::Caller &caller, HANDLE source_process, HANDLE source, HANDLE target_process,
                                   UserOut<HANDLE> target, ACCESS_MASK desired_access, ULONG attributes, ULONG options);
Result<NTSTATUS> NtMakePermanentObject(ke::Caller &caller, HANDLE handle);
Result<NTSTATUS> NtMakeTemporaryObject(ke::Caller &caller, HANDLE handle);
Result<NTSTATUS> NtQueryObject(ke::Caller &caller, HANDLE handle, OBJECT_INFORMATION_CLASS information_class,
                               UserPointer information, ULONG length, UserOut<ULONG> return_length);
Result<NTSTATUS> NtSetInformationObject(ke::Caller &caller, HANDLE handle, OBJECT_INFORMATION_CLASS information_class,
                                        UserPointer information, ULONG length);
Result<NTSTATUS> NtQuerySecurityObject(ke::Caller &caller, HANDLE handle, ULONG security_information,
                                       UserPointer security_descriptor, ULONG length, UserOut<ULONG> length_needed);

Result<NTSTATUS> NtCreateDirectoryObject(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                         UserIn<OBJECT_ATTRIBUTES> attributes);
Result<NTSTATUS> NtOpenDirectoryObject(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                       UserIn<OBJECT_ATTRIBUTES> attributes);
Result<NTSTATUS> NtQueryDirectoryObject(ke::Caller &caller, HANDLE handle, UserPointer buffer, ULONG length,
                                        BOOLEAN return_single_entry, BOOLEAN restart_scan, UserInOut<ULONG> context,
                                        UserOut<ULONG> return_length);

Result<NTSTATUS> NtCreateSymbolicLinkObject(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                            UserIn<OBJECT_ATTRIBUTES> attributes, UserIn<UNICODE_STRING> target);
Result<NTSTATUS> NtOpenSymbolicLinkObject(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                          UserIn<OBJECT_ATTRIBUTES> attributes);
Result<NTSTATUS> NtQuerySymbolicLinkObject(ke::Caller &caller, HANDLE handle, UserInOut<UNICODE_STRING> target,
                                           UserOut<ULONG> returned_length);

}  // namespace ob
