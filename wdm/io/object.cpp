#include <wdmp/ioobject.hpp>

#include <wdmp/pool.hpp>

#include <bugcodes.h>

#include "iop.hpp"

namespace io {
namespace {

constexpr ULONG kMagic = 0x6a62'4f49;  // "IObj"

struct alignas(16) Header {
  POBJECT_TYPE type;
  LONG references;
  ULONG magic;
};

Header *HeaderOf(void *object) { return static_cast<Header *>(object) - 1; }
const Header *HeaderOf(const void *object) { return static_cast<const Header *>(object) - 1; }

}  // namespace

bool IsObject(const void *object) { return HeaderOf(object)->magic == kMagic; }

POBJECT_TYPE ObjectType(const void *object) { return HeaderOf(object)->type; }

LONG Reference(void *object) { return InterlockedIncrement(&HeaderOf(object)->references); }

LONG Dereference(void *object) {
  Header *header = HeaderOf(object);
  LONG left = InterlockedDecrement(&header->references);
  if (left < 0) {
    KeBugCheckEx(REFERENCE_BY_POINTER, reinterpret_cast<ULONG_PTR>(header->type), reinterpret_cast<ULONG_PTR>(object),
                 0, static_cast<ULONG_PTR>(static_cast<LONG_PTR>(left)));
  }
  if (left == 0) {
    if (header->type == *IoFileObjectType) {
      DestroyFile(static_cast<PFILE_OBJECT>(object));
    } else if (header->type == *IoDeviceObjectType) {
      auto *device = static_cast<PDEVICE_OBJECT>(object);
      DeleteTimer(device);
      if (device->Vpb != nullptr) {
        wdm::PoolFree(device->Vpb);
      }
    }
    header->magic = 0;
    wdm::PoolFree(header);
  }
  return left;
}

void *CreateObject(size_t size, POBJECT_TYPE type) {
  auto *header = static_cast<Header *>(wdm::PoolAllocateZero(sizeof(Header) + size, kTag));
  if (header == nullptr) {
    return nullptr;
  }
  header->type = type;
  header->references = 1;
  header->magic = kMagic;
  return header + 1;
}

}  // namespace io
