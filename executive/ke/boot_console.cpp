#include <ke/boot_console.hpp>

#include <ke/boot_info.hpp>
#include "device_memory.hpp"
#include "serial.hpp"
#include "text_screen.hpp"

#include <algorithm>
#include <new>

namespace ke {
namespace {

constexpr std::uint64_t kTextMemory = 0xb'8000;
constexpr std::uint16_t kCrtIndex = 0x3d4;
constexpr std::uint16_t kCrtData = 0x3d5;

class MachineConsole final : public Console {
 public:
  void Initialise();
  Result<void> Listen(cap::Cap<cap::Notification> notification);
  void Interrupt();

  void Write(std::string_view bytes) override;
  std::size_t TryRead(std::span<char> to) override;
  Waitable &InputReady() override { return *ready_; }

 private:
  static constexpr std::size_t kInput = 1024;

  void OpenScreen();
  void Show(std::string_view bytes);

  Serial serial_;
  TextScreen screen_;
  bool has_screen_ = false;
  Ports crt_;
  Ref<Standalone<Event>> ready_;
  // Typed bytes that nobody has read; what comes when it is full is lost, as on any terminal.
  char input_[kInput] = {};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

alignas(MachineConsole) constinit std::byte storage[sizeof(MachineConsole)] = {};
constinit MachineConsole *console = nullptr;

void MachineConsole::OpenScreen() {
  // Text mode unless the boot loader set a graphics mode: then the screen is not ours to draw on.
  if (FindBootChunk(SEL4_BOOTINFO_HEADER_X86_FRAMEBUFFER) != nullptr) {
    return;
  }
  Result<volatile std::byte *> memory = MapDevicePage(kTextMemory, seL4_X86_WriteCombining);
  if (!memory) {
    return;
  }
  screen_ = TextScreen(reinterpret_cast<volatile std::uint16_t *>(*memory));
  screen_.Clear();
  has_screen_ = true;
  if (Result<Ports> crt = Ports::Claim(kCrtIndex, kCrtData)) {
    crt_ = *crt;
  }
}

void MachineConsole::Initialise() {
  (void)serial_.Initialise();  // A machine without a serial line still has its screen.
  OpenScreen();
}

Result<void> MachineConsole::Listen(cap::Cap<cap::Notification> notification) {
  ready_ = Adopt(new (std::nothrow) Standalone<Event>(NotificationEvent, false));
  if (!ready_) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  serial_.EnableInterrupt(TRY(Interrupt::Connect(Serial::kPin, notification, kSerialInterrupt)));
  return {};
}

void MachineConsole::Show(std::string_view bytes) {
  serial_.Write(bytes);
  if (has_screen_) {
    screen_.Write(bytes);
  }
}

void MachineConsole::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t line = bytes.find('\n');
    if (line == std::string_view::npos) {
      Show(bytes);
      break;
    }
    Show(bytes.substr(0, line));
    Show("\r\n");
    bytes.remove_prefix(line + 1);
  }
  if (has_screen_) {
    unsigned cursor = screen_.Row() * TextScreen::kColumns + screen_.Column();
    crt_.Out16(kCrtIndex, static_cast<std::uint16_t>(cursor >> 8 << 8 | 0x0e));
    crt_.Out16(kCrtIndex, static_cast<std::uint16_t>((cursor & 0xff) << 8 | 0x0f));
  }
}

void MachineConsole::Interrupt() {
  // The line is edge-triggered: what arrives after it is acknowledged rings again, what arrived before is read now. The
  // other way round a byte in between would ring while the pin is masked, and be forgotten.
  serial_.Acknowledge();
  char bytes[16];
  while (std::size_t count = serial_.Read(bytes)) {
    for (std::size_t i = 0; i < count && count_ < kInput; i += 1) {
      input_[(first_ + count_) % kInput] = bytes[i];
      count_ += 1;
    }
  }
  if (count_ != 0) {
    ready_->Set();
  }
}

std::size_t MachineConsole::TryRead(std::span<char> to) {
  std::size_t taken = std::min(to.size(), count_);
  for (std::size_t i = 0; i < taken; i += 1) {
    to[i] = input_[(first_ + i) % kInput];
  }
  first_ = (first_ + taken) % kInput;
  count_ -= taken;
  if (count_ == 0 && ready_) {
    ready_->Reset();
  }
  return taken;
}

}  // namespace

Console &BootConsole() { return *console; }

void InitialiseConsole() {
  console = new (storage) MachineConsole;
  console->Initialise();
}
Result<void> ListenToConsole(cap::Cap<cap::Notification> notification) { return console->Listen(notification); }
void ConsoleInterrupt() { console->Interrupt(); }

}  // namespace ke
