#pragma once
// A growing array whose growth can fail: what the plug and play manager keeps its lists in.

#include <rtl/result.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

namespace pnp {

// Owns its items, which may be of any movable type. References to items end with the next Append.
template <typename T>
class Array {
 public:
  Array() = default;
  Array(Array &&other) noexcept
      : items_(std::move(other.items_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Array &operator=(Array &&other) noexcept {
    std::swap(items_, other.items_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  // Room for `count` items in all. STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Reserve(std::size_t count) {
    if (count <= capacity_) {
      return {};
    }
    const std::size_t capacity = count > capacity_ * 2 ? count : capacity_ * 2;
    std::unique_ptr<T[]> items(new (std::nothrow) T[capacity]());
    if (items == nullptr) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    for (std::size_t i = 0; i < size_; i += 1) {
      items[i] = std::move(items_[i]);
    }
    items_ = std::move(items);
    capacity_ = capacity;
    return {};
  }
  // New items are value-initialised. STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Resize(std::size_t count) {
    TRY(Reserve(count));
    for (std::size_t i = size_; i < count; i += 1) {
      items_[i] = T();
    }
    size_ = count;
    return {};
  }
  // STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Append(T item) {
    TRY(Reserve(size_ + 1));
    items_[size_] = std::move(item);
    size_ += 1;
    return {};
  }
  // Appends copies of all. STATUS_INSUFFICIENT_RESOURCES.
  Result<void> AppendAll(std::span<const T> more) {
    TRY(Reserve(size_ + more.size()));
    for (const T &item : more) {
      items_[size_] = item;
      size_ += 1;
    }
    return {};
  }
  // Takes item `index`, below Size(), out; the order of the others stays.
  void Remove(std::size_t index) {
    for (std::size_t i = index; i + 1 < size_; i += 1) {
      items_[i] = std::move(items_[i + 1]);
    }
    size_ -= 1;
    items_[size_] = T();
  }
  void Clear() {
    items_.reset();
    size_ = 0;
    capacity_ = 0;
  }
  // The first `count` items only, which is at most Size().
  void Truncate(std::size_t count) { size_ = count; }

  std::size_t Size() const { return size_; }
  bool Empty() const { return size_ == 0; }
  T *begin() { return items_.get(); }
  T *end() { return items_.get() + size_; }
  const T *begin() const { return items_.get(); }
  const T *end() const { return items_.get() + size_; }
  T &operator[](std::size_t index) { return items_[index]; }
  const T &operator[](std::size_t index) const { return items_[index]; }
  std::span<T> Items() { return {items_.get(), size_}; }
  std::span<const T> Items() const { return {items_.get(), size_}; }

 private:
  std::unique_ptr<T[]> items_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

using Bytes = Array<std::byte>;

// Text of its own. STATUS_INSUFFICIENT_RESOURCES.
class Text {
 public:
  Text() = default;
  static Result<Text> Create(std::u16string_view text) {
    Text made;
    TRY(made.units_.AppendAll(std::span(text.data(), text.size())));
    return made;
  }
  // The pieces one after the other.
  static Result<Text> Join(std::initializer_list<std::u16string_view> pieces) {
    Text made;
    for (const std::u16string_view piece : pieces) {
      TRY(made.Append(piece));
    }
    return made;
  }
  Result<void> Append(std::u16string_view more) { return units_.AppendAll(std::span(more.data(), more.size())); }
  Result<Text> Copy() const { return Create(View()); }

  std::u16string_view View() const { return {units_.begin(), units_.Size()}; }
  std::span<char16_t> Units() { return units_.Items(); }
  bool Empty() const { return units_.Empty(); }

 private:
  Array<char16_t> units_;
};

}  // namespace pnp
