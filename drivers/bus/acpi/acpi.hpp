#pragma once
// The objects of acpi.sys: the Bus is its FDO on the root-enumerated ACPI_HAL, a Child is the PDO of a device.

#include "registers.hpp"
#include "source.hpp"
#include "tables.hpp"

#include <bus/chain.hpp>
#include <bus/irp.hpp>
#include <bus/pool.hpp>

namespace acpibus {

inline constexpr ULONG kTag = 'ipcA';

enum class Kind : ULONG { kBus, kChild };
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
  // The answer to a query that changes nothing is withdrawn.
  void Cancel(State pending) {
    if (state == pending) {
      state = previous;
    }
  }
};

struct Child;

struct Bus : Device {
  PDEVICE_OBJECT physical = nullptr;
  PDEVICE_OBJECT lower = nullptr;
  Machine machine;
  Registers registers;
  IO_REMOVE_LOCK remove_lock;
  FAST_MUTEX lock;  // the list
  bus::Chain<Child> children;
};

struct Child : Device {
  Child *next = nullptr;
  Bus *bus = nullptr;
  DeviceRecord record;
  bool present = false;   // found at the last enumeration
  bool reported = false;  // the plug and play manager knows it
};

// bus.cpp: requests to the FDO.
NTSTATUS BusPnp(Bus *bus, PIRP irp);

// power.cpp
// IRP_MJ_POWER at the FDO. PowerSystemShutdown switches the machine off or, for PowerActionShutdownReset, resets it:
// then the call does not return. STATUS_NOT_SUPPORTED: the machine has no register for it, or PnP did not assign it.
NTSTATUS BusPower(Bus *bus, PIRP irp);
// Puts the hardware under ACPI's rule instead of the firmware's.
void EnableAcpiMode(Bus *bus);

// children.cpp
// Asks the sources; makes PDOs for new devices and marks those that are gone.
NTSTATUS Enumerate(Bus *bus);
// Takes the child off its bus and deletes its device. The bus's lock is held.
void Delete(Child *child);
// The bus relations, appended to those that drivers above have put into the IRP.
NTSTATUS QueryBusRelations(Bus *bus, PIRP irp);

// child.cpp: requests to a PDO.
NTSTATUS ChildPnp(Child *child, PIRP irp);
NTSTATUS ChildPower(Child *child, PIRP irp);

// child_identity.cpp, child_resources.cpp: they complete nothing.
NTSTATUS QueryId(const Child *child, BUS_QUERY_ID_TYPE type, PIRP irp);
NTSTATUS QueryText(const Child *child, DEVICE_TEXT_TYPE type, PIRP irp);
NTSTATUS QueryCapabilities(const Child *child, PDEVICE_CAPABILITIES capabilities);
NTSTATUS QueryBusInformation(PIRP irp);
NTSTATUS QueryResources(const Child *child, PIRP irp);
NTSTATUS QueryRequirements(const Child *child, PIRP irp);

}  // namespace acpibus
