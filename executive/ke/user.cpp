#include <ke/user.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace ke {

Result<void> CheckRange(UserAddress address, std::size_t length) {
  if (length == 0) {
    return {};
  }
  UserAddress end;
  if (__builtin_add_overflow(address, length, &end) || end > kUserProbeAddress) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  return {};
}

Result<void> CopyFromUser(UserSpace &space, void *to, UserAddress from, std::size_t length) {
  TRY(CheckRange(from, length));
  auto *target = static_cast<std::byte *>(to);
  while (length != 0) {
    std::span<std::byte> piece = TRY(space.Resolve(from, false));
    std::size_t count = std::min(length, piece.size());
    std::memcpy(target, piece.data(), count);
    target += count;
    from += count;
    length -= count;
  }
  return {};
}

Result<void> CopyToUser(UserSpace &space, UserAddress to, const void *from, std::size_t length) {
  TRY(CheckRange(to, length));
  auto *source = static_cast<const std::byte *>(from);
  while (length != 0) {
    std::span<std::byte> piece = TRY(space.Resolve(to, true));
    std::size_t count = std::min(length, piece.size());
    std::memcpy(piece.data(), source, count);
    source += count;
    to += count;
    length -= count;
  }
  return {};
}

Result<void> FillUser(UserSpace &space, UserAddress to, std::byte value, std::size_t length) {
  TRY(CheckRange(to, length));
  while (length != 0) {
    std::span<std::byte> piece = TRY(space.Resolve(to, true));
    std::size_t count = std::min(length, piece.size());
    std::memset(piece.data(), static_cast<int>(value), count);
    to += count;
    length -= count;
  }
  return {};
}

Result<void> ProbeUser(UserSpace &space, UserAddress address, std::size_t length, bool write) {
  TRY(CheckRange(address, length));
  while (length != 0) {
    std::span<std::byte> piece = TRY(space.Resolve(address, write));
    std::size_t count = std::min(length, piece.size());
    address += count;
    length -= count;
  }
  return {};
}

CapturedString::CapturedString(CapturedString &&other) noexcept
    : text_(std::exchange(other.text_, nullptr)), length_(std::exchange(other.length_, 0)) {}

CapturedString &CapturedString::operator=(CapturedString &&other) noexcept {
  std::swap(text_, other.text_);
  std::swap(length_, other.length_);
  return *this;
}

CapturedString::~CapturedString() { delete[] text_; }

Result<CapturedString> CapturedString::Create(UserSpace &space, const UNICODE_STRING &string) {
  CapturedString captured;
  std::size_t length = string.Length / sizeof(char16_t);
  if (length == 0) {
    return captured;
  }
  captured.text_ = new (std::nothrow) char16_t[length];
  if (captured.text_ == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  captured.length_ = length;
  auto address = reinterpret_cast<UserAddress>(string.Buffer);
  if (address % sizeof(char16_t) != 0) {
    return Fail(STATUS_DATATYPE_MISALIGNMENT);
  }
  TRY(CopyFromUser(space, captured.text_, address, length * sizeof(char16_t)));
  return captured;
}

Result<CapturedString> CapturedString::Create(UserIn<UNICODE_STRING> string) {
  UNICODE_STRING value = TRY(string.Read());
  return Create(*string.space, value);
}

}  // namespace ke
