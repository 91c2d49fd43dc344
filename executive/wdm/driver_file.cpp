// Files on drivers' devices: opening, requests, closing.

#include <wdm/driver_device.hpp>

#include <wdm/irp_codes.h>
#include "begin.hpp"

#include <new>

namespace wdm {
namespace {

constinit std::uint64_t last_file = 0;

// IRP_MJ_CLEANUP and IRP_MJ_CLOSE, which nobody waits for.
void Send(DriverDevice &device, std::uint8_t major, std::uint64_t cookie, const Ref<RefCounted> &file) {
  io::DriverRequest what;
  what.major = major;
  (void)BeginOn(device, what, file, cookie);  // a dead host has closed everything
}

// An open that nobody waited for: what the driver opened is closed again.
class CloseAgain final : public io::DriverCall::Continuation {
 public:
  CloseAgain(Ref<DriverFile> file, Ref<HostCall> call) : file_(std::move(file)), call_(std::move(call)) {}
  void Run(const io::Outcome &outcome) override {
    if (NT_SUCCESS(outcome.status)) {
      file_->Opened(call_->AnswerFile());
      file_->LastHandleClosed();
    }
    call_ = nullptr;
  }

 private:
  Ref<DriverFile> file_;
  Ref<HostCall> call_;
};

}  // namespace

Result<Ref<DriverFile>> DriverFile::Create(const Ref<DriverDevice> &named, const Ref<DriverDevice> &top,
                                           std::u16string_view path) {
  auto file = Adopt(new (std::nothrow) DriverFile(named, top));
  if (!file) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  file->id_ = ++last_file;
  file->path_ = TRY(ob::Name::Create(path));
  return file;
}

void DriverFile::Opened(std::uint64_t cookie) {
  cookie_ = cookie;
  open_ = true;
  named_->open_files += 1;
}

Result<Ref<io::DriverCall>> DriverFile::Begin(const io::DriverRequest &what) {
  return BeginOn(*top_, what, Ref<RefCounted>(static_cast<mm::FileBacking *>(this)), cookie_);
}

void DriverFile::LastHandleClosed() {
  if (open_ && !cleaned_) {
    cleaned_ = true;
    Send(*top_, IRP_MJ_CLEANUP, cookie_, Ref<RefCounted>(static_cast<mm::FileBacking *>(this)));
  }
}

DriverFile::~DriverFile() {
  if (!open_) {
    return;
  }
  named_->open_files -= 1;
  if (!cleaned_) {
    Send(*top_, IRP_MJ_CLEANUP, cookie_, nullptr);
  }
  Send(*top_, IRP_MJ_CLOSE, cookie_, nullptr);
  if (top_->Host() && !top_->Host()->Dead()) {
    host::Request detach{};
    detach.command = host::Command::kDetachFile;
    detach.file = cookie_;
    detach.buffer = detach.pages = host::kNoBuffer;
    top_->Host()->Post(detach);
  }
}

coro::Task<Result<io::Opened>> DriverDevice::OpenDriven(io::OpenRequest request, io::Requestor requestor,
                                                        ke::Waiter &waiter) {
  Ref<DriverDevice> named(this);
  Ref<DriverDevice> top(&Top());
  if (removed_ || (flags_ & DO_DEVICE_INITIALIZING) != 0 || !top->Host() || top->Host()->Dead()) {
    co_return Fail(STATUS_NO_SUCH_DEVICE);
  }
  if (exclusive_ && open_files != 0 && request.relative == nullptr) {
    co_return Fail(STATUS_ACCESS_DENIED);
  }
  // A name below an open file is that file's name and what follows.
  ob::Name joined;
  std::u16string_view path = request.path;
  if (request.relative != nullptr) {
    std::u16string_view base = request.relative->Path();
    base = base.starts_with(DevicePath()) ? base.substr(DevicePath().size()) : base;
    const ob::Name folder = CO_TRY(ob::Name::Join(base, u"\\"));
    joined = CO_TRY(ob::Name::Join(folder.View(), request.path));
    path = joined.View();
  }
  const ob::Name full = CO_TRY(ob::Name::Join(DevicePath(), path));
  Ref<DriverFile> file = CO_TRY(DriverFile::Create(named, top, full.View()));

  const ACCESS_MASK granted = (request.access & MAXIMUM_ALLOWED) != 0 ? FILE_ALL_ACCESS : request.access;
  io::DriverRequest what;
  what.major = IRP_MJ_CREATE;
  // Parameters.Create: the access, Options, FileAttributes and ShareAccess, EaLength.
  what.parameters = {granted, request.disposition << 24 | (request.options & 0xff'ffff),
                     (request.attributes & 0xffff) | (request.share & 0xffff) << 16, 0};
  what.process = requestor.process;
  what.thread = requestor.thread;
  what.method = io::Method::kBuffered;
  std::span<char16_t> name(const_cast<char16_t *>(path.data()), path.size());
  io::KernelBuffer buffer(std::as_writable_bytes(name));
  what.input = buffer.Pointer();
  what.input_length = static_cast<ULONG>(path.size() * sizeof(char16_t));
  Ref<HostCall> call =
      CO_TRY(top->Prepare(what, Ref<RefCounted>(static_cast<mm::FileBacking *>(file.Get())), file->Id()));
  call->request.requestor_mode = requestor.process != 0 ? 1 : 0;
  CO_TRY(call->Post());
  const Result<io::Outcome> outcome = co_await io::WaitForDriver(Ref<io::DriverCall>(call), waiter, false);
  if (!outcome) {
    std::unique_ptr<CloseAgain> again(new (std::nothrow) CloseAgain(file, call));
    if (again) {
      call->Then(std::move(again));
    }
    co_return std::unexpected(outcome.error());
  }
  if (!NT_SUCCESS(outcome->status)) {
    co_return Fail(NT_ERROR(outcome->status) ? outcome->status : STATUS_UNSUCCESSFUL);
  }
  file->Opened(call->AnswerFile());
  io::Opened opened;
  opened.node = Ref<io::Node>(file.Get());
  opened.granted = granted;
  opened.information = static_cast<ULONG>(outcome->information);
  co_return opened;
}

}  // namespace wdm
