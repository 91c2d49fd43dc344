#pragma once
// What the bus drivers call, for tests on the host: devices, IRPs, pool, one machine's configuration space, ports and
// tables. Rules are checked as the drivers go: nothing completed twice, nothing freed twice, no port that was not
// assigned.

#include <ntddk.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "../pci/fake_config.hpp"

namespace fake {

struct Machine {
  std::map<ULONG, FakeConfig> functions;  // by bus << 8 | device << 3 | function
  std::map<ULONG, std::vector<std::byte>> tables;
  std::map<ULONG_PTR, ULONG> ports;  // assigned ones and what they hold
  std::vector<std::pair<ULONG_PTR, ULONG>> writes;
  ULONG highest_page = 0x18FFF;
  unsigned slept = 0;        // milliseconds
  unsigned invalidated = 0;  // bus relations
};
extern Machine machine;

inline ULONG At(ULONG bus, ULONG device, ULONG function = 0) { return bus << 8 | device << 3 | function; }
inline FakeConfig &Function(ULONG bus, ULONG device, ULONG function = 0) {
  return machine.functions.at(At(bus, device, function));
}

// Everything as at the start; fails the test when the driver left memory, devices or references behind.
void Reset();
// The allocation after `count` more fails, and those behind it; 0: none.
void FailAfter(unsigned count);
bool Failed();

// The driver under test.
DRIVER_OBJECT &Driver();
// A PDO of somebody else, to attach to; every request that reaches it succeeds.
PDEVICE_OBJECT RootDevice();
std::size_t DeviceCount();
// The top device of what AddDevice made last.
PDEVICE_OBJECT Attached(PDEVICE_OBJECT to);
void Release(PDEVICE_OBJECT device);

struct Answer {
  NTSTATUS status;
  ULONG_PTR information;
};
// Sends a request and returns how it was completed. `status` is what it begins with.
Answer Send(PDEVICE_OBJECT device, const IO_STACK_LOCATION &stack, NTSTATUS status = STATUS_NOT_SUPPORTED,
            ULONG_PTR information = 0);
Answer Pnp(PDEVICE_OBJECT device, UCHAR minor);
// The text of QUERY_ID or QUERY_DEVICE_TEXT up to the end of its list; freed.
std::u16string QueryId(PDEVICE_OBJECT device, BUS_QUERY_ID_TYPE type);
std::u16string QueryText(PDEVICE_OBJECT device, DEVICE_TEXT_TYPE type);
// The bus relations; references are given up.
std::vector<PDEVICE_OBJECT> QueryBusRelations(PDEVICE_OBJECT device);
std::vector<IO_RESOURCE_DESCRIPTOR> QueryRequirements(PDEVICE_OBJECT device);
std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> QueryResources(PDEVICE_OBJECT device);
// Starts with these resources, raw and translated alike.
NTSTATUS Start(PDEVICE_OBJECT device, const std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> &resources);

CM_PARTIAL_RESOURCE_DESCRIPTOR Range(UCHAR type, ULONGLONG start, ULONG length);
CM_PARTIAL_RESOURCE_DESCRIPTOR Buses(ULONG first, ULONG length);

}  // namespace fake
