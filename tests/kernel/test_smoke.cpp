// The path everything else needs: memory, threads, messages, address spaces, faults, time.
#include "env.hpp"

using namespace test;

namespace {

void EchoServer(Word endpoint) {
  Message message = Recv(endpoint);
  for (;;) {
    message.mr[0] += message.badge;
    message.info = seL4_MessageInfo_new(message.Label() + 1, 0, 0, message.Length());
    message = ReplyRecv(endpoint, message);
  }
}

volatile Word counters[2];

void Count(Word index) {
  for (;;) {
    counters[index] = counters[index] + 1;
  }
}

void Touch(Word address) { *reinterpret_cast<volatile Word *>(address) = 7; }

}  // namespace

TEST(retype_gives_clear_frames) {
  const Cptr untyped = NewUntyped(12);
  const Cptr frame = NewSlot();
  for (int round = 0; round < 2; ++round) {
    EXPECT_OK(Retype(untyped, seL4_X86_4K, 0, frame));
    EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch));
    auto *const words = reinterpret_cast<volatile Word *>(kScratch);
    for (Word i = 0; i < 512; ++i) {
      EXPECT_EQ(words[i], 0);
      words[i] = ~i;
    }
    EXPECT_OK(Delete(frame));
  }
}

TEST(call_and_reply) {
  const Cptr endpoint = New(seL4_EndpointObject);
  StartThread(EchoServer, endpoint, {.priority = 200});
  const Cptr badged = Badged(endpoint, 1000);
  for (Word i = 0; i < 10; ++i) {
    const Message answer = Call(badged, {.info = seL4_MessageInfo_new(i, 0, 0, 4), .mr = {i, 1, 2, 3}});
    EXPECT_EQ(answer.Label(), i + 1);
    EXPECT_EQ(answer.Length(), 4);
    EXPECT_EQ(answer.mr[0], i + 1000);
    EXPECT_EQ(answer.mr[1], 1);
    EXPECT_EQ(answer.mr[2], 2);
    EXPECT_EQ(answer.mr[3], 3);
  }
}

TEST(long_message) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Thread server = StartThread(EchoServer, endpoint, {.priority = 200});
  for (Word i = 4; i < 120; ++i) {
    boot_info->ipcBuffer->msg[i] = i * 3;
  }
  const Message answer = Call(endpoint, {.info = seL4_MessageInfo_new(5, 0, 0, 120), .mr = {1, 2, 3, 4}});
  EXPECT_EQ(answer.Length(), 120);
  for (Word i = 4; i < 120; ++i) {
    EXPECT_EQ(server.buffer->msg[i], i * 3);
    EXPECT_EQ(boot_info->ipcBuffer->msg[i], i * 3);
  }
}

TEST(own_address_space) {
  extern char code[] asm("ForeignCode");
  constexpr Word kCode = 0x40000000, kData = 0x7fff00000000;
  const Cptr vspace = New(seL4_X64_PML4Object);
  EXPECT_OK(Invoke(seL4_CapInitThreadASIDPool, X86ASIDPoolAssign, {}, {vspace}));
  for (const Word address : {kCode, kData}) {
    EXPECT_OK(Invoke(New(seL4_X86_PDPTObject), X86PDPTMap, {address, 0}, {vspace}));
    EXPECT_OK(Invoke(New(seL4_X86_PageDirectoryObject), X86PageDirectoryMap, {address, 0}, {vspace}));
    EXPECT_OK(Invoke(New(seL4_X86_PageTableObject), X86PageTableMap, {address, 0}, {vspace}));
  }
  const Cptr code_frame = NewSlot();
  EXPECT_OK(Copy(code_frame, ImageFrame(code), 2));
  EXPECT_OK(MapFrame(code_frame, vspace, kCode));
  const Cptr data_frame = New(seL4_X86_4K);
  EXPECT_OK(MapFrame(data_frame, vspace, kData));
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr tcb = New(seL4_TCBObject);
  EXPECT_OK(Invoke(tcb, TCBSetSpace, {0, 0, 0}, {kRootCNode, vspace}));
  EXPECT_OK(Invoke(tcb, TCBSetSchedParams, {200, 200}, {kRootTcb}));
  EXPECT_OK(Invoke(tcb, TCBWriteRegisters, {1, 10, kCode, 0, 0, 0, 0, 0, 0, 0, endpoint, kData}));
  Message message = Recv(endpoint);
  EXPECT_EQ(message.mr[0], 1);
  message = ReplyRecv(endpoint, {});
  EXPECT_EQ(message.mr[0], 2);
  EXPECT_EQ(message.Length(), 1);
}

TEST(page_fault_is_a_message) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr fault = Badged(endpoint, 77);
  StartThread(Touch, kScratch + 0x5008, {.priority = 200, .fault_endpoint = fault});
  const Message message = Recv(endpoint);
  EXPECT_EQ(message.badge, 77);
  EXPECT_EQ(message.Label(), seL4_Fault_VMFault);
  EXPECT_EQ(message.Length(), seL4_VMFault_Length);
  EXPECT_EQ(message.mr[seL4_VMFault_Addr], kScratch + 0x5008);
  EXPECT_EQ(message.mr[seL4_VMFault_FSR], 6);
  // Resolved, the thread goes on and stops in ThreadExit.
  const Cptr frame = New(seL4_X86_4K);
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch + 0x5000));
  const Message next = ReplyRecv(endpoint, {});
  EXPECT_EQ(next.Label(), seL4_Fault_CapFault);
  EXPECT_EQ(*reinterpret_cast<volatile Word *>(kScratch + 0x5008), 7);
}

TEST(time_slices_alternate) {
  counters[0] = 0;
  counters[1] = 0;
  const Thread first = StartThread(Count, 0, {.priority = 50});
  const Thread second = StartThread(Count, 1, {.priority = 50});
  SetOwnPriority(50);
  while (counters[0] == 0 || counters[1] == 0) {
  }
  EXPECT_OK(Invoke(first.tcb, TCBSuspend));
  EXPECT_OK(Invoke(second.tcb, TCBSuspend));
}
