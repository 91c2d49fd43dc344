#pragma once
// The console: 16550 in and out, the screen (VGA text or framebuffer) out. A byte stream of UTF-8 and VT sequences
// (docs/architecture.md section 5).

#include <ke/dispatcher.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace ke {

class Console {
 public:
  // Writes bytes to the serial line and the screen; LF becomes CR LF. The screen may follow a moment later.
  virtual void Write(std::string_view bytes) = 0;
  // Makes the screen show all that was written.
  virtual void Flush() {}
  // Takes what was typed, without waiting: the number of bytes put into `to`, possibly 0.
  virtual std::size_t TryRead(std::span<char> to) = 0;
  // Adds bytes to what was typed: from a keyboard.
  virtual void Insert(std::string_view) {}
  // Signalled while there is something to read.
  virtual Waitable &InputReady() = 0;

 protected:
  ~Console() = default;
};

// The console of this system.
Console &BootConsole();

}  // namespace ke
