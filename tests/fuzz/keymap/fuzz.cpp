// A table from anywhere, and keys from anywhere: no crash, and never more bytes than fit.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "keymap/keyboard.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) {
    return 0;
  }
  const auto all = std::as_bytes(std::span(data + 2, size - 2));
  const size_t length = data[0] | static_cast<size_t>(data[1]) << 8;
  if (length > all.size()) {
    return 0;
  }
  const std::optional<keymap::Layout> layout = keymap::Layout::Parse(all.first(length));
  if (!layout) {
    return 0;
  }
  keymap::Keyboard keyboard(*layout);
  const auto events = all.subspan(length);
  for (size_t i = 0; i + 1 < events.size(); i += 2) {
    const keymap::Output output =
        keyboard.Put(static_cast<uint16_t>(events[i]), static_cast<uint16_t>(static_cast<unsigned>(events[i + 1]) & 7));
    if (output.size > output.bytes.size() || keyboard.Indicators() > 7) {
      std::abort();
    }
  }
  return 0;
}
