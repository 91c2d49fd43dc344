// Plug and play notifications. Facts: learn.microsoft.com, IoRegisterPlugPlayNotification. What arrives is NT's
// structure; DEVICE_INTERFACE_CHANGE_NOTIFICATION is followed by its link's name, TARGET_DEVICE_*_NOTIFICATION names
// the registration's file.

#include "iop.hpp"

#include <wdm/wdm_services.h>
#include <wdmp/arena.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

#include <cstring>

namespace io {
namespace {

// Its address is the registration's cookie and what the driver knows it by.
struct Registration {
  LIST_ENTRY all;
  ULONG category;
  PDRIVER_NOTIFICATION_CALLBACK_ROUTINE routine;
  PVOID context;
  PFILE_OBJECT file;
  LONG references;
};

LIST_ENTRY registrations = {&registrations, &registrations};

void Dereference(Registration *registration) {
  if (InterlockedDecrement(&registration->references) == 0) {
    if (registration->file != nullptr) {
      ObDereferenceObject(registration->file);
    }
    wdm::PoolFree(registration);
  }
}

// The registration with a reference; null when it has ended meanwhile.
Registration *Find(uint64_t cookie) {
  ke::AtDispatch guard;
  for (LIST_ENTRY *entry = registrations.Flink; entry != &registrations; entry = entry->Flink) {
    auto *registration = CONTAINING_RECORD(entry, Registration, all);
    if (reinterpret_cast<uintptr_t>(registration) == cookie) {
      InterlockedIncrement(&registration->references);
      return registration;
    }
  }
  return nullptr;
}

NTSTATUS Call(Registration &registration, const void *buffer, uint32_t length) {
  alignas(16) unsigned char copy[512] = {};
  if (length < sizeof(PLUGPLAY_NOTIFICATION_HEADER)) {
    return STATUS_INVALID_PARAMETER;
  }
  memcpy(copy, buffer, length < sizeof(copy) ? length : sizeof(copy));
  UNICODE_STRING name = {};
  if (registration.category == EventCategoryDeviceInterfaceChange) {
    constexpr uint32_t kHead = sizeof(DEVICE_INTERFACE_CHANGE_NOTIFICATION);
    if (length < kHead) {
      return STATUS_INVALID_PARAMETER;
    }
    name.Buffer = reinterpret_cast<PWCH>(static_cast<unsigned char *>(const_cast<void *>(buffer)) + kHead);
    name.Length = name.MaximumLength = static_cast<USHORT>(length - kHead);
    reinterpret_cast<PDEVICE_INTERFACE_CHANGE_NOTIFICATION>(copy)->SymbolicLinkName = &name;
  } else if (registration.category == EventCategoryTargetDeviceChange) {
    // FileObject is at the same place in the removal's and the custom notification.
    reinterpret_cast<PTARGET_DEVICE_REMOVAL_NOTIFICATION>(copy)->FileObject = registration.file;
  }
  return registration.routine(copy, registration.context);
}

}  // namespace

void Notify(const host::Request &request) {
  Registration *registration = Find(request.cookie);
  NTSTATUS status = STATUS_SUCCESS;
  const void *buffer = host::ArenaAt(request.buffer);
  if (registration != nullptr) {
    if (buffer != nullptr) {
      status = Call(*registration, buffer, request.buffer_length);
    }
    Dereference(registration);
  }
  Answer(request.id, status);
}

}  // namespace io

extern "C" {

// WDK: IoRegisterPlugPlayNotification. STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoRegisterPlugPlayNotification(IO_NOTIFICATION_EVENT_CATEGORY EventCategory, ULONG EventCategoryFlags,
                                              PVOID EventCategoryData, PDRIVER_OBJECT,
                                              PDRIVER_NOTIFICATION_CALLBACK_ROUTINE CallbackRoutine, PVOID Context,
                                              PVOID *NotificationEntry) {
  *NotificationEntry = nullptr;
  auto *registration = wdm::PoolNew<io::Registration>(io::kTag);
  if (registration == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  registration->category = static_cast<ULONG>(EventCategory);
  registration->routine = CallbackRoutine;
  registration->context = Context;
  registration->references = 1;
  GUID guid = {};
  GUID *interface_class = nullptr;
  HANDLE file = nullptr;
  if (EventCategory == EventCategoryDeviceInterfaceChange) {
    guid = *static_cast<const GUID *>(EventCategoryData);
    interface_class = &guid;
  } else if (EventCategory == EventCategoryTargetDeviceChange) {
    registration->file = static_cast<PFILE_OBJECT>(EventCategoryData);
    ObReferenceObject(registration->file);
    file = io::FileHandle(registration->file);
  }
  {
    ke::AtDispatch guard;
    InsertTailList(&io::registrations, &registration->all);
  }
  NTSTATUS status = WdmRegisterNotification(static_cast<ULONG>(EventCategory), EventCategoryFlags, interface_class,
                                            file, reinterpret_cast<uintptr_t>(registration));
  if (!NT_SUCCESS(status)) {
    {
      ke::AtDispatch guard;
      RemoveEntryList(&registration->all);
    }
    io::Dereference(registration);
    return status;
  }
  *NotificationEntry = registration;
  return STATUS_SUCCESS;
}

// WDK: IoUnregisterPlugPlayNotification.
NTSTATUS NTAPI IoUnregisterPlugPlayNotification(PVOID NotificationEntry) {
  auto *registration = static_cast<io::Registration *>(NotificationEntry);
  {
    ke::AtDispatch guard;
    RemoveEntryList(&registration->all);
  }
  WdmUnregisterNotification(reinterpret_cast<uintptr_t>(registration));
  io::Dereference(registration);
  return STATUS_SUCCESS;
}

// WDK: IoUnregisterPlugPlayNotificationEx waits for callbacks; a callback of this host holds the registration itself.
NTSTATUS NTAPI IoUnregisterPlugPlayNotificationEx(PVOID NotificationEntry) {
  return IoUnregisterPlugPlayNotification(NotificationEntry);
}

}  // extern "C"
