// A device whose registers hold the input and let any bit be written or not: everything a bus driver reads must end,
// and what is decoded must be what the headers promise.

#include <pci/bar.hpp>
#include <pci/capability.hpp>
#include <pci/ids.hpp>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

// The first half of the input is what is there, the second half which bits can be written.
class WildConfig final : public pci::Config {
 public:
  WildConfig(const std::uint8_t *data, std::size_t size, unsigned space) : bytes_(space), writable_(space) {
    const std::size_t half = std::min<std::size_t>(size / 2, space);
    std::memcpy(bytes_.data(), data, half);
    std::memcpy(writable_.data(), data + half, half);
  }
  std::uint32_t Read(unsigned offset, unsigned size) override {
    Check(offset, size);
    std::uint32_t value = 0;
    std::memcpy(&value, bytes_.data() + offset, size);
    return value;
  }
  void Write(unsigned offset, unsigned size, std::uint32_t value) override {
    Check(offset, size);
    for (unsigned i = 0; i < size; i += 1) {
      const std::uint8_t mask = writable_[offset + i];
      bytes_[offset + i] = static_cast<std::uint8_t>((bytes_[offset + i] & ~mask) | (value >> (8 * i) & mask));
    }
  }
  unsigned Size() const override { return static_cast<unsigned>(bytes_.size()); }

 private:
  void Check(unsigned offset, unsigned size) {
    Require((size == 1 || size == 2 || size == 4) && offset % size == 0 && offset + size <= bytes_.size());
    accesses_ += 1;
    Require(accesses_ < 20000);
  }

  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint8_t> writable_;
  unsigned accesses_ = 0;
};

void TryBars(pci::Config &config, pci::HeaderType header) {
  for (const pci::Bar &bar : pci::ReadBars(config, header)) {
    if (bar.Present()) {
      Require(std::has_single_bit(bar.size) && bar.size - 1 <= bar.limit && bar.base % bar.size == 0);
      Require(bar.kind != pci::BarKind::kIo || bar.limit <= 0xFFFF);
      pci::WriteBar(config, bar, bar.base);
    }
  }
}

void TryCapabilities(pci::Config &config) {
  if (const auto msi = pci::ReadMsi(config)) {
    Require(std::has_single_bit(msi->vectors) && msi->vectors <= 32);
  }
  if (const auto msix = pci::ReadMsiX(config)) {
    Require(msix->vectors >= 1 && msix->vectors <= 2048 && msix->table_bar < 6 && msix->pending_bar < 6);
  }
  pci::FindExtendedCapability(config, 0x10);
  if (const auto reset = pci::FindFunctionReset(config)) {
    static_cast<void>(pci::TransactionsPending(config, *reset));
    pci::StartFunctionReset(config, *reset);
  }
  if (const auto state = pci::PowerState(config)) {
    Require(*state < 4 && pci::SetPowerState(config, 3));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  WildConfig config(data + 1, size - 1, (data[0] & 1) != 0 ? 4096 : 256);
  const auto identity = pci::ReadIdentity(config);
  if (identity) {
    const auto ids = pci::CompatibleIds(*identity);
    Require(ids.View().ends_with(std::u16string_view(u"\0\0", 2)) && pci::HardwareIds(*identity).Size() < 448);
    Require(!pci::ClassName(*identity).empty());
  }
  TryBars(config, identity ? identity->header : pci::HeaderType::kDevice);
  const pci::BridgeWindows bridge = pci::ReadBridge(config);
  Require(!bridge.Numbered(bridge.primary) || bridge.secondary <= bridge.subordinate);
  TryCapabilities(config);
  return 0;
}
