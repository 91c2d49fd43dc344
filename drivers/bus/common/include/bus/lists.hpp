#pragma once
// The lists and texts that a bus driver gives to the plug and play manager, in paged pool as the WDK wants them.

#include <ntddk.h>

#include <cstddef>
#include <string_view>

namespace bus {

inline constexpr ULONG kListTag = 'tsLB';

// A copy of `units` with a zero behind, for IRP_MN_QUERY_ID and QUERY_DEVICE_TEXT; null without memory. A multiple
// string brings its own zeroes.
inline PWCHAR CopyText(std::u16string_view units) {
  const SIZE_T size = (units.size() + 1) * sizeof(WCHAR);
  auto *copy = static_cast<PWCHAR>(ExAllocatePoolWithTag(PagedPool, size, kListTag));
  if (copy != nullptr) {
    for (std::size_t i = 0; i < units.size(); i += 1) {
      copy[i] = static_cast<WCHAR>(units[i]);
    }
    copy[units.size()] = 0;
  }
  return copy;
}

inline PHYSICAL_ADDRESS Physical(ULONGLONG address) {
  PHYSICAL_ADDRESS result;
  result.QuadPart = static_cast<LONGLONG>(address);
  return result;
}

// A memory length in the units that its descriptor can hold (RtlIoEncodeMemIoResource, WDK).
struct MemoryLength {
  UCHAR type = CmResourceTypeMemory;
  USHORT flags = 0;
  unsigned shift = 0;

  explicit MemoryLength(ULONGLONG length) {
    constexpr struct {
      USHORT flag;
      unsigned bits;
    } kLarge[] = {
        {CM_RESOURCE_MEMORY_LARGE_40, 8}, {CM_RESOURCE_MEMORY_LARGE_48, 16}, {CM_RESOURCE_MEMORY_LARGE_64, 32}};
    for (const auto &large : kLarge) {
      if (length >> shift <= MAXULONG) {
        return;
      }
      type = CmResourceTypeMemoryLarge;
      flags = large.flag;
      shift = large.bits;
    }
  }
};

// What a device has: a CM_RESOURCE_LIST with one bus. More than the room is a fault of the driver: Add says so.
template <std::size_t Room>
class ResourceList {
 public:
  bool AddPort(ULONGLONG first, ULONGLONG last, UCHAR share, USHORT flags) {
    return Add(CmResourceTypePort, share, static_cast<USHORT>(flags | CM_RESOURCE_PORT_IO), first, last - first + 1, 0);
  }
  bool AddMemory(ULONGLONG first, ULONGLONG last, UCHAR share, USHORT flags) {
    const MemoryLength length(last - first + 1);
    return Add(length.type, share, static_cast<USHORT>(flags | length.flags), first, last - first + 1, length.shift);
  }
  bool AddInterrupt(ULONG line, UCHAR share, USHORT flags) {
    if (CM_PARTIAL_RESOURCE_DESCRIPTOR *entry = Next(CmResourceTypeInterrupt, share, flags)) {
      entry->u.Interrupt.Level = line;
      entry->u.Interrupt.Vector = line;
      entry->u.Interrupt.Affinity = static_cast<KAFFINITY>(-1);
      return true;
    }
    return false;
  }
  bool AddDma(ULONG channel) {
    if (CM_PARTIAL_RESOURCE_DESCRIPTOR *entry =
            Next(CmResourceTypeDma, CmResourceShareDeviceExclusive, CM_RESOURCE_DMA_8)) {
      entry->u.Dma.Channel = channel;
      return true;
    }
    return false;
  }
  bool AddBuses(ULONG first, ULONG last) {
    if (CM_PARTIAL_RESOURCE_DESCRIPTOR *entry = Next(CmResourceTypeBusNumber, CmResourceShareDeviceExclusive, 0)) {
      entry->u.BusNumber.Start = first;
      entry->u.BusNumber.Length = last - first + 1;
      return true;
    }
    return false;
  }

