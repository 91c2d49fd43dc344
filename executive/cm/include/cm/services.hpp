#pragma once
// The registry services. Statuses beyond those of the handle and of user memory stand at each.

#include <nt/ntexapi.h>
#include <nt/ntioapi.h>
#include <nt/ntobapi.h>
#include <nt/ntregapi.h>

#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <ke/user.hpp>

#include <optional>

namespace cm {

// A handle to a key, made if its last name is missing. STATUS_OBJECT_NAME_NOT_FOUND (an earlier name),
// STATUS_INVALID_PARAMETER (options, a name too long, directly below MACHINE or USER), STATUS_CHILD_MUST_BE_VOLATILE,
// STATUS_KEY_DELETED (root), STATUS_OBJECT_NAME_COLLISION (a link is to be made of an existing key),
// STATUS_INSUFFICIENT_RESOURCES.
Result<NTSTATUS> NtCreateKey(ke::Caller &caller, UserOut<HANDLE> key_handle, ACCESS_MASK desired_access,
                             UserIn<OBJECT_ATTRIBUTES> object_attributes, ULONG title_index,
                             UserIn<UNICODE_STRING> class_name, ULONG create_options, UserOut<ULONG> disposition);
// STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_OBJECT_TYPE_MISMATCH, STATUS_KEY_DELETED (root),
// STATUS_ACCESS_DENIED (no or unknown rights), STATUS_REPARSE_POINT_ENCOUNTERED (OBJ_DONT_REPARSE).
Result<NTSTATUS> NtOpenKey(ke::Caller &caller, UserOut<HANDLE> key_handle, ACCESS_MASK desired_access,
                           UserIn<OBJECT_ATTRIBUTES> object_attributes);
// With REG_OPTION_OPEN_LINK a last link is opened itself. Adds STATUS_INVALID_PARAMETER.
Result<NTSTATUS> NtOpenKeyEx(ke::Caller &caller, UserOut<HANDLE> key_handle, ACCESS_MASK desired_access,
                             UserIn<OBJECT_ATTRIBUTES> object_attributes, ULONG open_options);
// The key goes at once; other handles to it answer STATUS_KEY_DELETED. STATUS_CANNOT_DELETE: sub-keys, or a hive's
// root.
Result<NTSTATUS> NtDeleteKey(ke::Caller &caller, HANDLE key_handle);
// STATUS_CANNOT_DELETE (taken name, a hive's root), STATUS_INVALID_PARAMETER (bad name), STATUS_KEY_DELETED.
Result<NTSTATUS> NtRenameKey(ke::Caller &caller, HANDLE key_handle, UserIn<UNICODE_STRING> new_name);
// Success once the file holds all changes. STATUS_REGISTRY_IO_FAILED: it is behind and cannot be written (yet: no
// hive has writable storage below it).
Result<NTSTATUS> NtFlushKey(ke::Caller &caller, HANDLE key_handle);

// STATUS_INVALID_PARAMETER (name too long), STATUS_ACCESS_DENIED (value of a link), STATUS_KEY_DELETED,
// STATUS_INSUFFICIENT_RESOURCES.
Result<NTSTATUS> NtSetValueKey(ke::Caller &caller, HANDLE key_handle, UserIn<UNICODE_STRING> value_name,
                               ULONG title_index, ULONG type, UserPointer data, ULONG data_size);
// STATUS_OBJECT_NAME_NOT_FOUND, STATUS_KEY_DELETED.
Result<NTSTATUS> NtDeleteValueKey(ke::Caller &caller, HANDLE key_handle, UserIn<UNICODE_STRING> value_name);

// These four write as much of the structure as fits and its whole length to `result_length`.
// STATUS_BUFFER_OVERFLOW (a part), STATUS_BUFFER_TOO_SMALL (nothing), STATUS_INVALID_PARAMETER (class),
// STATUS_KEY_DELETED, and STATUS_OBJECT_NAME_NOT_FOUND or STATUS_NO_MORE_ENTRIES.
Result<NTSTATUS> NtQueryKey(ke::Caller &caller, HANDLE key_handle, KEY_INFORMATION_CLASS information_class,
                            UserPointer information, ULONG length, UserOut<ULONG> result_length);
Result<NTSTATUS> NtEnumerateKey(ke::Caller &caller, HANDLE key_handle, ULONG index,
                                KEY_INFORMATION_CLASS information_class, UserPointer information, ULONG length,
                                UserOut<ULONG> result_length);
Result<NTSTATUS> NtQueryValueKey(ke::Caller &caller, HANDLE key_handle, UserIn<UNICODE_STRING> value_name,
                                 KEY_VALUE_INFORMATION_CLASS information_class, UserPointer information, ULONG length,
                                 UserOut<ULONG> result_length);
Result<NTSTATUS> NtEnumerateValueKey(ke::Caller &caller, HANDLE key_handle, ULONG index,
                                     KEY_VALUE_INFORMATION_CLASS information_class, UserPointer information,
                                     ULONG length, UserOut<ULONG> result_length);

// Tells of a change at the key, or with `watch_tree` below it: STATUS_NOTIFY_ENUM_DIR, or STATUS_NOTIFY_CLEANUP when
// the key or the handle goes, or the thread that asked ends (unless REG_NOTIFY_THREAD_AGNOSTIC). Synchronous calls
// wait; asynchronous ones answer STATUS_PENDING and are told by status block, event and APC. A change between two calls
// is kept for the next one. `buffer` is not used, as in NT. STATUS_INVALID_PARAMETER (filter), STATUS_KEY_DELETED,
// STATUS_INSUFFICIENT_RESOURCES. Try...: an empty optional asks for the coroutine.
std::optional<Result<NTSTATUS>> TryNtNotifyChangeKey(ke::Caller &caller, HANDLE key_handle, HANDLE event,
                                                     UserPointer apc_routine, UserPointer apc_context,
                                                     UserOut<IO_STATUS_BLOCK> io_status, ULONG completion_filter,
                                                     BOOLEAN watch_tree, UserPointer buffer, ULONG buffer_size,
                                                     BOOLEAN asynchronous);
coro::Task<Result<NTSTATUS>> NtNotifyChangeKey(ke::Caller &caller, HANDLE key_handle, HANDLE event,
                                               UserPointer apc_routine, UserPointer apc_context,
                                               UserOut<IO_STATUS_BLOCK> io_status, ULONG completion_filter,
                                               BOOLEAN watch_tree, UserPointer buffer, ULONG buffer_size,
                                               BOOLEAN asynchronous);

}  // namespace cm
