// Zw* services that may wait: through the ring, with the fiber parked. The others are forwarded to ntdll.dll
// (exports/io.def). Prototypes: learn.microsoft.com, the Zw pages. The functions are exported under the names of the
// services (def file); ntdll's own stand in the headers.

#include <ntifs.h>

#include <nt/nt_services.h>
#include <wdm/wdm_services.h>
#include <wdmp/fiber.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/request.hpp>

#include "../ob/object.hpp"

namespace {

using io::CallService;

// A wait for an object of the host's own (PsCreateSystemThread and the like); false: it is the Executive's handle.
bool WaitForOwn(HANDLE handle, BOOLEAN alertable, LARGE_INTEGER *timeout, NTSTATUS &status) {
  PVOID object = wdm::ReferenceHandle(handle);
  if (object == nullptr) {
    object = ke::ReferenceThreadByHandle(handle);
  }
  if (object == nullptr) {
    return false;
  }
  status = KeWaitForSingleObject(object, UserRequest, KernelMode, alertable, timeout);
  ObDereferenceObject(object);
  return true;
}

}  // namespace

extern "C" {

// STATUS_INVALID_HANDLE.
NTSTATUS NTAPI IoZwClose(HANDLE Handle) {
  if (wdm::CloseOwnHandle(Handle)) {
    return STATUS_SUCCESS;
  }
  return NtClose(Handle);
}

NTSTATUS NTAPI IoZwCreateFile(HANDLE *FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                              IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *AllocationSize, ULONG FileAttributes,
                              ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                              ULONG EaLength) {
  return CallService(NUMBER_OF_NtCreateFile, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize,
                     FileAttributes, ShareAccess, CreateDisposition, CreateOptions, EaBuffer, EaLength);
}

NTSTATUS NTAPI IoZwOpenFile(HANDLE *FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                            IO_STATUS_BLOCK *IoStatusBlock, ULONG ShareAccess, ULONG OpenOptions) {
  return CallService(NUMBER_OF_NtOpenFile, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, ShareAccess,
                     OpenOptions);
}

NTSTATUS NTAPI IoZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                            IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length, LARGE_INTEGER *ByteOffset,
                            ULONG *Key) {
  return CallService(NUMBER_OF_NtReadFile, FileHandle, Event, reinterpret_cast<PVOID>(ApcRoutine), ApcContext,
                     IoStatusBlock, Buffer, Length, ByteOffset, Key);
}

NTSTATUS NTAPI IoZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                             IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length, LARGE_INTEGER *ByteOffset,
                             ULONG *Key) {
  return CallService(NUMBER_OF_NtWriteFile, FileHandle, Event, reinterpret_cast<PVOID>(ApcRoutine), ApcContext,
                     IoStatusBlock, Buffer, Length, ByteOffset, Key);
}

NTSTATUS NTAPI IoZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                       IO_STATUS_BLOCK *IoStatusBlock, ULONG IoControlCode, PVOID InputBuffer,
                                       ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength) {
  return CallService(NUMBER_OF_NtDeviceIoControlFile, FileHandle, Event, reinterpret_cast<PVOID>(ApcRoutine),
                     ApcContext, IoStatusBlock, IoControlCode, InputBuffer, InputBufferLength, OutputBuffer,
                     OutputBufferLength);
}

NTSTATUS NTAPI IoZwFsControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                 IO_STATUS_BLOCK *IoStatusBlock, ULONG FsControlCode, PVOID InputBuffer,
                                 ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength) {
  return CallService(NUMBER_OF_NtFsControlFile, FileHandle, Event, reinterpret_cast<PVOID>(ApcRoutine), ApcContext,
                     IoStatusBlock, FsControlCode, InputBuffer, InputBufferLength, OutputBuffer, OutputBufferLength);
}

NTSTATUS NTAPI IoZwFlushBuffersFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock) {
  return CallService(NUMBER_OF_NtFlushBuffersFile, FileHandle, IoStatusBlock);
}

NTSTATUS NTAPI IoZwQueryInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation,
                                        ULONG Length, FILE_INFORMATION_CLASS FileInformationClass) {
  return CallService(NUMBER_OF_NtQueryInformationFile, FileHandle, IoStatusBlock, FileInformation, Length,
                     FileInformationClass);
}

NTSTATUS NTAPI IoZwSetInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation,
                                      ULONG Length, FILE_INFORMATION_CLASS FileInformationClass) {
  return CallService(NUMBER_OF_NtSetInformationFile, FileHandle, IoStatusBlock, FileInformation, Length,
                     FileInformationClass);
}

