#include "native/utf.hpp"

#include <rtl/display_width.hpp>

namespace native {
namespace {

constexpr bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }
constexpr bool IsHighSurrogate(char32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
constexpr bool IsLowSurrogate(char32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

// Bytes of the sequence that `lead` begins, 0 when no sequence begins so.
constexpr unsigned SequenceLength(unsigned char lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xc2 && lead <= 0xdf) {
    return 2;
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    return 3;
  }
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};

}  // namespace

char32_t DecodeUtf8(std::string_view text, std::size_t &position) {
  const auto lead = static_cast<unsigned char>(text[position++]);
  const unsigned length = SequenceLength(lead);
  if (length == 1) {
    return lead;
  }
  if (length == 0 || text.size() - position < length - 1) {
    return kReplacement;
  }
  char32_t code_point = lead & (0x7fU >> length);
  for (unsigned i = 0; i + 1 < length; ++i) {
    const char byte = text[position + i];
    if (!IsContinuation(byte)) {
      return kReplacement;
    }
    code_point = code_point << 6 | (static_cast<unsigned char>(byte) & 0x3f);
  }
  if (code_point < kSmallest[length] || code_point > 0x10ffff) {
    return kReplacement;
  }
  position += length - 1;
  return code_point;
}

std::size_t PreviousUtf8(std::string_view text, std::size_t position) {
  // At most three continuation bytes belong to one code point; malformed text steps byte by byte, as the decoder does.
  for (std::size_t back = 1; back <= 4 && back <= position; ++back) {
    std::size_t end = position - back;
    if (IsContinuation(text[end])) {
      continue;
    }
    DecodeUtf8(text, end);
    return end == position ? position - back : position - 1;
  }
  return position == 0 ? 0 : position - 1;
}

void AppendUtf8(String &text, char32_t code_point) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | code_point >> 6);
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3f));
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
}

void AppendUtf8(String &text, const WCHAR *wide, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) {
    char32_t code_point = static_cast<char16_t>(wide[i]);
    if (IsHighSurrogate(code_point) && i + 1 < length && IsLowSurrogate(static_cast<char16_t>(wide[i + 1]))) {
      code_point = 0x10000 + ((code_point - 0xd800) << 10) + (static_cast<char16_t>(wide[++i]) - 0xdc00U);
    }
    AppendUtf8(text, code_point);
  }
}

String ToUtf8(const WCHAR *wide, std::size_t length) {
  String text;
  text.reserve(length);
  AppendUtf8(text, wide, length);
  return text;
}

WideString::WideString(std::string_view utf8) {
  units_.reserve(utf8.size() + 1);
  for (std::size_t position = 0; position < utf8.size();) {
    const char32_t code_point = DecodeUtf8(utf8, position);
    if (code_point >= 0x10000) {
      units_.push_back(static_cast<WCHAR>(0xd800 + ((code_point - 0x10000) >> 10)));
      units_.push_back(static_cast<WCHAR>(0xdc00 + (code_point & 0x3ff)));
    } else {
      units_.push_back(static_cast<WCHAR>(code_point));
    }
  }
  units_.push_back(WCHAR{0});
}

std::optional<UNICODE_STRING> WideString::Unicode() {
  constexpr std::size_t kMaximumUnits = 32766;
  if (Size() > kMaximumUnits) {
    return std::nullopt;
  }
  UNICODE_STRING string{};
  string.Length = static_cast<USHORT>(Size() * sizeof(WCHAR));
  string.MaximumLength = static_cast<USHORT>(string.Length + sizeof(WCHAR));
  string.Buffer = Data();
  return string;
}

unsigned DisplayWidth(char32_t code_point) { return rtl::DisplayWidth(code_point); }

unsigned DisplayWidth(std::string_view text) {
  unsigned width = 0;
  for (std::size_t position = 0; position < text.size();) {
    width += DisplayWidth(DecodeUtf8(text, position));
  }
  return width;
}

}  // namespace native
