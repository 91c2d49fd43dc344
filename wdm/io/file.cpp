// FILE_OBJECTs: what drivers of this host see of open files. The Executive owns the file; the object here holds what
// drivers keep in it (FsContext and its like).

#include "iop.hpp"

#include <nt/nt_services.h>

#include <wdmp/ioobject.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

#include <cstring>

namespace io {
namespace {

struct File {
  FILE_OBJECT object;
  LIST_ENTRY all;
  uint64_t id;
  HANDLE handle;  // closed with the object
  bool counts;    // holds the device open
};

LIST_ENTRY all_files = {&all_files, &all_files};

File *FileOf(const FILE_OBJECT *object) { return CONTAINING_RECORD(const_cast<FILE_OBJECT *>(object), File, object); }

}  // namespace

PFILE_OBJECT CreateFileObject(uint64_t id, PDEVICE_OBJECT device, const void *name, uint32_t name_length) {
  if (name_length > 0xfff0) {
    name_length = 0xfff0;
  }
  auto *file = static_cast<File *>(CreateObject(sizeof(File), *IoFileObjectType));
  if (file == nullptr) {
    return nullptr;
  }
  file->id = id;
  FILE_OBJECT &object = file->object;
  object.Type = IO_TYPE_FILE;
  object.Size = sizeof(FILE_OBJECT);
  object.DeviceObject = device;
  KeInitializeEvent(&object.Event, NotificationEvent, FALSE);
  KeInitializeEvent(&object.Lock, SynchronizationEvent, TRUE);
  KeInitializeSpinLock(&object.IrpListLock);
  InitializeListHead(&object.IrpList);
  {
    ke::AtDispatch guard;
    InsertTailList(&all_files, &file->all);
  }
  if (name != nullptr && name_length != 0) {
    object.FileName.Buffer = static_cast<PWCH>(wdm::PoolAllocate(name_length + sizeof(WCHAR), kTag));
    if (object.FileName.Buffer == nullptr) {
      ObDereferenceObject(&object);
      return nullptr;
    }
    memcpy(object.FileName.Buffer, name, name_length);
    object.FileName.Length = static_cast<USHORT>(name_length & ~1u);
    object.FileName.MaximumLength = static_cast<USHORT>(name_length + sizeof(WCHAR));
    object.FileName.Buffer[object.FileName.Length / sizeof(WCHAR)] = 0;
  }
  return &object;
}

PFILE_OBJECT ReferenceFile(uint64_t id) {
  ke::AtDispatch guard;
  for (LIST_ENTRY *entry = all_files.Flink; entry != &all_files; entry = entry->Flink) {
    auto *file = CONTAINING_RECORD(entry, File, all);
    if (file->id == id) {
      ObReferenceObject(&file->object);
      return &file->object;
    }
  }
  return nullptr;
}

uint64_t FileId(const FILE_OBJECT *file) { return file == nullptr ? 0 : FileOf(file)->id; }

void KeepHandle(PFILE_OBJECT file, HANDLE handle) { FileOf(file)->handle = handle; }

HANDLE FileHandle(PFILE_OBJECT file) { return FileOf(file)->handle; }

void OpenCounts(PFILE_OBJECT file) {
  FileOf(file)->counts = true;
  ReferenceOpen(file->DeviceObject);
}

void DestroyFile(PFILE_OBJECT object) {
  File *file = FileOf(object);
  {
    ke::AtDispatch guard;
    RemoveEntryList(&file->all);
  }
  if (object->FileName.Buffer != nullptr) {
    wdm::PoolFree(object->FileName.Buffer);
  }
  if (file->handle != nullptr) {
    NtClose(file->handle);
  }
}

void DetachFile(uint64_t cookie) {
  auto *object = reinterpret_cast<PFILE_OBJECT>(static_cast<uintptr_t>(cookie));
  File *file = FileOf(object);
  // Whoever keeps a reference keeps an object that no longer is anybody's file.
  file->id = 0;
  if (file->counts) {
    file->counts = false;
    DereferenceOpen(object->DeviceObject);
  }
  ObDereferenceObject(object);
}

}  // namespace io

extern "C" {

// WDK (ntifs.h): IoGetRelatedDeviceObject: the top of the stack that the file was opened on.
PDEVICE_OBJECT NTAPI IoGetRelatedDeviceObject(PFILE_OBJECT FileObject) {
  if (FileObject->Vpb != nullptr && FileObject->Vpb->DeviceObject != nullptr) {
    return io::TopDevice(FileObject->Vpb->DeviceObject);
  }
  return io::TopDevice(FileObject->DeviceObject);
}

}  // extern "C"
