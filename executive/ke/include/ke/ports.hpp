#pragma once
// I/O ports the Executive itself uses.

#include <cap/cap.hpp>
#include <rtl/result.hpp>

#include <cstdint>

namespace ke {

class Ports {
 public:
  constexpr Ports() = default;
  // Claims ports [first, last]. STATUS_CONFLICTING_ADDRESSES when somebody has one of them.
  static Result<Ports> Claim(std::uint16_t first, std::uint16_t last);

  std::uint8_t In8(std::uint16_t port) const;
  std::uint16_t In16(std::uint16_t port) const;
  std::uint32_t In32(std::uint16_t port) const;
  void Out8(std::uint16_t port, std::uint8_t value) const;
  void Out16(std::uint16_t port, std::uint16_t value) const;
  void Out32(std::uint16_t port, std::uint32_t value) const;
  explicit operator bool() const { return static_cast<bool>(ports_); }

 private:
  cap::Cap<cap::IoPort> ports_;
};

}  // namespace ke
