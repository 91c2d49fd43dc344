#include "keyboard_fixture.hpp"

namespace {

using keymap::kE0;

TEST(Keyboard, LettersFollowShiftAndCapsLock) {
  Typist us("us");
  EXPECT_EQ(us.Tap(0x1E), "a");
  EXPECT_EQ(us.Shift(0x1E), "A");
  us.Tap(0x3A);
  EXPECT_EQ(us.keyboard().Indicators(), keymap::kCapsLockOn);
  EXPECT_EQ(us.Tap(0x1E), "A");
  EXPECT_EQ(us.Shift(0x1E), "a");
  EXPECT_EQ(us.Tap(0x02), "1");  // Caps Lock is no Shift
  us.Tap(0x3A);
  EXPECT_EQ(us.Tap(0x1E), "a");
}

TEST(Keyboard, RightShiftAndBothShifts) {
  Typist us("us");
  us.Down(0x2A);
  us.Down(0x36);
  us.Up(0x2A);
  EXPECT_EQ(us.Tap(0x1E), "A");
  us.Up(0x36);
  EXPECT_EQ(us.Tap(0x1E), "a");
}

TEST(Keyboard, FakeShiftsAreNoShift) {
  Typist us("us");
  us.Down(0x2A, kE0);
  EXPECT_EQ(us.Tap(0x1E), "a");
  EXPECT_EQ(us.Tap(0x48, kE0), "\x1b[A");
}

TEST(Keyboard, ALockChangesOncePerPress) {
  Typist us("us");
  EXPECT_TRUE(us.keyboard().Put(0x3A, 0).indicators_changed);
  EXPECT_FALSE(us.keyboard().Put(0x3A, 0).indicators_changed);  // typematic repeat
  us.Up(0x3A);
  EXPECT_EQ(us.keyboard().Indicators(), keymap::kCapsLockOn);
  us.Tap(0x46);
  us.Tap(0x45);
  EXPECT_EQ(us.keyboard().Indicators(), 7);
  us.keyboard().SetIndicators(0xFFF8 | keymap::kNumLockOn);
  EXPECT_EQ(us.keyboard().Indicators(), keymap::kNumLockOn);
}

TEST(Keyboard, ControlCharacters) {
  Typist us("us");
  EXPECT_EQ(us.Control(0x2E), "\x03");  // c
  EXPECT_EQ(us.Control(0x1E), "\x01");
  EXPECT_EQ(us.Control(0x2C), "\x1a");
  EXPECT_EQ(us.Control(0x1A), "\x1b");  // [
  EXPECT_EQ(us.Control(0x2B), "\x1c");
  EXPECT_EQ(us.Control(0x39), std::string(1, '\0'));
  EXPECT_EQ(us.Control(0x02), "");       // there is no Ctrl+1
  EXPECT_EQ(us.Tap(0x46, kE0), "\x03");  // Ctrl+Pause
  us.Tap(0x3A);
  EXPECT_EQ(us.Control(0x2E), "\x03");  // Caps Lock changes nothing
}

TEST(Keyboard, RightControlWorksToo) {
  Typist us("us");
  EXPECT_EQ(us.With(0x1D, kE0, 0x2E), "\x03");
}

TEST(Keyboard, AltPutsEscapeInFront) {
  Typist us("us");
  EXPECT_EQ(us.Alt(0x21),
            "\x1b"
            "f");
  EXPECT_EQ(us.AltGr(0x21),
            "\x1b"
            "f");  // the right key is plain Alt here
  EXPECT_EQ(us.Alt(0x0E), "\x1b\x7f");
}

TEST(Keyboard, SequencesOfCursorKeys) {
  Typist us("us");
  const char *const expected[] = {"\x1b[H", "\x1b[A", "\x1b[5~", "",        "\x1b[D",  "",       "\x1b[C",
                                  "",       "\x1b[F", "\x1b[B",  "\x1b[6~", "\x1b[2~", "\x1b[3~"};
  for (uint16_t i = 0; i < 13; i++) {
    if (i != 5) {
      EXPECT_EQ(us.Tap(static_cast<uint16_t>(0x47 + i), kE0), expected[i]) << i;
    }
  }
  EXPECT_EQ(us.Control(0x4D, kE0), "\x1b[1;5C");
  EXPECT_EQ(us.Shift(0x47, kE0), "\x1b[1;2H");
  EXPECT_EQ(us.Alt(0x53, kE0), "\x1b[3;3~");
}

TEST(Keyboard, FunctionKeys) {
  Typist us("us");
  EXPECT_EQ(us.Tap(0x3B), "\x1bOP");
  EXPECT_EQ(us.Tap(0x3E), "\x1bOS");
  EXPECT_EQ(us.Tap(0x3F), "\x1b[15~");
  EXPECT_EQ(us.Tap(0x40), "\x1b[17~");
  EXPECT_EQ(us.Tap(0x44), "\x1b[21~");
  EXPECT_EQ(us.Tap(0x57), "\x1b[23~");
  EXPECT_EQ(us.Tap(0x58), "\x1b[24~");
  EXPECT_EQ(us.Shift(0x3B), "\x1b[1;2P");
  EXPECT_EQ(us.Control(0x3F), "\x1b[15;5~");
}

TEST(Keyboard, EditingKeys) {
  Typist us("us");
  EXPECT_EQ(us.Tap(0x1C), "\r");
  EXPECT_EQ(us.Tap(0x1C, kE0), "\r");
  EXPECT_EQ(us.Tap(0x0E), "\x7f");
  EXPECT_EQ(us.Control(0x0E), "\b");
  EXPECT_EQ(us.Tap(0x0F), "\t");
  EXPECT_EQ(us.Shift(0x0F), "\x1b[Z");
  EXPECT_EQ(us.Tap(0x01), "\x1b");
}

TEST(Keyboard, KeypadFollowsNumLock) {
  Typist us("us");
  EXPECT_EQ(us.Tap(0x48), "\x1b[A");
  EXPECT_EQ(us.Shift(0x48), "8");
  EXPECT_EQ(us.Tap(0x4A), "-");
  EXPECT_EQ(us.Tap(0x4E), "+");
  EXPECT_EQ(us.Tap(0x37), "*");
  EXPECT_EQ(us.Tap(0x37, kE0), "");  // Print Screen
  EXPECT_EQ(us.Tap(0x35, kE0), "/");
  us.Tap(0x45);
  std::string digits;
  for (int code : {0x52, 0x4F, 0x50, 0x51, 0x4B, 0x4C, 0x4D, 0x47, 0x48, 0x49, 0x53}) {
    digits += us.Tap(static_cast<uint16_t>(code));
  }
  EXPECT_EQ(digits, "0123456789.");
  EXPECT_EQ(us.Shift(0x48), "\x1b[A");
  Typist de("de");
  de.Tap(0x45);
  EXPECT_EQ(de.Tap(0x53), ",");
}

TEST(Keyboard, PauseIsNotNumLock) {
  Typist us("us");
  us.Down(0x1D, keymap::kE1);
  EXPECT_EQ(us.Down(0x45), "");
  us.Up(0x1D, keymap::kE1);
  us.Up(0x45);
  EXPECT_EQ(us.keyboard().Indicators(), 0);
  us.Tap(0x45);
  EXPECT_EQ(us.keyboard().Indicators(), keymap::kNumLockOn);
}

TEST(Keyboard, ControlAltDelete) {
  Typist us("us");
  us.Down(0x1D);
  us.Down(0x38);
  const keymap::Output output = us.keyboard().Put(0x53, kE0);
  EXPECT_EQ(output.action, keymap::Output::Action::SecureAttention);
  EXPECT_EQ(output.size, 0);
}

TEST(Keyboard, LostKeysReleaseWhatWasHeld) {
  Typist us("us");
  us.Tap(0x3A);
  us.Down(0x2A);
  us.Down(0x1D);
  us.keyboard().Put(keymap::kOverrun, 0);
  EXPECT_EQ(us.Tap(0x1E), "A");  // Caps Lock only
}

TEST(Layouts, GermanAltGrAndUmlauts) {
  Typist de("de");
  EXPECT_EQ(de.Tap(0x15), "z");
  EXPECT_EQ(de.Tap(0x2C), "y");
  EXPECT_EQ(de.Tap(0x1A), "ü");
  EXPECT_EQ(de.Shift(0x1A), "Ü");
  EXPECT_EQ(de.AltGr(0x10), "@");
  EXPECT_EQ(de.AltGr(0x12), "€");
  EXPECT_EQ(de.AltGr(0x0C), "\\");
  EXPECT_EQ(de.Tap(0x2B), "#");
  de.Down(0x1D);
  EXPECT_EQ(de.Alt(0x10), "@");  // Ctrl+Alt is AltGr
  de.Up(0x1D);
  EXPECT_EQ(de.Alt(0x10),
            "\x1b"
            "q");
  EXPECT_EQ(de.Control(0x2E), "\x03");
}

TEST(Layouts, DeadKeysCompose) {
  Typist de("de");
  EXPECT_EQ(de.Tap(0x29), "");
  EXPECT_EQ(de.Tap(0x12), "ê");
  EXPECT_EQ(de.Tap(0x0D), "");
  EXPECT_EQ(de.Shift(0x1E), "Á");
  de.Tap(0x29);
  EXPECT_EQ(de.Tap(0x39), "^");
  de.Tap(0x29);
  EXPECT_EQ(de.Tap(0x10), "^q");  // no such letter: both
  de.Tap(0x29);
  EXPECT_EQ(de.Tap(0x29), "^");
  EXPECT_EQ(de.Tap(0x12), "e");
  de.Tap(0x29);
  EXPECT_EQ(de.Tap(0x0D), "^");  // another accent waits now
  EXPECT_EQ(de.Tap(0x12), "é");
}

TEST(Layouts, British) {
  Typist uk("uk");
  EXPECT_EQ(uk.Shift(0x04), "£");
  EXPECT_EQ(uk.Shift(0x28), "@");
  EXPECT_EQ(uk.Tap(0x2B), "#");
  EXPECT_EQ(uk.Shift(0x2B), "~");
  EXPECT_EQ(uk.Shift(0x29), "¬");
  EXPECT_EQ(uk.AltGr(0x05), "€");
  EXPECT_EQ(uk.AltGr(0x12), "é");
  uk.Tap(0x3A);
  EXPECT_EQ(uk.AltGr(0x12), "É");
}

TEST(Layouts, French) {
  Typist fr("fr");
  EXPECT_EQ(fr.Tap(0x10), "a");
  EXPECT_EQ(fr.Tap(0x1E), "q");
  EXPECT_EQ(fr.Tap(0x27), "m");
  EXPECT_EQ(fr.Tap(0x03), "é");
  EXPECT_EQ(fr.Shift(0x03), "2");
  EXPECT_EQ(fr.AltGr(0x0B), "@");
  EXPECT_EQ(fr.Tap(0x0C), ")");
  fr.Tap(0x1A);
  EXPECT_EQ(fr.Tap(0x12), "ê");
  fr.Tap(0x3A);
  EXPECT_EQ(fr.Tap(0x03), "2");
}

TEST(Layouts, SpanishAndItalian) {
  Typist es("es");
  EXPECT_EQ(es.Tap(0x27), "ñ");
  EXPECT_EQ(es.AltGr(0x03), "@");
  es.Tap(0x28);
  EXPECT_EQ(es.Tap(0x1E), "á");
  Typist it("it");
  EXPECT_EQ(it.Tap(0x28), "à");
  EXPECT_EQ(it.AltGr(0x27), "@");
  EXPECT_EQ(it.Shift(0x1A), "é");
}

TEST(Layouts, ChangeWhileRunning) {
  Typist us("us");
  const std::vector<std::byte> german = Typist::Read("de");
  us.keyboard().Use(*keymap::Layout::Parse(german));
  EXPECT_EQ(us.Tap(0x15), "z");
}

}  // namespace
