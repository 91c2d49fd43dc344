// RtlVirtualUnwind. The unwind data are described in "x64 exception handling" of the Windows ABI documentation.

#include "unwind.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace seh {
namespace {

enum UnwindOperation : std::uint8_t {
  kPushNonvolatile = 0,
  kAllocateLarge = 1,
  kAllocateSmall = 2,
  kSetFrameRegister = 3,
  kSaveNonvolatile = 4,
  kSaveNonvolatileFar = 5,
  kEpilogue = 6,  // version 2: where the epilogues are; does not change the state
  kSpare = 7,
  kSaveXmm128 = 8,
  kSaveXmm128Far = 9,
  kPushMachineFrame = 10,
};

constexpr int kMaximumChain = 32;

struct UnwindInfo {
  std::uint8_t version_and_flags;
  std::uint8_t prologue_size;
  std::uint8_t code_count;
  std::uint8_t frame;  // bits 0-3 register, bits 4-7 offset / 16
  std::uint16_t codes[1];

  unsigned Version() const { return version_and_flags & 7u; }
  unsigned Flags() const { return static_cast<unsigned>(version_and_flags) >> 3; }
  int FrameRegister() const { return frame & 15; }
  ULONG_PTR FrameOffset() const { return static_cast<ULONG_PTR>(frame >> 4) * 16; }
  // What follows the codes: a handler's RVA and data, or the chained entry.
  const std::uint8_t *Tail() const {
    return reinterpret_cast<const std::uint8_t *>(codes) + static_cast<size_t>((code_count + 1u) & ~1u) * 2;
  }
};

constexpr unsigned CodeOffset(std::uint16_t code) { return code & 0xFFu; }
constexpr unsigned CodeOperation(std::uint16_t code) { return (code >> 8) & 15u; }
constexpr unsigned CodeInfo(std::uint16_t code) { return code >> 12; }

// How many 16-bit slots the code takes; 0: no such code.
unsigned SlotCount(std::uint16_t code) {
  switch (CodeOperation(code)) {
    case kPushNonvolatile:
    case kAllocateSmall:
    case kSetFrameRegister:
    case kPushMachineFrame:
    case kEpilogue:
      return 1;
    case kSaveNonvolatile:
    case kSaveXmm128:
      return 2;
    case kSaveNonvolatileFar:
    case kSaveXmm128Far:
      return 3;
    case kAllocateLarge:
      return CodeInfo(code) == 0 ? 2 : CodeInfo(code) == 1 ? 3 : 0;
    default:
      return 0;
  }
}

// The state of one unwind: the context and the bounds of what may be read.
class Machine {
 public:
  Machine(CONTEXT *context, PKNONVOLATILE_CONTEXT_POINTERS pointers, const StackLimits *limits)
      : context_(context), pointers_(pointers), limits_(limits) {}

  ULONG64 &Register(int number) { return (&context_->Rax)[number]; }
  ULONG64 &Rsp() { return context_->Rsp; }
  CONTEXT *Context() { return context_; }

  template <typename T>
  bool Read(ULONG_PTR address, T *value) {
    if (limits_ != nullptr && !limits_->Holds(address, sizeof(T))) {
      return false;
    }
    std::memcpy(value, reinterpret_cast<const void *>(address), sizeof(T));
    return true;
  }

  bool Load(int number, ULONG_PTR address) {
    if (pointers_ != nullptr) {
      pointers_->IntegerContext[number] = reinterpret_cast<PULONG64>(address);
    }
    return Read(address, &Register(number));
  }

  bool LoadXmm(unsigned number, ULONG_PTR address) {
    if (pointers_ != nullptr) {
      pointers_->FloatingContext[number] = reinterpret_cast<PM128A>(address);
    }
    return Read(address, &context_->FltSave.XmmRegisters[number]);
  }

  bool Pop(int number) {
    ULONG_PTR address = Rsp();
    if (!Load(number, address)) {
      return false;
    }
    Rsp() = address + 8;
    return true;
  }

  bool Return() {
    if (!Read(Rsp(), &context_->Rip)) {
      return false;
    }
    Rsp() += 8;
    return true;
  }

