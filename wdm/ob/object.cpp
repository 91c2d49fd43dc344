#include "object.hpp"

#include <wdmp/fiber.hpp>
#include <wdmp/ioobject.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>
#include <wdmp/process.hpp>

namespace {

constexpr uint32_t kTag = wdm::PoolTag("Objt");
constexpr ULONG kMagic = wdm::PoolTag("WObj");

struct alignas(16) Header {
  const wdm::Type *type;
  LONG references;
  ULONG magic;
};

Header *HeaderOf(const void *object) { return static_cast<Header *>(const_cast<void *>(object)) - 1; }

// The types. Files, devices, drivers and threads are made and destroyed by others.
wdm::Type file_type = {u"File", nullptr};
wdm::Type device_type = {u"Device", nullptr};
wdm::Type driver_type = {u"Driver", nullptr};
wdm::Type event_type = {u"Event", wdm::DestroyNamedEvent};  // made by IoCreateNotificationEvent alone
wdm::Type semaphore_type = {u"Semaphore", nullptr};
wdm::Type thread_type = {u"Thread", nullptr};
wdm::Type process_type = {u"Process", nullptr};
wdm::Type token_type = {u"Token", nullptr};
wdm::Type section_type = {u"Section", nullptr};

POBJECT_TYPE file_type_pointer = &file_type;
POBJECT_TYPE device_type_pointer = &device_type;
POBJECT_TYPE driver_type_pointer = &driver_type;
POBJECT_TYPE event_type_pointer = &event_type;
POBJECT_TYPE semaphore_type_pointer = &semaphore_type;
POBJECT_TYPE thread_type_pointer = &thread_type;
POBJECT_TYPE process_type_pointer = &process_type;
POBJECT_TYPE token_type_pointer = &token_type;
POBJECT_TYPE section_type_pointer = &section_type;

// Handles of the host's own: the Executive's are small; these have bit 30 set. Every entry is an object or free.
constexpr uintptr_t kHandleBit = uintptr_t{1} << 30;
constexpr size_t kMaximumHandles = 256;
void *handles[kMaximumHandles];

size_t IndexOf(HANDLE handle) {
  const auto value = reinterpret_cast<uintptr_t>(handle);
  const uintptr_t index = (value ^ kHandleBit) >> 2;
  return (value & kHandleBit) != 0 && (value & 3) == 0 && index < kMaximumHandles ? index : kMaximumHandles;
}

LONG_PTR ReferenceAny(void *object) {
  if (wdm::IsProcess(object)) {
    return 1;
  }
  if (ke::IsThread(object)) {
    ke::Reference(static_cast<ke::Thread *>(object));
    return 1;
  }
  if (wdm::IsObject(object)) {
    return __atomic_add_fetch(&HeaderOf(object)->references, 1, __ATOMIC_RELAXED);
  }
  return io::Reference(object);
}

LONG_PTR DereferenceAny(void *object) {
  if (wdm::IsProcess(object)) {
    return 1;
  }
  if (ke::IsThread(object)) {
    ke::Dereference(static_cast<ke::Thread *>(object));
    return 0;
  }
  if (!wdm::IsObject(object)) {
    return io::Dereference(object);
  }
  Header *header = HeaderOf(object);
  const LONG left = __atomic_sub_fetch(&header->references, 1, __ATOMIC_ACQ_REL);
  if (left == 0) {
    if (header->type->destroy != nullptr) {
      header->type->destroy(object);
    }
    header->magic = 0;
    wdm::PoolFree(header);
  }
  return left;
}

void RequireObject(const void *object) {
  if (wdm::TypeOf(object) == nullptr) {
    KeBugCheckEx(REFERENCE_BY_POINTER, 0, reinterpret_cast<ULONG_PTR>(object), 0, 0);
  }
}

}  // namespace

namespace wdm {

void *CreateObject(size_t size, const Type &type) {
  auto *header = static_cast<Header *>(PoolAllocateZero(sizeof(Header) + size, kTag));
  if (header == nullptr) {
    return nullptr;
  }
  *header = {&type, 1, kMagic};
  return header + 1;
}

bool IsObject(const void *object) { return HeaderOf(object)->magic == kMagic; }

POBJECT_TYPE TypeOf(const void *object) {
  if (object == nullptr) {
    return nullptr;
  }
  if (IsProcess(object)) {
    return *PsProcessType;
  }
  if (ke::IsThread(object)) {
    return *PsThreadType;
  }
  if (IsObject(object)) {
    return const_cast<POBJECT_TYPE>(HeaderOf(object)->type);
  }
  return io::IsObject(object) ? io::ObjectType(object) : nullptr;
}

HANDLE MakeHandle(void *object) {
  ke::AtDispatch guard;
  for (size_t i = 0; i < kMaximumHandles; i += 1) {
    if (handles[i] == nullptr) {
      handles[i] = object;
      return reinterpret_cast<HANDLE>(kHandleBit | i << 2);
    }
  }
  return nullptr;
}

void *ReferenceHandle(HANDLE handle) {
  const size_t index = IndexOf(handle);
  ke::AtDispatch guard;
  if (index == kMaximumHandles || handles[index] == nullptr) {
    return nullptr;
  }
  ReferenceAny(handles[index]);
  return handles[index];
}

bool CloseOwnHandle(HANDLE handle) {
  if (ke::CloseThreadHandle(handle)) {
    return true;
  }
  const size_t index = IndexOf(handle);
  void *object = nullptr;
  if (index != kMaximumHandles) {
    ke::AtDispatch guard;
    object = handles[index];
    handles[index] = nullptr;
  }
  if (object == nullptr) {
    return false;
  }
  DereferenceAny(object);
  return true;
}

}  // namespace wdm

