#pragma once
// Undo on the way out: two-phase publication dismisses the guard as its last step (STYLE.md practice 21).

#include <utility>

template <typename F>
class [[nodiscard]] Defer {
 public:
  explicit Defer(F undo) : undo_(std::move(undo)) {}
  Defer(const Defer &) = delete;
  Defer &operator=(const Defer &) = delete;
  ~Defer() {
    if (armed_) {
      undo_();
    }
  }
  // The work was published: nothing to undo.
  void Dismiss() { armed_ = false; }

 private:
  F undo_;
  bool armed_ = true;
};
