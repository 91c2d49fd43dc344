#include "screen.hpp"

#include <gtest/gtest.h>

namespace {

using Rows = std::vector<std::u32string>;
using Place = std::pair<unsigned, unsigned>;

TEST(Text, StandsWhereTheCursorIs) {
  Screen screen(10, 3);
  screen << "ab\r\ncd";
  EXPECT_EQ(screen.Rows(), (Rows{U"ab", U"cd", U""}));
  EXPECT_EQ(screen.Cursor(), Place(1, 2));
  screen << "\rX\b\bY\tZ";
  EXPECT_EQ(screen.Row(1), U"Yd      Z");
}

TEST(Text, WrapsWhenTheNextCharacterComes) {
  Screen screen(4, 3);
  screen << "abcd";
  EXPECT_EQ(screen.Cursor(), Place(0, 3));
  screen << "\r\nef";
  EXPECT_EQ(screen.Rows(), (Rows{U"abcd", U"ef", U""}));
  screen << "ghij";
  EXPECT_EQ(screen.Rows(), (Rows{U"abcd", U"efgh", U"ij"}));
  screen << "\x1b[?7l\x1b[1;3Hwxyz";
  EXPECT_EQ(screen.Row(0), U"abwz");
}

TEST(Text, ScrollsAtTheBottom) {
  Screen screen(4, 3);
  screen << "1\r\n2\r\n3\r\n4\r\n5";
  EXPECT_EQ(screen.Rows(), (Rows{U"3", U"4", U"5"}));
  screen << "\x1b[H\x1bM0";
  EXPECT_EQ(screen.Rows(), (Rows{U"0", U"3", U"4"}));
}

TEST(Text, ControlsWithoutAPictureAreNotShown) {
  Screen screen(8, 1);
  screen << std::string_view(
      "a\0\a\x7f"
      "b\xc2\x80"
      "c",
      8);
  EXPECT_EQ(screen.Row(0), U"abc");
}

TEST(Wide, TakesTwoCells) {
  Screen screen(5, 2);
  screen << "a漢字";
  EXPECT_EQ(screen.Row(0), U"a漢>字>");
  screen << "字";
  EXPECT_EQ(screen.Row(1), U"字>");
  screen << "\x1b[1;5H漢";  // no room in the last column
  EXPECT_EQ(screen.Row(1), U"漢>");
  EXPECT_EQ(screen.Row(0), U"a漢>字>");
}

TEST(Wide, IsNeverHalf) {
  Screen screen(6, 1);
  screen << "漢漢漢\x1b[2Hx";
  EXPECT_EQ(screen.Cursor(), Place(0, 1));
  screen << "\r漢漢漢\x1b[1;2Hx";
  EXPECT_EQ(screen.Row(0), U" x漢>漢>");
  screen << "\x1b[1;3Hyyy";
  EXPECT_EQ(screen.Row(0), U" xyyy");
  screen << "\r漢漢漢\x1b[1;4H\x1b[X";
  EXPECT_EQ(screen.Row(0), U"漢>  漢>");
}

TEST(Wide, CombiningMarksTakeNothing) {
  Screen screen(4, 1);
  screen << "e\xcc\x81x";
  EXPECT_EQ(screen.Row(0), U"ex");
}

TEST(Cursor, MovesAndStopsAtTheEdges) {
  Screen screen(10, 5);
  screen << "\x1b[3;4H";
  EXPECT_EQ(screen.Cursor(), Place(2, 3));
  screen << "\x1b[A\x1b[2C";
  EXPECT_EQ(screen.Cursor(), Place(1, 5));
  screen << "\x1b[2B\x1b[3D";
  EXPECT_EQ(screen.Cursor(), Place(3, 2));
  screen << "\x1b[99A\x1b[99D";
  EXPECT_EQ(screen.Cursor(), Place(0, 0));
  screen << "\x1b[99B\x1b[99C";
  EXPECT_EQ(screen.Cursor(), Place(4, 9));
  screen << "\x1b[2E";
  EXPECT_EQ(screen.Cursor(), Place(4, 0));
  screen << "\x1b[3F\x1b[7G";
  EXPECT_EQ(screen.Cursor(), Place(1, 6));
  screen << "\x1b[4d\x1b[3`";
  EXPECT_EQ(screen.Cursor(), Place(3, 2));
  screen << "\x1b[99;99f";
  EXPECT_EQ(screen.Cursor(), Place(4, 9));
  screen << "\x1b[0;0H";
  EXPECT_EQ(screen.Cursor(), Place(0, 0));
}

TEST(Cursor, IsSavedWithItsStyle) {
  Screen screen(10, 5);
  screen << "\x1b[2;3H\x1b[31m\x1b"
            "7\x1b[H\x1b[m\x1b"
            "8x";
  EXPECT_EQ(screen.Cursor(), Place(1, 3));
  EXPECT_EQ(screen.At(1, 2).Foreground(), 1u);
  screen << "\x1b[s\x1b[H\x1b[u";
  EXPECT_EQ(screen.Cursor(), Place(1, 3));
}

TEST(Cursor, CanBeHidden) {
  Screen screen(4, 1);
  EXPECT_TRUE(screen.terminal.CursorVisible());
  screen << "\x1b[?25l";
  EXPECT_FALSE(screen.terminal.CursorVisible());
  screen << "\x1b[?7;25h";
  EXPECT_TRUE(screen.terminal.CursorVisible());
}

TEST(Erase, LineAndDisplay) {
  Screen screen(4, 3);
  auto fill = [&] { screen << "\x1b[Habcdefghijkl\x1b[2;2H"; };
  fill();
  screen << "\x1b[K";
  EXPECT_EQ(screen.Row(1), U"e");
  fill();
  screen << "\x1b[1K";
  EXPECT_EQ(screen.Row(1), U"  gh");
  fill();
  screen << "\x1b[2K";
  EXPECT_EQ(screen.Row(1), U"");
  fill();
  screen << "\x1b[J";
  EXPECT_EQ(screen.Rows(), (Rows{U"abcd", U"e", U""}));
  fill();
  screen << "\x1b[1J";
  EXPECT_EQ(screen.Rows(), (Rows{U"", U"  gh", U"ijkl"}));
  fill();
  screen << "\x1b[3J";
  EXPECT_EQ(screen.Rows(), (Rows{U"abcd", U"efgh", U"ijkl"}));
  screen << "\x1b[2J";
  EXPECT_EQ(screen.Rows(), (Rows{U"", U"", U""}));
  EXPECT_EQ(screen.Cursor(), Place(1, 1));
  fill();
  screen << "\x1b[2X";
  EXPECT_EQ(screen.Row(1), U"e  h");
}

TEST(Erase, KeepsTheBackground) {
  Screen screen(4, 1);
  screen << "\x1b[37;44;1;7;4mx\x1b[K";
  EXPECT_EQ(screen.At(0, 1).Background(), 4u);
  EXPECT_EQ(screen.At(0, 1).Foreground(), 7u);
  EXPECT_FALSE(screen.At(0, 1).Underline());
  EXPECT_EQ(screen.At(0, 0).Background(), 15u);
  EXPECT_EQ(screen.At(0, 0).Foreground(), 4u);
  EXPECT_TRUE(screen.At(0, 0).Underline());
}

TEST(Editing, InsertAndDelete) {
  Screen screen(6, 4);
  screen << "abcdef\x1b[1;3H\x1b[2@";
  EXPECT_EQ(screen.Row(0), U"ab  cd");
  screen << "\x1b[P";
  EXPECT_EQ(screen.Row(0), U"ab cd");
  screen << "\x1b[99P";
  EXPECT_EQ(screen.Row(0), U"ab");
  screen << "\x1b[1G\x1b[4hXY\x1b[4l";
  EXPECT_EQ(screen.Row(0), U"XYab");
  screen << "\x1b[2H2\x1b[3H3\x1b[4H4\x1b[2H\x1b[L";
  EXPECT_EQ(screen.Rows(), (Rows{U"XYab", U"", U"2", U"3"}));
  screen << "\x1b[2M";
  EXPECT_EQ(screen.Rows(), (Rows{U"XYab", U"3", U"", U""}));
  screen << "\x1b[99M";
  EXPECT_EQ(screen.Rows(), (Rows{U"XYab", U"", U"", U""}));
}

TEST(Region, ScrollsAlone) {
  Screen screen(4, 5);
  screen << "1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r";
  EXPECT_EQ(screen.Cursor(), Place(0, 0));
  screen << "\x1b[4;1H\n";
  EXPECT_EQ(screen.Rows(), (Rows{U"1", U"3", U"4", U"", U"5"}));
  screen << "\x1b[2;1H\x1bM";
  EXPECT_EQ(screen.Rows(), (Rows{U"1", U"", U"3", U"4", U"5"}));
  screen << "\x1b[2S";
  EXPECT_EQ(screen.Rows(), (Rows{U"1", U"4", U"", U"", U"5"}));
  screen << "\x1b[T";
  EXPECT_EQ(screen.Rows(), (Rows{U"1", U"", U"4", U"", U"5"}));
  screen << "\x1b[5;1H\n";  // below the region: nothing scrolls
  EXPECT_EQ(screen.Rows(), (Rows{U"1", U"", U"4", U"", U"5"}));
  screen << "\x1b[?6h";
  EXPECT_EQ(screen.Cursor(), Place(1, 0));
  screen << "\x1b[9;1H";
  EXPECT_EQ(screen.Cursor(), Place(3, 0));
  screen << "\x1b[3G";
  EXPECT_EQ(screen.Cursor(), Place(3, 2));
  screen << "\x1b[3;3r\x1b[3;2r\x1b[r\x1b[?6l\x1b[5;1H\n";
  EXPECT_EQ(screen.Row(0), U"");
}

TEST(Tabs, CanBeSetAndCleared) {
  Screen screen(20, 1);
  screen << "\ta\tb";
  EXPECT_EQ(screen.Row(0), U"        a       b");
  screen << "\x1b[Z\x1b[Z";
  EXPECT_EQ(screen.Cursor(), Place(0, 8));
  screen << "\x1b[g\x1b[1;4H\x1bH\r\t";
  EXPECT_EQ(screen.Cursor(), Place(0, 3));
  screen << "\x1b[I";
  EXPECT_EQ(screen.Cursor(), Place(0, 16));
  screen << "\x1b[3g\r\t";
  EXPECT_EQ(screen.Cursor(), Place(0, 19));
  screen << "\x1b[99Z";
  EXPECT_EQ(screen.Cursor(), Place(0, 0));
}

TEST(Style, ColoursAndAttributes) {
  Screen screen(40, 1);
  screen << "\x1b[31ma\x1b[1mb\x1b[22;92mc\x1b[39;49md\x1b[7me\x1b[27;104mf\x1b[0;4mg\x1b[24mh\x1b[8mi\x1b[mj";
  auto look = [&](unsigned column) {
    return std::pair(screen.At(0, column).Foreground(), screen.At(0, column).Background());
  };
  EXPECT_EQ(look(0), std::pair(1u, 0u));
  EXPECT_EQ(look(1), std::pair(9u, 0u));
  EXPECT_EQ(look(2), std::pair(10u, 0u));
  EXPECT_EQ(look(3), std::pair(7u, 0u));
  EXPECT_EQ(look(4), std::pair(0u, 7u));
  EXPECT_EQ(look(5), std::pair(7u, 12u));
  EXPECT_TRUE(screen.At(0, 6).Underline());
  EXPECT_FALSE(screen.At(0, 7).Underline());
  EXPECT_EQ(look(8), std::pair(0u, 0u));
  EXPECT_EQ(look(9), std::pair(7u, 0u));
}

TEST(Style, LongColours) {
  Screen screen(40, 1);
  screen << "\x1b[38;5;196ma\x1b[48;2;0;0;170mb\x1b[38:2::85:255:85mc\x1b[38:5:240;4md\x1b[38;5;3me\x1b[38;9;1mf\x1b[4:"
            "0mg";
  EXPECT_EQ(screen.At(0, 0).Foreground(), 1u);  // the bright red of the VGA has green and blue in it
  EXPECT_EQ(screen.At(0, 1).Background(), 4u);
  EXPECT_EQ(screen.At(0, 2).Foreground(), 10u);
  EXPECT_EQ(screen.At(0, 3).Foreground(), 8u);
  EXPECT_TRUE(screen.At(0, 3).Underline());
  EXPECT_EQ(screen.At(0, 4).Foreground(), 3u);
  EXPECT_FALSE(screen.At(0, 6).Underline());
}

TEST(Sets, LineDrawing) {
  Screen screen(20, 1);
  screen << "\x1b(0lqk\x1b(Blqk\x1b)0\x0ex\x0fx\x1b[2b";
  EXPECT_EQ(screen.Row(0), U"┌─┐lqk│xxx");
}

TEST(Sequences, UnknownOnesAreSwallowed) {
  Screen screen(20, 2);
  screen
      << "a\x1b]0;title\ab\x1b]2;t\x1b\\c\x1bPq#\x1b\\d\x1b[>4;2me\x1b[?1049hf\x1b[1$rg\x1b[=3lh\x1b%Gi\x1b[12;\x18j";
  EXPECT_EQ(screen.Row(0), U"abcdefghij");
  screen << "\r\n\x1b[3\rX\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18mY\x1b[99999999999999999999CZ";
  EXPECT_EQ(screen.At(1, 19).Character(), U'Z');
}

TEST(Sequences, ControlsWithinThemWork) {
  Screen screen(20, 2);
  screen << "ab\x1b[\r1Cx";
  EXPECT_EQ(screen.Row(0), U"ax");
}

TEST(Sequences, ResetAndTestPattern) {
  Screen screen(3, 2);
  screen << "\x1b#8";
  EXPECT_EQ(screen.Rows(), (Rows{U"EEE", U"EEE"}));
  screen << "\x1b[31;4m\x1b[2;2r\x1b[4h\x1b[?25l\x1b[!pA";
  EXPECT_EQ(screen.At(0, 0).Foreground(), 7u);
  EXPECT_TRUE(screen.terminal.CursorVisible());
  screen << "\x1b"
            "c";
  EXPECT_EQ(screen.Rows(), (Rows{U"", U""}));
  EXPECT_EQ(screen.Cursor(), Place(0, 0));
}

TEST(Small, OneCellIsEnough) {
  Screen screen(1, 1);
  screen << "a漢b\t\x1b[5@\x1b[5P\x1b[L\x1b[M\x1b[S\x1b[T\n\x1bM\x1b[Z\x1b[3;3Hz";
  EXPECT_EQ(screen.Row(0), U"z");
}

}  // namespace
