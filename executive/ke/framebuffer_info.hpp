#pragma once
// Where the screen is, from what boot loaders and firmware say. Pure.

#include <sel4/sel4.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace ke {

// Bits of a pixel that are one colour.
struct Channel {
  std::uint8_t position = 0;
  std::uint8_t size = 0;
  bool operator==(const Channel &) const = default;
};

// A linear framebuffer that can be drawn on, or text mode.
struct FramebufferInfo {
  bool text = false;  // VGA text cells; nothing else counts then
  std::uint64_t address = 0;
  std::uint32_t pitch = 0;  // bytes from one line to the next
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint8_t bytes_per_pixel = 0;  // 2 to 4
  Channel red;
  Channel green;
  Channel blue;

  std::uint64_t Size() const { return std::uint64_t{pitch} * height; }
  bool operator==(const FramebufferInfo &) const = default;
};

// Each gives nothing when there is no such screen or its description makes no sense.

// Multiboot 2's tag as the kernel hands it on (SEL4_ABI.md section 3). The masks are not part of it: a PC's are taken.
std::optional<FramebufferInfo> ReadFramebufferChunk(const seL4_X86_BootInfo_fb_t &chunk);
// Multiboot 1's: the mode information of VBE 3.0, section 4.
std::optional<FramebufferInfo> ReadVbeChunk(const seL4_X86_BootInfo_VBE &chunk);

// Coreboot's tables (src/commonlib/include/commonlib/coreboot_tables.h describes them).
inline constexpr std::size_t kCorebootHeader = 24;
inline constexpr std::size_t kCorebootLargest = 0x1'0000;
// Bytes of the whole table of which `start` has at least the header; 0 when it is none.
std::size_t CorebootTableSize(std::span<const std::byte> start);
struct CorebootAnswer {
  std::optional<FramebufferInfo> framebuffer;
  std::uint64_t forward = 0;  // where the real table is, or 0
};
// Reads a whole table. A wrong checksum or a malformed record gives an empty answer.
CorebootAnswer ReadCorebootTable(std::span<const std::byte> table);

}  // namespace ke
