#include "framebuffer_info.hpp"

#include <cstring>

namespace ke {
namespace {

constexpr std::uint64_t kAddressEnd = std::uint64_t{1} << 46;  // what our address space has room for
constexpr std::uint64_t kLargestScreen = std::uint64_t{256} << 20;
constexpr unsigned kSmallestWidth = 8;
constexpr unsigned kSmallestHeight = 16;

// The fields of a packed, little endian structure. Offsets beyond the end give 0.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t Read(std::size_t offset, unsigned size) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size && offset + i < bytes_.size(); i += 1) {
      value |= std::to_integer<std::uint64_t>(bytes_[offset + i]) << (8 * i);
    }
    return value;
  }
  std::uint8_t Read8(std::size_t offset) const { return static_cast<std::uint8_t>(Read(offset, 1)); }
  std::uint16_t Read16(std::size_t offset) const { return static_cast<std::uint16_t>(Read(offset, 2)); }
  std::uint32_t Read32(std::size_t offset) const { return static_cast<std::uint32_t>(Read(offset, 4)); }
  Channel ReadChannel(std::size_t position, std::size_t size) const { return {Read8(position), Read8(size)}; }

 private:
  std::span<const std::byte> bytes_;
};

FramebufferInfo TextMode() {
  FramebufferInfo info;
  info.text = true;
  return info;
}

// The masks of all PC graphics hardware.
void UsualChannels(FramebufferInfo &info, unsigned bits) {
  if (bits == 15) {
    info.red = {10, 5}, info.green = {5, 5}, info.blue = {0, 5};
  } else if (bits == 16) {
    info.red = {11, 5}, info.green = {5, 6}, info.blue = {0, 5};
  } else {
    info.red = {16, 8}, info.green = {8, 8}, info.blue = {0, 8};
  }
}

// The description, when everything that is drawn with it lies within the framebuffer.
std::optional<FramebufferInfo> Checked(FramebufferInfo info, unsigned bits) {
  if (bits != 15 && bits != 16 && bits != 24 && bits != 32) {
    return {};
  }
  info.bytes_per_pixel = static_cast<std::uint8_t>((bits + 7) / 8);
  if (info.red.size == 0 && info.green.size == 0 && info.blue.size == 0) {
    UsualChannels(info, bits);
  }
  for (const Channel &channel : {info.red, info.green, info.blue}) {
    if (channel.size == 0 || channel.size > 16 ||
        unsigned{channel.position} + channel.size > 8u * info.bytes_per_pixel) {
      return {};
    }
  }
  if (info.width < kSmallestWidth || info.height < kSmallestHeight ||
      info.pitch < std::uint64_t{info.width} * info.bytes_per_pixel || info.Size() > kLargestScreen ||
      info.address == 0 || info.address >= kAddressEnd - kLargestScreen) {
    return {};
  }
  return info;
}

}  // namespace

std::optional<FramebufferInfo> ReadFramebufferChunk(const seL4_X86_BootInfo_fb_t &chunk) {
  constexpr std::uint8_t kRgb = 1;
  constexpr std::uint8_t kEgaText = 2;
  if (chunk.header.len < sizeof(chunk)) {
    return {};
  }
  if (chunk.type == kEgaText) {
    return TextMode();
  }
  if (chunk.type != kRgb) {
    return {};
  }
  FramebufferInfo info;
  info.address = chunk.addr;
  info.pitch = chunk.pitch;
  info.width = chunk.width;
  info.height = chunk.height;
  return Checked(info, chunk.bpp);
}

