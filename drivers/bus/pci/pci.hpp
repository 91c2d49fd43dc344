#pragma once
// The objects of pci.sys: a Bus is an FDO (on acpi.sys's root PDO, or on a bridge), a Function is a PDO.

#include <bus/chain.hpp>
#include <bus/irp.hpp>
#include <bus/pool.hpp>
#include <pci/bar.hpp>
#include <pci/capability.hpp>

#include <optional>

namespace pcibus {

inline constexpr ULONG kTag = 'sicP';

// One function's configuration space, by way of the HAL: the Executive makes the access, so that nobody races.
class HalConfig final : public pci::Config {
 public:
  HalConfig(ULONG bus, ULONG device, ULONG function);
  std::uint32_t Read(unsigned offset, unsigned size) override;
  void Write(unsigned offset, unsigned size, std::uint32_t value) override;
  unsigned Size() const override { return size_; }
  // Any number of bytes, as the bus interface and READ_CONFIG have them; returns how many there were.
  ULONG ReadBytes(ULONG offset, void *buffer, ULONG length) const;
  ULONG WriteBytes(ULONG offset, const void *buffer, ULONG length) const;
  ULONG Bus() const { return bus_; }
  ULONG Slot() const { return slot_; }

 private:
  ULONG bus_;
  ULONG slot_;
  unsigned size_ = 256;
};

enum class Kind : ULONG { kBus, kFunction };
enum class State : ULONG { kNew, kStarted, kStopPending, kStopped, kRemovePending, kSurpriseRemoved, kRemoved };

// What every device extension begins with.
struct Device {
  Kind kind = Kind::kBus;
  PDEVICE_OBJECT self = nullptr;
  State state = State::kNew;
  State previous = State::kNew;  // before a query

  void Enter(State next) {
    previous = state;
    state = next;
  }
};

struct Function;

struct Bus : Device {
  PDEVICE_OBJECT physical = nullptr;
  PDEVICE_OBJECT lower = nullptr;
  Function *bridge = nullptr;  // the PDO below, when it is ours
  bool numbered = false;       // the numbers are valid
  UCHAR number = 0;
  UCHAR last = 0;
  IO_REMOVE_LOCK remove_lock;
  FAST_MUTEX lock;  // the list and what the functions in it are found to be
  bus::Chain<Function> functions;
};

// A function of a bus. It lives until it is gone from the bus and removed, or the bus is removed.
struct Function : Device {
  Function *next = nullptr;
  Bus *bus = nullptr;
  UCHAR device = 0;
  UCHAR function = 0;
  bool present = false;   // found at the last scan
  bool reported = false;  // the plug and play manager knows it
  DEVICE_POWER_STATE power = PowerDeviceD0;
  pci::Identity identity;
  std::uint16_t boot_command = 0;
  pci::Bars bars;
  std::optional<pci::Msi> msi;
  std::optional<pci::MsiX> msix;
  pci::BridgeWindows windows;

  HalConfig Config() const { return {bus->number, device, function}; }
  ULONG Slot() const { return device | ULONG{function} << 5; }
  // Whether the bus that it is on hands on addresses of this kind; a bridge with a closed window does not.
  bool Reachable(const pci::Bar &bar) const;
  // Whether the firmware gave the register an address.
  bool Configured(const pci::Bar &bar) const;
};

// main.cpp
DRIVER_ADD_DEVICE AddDevice;

// bus.cpp: requests to a bus, and its functions.
NTSTATUS BusPnp(Bus *bus, PIRP irp);
NTSTATUS BusPower(Bus *bus, PIRP irp);

// scan.cpp
// Looks at every function of the bus; makes PDOs for new ones and marks those that are gone.
NTSTATUS Scan(Bus *bus);
// Takes the function off its bus and deletes its device. The bus's lock is held.
void Delete(Function *function);

// function.cpp: requests to a function.
NTSTATUS FunctionPnp(Function *function, PIRP irp);
NTSTATUS FunctionPower(Function *function, PIRP irp);

// identity.cpp: IRP_MN_QUERY_ID, QUERY_DEVICE_TEXT, QUERY_CAPABILITIES, QUERY_BUS_INFORMATION. They complete nothing.
NTSTATUS QueryId(const Function *function, BUS_QUERY_ID_TYPE type, PIRP irp);
NTSTATUS QueryText(const Function *function, DEVICE_TEXT_TYPE type, PIRP irp);
NTSTATUS QueryCapabilities(Function *function, PDEVICE_CAPABILITIES capabilities);
NTSTATUS QueryBusInformation(const Function *function, PIRP irp);

// resources.cpp
NTSTATUS QueryResources(const Function *function, PIRP irp);
NTSTATUS QueryRequirements(const Function *function, PIRP irp);
// Writes what was assigned into the function and lets it decode. STATUS_DEVICE_CONFIGURATION_ERROR: the list does not
// match what the function asked for.
NTSTATUS Start(Function *function, const CM_RESOURCE_LIST *resources);

// quiesce.cpp
// No decoding, no bus mastering, no line interrupt.
void Silence(Function *function);
// Silences the function and, when it can be, resets it alone; its registers are as before afterwards.
void Reset(Function *function);
NTSTATUS SetPower(Function *function, DEVICE_POWER_STATE state);

// interface.cpp
NTSTATUS QueryInterface(Function *function, PIRP irp);
// What a function's driver may read and write of its configuration space; returns the number of bytes. Writes that
// would change addresses or message interrupts, which belong to the system, are refused whole.
ULONG ReadConfig(Function *function, ULONG offset, void *buffer, ULONG length);
ULONG WriteConfig(Function *function, ULONG offset, const void *buffer, ULONG length);

}  // namespace pcibus
