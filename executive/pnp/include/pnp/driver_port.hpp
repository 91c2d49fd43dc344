#pragma once
// What the plug and play manager needs of driver hosts. Implemented over executive/wdm; tests have their own.

#include <wdm/host.h>
#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <pnp/resources.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pnp {

// Numbers of the port; 0 is none. A number is never used twice, so one that has gone stale names nothing.
enum class HostId : std::uint32_t { kNone = 0 };
enum class DriverId : std::uint64_t { kNone = 0 };
enum class DeviceId : std::uint64_t { kNone = 0 };

// A driver to be loaded. The views are copied before LoadDriver waits.
struct DriverToLoad {
  std::u16string_view service;        // `null`
  std::u16string_view registry_path;  // `\Registry\Machine\System\CurrentControlSet\Services\null`
  std::u16string_view image_path;     // `\SystemRoot\System32\drivers\null.sys`
  std::u16string_view object_name;    // `\Driver\null`
  bool legacy = false;                // host::DriverStart::flags 1
};

// IRP_MJ_PNP for the top of the stack that `device` is in.
struct PnpRequest {
  std::uint8_t major = 0x1b;  // IRP_MJ_PNP, or IRP_MJ_POWER, which the Executive's own devices take as they come
  std::uint8_t minor = 0;
  std::uint64_t parameters[4] = {};
  std::uint64_t information = 0;  // IoStatus.Information at the start; the status is STATUS_NOT_SUPPORTED
  Bytes input = {};               // as <wdm/host.h> says
  std::uint32_t room = 0;         // for the answer's bytes
};

struct PnpAnswer {
  NTSTATUS status = STATUS_NOT_SUPPORTED;
  std::uint64_t information = 0;
  Bytes output = {};
};

// What is known of a driver's device.
struct DeviceFacts {
  HostId host = HostId::kNone;        // kNone: it lives in the Executive
  DriverId driver = DriverId::kNone;  // whose device it is
  DeviceId lower = DeviceId::kNone;   // what it is attached to
  std::uint32_t device_type = 0;
  std::uint32_t characteristics = 0;
  std::uint32_t flags = 0;   // DO_*
  std::u16string_view name;  // `\Device\x`, or empty; valid until the event loop goes on
};

// What the port tells. Calls come from the event loop, never from within a call of DriverPort.
class PortEvents {
 public:
  // The process of a host is ending. Called at once, before any frame that its devices could write by DMA is used
  // again: bus mastering of its devices is off when this returns.
  virtual void HostDying(HostId host) = 0;
  // The process of a host has ended, whatever the reason; its drivers and devices are gone, its requests have been
  // answered with STATUS_DRIVER_PROCESS_TERMINATED. The port has switched nothing off: the manager revokes.
  virtual void HostGone(HostId host, NTSTATUS status) = 0;
  // A driver deleted a device (IoDeleteDevice) that is in the device tree or not.
  virtual void DeviceDeleted(DeviceId device) = 0;
  // A PnP request arrived at a device that lives in the Executive (MakeDevice).
  virtual PnpAnswer Pnp(DeviceId device, const PnpRequest &request) = 0;

 protected:
  ~PortEvents() = default;
};

// A task that waits may be dropped (time-out): its outcome is then of no interest, and the port gives up what belongs
// to it when the host answers, or ends.
class DriverPort {
 public:
  // A new host process without drivers. `name`: for messages and devtree. STATUS_OBJECT_NAME_NOT_FOUND (no
  // wdmhost.exe), STATUS_INSUFFICIENT_RESOURCES.
  virtual coro::Task<Result<HostId>> StartHost(std::u16string_view name) = 0;
  // Tells a host without devices to end.
  virtual void StopHost(HostId host) = 0;
  // Ends a host at once; HostGone follows.
  virtual void TerminateHost(HostId host, NTSTATUS status) = 0;

  // Loads the image and runs DriverEntry. What DriverEntry failed with, STATUS_DRIVER_UNABLE_TO_LOAD,
  // STATUS_INVALID_IMAGE_FORMAT, STATUS_DRIVER_ENTRYPOINT_NOT_FOUND (an import), STATUS_OBJECT_NAME_NOT_FOUND (no
  // file), STATUS_DRIVER_PROCESS_TERMINATED.
  virtual coro::Task<Result<DriverId>> LoadDriver(HostId host, DriverToLoad driver) = 0;
  // Calls DriverUnload and takes the image out. STATUS_INVALID_DEVICE_REQUEST: the driver has no DriverUnload.
  virtual coro::Task<Result<void>> UnloadDriver(DriverId driver) = 0;
  // Whether the driver has a DriverUnload / a DriverExtension->AddDevice / devices.
  virtual bool CanUnload(DriverId driver) = 0;
  virtual bool HasAddDevice(DriverId driver) = 0;
  virtual std::size_t DeviceCount(DriverId driver) = 0;

  // Calls AddDevice with the PDO. What it failed with.
  virtual coro::Task<Result<void>> AddDevice(DriverId driver, DeviceId pdo) = 0;
  // Sends the request and waits for its completion. STATUS_NO_SUCH_DEVICE, STATUS_DRIVER_PROCESS_TERMINATED,
  // STATUS_INSUFFICIENT_RESOURCES; what the drivers say is in the answer.
  virtual coro::Task<Result<PnpAnswer>> SendPnp(DeviceId device, PnpRequest request) = 0;

  // A PDO that lives in the Executive: requests that reach it go to PortEvents::Pnp. STATUS_INSUFFICIENT_RESOURCES.
  virtual Result<DeviceId> MakeDevice(const host::DeviceDescription &description) = 0;
  virtual void DeleteDevice(DeviceId device) = 0;
  // STATUS_NO_SUCH_DEVICE.
  virtual Result<DeviceFacts> Describe(DeviceId device) = 0;
  // Takes the device out of every stack and namespace: it was removed by PnP and a driver failed to.
  virtual void ForgetDevice(DeviceId device) = 0;

  // From now on the host may use these, on behalf of the device; until Revoke. Grants of one device replace each other.
  // STATUS_INSUFFICIENT_RESOURCES, STATUS_CONFLICTING_ADDRESSES (ports that the Executive keeps).
  virtual Result<void> Grant(HostId host, DeviceId device, const AssignedResources &resources) = 0;
  virtual void Revoke(HostId host, DeviceId device) = 0;

  // Hands a plug and play notification to a host (Command::kNotify).
  virtual void Notify(HostId host, std::uint64_t cookie, std::span<const std::byte> notification) = 0;

  // The host that a service call comes from. STATUS_ACCESS_DENIED: it is no driver host.
  virtual Result<HostId> HostOf(ke::Caller &caller) = 0;
  // The process id, for devtree; 0 none.
  virtual std::uint64_t ProcessOf(HostId host) = 0;
  // The driver's name without `\Driver\`; empty for a number that names none.
  virtual std::u16string_view NameOf(DriverId driver) = 0;
  // The device of a file handle of the caller. STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
  // STATUS_INVALID_DEVICE_REQUEST (no driver's).
  virtual Result<DeviceId> DeviceOf(ke::Caller &caller, HANDLE file) = 0;

 protected:
  ~DriverPort() = default;
};

}  // namespace pnp
