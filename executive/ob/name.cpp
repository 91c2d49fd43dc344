#include <ob/name.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace ob {

Name::Name(Name &&other) noexcept
    : text_(std::exchange(other.text_, nullptr)), length_(std::exchange(other.length_, 0)) {}

Name &Name::operator=(Name &&other) noexcept {
  std::swap(text_, other.text_);
  std::swap(length_, other.length_);
  return *this;
}

Name::~Name() { delete[] text_; }

Result<Name> Name::Allocate(std::size_t length) {
  Name name;
  if (length > kMaximumNameLength) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  if (length == 0) {
    return name;
  }
  name.text_ = new (std::nothrow) char16_t[length];
  if (name.text_ == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  name.length_ = length;
  return name;
}

Result<Name> Name::Join(NameView first, NameView second) {
  Name name = TRY(Allocate(first.size() + second.size()));
  std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), name.text_));
  return name;
}

}  // namespace ob
