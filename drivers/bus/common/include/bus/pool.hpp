#pragma once
// Objects in nonpaged pool.

#include <ntddk.h>

#include <new>
#include <utility>

namespace bus {

// A block of pool that goes with its owner; `Release` hands it on (to an IRP's Information, for instance).
class PoolBlock {
 public:
  PoolBlock() = default;
  // Zeroed; empty when there is no memory.
  PoolBlock(SIZE_T size, ULONG tag) : memory_(ExAllocatePoolWithTag(NonPagedPoolNx, size, tag)), size_(size) {
    if (memory_ != nullptr) {
      RtlZeroMemory(memory_, size);
    } else {
      size_ = 0;
    }
  }
  PoolBlock(PoolBlock &&other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  PoolBlock &operator=(PoolBlock &&other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~PoolBlock() {
    if (memory_ != nullptr) {
      ExFreePool(memory_);
    }
  }

  explicit operator bool() const { return memory_ != nullptr; }
  void *Data() const { return memory_; }
  SIZE_T Size() const { return size_; }
  void *Release() {
    size_ = 0;
    return std::exchange(memory_, nullptr);
  }

 private:
  void *memory_ = nullptr;
  SIZE_T size_ = 0;
};

// Holds a fast mutex for a scope.
class FastMutexGuard {
 public:
  explicit FastMutexGuard(FAST_MUTEX &mutex) : mutex_(mutex) { ExAcquireFastMutex(&mutex_); }
  ~FastMutexGuard() { ExReleaseFastMutex(&mutex_); }
  FastMutexGuard(const FastMutexGuard &) = delete;
  FastMutexGuard &operator=(const FastMutexGuard &) = delete;

 private:
  FAST_MUTEX &mutex_;
};

}  // namespace bus
