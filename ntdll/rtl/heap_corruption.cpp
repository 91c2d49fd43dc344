// What happens to a process that asked to end when its heap is damaged.
#include "heap_internal.hpp"

extern "C" VOID NTAPI RtlRaiseStatus(NTSTATUS status);

namespace rtlp {

void TerminateOnCorruption() {
  RtlRaiseStatus(STATUS_HEAP_CORRUPTION);
  NtTerminateProcess(NtCurrentProcess(), STATUS_HEAP_CORRUPTION);
}

}  // namespace rtlp
