// Bytes from the keyboard and the mouse made into events. Plain state machines: the unit tests run them on the host.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace i8042 {

/// One key made or broken, in scan code set 1; flags are those of KEYBOARD_INPUT_DATA (ntddkbd.h).
struct KeyEvent {
  uint16_t make_code;
  uint16_t flags;
};

inline constexpr uint16_t kKeyBreak = 1;
inline constexpr uint16_t kKeyE0 = 2;
inline constexpr uint16_t kKeyE1 = 4;
inline constexpr uint16_t kOverrunCode = 0xFF;

/// What an 8042 makes of a set 2 code when translation is on; codes from 0x80 on are unchanged but for two.
/// Source: IBM PS/2 Hardware Interface Technical Reference, keyboard and auxiliary device controller.
inline constexpr std::array<uint8_t, 128> kSet2ToSet1 = {
    0xFF, 0x43, 0x41, 0x3F, 0x3D, 0x3B, 0x3C, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3E, 0x0F, 0x29, 0x59,  //
    0x65, 0x38, 0x2A, 0x70, 0x1D, 0x10, 0x02, 0x5A, 0x66, 0x71, 0x2C, 0x1F, 0x1E, 0x11, 0x03, 0x5B,  //
    0x67, 0x2E, 0x2D, 0x20, 0x12, 0x05, 0x04, 0x5C, 0x68, 0x39, 0x2F, 0x21, 0x14, 0x13, 0x06, 0x5D,  //
    0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5E, 0x6A, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5F,  //
    0x6B, 0x33, 0x25, 0x17, 0x18, 0x0B, 0x0A, 0x60, 0x6C, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0C, 0x61,  //
    0x6D, 0x73, 0x28, 0x74, 0x1A, 0x0D, 0x62, 0x6E, 0x3A, 0x36, 0x1C, 0x1B, 0x75, 0x2B, 0x63, 0x76,  //
    0x55, 0x56, 0x77, 0x78, 0x79, 0x7A, 0x0E, 0x7B, 0x7C, 0x4F, 0x7D, 0x4B, 0x47, 0x7E, 0x7F, 0x6F,  //
    0x52, 0x53, 0x50, 0x4C, 0x4D, 0x48, 0x01, 0x45, 0x57, 0x4E, 0x51, 0x4A, 0x37, 0x49, 0x46, 0x54,
};

/// Follows the prefixes E0, E1 and, when the controller does not translate, F0.
class ScanCodeParser {
 public:
  enum class Prefix : uint8_t { None, E0, E1 };

  /// set2: the controller passes the keyboard's own set 2 on.
  void Reset(bool set2) { *this = {}, set2_ = set2; }
  Prefix Pending() const { return prefix_; }
  void SetPending(Prefix prefix) { prefix_ = prefix; }

  /// The event that this byte completes, if any.
  std::optional<KeyEvent> Put(uint8_t byte) {
    if (byte == 0xE0 || byte == 0xE1) {
      prefix_ = byte == 0xE0 ? Prefix::E0 : Prefix::E1;
      return std::nullopt;
    }
    if (set2_ && byte == 0xF0) {
      release_ = true;
      return std::nullopt;
    }
    uint8_t code = byte;
    bool release = release_;
    if (byte == (set2_ ? 0x00 : 0xFF)) {
      Clear();
      return KeyEvent{kOverrunCode, 0};
    }
    if (set2_) {
      code = Translate(byte);
    } else {
      release = (byte & 0x80) != 0;
      code = byte & 0x7F;
    }
    uint16_t flags = release ? kKeyBreak : uint16_t{0};
    if (prefix_ == Prefix::E0) {
      flags |= kKeyE0;
    } else if (prefix_ == Prefix::E1) {
      flags |= kKeyE1;
    }
    Clear();
    return KeyEvent{code, flags};
  }

 private:
  static uint8_t Translate(uint8_t code) {
    if (code < kSet2ToSet1.size()) {
      return kSet2ToSet1[code];
    }
    return code == 0x83 ? uint8_t{0x41} : code == 0x84 ? uint8_t{0x54} : uint8_t(code & 0x7F);
  }
  void Clear() { prefix_ = Prefix::None, release_ = false; }

  Prefix prefix_ = Prefix::None;
  bool release_ = false;
  bool set2_ = false;
};

/// One report of the mouse. Buttons: bit 0 left, 1 right, 2 middle, 3 fourth, 4 fifth; y grows upwards, the wheel
/// towards the user.
struct MouseReport {
  uint8_t buttons;
  int16_t x;
  int16_t y;
  int8_t wheel;
};

/// Puts packets of three bytes (plain) or four (wheel: identity 3, five buttons: identity 4) together.
class MousePacketParser {
 public:
  void Reset(uint8_t identity) { *this = {}, identity_ = identity; }
  uint8_t Identity() const { return identity_; }
  /// Bytes of an unfinished packet; after a long silence they belong to nothing.
  unsigned Pending() const { return count_; }
  void Drop() { count_ = 0; }

  /// The report that this byte completes, if any. A first byte without the always-set bit is skipped: that is how
  /// a lost byte is got over.
  std::optional<MouseReport> Put(uint8_t byte) {
    if (count_ == 0 && (byte & 0x08) == 0) {
      return std::nullopt;
    }
    bytes_[count_++] = byte;
    if (count_ < (identity_ >= 3 ? 4u : 3u)) {
      return std::nullopt;
    }
    count_ = 0;
    return Decode();
  }

 private:
  MouseReport Decode() const {
    MouseReport report{};
    report.buttons = bytes_[0] & 7;
    // Nine bits each, the sign in the first byte; after an overflow the rest is noise.
    const bool overflow = (bytes_[0] & 0xC0) != 0;
    report.x = overflow ? int16_t{0} : int16_t(bytes_[1] - ((bytes_[0] & 0x10) != 0 ? 256 : 0));
    report.y = overflow ? int16_t{0} : int16_t(bytes_[2] - ((bytes_[0] & 0x20) != 0 ? 256 : 0));
    if (identity_ == 3) {
      report.wheel = static_cast<int8_t>(bytes_[3]);
    } else if (identity_ >= 4) {
      report.buttons |= uint8_t((bytes_[3] & 0x30) >> 1);
      report.wheel = static_cast<int8_t>((bytes_[3] & 0x0F) >= 8 ? (bytes_[3] & 0x0F) - 16 : bytes_[3] & 0x0F);
    }
    return report;
  }

  std::array<uint8_t, 4> bytes_{};
  uint8_t count_ = 0;
  uint8_t identity_ = 0;
};

}  // namespace i8042