  bool Empty() const { return count_ == 0; }
  // The list in pool; null without memory.
  PCM_RESOURCE_LIST Copy(INTERFACE_TYPE interface_type, ULONG bus) const {
    const SIZE_T size = FIELD_OFFSET(CM_RESOURCE_LIST, List[0].PartialResourceList.PartialDescriptors) +
                        count_ * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
    auto *list = static_cast<PCM_RESOURCE_LIST>(ExAllocatePoolWithTag(PagedPool, size, kListTag));
    if (list == nullptr) {
      return nullptr;
    }
    list->Count = 1;
    list->List[0].InterfaceType = interface_type;
    list->List[0].BusNumber = bus;
    list->List[0].PartialResourceList.Version = 1;
    list->List[0].PartialResourceList.Revision = 1;
    list->List[0].PartialResourceList.Count = static_cast<ULONG>(count_);
    RtlCopyMemory(list->List[0].PartialResourceList.PartialDescriptors, entries_, count_ * sizeof(entries_[0]));
    return list;
  }

 private:
  CM_PARTIAL_RESOURCE_DESCRIPTOR *Next(UCHAR type, UCHAR share, USHORT flags) {
    if (count_ == Room) {
      return nullptr;
    }
    CM_PARTIAL_RESOURCE_DESCRIPTOR *entry = &entries_[count_];
    count_ += 1;
    *entry = {};
    entry->Type = type;
    entry->ShareDisposition = share;
    entry->Flags = flags;
    return entry;
  }
  bool Add(UCHAR type, UCHAR share, USHORT flags, ULONGLONG first, ULONGLONG length, unsigned shift) {
    if (CM_PARTIAL_RESOURCE_DESCRIPTOR *entry = Next(type, share, flags)) {
      entry->u.Generic.Start = Physical(first);
      entry->u.Generic.Length = static_cast<ULONG>(length >> shift);
      return true;
    }
    return false;
  }

  CM_PARTIAL_RESOURCE_DESCRIPTOR entries_[Room];
  std::size_t count_ = 0;
};

// Where a range may lie.
struct Placement {
  ULONGLONG length = 0;
  ULONGLONG alignment = 1;
  ULONGLONG minimum = 0;
  ULONGLONG maximum = 0;

  static Placement Exactly(ULONGLONG first, ULONGLONG last) { return {last - first + 1, 1, first, last}; }
};

// What a device needs: an IO_RESOURCE_REQUIREMENTS_LIST with one list. `option` is 0 for a new entry, or
// IO_RESOURCE_PREFERRED; IO_RESOURCE_ALTERNATIVE for another way to satisfy the one before.
template <std::size_t Room>
class RequirementsList {
 public:
  bool AddPort(UCHAR option, const Placement &at, UCHAR share, USHORT flags) {
    return Add(option, CmResourceTypePort, share, static_cast<USHORT>(flags | CM_RESOURCE_PORT_IO), at, 0);
  }
  bool AddMemory(UCHAR option, const Placement &at, UCHAR share, USHORT flags) {
    const MemoryLength length(at.length);
    return Add(option, length.type, share, static_cast<USHORT>(flags | length.flags), at, length.shift);
  }
  bool AddInterrupt(UCHAR option, ULONG line, UCHAR share, USHORT flags) {
    return AddVectors(option, line, line, share, flags);
  }
  // `count` message interrupts ("Using Interrupt Resource Descriptors", WDK).
  bool AddMessages(UCHAR option, ULONG count) {
    return AddVectors(option, CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN - (count - 1), CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN,
                      CmResourceShareDeviceExclusive, CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE);
  }
  bool AddDma(UCHAR option, ULONG channel) {
    if (IO_RESOURCE_DESCRIPTOR *entry =
            Next(option, CmResourceTypeDma, CmResourceShareDeviceExclusive, CM_RESOURCE_DMA_8)) {
      entry->u.Dma.MinimumChannel = channel;
      entry->u.Dma.MaximumChannel = channel;
      return true;
    }
    return false;
  }
  bool AddBuses(UCHAR option, ULONG first, ULONG last) {
    if (IO_RESOURCE_DESCRIPTOR *entry = Next(option, CmResourceTypeBusNumber, CmResourceShareDeviceExclusive, 0)) {
      entry->u.BusNumber.Length = last - first + 1;
      entry->u.BusNumber.MinBusNumber = first;
      entry->u.BusNumber.MaxBusNumber = last;
      return true;
    }
    return false;
  }

