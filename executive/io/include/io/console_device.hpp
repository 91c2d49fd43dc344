#pragma once
// \Device\Console: the boot console as a byte stream (docs/architecture.md section 5).

#include <io/device.hpp>
#include <ke/console.hpp>

namespace io {

class ConsoleDevice final : public Device {
 public:
  static constexpr std::u16string_view kPath = u"\\Device\\Console";

  // `console` lives for ever. STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<ConsoleDevice>> Create(ke::Console &console);
  Result<Opened> Open(const OpenRequest &request) override;

 private:
  class Stream;
  explicit ConsoleDevice(Ref<Node> stream);
  ~ConsoleDevice() override = default;
  Ref<Node> stream_;
};

}  // namespace io
