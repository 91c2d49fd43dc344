#include <ke/ports.hpp>

#include <ke/cspace.hpp>

#include <cap/invoke.hpp>

namespace ke {

Result<Ports> Ports::Claim(std::uint16_t first, std::uint16_t last) {
  seL4_CPtr slot = TRY(AllocateSlot());
  if (cap::IssuePorts(cap::Cap<cap::IoPortControl>(seL4_CapIOPortControl), first, last, SlotOf(slot)) != seL4_NoError) {
    FreeSlot(slot);
    return Fail(STATUS_CONFLICTING_ADDRESSES);
  }
  Ports ports;
  ports.ports_ = cap::Cap<cap::IoPort>(slot);
  return ports;
}

std::uint8_t Ports::In8(std::uint16_t port) const {
  std::uint8_t value = 0xff;  // what a bus without a device gives
  if (ports_ && cap::In8(ports_, port, value) != seL4_NoError) {
    value = 0xff;
  }
  return value;
}
std::uint16_t Ports::In16(std::uint16_t port) const {
  std::uint16_t value = 0xffff;
  if (ports_ && cap::In16(ports_, port, value) != seL4_NoError) {
    value = 0xffff;
  }
  return value;
}
std::uint32_t Ports::In32(std::uint16_t port) const {
  std::uint32_t value = ~0u;
  if (ports_ && cap::In32(ports_, port, value) != seL4_NoError) {
    value = ~0u;
  }
  return value;
}
// The range was claimed, so the kernel has no reason to refuse.
void Ports::Out8(std::uint16_t port, std::uint8_t value) const {
  if (ports_) {
    (void)cap::Out8(ports_, port, value);
  }
}
void Ports::Out16(std::uint16_t port, std::uint16_t value) const {
  if (ports_) {
    (void)cap::Out16(ports_, port, value);
  }
}
void Ports::Out32(std::uint16_t port, std::uint32_t value) const {
  if (ports_) {
    (void)cap::Out32(ports_, port, value);
  }
}

}  // namespace ke
