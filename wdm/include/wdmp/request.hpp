#pragma once
// Requests that cross to the Executive: services that may wait, and IRPs for devices of other hosts.

#include <wdm/host.h>

#include <nt/nt.h>

#include <cstdint>

namespace io {

// Runs service `number` (NUMBER_OF_Nt...) of the table on behalf of the calling fiber, which is parked meanwhile.
// Pointers in `words` are addresses in this process and must stay valid until it returns. IRQL PASSIVE_LEVEL.
//   returns the service's status, STATUS_INSUFFICIENT_RESOURCES when the arena is full,
//   STATUS_INVALID_PARAMETER for more than 17 words
NTSTATUS SubmitService(uint32_t number, const uint64_t *words, uint32_t count);

inline uint64_t ServiceWord(const volatile void *value) { return reinterpret_cast<uintptr_t>(value); }
template <typename Number>
  requires(!__is_pointer(Number))
inline uint64_t ServiceWord(Number value) {
  return static_cast<uint64_t>(value);
}

// SubmitService with the service's arguments as they are.
template <typename... Arguments>
NTSTATUS CallService(uint32_t number, Arguments... arguments) {
  const uint64_t words[] = {ServiceWord(arguments)...};
  return SubmitService(number, words, sizeof...(arguments));
}

}  // namespace io
