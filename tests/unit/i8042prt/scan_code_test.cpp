#include "scan_code.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using i8042::KeyEvent;

std::vector<KeyEvent> Feed(bool set2, std::initializer_list<uint8_t> bytes) {
  i8042::ScanCodeParser parser;
  parser.Reset(set2);
  std::vector<KeyEvent> events;
  for (uint8_t byte : bytes) {
    if (auto event = parser.Put(byte)) {
      events.push_back(*event);
    }
  }
  return events;
}

void Expect(const std::vector<KeyEvent> &events, std::initializer_list<KeyEvent> expected) {
  ASSERT_EQ(events.size(), expected.size());
  size_t at = 0;
  for (const KeyEvent &event : expected) {
    EXPECT_EQ(events[at].make_code, event.make_code) << at;
    EXPECT_EQ(events[at].flags, event.flags) << at;
    at++;
  }
}

TEST(ScanCode, Set1MakeAndBreak) { Expect(Feed(false, {0x1E, 0x9E}), {{0x1E, 0}, {0x1E, i8042::kKeyBreak}}); }

TEST(ScanCode, Set1Extended) {
  Expect(Feed(false, {0xE0, 0x48, 0xE0, 0xC8, 0x1E}),
         {{0x48, i8042::kKeyE0}, {0x48, i8042::kKeyE0 | i8042::kKeyBreak}, {0x1E, 0}});
}

TEST(ScanCode, Set1Pause) {
  Expect(Feed(false, {0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5}),
         {{0x1D, i8042::kKeyE1}, {0x45, 0}, {0x1D, i8042::kKeyE1 | i8042::kKeyBreak}, {0x45, i8042::kKeyBreak}});
}

TEST(ScanCode, OverrunStands) {
  Expect(Feed(false, {0xE0, 0xFF, 0x1E}), {{i8042::kOverrunCode, 0}, {0x1E, 0}});
  Expect(Feed(true, {0xF0, 0x00, 0x1C}), {{i8042::kOverrunCode, 0}, {0x1E, 0}});
}

TEST(ScanCode, Set2IsTranslated) {
  Expect(Feed(true, {0x1C, 0xF0, 0x1C}), {{0x1E, 0}, {0x1E, i8042::kKeyBreak}});
  Expect(Feed(true, {0xE0, 0x75, 0xE0, 0xF0, 0x75}), {{0x48, i8042::kKeyE0}, {0x48, i8042::kKeyE0 | i8042::kKeyBreak}});
  Expect(Feed(true, {0x83, 0x84}), {{0x41, 0}, {0x54, 0}});
}

TEST(ScanCode, EveryCodeOfTheTableIsDistinct) {
  std::vector<bool> seen(256);
  for (uint8_t code : i8042::kSet2ToSet1) {
    EXPECT_FALSE(seen[code]) << int{code};
    seen[code] = true;
  }
}

TEST(MousePacket, Plain) {
  i8042::MousePacketParser parser;
  parser.Reset(0);
  EXPECT_FALSE(parser.Put(0x29));  // y negative, left button
  EXPECT_FALSE(parser.Put(5));
  const auto report = parser.Put(0xFE);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->buttons, 1);
  EXPECT_EQ(report->x, 5);
  EXPECT_EQ(report->y, -2);
  EXPECT_EQ(report->wheel, 0);
}

TEST(MousePacket, WheelAndFiveButtons) {
  i8042::MousePacketParser parser;
  parser.Reset(3);
  parser.Put(0x08);
  parser.Put(0);
  EXPECT_FALSE(parser.Put(0));
  EXPECT_EQ(parser.Put(0xFF)->wheel, -1);
  parser.Reset(4);
  parser.Put(0x0C);
  parser.Put(0);
  parser.Put(0);
  const auto report = parser.Put(0x3F);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->buttons, 4 | 8 | 16);
  EXPECT_EQ(report->wheel, -1);
}

TEST(MousePacket, AByteOutOfStepIsSkipped) {
  i8042::MousePacketParser parser;
  parser.Reset(0);
  EXPECT_FALSE(parser.Put(0x00));
  EXPECT_EQ(parser.Pending(), 0u);
  parser.Put(0x08);
  parser.Put(1);
  parser.Drop();
  parser.Put(0x08);
  parser.Put(2);
  EXPECT_EQ(parser.Put(3)->x, 2);
}

TEST(MousePacket, OverflowMovesNothing) {
  i8042::MousePacketParser parser;
  parser.Reset(0);
  parser.Put(0x48);
  parser.Put(0xFF);
  const auto report = parser.Put(1);
  EXPECT_EQ(report->x, 0);
  EXPECT_EQ(report->y, 0);
}

}  // namespace
