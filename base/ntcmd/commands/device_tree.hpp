#pragma once
// The device tree as NtPlugPlayControl and the registry show it.

#include <native/string.hpp>
#include <rtl/result.hpp>

namespace ntcmd {

struct Device {
  native::String instance;  // `PCI\VEN_8086&DEV_1237\...`
  unsigned depth = 0;
  native::String description;
  native::String service;
  ULONG process = 0;         // of its drivers, 0: none
  ULONG status = 0;          // DN_*
  ULONG problem = 0;         // CM_PROB_*
  native::String resources;  // "ports 3f8-3ff, line 4"
};

// All devices, each before those below it.
Result<native::Vector<Device>> QueryDevices();

// Starts, removes or restarts a device. Statuses of NtPlugPlayControl; when a device refuses to be removed,
// STATUS_PLUGPLAY_QUERY_VETOED and its instance in `veto`.
NTSTATUS StartDevice(std::string_view instance);
NTSTATUS RestartDevice(std::string_view instance);
NTSTATUS RemoveDevice(std::string_view instance, native::String &veto);

}  // namespace ntcmd
