#pragma once
// Capability lists (PCI 3.0, 6.7; PCI Express Base 5.0, 7.6) and the capabilities that a bus driver uses. A list that
// loops or leaves its area ends there: no input makes a walk longer than the space has places.

#include <pci/config.hpp>

namespace pci {

enum class CapabilityId : std::uint8_t {
  kPowerManagement = 0x01,
  kMsi = 0x05,
  kSubsystemId = 0x0D,
  kExpress = 0x10,
  kMsiX = 0x11,
  kAdvancedFeatures = 0x13,
};

// Walks the list at 0x34; each Next() gives the offset of another capability, 0 at the end.
class CapabilityWalk {
 public:
  explicit CapabilityWalk(Config &config);
  unsigned Next();

 private:
  Config &config_;
  std::uint64_t seen_ = 0;  // one bit for each place of four bytes
  unsigned next_ = 0;
};

// Walks the list of extended capabilities at 0x100; empty when the space ends before.
class ExtendedCapabilityWalk {
 public:
  explicit ExtendedCapabilityWalk(Config &config);
  unsigned Next();

 private:
  Config &config_;
  unsigned next_ = 0;
  unsigned left_ = 0;  // a bitmap of 960 places would be as good; capabilities are at least 8 bytes
};

// Offset of the first capability of a kind, or 0. For an extended one that Has to have `id`.
unsigned FindCapability(Config &config, CapabilityId id);
unsigned FindExtendedCapability(Config &config, std::uint16_t id);

struct Msi {
  unsigned offset = 0;
  std::uint8_t vectors = 0;  // that the function can use: 1, 2, 4 ... 32
  bool wide_address = false;
  bool maskable = false;
  bool enabled = false;
};

struct MsiX {
  unsigned offset = 0;
  std::uint16_t vectors = 0;  // 1 to 2048
  std::uint8_t table_bar = 0;
  std::uint32_t table_offset = 0;
  std::uint8_t pending_bar = 0;
  std::uint32_t pending_offset = 0;
  bool enabled = false;

  std::uint32_t TableSize() const { return std::uint32_t{vectors} * 16; }
  std::uint32_t PendingSize() const { return (std::uint32_t{vectors} + 63) / 64 * 8; }
};

// Decodes the capability, when the function has a sound one: it lies wholly in the first 256 bytes, and its values are
// ones that the specification allows.
std::optional<Msi> ReadMsi(Config &config);
std::optional<MsiX> ReadMsiX(Config &config);

// How to reset one function alone.
struct FunctionReset {
  enum class Way : std::uint8_t { kExpress, kAdvancedFeatures } way = Way::kExpress;
  unsigned offset = 0;  // of the capability
};
std::optional<FunctionReset> FindFunctionReset(Config &config);

// Whether requests of the function are still on their way: a reset must wait for their end (PCIe 5.0, 6.6.2).
bool TransactionsPending(Config &config, const FunctionReset &reset);
// Starts the reset. The caller then leaves the function alone for 100 ms and restores what it needs.
void StartFunctionReset(Config &config, const FunctionReset &reset);

// Power state by the power management capability, 0 (D0) to 3 (D3); nothing without one.
std::optional<std::uint8_t> PowerState(Config &config);
// States the function has besides D0 and D3: bit 0 = D1, bit 1 = D2.
std::uint8_t ExtraPowerStates(Config &config);
// Asks for a state; false without the capability. After D3 to D0 the caller waits 10 ms.
bool SetPowerState(Config &config, std::uint8_t state);

}  // namespace pci
