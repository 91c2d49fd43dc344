#include <pe/exports.hpp>
#include <rtl/checked.hpp>

#include <array>
#include <cstring>
#include <optional>

namespace pe {
namespace {

template <typename T>
std::optional<T> ReadValue(const ImageReader &image, std::uint64_t rva) {
  T value{};
  if (rva > UINT32_MAX || !image.Read(static_cast<std::uint32_t>(rva), std::as_writable_bytes(std::span(&value, 1)))) {
    return std::nullopt;
  }
  return value;
}

Result<IMAGE_EXPORT_DIRECTORY> ReadDirectory(const ImageReader &image, IMAGE_DATA_DIRECTORY directory) {
  if (directory.Size < sizeof(IMAGE_EXPORT_DIRECTORY)) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  const auto exports = ReadValue<IMAGE_EXPORT_DIRECTORY>(image, directory.VirtualAddress);
  if (!exports) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  return *exports;
}

// Compares the zero-terminated text at `rva` with `name` as the linker sorts them (bytes). Nothing when it is not
// there.
std::optional<int> CompareName(const ImageReader &image, std::uint64_t rva, std::string_view name) {
  for (std::size_t i = 0;; i++) {
    const auto character = ReadValue<unsigned char>(image, rva + i);
    if (!character) {
      return std::nullopt;
    }
    const int wanted = i < name.size() ? static_cast<unsigned char>(name[i]) : 0;
    if (*character != wanted) {
      return *character < wanted ? -1 : 1;
    }
    if (i >= name.size()) {
      return 0;
    }
  }
}

Result<Export> FromIndex(const ImageReader &image, IMAGE_DATA_DIRECTORY directory,
                         const IMAGE_EXPORT_DIRECTORY &exports, std::uint32_t index, NTSTATUS absent) {
  if (index >= exports.NumberOfFunctions) {
    return Fail(absent);
  }
  const auto rva = ReadValue<std::uint32_t>(
      image, std::uint64_t{exports.AddressOfFunctions} + std::uint64_t{index} * sizeof(std::uint32_t));
  if (!rva) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  if (*rva == 0) {
    return Fail(absent);  // a gap in the ordinals
  }
  return Export{.rva = *rva,
                .ordinal = exports.Base + index,
                .forwarder = *rva >= directory.VirtualAddress && *rva - directory.VirtualAddress < directory.Size};
}

}  // namespace

bool MappedSpan::Read(std::uint32_t rva, std::span<std::byte> out) const {
  if (!RangeInside(rva, out.size(), image_.size())) {
    return false;
  }
  std::memcpy(out.data(), image_.data() + rva, out.size());
  return true;
}

Result<Export> FindExport(const ImageReader &image, IMAGE_DATA_DIRECTORY directory, std::string_view name) {
  const IMAGE_EXPORT_DIRECTORY exports = TRY(ReadDirectory(image, directory));
  if (name.find('\0') != std::string_view::npos) {
    return Fail(STATUS_ENTRYPOINT_NOT_FOUND);
  }
  // PE Format: the name pointer table is sorted, so that a binary search finds it.
  std::uint32_t low = 0;
  std::uint32_t high = exports.NumberOfNames;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const auto text = ReadValue<std::uint32_t>(
        image, std::uint64_t{exports.AddressOfNames} + std::uint64_t{middle} * sizeof(std::uint32_t));
    const auto order = text ? CompareName(image, *text, name) : std::nullopt;
    if (!order) {
      return Fail(STATUS_INVALID_IMAGE_FORMAT);
    }
    if (*order == 0) {
      const auto index = ReadValue<std::uint16_t>(
          image, std::uint64_t{exports.AddressOfNameOrdinals} + std::uint64_t{middle} * sizeof(std::uint16_t));
      if (!index) {
        return Fail(STATUS_INVALID_IMAGE_FORMAT);
      }
      return FromIndex(image, directory, exports, *index, STATUS_ENTRYPOINT_NOT_FOUND);
    }
    if (*order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return Fail(STATUS_ENTRYPOINT_NOT_FOUND);
}

Result<Export> FindExport(const ImageReader &image, IMAGE_DATA_DIRECTORY directory, std::uint32_t ordinal) {
  const IMAGE_EXPORT_DIRECTORY exports = TRY(ReadDirectory(image, directory));
  if (ordinal < exports.Base) {
    return Fail(STATUS_ORDINAL_NOT_FOUND);
  }
  return FromIndex(image, directory, exports, ordinal - exports.Base, STATUS_ORDINAL_NOT_FOUND);
}

Result<std::string_view> ReadForwarder(const ImageReader &image, const Export &entry, std::span<char> buffer) {
  for (std::size_t i = 0; i < buffer.size(); i++) {
    const auto character = ReadValue<char>(image, std::uint64_t{entry.rva} + i);
    if (!character) {
      return Fail(STATUS_INVALID_IMAGE_FORMAT);
    }
    if (*character == '\0') {
      return std::string_view(buffer.data(), i);
    }
    buffer[i] = *character;
  }
  return Fail(STATUS_BUFFER_TOO_SMALL);
}

}  // namespace pe
