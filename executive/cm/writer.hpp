#pragma once
// Clipped output of information structures.

#include <cm/information.hpp>

#include <algorithm>

namespace cm {

// Knows how long the caller's buffer is and how much the structure needs, and drops what does not fit.
class Writer {
 public:
  // `fixed`: bytes that must fit for anything to be written.
  Writer(Output &out, ULONG length, std::size_t fixed, std::size_t required)
      : out_(out), length_(length), fixed_(fixed), required_(required) {}

  Result<void> Put(std::size_t offset, std::span<const std::byte> bytes) {
    if (length_ < fixed_ || offset >= length_ || bytes.empty()) {
      return {};
    }
    return out_.Put(offset, bytes.first(std::min<std::size_t>(bytes.size(), length_ - offset)));
  }
  // The fixed part of a structure whose last member is a variable array.
  template <typename T>
  Result<void> PutHead(const T &head) {
    return Put(0, std::as_bytes(std::span(&head, 1)).first(fixed_));
  }
  Result<void> PutName(std::size_t offset, const hive::Name &name) {
    constexpr std::size_t kChunk = 64;
    for (std::size_t at = 0; at < name.Length() && offset + at * 2 < length_; at += kChunk) {
      char16_t units[kChunk];
      const std::size_t count = std::min(kChunk, name.Length() - at);
      for (std::size_t i = 0; i < count; i++) {
        units[i] = name[at + i];
      }
      TRY(Put(offset + at * 2, std::as_bytes(std::span(units, count))));
    }
    return {};
  }
  Result<void> PutData(std::size_t offset, hive::Hive &hive, hive::Value value) {
    for (std::uint32_t at = 0; offset + at < length_;) {
      const auto piece = hive.DataAt(value, at);
      if (piece.empty()) {
        break;
      }
      TRY(Put(offset + at, piece));
      at += static_cast<std::uint32_t>(piece.size());
    }
    return {};
  }

  Formatted Done() const {
    const NTSTATUS status = length_ < fixed_      ? STATUS_BUFFER_TOO_SMALL
                            : length_ < required_ ? STATUS_BUFFER_OVERFLOW
                                                  : STATUS_SUCCESS;
    return {status, static_cast<ULONG>(required_)};
  }

 private:
  Output &out_;
  ULONG length_;
  std::size_t fixed_;
  std::size_t required_;
};

}  // namespace cm
