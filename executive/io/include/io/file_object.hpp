#pragma once
// File objects: what a file handle stands for.

#include <io/device.hpp>
#include <ke/dispatcher.hpp>
#include <ob/handle_table.hpp>
#include <ob/object.hpp>

#include <boost/intrusive/list.hpp>

namespace io {

// A request that waits, part of its service's coroutine; NtCancelIoFileEx and the last close of the file find it here.
struct PendingIo : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  ke::Waiter *waiter = nullptr;  // whose wait is broken to cancel it; null: `call` is cancelled
  DriverCall *call = nullptr;
  const ke::Caller *caller = nullptr;
  ob::HandleTable *handles = nullptr;  // whose request: one table a process
  ke::UserAddress status_block = 0;
};

// Where NtQueryDirectoryFile goes on. The pattern of the first query stays.
struct DirectoryScan {
  bool started = false;
  ob::Name pattern;
  std::uint64_t next = 0;
};

// One open of a file, directory or device. Signalled when an operation ends. Its share access is given back when the
// last handle is closed.
class FileObject final : public ob::WaitableObject<ke::Event> {
 public:
  static ob::Type kType;

  // Claims the share access. STATUS_SHARING_VIOLATION, STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<FileObject>> Create(const Ref<Device> &device, Opened opened, ULONG share, ULONG options);

  Device &OwnDevice() const { return *device_; }
  const Ref<Device> &DeviceRef() const { return device_; }
  Node &OwnNode() const { return *node_; }
  const Ref<Node> &NodeRef() const { return node_; }

  // FILE_* create options that NtQueryInformationFile shows as the mode.
  ULONG Mode() const { return mode_; }
  void SetMode(ULONG mode) { mode_ = mode; }
  bool Synchronous() const { return (mode_ & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)) != 0; }
  bool Alertable() const { return (mode_ & FILE_SYNCHRONOUS_IO_ALERT) != 0; }

  std::uint64_t position = 0;
  DirectoryScan scan;

  // The path on its volume, with a leading backslash; empty for devices.
  std::u16string_view NameOnVolume() const;
  Result<ob::Name> FullName() const override;

  // Requests on a synchronous handle that a driver answers for come one after the other: `co_await file.Lock(waiter)`,
  // STATUS_WAIT_0 when it is ours.
  ke::Wait Lock(ke::Waiter &waiter);
  void Unlock() { lock_->Set(); }

  void AddPending(PendingIo &request) { pending_.push_back(request); }
  // Ends waiting requests with STATUS_CANCELLED: of `handles` (null: of all), of the thread `caller` (null: of any),
  // with this IO_STATUS_BLOCK (0: any). Whether there was one.
  bool CancelPending(const ob::HandleTable *handles, const ke::Caller *caller, ke::UserAddress status_block);

 private:
  FileObject(const Ref<Device> &device, Opened opened, ULONG share, ULONG options);
  ~FileObject() override;
  void HandleClosed(ob::HandleTable &handles, ACCESS_MASK access, bool last) override;
  void Cleanup();

  Ref<Device> device_;
  Ref<Node> node_;
  ACCESS_MASK granted_;
  ULONG share_;
  ULONG mode_;
  bool sharing_ = false;
  Ref<ke::Standalone<ke::Event>> lock_;
  boost::intrusive::list<PendingIo, boost::intrusive::constant_time_size<false>> pending_;
};

// The backing for mm's sections (mm::UseFileLookup).
Result<Ref<mm::FileBacking>> BackingOf(ke::Caller &caller, HANDLE file, ACCESS_MASK access);

// The file of a new process's image by its NT path (ps::UseImageOpener). Statuses of NtOpenFile,
// STATUS_INVALID_FILE_FOR_SECTION. `caller` may be null: the Executive itself.
Result<Ref<mm::FileBacking>> OpenImage(ke::Caller *caller, std::u16string_view path);

}  // namespace io
