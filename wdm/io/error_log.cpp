// Error log entries: there is no log yet, they go to the debug output.

#include "iop.hpp"

#include <wdmp/ioobject.hpp>
#include <wdmp/pool.hpp>

namespace io {
namespace {

// What lies in front of the packet that the driver fills in.
struct alignas(16) Entry {
  PVOID object;
  UCHAR size;
};

}  // namespace
}  // namespace io

extern "C" {

// WDK: IoAllocateErrorLogEntry. Null: no memory, or a size outside sizeof(IO_ERROR_LOG_PACKET)..ERROR_LOG_MAXIMUM_SIZE.
PVOID NTAPI IoAllocateErrorLogEntry(PVOID IoObject, UCHAR EntrySize) {
  if (EntrySize < sizeof(IO_ERROR_LOG_PACKET) || EntrySize > ERROR_LOG_MAXIMUM_SIZE) {
    return nullptr;
  }
  auto *entry = static_cast<io::Entry *>(wdm::PoolAllocateZero(sizeof(io::Entry) + EntrySize, io::kTag));
  if (entry == nullptr) {
    return nullptr;
  }
  entry->object = IoObject;
  entry->size = EntrySize;
  ObReferenceObject(IoObject);
  return entry + 1;
}

void NTAPI IoFreeErrorLogEntry(PVOID ElEntry) {
  if (ElEntry != nullptr) {
    io::Entry *entry = static_cast<io::Entry *>(ElEntry) - 1;
    ObDereferenceObject(entry->object);
    wdm::PoolFree(entry);
  }
}

// WDK: IoWriteErrorLogEntry: writes and frees the entry. IRQL <= DISPATCH_LEVEL.
void NTAPI IoWriteErrorLogEntry(PVOID ElEntry) {
  io::Entry *entry = static_cast<io::Entry *>(ElEntry) - 1;
  const auto *packet = static_cast<const IO_ERROR_LOG_PACKET *>(ElEntry);
  PDRIVER_OBJECT driver = io::ObjectType(entry->object) == *IoDeviceObjectType
                              ? static_cast<PDEVICE_OBJECT>(entry->object)->DriverObject
                              : static_cast<PDRIVER_OBJECT>(entry->object);
  DbgPrint("%wZ: error %08lx, final status %08lx, unique value %lu, function %u, IOCTL %08lx\n", &driver->DriverName,
           static_cast<ULONG>(packet->ErrorCode), static_cast<ULONG>(packet->FinalStatus), packet->UniqueErrorValue,
           packet->MajorFunctionCode, packet->IoControlCode);
  IoFreeErrorLogEntry(ElEntry);
}

}  // extern "C"
