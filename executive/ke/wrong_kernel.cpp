// Probing a kernel whose ABI may differ, and saying so on a kernel where our own console cannot work: the numbers of
// the invocations are other ones there.

#include <ke/boot_info.hpp>

#include <cap/invoke.hpp>

namespace ke {
namespace {

constexpr std::uint16_t kCom1 = 0x3f8;
constexpr std::uint16_t kLineStatus = kCom1 + 5;
constexpr std::uint8_t kTransmitterEmpty = 0x20;
// How far the labels of the port invocations may lie from ours: other releases, MCS, SMP, HARDWARE_DEBUG_API, VTX,
// IOMMU.
constexpr int kLeastShift = -20;
constexpr int kMostShift = 60;

// The first free slot of the kernel's CNode, which still is our CSpace.
cap::Slot FreeSlot() { return {cap::Cap<cap::CNode>(seL4_CapInitThreadCNode), boot_info->empty.start, 64}; }

// The capability for I/O port control knows one invocation only: a wrong label is refused and does nothing.
bool IssuePorts(int shift) {
  cap::Slot to = FreeSlot();
  return cap::Invoke(seL4_CapIOPortControl, static_cast<seL4_Word>(X86IOPortControlIssue + shift), {to.root.Pointer()},
                     kCom1, kCom1 + 7, to.index, to.depth) == seL4_NoError;
}

class ShiftedSerial {
 public:
  explicit ShiftedSerial(int shift) : shift_(shift) {}

  void Write(std::string_view text) const {
    for (char byte : text) {
      // A transmitter that is stuck must not hang the message of why we stop.
      for (int i = 0; i < 100'000 && (In(kLineStatus) & kTransmitterEmpty) == 0; i += 1) {
      }
      Out(kCom1, static_cast<std::uint8_t>(byte));
    }
  }

 private:
  std::uint8_t In(std::uint16_t port) const {
    cap::Message message;
    if (cap::Invoke(message, FreeSlot().index, static_cast<seL4_Word>(X86IOPortIn8 + shift_), {}, port) !=
        seL4_NoError) {
      return kTransmitterEmpty;
    }
    return static_cast<std::uint8_t>(message.words[0]);
  }
  void Out(std::uint16_t port, std::uint8_t value) const {
    (void)cap::Invoke(FreeSlot().index, static_cast<seL4_Word>(X86IOPortOut8 + shift_), {}, port, value);
  }

  int shift_;
};

// The smallest memory that an object of one page fits into, or 0.
seL4_CPtr SmallestMemory() {
  seL4_CPtr best = 0;
  unsigned best_bits = seL4_WordBits;
  for (seL4_SlotPos slot = boot_info->untyped.start; slot < boot_info->untyped.end; slot += 1) {
    const seL4_UntypedDesc &description = boot_info->untypedList[slot - boot_info->untyped.start];
    if (description.isDevice == 0 && description.sizeBits >= seL4_PageBits && description.sizeBits < best_bits) {
      best = slot;
      best_bits = description.sizeBits;
    }
  }
  return best;
}

}  // namespace

bool PortsAreNumberedAsOurs() {
  if (!IssuePorts(0)) {
    return false;
  }
  return cap::Delete(FreeSlot()) == seL4_NoError;
}

bool TypesAreNumberedAsOurs() {
  seL4_CPtr memory = SmallestMemory();
  cap::Slot to = FreeSlot();
  // The last type: one that a kernel without huge pages does not have.
  if (memory == 0 || cap::Retype(cap::Cap<cap::Untyped>(memory), seL4_X86_PageDirectoryObject, 0, {to.root, 0, 0},
                                 to.index, 1) != seL4_NoError) {
    return false;
  }
  return cap::Delete(to) == seL4_NoError;
}

void SayOnWrongKernel(std::string_view reason) {
  for (int shift = kLeastShift; shift <= kMostShift; shift += 1) {
    if (IssuePorts(shift)) {
      ShiftedSerial serial(shift);
      serial.Write("Neptune OS cannot run on this kernel: ");
      serial.Write(reason);
      serial.Write(".\r\n");
      return;
    }
  }
}

}  // namespace ke
