// READ_PORT_* and WRITE_PORT_*: an invocation of the capability that covers the port. A port that no device of this
// host was given raises STATUS_PRIVILEGED_INSTRUCTION, as the instruction itself would in a program.

#include <wdmp/ports.hpp>

#include <ntifs.h>
#include <sel4/sel4.h>
#include <wdm/host.h>

#include <wdmp/arch.hpp>
#include <wdmp/baton.hpp>

namespace wdm {
namespace {

const host::Area *area;
uint32_t last_hit;  // most drivers have one range; a stale value costs a search only

bool Covers(const host::PortRange &range, uint32_t port, uint32_t width) {
  return range.used != 0 && port >= range.first && port + width - 1 <= range.last;
}

void Report(uint32_t port) {
  char text[] = "port 0x0000 is none of this host's";
  for (int i = 0; i < 4; i += 1) {
    text[10 - i] = "0123456789abcdef"[port >> (4 * i) & 15];
  }
  ke::Print(text);
}

uint32_t SlotOrRaise(uint32_t port, uint32_t width) {
  const uint32_t slot = PortSlot(port, width);
  if (slot == kNoPort) {
    Report(port);
    ExRaiseStatus(STATUS_PRIVILEGED_INSTRUCTION);
  }
  return slot;
}

// `length` words of message follow the label: see seL4's MessageInfo.
constexpr uint64_t Info(uint64_t label, uint64_t length) { return label << 12 | length; }

uint32_t In(uint32_t slot, uint64_t label, uint32_t port) {
  uint64_t words[2] = {};
  KiInvoke(slot, Info(label, 1), port, words);
  return static_cast<uint32_t>(words[0]);
}

void Out(uint32_t slot, uint64_t label, uint32_t port, uint32_t value) {
  uint64_t words[2] = {value, 0};
  KiInvoke(slot, Info(label, 2), port, words);
}

template <typename T>
constexpr uint64_t kInLabel = sizeof(T) == 1   ? X86IOPortIn8
                              : sizeof(T) == 2 ? X86IOPortIn16
                                               : X86IOPortIn32;
template <typename T>
constexpr uint64_t kOutLabel = sizeof(T) == 1   ? X86IOPortOut8
                               : sizeof(T) == 2 ? X86IOPortOut16
                                                : X86IOPortOut32;

template <typename T>
T Read(const volatile T *port) {
  const uint32_t number = PtrToUlong(port);
  return static_cast<T>(In(SlotOrRaise(number, sizeof(T)), kInLabel<T>, number));
}

template <typename T>
void Write(volatile T *port, T value) {
  const uint32_t number = PtrToUlong(port);
  Out(SlotOrRaise(number, sizeof(T)), kOutLabel<T>, number, value);
}

template <typename T>
void ReadBuffer(const volatile T *port, T *buffer, ULONG count) {
  const uint32_t number = PtrToUlong(port);
  const uint32_t slot = SlotOrRaise(number, sizeof(T));
  for (ULONG i = 0; i < count; i += 1) {
    buffer[i] = static_cast<T>(In(slot, kInLabel<T>, number));
  }
}

template <typename T>
void WriteBuffer(volatile T *port, const T *buffer, ULONG count) {
  const uint32_t number = PtrToUlong(port);
  const uint32_t slot = SlotOrRaise(number, sizeof(T));
  for (ULONG i = 0; i < count; i += 1) {
    Out(slot, kOutLabel<T>, number, buffer[i]);
  }
}

}  // namespace

void InitialisePorts(const host::Area *shared) { area = shared; }

uint32_t PortSlot(uint32_t port, uint32_t width) {
  if (area == nullptr || port > 0xFFFF) {
    return kNoPort;
  }
  const uint32_t hint = last_hit;
  if (Covers(area->ports[hint], port, width)) {
    return static_cast<uint32_t>(host::kFirstPortSlot) + hint;
  }
  for (uint32_t i = 0; i < host::kPortRanges; i += 1) {
    if (Covers(area->ports[i], port, width)) {
      last_hit = i;
      return static_cast<uint32_t>(host::kFirstPortSlot) + i;
    }
  }
  return kNoPort;
}

}  // namespace wdm

// learn.microsoft.com, "READ_PORT_UCHAR" and its family. Any IRQL.
extern "C" {

UCHAR NTAPI READ_PORT_UCHAR(PUCHAR Port) { return wdm::Read(Port); }
USHORT NTAPI READ_PORT_USHORT(PUSHORT Port) { return wdm::Read(Port); }
ULONG NTAPI READ_PORT_ULONG(PULONG Port) { return wdm::Read(Port); }
VOID NTAPI READ_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count) { wdm::ReadBuffer(Port, Buffer, Count); }
VOID NTAPI READ_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count) { wdm::ReadBuffer(Port, Buffer, Count); }
VOID NTAPI READ_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count) { wdm::ReadBuffer(Port, Buffer, Count); }
VOID NTAPI WRITE_PORT_UCHAR(PUCHAR Port, UCHAR Value) { wdm::Write(Port, Value); }
VOID NTAPI WRITE_PORT_USHORT(PUSHORT Port, USHORT Value) { wdm::Write(Port, Value); }
VOID NTAPI WRITE_PORT_ULONG(PULONG Port, ULONG Value) { wdm::Write(Port, Value); }
VOID NTAPI WRITE_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count) { wdm::WriteBuffer(Port, Buffer, Count); }
VOID NTAPI WRITE_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count) {
  wdm::WriteBuffer(Port, Buffer, Count);
}
VOID NTAPI WRITE_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count) { wdm::WriteBuffer(Port, Buffer, Count); }

}  // extern "C"
