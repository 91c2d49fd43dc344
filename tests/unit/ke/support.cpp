#include <ke/clock.hpp>
#include <support/executive.hpp>

#include <cstdlib>
#include <new>

namespace {

int allowed = -1;
int frames = 0;

bool Refused() {
  if (allowed < 0) {
    return false;
  }
  if (allowed == 0) {
    return true;
  }
  allowed -= 1;
  return false;
}

}  // namespace

// GoogleTest uses the throwing forms: only what the Executive calls can fail.
void *operator new(std::size_t size, const std::nothrow_t &) noexcept {
  return Refused() ? nullptr : ::operator new(size);
}
void *operator new[](std::size_t size, const std::nothrow_t &) noexcept {
  return Refused() ? nullptr : ::operator new[](size);
}

namespace coro {

void *AllocateFrame(std::size_t size) noexcept {
  void *frame = ::operator new(size, std::nothrow);
  frames += frame != nullptr ? 1 : 0;
  return frame;
}

void FreeFrame(void *frame, std::size_t) noexcept {
  frames -= 1;
  ::operator delete(frame);
}

}  // namespace coro

namespace ke::clock {

std::uint64_t PerformanceCounter() { return 12'345; }

}  // namespace ke::clock

namespace support {

void FailAllocationsAfter(int count) { allowed = count; }
int LiveFrames() { return frames; }

Result<std::span<std::byte>> Memory::Resolve(ke::UserAddress address, bool write) {
  constexpr ke::UserAddress kPage = 4096;
  ke::UserAddress page = address & ~(kPage - 1);
  if (page == 0 || (bad_page != 0 && page == bad_page) || (write && read_only_page != 0 && page == read_only_page)) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  return std::span(reinterpret_cast<std::byte *>(address), page + kPage - address);
}

}  // namespace support
