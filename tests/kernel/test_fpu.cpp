// Floating point: state belongs to threads, the flag switches it off.
#include "env.hpp"

using namespace test;

extern "C" {
void KeepVectors(Word counter, Word pattern);
void UseVectors(Word to);
void InitialFpu(Word to);
}

namespace {

Word counter;
volatile Word done;
Word state[4];

void Keep(Word pattern) { KeepVectors(reinterpret_cast<Word>(&counter), pattern); }
void Use(Word) { UseVectors(reinterpret_cast<Word>(&done)); }
void Initial(Word) { InitialFpu(reinterpret_cast<Word>(state)); }

}  // namespace

TEST(fpu_state_belongs_to_the_thread) {
  counter = 0;
  for (Word i = 1; i <= 3; ++i) {
    StartThread(Keep, i * 0x0101010101010101, {.priority = 200});
  }
  LetOthersRun();
  EXPECT_EQ(counter, 3);
}

TEST(fpu_initial_state) {
  for (Word &word : state) {
    word = 0;
  }
  StartThread(Keep, 5, {.priority = 201});
  StartThread(Initial, 0, {.priority = 200});
  LetOthersRun();
  EXPECT_EQ(state[0] & 0xffff, 0x37f);
  EXPECT_EQ(state[1] & 0xffffffff, 0x1f80);
  EXPECT_EQ(state[2], 0);
  EXPECT_EQ(state[3], 1);
}

TEST(fpu_disabled_is_exception_7) {
  done = 0;
  const Cptr endpoint = New(seL4_EndpointObject);
  const Thread thread = StartThread(Use, 0, {.priority = 200, .fault_endpoint = endpoint, .start = false});
  EXPECT_OK(Invoke(thread.tcb, TCBSetFlags, {0, seL4_TCBFlag_fpuDisabled}));
  EXPECT_OK(Invoke(thread.tcb, TCBResume));
  const Message message = Recv(endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_UserException);
  EXPECT_EQ(message.mr[seL4_UserException_Number], 7);
  EXPECT_EQ(done, 0);
  EXPECT_OK(Invoke(thread.tcb, TCBSetFlags, {seL4_TCBFlag_fpuDisabled, 0}));
  Reply({});
  LetOthersRun();
  EXPECT_EQ(done, 1);
}

TEST(fpu_flag_keeps_the_state) {
  // A thread that is switched off in between finds its registers again.
  counter = 0;
  const Thread thread = StartThread(Keep, 0x77, {.priority = 255});
  for (int i = 0; i < 20; ++i) {
    Yield();
  }
  EXPECT_OK(Invoke(thread.tcb, TCBSuspend));
  EXPECT_OK(Invoke(thread.tcb, TCBSetFlags, {0, 1}));
  StartThread(Keep, 0x88, {.priority = 200});
  LetOthersRun();
  EXPECT_EQ(counter, 1);
  EXPECT_OK(Invoke(thread.tcb, TCBSetFlags, {1, 0}));
  EXPECT_OK(Invoke(thread.tcb, TCBResume));
  LetOthersRun();
  EXPECT_EQ(counter, 2);
}

TEST(fpu_off_for_oneself) {
  EXPECT_OK(Invoke(kRootTcb, TCBSetFlags, {0, 1}));
  counter = 0;
  StartThread(Keep, 0x99, {.priority = 200});
  LetOthersRun();
  EXPECT_EQ(counter, 1);
  EXPECT_OK(Invoke(kRootTcb, TCBSetFlags, {1, 0}));
  done = 0;
  UseVectors(reinterpret_cast<Word>(&done));
  EXPECT_EQ(done, 1);
}
