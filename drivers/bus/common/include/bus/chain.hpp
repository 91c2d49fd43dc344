#pragma once
// The children of a bus in the order in which they were found.

namespace bus {

// T has a member `T *next`. Owns nothing; the caller locks.
template <typename T>
class Chain {
 public:
  T *First() const { return first_; }
  void Append(T *item) {
    T **at = &first_;
    while (*at != nullptr) {
      at = &(*at)->next;
    }
    item->next = nullptr;
    *at = item;
  }
  // Takes an item out that is in.
  void Remove(T *item) {
    T **at = &first_;
    while (*at != item) {
      at = &(*at)->next;
    }
    *at = item->next;
  }

 private:
  T *first_ = nullptr;
};

}  // namespace bus
