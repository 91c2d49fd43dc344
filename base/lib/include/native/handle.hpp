#pragma once
// A handle that closes itself.

#include <nt/nt_services.h>

#include <utility>

namespace native {

class Handle {
 public:
  Handle() = default;
  explicit Handle(HANDLE handle) : handle_(handle) {}
  Handle(Handle &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle &operator=(Handle &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() {
    if (handle_ != nullptr) {
      NtClose(handle_);
    }
  }
  HANDLE Get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

  // Where a service puts a new handle; only for an empty one.
  PHANDLE Out() { return &handle_; }

 private:
  HANDLE handle_ = nullptr;
};

}  // namespace native
