#pragma once
// The system services on files. Arguments and statuses are those of the Windows Driver Kit's Zw*/Nt* pages and of
// [MS-FSA]; services whose pointers fail give STATUS_ACCESS_VIOLATION or STATUS_DATATYPE_MISALIGNMENT in addition.

#include <nt/nt.h>
#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <rtl/result.hpp>

#include <optional>

namespace io {

// A service whose file a driver may answer for comes twice: Try... is asked first and answers what needs no driver; an
// empty optional asks for the coroutine, which is complete in itself.
using Answer = Result<NTSTATUS>;
using StatusBlock = UserOut<IO_STATUS_BLOCK>;

std::optional<Answer> TryNtCreateFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                      UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block,
                                      UserIn<LARGE_INTEGER> allocation_size, ULONG file_attributes, ULONG share_access,
                                      ULONG create_disposition, ULONG create_options, UserPointer ea_buffer,
                                      ULONG ea_length);
coro::Task<Answer> NtCreateFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block,
                                UserIn<LARGE_INTEGER> allocation_size, ULONG file_attributes, ULONG share_access,
                                ULONG create_disposition, ULONG create_options, UserPointer ea_buffer, ULONG ea_length);
std::optional<Answer> TryNtOpenFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                    UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block, ULONG share_access,
                                    ULONG open_options);
coro::Task<Answer> NtOpenFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                              UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block, ULONG share_access,
                              ULONG open_options);
std::optional<Answer> TryNtDeleteFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes);
coro::Task<Answer> NtDeleteFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes);
std::optional<Answer> TryNtQueryAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                               UserOut<FILE_BASIC_INFORMATION> information);
coro::Task<Answer> NtQueryAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                         UserOut<FILE_BASIC_INFORMATION> information);
std::optional<Answer> TryNtQueryFullAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                                   UserOut<FILE_NETWORK_OPEN_INFORMATION> information);
coro::Task<Answer> NtQueryFullAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                             UserOut<FILE_NETWORK_OPEN_INFORMATION> information);

// Asked first: answers all but a read that must wait. An empty optional asks for the coroutine.
std::optional<Answer> TryNtReadFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                    UserPointer apc_context, StatusBlock status_block, UserPointer buffer, ULONG length,
                                    UserIn<LARGE_INTEGER> byte_offset, UserIn<ULONG> key);
// Complete in itself; may be called alone.
coro::Task<Answer> NtReadFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                              UserPointer apc_context, StatusBlock status_block, UserPointer buffer, ULONG length,
                              UserIn<LARGE_INTEGER> byte_offset, UserIn<ULONG> key);
std::optional<Answer> TryNtWriteFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                     UserPointer apc_context, StatusBlock status_block, UserPointer buffer,
                                     ULONG length, UserIn<LARGE_INTEGER> byte_offset, UserIn<ULONG> key);
coro::Task<Answer> NtWriteFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                               UserPointer apc_context, StatusBlock status_block, UserPointer buffer, ULONG length,
                               UserIn<LARGE_INTEGER> byte_offset, UserIn<ULONG> key);
std::optional<Answer> TryNtFlushBuffersFile(ke::Caller &caller, HANDLE file, StatusBlock status_block);
coro::Task<Answer> NtFlushBuffersFile(ke::Caller &caller, HANDLE file, StatusBlock status_block);
Answer NtCancelIoFile(ke::Caller &caller, HANDLE file, StatusBlock status_block);
Answer NtCancelIoFileEx(ke::Caller &caller, HANDLE file, UserIn<IO_STATUS_BLOCK> request, StatusBlock status_block);
std::optional<Answer> TryNtDeviceIoControlFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                               UserPointer apc_context, StatusBlock status_block, ULONG control_code,
                                               UserPointer input, ULONG input_length, UserPointer output,
                                               ULONG output_length);
coro::Task<Answer> NtDeviceIoControlFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                         UserPointer apc_context, StatusBlock status_block, ULONG control_code,
                                         UserPointer input, ULONG input_length, UserPointer output,
                                         ULONG output_length);
std::optional<Answer> TryNtFsControlFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                         UserPointer apc_context, StatusBlock status_block, ULONG control_code,
                                         UserPointer input, ULONG input_length, UserPointer output,
                                         ULONG output_length);
coro::Task<Answer> NtFsControlFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                   UserPointer apc_context, StatusBlock status_block, ULONG control_code,
                                   UserPointer input, ULONG input_length, UserPointer output, ULONG output_length);

Answer NtQueryDirectoryFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                            UserPointer apc_context, StatusBlock status_block, UserPointer information, ULONG length,
                            FILE_INFORMATION_CLASS information_class, BOOLEAN single_entry,
                            UserIn<UNICODE_STRING> pattern, BOOLEAN restart);
std::optional<Answer> TryNtQueryInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                                UserPointer information, ULONG length,
                                                FILE_INFORMATION_CLASS information_class);
coro::Task<Answer> NtQueryInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                          UserPointer information, ULONG length,
                                          FILE_INFORMATION_CLASS information_class);
std::optional<Answer> TryNtSetInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                              UserPointer information, ULONG length,
                                              FILE_INFORMATION_CLASS information_class);
coro::Task<Answer> NtSetInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                        UserPointer information, ULONG length,
                                        FILE_INFORMATION_CLASS information_class);
std::optional<Answer> TryNtQueryVolumeInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                                      UserPointer information, ULONG length,
                                                      FS_INFORMATION_CLASS information_class);
coro::Task<Answer> NtQueryVolumeInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                                UserPointer information, ULONG length,
                                                FS_INFORMATION_CLASS information_class);

}  // namespace io
