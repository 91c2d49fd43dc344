#include <pci/capability.hpp>

namespace pci {
namespace {

constexpr unsigned kSpace = 256;
constexpr unsigned kHeaderEnd = 0x40;
constexpr unsigned kExtendedStart = 0x100;
constexpr unsigned kExtendedEnd = 0x1000;

constexpr unsigned kExpressCapabilities = 4, kExpressControl = 8, kExpressStatus = 10;
constexpr std::uint32_t kExpressHasReset = 1u << 28;
constexpr std::uint16_t kExpressReset = 1u << 15, kExpressPending = 1u << 5;
constexpr unsigned kFeatures = 3, kFeaturesControl = 4, kFeaturesStatus = 5;
constexpr std::uint8_t kFeaturesHasReset = 1u << 1, kFeaturesHasPending = 1u << 0;
constexpr unsigned kPowerCapabilities = 2, kPowerControl = 4;
constexpr std::uint16_t kPowerStatusBit = 1u << 15;

unsigned ListStart(Config &config) {
  // A function that is gone answers with all ones, the list bit too.
  const std::uint16_t status = config.Read16(kStatus);
  if (status == 0xFFFF || (status & kStatusCapabilities) == 0) {
    return 0;
  }
  const bool card_bus = (config.Read8(kHeaderTypeOffset) & 0x7F) == static_cast<std::uint8_t>(HeaderType::kCardBus);
  return config.Read8(card_bus ? 0x14 : kCapabilityPointer);
}

// The first capability of a kind that has `size` bytes inside the space.
unsigned FindWhole(Config &config, CapabilityId id, unsigned size) {
  const unsigned offset = FindCapability(config, id);
  return offset != 0 && offset + size <= kSpace ? offset : 0;
}

}  // namespace

CapabilityWalk::CapabilityWalk(Config &config) : config_(config), next_(ListStart(config)) {}

unsigned CapabilityWalk::Next() {
  const unsigned at = next_ & ~3u;  // the two low bits are reserved, to be masked
  next_ = 0;
  if (at < kHeaderEnd || at >= kSpace || (seen_ >> (at / 4) & 1) != 0) {
    return 0;
  }
  const std::uint16_t header = config_.Read16(at);
  if (header == 0xFFFF) {
    return 0;
  }
  seen_ |= std::uint64_t{1} << (at / 4);
  next_ = header >> 8;
  return at;
}

ExtendedCapabilityWalk::ExtendedCapabilityWalk(Config &config)
    : config_(config),
      next_(config.Size() >= kExtendedEnd ? kExtendedStart : 0),
      left_((kExtendedEnd - kExtendedStart) / 8) {}

unsigned ExtendedCapabilityWalk::Next() {
  const unsigned at = next_ & ~3u;
  next_ = 0;
  if (at < kExtendedStart || at > kExtendedEnd - 4 || left_ == 0) {
    return 0;
  }
  left_ -= 1;
  const std::uint32_t header = config_.Read32(at);
  if (header == 0 || header == UINT32_MAX) {
    return 0;
  }
  next_ = header >> 20;
  return at;
}

unsigned FindCapability(Config &config, CapabilityId id) {
  CapabilityWalk walk(config);
  unsigned at = walk.Next();
  while (at != 0 && config.Read8(at) != static_cast<std::uint8_t>(id)) {
    at = walk.Next();
  }
  return at;
}

unsigned FindExtendedCapability(Config &config, std::uint16_t id) {
  ExtendedCapabilityWalk walk(config);
  unsigned at = walk.Next();
  while (at != 0 && (config.Read32(at) & 0xFFFF) != id) {
    at = walk.Next();
  }
  return at;
}

std::optional<Msi> ReadMsi(Config &config) {
  const unsigned offset = FindWhole(config, CapabilityId::kMsi, 10);
  if (offset == 0) {
    return {};
  }
  const std::uint16_t control = config.Read16(offset + 2);
  const unsigned exponent = control >> 1 & 7;
  const bool wide = (control & 0x80) != 0;
  const bool maskable = (control & 0x100) != 0;
  const unsigned size = 10u + (wide ? 4u : 0u) + (maskable ? 10u : 0u);
  if (exponent > 5 || offset + size > kSpace) {
    return {};
  }
  return Msi{.offset = offset,
             .vectors = static_cast<std::uint8_t>(1u << exponent),
             .wide_address = wide,
             .maskable = maskable,
             .enabled = (control & 1) != 0};
}

std::optional<MsiX> ReadMsiX(Config &config) {
  const unsigned offset = FindWhole(config, CapabilityId::kMsiX, 12);
  if (offset == 0) {
    return {};
  }
  const std::uint16_t control = config.Read16(offset + 2);
  const std::uint32_t table = config.Read32(offset + 4);
  const std::uint32_t pending = config.Read32(offset + 8);
  if ((table & 7) > 5 || (pending & 7) > 5) {
    return {};
  }
  return MsiX{.offset = offset,
              .vectors = static_cast<std::uint16_t>((control & 0x7FF) + 1),
              .table_bar = static_cast<std::uint8_t>(table & 7),
              .table_offset = table & ~7u,
              .pending_bar = static_cast<std::uint8_t>(pending & 7),
              .pending_offset = pending & ~7u,
              .enabled = (control & 0x8000) != 0};
}

std::optional<FunctionReset> FindFunctionReset(Config &config) {
  const unsigned express = FindWhole(config, CapabilityId::kExpress, 12);
  if (express != 0 && (config.Read32(express + kExpressCapabilities) & kExpressHasReset) != 0) {
    return FunctionReset{FunctionReset::Way::kExpress, express};
  }
  const unsigned features = FindWhole(config, CapabilityId::kAdvancedFeatures, 6);
  constexpr std::uint8_t kBoth = kFeaturesHasReset | kFeaturesHasPending;
  if (features != 0 && (config.Read8(features + kFeatures) & kBoth) == kBoth) {
    return FunctionReset{FunctionReset::Way::kAdvancedFeatures, features};
  }
  return {};
}

bool TransactionsPending(Config &config, const FunctionReset &reset) {
  if (reset.way == FunctionReset::Way::kExpress) {
    return (config.Read16(reset.offset + kExpressStatus) & kExpressPending) != 0;
  }
  return (config.Read8(reset.offset + kFeaturesStatus) & 1) != 0;
}

void StartFunctionReset(Config &config, const FunctionReset &reset) {
  if (reset.way == FunctionReset::Way::kExpress) {
    const unsigned control = reset.offset + kExpressControl;
    config.Write16(control, static_cast<std::uint16_t>(config.Read16(control) | kExpressReset));
    return;
  }
  config.Write8(reset.offset + kFeaturesControl, 1);
}

std::optional<std::uint8_t> PowerState(Config &config) {
  const unsigned offset = FindWhole(config, CapabilityId::kPowerManagement, 8);
  if (offset == 0) {
    return {};
  }
  return static_cast<std::uint8_t>(config.Read16(offset + kPowerControl) & 3);
}

std::uint8_t ExtraPowerStates(Config &config) {
  const unsigned offset = FindWhole(config, CapabilityId::kPowerManagement, 8);
  return offset == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(config.Read16(offset + kPowerCapabilities) >> 9 & 3);
}

bool SetPowerState(Config &config, std::uint8_t state) {
  const unsigned offset = FindWhole(config, CapabilityId::kPowerManagement, 8);
  if (offset == 0) {
    return false;
  }
  // Writing 1 would clear a pending PME status: not ours to lose.
  const unsigned value = config.Read16(offset + kPowerControl) & ~(3u | kPowerStatusBit);
  config.Write16(offset + kPowerControl, static_cast<std::uint16_t>(value | (state & 3u)));
  return true;
}

}  // namespace pci
