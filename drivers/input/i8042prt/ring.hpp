// A ring of input records between the ISR, which puts, and a DPC, which takes whole runs. The caller holds the lock.
#pragma once

#include <cstddef>
#include <cstdint>

namespace i8042 {

/// Records live in memory that the owner gives; one place stays free to tell full from empty.
template <typename T>
class Ring {
 public:
  struct Run {
    T *begin;
    T *end;
  };

  void Use(T *records, uint32_t count) { records_ = records, size_ = count, in_ = out_ = 0; }
  T *Records() const { return records_; }
  uint32_t Capacity() const { return size_ == 0 ? 0 : size_ - 1; }
  bool Empty() const { return in_ == out_; }
  void Clear() { in_ = out_ = 0; }

  /// False when there is no place: the record is lost.
  bool Put(const T &record) {
    if (size_ == 0) {
      return false;
    }
    const uint32_t next = in_ + 1 == size_ ? 0 : in_ + 1;
    if (next == out_) {
      return false;
    }
    records_[in_] = record;
    in_ = next;
    return true;
  }

  /// The oldest records that lie side by side.
  Run Front() const { return {records_ + out_, records_ + (in_ >= out_ ? in_ : size_)}; }

  /// Takes the first `count` records of Front() away; more than there are count as all.
  void Take(uint32_t count) {
    const Run run = Front();
    const auto there = static_cast<uint32_t>(run.end - run.begin);
    out_ += count < there ? count : there;
    if (out_ >= size_) {
      out_ = 0;
    }
  }

 private:
  T *records_;
  uint32_t size_;
  uint32_t in_;
  uint32_t out_;
};

}  // namespace i8042
