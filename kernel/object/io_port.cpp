#include "object/io_port.hpp"

#include <array>

#include "api/lookup.hpp"
#include "arch/x86_64/cpu.hpp"

namespace kernel {
namespace {

std::array<Word, 65536 / 64> issued;

/// The bits of word `index` that belong to [first, last].
Word RangeMask(Word index, Word first, Word last) {
  const Word low = first > index * 64 ? first - index * 64 : 0;
  const Word high = last < index * 64 + 63 ? last - index * 64 : 63;
  return Mask(high + 1) & ~Mask(low);
}

bool RangeFree(Word first, Word last) {
  for (Word index = first / 64; index <= last / 64; ++index) {
    if ((issued[index] & RangeMask(index, first, last)) != 0) {
      return false;
    }
  }
  return true;
}

Word Read(Word label, uint16_t port) {
  switch (label) {
    case X86IOPortIn8:
      return cpu::In8(port);
    case X86IOPortIn16:
      return cpu::In16(port);
    default:
      return cpu::In32(port);
  }
}

void Write(Word label, uint16_t port, Word value) {
  switch (label) {
    case X86IOPortOut8:
      cpu::Out8(port, static_cast<uint8_t>(value));
      break;
    case X86IOPortOut16:
      cpu::Out16(port, static_cast<uint16_t>(value));
      break;
    default:
      cpu::Out32(port, static_cast<uint32_t>(value));
      break;
  }
}

}  // namespace

void FreeIoPorts(Word first, Word last) {
  for (Word index = first / 64; index <= last / 64; ++index) {
    issued[index] &= ~RangeMask(index, first, last);
  }
}

Status DecodeIoPortControl(const Arguments &arguments) {
  if (arguments.label != X86IOPortControlIssue) {
    return Fail(seL4_IllegalOperation);
  }
  if (arguments.length < 4 || arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  const Word first = arguments[0] & 0xffff;
  const Word last = arguments[1] & 0xffff;
  if (last < first) {
    return FailArgument(1);
  }
  if (!RangeFree(first, last)) {
    return Fail(seL4_RevokeFirst);
  }
  Slot *slot;
  if (const Status status = LookupTargetSlot(arguments.extra[0]->cap, arguments[2], arguments[3], slot);
      status != Status::kOk) {
    return status;
  }
  if (const Status status = EnsureEmpty(*slot); status != Status::kOk) {
    return status;
  }
  arguments.Commit();
  for (Word index = first / 64; index <= last / 64; ++index) {
    issued[index] |= RangeMask(index, first, last);
  }
  InsertDerived(Cap::Plain(CapType::kIoPort, first | last << 16), *arguments.slot, *slot);
  return Status::kOk;
}

Status DecodeIoPort(const Arguments &arguments) {
  const Word label = arguments.label;
  const bool in = label >= X86IOPortIn8 && label <= X86IOPortIn32;
  const bool out = label >= X86IOPortOut8 && label <= X86IOPortOut32;
  if (!in && !out) {
    return Fail(seL4_IllegalOperation);
  }
  if (arguments.length < (in ? 1u : 2u)) {
    return Fail(seL4_TruncatedMessage);
  }
  const Word port = arguments[0] & 0xffff;
  const Word last = port + Mask(label - (in ? X86IOPortIn8 : X86IOPortOut8));
  const Cap &cap = arguments.slot->cap;
  if (port < cap.FirstPort() || last > cap.LastPort()) {
    return Fail(seL4_IllegalOperation);
  }
  arguments.Commit();
  if (in) {
    arguments.AnswerWord(Read(label, static_cast<uint16_t>(port)));
  } else {
    Write(label, static_cast<uint16_t>(port), arguments[1]);
  }
  return Status::kOk;
}

}  // namespace kernel
