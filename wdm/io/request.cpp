// Who asked, and small queries of IRPs and files.

#include "iop.hpp"

#include <nt/nt_services.h>
#include <wdm/wdm_services.h>
#include <wdmp/irql.hpp>
#include <wdmp/process.hpp>
#include <wdmp/request.hpp>

namespace io {
namespace {

KSPIN_LOCK vpb_lock;

// FILE_FULL_EA_INFORMATION.
struct FullEa {
  ULONG next;
  UCHAR flags;
  UCHAR name_length;
  USHORT value_length;
  CHAR name[1];
};

NTSTATUS NTAPI Wake(PDEVICE_OBJECT, PIRP, PVOID context) {
  KeSetEvent(static_cast<PKEVENT>(context), IO_NO_INCREMENT, FALSE);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

// Always waits: what the dispatch routine returns says nothing about a completion that has happened.
void CallAndWait(PDEVICE_OBJECT device, PIRP irp) {
  KEVENT event;
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  IoSetCompletionRoutine(irp, Wake, &event, TRUE, TRUE, TRUE);
  IofCallDriver(device, irp);
  KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
}

}  // namespace
}  // namespace io

extern "C" {

// WDK (ntifs.h): IoAcquireVpbSpinLock, IoReleaseVpbSpinLock.
void NTAPI IoAcquireVpbSpinLock(PKIRQL Irql) { KeAcquireSpinLock(&io::vpb_lock, Irql); }
void NTAPI IoReleaseVpbSpinLock(KIRQL Irql) { KeReleaseSpinLock(&io::vpb_lock, Irql); }

// WDK: IoCreateFile: ZwCreateFile; named pipes and mailslots have services of their own (STATUS_INVALID_PARAMETER).
NTSTATUS NTAPI IoCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
                            PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER AllocationSize, ULONG FileAttributes,
                            ULONG ShareAccess, ULONG Disposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength,
                            CREATE_FILE_TYPE CreateFileType, PVOID, ULONG) {
  if (CreateFileType != CreateFileTypeNone) {
    return STATUS_INVALID_PARAMETER;
  }
  return io::CallService(NUMBER_OF_NtCreateFile, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock,
                         AllocationSize, FileAttributes, ShareAccess, Disposition, CreateOptions, EaBuffer, EaLength);
}

// WDK (ntifs.h): IoGetRequestorProcessId: process id of the requestor; 0 for the host's own.
ULONG NTAPI IoGetRequestorProcessId(PIRP Irp) {
  return (Irp->AllocationFlags & io::kIncomingIrp) != 0 ? io::IncomingOf(Irp)->process : 0;
}

// WDK (ntifs.h): IoGetRequestorProcess; null for an IRP that a driver made.
PEPROCESS NTAPI IoGetRequestorProcess(PIRP Irp) {
  ULONG id = IoGetRequestorProcessId(Irp);
  return id == 0 ? nullptr : wdm::ProcessOf(id);
}

// WDK (ntifs.h): IoIsOperationSynchronous.
BOOLEAN NTAPI IoIsOperationSynchronous(PIRP Irp) {
  PFILE_OBJECT file = Irp->Tail.Overlay.OriginalFileObject;
  return (Irp->Flags & IRP_SYNCHRONOUS_API) != 0 || (file != nullptr && (file->Flags & FO_SYNCHRONOUS_IO) != 0);
}

// WDK: IoIs32bitProcess. The host and its requestors have the same word size.
BOOLEAN NTAPI IoIs32bitProcess(PIRP) { return sizeof(void *) == 4; }

// WDK (ntifs.h): IoGetFileObjectGenericMapping.
PGENERIC_MAPPING NTAPI IoGetFileObjectGenericMapping(void) {
  static GENERIC_MAPPING mapping = {.GenericRead = FILE_GENERIC_READ,
                                    .GenericWrite = FILE_GENERIC_WRITE,
                                    .GenericExecute = FILE_GENERIC_EXECUTE,
                                    .GenericAll = FILE_ALL_ACCESS};
  return &mapping;
}

// WDK: IoGetConfigurationInformation: counts of this host's devices; drivers count in it themselves.
PCONFIGURATION_INFORMATION NTAPI IoGetConfigurationInformation(void) {
  static CONFIGURATION_INFORMATION information;
  information.Version = sizeof(CONFIGURATION_INFORMATION);
  return &information;
}

// WDK: IoForwardIrpSynchronously. TRUE: the lower driver has completed it. IRQL PASSIVE_LEVEL.
BOOLEAN NTAPI IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  if (Irp->CurrentLocation <= 1) {
    return FALSE;
  }
  IoCopyCurrentIrpStackLocationToNext(Irp);
  io::CallAndWait(DeviceObject, Irp);
  return TRUE;
}

