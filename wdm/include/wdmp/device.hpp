#pragma once
// Device objects of this host and proxies of those that live elsewhere.

#include <wdm.h>
#include <wdm/host.h>

namespace io {

// What stands behind DEVICE_OBJECT::DeviceObjectExtension. The first members are where NT has them.
struct DeviceExtension {
  CSHORT type;  // 13, IO_TYPE_DEVICE_OBJECT_EXTENSION
  USHORT size;
  PDEVICE_OBJECT device;
  ULONG power_flags;
  ULONG extension_flags;       // kDeletePending, ...
  PDEVICE_OBJECT attached_to;  // the device below
  uint64_t id;                 // the Executive's
  uint32_t slot;               // in the table of cookies
  bool proxy;                  // lives elsewhere: IoCallDriver goes through the ring
  bool start_io_deferred;      // IoSetStartIoAttributes
  bool start_io_no_cancel;
  // The next packet was asked for inside StartIo, and how.
  bool start_io_again;
  bool start_io_cancelable;
  bool start_io_key_set;
  ULONG start_io_key;
  LONG start_io_count;
  POWER_STATE power[2];   // by POWER_STATE_TYPE, PoSetPowerState
  WDM_DEVICE_STATE told;  // what the Executive knows
  LIST_ENTRY all;         // in the list of all devices
};

inline constexpr ULONG kUnloadPending = 1;
inline constexpr ULONG kDeletePending = 2;
inline constexpr ULONG kRemovePending = 4;
inline constexpr ULONG kRemoveProcessed = 8;

inline DeviceExtension *Extension(const DEVICE_OBJECT *device) {
  return reinterpret_cast<DeviceExtension *>(device->DeviceObjectExtension);
}

// The Executive's id of a device, what the Wdm* services want; 0 for null.
inline uint64_t DeviceId(const DEVICE_OBJECT *device) { return device == nullptr ? 0 : Extension(device)->id; }

// True for a device of another host or of the Executive.
inline bool IsProxy(const DEVICE_OBJECT *device) { return Extension(device)->proxy; }

// The device of this host (own or proxy) with that id, or null.
PDEVICE_OBJECT FindDevice(uint64_t id);

// The proxy of a device that lives elsewhere, made at first use; null when there is no memory.
PDEVICE_OBJECT MakeProxy(uint64_t id, const host::DeviceDescription &description);

// Tells the Executive what drivers changed in their device objects since (Flags, StackSize, ...); only what changed.
// IRQL <= DISPATCH_LEVEL.
void PushDevices();

// The device at the top of the stack, as far as this host knows it.
inline PDEVICE_OBJECT TopDevice(PDEVICE_OBJECT device) {
  while (device->AttachedDevice != nullptr) {
    device = device->AttachedDevice;
  }
  return device;
}

}  // namespace io
