#pragma once
// What each architecture gives: kernel entries without an IPC buffer, and the fiber switch (wdm/arch).

#include <stdint.h>

extern "C" {

/// seL4_Signal on a notification.
void KiSignal(uintptr_t slot);
/// seL4_Wait on a notification: its badge.
uint64_t KiWait(uintptr_t slot);
/// seL4_Poll: the badge, 0 for nothing.
uint64_t KiPoll(uintptr_t slot);
/// seL4_Send of a message without words; `info` = label << 12.
void KiSend(uintptr_t slot, uint64_t info);
/// seL4_Call with up to two words (word0, words[0]); the reply's first two words come in words[0] and [1]. Returns the
/// reply's message info: label (bits 12 and up) 0 = no error.
uint64_t KiInvoke(uintptr_t slot, uint64_t info, uint64_t word0, uint64_t *words);

void KiSwitchFiber(void **from, void *to);
void *KiPrepareFiber(void *top, void (*routine)(void *), void *argument);
void KiCallOnStack(void *top, void (*routine)(void *), void *argument);
}

namespace arch {

/// The time stamp counter.
uint64_t ReadTsc();

/// Tells the processor that this is a waiting loop.
void Pause();

}  // namespace arch
