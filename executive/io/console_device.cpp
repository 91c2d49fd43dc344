#include <io/console_device.hpp>

#include <algorithm>
#include <array>
#include <new>

namespace io {

// Reading takes what was typed, at least one byte; writing goes out at once.
class ConsoleDevice::Stream final : public Node {
 public:
  explicit Stream(ke::Console &console) : Node(Kind::kDevice), console_(console) {}

  std::u16string_view Path() const override { return kPath; }
  std::optional<Result<Outcome>> TryRead(const Transfer &transfer) override;
  coro::Task<Result<Outcome>> Read(Transfer transfer) override;
  Result<Outcome> Write(const Transfer &transfer) override;
  Result<Outcome> Flush() override { return Outcome{}; }

 private:
  ~Stream() override = default;
  ke::Console &console_;
};

std::optional<Result<Outcome>> ConsoleDevice::Stream::TryRead(const Transfer &transfer) {
  if (transfer.length == 0) {
    return Outcome{};
  }
  std::array<char, 256> typed;
  const std::size_t wanted = std::min<std::size_t>(typed.size(), transfer.length);
  // First, so that nothing that was typed is lost in a bad buffer.
  if (const auto probed = transfer.buffer.Probe(wanted, true); !probed) {
    return std::unexpected(probed.error());
  }
  const std::size_t count = console_.TryRead(std::span(typed).first(wanted));
  if (count == 0) {
    return std::nullopt;
  }
  if (const auto written = transfer.buffer.Write(typed.data(), count); !written) {
    return std::unexpected(written.error());
  }
  return Outcome{STATUS_SUCCESS, count};
}

coro::Task<Result<Outcome>> ConsoleDevice::Stream::Read(Transfer transfer) {
  for (;;) {
    if (auto done = TryRead(transfer)) {
      co_return std::move(*done);
    }
    const NTSTATUS status = co_await ke::WaitOne(Ref<ke::Waitable>(&console_.InputReady()), *transfer.waiter,
                                                 transfer.alertable, ke::kNever);
    if (status != STATUS_WAIT_0) {
      if (NT_SUCCESS(status)) {
        co_return Outcome{status, 0};  // STATUS_USER_APC, STATUS_ALERTED
      }
      co_return Fail(status);
    }
  }
}

Result<Outcome> ConsoleDevice::Stream::Write(const Transfer &transfer) {
  std::array<char, 256> piece;
  ULONG done = 0;
  TRY(transfer.buffer.Probe(transfer.length, false));
  while (done < transfer.length) {
    const std::size_t count = std::min<std::size_t>(piece.size(), transfer.length - done);
    TRY(transfer.buffer.Read(piece.data(), count, done));
    console_.Write({piece.data(), count});
    done += static_cast<ULONG>(count);
  }
  return Outcome{STATUS_SUCCESS, done};
}

ConsoleDevice::ConsoleDevice(Ref<Node> stream)
    : Device(kPath, FILE_DEVICE_CONSOLE, FILE_DEVICE_SECURE_OPEN), stream_(std::move(stream)) {}

Result<Ref<ConsoleDevice>> ConsoleDevice::Create(ke::Console &console) {
  Ref<Node> stream = Adopt(new (std::nothrow) Stream(console));
  if (!stream) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  auto device = Adopt(new (std::nothrow) ConsoleDevice(std::move(stream)));
  if (!device) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return device;
}

Result<Opened> ConsoleDevice::Open(const OpenRequest &request) {
  if (!request.path.empty()) {
    // A device without a file system has nothing behind its name; a file below a stream has no directory.
    return Fail(request.relative != nullptr ? STATUS_OBJECT_PATH_NOT_FOUND : STATUS_OBJECT_NAME_NOT_FOUND);
  }
  if ((request.options & FILE_DIRECTORY_FILE) != 0) {
    return Fail(STATUS_NOT_A_DIRECTORY);
  }
  Opened opened;
  opened.node = stream_;
  opened.granted = (request.access & MAXIMUM_ALLOWED) != 0 ? FILE_ALL_ACCESS : request.access;
  return opened;
}

}  // namespace io
