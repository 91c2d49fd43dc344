#include "api/message.hpp"

#include "arch/x86_64/layout.hpp"

namespace kernel {

seL4_IPCBuffer *LookupIpcBuffer(Tcb &tcb, bool receiver) {
  const Cap &cap = tcb.slots[kSlotBuffer].cap;
  if (!cap.Is(CapType::kFrame) || cap.FrameDevice()) {
    return nullptr;
  }
  const VmRights rights = cap.FrameRights();
  if (rights != VmRights::kReadWrite && (receiver || rights != VmRights::kReadOnly)) {
    return nullptr;
  }
  const Word offset = tcb.ipc_buffer & Mask(PageBits(cap.FrameSize()));
  return ToPointer<seL4_IPCBuffer>(cap.Address() + offset);
}

void MessageWriter::Put(const LookupFailure &failure) {
  Put(static_cast<Word>(failure.type));
  switch (failure.type) {
    case seL4_NoFailure:
    case seL4_InvalidRoot:
      break;
    case seL4_MissingCapability:
      Put(failure.bits_left);
      break;
    case seL4_DepthMismatch:
      Put(failure.bits_left);
      Put(failure.bits_found);
      break;
    case seL4_GuardMismatch:
      Put(failure.bits_left);
      Put(failure.guard);
      Put(failure.bits_found);
      break;
  }
}

}  // namespace kernel
