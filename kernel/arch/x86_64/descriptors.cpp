#include "arch/x86_64/descriptors.hpp"

#include <array>

#include "arch/x86_64/context.hpp"
#include "arch/x86_64/cpu.hpp"

extern "C" {
extern const uint64_t kernel_vectors[256];  // entry.S: address of each stub
void SyscallEntry();
extern char emergency_stack_top[];
}

namespace kernel {

TaskState task_state;
extern "C" {
Word entry_frame_end;
}

namespace {

constexpr uint64_t kCode64 = 0x00af9b000000ffff;
constexpr uint64_t kData = 0x00cf93000000ffff;
constexpr uint64_t kUserDpl = uint64_t{3} << 45;

struct [[gnu::packed]] TablePointer {
  uint16_t limit;
  uint64_t base;
};

// kernel CS 0x08, kernel SS 0x10, TSS 0x18 (two entries), null 0x28 (no 32-bit code), user SS 0x30, user CS 0x38.
std::array<uint64_t, 8> gdt;
constexpr uint16_t kTaskStateLimit = 103;

struct Gate {
  uint16_t offset_low;
  uint16_t selector;
  uint8_t ist;
  uint8_t type;
  uint16_t offset_middle;
  uint32_t offset_high;
  uint32_t reserved;
};
static_assert(sizeof(Gate) == 16);

std::array<Gate, 256> idt;

constexpr Word kVectorNmi = 2, kVectorBreakpoint = 3, kVectorDoubleFault = 8, kVectorMachineCheck = 18;

void InitGdt() {
  const auto tss = reinterpret_cast<uint64_t>(&task_state);
  gdt = {0,
         kCode64,
         kData,
         kTaskStateLimit | (tss & 0xffffff) << 16 | uint64_t{0x89} << 40 | (tss >> 24 & 0xff) << 56,
         tss >> 32,
         0,
         kData | kUserDpl,
         kCode64 | kUserDpl};
  const TablePointer pointer{sizeof(gdt) - 1, reinterpret_cast<uint64_t>(gdt.data())};
  task_state.io_map_base = kTaskStateLimit + 1;  // no I/O map
  task_state.ist[0] = reinterpret_cast<uint64_t>(emergency_stack_top);
  asm volatile(
      "lgdt %0\n\t"
      "pushq $0x08\n\t"
      "leaq 1f(%%rip), %%rax\n\t"
      "pushq %%rax\n\t"
      "lretq\n"
      "1:\n\t"
      "movl $0x10, %%eax\n\t"
      "movl %%eax, %%ss\n\t"
      "xorl %%eax, %%eax\n\t"
      "movl %%eax, %%ds\n\t"
      "movl %%eax, %%es\n\t"
      "movl %%eax, %%fs\n\t"
      "movl %%eax, %%gs\n\t"
      "movl $0x18, %%eax\n\t"
      "ltr %%ax"
      :
      : "m"(pointer)
      : "rax", "memory");
}

void InitIdt() {
  for (Word vector = 0; vector < idt.size(); ++vector) {
    const uint64_t entry = kernel_vectors[vector];
    const bool user = vector == kVectorBreakpoint || vector >= kFirstTrapVector;
    const bool emergency = vector == kVectorNmi || vector == kVectorDoubleFault || vector == kVectorMachineCheck;
    idt[vector] = {static_cast<uint16_t>(entry),
                   static_cast<uint16_t>(kKernelCs),
                   static_cast<uint8_t>(emergency ? 1 : 0),
                   static_cast<uint8_t>(user ? 0xee : 0x8e),
                   static_cast<uint16_t>(entry >> 16),
                   static_cast<uint32_t>(entry >> 32),
                   0};
  }
  const TablePointer pointer{sizeof(idt) - 1, reinterpret_cast<uint64_t>(idt.data())};
  asm volatile("lidt %0" : : "m"(pointer));
}

void InitSyscall() {
  constexpr uint32_t kEfer = 0xc0000080, kStar = 0xc0000081, kLstar = 0xc0000082, kMask = 0xc0000084;
  cpu::WriteMsr(kEfer, cpu::ReadMsr(kEfer) | 1);
  // SYSRET takes SS from base + 8 and CS from base + 16.
  cpu::WriteMsr(kStar, uint64_t{0x2b} << 48 | uint64_t{kKernelCs} << 32);
  cpu::WriteMsr(kLstar, reinterpret_cast<uint64_t>(&SyscallEntry));
  cpu::WriteMsr(kMask, 0x47700);  // IF, TF, DF, NT, IOPL, AC
}

}  // namespace

void InitDescriptors() {
  InitGdt();
  InitIdt();
  InitSyscall();
}

}  // namespace kernel
