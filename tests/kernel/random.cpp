// Random invocations on a small set of objects. The same seed makes the same calls on every kernel: each answer goes
// into a digest, so two kernels are compared by what they print. Only calls that cannot block are made.
#include "env.hpp"

using namespace test;

namespace {

// run.py writes seed, count and the number of the first call to trace behind the mark.
struct Parameters {
  char mark[8];
  Word seed;
  Word count;
  Word trace;
};
volatile Parameters parameters = {{'N', 'T', 'R', 'A', 'N', 'D', 'O', 'M'}, 1, 20000, ~Word{0}};

constexpr Word kPool = 96;     // slots that calls work on
constexpr Word kUntypeds = 4;  // untyped memory outside the pool
constexpr Word kReport = 1000;
constexpr Cptr kFirstSlot = 2048;

Cptr pool;
Cptr untypeds;
Word state;
Word digest;

Word Random() {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}
Word Below(Word limit) { return (Random() >> 11) % limit; }
bool OneIn(Word n) { return Below(n) == 0; }

void Mix(Word value) { digest = (digest ^ value) * 0x100000001b3 + (digest >> 47); }

Cptr PoolSlot() { return pool + Below(kPool); }
/// Mostly a slot of the pool; sometimes one of the first, but none of those that the test itself runs by.
Word AnyIndex() {
  if (!OneIn(12)) {
    return PoolSlot();
  }
  const Word index = Below(seL4_NumInitialCaps);
  return index > seL4_CapInitThreadIPCBuffer ? index : 0;
}
Word AnyDepth() { return OneIn(8) ? Below(70) : kDepth; }
Cptr AnyRoot() { return OneIn(8) ? PoolSlot() : kRootCNode; }
Word AnyAddress() {
  constexpr Word kAddresses[] = {0x10000000, 0x10200000, 0x20000000, 0x40000000, 0x500000000000, 0x7fffffe00000};
  Word address = kAddresses[Below(6)] + (Below(4) << 12);
  if (OneIn(10)) {
    address += 0x123;
  }
  return OneIn(30) ? ~address : address;
}
Cptr AnyVSpace() { return OneIn(2) ? kRootVSpace : PoolSlot(); }
Word Small() { return OneIn(10) ? Random() : Below(6); }

bool tracing;

// Slots have different numbers on different kernels.
void PrintSlot(Word word) {
  if (word >= pool && word <= pool + kPool) {
    Print("slot");
    PrintNumber(word - pool);
  } else if (word >= untypeds && word < untypeds + kUntypeds) {
    Print("untyped");
    PrintNumber(word - untypeds);
  } else {
    PrintHex(word);
  }
}

void Trace(Cptr target, Word label, std::initializer_list<Word> words) {
  if (tracing) {
    Print("  ");
    PrintSlot(target);
    Print(" label ");
    PrintNumber(label);
    for (const Word word : words) {
      Print(" ");
      PrintSlot(word);
    }
    Print("\n");
  }
}

void Record(const Result &result) {
  if (tracing && result.error != 0) {
    Print("  error ");
    PrintNumber(result.error);
    for (Word i = 0; i < result.length && i < 4; ++i) {
      Print(" ");
      PrintHex(result.words[i]);
    }
    Print("\n");
  }
  Mix(result.error);
  if (!result.Ok()) {
    for (Word i = 0; i < result.length && i < 4; ++i) {
      Mix(result.words[i]);
    }
  }
}

void RandomCNodeCall() {
  const Cptr root = OneIn(10) ? PoolSlot() : kRootCNode;
  // A pool slot may hold an endpoint: then a Call would wait. NBSend does the same without an answer.
  const auto call = [&](Word label, std::initializer_list<Word> words, std::initializer_list<Cptr> caps) {
    Trace(root, label, words);
    Trace(root, 0, caps);
    if (root == kRootCNode) {
      Record(Invoke(root, label, words, caps));
    } else {
      Word index = 0;
      Message message;
      for (const Word word : words) {
        (index < 4 ? message.mr[index] : boot_info->ipcBuffer->msg[index]) = word;
        ++index;
      }
      Word count = 0;
      for (const Cptr cap : caps) {
        boot_info->ipcBuffer->caps_or_badges[count++] = cap;
      }
      message.info = seL4_MessageInfo_new(label, 0, count, index);
      NBSend(root, message);
    }
  };
  const Word to = AnyIndex() < 40 ? pool + Below(kPool) : PoolSlot();
  switch (Below(9)) {
    case 0:
      return call(CNodeRevoke, {to, kDepth}, {});
    case 1:
      return call(CNodeDelete, {to, kDepth}, {});
    case 2:
      return call(CNodeCancelBadgedSends, {to, AnyDepth()}, {});
    case 3:
    case 4:
      return call(CNodeCopy, {to, AnyDepth(), AnyIndex(), AnyDepth(), Below(16)}, {AnyRoot()});
    case 5:
      return call(CNodeMint, {to, AnyDepth(), PoolSlot(), AnyDepth(), Below(16), Small()}, {AnyRoot()});
    case 6:
      return call(CNodeMove, {to, AnyDepth(), PoolSlot(), AnyDepth()}, {AnyRoot()});
    case 7:
      return call(CNodeMutate, {to, AnyDepth(), PoolSlot(), AnyDepth(), Small() << 6 | Below(60)}, {AnyRoot()});
    default:
      return call(CNodeRotate, {to, kDepth, Small(), PoolSlot(), kDepth, Small(), PoolSlot(), kDepth},
                  {kRootCNode, AnyRoot()});
  }
}

void RandomRetype() {
  const Cptr untyped = untypeds + Below(kUntypeds);
  const Word type = Below(13);
  const Word bits = type == seL4_CapTableObject ? Below(5) : Below(15);
  Record(Invoke(untyped, UntypedRetype,
                {type, bits, OneIn(6) ? PoolSlot() : 0, OneIn(6) ? kDepth : 0, PoolSlot(), 1 + Below(3)},
                {kRootCNode}));
}

/// Sends an invocation to whatever a pool slot holds.
void RandomSend() {
  const Cptr target = PoolSlot();
  seL4_IPCBuffer &buffer = *boot_info->ipcBuffer;
  Message message;
  Word label = 1 + Below(52);
  Word length = Below(10);
  Word caps = Below(4);
  for (Word i = 0; i < 10; ++i) {
    (i < 4 ? message.mr[i] : buffer.msg[i]) = Small();
  }
  buffer.caps_or_badges[0] = OneIn(3) ? kRootCNode : PoolSlot();
  buffer.caps_or_badges[1] = OneIn(3) ? kRootVSpace : PoolSlot();
  buffer.caps_or_badges[2] = PoolSlot();
  if (OneIn(2)) {
    // Well-formed mapping calls are worth more than noise.
    label = X86PDPTMap + Below(8);
    message.mr[0] = AnyAddress();
    message.mr[1] = label == X86PageMap ? Below(4) : Below(5);
    message.mr[2] = Below(5);
    length = 3;
    caps = 1;
    buffer.caps_or_badges[0] = AnyVSpace();
  } else if (label >= TCBSetPriority && label <= TCBSetSchedParams) {
    message.mr[0] = Below(200);
    message.mr[1] = Below(200);
    buffer.caps_or_badges[0] = OneIn(2) ? kRootTcb : PoolSlot();
  } else if (label == X86IOPortControlIssue || label == DomainScheduleSetStart) {
    return;
  }
  message.info = seL4_MessageInfo_new(label, 0, caps, length);
  Trace(
      target, label,
      {length, caps, message.mr[0], message.mr[1], message.mr[2], buffer.caps_or_badges[0], buffer.caps_or_badges[1]});
  NBSend(target, message);
}

void RandomAsid() {
  Record(Invoke(seL4_CapInitThreadASIDPool, X86ASIDPoolAssign, {}, {PoolSlot()}));
  if (OneIn(4)) {
    Record(Invoke(seL4_CapASIDControl, X86ASIDControlMakePool, {PoolSlot(), kDepth}, {PoolSlot(), kRootCNode}));
  }
}

/// What every slot of the pool answers to being copied tells much of what it holds.
void Census() {
  const Cptr spare = pool + kPool;
  for (Word i = 0; i < kPool; ++i) {
    const Result result = Mint(spare, pool + i, 1);
    Record(result);
    if (result.Ok()) {
      Record(Delete(spare));
    }
  }
}

}  // namespace

