#pragma once
// Interrupts as objects: who holds which, which notification hears of it. Numbers are user level's: 0..107.

#include "api/message.hpp"
#include "object/slot.hpp"

namespace kernel {

constexpr Word kUserIrqs = VECTOR_MAX - VECTOR_MIN + 1;

/// Invocations of the IRQ control and of IRQ handler capabilities.
Status DecodeIrqControl(const Arguments &arguments);
Status DecodeIrqHandler(const Arguments &arguments);

/// An interrupt arrived: it is masked and signalled.
void HandleIrq(Word irq);
/// The last handler capability goes: the notification is dropped, then the interrupt is free again.
void DeletingIrqHandler(Word irq);
void FreeIrq(Word irq);

}  // namespace kernel
