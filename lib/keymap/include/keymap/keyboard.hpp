// From keys made and broken to what a terminal sends.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "keymap/layout.hpp"

namespace keymap {

/// KEYBOARD_INPUT_DATA.Flags and the make code of a lost key (ntddkbd.h), repeated: this library sees no driver header.
inline constexpr uint16_t kBreak = 1;
inline constexpr uint16_t kE0 = 2;
inline constexpr uint16_t kE1 = 4;
inline constexpr uint16_t kOverrun = 0xFF;

/// KEYBOARD_INDICATOR_PARAMETERS.LedFlags.
inline constexpr uint16_t kScrollLockOn = 1;
inline constexpr uint16_t kNumLockOn = 2;
inline constexpr uint16_t kCapsLockOn = 4;

/// What one key event gave.
struct Output {
  enum class Action : uint8_t { None, SecureAttention };  // Ctrl+Alt+Del: not for programs

  std::array<char, 16> bytes{};
  uint8_t size = 0;
  Action action = Action::None;
  bool indicators_changed = false;  // tell the keyboard: Keyboard::Indicators()

  std::string_view Text() const { return {bytes.data(), size}; }
};

/// One keyboard's state: held keys, locks, a waiting accent. Characters come as UTF-8; other keys as the sequences of
/// xterm (ESC [ A = up; with modifiers ESC [ 1 ; m A), Ctrl+letter as the control character, Alt+character after ESC.
/// Caps Lock and Num Lock work as on Windows; Ctrl+Alt counts as AltGr when the layout has it.
class Keyboard {
 public:
  explicit Keyboard(const Layout &layout) : layout_(layout) {}

  /// Another layout from now on; what is held stays held.
  void Use(const Layout &layout) { layout_ = layout, accent_ = 0; }

  /// One entry of KEYBOARD_INPUT_DATA.
  Output Put(uint16_t make_code, uint16_t flags);

  /// The lamps as they should be.
  uint16_t Indicators() const { return locks_; }
  void SetIndicators(uint16_t locks) { locks_ = locks & (kScrollLockOn | kNumLockOn | kCapsLockOn); }

 private:
  enum Held : uint16_t {
    kLeftShift = 1,
    kRightShift = 2,
    kLeftControl = 4,
    kRightControl = 8,
    kLeftAlt = 16,
    kRightAlt = 32,
    kCapsLockKey = 64,
    kNumLockKey = 128,
    kScrollLockKey = 256,
  };

  bool Modifier(uint8_t code, bool extended, bool release, Output *output);
  bool Lock(uint16_t key, uint16_t lock, bool release, Output *output);
  bool Special(uint8_t code, bool extended, Output *output);
  bool Keypad(uint8_t code, bool extended, Output *output);
  void Character(uint8_t code, bool extended, Output *output);
  void Emit(char16_t character, bool escape, Output *output);
  void EmitControl(char16_t character, Output *output);
  bool Shift() const { return (held_ & (kLeftShift | kRightShift)) != 0; }
  bool Control() const { return (held_ & (kLeftControl | kRightControl)) != 0; }
  bool Alt() const { return (held_ & (kLeftAlt | kRightAlt)) != 0; }
  bool AltGr() const;
  /// 1 + Shift + 2 Alt + 4 Control, as xterm counts.
  unsigned ModifierNumber() const { return 1u + (Shift() ? 1 : 0) + (Alt() ? 2 : 0) + (Control() ? 4 : 0); }

  Layout layout_;
  uint16_t held_ = 0;
  uint16_t locks_ = 0;
  char16_t accent_ = 0;
  bool pause_ = false;  // the second half of E1 1D 45 is still to come
};

}  // namespace keymap
