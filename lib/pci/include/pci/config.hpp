#pragma once
// Configuration space of one PCI function (PCI Local Bus Specification 3.0, chapter 6) through an accessor that the
// caller gives: ports, ECAM, a bus driver's interface, or bytes of a test.

#include <cstdint>
#include <optional>

namespace pci {

// Access to one function. What is not there reads as all ones, as on the bus. Every access is `size` (1, 2 or 4) bytes
// and aligned to it.
class Config {
 public:
  virtual std::uint32_t Read(unsigned offset, unsigned size) = 0;
  virtual void Write(unsigned offset, unsigned size, std::uint32_t value) = 0;
  // Bytes that can be reached: 256, or 4096 with ECAM.
  virtual unsigned Size() const = 0;

  std::uint8_t Read8(unsigned offset) { return static_cast<std::uint8_t>(Read(offset, 1)); }
  std::uint16_t Read16(unsigned offset) { return static_cast<std::uint16_t>(Read(offset, 2)); }
  std::uint32_t Read32(unsigned offset) { return Read(offset, 4); }
  void Write8(unsigned offset, std::uint8_t value) { Write(offset, 1, value); }
  void Write16(unsigned offset, std::uint16_t value) { Write(offset, 2, value); }
  void Write32(unsigned offset, std::uint32_t value) { Write(offset, 4, value); }

 protected:
  Config() = default;
  Config(const Config &) = default;
  Config &operator=(const Config &) = default;
  ~Config() = default;
};

inline constexpr unsigned kCommand = 0x04, kStatus = 0x06, kHeaderTypeOffset = 0x0E, kFirstBar = 0x10;
inline constexpr unsigned kCapabilityPointer = 0x34, kInterruptLine = 0x3C, kInterruptPin = 0x3D;
inline constexpr unsigned kBridgeControl = 0x3E;

inline constexpr std::uint16_t kCommandIo = 1u << 0, kCommandMemory = 1u << 1, kCommandMaster = 1u << 2;
inline constexpr std::uint16_t kCommandInterruptDisable = 1u << 10;
inline constexpr std::uint16_t kStatusCapabilities = 1u << 4;

enum class HeaderType : std::uint8_t { kDevice = 0, kBridge = 1, kCardBus = 2 };

// Who a function says it is.
struct Identity {
  std::uint16_t vendor = 0;
  std::uint16_t device = 0;
  std::uint16_t subsystem_vendor = 0;  // of a bridge: from its capability; 0 when it has none
  std::uint16_t subsystem = 0;
  std::uint8_t revision = 0;
  std::uint8_t base_class = 0;
  std::uint8_t sub_class = 0;
  std::uint8_t interface = 0;
  HeaderType header = HeaderType::kDevice;
  bool multifunction = false;
  std::uint8_t interrupt_line = 0;  // what the firmware left: an ISA interrupt, 0 or 255: none
  std::uint8_t interrupt_pin = 0;   // 1 to 4: INTA to INTD; 0: none
  bool express = false;             // has a PCI Express capability, of
  std::uint8_t express_type = 0;    // this device/port type

  bool IsBridge() const { return header == HeaderType::kBridge; }
  friend bool operator==(const Identity &, const Identity &) = default;
};

// Reads the identity. Nothing when no function answers (vendor all ones or 0) or the header is of no known type.
std::optional<Identity> ReadIdentity(Config &config);

}  // namespace pci
