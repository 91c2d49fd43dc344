#pragma once
// A capability: two words. Word 0 holds the type (bits 0-4), small fields (bits 5-15) and the address of what it names
// (bits 16-63: a kernel pointer without its sign extension, or a physical address for memory); word 1 is the type's
// own.

#include "base/types.hpp"

namespace kernel {

struct Tcb;
struct Endpoint;
struct Notification;
struct Slot;
struct AsidPool;

/// Values are those that DebugCapIdentify reports.
enum class CapType : uint8_t {
  kNull = 0,
  kFrame = 1,
  kUntyped = 2,
  kPageTable = 3,
  kEndpoint = 4,
  kPageDirectory = 5,
  kNotification = 6,
  kPdpt = 7,
  kReply = 8,
  kPml4 = 9,
  kCNode = 10,
  kAsidControl = 11,
  kThread = 12,
  kAsidPool = 13,
  kIrqControl = 14,
  kIrqHandler = 16,
  kZombie = 18,
  kIoPort = 19,
  kDomain = 20,
  kIoPortControl = 31,
};

/// Rights bits, in the order of seL4_CapRights.
enum : Word { kRightWrite = 1, kRightRead = 2, kRightGrant = 4, kRightGrantReply = 8, kAllRights = 15 };

enum class VmRights : uint8_t { kKernelOnly = 1, kReadOnly = 2, kReadWrite = 3 };
enum class PageSize : uint8_t { kSmall = 0, kLarge = 1, kHuge = 2 };

constexpr Word PageBits(PageSize size) {
  switch (size) {
    case PageSize::kSmall:
      return seL4_PageBits;
    case PageSize::kLarge:
      return seL4_LargePageBits;
    case PageSize::kHuge:
      return seL4_HugePageBits;
  }
  return seL4_PageBits;
}

struct Cap {
  Word word0 = 0;
  Word word1 = 0;

  constexpr CapType Type() const { return static_cast<CapType>(word0 & 31); }
  constexpr bool Is(CapType type) const { return Type() == type; }
  constexpr bool IsNull() const { return Type() == CapType::kNull; }

  template <typename T>
  T *Object() const {
    return reinterpret_cast<T *>(static_cast<int64_t>(word0) >> 16);
  }
  constexpr Word Field(Word shift, Word bits) const { return (word0 >> shift) & Mask(bits); }
  constexpr Cap WithField(Word shift, Word bits, Word value) const {
    return {(word0 & ~(Mask(bits) << shift)) | (value << shift), word1};
  }

  static constexpr Cap Null() { return {}; }
  static Cap ForObject(CapType type, const void *object, Word fields = 0, Word word1 = 0) {
    return {(reinterpret_cast<Word>(object) << 16) | fields | static_cast<Word>(type), word1};
  }
  static constexpr Cap ForMemory(CapType type, Paddr address, Word fields, Word word1) {
    return {(address << 16) | fields | static_cast<Word>(type), word1};
  }
  static constexpr Cap Plain(CapType type, Word word1 = 0) { return {static_cast<Word>(type), word1}; }

  // Endpoint, notification: rights in bits 5-8, badge in word 1. Reply: bit 5 master, bit 7 grant.
  static Cap ForEndpoint(Endpoint *endpoint, Word rights, Word badge) {
    return ForObject(CapType::kEndpoint, endpoint, rights << 5, badge);
  }
  static Cap ForNotification(Notification *notification, Word rights, Word badge) {
    return ForObject(CapType::kNotification, notification, rights << 5, badge);
  }
  static Cap ForReply(Tcb *caller, bool master, bool grant) {
    return ForObject(CapType::kReply, caller, Word{master} << 5 | Word{grant} << 7);
  }
  constexpr Word Rights() const { return Field(5, 4); }
  constexpr bool CanSend() const { return (word0 & kRightWrite << 5) != 0; }
  constexpr bool CanReceive() const { return (word0 & kRightRead << 5) != 0; }
  constexpr bool CanGrant() const { return (word0 & kRightGrant << 5) != 0; }
  constexpr bool CanGrantReply() const { return (word0 & kRightGrantReply << 5) != 0; }
  constexpr bool ReplyMaster() const { return Field(5, 1) != 0; }
  constexpr Word Badge() const { return word1; }

