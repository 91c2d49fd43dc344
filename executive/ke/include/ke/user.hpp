#pragma once
// The only way to user memory. A UserIn/UserOut/UserInOut is a pointer argument of a service: it is checked, and copied
// as a whole, so what the service works on cannot change under it (ARCHITECTURE.md 2.2).

#include <nt/ntdef.h>

#include <rtl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace ke {

using UserAddress = std::uint64_t;

// First address that no user pointer may reach (MmUserProbeAddress).
inline constexpr UserAddress kUserProbeAddress = 0x7fff'ffff'0000;

// What user memory is reached through: an address space, implemented by mm; tests give their own.
class UserSpace {
 public:
  // The bytes at `address` as the Executive sees them, up to the end of that page and never empty. Resolves
  // demand-zero, copy-on-write and guard pages as an access by the program would. STATUS_ACCESS_VIOLATION,
  // STATUS_GUARD_PAGE_VIOLATION, STATUS_NO_MEMORY, STATUS_IN_PAGE_ERROR.
  virtual Result<std::span<std::byte>> Resolve(UserAddress address, bool write) = 0;

 protected:
  ~UserSpace() = default;
};

// Whether [address, address + length) is a range a program may name: STATUS_ACCESS_VIOLATION otherwise. A length of
// zero is always good (as ProbeForRead says).
Result<void> CheckRange(UserAddress address, std::size_t length);

// Copies between user memory and ours, page by page. Nothing is promised about a range that fails in its middle.
Result<void> CopyFromUser(UserSpace &space, void *to, UserAddress from, std::size_t length);
Result<void> CopyToUser(UserSpace &space, UserAddress to, const void *from, std::size_t length);
Result<void> FillUser(UserSpace &space, UserAddress to, std::byte value, std::size_t length);

// Touches every page of the range as a later copy would (ProbeForWrite), so that a bad buffer fails before anything is
// done.
Result<void> ProbeUser(UserSpace &space, UserAddress address, std::size_t length, bool write);

// An address that the service interprets itself, such as a buffer whose length is another argument.
struct UserPointer {
  UserSpace *space = nullptr;
  UserAddress address = 0;

  explicit operator bool() const { return address != 0; }
  Result<void> Read(void *to, std::size_t length, std::size_t offset = 0) const {
    return CopyFromUser(*space, to, address + offset, length);
  }
  Result<void> Write(const void *from, std::size_t length, std::size_t offset = 0) const {
    return CopyToUser(*space, address + offset, from, length);
  }
  Result<void> Probe(std::size_t length, bool write) const { return ProbeUser(*space, address, length, write); }
  UserPointer operator+(std::size_t offset) const { return {space, address + offset}; }
};

namespace detail {
// ProbeForRead/ProbeForWrite on amd64 ask alignment 4 of structures, none of scalars (wdm.h, PROBE_ALIGNMENT).
template <typename T>
Result<void> CheckAlignment(UserAddress address) {
  if constexpr (std::is_class_v<T> && alignof(T) >= 4) {
    if (address % 4 != 0) {
      return Fail(STATUS_DATATYPE_MISALIGNMENT);
    }
  }
  return {};
}
}  // namespace detail

// A pointer argument of type T that the service reads, once.
template <typename T>
class UserIn : public UserPointer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  UserIn() = default;
  explicit UserIn(UserPointer pointer) : UserPointer(pointer) {}
  Result<T> Read() const {
    TRY(detail::CheckAlignment<T>(address));
    T value;
    TRY(CopyFromUser(*space, &value, address, sizeof(T)));
    return value;
  }
};

// A pointer argument that the service writes. The dispatcher has probed it before the service runs.
template <typename T>
class UserOut : public UserPointer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  UserOut() = default;
  explicit UserOut(UserPointer pointer) : UserPointer(pointer) {}
  Result<void> Write(const T &value) const { return CopyToUser(*space, address, &value, sizeof(T)); }
  // Writes unless the optional pointer is null.
  Result<void> WriteIfGiven(const T &value) const {
    if (address == 0) {
      return {};
    }
    return Write(value);
  }
  Result<void> Probe() const {
    TRY(detail::CheckAlignment<T>(address));
    return ProbeUser(*space, address, sizeof(T), true);
  }
};

// A pointer argument that the service reads and later writes.
template <typename T>
class UserInOut : public UserOut<T> {
 public:
  UserInOut() = default;
  explicit UserInOut(UserPointer pointer) : UserOut<T>(pointer) {}
  Result<T> Read() const { return UserIn<T>(*this).Read(); }
};

// The text of a UNICODE_STRING in user memory, captured into pool memory and freed with the object. An odd length is
// rounded down to whole characters.
class CapturedString {
 public:
  CapturedString() = default;
  CapturedString(CapturedString &&other) noexcept;
  CapturedString &operator=(CapturedString &&other) noexcept;
  ~CapturedString();

  // STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT, STATUS_INSUFFICIENT_RESOURCES.
  static Result<CapturedString> Create(UserSpace &space, const UNICODE_STRING &string);
  static Result<CapturedString> Create(UserIn<UNICODE_STRING> string);

  std::u16string_view View() const { return {text_, length_}; }

 private:
  char16_t *text_ = nullptr;
  std::size_t length_ = 0;
};

}  // namespace ke

using ke::UserIn;
using ke::UserInOut;
using ke::UserOut;
using ke::UserPointer;
