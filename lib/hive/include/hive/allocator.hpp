#pragma once
// Where a hive gets its memory from: the Executive gives it pool, a host program the heap.

#include <rtl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

namespace hive {

// The caller's memory. It outlives every hive made with it.
class Allocator {
 public:
  // `bytes` of memory aligned to 8, or null: running out becomes STATUS_INSUFFICIENT_RESOURCES.
  virtual void *Allocate(std::size_t bytes) = 0;
  virtual void Free(void *memory, std::size_t bytes) = 0;

 protected:
  ~Allocator() = default;
};

// A growing array of plain values in an Allocator's memory.
template <typename T>
  requires std::is_trivially_copyable_v<T>
class Array {
 public:
  explicit Array(Allocator &allocator) : allocator_(&allocator) {}
  Array(Array &&other) noexcept
      : allocator_(other.allocator_),
        items_(std::exchange(other.items_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Array &operator=(Array &&other) noexcept {
    std::swap(allocator_, other.allocator_);
    std::swap(items_, other.items_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~Array() {
    if (items_ != nullptr) {
      allocator_->Free(items_, capacity_ * sizeof(T));
    }
  }

  // Room for `count` items in all; Append cannot fail up to there.
  Result<void> Reserve(std::size_t count) {
    if (count <= capacity_) {
      return {};
    }
    const std::size_t capacity = count > capacity_ * 2 ? count : capacity_ * 2;
    auto *items = static_cast<T *>(allocator_->Allocate(capacity * sizeof(T)));
    if (items == nullptr) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    if (items_ != nullptr) {
      std::memcpy(items, items_, size_ * sizeof(T));
      allocator_->Free(items_, capacity_ * sizeof(T));
    }
    items_ = items;
    capacity_ = capacity;
    return {};
  }
  // New items are zero.
  Result<void> Resize(std::size_t count) {
    TRY(Reserve(count));
    if (count > size_) {
      std::memset(static_cast<void *>(items_ + size_), 0, (count - size_) * sizeof(T));
    }
    size_ = count;
    return {};
  }
  Result<void> Append(const T &item) {
    TRY(Reserve(size_ + 1));
    items_[size_++] = item;
    return {};
  }

  std::size_t Size() const { return size_; }
  std::span<T> Items() { return {items_, size_}; }
  std::span<const T> Items() const { return {items_, size_}; }
  T &operator[](std::size_t index) { return items_[index]; }
  const T &operator[](std::size_t index) const { return items_[index]; }

 private:
  Allocator *allocator_;
  T *items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace hive
