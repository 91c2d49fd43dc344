#include "env.hpp"

extern "C" char __image_start[];
extern "C" void ThreadStart();

namespace test {

seL4_BootInfo *boot_info;

namespace {

constexpr Word kStacks = 8;
constexpr Word kStackSize = 16384;
alignas(4096) char stacks[kStacks][kStackSize];
alignas(4096) char buffers[kStacks][4096];

Cptr next_slot;  // of the running test
Cptr first_test_slot;
Cptr arena;  // untyped that all tests allocate from
Word used_stacks;
Cptr serial_port;
Word own_priority = seL4_MaxPrio;

constexpr Word kCom1 = 0x3f8;

[[noreturn]] void Die(std::string_view why) {
  Print("FAIL harness ");
  Print(why);
  Print("\nkernel.abi: broken\n");
  for (;;) {
    Yield();
  }
}

void PutChar(char character) {
  while ((Call(serial_port, {.info = seL4_MessageInfo_new(X86IOPortIn8, 0, 0, 1), .mr = {kCom1 + 5}}).mr[0] & 0x20) ==
         0) {
  }
  Call(serial_port, {.info = seL4_MessageInfo_new(X86IOPortOut8, 0, 0, 2),
                     .mr = {kCom1, static_cast<Word>(static_cast<unsigned char>(character))}});
}

}  // namespace

void Print(std::string_view text) {
  for (const char character : text) {
    if (character == '\n') {
      PutChar('\r');
    }
    PutChar(character);
  }
}

void PrintNumber(Word value) {
  if (value >= 10) {
    PrintNumber(value / 10);
  }
  PutChar(static_cast<char>('0' + value % 10));
}

void PrintHex(Word value) {
  Print("0x");
  if (value >= 16) {
    int shift = 60;
    while (value >> shift == 0) {
      shift -= 4;
    }
    for (; shift > 0; shift -= 4) {
      PutChar("0123456789abcdef"[value >> shift & 15]);
    }
  }
  PutChar("0123456789abcdef"[value & 15]);
}

Result InvokeWith(seL4_IPCBuffer *buffer, Cptr cptr, Word label, std::initializer_list<Word> words,
                  std::initializer_list<Cptr> caps) {
  Message message;
  Word index = 0;
  for (const Word word : words) {
    if (index < 4) {
      message.mr[index] = word;
    } else if (buffer != nullptr) {
      buffer->msg[index] = word;
    }
    ++index;
  }
  Word cap_index = 0;
  if (buffer != nullptr) {
    for (const Cptr cap : caps) {
      buffer->caps_or_badges[cap_index++] = cap;
    }
  }
  message.info = seL4_MessageInfo_new(label, 0, cap_index, index);
  const Message answer = Call(cptr, message);
  return {answer.Label(), answer.Length(), {answer.mr[0], answer.mr[1], answer.mr[2], answer.mr[3]}};
}

Result Invoke(Cptr cptr, Word label, std::initializer_list<Word> words, std::initializer_list<Cptr> caps) {
  return InvokeWith(boot_info->ipcBuffer, cptr, label, words, caps);
}

Cptr NewSlot() {
  if (next_slot >= boot_info->empty.end) {
    Die("no slots left");
  }
  return next_slot++;
}

Result Retype(Cptr untyped, Word type, Word size_bits, Cptr slot, Word count) {
  return Invoke(untyped, UntypedRetype, {type, size_bits, 0, 0, slot, count}, {kRootCNode});
}

Cptr New(Word type, Word size_bits) {
  const Cptr slot = NewSlot();
  if (!Retype(arena, type, size_bits, slot).Ok()) {
    Die("no memory for an object");
  }
  return slot;
}

Cptr NewUntyped(Word bits) { return New(seL4_UntypedObject, bits); }

Result Copy(Cptr to, Cptr from, Word rights) {
  return Invoke(kRootCNode, CNodeCopy, {to, kDepth, from, kDepth, rights}, {kRootCNode});
}
Result Mint(Cptr to, Cptr from, Word badge, Word rights) {
  return Invoke(kRootCNode, CNodeMint, {to, kDepth, from, kDepth, rights, badge}, {kRootCNode});
}
Result Move(Cptr to, Cptr from) { return Invoke(kRootCNode, CNodeMove, {to, kDepth, from, kDepth}, {kRootCNode}); }
Result Delete(Cptr slot) { return Invoke(kRootCNode, CNodeDelete, {slot, kDepth}); }
Result RevokeSlot(Cptr slot) { return Invoke(kRootCNode, CNodeRevoke, {slot, kDepth}); }

Cptr Badged(Cptr from, Word badge, Word rights) {
  const Cptr slot = NewSlot();
  if (!Mint(slot, from, badge, rights).Ok()) {
    Die("cannot mint");
  }
  return slot;
}
Cptr WithRights(Cptr from, Word rights) {
  const Cptr slot = NewSlot();
  if (!Copy(slot, from, rights).Ok()) {
    Die("cannot copy");
  }
  return slot;
}

bool SlotEmpty(Cptr slot) {
  const Cptr other = NewSlot();
  const Result result = Move(other, slot);
  if (result.Ok()) {
    Move(slot, other);
    return false;
  }
  return result.error == seL4_FailedLookup;
}

Cptr ImageFrame(const void *address) {
  const Word offset = reinterpret_cast<Word>(address) - reinterpret_cast<Word>(__image_start);
  return boot_info->userImageFrames.start + (offset >> seL4_PageBits);
}

Result MapFrame(Cptr frame, Cptr vspace, Word address, Word rights, Word attributes) {
  return Invoke(frame, X86PageMap, {address, rights, attributes}, {vspace});
}

Result SetRegisters(Cptr tcb, Word rip, Word rsp, Word rdi, Word rsi, bool resume) {
  return Invoke(tcb, TCBWriteRegisters, {Word{resume}, 9, rip, rsp, 0, 0, 0, 0, 0, rsi, rdi});
}

Word ReadRegister(Cptr tcb, Word index, bool suspend) {
  const Result result = Invoke(tcb, TCBReadRegisters, {Word{suspend}, index + 1});
  return index < 4 ? result.words[index] : boot_info->ipcBuffer->msg[index];
}

Thread StartThread(void (*function)(Word), Word argument, ThreadOptions options) {
  if (used_stacks == kStacks) {
    Die("no stacks left");
  }
  const Word index = used_stacks++;
  auto *const buffer = reinterpret_cast<seL4_IPCBuffer *>(buffers[index]);
  const Cptr tcb = New(seL4_TCBObject);
  Result result =
      Invoke(tcb, TCBConfigure, {options.fault_endpoint, options.cnode_data, 0, reinterpret_cast<Word>(buffer)},
             {options.cnode, kRootVSpace, ImageFrame(buffer)});
  if (!result.Ok()) {
    Die("TCBConfigure");
  }
  result = Invoke(tcb, TCBSetSchedParams, {options.priority, options.priority}, {kRootTcb});
  if (!result.Ok()) {
    Die("TCBSetSchedParams");
  }
  // ThreadStart calls: the stack is 16-byte aligned before that.
  const Word stack = reinterpret_cast<Word>(stacks[index]) + kStackSize;
  result = SetRegisters(tcb, reinterpret_cast<Word>(&ThreadStart), stack, reinterpret_cast<Word>(function), argument,
                        options.start);
  if (!result.Ok()) {
    Die("TCBWriteRegisters");
  }
  return {tcb, buffer};
}

extern "C" void ThreadExit() {
  // A fault that nobody hears of: the thread is stopped for good.
  for (;;) {
    Recv(0);
  }
}

void SetOwnPriority(Word priority) {
  own_priority = priority;
  Invoke(kRootTcb, TCBSetPriority, {priority}, {kRootTcb});
}

// --- Running ---

namespace {

bool failed;
bool skipped;

extern "C" const Test __start_test_table[];
extern "C" const Test __stop_test_table[];

void CleanUp() {
  if (own_priority != seL4_MaxPrio) {
    SetOwnPriority(seL4_MaxPrio);
  }
  RevokeSlot(arena);
  for (Cptr slot = first_test_slot; slot < next_slot; ++slot) {
    Delete(slot);
  }
  next_slot = first_test_slot;
  used_stacks = 0;
}

/// The smallest RAM untyped of at least 2^bits bytes, not one that is taken.
Cptr FindUntyped(Word bits, Cptr taken) {
  Cptr best = 0;
  Word best_bits = ~Word{0};
  for (Word i = 0; i < boot_info->untyped.end - boot_info->untyped.start; ++i) {
    const seL4_UntypedDesc &untyped = boot_info->untypedList[i];
    const Cptr cptr = boot_info->untyped.start + i;
    if (!untyped.isDevice && untyped.sizeBits >= bits && untyped.sizeBits < best_bits && cptr != taken) {
      best = cptr;
      best_bits = untyped.sizeBits;
    }
  }
  return best;
}

void Prepare() {
  next_slot = boot_info->empty.start;
  serial_port = NewSlot();
  const Result issued =
      Invoke(seL4_CapIOPortControl, X86IOPortControlIssue, {kCom1, kCom1 + 7, serial_port, kDepth}, {kRootCNode});
  if (!issued.Ok()) {
    for (;;) {
      Yield();
    }
  }
  const Cptr tables = FindUntyped(12, 0);
  arena = FindUntyped(23, tables);
  const Cptr table = NewSlot();
  if (tables == 0 || arena == 0 || !Retype(tables, seL4_X86_PageTableObject, 0, table).Ok() ||
      !Invoke(table, X86PageTableMap, {kScratch, 0}, {kRootVSpace}).Ok()) {
    Die("cannot prepare memory");
  }
  first_test_slot = next_slot;
}

}  // namespace

void Failed(std::string_view file, Word line, std::string_view what, Word left, Word right) {
  failed = true;
  Print("  ");
  Print(file);
  Print(":");
  PrintNumber(line);
  Print(": ");
  Print(what);
  Print(" (");
  PrintHex(left);
  Print(", ");
  PrintHex(right);
  Print(")\n");
}

void Skip(std::string_view why) {
  skipped = true;
  Print("  ");
  Print(why);
  Print("\n");
}

extern "C" void Main(seL4_BootInfo *info) {
  boot_info = info;
  Prepare();
  Word passed = 0, failures = 0, skips = 0;
  for (const Test *test = __start_test_table; test != __stop_test_table; ++test) {
    failed = false;
    skipped = false;
    test->run();
    Print(failed ? "FAIL " : skipped ? "skip " : "ok ");
    Print(test->name);
    Print("\n");
    ++(failed ? failures : skipped ? skips : passed);
    CleanUp();
  }
  Print("kernel.abi: ");
  PrintNumber(passed);
  Print(" passed, ");
  PrintNumber(failures);
  Print(" failed, ");
  PrintNumber(skips);
  Print(" skipped\n");
  for (;;) {
    Recv(0);
  }
}

}  // namespace test
