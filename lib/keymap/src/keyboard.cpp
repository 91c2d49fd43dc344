#include "keymap/keyboard.hpp"

namespace keymap {

namespace {

// Scan codes of set 1.
constexpr uint8_t kCodeEscape = 0x01;
constexpr uint8_t kCodeBackspace = 0x0E;
constexpr uint8_t kCodeTab = 0x0F;
constexpr uint8_t kCodeEnter = 0x1C;
constexpr uint8_t kCodeControl = 0x1D;
constexpr uint8_t kCodeLeftShift = 0x2A;
constexpr uint8_t kCodeSlash = 0x35;
constexpr uint8_t kCodeRightShift = 0x36;
constexpr uint8_t kCodeMultiply = 0x37;
constexpr uint8_t kCodeAlt = 0x38;
constexpr uint8_t kCodeCapsLock = 0x3A;
constexpr uint8_t kCodeNumLock = 0x45;
constexpr uint8_t kCodeScrollLock = 0x46;  // with E0: Ctrl+Pause
constexpr uint8_t kCodeKeypad7 = 0x47;
constexpr uint8_t kCodeMinus = 0x4A;
constexpr uint8_t kCodePlus = 0x4E;
constexpr uint8_t kCodeDelete = 0x53;

void Append(Output *output, char byte) {
  if (output->size < output->bytes.size()) {
    output->bytes[output->size++] = byte;
  }
}

void Append(Output *output, std::string_view text) {
  for (char byte : text) {
    Append(output, byte);
  }
}

void AppendUtf8(Output *output, char16_t character) {
  if (character < 0x80) {
    Append(output, static_cast<char>(character));
  } else if (character < 0x800) {
    Append(output, static_cast<char>(0xC0 | character >> 6));
    Append(output, static_cast<char>(0x80 | (character & 0x3F)));
  } else {
    Append(output, static_cast<char>(0xE0 | character >> 12));
    Append(output, static_cast<char>(0x80 | (character >> 6 & 0x3F)));
    Append(output, static_cast<char>(0x80 | (character & 0x3F)));
  }
}

void AppendNumber(Output *output, unsigned number) {
  if (number >= 10) {
    Append(output, static_cast<char>('0' + number / 10 % 10));
  }
  Append(output, static_cast<char>('0' + number % 10));
}

/// A key whose sequence ends in a letter (ESC [ A, with modifiers ESC [ 1 ; m A) or in a tilde (ESC [ n ; m ~).
struct Sequence {
  uint8_t number;  // 0: a letter
  char letter;
};

void AppendSequence(Output *output, Sequence sequence, unsigned modifier, bool function) {
  if (sequence.number != 0) {
    Append(output, "\x1b[");
    AppendNumber(output, sequence.number);
    if (modifier > 1) {
      Append(output, ';');
      AppendNumber(output, modifier);
    }
    Append(output, '~');
    return;
  }
  if (modifier > 1) {
    Append(output, "\x1b[1;");
    AppendNumber(output, modifier);
  } else {
    Append(output, function ? "\x1bO" : "\x1b[");
  }
  Append(output, sequence.letter);
}

/// Home, up, page up, -, left, 5, right, +, end, down, page down, insert, delete: the keypad without Num Lock, and the
/// same codes after E0 as keys of their own. Source: xterm control sequences, "PC-Style Function Keys".
constexpr Sequence kNavigation[] = {{0, 'H'}, {0, 'A'}, {5, 0},   {0, 0}, {0, 'D'}, {0, 'E'}, {0, 'C'},
                                    {0, 0},   {0, 'F'}, {0, 'B'}, {6, 0}, {2, 0},   {3, 0}};
constexpr char kKeypadDigits[] = "789-456+1230";

Sequence FunctionKey(uint8_t code) {
  constexpr Sequence kFunctions[] = {{0, 'P'}, {0, 'Q'}, {0, 'R'}, {0, 'S'}, {15, 0},
                                     {17, 0},  {18, 0},  {19, 0},  {20, 0},  {21, 0}};
  if (code >= 0x3B && code <= 0x44) {
    return kFunctions[code - 0x3B];
  }
  return code == 0x57 ? Sequence{23, 0} : code == 0x58 ? Sequence{24, 0} : Sequence{0, 0};
}

}  // namespace

bool Keyboard::AltGr() const {
  return layout_.HasAltGr() &&
         ((held_ & kRightAlt) != 0 || ((held_ & kLeftAlt) != 0 && (held_ & (kLeftControl | kRightControl)) != 0));
}

/// Changes a lock when its key goes down, not when it repeats.
bool Keyboard::Lock(uint16_t key, uint16_t lock, bool release, Output *output) {
  if (release) {
    held_ &= static_cast<uint16_t>(~key);
  } else if ((held_ & key) == 0) {
    held_ |= key;
    locks_ ^= lock;
    output->indicators_changed = true;
  }
  return true;
}

/// True: the key was a modifier or a lock.
bool Keyboard::Modifier(uint8_t code, bool extended, bool release, Output *output) {
  uint16_t key = 0;
  switch (code) {
    case kCodeLeftShift:
    case kCodeRightShift:
      // With E0 they are not keys: keyboards put them around the grey keys.
      key = extended ? 0 : code == kCodeLeftShift ? kLeftShift : kRightShift;
      break;
    case kCodeControl:
      key = extended ? kRightControl : kLeftControl;
      break;
    case kCodeAlt:
      key = extended ? kRightAlt : kLeftAlt;
      break;
    case kCodeCapsLock:
      return Lock(kCapsLockKey, kCapsLockOn, release, output);
    case kCodeNumLock:
      return Lock(kNumLockKey, kNumLockOn, release, output);
    case kCodeScrollLock:
      return !extended && Lock(kScrollLockKey, kScrollLockOn, release, output);
    default:
      return false;
  }
  held_ = static_cast<uint16_t>(release ? held_ & ~key : held_ | key);
  return true;
}

/// The keypad: digits with Num Lock (Shift turns it round), else the keys of the grey block.
bool Keyboard::Keypad(uint8_t code, bool extended, Output *output) {
  if (code < kCodeKeypad7 || code > kCodeDelete) {
    return false;
  }
  const Sequence sequence = kNavigation[code - kCodeKeypad7];
  const bool operation = code == kCodeMinus || code == kCodePlus;
  const bool number_lock = (locks_ & kNumLockOn) != 0;
  if (!extended && (operation || number_lock != Shift())) {
    if (code == kCodeDelete) {
      // The decimal sign is the layout's.
      const std::optional<KeyRecord> key = layout_.Find(code, false);
      Emit(key ? key->characters[0] : u'.', Alt(), output);
    } else {
      Emit(static_cast<char16_t>(kKeypadDigits[code - kCodeKeypad7]), Alt(), output);
    }
    return true;
  }
  if (operation) {
    return true;
  }
  unsigned modifier = ModifierNumber();
  if (!extended && Shift() && number_lock) {
    modifier -= 1;  // Shift was spent on Num Lock
  }
  AppendSequence(output, sequence, modifier, false);
  return true;
}

/// True: the key gives no character of the layout.
bool Keyboard::Special(uint8_t code, bool extended, Output *output) {
  switch (code) {
    case kCodeEscape:
      Append(output, '\x1b');
      return true;
    case kCodeBackspace:
      Append(output, Alt() ? "\x1b\x7f" : Control() ? "\b" : "\x7f");
      return true;
    case kCodeTab:
      Append(output, Shift() ? "\x1b[Z" : "\t");
      return true;
    case kCodeEnter:
      Append(output, Alt() ? "\x1b\r" : "\r");
      return true;
    case kCodeScrollLock:
      // Ctrl+Pause is the same wish as Ctrl+C.
      if (extended) {
        Append(output, '\x03');
      }
      return true;
    case kCodeSlash:
      if (extended) {
        Emit(u'/', Alt(), output);
      }
      return extended;
    case kCodeMultiply:
      // With E0: Print Screen.
      if (!extended) {
        Emit(u'*', Alt(), output);
      }
      return true;
    default:
      break;
  }
  const Sequence function = FunctionKey(code);
  if (!extended && (function.number != 0 || function.letter != 0)) {
    AppendSequence(output, function, ModifierNumber(), true);
    return true;
  }
  return Keypad(code, extended, output);
}

void Keyboard::Emit(char16_t character, bool escape, Output *output) {
  if (character == 0) {
    return;
  }
  if (accent_ != 0) {
    const char16_t accent = accent_;
    accent_ = 0;
    const char16_t composed = character == u' ' ? accent : layout_.Compose(accent, character);
    if (composed != 0) {
      AppendUtf8(output, composed);
      return;
    }
    // They do not go together: both, as on Windows.
    AppendUtf8(output, accent);
  }
  if (escape) {
    Append(output, '\x1b');
  }
  AppendUtf8(output, character);
}

/// Ctrl with @ A-Z [ \ ] ^ _ and ? gives the ASCII control characters; with anything else nothing.
void Keyboard::EmitControl(char16_t character, Output *output) {
  int control = -1;
  if ((character >= u'a' && character <= u'z') || (character >= u'@' && character <= u'_')) {
    control = character & 0x1F;
  } else if (character == u' ') {
    control = 0;
  } else if (character == u'?') {
    control = 0x7F;
  }
  if (control >= 0) {
    if (Alt()) {
      Append(output, '\x1b');
    }
    Append(output, static_cast<char>(control));
  }
}

void Keyboard::Character(uint8_t code, bool extended, Output *output) {
  const std::optional<KeyRecord> key = layout_.Find(code, extended);
  if (!key) {
    return;
  }
  const bool alt_gr = AltGr();
  bool shift = Shift();
  const uint8_t caps = alt_gr ? kCapsAltGr : kCapsShift;
  if ((locks_ & kCapsLockOn) != 0 && (key->flags & caps) != 0) {
    shift = !shift;
  }
  const unsigned level = (alt_gr ? 2u : 0u) + (shift ? 1u : 0u);
  const char16_t character = key->characters[level];
  if (Control() && !alt_gr) {
    EmitControl(character, output);
    return;
  }
  if ((key->dead >> level & 1) != 0) {
    if (accent_ != 0) {
      // Twice the same accent gives it once, two different ones both.
      AppendUtf8(output, accent_);
      const bool same = accent_ == character;
      accent_ = same ? u'\0' : character;
      return;
    }
    accent_ = character;
    return;
  }
  Emit(character, Alt() && !alt_gr, output);
}

Output Keyboard::Put(uint16_t make_code, uint16_t flags) {
  Output output;
  if (make_code >= 0x80) {
    // Keys were lost: whatever was held may be up by now. Locks keep what their lamps show.
    held_ = 0;
    accent_ = 0;
    pause_ = false;
    return output;
  }
  const auto code = static_cast<uint8_t>(make_code);
  const bool release = (flags & kBreak) != 0;
  const bool extended = (flags & kE0) != 0;
  if ((flags & kE1) != 0) {
    pause_ = true;
    return output;
  }
  if (pause_) {
    pause_ = false;
    if (code == kCodeNumLock) {
      return output;
    }
  }
  if (Modifier(code, extended, release, &output) || release) {
    return output;
  }
  if (code == kCodeDelete && Control() && Alt()) {
    output.action = Output::Action::SecureAttention;
    return output;
  }
  if (!Special(code, extended, &output)) {
    Character(code, extended, &output);
  }
  return output;
}

}  // namespace keymap