// WDK: IoSynchronousCallDriver: the caller has filled in the next location. The IRP's final status.
NTSTATUS NTAPI IoSynchronousCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  io::CallAndWait(DeviceObject, Irp);
  return Irp->IoStatus.Status;
}

// WDK (ntifs.h): IoCheckEaBufferValidity. STATUS_EA_LIST_INCONSISTENT with the offset of the entry at fault.
NTSTATUS NTAPI IoCheckEaBufferValidity(PVOID EaBuffer, ULONG EaLength, PULONG ErrorOffset) {
  constexpr ULONG kHead = offsetof(io::FullEa, name);
  const auto *bytes = static_cast<const UCHAR *>(EaBuffer);
  ULONG offset = 0;
  for (;;) {
    *ErrorOffset = offset;
    ULONG left = EaLength - offset;
    if (left < kHead) {
      return STATUS_EA_LIST_INCONSISTENT;
    }
    const auto *entry = reinterpret_cast<const io::FullEa *>(bytes + offset);
    ULONG size = kHead + entry->name_length + 1u + entry->value_length;
    if (size > left || entry->name[entry->name_length] != 0) {
      return STATUS_EA_LIST_INCONSISTENT;
    }
    if (entry->next == 0) {
      return STATUS_SUCCESS;
    }
    if (entry->next != ((size + 3) & ~3u) || entry->next > left) {
      return STATUS_EA_LIST_INCONSISTENT;
    }
    offset += entry->next;
  }
}

// WDK: IoGetIoPriorityHint, IoGetPagingIoPriority: requests have no priorities of their own.
IO_PRIORITY_HINT NTAPI IoGetIoPriorityHint(PIRP) { return IoPriorityNormal; }
IO_PRIORITY_HINT NTAPI IoGetPagingIoPriority(PIRP Irp) {
  return (Irp->Flags & IRP_PAGING_IO) != 0 ? IoPriorityHigh : IoPriorityNormal;
}

// WDK: IoRetrievePriorityInfo.
NTSTATUS NTAPI IoRetrievePriorityInfo(PIRP, PFILE_OBJECT, PETHREAD, PIO_PRIORITY_INFO PriorityInfo) {
  IoInitializePriorityInfo(PriorityInfo);
  return STATUS_SUCCESS;
}

// WDK: PoRegisterDeviceForIdleDetection: there is no idle detection, null says so.
PULONG NTAPI PoRegisterDeviceForIdleDetection(PDEVICE_OBJECT, ULONG, ULONG, DEVICE_POWER_STATE) { return nullptr; }

// WDK: IoWMIRegistrationControl: there is no WMI. STATUS_NOT_IMPLEMENTED.
NTSTATUS NTAPI IoWMIRegistrationControl(PDEVICE_OBJECT, ULONG) { return STATUS_NOT_IMPLEMENTED; }
NTSTATUS NTAPI IoWMIWriteEvent(PVOID) { return STATUS_NOT_IMPLEMENTED; }

}  // extern "C"