extern "C" {

POBJECT_TYPE *IoFileObjectType = &file_type_pointer;
POBJECT_TYPE *IoDeviceObjectType = &device_type_pointer;
POBJECT_TYPE *IoDriverObjectType = &driver_type_pointer;
POBJECT_TYPE *ExEventObjectType = &event_type_pointer;
POBJECT_TYPE *ExSemaphoreObjectType = &semaphore_type_pointer;
POBJECT_TYPE *PsThreadType = &thread_type_pointer;
POBJECT_TYPE *PsProcessType = &process_type_pointer;
POBJECT_TYPE *SeTokenObjectType = &token_type_pointer;
POBJECT_TYPE *MmSectionObjectType = &section_type_pointer;

// learn.microsoft.com, "ObReferenceObject": bug check REFERENCE_BY_POINTER for what is no object.
LONG_PTR FASTCALL ObfReferenceObject(PVOID Object) {
  RequireObject(Object);
  return ReferenceAny(Object);
}

LONG_PTR FASTCALL ObfReferenceObjectWithTag(PVOID Object, ULONG Tag) {
  (void)Tag;
  return ObfReferenceObject(Object);
}

LONG_PTR FASTCALL ObfDereferenceObject(PVOID Object) {
  RequireObject(Object);
  return DereferenceAny(Object);
}

LONG_PTR FASTCALL ObfDereferenceObjectWithTag(PVOID Object, ULONG Tag) {
  (void)Tag;
  return ObfDereferenceObject(Object);
}

// Objects go at whatever IRQL; there is nothing to defer.
VOID NTAPI ObDereferenceObjectDeferDelete(PVOID Object) { ObfDereferenceObject(Object); }

// STATUS_OBJECT_TYPE_MISMATCH: the object is of another type.
NTSTATUS NTAPI ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                          KPROCESSOR_MODE AccessMode) {
  (void)DesiredAccess;
  (void)AccessMode;
  RequireObject(Object);
  if (ObjectType != nullptr && ObjectType != wdm::TypeOf(Object)) {
    return STATUS_OBJECT_TYPE_MISMATCH;
  }
  ReferenceAny(Object);
  return STATUS_SUCCESS;
}

// Handles of the host's own (system threads, IoCreateNotificationEvent). Objects of other handles live in the
// Executive, which lends none of them to a host yet: STATUS_NOT_IMPLEMENTED; nothing at all: STATUS_INVALID_HANDLE.
// STATUS_OBJECT_TYPE_MISMATCH.
NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                         KPROCESSOR_MODE AccessMode, PVOID *Object,
                                         POBJECT_HANDLE_INFORMATION HandleInformation) {
  *Object = nullptr;
  void *object = nullptr;
  if (AccessMode == KernelMode) {
    if (Handle == NtCurrentThread()) {
      object = ke::CurrentThread();
      ReferenceAny(object);
    } else {
      object = ke::ReferenceThreadByHandle(Handle);
    }
    if (object == nullptr) {
      object = wdm::ReferenceHandle(Handle);
    }
  }
  if (object == nullptr) {
    return Handle == nullptr ? STATUS_INVALID_HANDLE : STATUS_NOT_IMPLEMENTED;
  }
  if (ObjectType != nullptr && ObjectType != wdm::TypeOf(object)) {
    DereferenceAny(object);
    return STATUS_OBJECT_TYPE_MISMATCH;
  }
  if (HandleInformation != nullptr) {
    HandleInformation->HandleAttributes = OBJ_KERNEL_HANDLE;
    HandleInformation->GrantedAccess = DesiredAccess;
  }
  *Object = object;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObReferenceObjectByHandleWithTag(HANDLE Handle, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                                KPROCESSOR_MODE AccessMode, ULONG Tag, PVOID *Object,
                                                POBJECT_HANDLE_INFORMATION HandleInformation) {
  (void)Tag;
  return ObReferenceObjectByHandle(Handle, DesiredAccess, ObjectType, AccessMode, Object, HandleInformation);
}

NTSTATUS NTAPI ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes, PACCESS_STATE PassedAccessState,
                                     ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                     PHANDLE Handle) {
  (void)PassedAccessState;
  // A handle for a program would have to be the Executive's.
  if ((HandleAttributes & OBJ_KERNEL_HANDLE) == 0 && AccessMode != KernelMode) {
    return STATUS_NOT_IMPLEMENTED;
  }
  NTSTATUS status = ObReferenceObjectByPointer(Object, DesiredAccess, ObjectType, KernelMode);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  *Handle = wdm::MakeHandle(Object);
  if (*Handle == nullptr) {
    DereferenceAny(Object);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  return STATUS_SUCCESS;
}

}  // extern "C"
