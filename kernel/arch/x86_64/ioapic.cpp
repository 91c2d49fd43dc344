#include "arch/x86_64/ioapic.hpp"

#include <array>
#include <initializer_list>

#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/layout.hpp"
#include "boot/paging.hpp"

namespace kernel::ioapic {
namespace {

constexpr uint32_t kMasked = 1 << 16;
constexpr Word kDevicePage = 1;

bool present;
uint32_t apic_id;
std::array<uint32_t, kPins> low_words;

void Write(Word index, uint32_t value) {
  const Vaddr base = kDeviceBase + kDevicePage * Bit(seL4_PageBits);
  *reinterpret_cast<volatile uint32_t *>(base) = static_cast<uint32_t>(index);
  *reinterpret_cast<volatile uint32_t *>(base + 0x10) = value;
}

constexpr Word Low(Word pin) { return 0x10 + 2 * pin; }

}  // namespace

void DisablePic() {
  for (const uint16_t port : {uint16_t{0x20}, uint16_t{0xa0}}) {
    const bool master = port == 0x20;
    cpu::Out8(port, 0x11);
    cpu::Out8(port + 1, master ? 0x20 : 0x28);
    cpu::Out8(port + 1, master ? 4 : 2);
    cpu::Out8(port + 1, 1);
    cpu::Out8(port + 1, 0xff);
  }
}

void Init(Paddr address) {
  boot::MapDevice(kDevicePage, address);
  present = true;
  apic_id = *reinterpret_cast<volatile uint32_t *>(kDeviceBase + 0x20) >> 24;
  for (Word pin = 0; pin < kPins; ++pin) {
    low_words[pin] = kMasked;
    Write(Low(pin) + 1, apic_id << 24);
    Write(Low(pin), kMasked);
  }
}

Word Count() { return present ? 1 : 0; }

void Route(Word pin, Word vector, bool level, bool active_low) {
  low_words[pin] = static_cast<uint32_t>(vector) | (active_low ? 1u << 13 : 0) | (level ? 1u << 15 : 0);
  Write(Low(pin), low_words[pin]);
}

void SetMasked(Word pin, bool masked) {
  const uint32_t value = masked ? low_words[pin] | kMasked : low_words[pin] & ~kMasked;
  if (value != low_words[pin]) {
    low_words[pin] = value;
    Write(Low(pin), value);
  }
}

}  // namespace kernel::ioapic
