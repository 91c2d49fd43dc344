#include <ke/boot_console.hpp>

#include <ke/clock.hpp>

#include "screen.hpp"
#include "serial.hpp"

#include <algorithm>
#include <new>

namespace ke {
namespace {

// Drawing a screen that scrolls costs more than all the rest of a line: what comes within so long is drawn at once.
constexpr InterruptTime kFrameTime = 100'000;

class MachineConsole final : public Console {
 public:
  void Initialise();
  bool HasSerial() const { return serial_.There(); }
  void Pace(TimerQueue &timers) { timers_ = &timers; }
  Result<void> Listen(cap::Cap<cap::Notification> notification);
  void Interrupt();

  void Write(std::string_view bytes) override;
  std::size_t TryRead(std::span<char> to) override;
  void Insert(std::string_view bytes) override;
  Waitable &InputReady() override { return *ready_; }
  void Flush() override;

 private:
  class Frame final : public TimerEntry {
   public:
    explicit Frame(MachineConsole &console) : console_(console) {}

   private:
    void Expired(InterruptTime) override { console_.Flush(); }
    MachineConsole &console_;
  };
  static constexpr std::size_t kInput = 1024;

  void Show(std::string_view bytes);

  Serial serial_;
  Screen screen_;
  TimerQueue *timers_ = nullptr;
  Frame frame_{*this};
  InterruptTime shown_ = 0;
  Ref<Standalone<Event>> ready_;
  // Typed bytes that nobody has read; what comes when it is full is lost, as on any terminal.
  char input_[kInput] = {};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

alignas(MachineConsole) constinit std::byte storage[sizeof(MachineConsole)] = {};
constinit MachineConsole *console = nullptr;

void MachineConsole::Initialise() {
  (void)serial_.Initialise();  // A machine without a serial line still has its screen.
  screen_.Open();
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
  screen_.Write(bytes);
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
  if (timers_ == nullptr || clock::InterruptTime() - shown_ >= kFrameTime) {
    Flush();
  } else if (!frame_.Queued()) {
    timers_->Insert(frame_, shown_ + kFrameTime);
  }
}

void MachineConsole::Flush() {
  screen_.Show();
  if (timers_ != nullptr) {
    shown_ = clock::InterruptTime();
  }
}

void MachineConsole::Interrupt() {
  // The line is edge-triggered: what arrives after it is acknowledged rings again, what arrived before is read now. The
  // other way round a byte in between would ring while the pin is masked, and be forgotten.
  serial_.Acknowledge();
  char bytes[16];
  while (std::size_t count = serial_.Read(bytes)) {
    Insert({bytes, count});
  }
}

void MachineConsole::Insert(std::string_view bytes) {
  for (char byte : bytes) {
    if (count_ == kInput) {
      break;
    }
    input_[(first_ + count_) % kInput] = byte;
    count_ += 1;
  }
  if (count_ != 0 && ready_) {
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
bool FindConsolePorts(ConsolePorts &ports) {
  ports = {Serial::kFirstPort, Serial::kLastPort};
  return console->HasSerial();
}
Result<void> ListenToConsole(cap::Cap<cap::Notification> notification) { return console->Listen(notification); }
void PaceConsole(TimerQueue &timers) { console->Pace(timers); }
void ConsoleInterrupt() { console->Interrupt(); }

}  // namespace ke
