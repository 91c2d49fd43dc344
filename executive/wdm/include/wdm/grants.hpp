#pragma once
// What the devices of a host were assigned, and the capabilities for it: all that a driver may touch beside its memory
// (ARCHITECTURE.md 2.4). Everything is granted on behalf of a device and goes with it.

#include <wdm/host.h>
#include <cap/cap.hpp>
#include <ke/dispatcher.hpp>
#include <rtl/result.hpp>

#include <array>
#include <cstdint>
#include <memory>

namespace wdm {

class DriverHost;

// An interrupt as it is granted: a pin of the first IOAPIC or a message.
struct InterruptGrant {
  std::uint32_t vector = 0;         // as the driver knows it
  std::uint32_t kernel_vector = 0;  // 0..107
  std::uint32_t message_number = ~0u;
  bool message = false;
  std::uint32_t pin = 0;
  bool level = false;
  bool active_low = false;
  std::uint32_t bus = 0, device = 0, function = 0;  // of a message's sender
};

class Grants {
 public:
  explicit Grants(DriverHost &host) : host_(host) {}

  // STATUS_CONFLICTING_ADDRESSES (somebody else holds one of the ports), STATUS_INSUFFICIENT_RESOURCES.
  Result<void> AddPorts(std::uint64_t device, std::uint16_t first, std::uint16_t last);
  // STATUS_INSUFFICIENT_RESOURCES.
  Result<void> AddMemory(std::uint64_t device, std::uint64_t start, std::uint64_t length, bool read_only);
  // STATUS_CONFLICTING_ADDRESSES (the vector is another host's), STATUS_INSUFFICIENT_RESOURCES.
  Result<void> AddInterrupt(std::uint64_t device, const InterruptGrant &interrupt);
  void Revoke(std::uint64_t device);
  void RevokeAll();

  // Whether all of the range is granted; `write` for read-write mappings.
  bool HoldsMemory(std::uint64_t start, std::uint64_t length, bool write) const;

  // Makes the interrupt arrive at the host: index of its bit and slot, and WDM_INTERRUPT::Flags. STATUS_ACCESS_DENIED
  // (not granted), STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Connect(WDM_INTERRUPT &interrupt);
  // STATUS_INVALID_PARAMETER.
  Result<void> Disconnect(std::uint32_t index);

 private:
  struct Entry {
    enum class Kind : std::uint8_t { kPorts, kMemory, kInterrupt };
    Entry *next = nullptr;
    Kind kind = Kind::kPorts;
    std::uint64_t device = 0;
    std::uint64_t start = 0;  // ports, memory: both ends included
    std::uint64_t last = 0;
    bool read_only = false;
    std::uint32_t index = 0;  // ports: in Area::ports; interrupts: bit, when connected
    bool connected = false;
    seL4_CPtr badged = 0;  // interrupts: the notification as the kernel signals it
    InterruptGrant interrupt;
  };
  void Take(Entry &entry);
  Result<void> PutPorts(Entry &entry);

  DriverHost &host_;
  Entry *first_ = nullptr;
};

// Ports that the Executive uses itself until a driver comes for them: `leave` is called then (the boot console's serial
// line), `again` when the driver is gone. Both may be null for ports that are never given away.
struct OwnPorts {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  void (*leave)() = nullptr;
  void (*again)() = nullptr;
};
void KeepPorts(const OwnPorts &ports);

}  // namespace wdm