TEST(random_invocations) {
  // Runs of threads the calls start end in faults that nobody hears of.
  state = (parameters.seed + 1) * 0x9e3779b97f4a7c15;
  digest = 0xcbf29ce484222325;
  const Word count = parameters.count;
  // The same slot numbers on every kernel: they are looked up with all kinds of depths and guards.
  do {
    untypeds = NewSlot();
  } while (untypeds < kFirstSlot);
  for (Word i = 1; i < kUntypeds; ++i) {
    NewSlot();
  }
  for (Word i = 0; i < kUntypeds; ++i) {
    const Cptr untyped = NewUntyped(16 + 2 * i);
    EXPECT_OK(Move(untypeds + i, untyped));
  }
  pool = NewSlot();
  for (Word i = 0; i <= kPool; ++i) {
    NewSlot();
  }
  for (Word i = 0; i < count; ++i) {
    tracing = i >= parameters.trace;
    switch (Below(10)) {
      case 0:
      case 1:
        RandomRetype();
        break;
      case 2:
      case 3:
      case 4:
      case 5:
        RandomCNodeCall();
        break;
      case 6:
        if (OneIn(10)) {
          RandomAsid();
        }
        break;
      default:
        RandomSend();
        break;
    }
    if (i >= parameters.trace) {
      Census();
      Print("call ");
      PrintNumber(i);
      Print(" ");
      PrintHex(digest);
      Print("\n");
    }
    if ((i + 1) % kReport == 0) {
      Census();
      Print("digest ");
      PrintNumber(i + 1);
      Print(" ");
      PrintHex(digest);
      Print("\n");
    }
  }
}

