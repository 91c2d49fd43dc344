// Device stacks: attaching, detaching, finding the ends, opening by name.

#include "iop.hpp"

#include <nt/nt_services.h>

#include <wdm/wdm_services.h>
#include <wdmp/irql.hpp>
#include <wdmp/request.hpp>

namespace io {
namespace {

NTSTATUS Attach(PDEVICE_OBJECT source, PDEVICE_OBJECT top) {
  if (IsDeleted(top) || IsDeleted(source)) {
    return STATUS_NO_SUCH_DEVICE;
  }
  NTSTATUS status = WdmAttachDevice(DeviceId(source), DeviceId(top));
  if (!NT_SUCCESS(status)) {
    return status;
  }
  ke::AtDispatch guard;
  top->AttachedDevice = source;
  source->AlignmentRequirement = top->AlignmentRequirement;
  source->SectorSize = top->SectorSize;
  source->StackSize = static_cast<CCHAR>(top->StackSize + 1);
  Extension(source)->attached_to = top;
  return STATUS_SUCCESS;
}

// Opens a device by name, waiting for its IRP_MJ_CREATE.
NTSTATUS Open(PUNICODE_STRING name, ACCESS_MASK access, PFILE_OBJECT *file, PDEVICE_OBJECT *device) {
  HANDLE handle = nullptr;
  WDM_DEVICE_OPENED opened = {};
  NTSTATUS status = CallService(NUMBER_OF_WdmOpenDevice, name, access, &handle, &opened);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  *device = opened.Cookie != 0 ? DeviceOfCookie(opened.Cookie) : MakeProxy(opened.Device, opened.Description);
  if (*device == nullptr) {
    NtClose(handle);
    return opened.Cookie != 0 ? STATUS_NO_SUCH_DEVICE : STATUS_INSUFFICIENT_RESOURCES;
  }
  // A device of this host has seen the IRP_MJ_CREATE: the file object is there.
  *file = ReferenceFile(opened.File);
  if (*file == nullptr) {
    *file = CreateFileObject(opened.File, *device, nullptr, 0);
  }
  if (*file == nullptr) {
    NtClose(handle);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  KeepHandle(*file, handle);
  return STATUS_SUCCESS;
}

}  // namespace
}  // namespace io

extern "C" {

// WDK: IoAttachDeviceToDeviceStack. The device that the source now stands on; null: it is going. IRQL PASSIVE_LEVEL.
PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice) {
  PDEVICE_OBJECT top = io::TopDevice(TargetDevice);
  return NT_SUCCESS(io::Attach(SourceDevice, top)) ? top : nullptr;
}

// WDK (ntifs.h): IoAttachDeviceToDeviceStackSafe: AttachedToDeviceObject is written before the first IRP can come.
NTSTATUS NTAPI IoAttachDeviceToDeviceStackSafe(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice,
                                               PDEVICE_OBJECT *AttachedToDeviceObject) {
  PDEVICE_OBJECT top = io::TopDevice(TargetDevice);
  NTSTATUS status = io::Attach(SourceDevice, top);
  *AttachedToDeviceObject = NT_SUCCESS(status) ? top : nullptr;
  return status;
}

// WDK: IoAttachDevice: attaches to a device by its name. Statuses of IoGetDeviceObjectPointer.
NTSTATUS NTAPI IoAttachDevice(PDEVICE_OBJECT SourceDevice, PUNICODE_STRING TargetDevice,
                              PDEVICE_OBJECT *AttachedDevice) {
  PFILE_OBJECT file = nullptr;
  PDEVICE_OBJECT device = nullptr;
  *AttachedDevice = nullptr;
  NTSTATUS status = io::Open(TargetDevice, FILE_READ_ATTRIBUTES, &file, &device);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  status = IoAttachDeviceToDeviceStackSafe(SourceDevice, device, AttachedDevice);
  ObDereferenceObject(file);
  return status;
}

NTSTATUS NTAPI IoAttachDeviceByPointer(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice) {
  return io::Attach(SourceDevice, io::TopDevice(TargetDevice));
}

// WDK: IoDetachDevice: takes away what is attached to TargetDevice. IRQL PASSIVE_LEVEL.
void NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice) {
  PDEVICE_OBJECT upper = TargetDevice->AttachedDevice;
  if (upper == nullptr) {
    return;
  }
  {
    ke::AtDispatch guard;
    TargetDevice->AttachedDevice = nullptr;
    io::Extension(upper)->attached_to = nullptr;
  }
  WdmDetachDevice(io::DeviceId(upper));
}

// WDK (ntifs.h): IoGetAttachedDevice, without a reference.
PDEVICE_OBJECT NTAPI IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject) { return io::TopDevice(DeviceObject); }

// WDK: IoGetAttachedDeviceReference. The caller dereferences.
PDEVICE_OBJECT NTAPI IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject) {
  ke::AtDispatch guard;
  PDEVICE_OBJECT top = io::TopDevice(DeviceObject);
  ObReferenceObject(top);
  return top;
}

// WDK (ntifs.h): IoGetLowerDeviceObject, with a reference; null at the bottom.
PDEVICE_OBJECT NTAPI IoGetLowerDeviceObject(PDEVICE_OBJECT DeviceObject) {
  ke::AtDispatch guard;
  PDEVICE_OBJECT lower = io::Extension(DeviceObject)->attached_to;
  if (lower != nullptr) {
    ObReferenceObject(lower);
  }
  return lower;
}

// WDK (ntifs.h): IoGetDeviceAttachmentBaseRef: the bottom of the stack, with a reference.
PDEVICE_OBJECT NTAPI IoGetDeviceAttachmentBaseRef(PDEVICE_OBJECT DeviceObject) {
  ke::AtDispatch guard;
  PDEVICE_OBJECT base = DeviceObject;
  while (io::Extension(base)->attached_to != nullptr) {
    base = io::Extension(base)->attached_to;
  }
  ObReferenceObject(base);
  return base;
}

// WDK (ntifs.h): IoEnumerateDeviceObjectList. STATUS_BUFFER_TOO_SMALL with the number. Each gets a reference.
NTSTATUS NTAPI IoEnumerateDeviceObjectList(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT *DeviceObjectList,
                                           ULONG DeviceObjectListSize, PULONG ActualNumberDeviceObjects) {
  ke::AtDispatch guard;
  ULONG room = DeviceObjectListSize / static_cast<ULONG>(sizeof(PDEVICE_OBJECT));
  ULONG count = 0;
  for (PDEVICE_OBJECT device = DriverObject->DeviceObject; device != nullptr; device = device->NextDevice) {
    count += 1;
  }
  *ActualNumberDeviceObjects = count;
  ULONG written = 0;
  for (PDEVICE_OBJECT device = DriverObject->DeviceObject; device != nullptr && written < room;
       device = device->NextDevice) {
    ObReferenceObject(device);
    DeviceObjectList[written++] = device;
  }
  return room < count ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

// WDK: IoGetDeviceObjectPointer. The reference is on the file object. Statuses of the open. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess, PFILE_OBJECT *FileObject,
                                        PDEVICE_OBJECT *DeviceObject) {
  return io::Open(ObjectName, DesiredAccess, FileObject, DeviceObject);
}

}  // extern "C"
