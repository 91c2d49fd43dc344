#include <hive/name.hpp>

namespace hive {

char16_t Upcase(char16_t unit) {
  if (unit < 0x80) {
    return unit >= u'a' && unit <= u'z' ? static_cast<char16_t>(unit - 0x20) : unit;
  }
  if (unit == 0xFF) {
    return 0x178;
  }
  if (unit >= 0xE0 && unit <= 0xFE && unit != 0xF7) {
    return static_cast<char16_t>(unit - 0x20);
  }
  return unit;
}

}  // namespace hive
