#pragma once
// Hardware and compatible IDs as NT's PCI bus driver forms them ("Identifiers for PCI Devices", WDK), most special
// first.

#include <pci/config.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace pci {

// A text of fixed room; what does not fit is cut (the rooms below are large enough for what is put in).
template <std::size_t Room>
class Text {
 public:
  void Append(std::u16string_view text) {
    for (const char16_t unit : text) {
      Append(unit);
    }
  }
  void Append(char16_t unit) {
    if (size_ < Room) {
      units_[size_] = unit;
      size_ += 1;
    }
  }
  // `digits` upper-case hexadecimal digits.
  void AppendHex(std::uint32_t value, unsigned digits) {
    while (digits != 0) {
      digits -= 1;
      Append(u"0123456789ABCDEF"[value >> (4 * digits) & 0xF]);
    }
  }
  void AppendDecimal(std::uint32_t value) {
    if (value >= 10) {
      AppendDecimal(value / 10);
    }
    Append(static_cast<char16_t>(u'0' + value % 10));
  }
  std::u16string_view View() const { return {units_.data(), size_}; }
  std::size_t Size() const { return size_; }

 private:
  std::array<char16_t, Room> units_{};
  std::size_t size_ = 0;
};

using Id = Text<56>;
// Several strings, each with its zero, and one more zero at the end (REG_MULTI_SZ).
using IdList = Text<448>;

// PCI\VEN_vvvv&DEV_dddd&SUBSYS_ssssnnnn&REV_rr
Id DeviceId(const Identity &identity);
IdList HardwareIds(const Identity &identity);
IdList CompatibleIds(const Identity &identity);

// What a person calls a function of this class, for DeviceTextDescription.
std::u16string_view ClassName(const Identity &identity);

}  // namespace pci
