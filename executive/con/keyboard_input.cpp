#include <con/keyboard_input.hpp>

#include "layout.hpp"

#include <keymap/keyboard.hpp>

#include <wdm/irp_codes.h>
#include <coro/detached.hpp>
#include <io/driver_request.hpp>
#include <ke/console.hpp>
#include <ke/log.hpp>
#include <ob/namespace.hpp>
#include <pnp/interface_observer.hpp>
#include <ps/system_images.hpp>
#include <wdm/driver_device.hpp>

#include <array>
#include <cstring>

namespace con {
namespace {

// GUID_DEVINTERFACE_KEYBOARD (WDK, ntddkbd.h).
constexpr GUID kKeyboardInterface = {0x884b96c3, 0x56ef, 0x11d1, {0xbc, 0x8c, 0x00, 0xa0, 0xc9, 0x14, 0x05, 0xdd}};
// IOCTL_KEYBOARD_SET_INDICATORS.
constexpr ULONG kSetIndicators = FILE_DEVICE_KEYBOARD << 16 | 0x0002 << 2 | METHOD_BUFFERED;

// KEYBOARD_INPUT_DATA and KEYBOARD_INDICATOR_PARAMETERS (WDK, ntddkbd.h).
struct InputData {
  std::uint16_t unit;
  std::uint16_t make_code;
  std::uint16_t flags;
  std::uint16_t reserved;
  std::uint32_t extra;
};
static_assert(sizeof(InputData) == 12);
struct IndicatorParameters {
  std::uint16_t unit;
  std::uint16_t lamps;
};

coro::Task<Result<io::Outcome>> Send(io::Node &node, io::DriverRequest what, ke::Waiter &waiter) {
  Ref<io::DriverCall> call = CO_TRY(node.Begin(what));
  const io::Outcome outcome = CO_TRY(co_await io::WaitForDriver(call, waiter, false));
  if (NT_ERROR(outcome.status)) {
    co_return Fail(outcome.status);
  }
  co_return outcome;
}

coro::Task<Result<void>> Light(io::Node &node, std::uint16_t lamps, ke::Waiter &waiter) {
  IndicatorParameters parameters{0, lamps};
  io::KernelBuffer buffer(std::as_writable_bytes(std::span(&parameters, 1)));
  io::DriverRequest what;
  what.major = IRP_MJ_DEVICE_CONTROL;
  what.parameters = {0, sizeof(parameters), kSetIndicators, 0};
  what.method = io::Method::kBuffered;
  what.input = buffer.Pointer();
  what.input_length = sizeof(parameters);
  CO_TRY(co_await Send(node, what, waiter));
  co_return Result<void>();
}

// Reads until the keyboard is gone.
coro::Task<Result<void>> ReadKeys(io::Node &node, ke::Waiter &waiter) {
  keymap::Keyboard keyboard(*CO_TRY(CurrentLayout()));
  for (;;) {
    std::array<InputData, 16> keys;
    io::KernelBuffer buffer(std::as_writable_bytes(std::span(keys)));
    io::DriverRequest what;
    what.major = IRP_MJ_READ;
    what.parameters = {sizeof(keys), 0, 0, 0};
    what.method = io::Method::kBuffered;
    what.output = buffer.Pointer();
    what.output_length = sizeof(keys);
    const io::Outcome outcome = CO_TRY(co_await Send(node, what, waiter));
    const std::size_t count = std::min<std::size_t>(outcome.information, sizeof(keys)) / sizeof(InputData);
    bool lamps_changed = false;
    for (std::size_t i = 0; i < count; i += 1) {
      const keymap::Output output = keyboard.Put(keys[i].make_code, keys[i].flags);
      ke::BootConsole().Insert(output.Text());
      lamps_changed = lamps_changed || output.indicators_changed;
    }
    if (lamps_changed) {
      (void)co_await Light(node, keyboard.Indicators(), waiter);  // lamps that stay dark hinder nobody
    }
  }
}

coro::Detached Follow(ob::Name link) {
  ke::Waiter waiter(ps::SystemDispatcher());
  Result<ob::Found> found = ob::CurrentNamespace().Lookup({.name = link.View(), .attributes = OBJ_CASE_INSENSITIVE});
  if (!found || !ob::Is<io::Device>(*found->object)) {
    co_return;
  }
  Ref<io::Device> device = found->object.As<io::Device>();
  io::OpenRequest request;
  request.access = FILE_READ_DATA | FILE_WRITE_DATA;
  Result<io::Opened> opened = co_await device->OpenDriven(request, {}, waiter);
  if (!opened) {
    ke::Line line;
    line << "console: a keyboard does not open: ";
    ke::Log(line.Status(opened.error().Code()));
    co_return;
  }
  Ref<io::Node> node = opened->node;
  const Result<void> end = co_await ReadKeys(*node, waiter);
  node->LastHandleClosed();
  if (!end && end.error().Code() == STATUS_OBJECT_NAME_NOT_FOUND) {
    ke::Log("console: the hive names no keyboard layout");
  }
}

void Observe(const GUID &interface_class, std::u16string_view link, bool arrival) {
  if (!arrival || std::memcmp(&interface_class, &kKeyboardInterface, sizeof(GUID)) != 0) {
    return;
  }
  if (Result<ob::Name> name = ob::Name::Create(link)) {
    (void)Follow(std::move(*name)).started;  // without memory: one keyboard less
  }
}

}  // namespace

void FollowKeyboards() { pnp::UseInterfaceObserver(&Observe); }

}  // namespace con
