// \Device\Console: docs/architecture.md section 5; waits and cancellation as NtReadFile and CancelIoEx say.

#include "io_fixture.hpp"

namespace io_test {

class ConsoleTest : public IoTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(Open(u"\\Device\\Console", GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE), STATUS_SUCCESS);
    buffer = Allocate(512, '.');
  }
  coro::Task<io::Answer> Wait(ULONG length) {
    Spoil();
    return io::NtReadFile(thread, handle, nullptr, {}, {}, block, buffer, length, {}, {});
  }
  UserPointer buffer;
};

TEST_F(ConsoleTest, Opens) {
  EXPECT_EQ(Open(u"\\??\\CON"), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"\\Device\\Console\\a"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(Open(u"\\Device\\Console", kRead, kSync | FILE_DIRECTORY_FILE), STATUS_NOT_A_DIRECTORY);
}

TEST_F(ConsoleTest, ReadsWhatWasTyped) {
  console.Type("dir\r");
  ASSERT_EQ(Read(handle, buffer, 3), STATUS_SUCCESS);
  EXPECT_EQ(Text(buffer, 4), "dir.");
  EXPECT_EQ(Block().Information, 3u);
  ASSERT_EQ(Read(handle, buffer, 100), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 1u);
  EXPECT_EQ(Read(handle, buffer, 100), STATUS_PENDING) << "asks for the coroutine";
  EXPECT_EQ(Read(handle, buffer, 0), STATUS_SUCCESS);
}

TEST_F(ConsoleTest, WaitsForOneByte) {
  auto task = Wait(100);
  task.Start();
  ASSERT_FALSE(task.Done());
  console.Type("x");
  Run();
  ASSERT_TRUE(task.Done());
  EXPECT_EQ(StatusOf(task.Take()), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 1u);
  EXPECT_EQ(Text(buffer, 2), "x.");
}

TEST_F(ConsoleTest, NothingIsLostInABadBuffer) {
  console.Type("abc");
  EXPECT_EQ(Read(handle, {&memory, 0x7000}, 10), STATUS_ACCESS_VIOLATION);
  ASSERT_EQ(Read(handle, buffer, 10), STATUS_SUCCESS);
  EXPECT_EQ(Text(buffer, 3), "abc");
}

TEST_F(ConsoleTest, TerminationEndsTheWait) {
  auto task = Wait(100);
  task.Start();
  waiter.Terminate();
  Run();
  ASSERT_TRUE(task.Done());
  EXPECT_EQ(StatusOf(task.Take()), STATUS_THREAD_IS_TERMINATING);
  EXPECT_TRUE(Untouched());
}

TEST_F(ConsoleTest, DroppedTaskLeavesNothingBehind) {
  {
    auto task = Wait(100);
    task.Start();
  }
  console.Type("x");
  Run();
  EXPECT_FALSE(waiter.Waiting());
}

TEST_F(ConsoleTest, CancelByHandle) {
  auto task = Wait(100);
  task.Start();
  ke::Waiter other_waiter(dispatcher);
  Thread other(memory, handles, other_waiter);
  const auto answer = Out<IO_STATUS_BLOCK>();
  const UserIn<IO_STATUS_BLOCK> another(Allocate(sizeof(IO_STATUS_BLOCK)));
  EXPECT_EQ(StatusOf(io::NtCancelIoFileEx(other, handle, another, answer)), STATUS_NOT_FOUND);
  EXPECT_EQ(StatusOf(io::NtCancelIoFileEx(other, handle, UserIn<IO_STATUS_BLOCK>(block), answer)), STATUS_SUCCESS);
  Run();
  ASSERT_TRUE(task.Done());
  EXPECT_EQ(StatusOf(task.Take()), STATUS_CANCELLED);
  EXPECT_EQ(Block().Status, STATUS_CANCELLED);
}

TEST_F(ConsoleTest, LastCloseCancels) {
  auto task = Wait(100);
  task.Start();
  Close(handle);
  Run();
  ASSERT_TRUE(task.Done());
  EXPECT_EQ(StatusOf(task.Take()), STATUS_CANCELLED);
}

TEST_F(ConsoleTest, AlertableHandleIsBroken) {
  ASSERT_EQ(Open(u"\\Device\\Console", kRead, FILE_SYNCHRONOUS_IO_ALERT), STATUS_SUCCESS);
  auto task = Wait(100);
  task.Start();
  waiter.Alert();
  Run();
  ASSERT_TRUE(task.Done());
  EXPECT_EQ(StatusOf(task.Take()), STATUS_ALERTED);
}

TEST_F(ConsoleTest, Writes) {
  const std::string text(1000, 'w');
  const UserPointer source = Allocate(text.size());
  ASSERT_TRUE(source.Write(text.data(), text.size()));
  const auto write = [&](UserPointer from, ULONG length) {
    return StatusOf(io::NtWriteFile(thread, handle, nullptr, {}, {}, block, from, length, {}, {}));
  };
  EXPECT_EQ(write(source, 1000), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 1000u);
  EXPECT_EQ(console.written, text);
  EXPECT_EQ(write({&memory, Memory::kBase + Memory::kSize - 10}, 20), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(console.written, text) << "a bad buffer writes nothing";
  EXPECT_EQ(StatusOf(io::NtFlushBuffersFile(thread, handle, block)), STATUS_SUCCESS);
}

}  // namespace io_test
