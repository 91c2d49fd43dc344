#pragma once
// Intrusive references: the count lives in the object (STYLE.md section 4).

#include <atomic>
#include <cstddef>
#include <type_traits>
#include <utility>

// Base of shared objects. The last Release calls Destroy(), which deletes the object unless overridden. An object
// begins with a count of one, which Adopt() takes over.
class RefCounted {
 public:
  RefCounted(const RefCounted &) = delete;
  RefCounted &operator=(const RefCounted &) = delete;

  void AddRef() { references_ += 1; }
  void Release() {
    references_ -= 1;
    if (references_ == 0) {
      Destroy();
    }
  }
  std::size_t References() const { return references_; }

 protected:
  RefCounted() = default;
  virtual ~RefCounted() = default;
  virtual void Destroy() { delete this; }

 private:
  std::size_t references_ = 1;  // The Executive and the host tests are single-threaded: no atomics.
};

// A counted pointer to T, null or owning one reference.
template <typename T>
class Ref {
 public:
  constexpr Ref() = default;
  constexpr Ref(std::nullptr_t) {}
  explicit Ref(T *object) : object_(object) {
    if (object_ != nullptr) {
      object_->AddRef();
    }
  }
  Ref(const Ref &other) : Ref(other.object_) {}
  Ref(Ref &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <typename U>
    requires std::is_convertible_v<U *, T *>
  Ref(const Ref<U> &other) : Ref(other.Get()) {}
  template <typename U>
    requires std::is_convertible_v<U *, T *>
  Ref(Ref<U> &&other) noexcept : object_(other.Leak()) {}
  Ref &operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) {
      object_->Release();
    }
  }

  T *Get() const { return object_; }
  T &operator*() const { return *object_; }
  T *operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  friend bool operator==(const Ref &a, const Ref &b) { return a.object_ == b.object_; }

  // Gives the reference up without releasing it: the caller owes one Release().
  [[nodiscard]] T *Leak() { return std::exchange(object_, nullptr); }

  // The same object as a U; the caller knows its type.
  template <typename U>
  Ref<U> As() const {
    return Ref<U>(static_cast<U *>(object_));
  }

 private:
  T *object_ = nullptr;
};

// Takes over the reference that a new object was born with (or that Leak() gave up).
template <typename T>
Ref<T> Adopt(T *object) {
  Ref<T> reference(object);
  if (object != nullptr) {
    object->Release();
  }
  return reference;
}
