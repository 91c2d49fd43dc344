#pragma once
// Interrupts that the Executive handles itself arrive as bits of the notification bound to its thread.

#include <cap/cap.hpp>
#include <rtl/result.hpp>

#include <cstdint>

namespace ke {

inline constexpr std::uint64_t kSerialInterrupt = 1u << 0;
inline constexpr std::uint64_t kTimerInterrupt = 1u << 1;
inline constexpr std::uint64_t kWatchdogPing = 1u << 2;  // from the root watchdog: is somebody there?

class Interrupt {
 public:
  constexpr Interrupt() = default;
  // Routes an edge-triggered, active-high pin of the first IOAPIC to `notification` with `badge`.
  // STATUS_INSUFFICIENT_RESOURCES.
  static Result<Interrupt> Connect(unsigned pin, cap::Cap<cap::Notification> notification, std::uint64_t badge);
  void Acknowledge() const;

 private:
  cap::Cap<cap::IrqHandler> handler_;
};

}  // namespace ke