  // CNode: radix in bits 5-10, word 1 is seL4_CNode_CapData (guard and guard size).
  static Cap ForCNode(Slot *slots, Word radix, Word data) {
    return ForObject(CapType::kCNode, slots, radix << 5, data);
  }
  constexpr Word Radix() const { return Field(5, 6); }
  constexpr Word GuardSize() const { return word1 & 63; }
  constexpr Word Guard() const { return word1 >> 6; }

  // Zombie: what is left of a CNode (radix in bits 5-10) or TCB (63 there); word 1 = slots still to be emptied.
  static constexpr Word kZombieTcb = 63;
  static Cap ForZombie(Slot *slots, Word kind, Word count) {
    return ForObject(CapType::kZombie, slots, kind << 5, count);
  }
  constexpr Word ZombieKind() const { return Field(5, 6); }

  // Untyped: size bits 5-10, device 11; word 1: bits 0-42 first free byte / 16, 43-63 chunks already cleared for a
  // retype that was preempted (valid only for objects that begin at the free byte).
  static constexpr Word kFreeBits = 43;
  static constexpr Cap ForUntyped(Paddr address, Word size_bits, bool device) {
    return ForMemory(CapType::kUntyped, address, size_bits << 5 | Word{device} << 11, 0);
  }
  constexpr Paddr Address() const { return word0 >> 16; }
  constexpr Word SizeBits() const { return Field(5, 6); }
  constexpr bool UntypedDevice() const { return Field(11, 1) != 0; }
  constexpr Word FreeOffset() const { return (word1 & Mask(kFreeBits)) << 4; }
  constexpr Word ClearedChunks() const { return word1 >> kFreeBits; }
  constexpr Cap WithFree(Word offset, Word cleared_chunks = 0) const {
    return {word0, offset >> 4 | cleared_chunks << kFreeBits};
  }

  // Frame: size bits 5-6, rights 7-8, device 9; word 1: mapped address and, in its low bits, the ASID (0: not mapped).
  static constexpr Cap ForFrame(Paddr address, PageSize size, VmRights rights, bool device) {
    return ForMemory(CapType::kFrame, address,
                     static_cast<Word>(size) << 5 | static_cast<Word>(rights) << 7 | Word{device} << 9, 0);
  }
  constexpr PageSize FrameSize() const { return static_cast<PageSize>(Field(5, 2)); }
  constexpr VmRights FrameRights() const { return static_cast<VmRights>(Field(7, 2)); }
  constexpr bool FrameDevice() const { return Field(9, 1) != 0; }

  // Mapping of frames and paging structures; for structures (bit 5) it counts only when Mapped.
  constexpr Word MappedAsid() const { return word1 & 0xfff; }
  constexpr Vaddr MappedAddress() const { return word1 & ~Word{0xfff}; }
  constexpr bool Mapped() const { return Field(5, 1) != 0; }
  constexpr Cap WithMapping(Vaddr address, Word asid) const { return {word0, address | asid}; }
  constexpr Cap WithMapped(bool mapped) const { return WithField(5, 1, mapped); }

  // IRQ handler: word 1 = interrupt. I/O ports: word 1 = first | last << 16. ASID pool: word 1 = first ASID.
  constexpr Word Irq() const { return word1; }
  constexpr uint16_t FirstPort() const { return static_cast<uint16_t>(word1); }
  constexpr uint16_t LastPort() const { return static_cast<uint16_t>(word1 >> 16); }
  constexpr Word AsidBase() const { return word1; }
};

static_assert(sizeof(Cap) == 16);

/// Do both name the same region (CDT parenthood: a region may contain another)?
bool SameRegion(const Cap &a, const Cap &b);
/// Do both name the very same object (finality)?
bool SameObject(const Cap &a, const Cap &b);
/// Capability with its rights reduced.
Cap MaskRights(const Cap &cap, Word rights);
/// Capability with badge or guard set; null when that may not be. `preserve`: badges stay (mutate).
Cap UpdateData(const Cap &cap, Word data, bool preserve);
/// Should a copy of `source` that became `derived` count as the head of its own revocable family?
bool IsNewFamily(const Cap &derived, const Cap &source);

}  // namespace kernel
