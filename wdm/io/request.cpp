// Who asked, and small queries of IRPs and files.

#include "iop.hpp"

#include <wdmp/irql.hpp>

extern "C" {

// WDK (ntifs.h): IoGetRequestorProcessId: process id of the requestor; 0 for the host's own.
ULONG NTAPI IoGetRequestorProcessId(PIRP Irp) {
  return (Irp->AllocationFlags & io::kIncomingIrp) != 0 ? io::IncomingOf(Irp)->process : 0;
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
  KEVENT event;
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  IoCopyCurrentIrpStackLocationToNext(Irp);
  IoSetCompletionRoutine(
      Irp,
      [](PDEVICE_OBJECT, PIRP, PVOID context) -> NTSTATUS {
        KeSetEvent(static_cast<PKEVENT>(context), IO_NO_INCREMENT, FALSE);
        return STATUS_MORE_PROCESSING_REQUIRED;
      },
      &event, TRUE, TRUE, TRUE);
  // Always waited for: what the dispatch routine returns says nothing about a completion that has happened.
  IofCallDriver(DeviceObject, Irp);
  KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
  return TRUE;
}

// WDK: IoWMIRegistrationControl: there is no WMI. STATUS_NOT_IMPLEMENTED.
NTSTATUS NTAPI IoWMIRegistrationControl(PDEVICE_OBJECT, ULONG) { return STATUS_NOT_IMPLEMENTED; }
NTSTATUS NTAPI IoWMIWriteEvent(PVOID) { return STATUS_NOT_IMPLEMENTED; }

}  // extern "C"
