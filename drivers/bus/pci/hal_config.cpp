#include "pci.hpp"

namespace pcibus {
namespace {

constexpr unsigned kExtendedSize = 4096;
constexpr ULONG kExtendedStart = 256;

}  // namespace

HalConfig::HalConfig(ULONG bus, ULONG device, ULONG function) : bus_(bus), slot_(device | function << 5) {
  ULONG probe = 0;
  if (ReadBytes(kExtendedStart, &probe, sizeof(probe)) == sizeof(probe) && probe != MAXULONG) {
    size_ = kExtendedSize;
  }
}

std::uint32_t HalConfig::Read(unsigned offset, unsigned size) {
  std::uint32_t value = 0;
  const std::uint32_t nothing = size == 4 ? UINT32_MAX : (std::uint32_t{1} << (8 * size)) - 1;
  return ReadBytes(offset, &value, size) == size ? value : nothing;
}

void HalConfig::Write(unsigned offset, unsigned size, std::uint32_t value) { WriteBytes(offset, &value, size); }

ULONG HalConfig::ReadBytes(ULONG offset, void *buffer, ULONG length) const {
  return HalGetBusDataByOffset(PCIConfiguration, bus_, slot_, buffer, offset, length);
}

ULONG HalConfig::WriteBytes(ULONG offset, const void *buffer, ULONG length) const {
  return HalSetBusDataByOffset(PCIConfiguration, bus_, slot_, const_cast<void *>(buffer), offset, length);
}

}  // namespace pcibus
