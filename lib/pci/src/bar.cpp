#include <pci/bar.hpp>

#include <bit>

namespace pci {
namespace {

constexpr unsigned kDeviceRom = 0x30, kBridgeRom = 0x38;
constexpr std::uint32_t kRomMask = 0xFFFF'F800;
constexpr std::uint64_t kMemoryMask = ~std::uint64_t{0xF};
constexpr std::uint64_t kPortMask = 0xFFFC;

unsigned RegisterCount(HeaderType header) {
  switch (header) {
    case HeaderType::kDevice:
      return kMaximumBars;
    case HeaderType::kBridge:
      return 2;
    case HeaderType::kCardBus:
      return 1;
  }
  return 0;
}

// Fills in size and limit from the bits that could be set, `settable`, of an address of which `highest` is the last.
// Nothing when these are not one run of bits up to the top (or, as ports may, up to some lower bit).
bool SetSize(Bar &bar, std::uint64_t settable, std::uint64_t highest) {
  if (settable == 0) {
    return false;
  }
  bar.size = settable & (~settable + 1);
  const std::uint64_t run = settable + bar.size;  // 0 or a power of two when the bits are one run
  if (run != 0 && !std::has_single_bit(run)) {
    return false;
  }
  bar.limit = highest;
  if (run != 0 && run - 1 < highest) {
    bar.limit = run - 1;
  }
  return true;
}

std::uint32_t Probe(Config &config, unsigned offset, std::uint32_t value, std::uint32_t ones) {
  config.Write32(offset, ones);
  const std::uint32_t mask = config.Read32(offset);
  config.Write32(offset, value);
  return mask;
}

bool IsWide(std::uint32_t value) { return (value & 1) == 0 && (value >> 1 & 3) == 2; }

Window PortWindow(Config &config) {
  const std::uint8_t base = config.Read8(0x1C);
  const std::uint8_t limit = config.Read8(0x1D);
  // Nothing settable: written and read back as zero means not implemented (3.2.5.6). Both zero is also a window of
  // ports 0-FFF, which no firmware gives to a bridge.
  if (base == 0 && limit == 0) {
    return {};
  }
  Window window{.base = std::uint64_t{base & 0xF0u} << 8,
                .limit = (std::uint64_t{limit & 0xF0u} << 8) | 0xFFF,
                .highest = 0xFFFF};
  if ((base & 0xF) == 1) {
    window.base |= std::uint64_t{config.Read16(0x30)} << 16;
    window.limit |= std::uint64_t{config.Read16(0x32)} << 16;
    window.highest = UINT32_MAX;
  }
  return window;
}

Window MemoryWindow(Config &config, unsigned offset) {
  const std::uint16_t base = config.Read16(offset);
  const std::uint16_t limit = config.Read16(offset + 2);
  return {.base = std::uint64_t{base & 0xFFF0u} << 16,
          .limit = (std::uint64_t{limit & 0xFFF0u} << 16) | 0xF'FFFF,
          .highest = UINT32_MAX};
}

}  // namespace

Bar DecodeBar(std::uint64_t value, std::uint64_t mask, bool wide) {
  Bar bar;
  const std::uint64_t all = wide ? UINT64_MAX : UINT32_MAX;
  if (mask == all || value == all) {
    return {};
  }
  if ((mask & 1) != 0) {
    // Upper bits of a port register may be wired to zero: a PC has 64 KiB of ports.
    if (wide || (value & 1) == 0 || !SetSize(bar, mask & kPortMask, 0xFFFF)) {
      return {};
    }
    bar.kind = BarKind::kIo;
    bar.base = value & kPortMask;
    return bar;
  }
  const unsigned type = mask >> 1 & 3;
  if (type == 3 || (type == 2) != wide) {
    return {};
  }
  if (!SetSize(bar, mask & kMemoryMask & all, all)) {
    return {};
  }
  bar.kind = wide ? BarKind::kMemory64 : (type == 1 ? BarKind::kMemory1M : BarKind::kMemory32);
  if (bar.kind == BarKind::kMemory1M && bar.limit > 0xF'FFFF) {
    bar.limit = 0xF'FFFF;
  }
  if (bar.size - 1 > bar.limit) {
    return {};
  }
  bar.prefetchable = (mask & 8) != 0;
  bar.base = value & kMemoryMask & all;
  return bar;
}

Bar DecodeRom(std::uint32_t value, std::uint32_t mask) {
  Bar bar;
  if (mask == UINT32_MAX || !SetSize(bar, mask & kRomMask, UINT32_MAX)) {
    return {};
  }
  bar.kind = BarKind::kMemory32;
  bar.prefetchable = true;
  bar.base = value & kRomMask;
  return bar;
}

Bars ReadBars(Config &config, HeaderType header) {
  Bars bars;
  const std::uint16_t command = config.Read16(kCommand);
  config.Write16(kCommand, static_cast<std::uint16_t>(command & ~(kCommandIo | kCommandMemory)));
  const unsigned count = RegisterCount(header);
  for (unsigned i = 0; i < count; i += 1) {
    const unsigned offset = kFirstBar + 4 * i;
    const std::uint32_t low = config.Read32(offset);
    const std::uint32_t low_mask = Probe(config, offset, low, UINT32_MAX);
    if (!IsWide(low_mask) || i + 1 == count) {
      bars[i] = DecodeBar(low, low_mask, false);
      bars[i].offset = offset;
      continue;
    }
    const std::uint32_t high = config.Read32(offset + 4);
    const std::uint32_t high_mask = Probe(config, offset + 4, high, UINT32_MAX);
    bars[i] = DecodeBar(low | std::uint64_t{high} << 32, low_mask | std::uint64_t{high_mask} << 32, true);
    bars[i].offset = offset;
    bars[i + 1] = {.kind = BarKind::kUpper, .offset = offset + 4};
    i += 1;
  }
  if (header != HeaderType::kCardBus) {
    const unsigned offset = header == HeaderType::kBridge ? kBridgeRom : kDeviceRom;
    const std::uint32_t value = config.Read32(offset);
    // The enable bit stays 0 while the address bits are tried.
    bars[kRomIndex] = DecodeRom(value, Probe(config, offset, value, kRomMask));
    bars[kRomIndex].offset = offset;
  }
  config.Write16(kCommand, command);
  return bars;
}

void WriteBar(Config &config, const Bar &bar, std::uint64_t base) {
  if (!bar.Present()) {
    return;
  }
  config.Write32(bar.offset, static_cast<std::uint32_t>(base));
  if (bar.kind == BarKind::kMemory64) {
    config.Write32(bar.offset + 4, static_cast<std::uint32_t>(base >> 32));
  }
}

BridgeWindows ReadBridge(Config &config) {
  BridgeWindows bridge;
  bridge.primary = config.Read8(0x18);
  bridge.secondary = config.Read8(0x19);
  bridge.subordinate = config.Read8(0x1A);
  bridge.io = PortWindow(config);
  bridge.memory = MemoryWindow(config, 0x20);
  // Read-only zeroes mean that there is no prefetchable window (3.2.5.9).
  if (config.Read32(0x24) != 0) {
    bridge.prefetchable = MemoryWindow(config, 0x24);
    if ((config.Read16(0x24) & 0xF) == 1) {
      bridge.prefetchable.base |= std::uint64_t{config.Read32(0x28)} << 32;
      bridge.prefetchable.limit |= std::uint64_t{config.Read32(0x2C)} << 32;
      bridge.prefetchable.highest = UINT64_MAX;
    }
  }
  const std::uint16_t control = config.Read16(kBridgeControl);
  bridge.isa_enable = (control & 4) != 0;
  bridge.vga_enable = (control & 8) != 0;
  bridge.subtractive = config.Read8(9) == 1;
  return bridge;
}

}  // namespace pci
