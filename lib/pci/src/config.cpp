#include <pci/capability.hpp>
#include <pci/config.hpp>

namespace pci {
namespace {

constexpr unsigned kSpace = 256;

void ReadSubsystem(Config &config, Identity &identity) {
  unsigned offset = 0x2C;
  if (identity.header == HeaderType::kCardBus) {
    offset = 0x40;
  } else if (identity.header == HeaderType::kBridge) {
    const unsigned capability = FindCapability(config, CapabilityId::kSubsystemId);
    if (capability == 0 || capability + 8 > kSpace) {
      return;
    }
    offset = capability + 4;
  }
  identity.subsystem_vendor = config.Read16(offset);
  identity.subsystem = config.Read16(offset + 2);
}

}  // namespace

std::optional<Identity> ReadIdentity(Config &config) {
  Identity identity;
  const std::uint32_t ids = config.Read32(0);
  identity.vendor = static_cast<std::uint16_t>(ids);
  identity.device = static_cast<std::uint16_t>(ids >> 16);
  // Vendor 1 is what a root complex answers for a function that asks for a retry (PCIe 5.0, 2.3.2).
  if (identity.vendor == 0xFFFF || identity.vendor == 0 || identity.vendor == 1) {
    return {};
  }
  const std::uint8_t header = config.Read8(kHeaderTypeOffset);
  if ((header & 0x7F) > static_cast<std::uint8_t>(HeaderType::kCardBus)) {
    return {};
  }
  identity.header = static_cast<HeaderType>(header & 0x7F);
  identity.multifunction = (header & 0x80) != 0;
  const std::uint32_t classes = config.Read32(8);
  identity.revision = static_cast<std::uint8_t>(classes);
  identity.interface = static_cast<std::uint8_t>(classes >> 8);
  identity.sub_class = static_cast<std::uint8_t>(classes >> 16);
  identity.base_class = static_cast<std::uint8_t>(classes >> 24);
  identity.interrupt_line = config.Read8(kInterruptLine);
  identity.interrupt_pin = config.Read8(kInterruptPin);
  if (identity.interrupt_pin > 4) {
    identity.interrupt_pin = 0;
  }
  ReadSubsystem(config, identity);
  const unsigned express = FindCapability(config, CapabilityId::kExpress);
  if (express != 0 && express + 4 <= kSpace) {
    identity.express = true;
    identity.express_type = config.Read16(express + 2) >> 4 & 0xF;
  }
  return identity;
}

}  // namespace pci
