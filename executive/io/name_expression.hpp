#pragma once
// Wildcards in file names, as FsRtlIsNameInExpression (WDK reference) describes them.

#include <string_view>

namespace io {

// The wildcards that Win32 translates DOS patterns to.
inline constexpr char16_t kDosStar = u'<';  // any characters but the name's last period
inline constexpr char16_t kDosQm = u'>';    // one character but a period; nothing before a period or the end
inline constexpr char16_t kDosDot = u'"';   // a period, or nothing at the end

// Whether `name` (at most 255 characters) matches `expression`, without regard to case.
bool IsNameInExpression(std::u16string_view expression, std::u16string_view name);

// Whether `name` has a character that is a wildcard.
bool HasWildcards(std::u16string_view name);

}  // namespace io
