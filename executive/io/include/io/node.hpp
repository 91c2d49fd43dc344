#pragma once
// What a file object has open: a file, a directory, a volume or a device. All file objects of one file share its Node
// (NT's file control block). Implemented by each file system and each device.

#include <nt/nt.h>
#include <coro/task.hpp>
#include <io/driver_call.hpp>
#include <ke/dispatcher.hpp>
#include <ke/user.hpp>
#include <mm/file_backing.hpp>
#include <rtl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace io {

// One read or write. `waiter` is the calling thread's wait state; it and the buffer's address space outlive the
// transfer.
struct Transfer {
  UserPointer buffer;
  ULONG length = 0;
  std::uint64_t offset = 0;
  ke::Waiter *waiter = nullptr;
  bool alertable = false;
};

struct FileFacts {
  LONGLONG creation_time = 0;
  LONGLONG last_access_time = 0;
  LONGLONG last_write_time = 0;
  LONGLONG change_time = 0;
  std::uint64_t size = 0;
  std::uint64_t allocation = 0;
  std::uint64_t id = 0;
  ULONG attributes = 0;  // FILE_ATTRIBUTE_*
  ULONG links = 1;

  bool IsDirectory() const { return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0; }
};

// One entry of a directory; `name` is valid until the next call on the directory.
struct DirectoryEntry {
  std::u16string_view name;
  FileFacts facts;
};

// Who has a file open for what: the rules of IoCheckShareAccess (WDK reference).
class ShareAccess {
 public:
  // Adds an open with `access` and FILE_SHARE_* `share`. STATUS_SHARING_VIOLATION.
  Result<void> Add(ACCESS_MASK access, ULONG share);
  // Takes it out again; the same arguments as for Add().
  void Remove(ACCESS_MASK access, ULONG share);

 private:
  struct Wants {
    bool read, write, remove;
    bool Any() const { return read || write || remove; }
  };
  static Wants WantsOf(ACCESS_MASK access);

  ULONG opens_ = 0, readers_ = 0, writers_ = 0, deleters_ = 0;
  ULONG share_read_ = 0, share_write_ = 0, share_delete_ = 0;
};

struct DriverRequest;

class Node : public mm::FileBacking {
 public:
  enum class Kind : std::uint8_t { kFile, kDirectory, kVolume, kDevice };

  Kind NodeKind() const { return kind_; }
  bool IsDirectory() const { return kind_ == Kind::kDirectory; }
  ShareAccess &Sharing() { return sharing_; }

  // mm::FileBacking: Size(), Resident(), Path(). Devices have neither size nor bytes.
  std::uint64_t Size() const override { return 0; }
  std::span<const std::byte> Resident() const override { return {}; }

  // Whether a driver answers for it: then every request goes through Begin(), and what follows is not asked.
  virtual bool Driven() const { return false; }
  // Hands the request to the driver. STATUS_INSUFFICIENT_RESOURCES, STATUS_ACCESS_VIOLATION (its buffers),
  // STATUS_DRIVER_PROCESS_TERMINATED.
  virtual Result<Ref<DriverCall>> Begin(const DriverRequest &) { return Fail(STATUS_INVALID_DEVICE_REQUEST); }

  // The last handle of its file object was closed (IRP_MJ_CLEANUP).
  virtual void LastHandleClosed() {}

  // Attributes, times and sizes. STATUS_INVALID_DEVICE_REQUEST when it has none (devices).
  virtual Result<FileFacts> Facts() const { return Fail(STATUS_INVALID_DEVICE_REQUEST); }

  // Reads what can be read without waiting; an empty optional asks for Read(). STATUS_END_OF_FILE,
  // STATUS_INVALID_DEVICE_REQUEST, STATUS_ACCESS_VIOLATION.
  virtual std::optional<Result<Outcome>> TryRead(const Transfer &) { return Fail(STATUS_INVALID_DEVICE_REQUEST); }
  // Waits until something can be read. Outcome.status is STATUS_USER_APC or STATUS_ALERTED when an alertable wait was
  // broken. The caller keeps the node alive.
  virtual coro::Task<Result<Outcome>> Read(Transfer) { co_return Fail(STATUS_INVALID_DEVICE_REQUEST); }
  virtual Result<Outcome> Write(const Transfer &) { return Fail(STATUS_INVALID_DEVICE_REQUEST); }
  virtual Result<Outcome> Flush() { return Fail(STATUS_INVALID_DEVICE_REQUEST); }

  // Whether reads and writes go to the file object's position (files) or offsets mean nothing (streams).
  bool HasPosition() const { return kind_ != Kind::kDevice; }

  // Entry `index` of a directory in its order, "." and ".." included where the file system has them; empty behind the
  // last one. STATUS_INVALID_PARAMETER for what is no directory.
  virtual Result<std::optional<DirectoryEntry>> EntryAt(std::uint64_t) { return Fail(STATUS_INVALID_PARAMETER); }

 protected:
  explicit Node(Kind kind) : kind_(kind) {}

 private:
  Kind kind_;
  ShareAccess sharing_;
};

}  // namespace io
