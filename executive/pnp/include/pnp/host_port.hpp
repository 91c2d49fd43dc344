#pragma once
// The driver port over executive/wdm: numbers for hosts, drivers and devices, and every call of a driver as a request
// that can be given up.

#include <pnp/driver_port.hpp>

#include <wdm/driver_device.hpp>
#include <wdm/driver_host.hpp>

#include <memory>

namespace pnp {

// A driver that is loaded; listed as `\Driver\x`.
class DriverObject final : public ob::Object {
 public:
  static ob::Type kType;
  static Result<Ref<DriverObject>> Create();

  DriverId id = DriverId::kNone;
  Ref<wdm::DriverHost> host;
  std::uint64_t cookie = 0;  // what the host knows it by
  ob::Name name;             // without `\Driver\`
  bool can_unload = false;
  bool has_add_device = false;
  Ref<DriverObject> next;

 private:
  DriverObject() : Object(kType) {}
  ~DriverObject() override = default;
};

class HostPort final : public DriverPort {
 public:
  // Whom it tells; before the first host.
  void Tell(PortEvents &events);

  coro::Task<Result<HostId>> StartHost(std::u16string_view name) override;
  void StopHost(HostId host) override;
  void TerminateHost(HostId host, NTSTATUS status) override;
  coro::Task<Result<DriverId>> LoadDriver(HostId host, DriverToLoad driver) override;
  coro::Task<Result<void>> UnloadDriver(DriverId driver) override;
  bool CanUnload(DriverId driver) override;
  bool HasAddDevice(DriverId driver) override;
  std::size_t DeviceCount(DriverId driver) override;
  coro::Task<Result<void>> AddDevice(DriverId driver, DeviceId pdo) override;
  coro::Task<Result<PnpAnswer>> SendPnp(DeviceId device, PnpRequest request) override;
  Result<DeviceId> MakeDevice(const host::DeviceDescription &description) override;
  void DeleteDevice(DeviceId device) override;
  Result<DeviceFacts> Describe(DeviceId device) override;
  void ForgetDevice(DeviceId device) override;
  Result<void> Grant(HostId host, DeviceId device, const AssignedResources &resources) override;
  void Revoke(HostId host, DeviceId device) override;
  void Notify(HostId host, std::uint64_t cookie, std::span<const std::byte> notification) override;
  Result<HostId> HostOf(ke::Caller &caller) override;
  std::uint64_t ProcessOf(HostId host) override;
  std::u16string_view NameOf(DriverId driver) override;
  Result<DeviceId> DeviceOf(ke::Caller &caller, HANDLE file) override;

  // From wdm.
  void HostDies(wdm::DriverHost &host);
  void HostBuried(wdm::DriverHost &host, NTSTATUS status);
  void DeviceRemoved(wdm::DriverDevice &device);
  void LocalPnp(wdm::DriverDevice &device, wdm::LocalPnp &request);

 private:
  Ref<DriverObject> Find(DriverId driver) const;
  void Forget(DriverObject &driver);

  PortEvents *events_ = nullptr;
  Ref<DriverObject> drivers_;
  std::uint64_t last_driver_ = 0;
  bool forgetting_ = false;
};

// The port of this system.
HostPort &SystemPort();

}  // namespace pnp
