#pragma once
// Requests to drivers: what goes into an IRP.

#include <io/node.hpp>
#include <mm/address_space.hpp>

#include <array>

namespace io {

// How the buffers travel (CTL_CODE's METHOD_ values; kDevice: as the device's DO_BUFFERED_IO and DO_DIRECT_IO say).
enum class Method : std::uint8_t { kNone, kDevice, kBuffered, kInDirect, kOutDirect, kNeither };

// One IRP: the members of IO_STACK_LOCATION and IRP that its maker chooses.
struct DriverRequest {
  UCHAR major = 0;  // IRP_MJ_*
  UCHAR minor = 0;  // IRP_MN_*
  UCHAR stack_flags = 0;
  USHORT irp_flags = 0;
  std::array<std::uint64_t, 4> parameters = {};  // IO_STACK_LOCATION.Parameters
  Method method = Method::kNone;
  UserPointer input;  // what the driver reads; of METHOD_*_DIRECT the buffered part
  ULONG input_length = 0;
  UserPointer output;  // what it writes; of METHOD_IN_DIRECT what it reads by its pages
  ULONG output_length = 0;
  // Whose request: the thread's process and id, its address space. All null: the Executive's own; then the pointers go
  // through a KernelBuffer.
  mm::AddressSpace *space = nullptr;
  std::uint32_t process = 0;
  std::uint32_t thread = 0;
  // Kept alive until the request has ended: what the pointers lead to.
  Ref<RefCounted> owner;
};

// Memory of the Executive as the buffer of a request; lives until the request has ended.
class KernelBuffer final : public ke::UserSpace {
 public:
  explicit KernelBuffer(std::span<std::byte> bytes) : bytes_(bytes) {}
  UserPointer Pointer() { return {this, kAddress}; }
  Result<std::span<std::byte>> Resolve(ke::UserAddress address, bool) override {
    if (address < kAddress || address - kAddress >= bytes_.size()) {
      return Fail(STATUS_ACCESS_VIOLATION);
    }
    return bytes_.subspan(address - kAddress);
  }

 private:
  static constexpr ke::UserAddress kAddress = 0x1'0000;
  std::span<std::byte> bytes_;
};

// Waits for the end. A wait that is broken (alert, APC, NtCancelIoFile, the thread's end) cancels the request; only a
// thread that ends does not wait for what the driver makes of it.
coro::Task<Result<Outcome>> WaitForDriver(Ref<DriverCall> call, ke::Waiter &waiter, bool alertable);

}  // namespace io