NTSTATUS NTAPI IoZwQueryVolumeInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FsInformation,
                                              ULONG Length, FS_INFORMATION_CLASS FsInformationClass) {
  return CallService(NUMBER_OF_NtQueryVolumeInformationFile, FileHandle, IoStatusBlock, FsInformation, Length,
                     FsInformationClass);
}

NTSTATUS NTAPI IoZwSetVolumeInformationFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID FsInformation,
                                            ULONG Length, FS_INFORMATION_CLASS FsInformationClass) {
  return CallService(NUMBER_OF_NtSetVolumeInformationFile, FileHandle, IoStatusBlock, FsInformation, Length,
                     FsInformationClass);
}

NTSTATUS NTAPI IoZwQueryDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                      IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation, ULONG Length,
                                      FILE_INFORMATION_CLASS FileInformationClass, BOOLEAN ReturnSingleEntry,
                                      UNICODE_STRING *FileName, BOOLEAN RestartScan) {
  return CallService(NUMBER_OF_NtQueryDirectoryFile, FileHandle, Event, reinterpret_cast<PVOID>(ApcRoutine), ApcContext,
                     IoStatusBlock, FileInformation, Length, FileInformationClass, ReturnSingleEntry, FileName,
                     RestartScan);
}

NTSTATUS NTAPI IoZwLockFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                            IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *ByteOffset, LARGE_INTEGER *Length, ULONG Key,
                            BOOLEAN FailImmediately, BOOLEAN ExclusiveLock) {
  return CallService(NUMBER_OF_NtLockFile, FileHandle, Event, reinterpret_cast<PVOID>(ApcRoutine), ApcContext,
                     IoStatusBlock, ByteOffset, Length, Key, FailImmediately, ExclusiveLock);
}

NTSTATUS NTAPI IoZwUnlockFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *ByteOffset,
                              LARGE_INTEGER *Length, ULONG Key) {
  return CallService(NUMBER_OF_NtUnlockFile, FileHandle, IoStatusBlock, ByteOffset, Length, Key);
}

NTSTATUS NTAPI IoZwQueryFullAttributesFile(OBJECT_ATTRIBUTES *ObjectAttributes,
                                           FILE_NETWORK_OPEN_INFORMATION *FileInformation) {
  return CallService(NUMBER_OF_NtQueryFullAttributesFile, ObjectAttributes, FileInformation);
}

NTSTATUS NTAPI IoZwDeleteFile(OBJECT_ATTRIBUTES *ObjectAttributes) {
  return CallService(NUMBER_OF_NtDeleteFile, ObjectAttributes);
}

NTSTATUS NTAPI IoZwLoadDriver(UNICODE_STRING *DriverServiceName) {
  return CallService(NUMBER_OF_NtLoadDriver, DriverServiceName);
}

NTSTATUS NTAPI IoZwUnloadDriver(UNICODE_STRING *DriverServiceName) {
  return CallService(NUMBER_OF_NtUnloadDriver, DriverServiceName);
}

NTSTATUS NTAPI IoZwNotifyChangeKey(HANDLE KeyHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                   IO_STATUS_BLOCK *IoStatusBlock, ULONG CompletionFilter, BOOLEAN WatchTree,
                                   PVOID Buffer, ULONG BufferSize, BOOLEAN Asynchronous) {
  return CallService(NUMBER_OF_NtNotifyChangeKey, KeyHandle, Event, reinterpret_cast<PVOID>(ApcRoutine), ApcContext,
                     IoStatusBlock, CompletionFilter, WatchTree, Buffer, BufferSize, Asynchronous);
}

NTSTATUS NTAPI IoZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, LARGE_INTEGER *Timeout) {
  NTSTATUS status;
  if (WaitForOwn(Handle, Alertable, Timeout, status)) {
    return status;
  }
  return CallService(NUMBER_OF_NtWaitForSingleObject, Handle, Alertable, Timeout);
}

// Handles of the Executive only: those of system threads are waited for one by one.
NTSTATUS NTAPI IoZwWaitForMultipleObjects(ULONG Count, HANDLE *Handles, WAIT_TYPE WaitType, BOOLEAN Alertable,
                                          LARGE_INTEGER *Timeout) {
  return CallService(NUMBER_OF_NtWaitForMultipleObjects, Count, Handles, WaitType, Alertable, Timeout);
}

// The fiber waits, not the host.
NTSTATUS NTAPI IoZwDelayExecution(BOOLEAN Alertable, LARGE_INTEGER *DelayInterval) {
  return KeDelayExecutionThread(KernelMode, Alertable, DelayInterval);
}

NTSTATUS NTAPI IoZwYieldExecution(void) {
  ke::Yield();
  return STATUS_SUCCESS;
}

}  // extern "C"
