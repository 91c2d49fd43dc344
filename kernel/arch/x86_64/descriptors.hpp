#pragma once
// GDT, TSS, IDT and the MSRs of the system call instruction.

#include "base/types.hpp"

namespace kernel {

constexpr Word kFirstInterruptVector = 0x20;
constexpr Word kFirstTrapVector = 0x9e;  // from here on user level may use `int n`

struct [[gnu::packed, gnu::aligned(16)]] TaskState {
  uint32_t reserved0;
  uint64_t rsp0, rsp1, rsp2;
  uint64_t reserved1;
  uint64_t ist[7];
  uint64_t reserved2;
  uint16_t reserved3;
  uint16_t io_map_base;
};
static_assert(offsetof(TaskState, io_map_base) == 102);

extern TaskState task_state;

/// Where the system call entry pushes registers: the end of the current thread's Context.
extern "C" Word entry_frame_end;

/// Loads everything; interrupts stay off.
void InitDescriptors();

}  // namespace kernel
