// Instruction counts of the system calls everything rests on. Run with `-icount shift=0,sleep=off`: there rdtsc counts
// instructions. Prints; judges nothing.
#include "env.hpp"

using namespace test;

namespace {

Word Now() {
  Word low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return high << 32 | low;
}

constexpr Word kRounds = 64;

/// The least of many rounds, less what the measurement itself costs.
template <typename Work>
Word Measure(Work &&work) {
  Word best = ~Word{0};
  Word empty = ~Word{0};
  for (Word i = 0; i < kRounds; ++i) {
    const Word start = Now();
    work();
    const Word end = Now();
    best = end - start < best ? end - start : best;
    const Word again = Now();
    const Word last = Now();
    empty = last - again < empty ? last - again : empty;
  }
  return best - empty;
}

void Report(std::string_view name, Word instructions) {
  Print("  ");
  Print(name);
  Print(": ");
  PrintNumber(instructions);
  Print(" instructions\n");
}

void EchoServer(Word endpoint) {
  Message message = Recv(endpoint);
  for (;;) {
    message = ReplyRecv(endpoint, message);
  }
}

void WaitLoop(Word notification) {
  for (;;) {
    Wait(notification);
  }
}

}  // namespace

TEST(bench_round_trip) {
  const Cptr endpoint = New(seL4_EndpointObject);
  StartThread(EchoServer, endpoint, {.priority = 255});
  Report("call and reply, 4 words", Measure([&] { Call(endpoint, {.info = seL4_MessageInfo_new(0, 0, 0, 4)}); }));
  Report("call and reply, 10 words", Measure([&] { Call(endpoint, {.info = seL4_MessageInfo_new(0, 0, 0, 10)}); }));
}

TEST(bench_round_trip_across) {
  extern char code[] asm("ForeignServer");
  constexpr Word kCode = 0x40000000;
  const Cptr vspace = New(seL4_X64_PML4Object);
  Invoke(seL4_CapInitThreadASIDPool, X86ASIDPoolAssign, {}, {vspace});
  Invoke(New(seL4_X86_PDPTObject), X86PDPTMap, {kCode, 0}, {vspace});
  Invoke(New(seL4_X86_PageDirectoryObject), X86PageDirectoryMap, {kCode, 0}, {vspace});
  Invoke(New(seL4_X86_PageTableObject), X86PageTableMap, {kCode, 0}, {vspace});
  const Cptr code_frame = NewSlot();
  Copy(code_frame, ImageFrame(code), 2);
  MapFrame(code_frame, vspace, kCode);
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr tcb = New(seL4_TCBObject);
  Invoke(tcb, TCBSetSpace, {0, 0, 0}, {kRootCNode, vspace});
  Invoke(tcb, TCBSetSchedParams, {255, 255}, {kRootTcb});
  Invoke(tcb, TCBWriteRegisters, {1, 10, kCode, 0, 0, 0, 0, 0, 0, 0, endpoint, 0});
  Report("call and reply across address spaces", Measure([&] { Call(endpoint, {}); }));
}

TEST(bench_signal) {
  const Cptr notification = New(seL4_NotificationObject);
  Report("signal, nobody waits", Measure([&] { Signal(notification); }));
  const Cptr other = New(seL4_NotificationObject);
  StartThread(WaitLoop, other, {.priority = 100});
  SetOwnPriority(90);
  SetOwnPriority(150);
  Report("signal, a lower thread waits", Measure([&] { Signal(other); }));
  SetOwnPriority(90);
  SetOwnPriority(90);
  Report("signal and switch to a higher thread and back", Measure([&] { Signal(other); }));
}

TEST(bench_yield) {
  Report("yield", Measure([] { Yield(); }));
}

TEST(bench_map_unmap) {
  const Cptr frame = New(seL4_X86_4K);
  seL4_IPCBuffer &buffer = *boot_info->ipcBuffer;
  Report("page map and unmap", Measure([&] {
           buffer.caps_or_badges[0] = kRootVSpace;
           Call(frame, {.info = seL4_MessageInfo_new(X86PageMap, 0, 1, 3), .mr = {kScratch, 3, 0}});
           Call(frame, {.info = seL4_MessageInfo_new(X86PageUnmap, 0, 0, 0)});
         }));
}

TEST(bench_fault) {
  // The handler answers without mapping anything: fault, message, reply, the same fault again.
  const Cptr endpoint = New(seL4_EndpointObject);
  StartThread([](Word address) { static_cast<void>(*reinterpret_cast<volatile Word *>(address)); }, kScratch,
              {.priority = 255, .fault_endpoint = endpoint});
  Recv(endpoint);
  Report("page fault, message and reply", Measure([&] { ReplyRecv(endpoint, {}); }));
}

TEST(bench_objects) {
  const Cptr untyped = NewUntyped(14);
  const Cptr slot = NewSlot();
  Report("retype and delete a frame", Measure([&] {
           Retype(untyped, seL4_X86_4K, 0, slot);
           Delete(slot);
         }));
  const Cptr endpoint = New(seL4_EndpointObject);
  Report("copy and delete a capability", Measure([&] {
           Copy(slot, endpoint);
           Delete(slot);
         }));
}
