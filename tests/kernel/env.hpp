#pragma once
// What the tests stand on: slots, memory, invocations, threads and the console. Everything a test makes is taken away
// after it, so tests do not depend on each other.

#include <initializer_list>
#include <string_view>

#include "sel4.hpp"

namespace test {

extern seL4_BootInfo *boot_info;

constexpr Cptr kRootCNode = seL4_CapInitThreadCNode;
constexpr Cptr kRootVSpace = seL4_CapInitThreadVSpace;
constexpr Cptr kRootTcb = seL4_CapInitThreadTCB;
constexpr Word kDepth = seL4_WordBits;

// --- Console (COM1 through an I/O port capability) ---
void Print(std::string_view text);
void PrintNumber(Word value);
void PrintHex(Word value);

// --- Invocations ---
/// Outcome of a Call on a kernel object: the error (0: none) and the first four words.
struct Result {
  Word error;
  Word length;
  Word words[4];
  bool Ok() const { return error == seL4_NoError; }
};
/// Calls a capability with label, words and extra capabilities, through the root thread's IPC buffer.
Result Invoke(Cptr cptr, Word label, std::initializer_list<Word> words = {}, std::initializer_list<Cptr> caps = {});
/// The same with another thread's buffer (null: none).
Result InvokeWith(seL4_IPCBuffer *buffer, Cptr cptr, Word label, std::initializer_list<Word> words = {},
                  std::initializer_list<Cptr> caps = {});

// --- Slots and objects of the running test ---
/// A free slot of the root CNode.
Cptr NewSlot();
/// An untyped of 2^bits bytes.
Cptr NewUntyped(Word bits);
/// An object from the test's memory. Fails the run when there is none.
Cptr New(Word type, Word size_bits = 0);
Result Retype(Cptr untyped, Word type, Word size_bits, Cptr slot, Word count = 1);
Result Copy(Cptr to, Cptr from, Word rights = 15);
Result Mint(Cptr to, Cptr from, Word badge, Word rights = 15);
Result Move(Cptr to, Cptr from);
Result Delete(Cptr slot);
Result RevokeSlot(Cptr slot);
/// A copy of a capability with a badge, in a new slot.
Cptr Badged(Cptr from, Word badge, Word rights = 15);
/// A copy with fewer rights.
Cptr WithRights(Cptr from, Word rights);
/// Is there a capability in the slot? (Tried by moving it onto itself's neighbour.)
bool SlotEmpty(Cptr slot);

// --- Memory of the root task ---
/// Address for test mappings; a page table is there for the 2 MiB from it on.
constexpr Word kScratch = 0x10000000;
/// The capability of a page of the root task's own image.
Cptr ImageFrame(const void *address);
Result MapFrame(Cptr frame, Cptr vspace, Word address, Word rights = 3, Word attributes = 0);

// --- Threads ---
struct Thread {
  Cptr tcb;
  seL4_IPCBuffer *buffer;
};
struct ThreadOptions {
  Word priority = 100;
  Cptr fault_endpoint = 0;
  Cptr cnode = kRootCNode;
  Word cnode_data = 0;
  bool start = true;
};
/// A thread in the root task's address space that runs function(argument).
Thread StartThread(void (*function)(Word), Word argument, ThreadOptions options = {});
extern "C" [[noreturn]] void ThreadExit();
/// Writes rip, rsp and rdi and lets the thread run.
Result SetRegisters(Cptr tcb, Word rip, Word rsp, Word rdi, Word rsi, bool resume);
/// One register of a stopped (or any other) thread by its index in seL4_UserContext.
Word ReadRegister(Cptr tcb, Word index, bool suspend = false);
/// Lowers or raises the root thread itself.
void SetOwnPriority(Word priority);
/// Lets every other thread run until all of them are blocked.
inline void LetOthersRun() {
  SetOwnPriority(1);
  SetOwnPriority(seL4_MaxPrio);
}

// --- Interrupts ---
/// An edge that came before the handler was set may have been latched: it is taken and acknowledged.
inline void DropStaleInterrupt(Cptr handler, Cptr notification) {
  for (int i = 0; i < 2; ++i) {
    Invoke(handler, IRQAckIRQ);
    Yield();
    Poll(notification);
  }
  Invoke(handler, IRQAckIRQ);
}

// --- The tests ---
struct Test {
  std::string_view name;
  void (*run)();
};
/// Records a failed check of the running test.
void Failed(std::string_view file, Word line, std::string_view what, Word left, Word right);
/// Marks the running test as not applicable here.
void Skip(std::string_view why);

#define TEST(test_name)                                                                                        \
  static void test_name();                                                                                     \
  [[gnu::section("test_table"), gnu::used]] static const ::test::Test test_##test_name{#test_name, test_name}; \
  static void test_name()

#define EXPECT(condition)                                        \
  do {                                                           \
    if (!(condition)) {                                          \
      ::test::Failed(__FILE_NAME__, __LINE__, #condition, 0, 0); \
      return;                                                    \
    }                                                            \
  } while (false)

#define EXPECT_EQ(left, right)                                                               \
  do {                                                                                       \
    const ::test::Word left_value = static_cast<::test::Word>(left);                         \
    const ::test::Word right_value = static_cast<::test::Word>(right);                       \
    if (left_value != right_value) {                                                         \
      ::test::Failed(__FILE_NAME__, __LINE__, #left " == " #right, left_value, right_value); \
      return;                                                                                \
    }                                                                                        \
  } while (false)

#define EXPECT_OK(result) EXPECT_EQ((result).error, seL4_NoError)
#define EXPECT_ERROR(result, code) EXPECT_EQ((result).error, code)

}  // namespace test
