#pragma once
// PCI configuration space, which only the Executive touches (PCI Local Bus Specification 3.0, 3.2.2.3.2; PCI Firmware
// Specification 3.3, 4.1): the first 256 bytes through ports 0xCF8 and 0xCFC, the rest through ECAM where the firmware
// describes it.

#include <pci/config.hpp>
#include <rtl/result.hpp>

#include <cstdint>

namespace ke {

// Claims the ports and reads the MCFG table; once. STATUS_CONFLICTING_ADDRESSES.
Result<void> InitialisePci();

// One function. What is not there reads as all ones.
class PciFunction final : public pci::Config {
 public:
  PciFunction(std::uint8_t bus, std::uint8_t device, std::uint8_t function)
      : bus_(bus), device_(device), function_(function) {}

  std::uint32_t Read(unsigned offset, unsigned size) override;
  void Write(unsigned offset, unsigned size, std::uint32_t value) override;
  // 256, or 4096 when ECAM reaches the bus.
  unsigned Size() const override;
  bool Present();

 private:
  void Select(unsigned offset) const;
  volatile std::byte *Extended(unsigned offset);

  std::uint8_t bus_;
  std::uint8_t device_;
  std::uint8_t function_;
};

// Ends all DMA, interrupts by line and by message of a function, at once.
void DisableBusMaster(std::uint8_t bus, std::uint8_t device, std::uint8_t function);

// Resets the function alone, if it can be: how long (100 ns) it must then be left alone, before RestoreFunction. 0: it
// cannot.
std::uint64_t ResetFunction(std::uint8_t bus, std::uint8_t device, std::uint8_t function);
// Gives the function back the addresses that the reset has taken; bus mastering stays off.
void RestoreFunction(std::uint8_t bus, std::uint8_t device, std::uint8_t function);

// The entry of an MSI-X table at a physical address, mapped for the Executive alone; null: that is not to be had.
volatile std::uint32_t *MessageTable(std::uint64_t address);

// The reset control register among the configuration ports: resets the machine where the chipset has it.
void ResetByPciChipset();

}  // namespace ke
