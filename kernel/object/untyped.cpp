#include "object/untyped.hpp"

#include <string.h>

#include "api/lookup.hpp"
#include "api/preemption.hpp"
#include "arch/x86_64/apic.hpp"
#include "arch/x86_64/layout.hpp"
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "vspace/vspace.hpp"

namespace kernel {
namespace {

/// What is cleared between two looks at the interrupts.
constexpr Word kChunkBits = 18;

bool IsFrame(Word type) {
  return type == seL4_X86_4K || type == seL4_X86_LargePageObject || type == seL4_X64_HugePageObject;
}

/// Size of one object as a power of two; `user_bits` counts for untyped memory and CNodes.
Word ObjectBits(Word type, Word user_bits) {
  switch (type) {
    case seL4_UntypedObject:
      return user_bits;
    case seL4_TCBObject:
      return seL4_TCBBits;
    case seL4_EndpointObject:
      return seL4_EndpointBits;
    case seL4_NotificationObject:
      return seL4_NotificationBits;
    case seL4_CapTableObject:
      return user_bits + seL4_SlotBits;
    case seL4_X64_HugePageObject:
      return seL4_HugePageBits;
    case seL4_X86_LargePageObject:
      return seL4_LargePageBits;
    default:
      return seL4_PageBits;
  }
}

/// Makes one object in cleared memory.
Cap CreateObject(Word type, Paddr address, Word user_bits, bool device) {
  void *const memory = ToPointer(address);
  switch (type) {
    case seL4_UntypedObject:
      return Cap::ForUntyped(address, user_bits, device);
    case seL4_TCBObject:
      InitTcb(*static_cast<Tcb *>(memory));
      return Cap::ForObject(CapType::kThread, memory);
    case seL4_EndpointObject:
      return Cap::ForEndpoint(static_cast<Endpoint *>(memory), kAllRights, 0);
    case seL4_NotificationObject:
      return Cap::ForNotification(static_cast<Notification *>(memory), kRightRead | kRightWrite, 0);
    case seL4_CapTableObject:
      return Cap::ForCNode(static_cast<Slot *>(memory), user_bits, 0);
    case seL4_X86_4K:
      return Cap::ForFrame(address, PageSize::kSmall, VmRights::kReadWrite, device);
    case seL4_X86_LargePageObject:
      return Cap::ForFrame(address, PageSize::kLarge, VmRights::kReadWrite, device);
    case seL4_X64_HugePageObject:
      return Cap::ForFrame(address, PageSize::kHuge, VmRights::kReadWrite, device);
    case seL4_X86_PageTableObject:
      return Cap::ForObject(CapType::kPageTable, memory);
    case seL4_X86_PageDirectoryObject:
      return Cap::ForObject(CapType::kPageDirectory, memory);
    case seL4_X86_PDPTObject:
      return Cap::ForObject(CapType::kPdpt, memory);
    default:
      return Cap::ForObject(CapType::kPml4, memory);
  }
}

/// Clears [start, start + size) of an untyped. Only what is handed out is cleared: power-on does not pay for memory
/// that nobody uses. A preempted run leaves its progress in the capability.
Status Clear(Slot &slot, Word start, Word size) {
  const Paddr base = slot.cap.Address() + start;
  if (size <= Bit(kChunkBits)) {
    memset(ToPointer(base), 0, size);
    return Status::kOk;
  }
  Word chunk = slot.cap.FreeOffset() == start ? slot.cap.ClearedChunks() : 0;
  for (; chunk << kChunkBits < size; ++chunk) {
    const Word offset = chunk << kChunkBits;
    memset(ToPointer(base + offset), 0, Min(Bit(kChunkBits), size - offset));
    if (apic::InterruptPending() && (chunk + 1) << kChunkBits < size) {
      slot.cap = slot.cap.WithFree(start, chunk + 1);
      return Status::kPreempted;
    }
  }
  return Status::kOk;
}

/// The CNode that gets the new capabilities and the range of its slots, checked.
Status LookupDestination(const Arguments &arguments, Slot *&slots) {
  const Word node_index = arguments[2], node_depth = arguments[3], offset = arguments[4], count = arguments[5];
  const Cap *node = &arguments.extra[0]->cap;
  if (node_depth != 0) {
    Slot *slot;
    if (const Status status = LookupTargetSlot(*node, node_index, node_depth, slot); status != Status::kOk) {
      return status;
    }
    node = &slot->cap;
  }
  if (!node->Is(CapType::kCNode)) {
    SetMissingCapability(node_depth);
    return FailLookup(false);
  }
  const Word size = Bit(node->Radix());
  if (offset > size - 1) {
    return FailRange(0, size - 1);
  }
  if (count < 1 || count > seL4_RetypeFanOutLimit) {
    return FailRange(1, seL4_RetypeFanOutLimit);
  }
  if (count > size - offset) {
    return FailRange(1, size - offset);
  }
  slots = node->Object<Slot>() + offset;
  for (Word i = 0; i < count; ++i) {
    if (const Status status = EnsureEmpty(slots[i]); status != Status::kOk) {
      return status;
    }
  }
  return Status::kOk;
}

Status CheckType(Word type, Word user_bits) {
  if (type >= seL4_ObjectTypeCount) {
    return FailArgument(0);
  }
  if (user_bits >= seL4_WordBits || ObjectBits(type, user_bits) > seL4_MaxUntypedBits) {
    return FailRange(0, seL4_MaxUntypedBits);
  }
  if ((type == seL4_CapTableObject && user_bits == 0) ||
      (type == seL4_UntypedObject && user_bits < seL4_MinUntypedBits)) {
    return FailArgument(1);
  }
  return Status::kOk;
}

}  // namespace

Status DecodeUntyped(const Arguments &arguments) {
  if (arguments.label != UntypedRetype) {
    return Fail(seL4_IllegalOperation);
  }
  if (arguments.length < 6 || arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  const Word type = arguments[0], user_bits = arguments[1], count = arguments[5];
  if (const Status status = CheckType(type, user_bits); status != Status::kOk) {
    return status;
  }
  Slot *slots;
  if (const Status status = LookupDestination(arguments, slots); status != Status::kOk) {
    return status;
  }
  Slot &source = *arguments.slot;
  // Without children all of the memory is free again.
  const Slot *const next = source.Next();
  const bool has_children = next != nullptr && IsParentOf(source, *next);
  const Word free = has_children ? source.cap.FreeOffset() : 0;
  const Word bits = ObjectBits(type, user_bits);
  const Word left = Bit(source.cap.SizeBits()) - free;
  if (left >> bits < count) {
    return FailMemory(left);
  }
  const bool device = source.cap.UntypedDevice();
  if (device && !IsFrame(type) && type != seL4_UntypedObject) {
    return FailArgument(1);
  }
  const Word start = AlignUp(free, bits);
  arguments.Commit();
  if (!device && type != seL4_UntypedObject) {
    if (const Status status = Clear(source, start, count << bits); status != Status::kOk) {
      return status;
    }
  }
  source.cap = source.cap.WithFree(start + (count << bits));
  Paddr address = source.cap.Address() + start;
  for (Word i = 0; i < count; ++i, address += Bit(bits)) {
    InsertNew(source, slots[i], CreateObject(type, address, user_bits, device));
  }
  return Status::kOk;
}

}  // namespace kernel