 private:
  CONTEXT *context_;
  PKNONVOLATILE_CONTEXT_POINTERS pointers_;
  const StackLimits *limits_;
};

// An unwind entry with the least significant bit set points to the real entry.
const RUNTIME_FUNCTION *Resolve(ULONG_PTR image_base, const RUNTIME_FUNCTION *entry) {
  for (int depth = 0; (entry->UnwindData & 1) != 0; depth += 1) {
    if (depth == kMaximumChain) {
      return nullptr;
    }
    entry = reinterpret_cast<const RUNTIME_FUNCTION *>(image_base + (entry->UnwindData & ~3u));
  }
  return entry;
}

const UnwindInfo *InfoOf(ULONG_PTR image_base, const RUNTIME_FUNCTION *entry) {
  return reinterpret_cast<const UnwindInfo *>(image_base + entry->UnwindData);
}

// Walks the code bytes from `pc` and, when they are the rest of an epilogue, executes them. The forms are the only ones
// the ABI allows: [add rsp, imm | lea rsp, disp[frame]] pop* (ret | jmp out of the function).
class Epilogue {
 public:
  Epilogue(ULONG_PTR image_base, const RUNTIME_FUNCTION *entry, const UnwindInfo *info, ULONG_PTR pc)
      : begin_(image_base + entry->BeginAddress),
        end_(image_base + entry->EndAddress),
        frame_register_(info->FrameRegister()),
        pc_(pc) {}

  // Whether the code at pc is the tail of an epilogue.
  bool Recognise() {
    ULONG_PTR at = pc_;
    SkipAdjustment(&at);
    while (int length = PopLength(at)) {
      at += static_cast<ULONG_PTR>(length);
    }
    return EndsFunction(at);
  }

  // Executes the recognised tail.
  bool Execute(Machine *machine) {
    ULONG_PTR at = pc_;
    Adjust(machine, &at);
    while (int length = PopLength(at)) {
      auto number = static_cast<int>(Byte(at + static_cast<ULONG_PTR>(length) - 1) & 7u);
      number |= length == 2 ? static_cast<int>((Byte(at) & 1u) << 3) : 0;
      if (!machine->Pop(number)) {
        return false;
      }
      at += static_cast<ULONG_PTR>(length);
    }
    return machine->Return();
  }

 private:
  unsigned Byte(ULONG_PTR at) const { return at < end_ ? *reinterpret_cast<const std::uint8_t *>(at) : 0xCCu; }

  std::int32_t Immediate(ULONG_PTR at, bool wide) const {
    if (!wide) {
      return static_cast<std::int8_t>(Byte(at));
    }
    return static_cast<std::int32_t>(Byte(at) | Byte(at + 1) << 8 | Byte(at + 2) << 16 | Byte(at + 3) << 24);
  }

  // 0: none; otherwise the length of `add rsp, imm8/imm32` or `lea rsp, disp8/32[frame register]`.
  ULONG_PTR AdjustmentLength(ULONG_PTR at) const {
    unsigned rex = Byte(at);
    if (rex == 0x48 && Byte(at + 1) == 0x83 && Byte(at + 2) == 0xC4) {
      return 4;
    }
    if (rex == 0x48 && Byte(at + 1) == 0x81 && Byte(at + 2) == 0xC4) {
      return 7;
    }
    if (frame_register_ != 0 && (rex & 0xFE) == 0x48 && Byte(at + 1) == 0x8D) {
      unsigned modrm = Byte(at + 2);
      int base = static_cast<int>(modrm & 7u) | static_cast<int>((rex & 1u) << 3);
      if ((modrm & 0x38) == 0x20 && base == frame_register_) {
        return (modrm & 0xC0) == 0x40 ? 4 : (modrm & 0xC0) == 0x80 ? 7 : 0;
      }
    }
    return 0;
  }

  void SkipAdjustment(ULONG_PTR *at) const { *at += AdjustmentLength(*at); }

  void Adjust(Machine *machine, ULONG_PTR *at) const {
    ULONG_PTR length = AdjustmentLength(*at);
    if (length == 0) {
      return;
    }
    auto amount = static_cast<ULONG64>(static_cast<std::int64_t>(Immediate(*at + 3, length == 7)));
    machine->Rsp() = (Byte(*at + 1) == 0x8D ? machine->Register(frame_register_) : machine->Rsp()) + amount;
    *at += length;
  }

  int PopLength(ULONG_PTR at) const {
    if ((Byte(at) & 0xF8) == 0x58) {
      return 1;
    }
    return (Byte(at) & 0xF0) == 0x40 && (Byte(at + 1) & 0xF8) == 0x58 ? 2 : 0;
  }

