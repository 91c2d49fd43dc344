#include <terminal/parser.hpp>

#include <algorithm>

namespace terminal {
namespace {

constexpr std::uint8_t kBell = 0x07;
constexpr std::uint8_t kCancel = 0x18;
constexpr std::uint8_t kSubstitute = 0x1a;
constexpr std::uint8_t kEscape = 0x1b;
constexpr std::uint8_t kDelete = 0x7f;

}  // namespace

unsigned Parser::Parameter(std::size_t index, unsigned fallback) const {
  return index < count_ && parameters_[index] != 0 ? parameters_[index] : fallback;
}

void Parser::Begin(State state) {
  state_ = state;
  final_ = intermediate_ = prefix_ = 0;
  std::ranges::fill(parameters_, std::uint16_t{0});
  attached_ = 0;
  count_ = 0;
  overflow_ = false;
}

Parser::Action Parser::Finish(Action action, std::uint8_t byte) {
  final_ = static_cast<char>(byte);
  state_ = State::kText;
  return action;
}

void Parser::NextParameter(bool attached) {
  // A first, empty parameter is one too.
  count_ = std::max<std::size_t>(count_, 1);
  if (count_ == kMaximumParameters) {
    overflow_ = true;
    return;
  }
  if (attached) {
    attached_ |= 1u << count_;
  }
  count_ += 1;
}

Parser::Action Parser::Parameters(std::uint8_t byte) {
  if (byte >= '0' && byte <= '9') {
    count_ = std::max<std::size_t>(count_, 1);
    if (!overflow_) {
      std::uint16_t &parameter = parameters_[count_ - 1];
      parameter = static_cast<std::uint16_t>(std::min<unsigned>(parameter * 10u + byte - '0', kLargestParameter));
    }
  } else if (byte == ';' || byte == ':') {
    NextParameter(byte == ':');
  } else if (byte >= '<' && byte <= '?') {
    // A prefix stands first or the sequence is none that means something.
    if (count_ != 0 || prefix_ != 0) {
      state_ = State::kIgnored;
    }
    prefix_ = static_cast<char>(byte);
  } else {
    return Intermediates(byte);
  }
  return Action::kNone;
}

Parser::Action Parser::Intermediates(std::uint8_t byte) {
  if (byte >= 0x40) {
    return Finish(Action::kSequence, byte);
  }
  if (byte >= 0x30 || intermediate_ != 0) {
    state_ = State::kIgnored;
    return Action::kNone;
  }
  intermediate_ = static_cast<char>(byte);
  state_ = State::kIntermediate;
  return Action::kNone;
}

Parser::Action Parser::Feed(std::uint8_t byte) {
  if (state_ == State::kText && byte >= 0x20 && byte != kDelete) {
    return Action::kText;
  }
  if (byte == kCancel || byte == kSubstitute) {
    state_ = State::kText;
    return Action::kNone;
  }
  if (state_ == State::kString) {
    bool ended = byte == kBell || (string_escape_ && byte == '\\');
    // ESC and something else ends the string as well and begins a sequence.
    bool other = string_escape_ && !ended && byte != kEscape;
    string_escape_ = byte == kEscape;
    if (ended) {
      state_ = State::kText;
    }
    if (!other) {
      return Action::kNone;
    }
    Begin(State::kEscape);
  }
  if (byte == kEscape) {
    Begin(State::kEscape);
    return Action::kNone;
  }
  if (byte < 0x20) {
    return Action::kControl;  // within sequences too
  }
  if (byte == kDelete) {
    return Action::kNone;
  }
  if (byte >= 0x80) {
    // Not part of any sequence: what was begun is given up.
    state_ = State::kText;
    return Action::kText;
  }
  switch (state_) {
    case State::kEscape:
      if (byte == '[') {
        Begin(State::kParameters);
      } else if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_') {
        Begin(State::kString);
        string_escape_ = false;
      } else if (byte < 0x30) {
        intermediate_ = static_cast<char>(byte);
        state_ = State::kEscapeIntermediate;
      } else {
        return Finish(Action::kEscape, byte);
      }
      return Action::kNone;
    case State::kEscapeIntermediate:
      if (byte >= 0x30) {
        return Finish(Action::kEscape, byte);
      }
      return Action::kNone;
    case State::kParameters:
      return Parameters(byte);
    case State::kIntermediate:
      return Intermediates(byte);
    case State::kIgnored:
      if (byte >= 0x40) {
        state_ = State::kText;
      }
      return Action::kNone;
    case State::kString:
    case State::kText:
      return Action::kNone;
  }
  __builtin_unreachable();
}

}  // namespace terminal
