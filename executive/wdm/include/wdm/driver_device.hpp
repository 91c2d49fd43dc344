#pragma once
// A driver's device object as the Executive knows it: name, flags, where it stands in its stack, and how files are
// opened on it. The DEVICE_OBJECT itself is the host's.

#include <wdm/pnp_types.h>
#include <io/device.hpp>
#include <wdm/driver_host.hpp>

#include <boost/intrusive/avl_set.hpp>

namespace wdm {

using DeviceOrder = boost::intrusive::avl_set_base_hook<>;

// IRP_MJ_PNP on a device that lives in the Executive (the root enumerator's): answers at once.
struct LocalPnp {
  std::uint8_t minor = 0;
  const std::uint64_t *parameters = nullptr;
  std::span<const std::byte> input;
  std::span<std::byte> output;
  NTSTATUS status = STATUS_NOT_SUPPORTED;
  std::uint64_t information = 0;
  std::uint32_t length = 0;  // of the output
};
using LocalPnpHandler = void (*)(DriverDevice &device, LocalPnp &request);
void UseLocalPnp(LocalPnpHandler handler);

class DriverDevice final : public io::Device, public DeviceOrder {
 public:
  // A device of `host` (null: of the Executive), known by its id from now on. STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<DriverDevice>> Create(const Ref<DriverHost> &host, const WDM_DEVICE_CREATE &description);
  // Gives it its name, which becomes permanent. STATUS_OBJECT_NAME_COLLISION and the statuses of ob::Namespace.
  Result<void> Publish(std::u16string_view name);
  // The device with this id, null when there is none.
  static Ref<DriverDevice> Find(std::uint64_t id);

  // How many devices a host's driver has.
  static std::size_t CountOf(const DriverHost &host, std::uint64_t driver);

  std::uint64_t Id() const { return id_; }
  // Null: it lives in the Executive.
  const Ref<DriverHost> &Host() const { return host_; }
  std::uint64_t Cookie() const { return cookie_; }
  std::uint64_t Driver() const { return driver_; }
  std::uint32_t Flags() const { return flags_; }
  std::uint32_t StackSize() const { return stack_size_; }
  bool Exclusive() const { return exclusive_; }
  host::DeviceDescription Describe() const;
  void Update(const WDM_DEVICE_STATE &state);

  // The stack: who is attached to it, and to whom it is attached.
  DriverDevice *Upper() const { return upper_; }
  DriverDevice *Lower() const { return lower_; }
  DriverDevice &Top();
  // STATUS_NO_SUCH_DEVICE (somebody is attached already).
  Result<void> AttachTo(DriverDevice &lower);
  void Detach();

  // IoDeleteDevice, or the host is gone: leaves its stack and the namespace; nobody finds it any more.
  void Remove();
  bool Removed() const { return removed_; }

  // A request for this device (not the top of its stack), ready for Post(). `file` may be null. Statuses of
  // io::Node::Begin.
  Result<Ref<HostCall>> Prepare(const io::DriverRequest &what, const Ref<RefCounted> &file, std::uint64_t file_cookie);

  // io::Device. What a driver does not answer at once is not there.
  Result<io::Opened> Open(const io::OpenRequest &) override { return Fail(STATUS_INVALID_DEVICE_REQUEST); }
  bool Driven() const override { return true; }
  coro::Task<Result<io::Opened>> OpenDriven(io::OpenRequest request, io::Requestor requestor,
                                            ke::Waiter &waiter) override;

  std::uint32_t open_files = 0;

 private:
  explicit DriverDevice(const WDM_DEVICE_CREATE &description);
  ~DriverDevice() override;

  std::uint64_t id_ = 0;
  Ref<DriverHost> host_;
  std::uint64_t cookie_ = 0;
  std::uint64_t driver_ = 0;
  std::uint32_t flags_ = 0;
  std::uint32_t stack_size_ = 1;
  std::uint32_t alignment_ = 0;
  std::uint32_t sector_size_ = 0;
  bool exclusive_ = false;
  bool removed_ = false;
  DriverDevice *upper_ = nullptr;
  DriverDevice *lower_ = nullptr;
  ob::Name path_;
};

// A file that a driver has open: the other side of a FILE_OBJECT.
class DriverFile final : public io::Node {
 public:
  // STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<DriverFile>> Create(const Ref<DriverDevice> &named, const Ref<DriverDevice> &top,
                                        std::u16string_view path);
  std::uint64_t Id() const { return id_; }
  DriverDevice &Top() const { return *top_; }
  DriverDevice &Named() const { return *named_; }
  std::uint64_t Cookie() const { return cookie_; }
  // The driver has opened it.
  void Opened(std::uint64_t cookie);

  bool Driven() const override { return true; }
  Result<Ref<io::DriverCall>> Begin(const io::DriverRequest &what) override;
  void LastHandleClosed() override;
  std::u16string_view Path() const override { return path_.View(); }

 private:
  DriverFile(const Ref<DriverDevice> &named, const Ref<DriverDevice> &top)
      : Node(Kind::kDevice), named_(named), top_(top) {}
  ~DriverFile() override;

  std::uint64_t id_ = 0;
  Ref<DriverDevice> named_;
  Ref<DriverDevice> top_;
  std::uint64_t cookie_ = 0;
  bool open_ = false;
  bool cleaned_ = false;
  ob::Name path_;
};

// Called with each device that is removed by its driver or with its host; set once at start, may be null.
using DeviceRemoved = void (*)(DriverDevice &device);
void UseDeviceRemoved(DeviceRemoved removed);

}  // namespace wdm
