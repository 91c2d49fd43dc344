// The editor against a terminal model: whatever keys arrive in whatever pieces, the screen shows prompt and text, and
// the terminal's cursor stands where the editor's is.
#include "line_editor.hpp"

#include <gtest/gtest.h>

#include <native/utf.hpp>
#include <random>

namespace {

using Event = ntcmd::LineEditor::Event;
constexpr std::size_t kColumns = ntcmd::LineEditor::kColumns;

// A terminal of 100 columns without a last row: the sequences the editor may use, and a failure for any other.
class Terminal {
 public:
  void Write(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      if (bytes[at] == '\x1b') {
        at = Escape(bytes, at + 1);
        continue;
      }
      const char32_t c = native::DecodeUtf8(bytes, at);
      if (c == '\n') {
        ++row_;
        column_ = 0;
      } else if (c == '\r') {
        column_ = 0;
      } else if (c == '\b') {
        ASSERT_GT(column_, 0U);
        --column_;
      } else if (c != '\a') {
        Put(c);
      }
    }
  }

  std::u32string Screen() const {
    std::u32string text;
    for (const std::u32string &line : rows_) {
      text += line.substr(0, line.find_last_not_of(U' ') + 1);
      text += U'\n';
    }
    return text.substr(0, text.find_last_not_of(U'\n') + 1);
  }
  std::size_t Row() const { return row_; }
  std::size_t Column() const { return column_; }

 private:
  void Put(char32_t c) {
    const unsigned width = native::DisplayWidth(c);
    if (width == 0) {
      return;
    }
    ASSERT_LE(column_ + width, 100U);
    Grow();
    rows_[row_].resize(std::max(rows_[row_].size(), column_ + width), U' ');
    rows_[row_][column_] = c;
    if (width == 2) {
      rows_[row_][column_ + 1] = U'_';
    }
    column_ += width;
  }

  void Grow() {
    if (rows_.size() <= row_) {
      rows_.resize(row_ + 1);
    }
  }

  std::size_t Escape(std::string_view bytes, std::size_t at) {
    EXPECT_EQ(bytes[at], '[');
    std::size_t count = 0;
    for (++at; bytes[at] >= '0' && bytes[at] <= '9'; ++at) {
      count = count * 10 + static_cast<std::size_t>(bytes[at] - '0');
    }
    Grow();
    switch (bytes[at]) {
      case 'A':
        EXPECT_LE(count, row_);
        row_ -= count;
        break;
      case 'B':
        row_ += count;
        break;
      case 'C':
        column_ += count;
        break;
      case 'J':
        rows_.resize(row_ + 1);
        [[fallthrough]];
      case 'K':
        rows_[row_].resize(std::min(rows_[row_].size(), column_));
        break;
      default:
        ADD_FAILURE() << "sequence " << bytes[at];
    }
    return at + 1;
  }

  std::vector<std::u32string> rows_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

// What the screen must show for prompt + text when it is broken at kColumns, and where byte `cursor` of it stands.
struct Expected {
  std::u32string screen;
  std::size_t row = 0;
  std::size_t column = 0;
};

Expected Layout(const std::string &text, std::size_t cursor) {
  Expected expected;
  std::size_t row = 0;
  std::size_t column = 0;
  std::u32string line;
  for (std::size_t at = 0; at <= text.size();) {
    if (at == cursor) {
      expected.row = row;
      expected.column = column;
    }
    if (at == text.size()) {
      break;
    }
    const char32_t c = native::DecodeUtf8(text, at);
    const unsigned width = native::DisplayWidth(c);
    if (column + width > kColumns) {
      expected.screen += line + U'\n';
      line.clear();
      ++row;
      column = 0;
    }
    line += c;
    if (width == 2) {
      line += U'_';
    }
    column += width;
    if (column == kColumns) {
      expected.screen += line + U'\n';
      line.clear();
      ++row;
      column = 0;
    }
  }
  expected.screen += line;
  return expected;
}

class Editor : public testing::Test {
 protected:
  void Start(std::string prompt = "X:\\> ") {
    prompt_ = std::move(prompt);
    Send([this](native::String &out) { editor_.Begin(prompt_, out); });
  }

  Event Type(std::string_view keys) {
    Event event = Event::kNone;
    Send([&](native::String &out) {
      const auto progress = editor_.Feed(keys, out);
      event = progress.event;
      EXPECT_EQ(progress.consumed, keys.size());
    });
    return event;
  }

  void Send(const auto &action) {
    native::String out;
    action(out);
    terminal_.Write(out);
  }

  void Check() {
    const std::string all = prompt_ + std::string(editor_.Text());
    const Expected expected = Layout(all, prompt_.size() + editor_.Cursor());
    std::u32string shown;  // trailing blanks do not show
    std::u32string line;
    for (const char32_t c : expected.screen + U'\n') {
      if (c == U'\n') {
        shown += line.substr(0, line.find_last_not_of(U' ') + 1) + U'\n';
        line.clear();
      } else {
        line += c;
      }
    }
    shown = shown.substr(0, shown.find_last_not_of(U'\n') + 1);
    ASSERT_EQ(terminal_.Screen(), shown);
    ASSERT_EQ(terminal_.Row(), expected.row);
    ASSERT_EQ(terminal_.Column(), expected.column);
  }

