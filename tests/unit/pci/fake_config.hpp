#pragma once
// A function's configuration space in memory: each byte has bits that can be written, as in hardware, and accesses are
// checked for size and alignment.

#include <pci/config.hpp>

#include <array>
#include <cstdlib>
#include <vector>

class FakeConfig final : public pci::Config {
 public:
  explicit FakeConfig(unsigned size = 256) : bytes_(size), writable_(size) {}

  std::uint32_t Read(unsigned offset, unsigned size) override {
    Check(offset, size);
    reads += 1;
    if (gone) {
      return size == 4 ? UINT32_MAX : (1u << (8 * size)) - 1;
    }
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size; i += 1) {
      value |= std::uint32_t{bytes_[offset + i]} << (8 * i);
    }
    return value;
  }
  void Write(unsigned offset, unsigned size, std::uint32_t value) override {
    Check(offset, size);
    if (offset >= pci::kFirstBar && offset < 0x34 && (Peek(pci::kCommand, 2) & 3) != 0) {
      written_while_decoding = true;
    }
    for (unsigned i = 0; i < size && !gone; i += 1) {
      const std::uint8_t mask = writable_[offset + i];
      bytes_[offset + i] = static_cast<std::uint8_t>((bytes_[offset + i] & ~mask) | (value >> (8 * i) & mask));
    }
  }
  unsigned Size() const override { return static_cast<unsigned>(bytes_.size()); }

  // Sets what is there, writable or not.
  FakeConfig &Set(unsigned offset, unsigned size, std::uint32_t value) {
    for (unsigned i = 0; i < size; i += 1) {
      bytes_.at(offset + i) = static_cast<std::uint8_t>(value >> (8 * i));
    }
    return *this;
  }
  FakeConfig &Writable(unsigned offset, unsigned size, std::uint32_t mask) {
    for (unsigned i = 0; i < size; i += 1) {
      writable_.at(offset + i) = static_cast<std::uint8_t>(mask >> (8 * i));
    }
    return *this;
  }
  std::uint32_t Peek(unsigned offset, unsigned size) const {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size; i += 1) {
      value |= std::uint32_t{bytes_.at(offset + i)} << (8 * i);
    }
    return value;
  }
  const std::vector<std::uint8_t> &Bytes() const { return bytes_; }

  bool gone = false;                    // nothing answers any more
  bool written_while_decoding = false;  // a register was touched with decoding on
  unsigned reads = 0;

 private:
  void Check(unsigned offset, unsigned size) const {
    if ((size != 1 && size != 2 && size != 4) || offset % size != 0 || offset + size > bytes_.size()) {
      std::abort();
    }
  }

  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint8_t> writable_;
};

// QEMU's e1000: memory and port register, ROM, INTA on line 11.
inline FakeConfig E1000() {
  FakeConfig config;
  config.Set(0, 4, 0x100E'8086).Set(4, 2, 0x0103).Writable(4, 2, 0x547).Set(8, 4, 0x0200'0003);
  config.Set(0x10, 4, 0xFEBC'0000).Writable(0x10, 4, 0xFFFE'0000);
  config.Set(0x14, 4, 0xC001).Writable(0x14, 4, 0xFFFF'FFC0);
  config.Set(0x2C, 4, 0x1100'1AF4).Writable(0x30, 4, 0xFFFC'0001).Set(0x3C, 4, 0x010B);
  return config;
}