  bool EndsFunction(ULONG_PTR at) const {
    unsigned first = Byte(at);
    if (first == 0xC3 || (first == 0xF3 && Byte(at + 1) == 0xC3) || first == 0xC2) {
      return at < end_;
    }
    if (first == 0xEB || first == 0xE9) {  // a tail call: leaves the function, or enters it again at its start
      bool wide = first == 0xE9;
      auto distance = static_cast<ULONG_PTR>(static_cast<std::intptr_t>(Immediate(at + 1, wide)));
      ULONG_PTR target = at + (wide ? 5u : 2u) + distance;
      return at < end_ && (target < begin_ || target >= end_ || target == begin_);
    }
    if (first == 0xFF && Byte(at + 1) == 0x25) {  // jmp [rip + disp]
      return true;
    }
    return (first & 0xF8) == 0x48 && Byte(at + 1) == 0xFF && (Byte(at + 2) & 0x38) == 0x20;  // rex.w jmp r/m
  }

  ULONG_PTR begin_;
  ULONG_PTR end_;
  int frame_register_;
  ULONG_PTR pc_;
};

// Undoes one code. `frame` is the value of the fixed part's base: RSP or what the frame register says.
bool UndoCode(Machine *machine, const UnwindInfo *info, const std::uint16_t *code, ULONG_PTR frame,
              bool *machine_frame) {
  unsigned number = CodeInfo(*code);
  auto far_offset = [&] { return static_cast<ULONG_PTR>(code[1]) | static_cast<ULONG_PTR>(code[2]) << 16; };
  switch (CodeOperation(*code)) {
    case kPushNonvolatile:
      return machine->Pop(static_cast<int>(number));
    case kAllocateLarge:
      machine->Rsp() += number == 0 ? static_cast<ULONG_PTR>(code[1]) * 8 : far_offset();
      return true;
    case kAllocateSmall:
      machine->Rsp() += static_cast<ULONG_PTR>(number) * 8 + 8;
      return true;
    case kSetFrameRegister:
      machine->Rsp() = machine->Register(info->FrameRegister()) - info->FrameOffset();
      return true;
    case kSaveNonvolatile:
      return machine->Load(static_cast<int>(number), frame + static_cast<ULONG_PTR>(code[1]) * 8);
    case kSaveNonvolatileFar:
      return machine->Load(static_cast<int>(number), frame + far_offset());
    case kSaveXmm128:
      return machine->LoadXmm(number, frame + static_cast<ULONG_PTR>(code[1]) * 16);
    case kSaveXmm128Far:
      return machine->LoadXmm(number, frame + far_offset());
    case kEpilogue:
      return true;
    case kPushMachineFrame: {
      ULONG_PTR at = machine->Rsp() + (number != 0 ? 8 : 0);  // an error code may lie before it
      ULONG64 rsp = 0;
      if (!machine->Read(at, &machine->Context()->Rip) || !machine->Read(at + 24, &rsp)) {
        return false;
      }
      machine->Rsp() = rsp;
      *machine_frame = true;
      return true;
    }
    default:
      return false;
  }
}

// Undoes the codes of one entry that `offset` bytes into the function have been executed.
bool UndoPrologue(Machine *machine, const UnwindInfo *info, ULONG_PTR offset, ULONG_PTR frame, bool *machine_frame) {
  for (unsigned i = 0; i < info->code_count;) {
    const std::uint16_t *code = &info->codes[i];
    unsigned slots = SlotCount(*code);
    if (slots == 0 || i + slots > info->code_count) {
      return false;
    }
    if (CodeOperation(*code) != kEpilogue && offset >= CodeOffset(*code) &&
        !UndoCode(machine, info, code, frame, machine_frame)) {
      return false;
    }
    i += slots;
  }
  return true;
}

// Whether the frame register holds the frame `offset` bytes into the function.
bool FrameRegisterSet(const UnwindInfo *info, ULONG_PTR offset) {
  if (info->FrameRegister() == 0) {
    return false;
  }
  if (offset >= info->prologue_size || (info->Flags() & UNW_FLAG_CHAININFO) != 0) {
    return true;
  }
  for (unsigned i = 0; i < info->code_count;) {
    if (CodeOperation(info->codes[i]) == kSetFrameRegister) {
      return offset >= CodeOffset(info->codes[i]);
    }
    unsigned slots = SlotCount(info->codes[i]);
    if (slots == 0) {
      return false;
    }
    i += slots;
  }
  return false;
}

}  // namespace