std::optional<FramebufferInfo> ReadVbeChunk(const seL4_X86_BootInfo_VBE &chunk) {
  constexpr std::uint16_t kSupported = 1 << 0;
  constexpr std::uint16_t kGraphics = 1 << 4;
  constexpr std::uint16_t kLinear = 1 << 7;
  constexpr std::uint8_t kPacked = 4;
  constexpr std::uint8_t kDirectColour = 6;
  if (chunk.header.len < sizeof(chunk)) {
    return {};
  }
  Fields control(std::as_bytes(std::span(chunk.vbeInfoBlock)));
  Fields mode(std::as_bytes(std::span(chunk.vbeModeInfoBlock)));
  std::uint16_t attributes = mode.Read16(0x00);
  if ((attributes & kSupported) == 0) {
    return {};
  }
  if ((attributes & kGraphics) == 0) {
    return TextMode();
  }
  std::uint8_t model = mode.Read8(0x1b);
  if ((attributes & kLinear) == 0 || (model != kDirectColour && model != kPacked)) {
    return {};
  }
  FramebufferInfo info;
  info.address = mode.Read32(0x28);
  info.pitch = mode.Read16(0x10);
  info.width = mode.Read16(0x12);
  info.height = mode.Read16(0x14);
  if (model == kDirectColour) {
    info.red = mode.ReadChannel(0x20, 0x1f);
    info.green = mode.ReadChannel(0x22, 0x21);
    info.blue = mode.ReadChannel(0x24, 0x23);
  }
  // Version 3.0 has fields of their own for linear modes.
  if (control.Read16(4) >= 0x300 && mode.Read16(0x32) != 0) {
    info.pitch = mode.Read16(0x32);
    if (model == kDirectColour && mode.Read8(0x36) != 0) {
      info.red = mode.ReadChannel(0x37, 0x36);
      info.green = mode.ReadChannel(0x39, 0x38);
      info.blue = mode.ReadChannel(0x3b, 0x3a);
    }
  }
  return Checked(info, mode.Read8(0x19));
}

namespace {

// The Internet checksum of `bytes` with its complement taken, as coreboot computes it.
std::uint16_t InternetChecksum(std::span<const std::byte> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 1) {
    sum += std::to_integer<std::uint32_t>(bytes[i]) << (i % 2 * 8);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

std::optional<FramebufferInfo> ReadCorebootFramebuffer(std::span<const std::byte> record) {
  constexpr std::size_t kLeast = 36;
  if (record.size() < kLeast) {
    return {};
  }
  Fields fields(record);
  FramebufferInfo info;
  info.address = fields.Read(8, 8);
  info.width = fields.Read32(16);
  info.height = fields.Read32(20);
  info.pitch = fields.Read32(24);
  info.red = fields.ReadChannel(29, 30);
  info.green = fields.ReadChannel(31, 32);
  info.blue = fields.ReadChannel(33, 34);
  return Checked(info, fields.Read8(28));
}

}  // namespace

std::size_t CorebootTableSize(std::span<const std::byte> start) {
  Fields header(start);
  if (start.size() < kCorebootHeader || std::memcmp(start.data(), "LBIO", 4) != 0 ||
      header.Read32(4) != kCorebootHeader || InternetChecksum(start.first(kCorebootHeader)) != 0) {
    return 0;
  }
  std::size_t size = kCorebootHeader + std::size_t{header.Read32(12)};
  return size <= kCorebootLargest ? size : 0;
}

CorebootAnswer ReadCorebootTable(std::span<const std::byte> table) {
  constexpr std::uint32_t kForward = 0x11;
  constexpr std::uint32_t kFramebuffer = 0x12;
  constexpr std::size_t kRecordHeader = 8;
  std::size_t size = CorebootTableSize(table);
  if (size == 0 || size > table.size()) {
    return {};
  }
  Fields header(table);
  std::span<const std::byte> records = table.subspan(kCorebootHeader, size - kCorebootHeader);
  if (InternetChecksum(records) != header.Read16(16)) {
    return {};
  }
  CorebootAnswer answer;
  while (!records.empty()) {
    Fields fields(records);
    std::uint32_t length = fields.Read32(4);
    if (length < kRecordHeader || length > records.size()) {
      return {};
    }
    if (fields.Read32(0) == kForward) {
      answer.forward = fields.Read(8, 8);
    } else if (fields.Read32(0) == kFramebuffer) {
      answer.framebuffer = ReadCorebootFramebuffer(records.first(length));
    }
    records = records.subspan(length);
  }
  return answer;
}

}  // namespace ke
