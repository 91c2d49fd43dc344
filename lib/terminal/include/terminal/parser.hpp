#pragma once
// Splits a byte stream into text, control characters, escape sequences and control sequences (ECMA-48, and the VT500
// parser that xterm follows). It knows how sequences are built, not what they mean.

#include <cstddef>
#include <cstdint>

namespace terminal {

class Parser {
 public:
  enum class Action : std::uint8_t {
    kNone,
    kText,      // the byte is part of the text
    kControl,   // the byte is a C0 control
    kEscape,    // ESC Intermediate() Final()
    kSequence,  // CSI Prefix() parameters Intermediate() Final()
  };
  static constexpr std::size_t kMaximumParameters = 16;
  static constexpr std::uint16_t kLargestParameter = 9999;

  Action Feed(std::uint8_t byte);
  // Whether the next printable byte is text.
  bool InText() const { return state_ == State::kText; }

  char Final() const { return final_; }
  char Intermediate() const { return intermediate_; }  // 0: none
  char Prefix() const { return prefix_; }              // one of "<=>?", 0: none
  std::size_t Count() const { return count_; }
  // The parameter, or `fallback` when it is missing or zero.
  unsigned Parameter(std::size_t index, unsigned fallback) const;
  // Whether the parameter came after a colon: it belongs to the one before it.
  bool Attached(std::size_t index) const { return (attached_ >> index & 1) != 0; }

 private:
  enum class State : std::uint8_t {
    kText,
    kEscape,
    kEscapeIntermediate,
    kParameters,
    kIntermediate,
    kIgnored,
    kString
  };

  void Begin(State state);
  Action Parameters(std::uint8_t byte);
  Action Intermediates(std::uint8_t byte);
  Action Finish(Action action, std::uint8_t byte);
  void NextParameter(bool attached);

  State state_ = State::kText;
  bool string_escape_ = false;  // ESC within a string: its end when a backslash follows
  char final_ = 0;
  char intermediate_ = 0;
  char prefix_ = 0;
  bool overflow_ = false;
  std::uint16_t parameters_[kMaximumParameters] = {};
  std::uint32_t attached_ = 0;
  std::size_t count_ = 0;
};

}  // namespace terminal
