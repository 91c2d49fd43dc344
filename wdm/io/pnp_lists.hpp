#pragma once
// Lengths of what drivers answer to IRP_MJ_PNP. Pure, but drivers' memory is read.

#include <nt/ntdef.h>
#include <wdm/pnp_types.h>
#include <wdm/resources.h>

#include <cstddef>
#include <cstdint>

namespace io {

// Bytes of a text, with its terminator; 0 for null or one longer than `limit` bytes.
inline uint32_t TextLength(const WCHAR *text, bool multi, uint32_t limit) {
  if (text == nullptr) {
    return 0;
  }
  uint32_t count = 0;
  for (;;) {
    uint32_t start = count;
    while (text[count] != 0) {
      count += 1;
      if ((count + 1) * sizeof(WCHAR) > limit) {
        return 0;
      }
    }
    bool empty = count == start;
    count += 1;
    if (!multi || empty) {
      return static_cast<uint32_t>(count * sizeof(WCHAR));
    }
    if ((count + 1) * sizeof(WCHAR) > limit) {
      return 0;
    }
  }
}

// Bytes of a CM_RESOURCE_LIST; 0 for null. Device-specific data after the last descriptor are counted.
inline uint32_t ResourceListLength(const CM_RESOURCE_LIST *list) {
  if (list == nullptr) {
    return 0;
  }
  const auto *begin = reinterpret_cast<const unsigned char *>(list);
  const auto *full = reinterpret_cast<const unsigned char *>(&list->List[0]);
  for (ULONG i = 0; i < list->Count; i += 1) {
    const auto *entry = reinterpret_cast<const CM_FULL_RESOURCE_DESCRIPTOR *>(full);
    const auto *descriptor = &entry->PartialResourceList.PartialDescriptors[0];
    for (ULONG j = 0; j < entry->PartialResourceList.Count; j += 1) {
      size_t extra = descriptor->Type == CmResourceTypeDeviceSpecific ? descriptor->u.DeviceSpecificData.DataSize : 0;
      descriptor = reinterpret_cast<const CM_PARTIAL_RESOURCE_DESCRIPTOR *>(
          reinterpret_cast<const unsigned char *>(descriptor + 1) + extra);
    }
    full = reinterpret_cast<const unsigned char *>(descriptor);
  }
  return static_cast<uint32_t>(full - begin);
}

}  // namespace io
