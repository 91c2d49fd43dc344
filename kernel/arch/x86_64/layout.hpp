#pragma once
// The kernel's part of every address space: the last entry of the PML4.
//   window  0xffffff8000000000  physical 0 .. 510 GiB, 1 GiB pages
//   image   0xffffffff80000000  physical 0 .. 1 GiB again, where the kernel is linked
//   devices 0xffffffffc0000000  local APIC and I/O APIC, uncached

#include "base/types.hpp"

namespace kernel {

constexpr Vaddr kWindowBase = 0xffffff8000000000;
constexpr Vaddr kImageBase = 0xffffffff80000000;
constexpr Vaddr kDeviceBase = 0xffffffffc0000000;
constexpr Word kWindowSize = Word{510} << 30;
constexpr Vaddr kUserTop = 0x00007fffffffffff;

/// The kernel's pointer to physical memory (below kWindowSize).
template <typename T = void>
inline T *ToPointer(Paddr address) {
  return reinterpret_cast<T *>(address + kWindowBase);
}
inline Paddr ToPaddr(const void *pointer) { return reinterpret_cast<Vaddr>(pointer) - kWindowBase; }
inline Paddr ImagePaddr(const void *symbol) { return reinterpret_cast<Vaddr>(symbol) - kImageBase; }
/// The window's pointer to an object that is part of the kernel image: capabilities name objects by window address.
template <typename T>
inline T *ImageToWindow(T *object) {
  return ToPointer<T>(ImagePaddr(object));
}
constexpr bool Canonical(Word address) {
  return static_cast<Word>(static_cast<int64_t>(address << 16) >> 16) == address;
}

}  // namespace kernel
