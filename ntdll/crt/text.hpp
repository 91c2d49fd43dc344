// The string functions of C, once for narrow and wide characters.
#pragma once
#include "crtp.hpp"

namespace ntcrt {

template <typename Char>
struct UnitOf {
  using Type = unsigned char;
};
template <>
struct UnitOf<Wide> {
  using Type = uint16_t;
};

/// The character as the unsigned number that comparisons use.
template <typename Char>
constexpr unsigned Unit(Char character) {
  return static_cast<typename UnitOf<Char>::Type>(character);
}

template <typename Char>
constexpr int Compare(const Char *left, const Char *right, size_t limit) {
  for (; limit > 0; --limit, ++left, ++right) {
    const unsigned a = Unit(*left);
    const unsigned b = Unit(*right);
    if (a != b) {
      return a < b ? -1 : 1;
    }
    if (a == 0) {
      break;
    }
  }
  return 0;
}

/// Comparison without regard to the case of ASCII letters: the difference of the first unequal lower-case characters.
template <typename Char>
constexpr int CompareNoCase(const Char *left, const Char *right, size_t limit) {
  for (; limit > 0; --limit, ++left, ++right) {
    const unsigned a = ToLowerAscii(Unit(*left));
    const unsigned b = ToLowerAscii(Unit(*right));
    if (a != b || a == 0) {
      return static_cast<int>(a) - static_cast<int>(b);
    }
  }
  return 0;
}

template <typename Char>
constexpr Char *Copy(Char *to, const Char *from) {
  Char *cursor = to;
  while ((*cursor++ = *from++) != 0) {
  }
  return to;
}

/// strncpy: pads with zeros up to `size`, no terminator when the text fills the buffer.
template <typename Char>
constexpr Char *CopyPadded(Char *to, const Char *from, size_t size) {
  size_t i = 0;
  for (; i < size && from[i] != 0; ++i) {
    to[i] = from[i];
  }
  for (; i < size; ++i) {
    to[i] = 0;
  }
  return to;
}

/// strncat: at most `limit` characters and always a terminator.
template <typename Char>
constexpr Char *Append(Char *to, const Char *from, size_t limit) {
  Char *cursor = to + Length(to);
  for (; limit > 0 && *from != 0; --limit) {
    *cursor++ = *from++;
  }
  *cursor = 0;
  return to;
}

template <typename Char>
constexpr const Char *Find(const Char *text, Char character) {
  for (;; ++text) {
    if (*text == character) {
      return text;
    }
    if (*text == 0) {
      return nullptr;
    }
  }
}

template <typename Char>
constexpr const Char *FindLast(const Char *text, Char character) {
  const Char *found = nullptr;
  for (;; ++text) {
    if (*text == character) {
      found = text;
    }
    if (*text == 0) {
      return found;
    }
  }
}

/// Length of the head of `text` whose characters all are (or, with `member` false, all are not) in `set`.
template <typename Char>
constexpr size_t Span(const Char *text, const Char *set, bool member) {
  size_t length = 0;
  while (text[length] != 0 && (Find(set, text[length]) != nullptr) == member) {
    ++length;
  }
  return length;
}

template <typename Char>
constexpr const Char *FindText(const Char *text, const Char *part) {
  const size_t length = Length(part);
  for (;; ++text) {
    if (Compare(text, part, length) == 0) {
      return text;
    }
    if (*text == 0) {
      return nullptr;
    }
  }
}

/// strtok_s: the next token of `text` (or of `*context`), ended in place.
template <typename Char>
constexpr Char *Token(Char *text, const Char *delimiters, Char **context) {
  Char *cursor = text != nullptr ? text : *context;
  if (cursor == nullptr) {
    return nullptr;
  }
  cursor += Span(cursor, delimiters, true);
  if (*cursor == 0) {
    *context = nullptr;
    return nullptr;
  }
  Char *const token = cursor;
  cursor += Span(cursor, delimiters, false);
  if (*cursor == 0) {
    *context = nullptr;
  } else {
    *cursor = 0;
    *context = cursor + 1;
  }
  return token;
}

constexpr int kEinval = 22;
constexpr int kErange = 34;

/// strcpy_s and strcat_s: copies behind the first `used` characters, or empties `to` and says why.
template <typename Char>
constexpr int CopyChecked(Char *to, size_t size, const Char *from, size_t limit, bool append) {
  if (to == nullptr || size == 0) {
    return kEinval;
  }
  if (from == nullptr && limit != 0) {
    to[0] = 0;
    return kEinval;
  }
  const size_t used = append ? Length(to, size) : 0;
  const size_t length = limit == 0 ? 0 : Length(from, limit);
  if (used == size) {
    to[0] = 0;
    return kEinval;  // not terminated
  }
  if (length >= size - used) {
    to[0] = 0;
    return kErange;
  }
  for (size_t i = 0; i < length; ++i) {
    to[used + i] = from[i];
  }
  to[used + length] = 0;
  return 0;
}

}  // namespace ntcrt
