#pragma once
// The first serial port: a 16550 at 0x3f8 (PC16550D data sheet), 115200 8N1. Output is polled; the receive interrupt
// only says "look".

#include <ke/interrupts.hpp>
#include <ke/ports.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace ke {

class Serial {
 public:
  static constexpr unsigned kPin = 4;  // IRQ 4
  static constexpr std::uint16_t kFirstPort = 0x3f8;
  static constexpr std::uint16_t kLastPort = 0x3ff;

  // Claims and sets up the port. STATUS_NO_SUCH_DEVICE when no UART answers.
  Result<void> Initialise();
  bool There() const { return static_cast<bool>(ports_); }
  // Lets received bytes raise `interrupt`.
  void EnableInterrupt(Interrupt interrupt);

  void Write(std::string_view bytes);
  // Takes what has arrived: the number of bytes.
  std::size_t Read(std::span<char> to);
  void Acknowledge() const { interrupt_.Acknowledge(); }

 private:
  void WaitForRoom();

  Ports ports_;
  Interrupt interrupt_;
  unsigned room_ = 0;  // free places of the transmit FIFO that we know of
};

}  // namespace ke
