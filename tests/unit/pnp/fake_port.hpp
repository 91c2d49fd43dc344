#pragma once
// Driver hosts of the test: drivers are rows of a table, devices answer from lists, and every call is written down.

#include <wdm/pnp_types.h>
#include <ke/dispatcher.hpp>
#include <pnp/driver_port.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace pnp_test {

// A child that a bus reports.
struct Child {
  std::u16string device_id;
  std::u16string instance_id = u"0";
  std::u16string hardware_ids = u"";  // multi-string
  std::u16string compatible_ids = u"";
  std::vector<std::byte> boot = {};
  std::vector<std::byte> requirements = {};
  bool raw = false;
  bool unique = true;
  ULONG address = ~0u;
  int pci_bus = -1;
  pnp::DeviceId pdo = pnp::DeviceId::kNone;  // filled in
};

// How a driver behaves.
struct DriverKind {
  NTSTATUS entry = STATUS_SUCCESS;
  NTSTATUS add = STATUS_SUCCESS;
  bool has_add = true;
  bool can_unload = true;
  // Minor functions that the driver fails, hangs in, or dies in.
  std::map<int, NTSTATUS> fails;
  std::set<int> hangs;
  std::set<int> dies;
  bool entry_hangs = false;
  bool add_hangs = false;
  // What its devices report as a bus.
  std::vector<Child> children;
  ULONG state = 0;  // PNP_DEVICE_STATE
};

struct FakeDevice {
  pnp::DeviceId id;
  pnp::HostId host = pnp::HostId::kNone;
  pnp::DriverId driver = pnp::DriverId::kNone;
  std::u16string service = {};
  pnp::DeviceId pdo = pnp::DeviceId::kNone;  // of the stack; itself for a PDO
  Child *child = nullptr;                    // of a PDO
  std::u16string name = {};
  bool started = false;
};

class FakePort final : public pnp::DriverPort {
 public:
  coro::Task<Result<pnp::HostId>> StartHost(std::u16string_view name) override;
  void StopHost(pnp::HostId host) override;
  void TerminateHost(pnp::HostId host, NTSTATUS status) override;
  coro::Task<Result<pnp::DriverId>> LoadDriver(pnp::HostId host, pnp::DriverToLoad driver) override;
  coro::Task<Result<void>> UnloadDriver(pnp::DriverId driver) override;
  bool CanUnload(pnp::DriverId driver) override { return kinds[loaded[driver].service].can_unload; }
  bool HasAddDevice(pnp::DriverId driver) override { return kinds[loaded[driver].service].has_add; }
  std::size_t DeviceCount(pnp::DriverId driver) override;
  coro::Task<Result<void>> AddDevice(pnp::DriverId driver, pnp::DeviceId pdo) override;
  coro::Task<Result<pnp::PnpAnswer>> SendPnp(pnp::DeviceId device, pnp::PnpRequest request) override;
  Result<pnp::DeviceId> MakeDevice(const host::DeviceDescription &description) override;
  void DeleteDevice(pnp::DeviceId device) override { devices.erase(device); }
  Result<pnp::DeviceFacts> Describe(pnp::DeviceId device) override;
  void ForgetDevice(pnp::DeviceId device) override { devices.erase(device); }
  Result<void> Grant(pnp::HostId host, pnp::DeviceId device, const pnp::AssignedResources &resources) override;
  void Revoke(pnp::HostId host, pnp::DeviceId device) override;
  void Notify(pnp::HostId host, std::uint64_t cookie, std::span<const std::byte> notification) override;
  Result<pnp::HostId> HostOf(ke::Caller &caller) override;
  std::uint64_t ProcessOf(pnp::HostId host) override { return 1000 + static_cast<std::uint64_t>(host); }
  std::u16string_view NameOf(pnp::DriverId driver) override { return loaded[driver].service; }
  Result<pnp::DeviceId> DeviceOf(ke::Caller &, HANDLE) override { return Fail(STATUS_INVALID_HANDLE); }

  // Ends a host's process, as a crash would.
  void Kill(pnp::HostId host);
  // The PDO of the child with this ID, which has been reported.
  pnp::DeviceId PdoOf(std::u16string_view device_id);
  pnp::HostId HostOfDriver(std::u16string_view service);
  bool Called(std::string_view text) const;

  pnp::PortEvents *events = nullptr;
  std::map<std::u16string, DriverKind> kinds;
  std::vector<std::string> calls;  // "load null", "pnp 0 PCI\VEN_1", ...
  std::map<pnp::HostId, std::u16string> hosts;
  struct Loaded {
    std::u16string service;
    std::u16string object_name;
    std::u16string image_path;
    pnp::HostId host;
    bool legacy;
  };
  std::map<pnp::DriverId, Loaded> loaded;
  std::map<pnp::DeviceId, FakeDevice> devices;
  struct Granted {
    pnp::HostId host;
    std::size_t ports, memory, interrupts;
    std::uint32_t vector;
  };
  std::map<pnp::DeviceId, Granted> grants;
  NTSTATUS grant_status = STATUS_SUCCESS;
  std::vector<std::pair<std::uint64_t, std::vector<std::byte>>> notifications;
  pnp::HostId caller_host = pnp::HostId::kNone;

 private:
  struct Hang;
  pnp::DeviceId NewId() { return static_cast<pnp::DeviceId>(next_++); }
  pnp::PnpAnswer AnswerAsPdo(FakeDevice &device, const pnp::PnpRequest &request);
  pnp::PnpAnswer AnswerRelations(FakeDevice &device);
  FakeDevice &Top(pnp::DeviceId pdo);
  std::uint64_t next_ = 100;
};

std::string Narrow(std::u16string_view text);

// The bytes of lists as drivers make them.
std::vector<std::byte> RequirementBytes(const std::vector<std::vector<IO_RESOURCE_DESCRIPTOR>> &lists);
std::vector<std::byte> ResourceBytes(const std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> &list);
IO_RESOURCE_DESCRIPTOR NeedPorts(ULONG length, ULONGLONG minimum, ULONGLONG maximum, UCHAR option = 0, ULONG align = 1);
IO_RESOURCE_DESCRIPTOR NeedMemory(ULONG length, ULONGLONG minimum, ULONGLONG maximum, UCHAR option = 0);
IO_RESOURCE_DESCRIPTOR NeedLine(ULONG minimum, ULONG maximum, bool level = false, bool shared = false,
                                UCHAR option = 0);
IO_RESOURCE_DESCRIPTOR NeedMessages(ULONG count, UCHAR option = 0);
IO_RESOURCE_DESCRIPTOR NeedBuses(ULONG length, ULONG minimum, ULONG maximum);
CM_PARTIAL_RESOURCE_DESCRIPTOR HasPorts(ULONGLONG start, ULONG length);

}  // namespace pnp_test