  // Appends what another list has, such as the one of IRP_MN_FILTER_RESOURCE_REQUIREMENTS. False when it does not fit.
  bool Append(const IO_RESOURCE_LIST &list) {
    for (ULONG i = 0; i < list.Count; i += 1) {
      const IO_RESOURCE_DESCRIPTOR &from = list.Descriptors[i];
      IO_RESOURCE_DESCRIPTOR *entry = Next(from.Option, from.Type, from.ShareDisposition, from.Flags);
      if (entry == nullptr) {
        return false;
      }
      *entry = from;
    }
    return true;
  }

  bool Empty() const { return count_ == 0; }
  PIO_RESOURCE_REQUIREMENTS_LIST Copy(INTERFACE_TYPE interface_type, ULONG bus, ULONG slot) const {
    const SIZE_T size =
        FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List[0].Descriptors) + count_ * sizeof(IO_RESOURCE_DESCRIPTOR);
    auto *list = static_cast<PIO_RESOURCE_REQUIREMENTS_LIST>(ExAllocatePoolWithTag(PagedPool, size, kListTag));
    if (list == nullptr) {
      return nullptr;
    }
    RtlZeroMemory(list, size);
    list->ListSize = static_cast<ULONG>(size);
    list->InterfaceType = interface_type;
    list->BusNumber = bus;
    list->SlotNumber = slot;
    list->AlternativeLists = 1;
    list->List[0].Version = 1;
    list->List[0].Revision = 1;
    list->List[0].Count = static_cast<ULONG>(count_);
    RtlCopyMemory(list->List[0].Descriptors, entries_, count_ * sizeof(entries_[0]));
    return list;
  }

 private:
  IO_RESOURCE_DESCRIPTOR *Next(UCHAR option, UCHAR type, UCHAR share, USHORT flags) {
    if (count_ == Room) {
      return nullptr;
    }
    IO_RESOURCE_DESCRIPTOR *entry = &entries_[count_];
    count_ += 1;
    *entry = {};
    entry->Option = option;
    entry->Type = type;
    entry->ShareDisposition = share;
    entry->Flags = flags;
    return entry;
  }
  bool Add(UCHAR option, UCHAR type, UCHAR share, USHORT flags, const Placement &at, unsigned shift) {
    if (IO_RESOURCE_DESCRIPTOR *entry = Next(option, type, share, flags)) {
      entry->u.Generic.Length = static_cast<ULONG>(at.length >> shift);
      entry->u.Generic.Alignment = static_cast<ULONG>((at.alignment >> shift) != 0 ? at.alignment >> shift : 1);
      entry->u.Generic.MinimumAddress = Physical(at.minimum);
      entry->u.Generic.MaximumAddress = Physical(at.maximum);
      return true;
    }
    return false;
  }
  bool AddVectors(UCHAR option, ULONG first, ULONG last, UCHAR share, USHORT flags) {
    if (IO_RESOURCE_DESCRIPTOR *entry = Next(option, CmResourceTypeInterrupt, share, flags)) {
      entry->u.Interrupt.MinimumVector = first;
      entry->u.Interrupt.MaximumVector = last;
      return true;
    }
    return false;
  }

  IO_RESOURCE_DESCRIPTOR entries_[Room];
  std::size_t count_ = 0;
};

// A buffer for the device relations of a bus, in paged pool; the caller references the objects that it puts in.
inline PDEVICE_RELATIONS NewRelations(ULONG count) {
  const SIZE_T size = FIELD_OFFSET(DEVICE_RELATIONS, Objects) + (count == 0 ? 1 : count) * sizeof(PDEVICE_OBJECT);
  auto *relations = static_cast<PDEVICE_RELATIONS>(ExAllocatePoolWithTag(PagedPool, size, kListTag));
  if (relations != nullptr) {
    RtlZeroMemory(relations, size);
  }
  return relations;
}

}  // namespace bus
