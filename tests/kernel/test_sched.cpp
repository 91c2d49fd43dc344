// Scheduling: priorities, yielding, who runs after what.
#include "env.hpp"

using namespace test;

namespace {

Word order[16];
volatile Word count;

void Note(Word value) {
  order[count] = value;
  count = count + 1;
}

void NoteThrice(Word value) {
  for (int i = 0; i < 3; ++i) {
    Note(value);
    Yield();
  }
}

Cptr endpoint;
void Serve(Word value) {
  Message message = Recv(endpoint);
  for (;;) {
    Note(value);
    message = ReplyRecv(endpoint, message);
  }
}

}  // namespace

TEST(higher_priorities_run_first) {
  count = 0;
  for (const Word priority : {Word{10}, Word{200}, Word{64}, Word{63}, Word{128}, Word{254}}) {
    StartThread(Note, priority, {.priority = priority});
  }
  LetOthersRun();
  EXPECT_EQ(count, 6);
  EXPECT_EQ(order[0], 254);
  EXPECT_EQ(order[1], 200);
  EXPECT_EQ(order[2], 128);
  EXPECT_EQ(order[3], 64);
  EXPECT_EQ(order[4], 63);
  EXPECT_EQ(order[5], 10);
}

TEST(yield_goes_round) {
  count = 0;
  StartThread(NoteThrice, 1, {.priority = 200});
  StartThread(NoteThrice, 2, {.priority = 200});
  LetOthersRun();
  EXPECT_EQ(count, 6);
  for (Word i = 0; i < 4; ++i) {
    EXPECT(order[i] != order[i + 1]);
  }
}

TEST(yield_is_no_way_down) {
  count = 0;
  StartThread(Note, 1, {.priority = 254});
  for (int i = 0; i < 10; ++i) {
    Yield();
  }
  EXPECT_EQ(count, 0);
}

TEST(raising_a_priority_switches) {
  count = 0;
  SetOwnPriority(100);
  const Thread thread = StartThread(Note, 1, {.priority = 50});
  EXPECT_EQ(count, 0);
  EXPECT_OK(Invoke(thread.tcb, TCBSetPriority, {150}, {kRootTcb}));
  EXPECT_EQ(count, 1);
}

TEST(resuming_an_equal_does_not_switch) {
  // A time slice may end at any moment; it does not do so every time.
  SetOwnPriority(100);
  Word early = 0;
  for (Word round = 0; round < 7; ++round) {
    count = 0;
    StartThread(Note, 1, {.priority = 100});
    early += count;
    Yield();
    EXPECT_EQ(count, 1);
  }
  EXPECT(early < 4);
}

TEST(resuming_a_higher_one_switches) {
  count = 0;
  SetOwnPriority(100);
  StartThread(Note, 1, {.priority = 101});
  EXPECT_EQ(count, 1);
}

TEST(a_call_to_a_lower_server_lets_the_middle_run) {
  count = 0;
  endpoint = New(seL4_EndpointObject);
  StartThread(Serve, 1, {.priority = 50});
  LetOthersRun();
  StartThread(Note, 2, {.priority = 70});
  SetOwnPriority(90);
  Call(endpoint, {});
  EXPECT_EQ(count, 2);
  EXPECT_EQ(order[0], 2);
  EXPECT_EQ(order[1], 1);
}

TEST(a_woken_equal_goes_behind) {
  // seL4's rule: it waits at the end of the queue. (A time slice may end in between, but not every time.)
  endpoint = New(seL4_EndpointObject);
  SetOwnPriority(100);
  StartThread(Serve, 1, {.priority = 100});
  Yield();
  Word early = 0;
  for (Word round = 0; round < 20; ++round) {
    count = 0;
    Send(endpoint, {});
    early += count;
    Yield();
    EXPECT_EQ(count, 1);
    Yield();
  }
  EXPECT(early < 10);
}