const RUNTIME_FUNCTION *FindFunction(const RUNTIME_FUNCTION *table, size_t count, ULONG rva) {
  size_t low = 0;
  size_t high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (rva < table[middle].BeginAddress) {
      high = middle;
    } else if (rva >= table[middle].EndAddress) {
      low = middle + 1;
    } else {
      return &table[middle];
    }
  }
  return nullptr;
}

bool LeafUnwind(CONTEXT *context, const StackLimits *limits) { return Machine(context, nullptr, limits).Return(); }

bool VirtualUnwind(ULONG handler_type, ULONG_PTR image_base, ULONG_PTR control_pc, const RUNTIME_FUNCTION *entry,
                   CONTEXT *context, UnwindFrame *frame, PKNONVOLATILE_CONTEXT_POINTERS pointers,
                   const StackLimits *limits) {
  Machine machine(context, pointers, limits);
  frame->handler = nullptr;
  frame->handler_data = nullptr;
  context->ContextFlags |= CONTEXT_UNWOUND_TO_CALL;

  entry = Resolve(image_base, entry);
  if (entry == nullptr) {
    return false;
  }
  const UnwindInfo *info = InfoOf(image_base, entry);
  if (info->Version() != 1 && info->Version() != 2) {
    return false;
  }
  ULONG_PTR offset = control_pc - image_base - entry->BeginAddress;
  ULONG_PTR base =
      FrameRegisterSet(info, offset) ? machine.Register(info->FrameRegister()) - info->FrameOffset() : machine.Rsp();
  frame->establisher = base;

  if (offset >= info->prologue_size) {
    Epilogue epilogue(image_base, entry, info, control_pc);
    if (epilogue.Recognise()) {
      return epilogue.Execute(&machine);
    }
  }

  bool machine_frame = false;
  for (int depth = 0;; depth += 1) {
    if (!UndoPrologue(&machine, info, offset, base, &machine_frame)) {
      return false;
    }
    if ((info->Flags() & UNW_FLAG_CHAININFO) == 0) {
      break;
    }
    entry = Resolve(image_base, reinterpret_cast<const RUNTIME_FUNCTION *>(info->Tail()));
    if (entry == nullptr || depth == kMaximumChain) {
      return false;
    }
    info = InfoOf(image_base, entry);
    if (info->Version() != 1 && info->Version() != 2) {
      return false;
    }
    // The parent's prologue has run in full. Its saves are relative to its own frame.
    offset = 0xFFFF;
    base = info->FrameRegister() != 0 ? machine.Register(info->FrameRegister()) - info->FrameOffset() : machine.Rsp();
  }
  if (!machine_frame && !machine.Return()) {
    return false;
  }
  if (offset >= info->prologue_size && (info->Flags() & handler_type & (UNW_FLAG_EHANDLER | UNW_FLAG_UHANDLER)) != 0) {
    ULONG handler = 0;
    std::memcpy(&handler, info->Tail(), sizeof(handler));
    frame->handler = reinterpret_cast<PEXCEPTION_ROUTINE>(image_base + handler);
    frame->handler_data = const_cast<std::uint8_t *>(info->Tail() + sizeof(handler));
  }
  return true;
}

}  // namespace seh

extern "C" PEXCEPTION_ROUTINE NTAPI RtlVirtualUnwind(ULONG HandlerType, ULONG_PTR ImageBase, ULONG_PTR ControlPc,
                                                     PRUNTIME_FUNCTION FunctionEntry, PCONTEXT ContextRecord,
                                                     PVOID *HandlerData, ULONG_PTR *EstablisherFrame,
                                                     PKNONVOLATILE_CONTEXT_POINTERS ContextPointers) {
  seh::UnwindFrame frame = {};
  if (!seh::VirtualUnwind(HandlerType, ImageBase, ControlPc, FunctionEntry, ContextRecord, &frame, ContextPointers,
                          nullptr)) {
    ContextRecord->Rip = 0;  // ends every walk
    return nullptr;
  }
  *EstablisherFrame = frame.establisher;
  if (HandlerData != nullptr) {
    *HandlerData = frame.handler_data;
  }
  return frame.handler;
}
