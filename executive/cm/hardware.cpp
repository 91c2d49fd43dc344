#include <nt/ntregapi.h>
#include <cm/hardware.hpp>

#include <algorithm>

namespace cm {
namespace {

// A short text that is put together from ASCII.
class Text {
 public:
  Text &operator<<(std::string_view text) {
    for (char c : text) {
      if (length_ < std::size(units_) - 1) {
        units_[length_++] = static_cast<char16_t>(static_cast<unsigned char>(c));
      }
    }
    return *this;
  }
  Text &operator<<(std::uint32_t number) {
    char digits[10];
    std::size_t at = std::size(digits);
    do {
      digits[--at] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    return *this << std::string_view(digits + at, std::size(digits) - at);
  }
  // With the terminating zero, as REG_SZ is stored.
  std::span<const std::byte> Bytes() const { return std::as_bytes(std::span(units_, length_ + 1)); }

 private:
  char16_t units_[96] = {};
  std::size_t length_ = 0;
};

// Up to the first zero, without spaces around it.
template <std::size_t N>
std::string_view Trimmed(const std::array<char, N> &field) {
  std::string_view text(field.data(), static_cast<std::size_t>(std::ranges::find(field, '\0') - field.begin()));
  while (text.starts_with(' ')) {
    text.remove_prefix(1);
  }
  while (text.ends_with(' ')) {
    text.remove_suffix(1);
  }
  return text;
}

class Describer {
 public:
  Describer(Registry &registry, std::uint64_t time) : registry_(registry), time_(time) {}

  Result<Ref<Node>> Key(const Ref<Node> &parent, std::u16string_view name, std::u16string_view class_name = {}) {
    return registry_.CreateKey(parent, name, {.class_name = class_name, .is_volatile = true, .time = time_});
  }
  Result<void> String(Node &key, std::u16string_view name, const Text &text) {
    return registry_.SetValue(key, name, REG_SZ, text.Bytes(), time_);
  }
  Result<void> Number(Node &key, std::u16string_view name, std::uint32_t number) {
    return registry_.SetValue(key, name, REG_DWORD, std::as_bytes(std::span(&number, 1)), time_);
  }

 private:
  Registry &registry_;
  std::uint64_t time_;
};

Result<void> DescribeProcessor(Describer &describe, const Ref<Node> &system, const Processor &processor) {
  const auto processors = TRY(describe.Key(system, u"CentralProcessor", u"Processor"));
  const auto first = TRY(describe.Key(processors, u"0", u"Processor"));
  const std::string_view vendor = Trimmed(processor.vendor);
  Text identifier;
  identifier << (vendor == "GenuineIntel" ? "Intel64" : "AMD64") << " Family " << processor.family << " Model "
             << processor.model << " Stepping " << processor.stepping;
  TRY(describe.String(*first, u"Identifier", identifier));
  TRY(describe.String(*first, u"ProcessorNameString", Text() << Trimmed(processor.name)));
  TRY(describe.String(*first, u"VendorIdentifier", Text() << vendor));
  TRY(describe.Number(*first, u"FeatureSet", processor.features));
  return describe.Number(*first, u"~MHz", processor.megahertz);
}

}  // namespace

Result<void> DescribeHardware(Registry &registry, const Processor &processor, std::uint64_t time) {
  Describer describe(registry, time);
  const auto hardware = TRY(registry.Open(u"MACHINE\\HARDWARE"));
  const auto description = TRY(describe.Key(hardware, u"DESCRIPTION"));
  const auto system = TRY(describe.Key(description, u"System", u"System"));
  TRY(describe.String(*system, u"Identifier", Text() << "AT/AT COMPATIBLE"));
  TRY(DescribeProcessor(describe, system, processor));
  TRY(describe.Key(hardware, u"DEVICEMAP"));
  TRY(describe.Key(hardware, u"RESOURCEMAP"));
  return {};
}

}  // namespace cm
