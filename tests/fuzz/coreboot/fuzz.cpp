// Coreboot's tables: whatever they say, a framebuffer that is accepted holds what would be drawn.

#include "framebuffer_info.hpp"

#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

std::uint16_t Sum(const std::byte *bytes, std::size_t size) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < size; i += 1) {
    sum += std::to_integer<std::uint32_t>(bytes[i]) << (i % 2 * 8);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  auto *bytes = reinterpret_cast<const std::byte *>(data);
  (void)ke::ReadCorebootTable({bytes, size});
  if (size > 4096) {
    return 0;
  }
  // The same as the records of a table that is well made otherwise.
  std::vector<std::byte> table(ke::kCorebootHeader + size);
  auto put = [&](std::size_t at, std::uint32_t value, unsigned count) {
    for (unsigned i = 0; i < count; i += 1) {
      table[at + i] = static_cast<std::byte>(value >> (8 * i));
    }
  };
  std::memcpy(table.data(), "LBIO", 4);
  put(4, ke::kCorebootHeader, 4);
  put(12, static_cast<std::uint32_t>(size), 4);
  if (size != 0) {
    std::memcpy(&table[ke::kCorebootHeader], data, size);
  }
  put(16, Sum(table.data() + ke::kCorebootHeader, size), 2);
  put(8, Sum(table.data(), ke::kCorebootHeader), 2);
  if (ke::CorebootTableSize(table) != table.size()) {
    std::abort();
  }
  ke::CorebootAnswer answer = ke::ReadCorebootTable(table);
  if (answer.framebuffer && !answer.framebuffer->text) {
    const ke::FramebufferInfo &info = *answer.framebuffer;
    if (std::uint64_t{info.width} * info.bytes_per_pixel > info.pitch || info.bytes_per_pixel < 2 ||
        info.bytes_per_pixel > 4) {
      std::abort();
    }
  }
  return 0;
}