// --- A thread without rights that makes random system calls with random registers ---

namespace {

constexpr Word kHostileCode = 0x40000000;
constexpr Word kUserRegisters = 20;

/// A word that is more often near something interesting than not.
Word Hostile() {
  switch (Below(8)) {
    case 0:
      return Random();
    case 1:
      return Random() & 0xffff;
    case 2:
      return ~Below(64);
    case 3:
      return Word{1} << Below(64);
    case 4:
      return 0xffffff8000000000 + Below(1 << 20);
    case 5:
      return 0xffffffff80100000 + Below(1 << 20);
    default:
      return Below(4);
  }
}

}  // namespace

TEST(hostile_thread) {
  extern char code[] asm("HostileCode");
  state = (parameters.seed + 2) * 0x9e3779b97f4a7c15;
  digest = 0xcbf29ce484222325;
  const Cptr vspace = New(seL4_X64_PML4Object);
  EXPECT_OK(Invoke(seL4_CapInitThreadASIDPool, X86ASIDPoolAssign, {}, {vspace}));
  EXPECT_OK(Invoke(New(seL4_X86_PDPTObject), X86PDPTMap, {kHostileCode, 0}, {vspace}));
  EXPECT_OK(Invoke(New(seL4_X86_PageDirectoryObject), X86PageDirectoryMap, {kHostileCode, 0}, {vspace}));
  EXPECT_OK(Invoke(New(seL4_X86_PageTableObject), X86PageTableMap, {kHostileCode, 0}, {vspace}));
  const Cptr frame = NewSlot();
  EXPECT_OK(Copy(frame, ImageFrame(code), 2));
  EXPECT_OK(MapFrame(frame, vspace, kHostileCode));
  const Cptr buffer = New(seL4_X86_4K);
  EXPECT_OK(MapFrame(buffer, vspace, kHostileCode + 0x1000));
  const Cptr view = NewSlot();
  EXPECT_OK(Copy(view, buffer));
  EXPECT_OK(MapFrame(view, kRootVSpace, kScratch));
  auto *const words = reinterpret_cast<volatile Word *>(kScratch);

  // Its CSpace: an endpoint to its fault handler, a notification, two empty slots.
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr node = New(seL4_CapTableObject, 2);
  const Cptr faults = Badged(endpoint, 1);
  EXPECT_OK(Invoke(node, CNodeCopy, {0, 2, faults, kDepth, 15}, {kRootCNode}));
  EXPECT_OK(Invoke(node, CNodeCopy, {1, 2, New(seL4_NotificationObject), kDepth, 15}, {kRootCNode}));
  const Cptr tcb = New(seL4_TCBObject);
  EXPECT_OK(Invoke(tcb, TCBConfigure, {0, seL4_CNode_CapData_new(0, 62).words[0], 0, kHostileCode + 0x1000},
                   {node, vspace, buffer}));
  EXPECT_OK(Invoke(tcb, TCBSetSchedParams, {100, 100}, {kRootTcb}));

  const Word count = parameters.count;
  for (Word i = 0; i < count; ++i) {
    for (Word j = 0; j < 128; j += 1 + Below(16)) {
      words[j] = Hostile();
    }
    seL4_IPCBuffer &own = *boot_info->ipcBuffer;
    Message message;
    message.info = seL4_MessageInfo_new(TCBWriteRegisters, 0, 0, kUserRegisters + 2);
    message.mr[0] = 1;
    message.mr[1] = kUserRegisters;
    for (Word j = 0; j < kUserRegisters; ++j) {
      const Word value = j == 0 ? kHostileCode + (OneIn(16) ? 2 : 0) : j == 2 ? Below(4096) & ~Word{0x100} : Hostile();
      (j + 2 < 4 ? message.mr[j + 2] : own.msg[j + 2]) = value;
    }
    // RDX is the system call: often a real one, never a debug kernel's (one of those halts).
    Word &number = own.msg[6 + 2];
    if (!OneIn(4) || number + 64 < 64) {
      number = ~Below(8);
    }
    EXPECT_EQ(Call(tcb, message).Label(), seL4_NoError);
    SetOwnPriority(50);
    SetOwnPriority(seL4_MaxPrio);
    const Message answer = NBRecv(endpoint);
    if (answer.badge != 0) {
      Mix(answer.Label());
      Mix(answer.Length());
    } else {
      Mix(1);
    }
    EXPECT_OK(Invoke(tcb, TCBSuspend));
    if ((i + 1) % kReport == 0) {
      Print("digest ");
      PrintNumber(i + 1);
      Print(" ");
      PrintHex(digest);
      Print("\n");
    }
  }
}
