#include "object/cap.hpp"

#include "arch/x86_64/layout.hpp"

namespace kernel {
namespace {

/// Physical extent [base, base + 2^bits) of what a capability names.
struct Extent {
  Paddr base;
  Word bits;
};

bool PhysicalExtent(const Cap &cap, Extent &extent) {
  const auto object = [&](Word bits) {
    extent = {ToPaddr(cap.Object<void>()), bits};
    return true;
  };
  switch (cap.Type()) {
    case CapType::kUntyped:
      extent = {cap.Address(), cap.SizeBits()};
      return true;
    case CapType::kFrame:
      extent = {cap.Address(), PageBits(cap.FrameSize())};
      return true;
    case CapType::kEndpoint:
      return object(seL4_EndpointBits);
    case CapType::kNotification:
      return object(seL4_NotificationBits);
    case CapType::kCNode:
      return object(cap.Radix() + seL4_SlotBits);
    case CapType::kThread:
      return object(seL4_TCBBits);
    case CapType::kZombie:
      return object(cap.ZombieKind() == Cap::kZombieTcb ? Word{seL4_TCBBits} : cap.ZombieKind() + seL4_SlotBits);
    case CapType::kPageTable:
    case CapType::kPageDirectory:
    case CapType::kPdpt:
    case CapType::kPml4:
    case CapType::kAsidPool:
      return object(seL4_PageBits);
    default:
      return false;
  }
}

bool Contains(const Extent &outer, const Extent &inner) {
  return outer.base <= inner.base && inner.base + Mask(inner.bits) <= outer.base + Mask(outer.bits);
}

}  // namespace

bool SameRegion(const Cap &a, const Cap &b) {
  switch (a.Type()) {
    case CapType::kUntyped:
    case CapType::kFrame: {
      Extent outer, inner;
      const bool comparable = a.Is(CapType::kUntyped) || b.Is(CapType::kFrame);
      return comparable && PhysicalExtent(a, outer) && PhysicalExtent(b, inner) && Contains(outer, inner);
    }
    case CapType::kEndpoint:
    case CapType::kNotification:
    case CapType::kThread:
    case CapType::kReply:
    case CapType::kPageTable:
    case CapType::kPageDirectory:
    case CapType::kPdpt:
    case CapType::kPml4:
    case CapType::kAsidPool:
      return a.Type() == b.Type() && a.Object<void>() == b.Object<void>();
    case CapType::kCNode:
      return b.Is(CapType::kCNode) && a.Object<void>() == b.Object<void>() && a.Radix() == b.Radix();
    case CapType::kDomain:
    case CapType::kAsidControl:
      return a.Type() == b.Type();
    case CapType::kIrqControl:
      return b.Is(CapType::kIrqControl) || b.Is(CapType::kIrqHandler);
    case CapType::kIoPortControl:
      return b.Is(CapType::kIoPortControl) || b.Is(CapType::kIoPort);
    case CapType::kIrqHandler:
    case CapType::kIoPort:
      return a.Type() == b.Type() && a.word1 == b.word1;
    case CapType::kNull:
    case CapType::kZombie:
      return false;
  }
  return false;
}

bool SameObject(const Cap &a, const Cap &b) {
  switch (a.Type()) {
    case CapType::kUntyped:
    case CapType::kIrqControl:
      return false;
    case CapType::kIoPortControl:
      return b.Is(CapType::kIoPortControl);
    case CapType::kFrame:
      return b.Is(CapType::kFrame) && a.Address() == b.Address() && a.FrameSize() == b.FrameSize();
    default:
      return SameRegion(a, b);
  }
}

Cap MaskRights(const Cap &cap, Word rights) {
  switch (cap.Type()) {
    case CapType::kEndpoint:
      return cap.WithField(5, 4, cap.Rights() & rights);
    case CapType::kNotification:
      return cap.WithField(5, 4, cap.Rights() & rights & (kRightRead | kRightWrite));
    case CapType::kReply:
      return cap.WithField(7, 1, cap.CanGrant() && (rights & kRightGrant) != 0);
    case CapType::kFrame: {
      VmRights left = VmRights::kKernelOnly;
      if ((rights & kRightRead) != 0 && cap.FrameRights() != VmRights::kKernelOnly) {
        left = (rights & kRightWrite) != 0 ? cap.FrameRights() : VmRights::kReadOnly;
      }
      return cap.WithField(7, 2, static_cast<Word>(left));
    }
    default:
      return cap;
  }
}

Cap UpdateData(const Cap &cap, Word data, bool preserve) {
  switch (cap.Type()) {
    case CapType::kEndpoint:
    case CapType::kNotification:
      return preserve || cap.Badge() != 0 ? Cap::Null() : Cap{cap.word0, data};
    case CapType::kCNode: {
      const Word size = data & 63;
      if (size + cap.Radix() > seL4_WordBits) {
        return Cap::Null();
      }
      return {cap.word0, ((data >> 6) & Mask(size)) << 6 | size};
    }
    default:
      return cap;
  }
}

bool IsNewFamily(const Cap &derived, const Cap &source) {
  switch (derived.Type()) {
    case CapType::kEndpoint:
    case CapType::kNotification:
      return derived.Badge() != source.Badge();
    case CapType::kIrqHandler:
      return source.Is(CapType::kIrqControl);
    case CapType::kIoPort:
      return source.Is(CapType::kIoPortControl);
    case CapType::kUntyped:
      return true;
    default:
      return false;
  }
}

}  // namespace kernel
