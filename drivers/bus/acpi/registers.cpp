#include "registers.hpp"

#include <cstdint>

namespace acpibus {
namespace {

ULONG ReadPort(ULONGLONG port, ULONG size) {
  const auto address = static_cast<std::uintptr_t>(port);
  switch (size) {
    case 1:
      return READ_PORT_UCHAR(reinterpret_cast<PUCHAR>(address));
    case 2:
      return READ_PORT_USHORT(reinterpret_cast<PUSHORT>(address));
    default:
      return READ_PORT_ULONG(reinterpret_cast<PULONG>(address));
  }
}

void WritePort(ULONGLONG port, ULONG size, ULONG value) {
  const auto address = static_cast<std::uintptr_t>(port);
  switch (size) {
    case 1:
      WRITE_PORT_UCHAR(reinterpret_cast<PUCHAR>(address), static_cast<UCHAR>(value));
      break;
    case 2:
      WRITE_PORT_USHORT(reinterpret_cast<PUSHORT>(address), static_cast<USHORT>(value));
      break;
    default:
      WRITE_PORT_ULONG(reinterpret_cast<PULONG>(address), value);
      break;
  }
}

ULONG ReadMemory(UCHAR *at, ULONG size) {
  switch (size) {
    case 1:
      return READ_REGISTER_UCHAR(at);
    case 2:
      return READ_REGISTER_USHORT(reinterpret_cast<PUSHORT>(at));
    default:
      return READ_REGISTER_ULONG(reinterpret_cast<PULONG>(at));
  }
}

void WriteMemory(UCHAR *at, ULONG size, ULONG value) {
  switch (size) {
    case 1:
      WRITE_REGISTER_UCHAR(at, static_cast<UCHAR>(value));
      break;
    case 2:
      WRITE_REGISTER_USHORT(reinterpret_cast<PUSHORT>(at), static_cast<USHORT>(value));
      break;
    default:
      WRITE_REGISTER_ULONG(reinterpret_cast<PULONG>(at), value);
      break;
  }
}

}  // namespace

void Registers::Assign(const CM_RESOURCE_LIST *resources) {
  Release();
  if (resources == nullptr || resources->Count == 0) {
    return;
  }
  const CM_PARTIAL_RESOURCE_LIST &list = resources->List[0].PartialResourceList;
  for (ULONG i = 0; i < list.Count; i += 1) {
    const CM_PARTIAL_RESOURCE_DESCRIPTOR &entry = list.PartialDescriptors[i];
    if (entry.Type == CmResourceTypePort || entry.Type == CmResourceTypeMemory) {
      Add(entry.Type == CmResourceTypeMemory, static_cast<ULONGLONG>(entry.u.Generic.Start.QuadPart),
          entry.u.Generic.Length);
    }
  }
}

void Registers::Add(bool memory, ULONGLONG first, ULONG length) {
  if (count_ == kRanges || length == 0) {
    return;
  }
  Range range{memory, first, first + (length - 1), nullptr};
  if (memory) {
    PHYSICAL_ADDRESS address;
    address.QuadPart = static_cast<LONGLONG>(first);
    range.mapped = static_cast<UCHAR *>(MmMapIoSpace(address, length, MmNonCached));
    if (range.mapped == nullptr) {
      return;
    }
  }
  ranges_[count_] = range;
  count_ += 1;
}

void Registers::Release() {
  for (std::size_t i = 0; i < count_; i += 1) {
    if (ranges_[i].mapped != nullptr) {
      MmUnmapIoSpace(ranges_[i].mapped, static_cast<SIZE_T>(ranges_[i].last - ranges_[i].first + 1));
    }
  }
  count_ = 0;
}

const Registers::Range *Registers::Find(bool memory, ULONGLONG address, ULONG size) const {
  for (std::size_t i = 0; i < count_; i += 1) {
    const Range &range = ranges_[i];
    if (range.memory == memory && address >= range.first && address <= range.last && size - 1 <= range.last - address) {
      return &range;
    }
  }
  return nullptr;
}

std::optional<ULONG> Registers::Read(bool memory, ULONGLONG address, ULONG size) const {
  const Range *range = Find(memory, address, size);
  if (range == nullptr) {
    return {};
  }
  return memory ? ReadMemory(range->mapped + (address - range->first), size) : ReadPort(address, size);
}

bool Registers::Write(bool memory, ULONGLONG address, ULONG size, ULONG value) const {
  const Range *range = Find(memory, address, size);
  if (range == nullptr) {
    return false;
  }
  if (memory) {
    WriteMemory(range->mapped + (address - range->first), size, value);
  } else {
    WritePort(address, size, value);
  }
  return true;
}

}  // namespace acpibus
