#include <io/file_object.hpp>

#include <io/driver_request.hpp>
#include <ke/caller.hpp>

#include <new>

namespace io {
namespace {

constexpr ULONG kModeOptions = FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | FILE_NO_INTERMEDIATE_BUFFERING |
                               FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT | FILE_DELETE_ON_CLOSE;

constexpr GENERIC_MAPPING kFileMapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};

}  // namespace

constinit ob::Type Device::kType = {
    .name = u"Device", .mapping = kFileMapping, .valid_access = FILE_ALL_ACCESS, .parses_names = true};
constinit ob::Type FileObject::kType = {
    .name = u"File", .mapping = kFileMapping, .valid_access = FILE_ALL_ACCESS, .parses_names = true};

FileObject::FileObject(const Ref<Device> &device, Opened opened, ULONG share, ULONG options)
    : WaitableObject(kType, NotificationEvent, true),
      device_(device),
      node_(std::move(opened.node)),
      granted_(opened.granted),
      share_(share),
      mode_(options & kModeOptions) {}

FileObject::~FileObject() { Cleanup(); }

Result<Ref<FileObject>> FileObject::Create(const Ref<Device> &device, Opened opened, ULONG share, ULONG options) {
  auto file = Adopt(new (std::nothrow) FileObject(device, std::move(opened), share, options));
  if (!file) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  if (file->node_->Driven() && file->Synchronous()) {
    file->lock_ = Adopt(new (std::nothrow) ke::Standalone<ke::Event>(SynchronizationEvent, true));
    if (!file->lock_) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
  }
  if (file->node_->NodeKind() != Node::Kind::kDevice) {
    TRY(file->node_->Sharing().Add(file->granted_, share));
    file->sharing_ = true;
  }
  return file;
}

void FileObject::Cleanup() {
  if (sharing_) {
    sharing_ = false;
    node_->Sharing().Remove(granted_, share_);
  }
}

void FileObject::HandleClosed(ob::HandleTable &, ACCESS_MASK, bool last) {
  if (last) {
    if (node_->Driven()) {
      node_->LastHandleClosed();
    } else {
      CancelPending(nullptr, nullptr, 0);
    }
    Cleanup();
  }
}

ke::Wait FileObject::Lock(ke::Waiter &waiter) {
  return ke::WaitOne(Ref<ke::Waitable>(lock_.Get()), waiter, Alertable(), ke::kNever);
}

bool FileObject::CancelPending(const ob::HandleTable *handles, const ke::Caller *caller, ke::UserAddress status_block) {
  bool found = false;
  for (PendingIo &request : pending_) {
    if ((handles != nullptr && request.handles != handles) || (caller != nullptr && request.caller != caller) ||
        (status_block != 0 && request.status_block != status_block)) {
      continue;
    }
    if (request.waiter != nullptr) {
      found |= request.waiter->Cancel(STATUS_CANCELLED);
    } else {
      request.call->Cancel();
      found = true;
    }
  }
  return found;
}

std::u16string_view FileObject::NameOnVolume() const {
  const std::u16string_view path = node_->Path();
  const std::u16string_view device = device_->DevicePath();
  return path.starts_with(device) ? path.substr(device.size()) : path;
}

Result<ob::Name> FileObject::FullName() const { return ob::Name::Create(node_->Path()); }

Result<Ref<mm::FileBacking>> BackingOf(ke::Caller &caller, HANDLE handle, ACCESS_MASK access) {
  const Ref<FileObject> file = TRY(caller.Handles().Reference<FileObject>(handle, access));
  if (file->OwnNode().NodeKind() != Node::Kind::kFile) {
    return Fail(STATUS_INVALID_FILE_FOR_SECTION);
  }
  return Ref<mm::FileBacking>(file->NodeRef());
}

}  // namespace io
