// Read-only pages of an image that the loader has to write to.
#pragma once

#include "../ntdllp.hpp"

namespace ldr {

// A run of an image's pages is writable as long as this lives.
class Writable {
 public:
  Writable(char *start, size_t size) : base_(start), size_(size) {
    status_ = NtProtectVirtualMemory(NtCurrentProcess(), &base_, &size_, PAGE_READWRITE, &old_);
  }
  ~Writable() {
    if (NT_SUCCESS(status_)) {
      ULONG ignored = 0;
      NtProtectVirtualMemory(NtCurrentProcess(), &base_, &size_, old_, &ignored);
    }
  }
  Writable(const Writable &) = delete;
  Writable &operator=(const Writable &) = delete;
  NTSTATUS Status() const { return status_; }

 private:
  PVOID base_;
  SIZE_T size_;
  ULONG old_ = 0;
  NTSTATUS status_;
};

}  // namespace ldr
