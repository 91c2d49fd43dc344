#pragma once
// Base address registers (PCI 3.0, 6.2.5) and a bridge's windows (PCI-to-PCI Bridge Architecture 1.2, 3.2.5).

#include <pci/config.hpp>

#include <array>

namespace pci {

enum class BarKind : std::uint8_t {
  kNone,      // not implemented: reads as zero, or cannot be right
  kIo,        // ports
  kMemory32,  // memory below 4 GiB
  kMemory1M,  // memory below 1 MiB (obsolete)
  kMemory64,  // memory anywhere; the next register is its upper half
  kUpper,     // upper half of the one before
};

struct Bar {
  BarKind kind = BarKind::kNone;
  bool prefetchable = false;
  unsigned offset = 0;      // in configuration space
  std::uint64_t base = 0;   // as found
  std::uint64_t size = 0;   // a power of two; also the alignment
  std::uint64_t limit = 0;  // highest address that the last byte may have

  bool Present() const { return kind != BarKind::kNone && kind != BarKind::kUpper; }
  bool IsMemory() const { return Present() && kind != BarKind::kIo; }
  friend bool operator==(const Bar &, const Bar &) = default;
};

inline constexpr unsigned kMaximumBars = 6;
inline constexpr unsigned kRomIndex = 6;

// The six registers (two of a bridge) and the expansion ROM at index 6.
using Bars = std::array<Bar, kMaximumBars + 1>;

// What a register that was found as `value` and read back as `mask` after all ones had been written is. For a 64-bit
// one the caller gives both halves; `wide` says that there is an upper half. A mask that is no power-of-two size (a
// device that answers nonsense) and one of all ones or zero give kNone.
Bar DecodeBar(std::uint64_t value, std::uint64_t mask, bool wide);
Bar DecodeRom(std::uint32_t value, std::uint32_t mask);

// Sizes every register of a function of type `header`. Decoding is off meanwhile, so that a register that holds all
// ones claims nothing; command and registers are as before afterwards.
Bars ReadBars(Config &config, HeaderType header);

// Writes `base` into a register. For memory and ports the caller has decoding off.
void WriteBar(Config &config, const Bar &bar, std::uint64_t base);

// What a bridge hands on, both ends included; empty when limit is below base.
struct Window {
  std::uint64_t base = 1;
  std::uint64_t limit = 0;
  std::uint64_t highest = 0;  // address that the registers can express; 0: the bridge does not have the window

  bool Open() const { return base <= limit; }
  bool Implemented() const { return highest != 0; }
  friend bool operator==(const Window &, const Window &) = default;
};

struct BridgeWindows {
  std::uint8_t primary = 0;
  std::uint8_t secondary = 0;
  std::uint8_t subordinate = 0;
  Window io;
  Window memory;
  Window prefetchable;
  bool isa_enable = false;  // ports 0x100-0x3FF of each KiB stay outside
  bool vga_enable = false;
  bool subtractive = false;  // passes on whatever nobody else claims

  // Whether the firmware numbered the buses in a way that can be: parent < secondary <= subordinate.
  bool Numbered(std::uint8_t parent) const { return secondary > parent && subordinate >= secondary; }
};
BridgeWindows ReadBridge(Config &config);

}  // namespace pci
