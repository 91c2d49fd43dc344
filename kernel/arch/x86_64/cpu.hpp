#pragma once
// Single instructions of the processor.

#include "base/types.hpp"

namespace kernel::cpu {

inline void Out8(uint16_t port, uint8_t value) { asm volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
inline void Out16(uint16_t port, uint16_t value) { asm volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
inline void Out32(uint16_t port, uint32_t value) { asm volatile("outl %0, %1" : : "a"(value), "Nd"(port)); }
inline uint8_t In8(uint16_t port) {
  uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
inline uint16_t In16(uint16_t port) {
  uint16_t value;
  asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
inline uint32_t In32(uint16_t port) {
  uint32_t value;
  asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

inline void Pause() { asm volatile("pause"); }
[[noreturn]] inline void HaltForever() {
  for (;;) {
    asm volatile("cli; hlt");
  }
}

inline uint64_t ReadMsr(uint32_t msr) {
  uint32_t low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
  return uint64_t{high} << 32 | low;
}
inline void WriteMsr(uint32_t msr, uint64_t value) {
  asm volatile("wrmsr" : : "c"(msr), "a"(static_cast<uint32_t>(value)), "d"(static_cast<uint32_t>(value >> 32)));
}
inline uint64_t ReadTsc() {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return uint64_t{high} << 32 | low;
}

struct CpuidResult {
  uint32_t eax, ebx, ecx, edx;
};
inline CpuidResult Cpuid(uint32_t leaf, uint32_t subleaf = 0) {
  CpuidResult r;
  asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}

inline Word ReadCr0() {
  Word value;
  asm volatile("mov %%cr0, %0" : "=r"(value));
  return value;
}
inline void WriteCr0(Word value) { asm volatile("mov %0, %%cr0" : : "r"(value) : "memory"); }
inline Word ReadCr2() {
  Word value;
  asm volatile("mov %%cr2, %0" : "=r"(value));
  return value;
}
inline Word ReadCr3() {
  Word value;
  asm volatile("mov %%cr3, %0" : "=r"(value));
  return value;
}
inline void WriteCr3(Word value) { asm volatile("mov %0, %%cr3" : : "r"(value) : "memory"); }
inline Word ReadCr4() {
  Word value;
  asm volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}
inline void WriteCr4(Word value) { asm volatile("mov %0, %%cr4" : : "r"(value) : "memory"); }
inline void InvalidatePage(Vaddr address) { asm volatile("invlpg (%0)" : : "r"(address) : "memory"); }

inline Word ReadFsBase() {
  Word value;
  asm volatile("rdfsbase %0" : "=r"(value));
  return value;
}
inline Word ReadGsBase() {
  Word value;
  asm volatile("rdgsbase %0" : "=r"(value));
  return value;
}
inline void WriteFsBase(Word value) { asm volatile("wrfsbase %0" : : "r"(value)); }
inline void WriteGsBase(Word value) { asm volatile("wrgsbase %0" : : "r"(value)); }

inline void ClearTaskSwitched() { asm volatile("clts" : : : "memory"); }
inline void FpuSave(void *area) { asm volatile("fxsave64 (%0)" : : "r"(area) : "memory"); }
inline void FpuRestore(const void *area) { asm volatile("fxrstor64 (%0)" : : "r"(area) : "memory"); }

}  // namespace kernel::cpu