  std::string prompt_;
  ntcmd::LineEditor editor_;
  Terminal terminal_;
};

TEST_F(Editor, TypesALine) {
  Start();
  EXPECT_EQ(Type("help"), Event::kNone);
  Check();
  EXPECT_EQ(Type("\r"), Event::kLine);
  EXPECT_EQ(editor_.Text(), "help");
}

TEST_F(Editor, EditsInTheMiddle) {
  Start();
  Type("helo\x1b[Dl");
  EXPECT_EQ(editor_.Text(), "hello");
  Check();
  Type("\x1b[H\x1b[3~J\x1b[F!\b?");
  EXPECT_EQ(editor_.Text(), "Jello?");
  Check();
  Type("\x1b[D\x1b[D\x1b[D\x1b[D\x1b[2~XYZ123\x1b[2~");
  EXPECT_EQ(editor_.Text(), "JeXYZ123");
  Check();
}

TEST_F(Editor, CrossesRows) {
  Start();
  Type(std::string(200, 'a'));
  Check();
  Type("\x1b[H" + std::string(3, 'b'));
  Check();
  Type("\x1b[F" + std::string(150, '\b'));
  Check();
  EXPECT_EQ(editor_.Text(), "bbb" + std::string(50, 'a'));
}

TEST_F(Editor, BackspaceAtRowBoundary) {
  Start();
  for (std::size_t length = kColumns - 7; length < kColumns + 3; ++length) {
    Type("\x15" + std::string(length, 'x'));
    Check();
    Type("\b");
    Check();
    Type("yz\x1b[D\b");
    Check();
  }
}

TEST_F(Editor, HistoryKeys) {
  Start();
  Type("one\r");
  Start();
  Type("two\r");
  Start();
  Type("par");
  Type("\x1b[A\x1b[A");
  EXPECT_EQ(editor_.Text(), "one");
  Type("\x1b[B");
  EXPECT_EQ(editor_.Text(), "two");
  Type("\x1b[B");
  EXPECT_EQ(editor_.Text(), "par");
  EXPECT_EQ(editor_.Cursor(), 3U);
}

TEST_F(Editor, InterruptGivesUpTheLine) {
  Start();
  EXPECT_EQ(Type("abc\x1b[D\x03"), Event::kInterrupt);
  EXPECT_EQ(editor_.Text(), "");
}

TEST_F(Editor, StopsAtTheEndOfALine) {
  Start();
  native::String out;
  const auto first = editor_.Feed("ver\rdir\r", out);
  EXPECT_EQ(first.consumed, 4U);
  EXPECT_EQ(editor_.Text(), "ver");
  EXPECT_EQ(editor_.Feed("\t", out).event, Event::kTab);
}

TEST_F(Editor, ReplacesForCompletion) {
  Start();
  Type("type sm end\x1b[D\x1b[D\x1b[D\x1b[D");
  Send([this](native::String &out) { editor_.ReplaceBeforeCursor(5, "smss.exe", out); });
  EXPECT_EQ(editor_.Text(), "type smss.exe end");
  EXPECT_EQ(editor_.Cursor(), 13U);
  Check();
}

TEST_F(Editor, LongLinesEndAtTheLimit) {
  Start();
  const std::string chunk(1000, 'z');
  for (int i = 0; i < 100; ++i) {
    Type(chunk);
  }
  EXPECT_GT(editor_.Text().size(), 32767U);
  EXPECT_LE(editor_.Text().size(), ntcmd::LineEditor::kLimit);
}

TEST_F(Editor, RandomKeys) {
  constexpr std::string_view kKeys[] = {"a",       "b",       " ",          "\xc3\xa9",     "\xe4\xb8\xad", "\b",
                                        "\x1b[3~", "\x1b[D",  "\x1b[C",     "\x1b[H",       "\x1b[F",       "\x1b[1;5D",
                                        "\x17",    "\x1b[2~", "long words", "\x1b[A\x1b[B", "\x1b[1;5C"};
  std::mt19937 random(3);
  for (int round = 0; round < 30; ++round) {
    terminal_ = Terminal();
    Start(std::string(random() % 100, 'p') + "> ");
    for (int i = 0; i < 300; ++i) {
      // Mostly text, so that lines grow over several rows.
      const std::size_t which = random() % 3 != 0 ? random() % 5 : random() % std::size(kKeys);
      std::string keys(kKeys[which]);
      if (which < 5 && random() % 20 == 0) {
        for (int repeat = 0; repeat < 40; ++repeat) {
          keys += kKeys[which];
        }
      }
      if (random() % 4 == 0 && keys.size() > 1) {
        Type(keys.substr(0, 1));
        keys.erase(0, 1);
      }
      Type(keys);
      ASSERT_NO_FATAL_FAILURE(Check()) << "round " << round << " step " << i;
    }
  }
}

}  // namespace
