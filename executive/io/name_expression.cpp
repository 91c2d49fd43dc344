#include "name_expression.hpp"

#include <rtl/upcase.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace io {
namespace {

constexpr std::size_t kLongestName = 255;

// How much of the name may be matched so far: element n says that its first n characters may be.
using Lengths = std::array<bool, kLongestName + 1>;

// Adds to `to` all lengths from the lowest of `from` in [first, last] up to `last`.
void Spread(const Lengths &from, std::size_t first, std::size_t last, Lengths &to) {
  bool seen = false;
  for (std::size_t i = first; i <= last; i++) {
    seen = seen || from[i];
    to[i] = to[i] || seen;
  }
}

// The lengths that are matched after one wildcard or character at `i`.
void StepFrom(std::size_t i, char16_t wanted, std::u16string_view name, Lengths &next) {
  if (i == name.size()) {
    next[i] = next[i] || wanted == kDosQm || wanted == kDosDot;
    return;
  }
  const bool period = name[i] == u'.';
  switch (wanted) {
    case u'?':
      next[i + 1] = true;
      return;
    case kDosQm:
      next[period ? i : i + 1] = true;
      return;
    case kDosDot:
      next[i + 1] = next[i + 1] || period;
      return;
    default:
      next[i + 1] = next[i + 1] || rtl::Upcase(name[i]) == rtl::Upcase(wanted);
      return;
  }
}

Lengths Step(const Lengths &matched, char16_t wanted, std::u16string_view name) {
  Lengths next{};
  if (wanted == u'*') {
    Spread(matched, 0, name.size(), next);
    return next;
  }
  if (wanted == kDosStar) {
    // It stops before the last period; behind it, or without one, it goes to the end.
    const std::size_t period = name.rfind(u'.');
    const bool has_period = period != std::u16string_view::npos;
    if (has_period) {
      Spread(matched, 0, period, next);
    }
    Spread(matched, has_period ? period + 1 : 0, name.size(), next);
    return next;
  }
  for (std::size_t i = 0; i <= name.size(); i++) {
    if (matched[i]) {
      StepFrom(i, wanted, name, next);
    }
  }
  return next;
}

}  // namespace

bool IsNameInExpression(std::u16string_view expression, std::u16string_view name) {
  if (name.size() > kLongestName) {
    return false;
  }
  if (expression == u"*") {
    return true;
  }
  Lengths matched{};
  matched[0] = true;
  for (const char16_t wanted : expression) {
    matched = Step(matched, wanted, name);
    const auto end = matched.begin() + static_cast<std::ptrdiff_t>(name.size()) + 1;
    if (std::find(matched.begin(), end, true) == end) {
      return false;
    }
  }
  return matched[name.size()];
}

bool HasWildcards(std::u16string_view name) { return name.find_first_of(u"*?<>\"") != std::u16string_view::npos; }

}  // namespace io
