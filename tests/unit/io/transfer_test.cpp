// Reading and writing. Sources: NtReadFile/NtWriteFile (WDK reference) for ByteOffset and completion, [MS-FSA] 2.1.5.3
// for the end of the file.

#include <ex/objects.hpp>

#include "io_fixture.hpp"

namespace io_test {

class TransferTest : public IoTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(Open(u"\\??\\X:\\hello.txt"), STATUS_SUCCESS);
    buffer = Allocate(64, '.');
  }
  UserPointer buffer;
};

TEST_F(TransferTest, PositionMovesOn) {
  ASSERT_EQ(Read(handle, buffer, 5), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 5u);
  EXPECT_EQ(Text(buffer, 6), "hello.");
  ASSERT_EQ(Read(handle, buffer, 64), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 7u);
  EXPECT_EQ(Text(buffer, 7), ", world");
  EXPECT_EQ(Read(handle, buffer, 64), STATUS_END_OF_FILE);
  EXPECT_EQ(Block().Status, STATUS_END_OF_FILE);
  EXPECT_EQ(Block().Information, 0u);
  EXPECT_EQ(Read(handle, buffer, 0), STATUS_SUCCESS) << "nothing can always be read";
}

TEST_F(TransferTest, ExplicitOffset) {
  const LONGLONG seven = 7;
  ASSERT_EQ(Read(handle, buffer, 3, &seven), STATUS_SUCCESS);
  EXPECT_EQ(Text(buffer, 3), "wor");
  ASSERT_EQ(Read(handle, buffer, 2), STATUS_SUCCESS);
  EXPECT_EQ(Text(buffer, 2), "ld") << "the position follows an explicit offset";
  const LONGLONG current = static_cast<LONGLONG>(0xFFFFFFFFFFFFFFFE);  // FILE_USE_FILE_POINTER_POSITION
  EXPECT_EQ(Read(handle, buffer, 2, &current), STATUS_END_OF_FILE);
  const LONGLONG end = -1;  // FILE_WRITE_TO_END_OF_FILE
  EXPECT_EQ(Read(handle, buffer, 2, &end), STATUS_INVALID_PARAMETER);
  EXPECT_TRUE(Untouched());
  const LONGLONG negative = -100;
  EXPECT_EQ(Read(handle, buffer, 2, &negative), STATUS_INVALID_PARAMETER);
  const LONGLONG far = INT64_MAX;
  EXPECT_EQ(Read(handle, buffer, 2, &far), STATUS_END_OF_FILE);
}

TEST_F(TransferTest, AsynchronousHandle) {
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt", FILE_READ_DATA, 0), STATUS_SUCCESS);
  EXPECT_EQ(Read(handle, buffer, 5), STATUS_INVALID_PARAMETER) << "an offset is needed";
  const LONGLONG zero = 0;
  EXPECT_EQ(Read(handle, buffer, 5, &zero), STATUS_SUCCESS);
  const LONGLONG current = static_cast<LONGLONG>(0xFFFFFFFFFFFFFFFE);
  EXPECT_EQ(Read(handle, buffer, 5, &current), STATUS_INVALID_PARAMETER);
  const LONGLONG behind = 100;
  EXPECT_EQ(Read(handle, buffer, 5, &behind), STATUS_END_OF_FILE);
  EXPECT_TRUE(Untouched()) << "a failed asynchronous request is not completed";
}

TEST_F(TransferTest, Unbuffered) {
  ASSERT_EQ(Open(u"\\??\\X:\\System32\\ntdll.dll", kRead, kSync | FILE_NO_INTERMEDIATE_BUFFERING), STATUS_SUCCESS);
  const UserPointer big = Allocate(8192);
  EXPECT_EQ(Read(handle, big, 100), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Read(handle, big, 8192), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 5000u);
  const LONGLONG odd = 100;
  EXPECT_EQ(Read(handle, big, 512, &odd), STATUS_INVALID_PARAMETER);
}

TEST_F(TransferTest, EventAndApc) {
  const auto event = ex::Event::Create(NotificationEvent, true);
  ASSERT_TRUE(event);
  const HANDLE event_handle = *handles.Insert(*event, EVENT_ALL_ACCESS);
  ASSERT_EQ(Read(handle, buffer, 5, nullptr, event_handle), STATUS_SUCCESS);
  EXPECT_TRUE((*event)->Signalled());
  const HANDLE query_only = *handles.Insert(*event, EVENT_QUERY_STATE);
  EXPECT_EQ(Read(handle, buffer, 5, nullptr, query_only), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Read(handle, buffer, 5, nullptr, handle), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(Read(handle, buffer, 5, nullptr, reinterpret_cast<HANDLE>(0x9998)), STATUS_INVALID_HANDLE);

  const auto answer =
      io::TryNtReadFile(thread, handle, event_handle, {&memory, 0x1234}, {&memory, 0x5678}, block, buffer, 1, {}, {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(StatusOf(*answer), STATUS_SUCCESS);
  EXPECT_EQ(waiter.TestAlert(), STATUS_SUCCESS);
  const auto apc = waiter.TakeApc();
  ASSERT_TRUE(apc);
  EXPECT_EQ(apc->normal_routine, reinterpret_cast<PVOID>(0x1234));
  EXPECT_EQ(apc->normal_context, reinterpret_cast<PVOID>(0x5678));
  EXPECT_EQ(apc->system_argument1, reinterpret_cast<PVOID>(block.address));
}

TEST_F(TransferTest, BadArguments) {
  EXPECT_EQ(Read(reinterpret_cast<HANDLE>(0x1230), buffer, 5), STATUS_INVALID_HANDLE);
  EXPECT_EQ(Read(handle, {&memory, 0x8000}, 5), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(Read(handle, {&memory, 0xFFFF800000000000}, 5), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(Read(handle, {&memory, Memory::kBase}, 0xFFFFFFFF), STATUS_SUCCESS) << "only what is read is touched";
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt", FILE_READ_ATTRIBUTES | SYNCHRONIZE), STATUS_SUCCESS);
  EXPECT_EQ(Read(handle, buffer, 5), STATUS_ACCESS_DENIED);
  ASSERT_EQ(Open(u"\\??\\X:\\System32"), STATUS_SUCCESS);
  EXPECT_EQ(Read(handle, buffer, 5), STATUS_INVALID_DEVICE_REQUEST) << "a directory";
}

TEST_F(TransferTest, VolumeItself) {
  ASSERT_EQ(Open(u"\\??\\X:"), STATUS_SUCCESS);
  ASSERT_EQ(Read(handle, buffer, 8), STATUS_SUCCESS);
  EXPECT_EQ(Text(buffer, 8), "NTBOOTV1");
}

TEST_F(TransferTest, WritingNeedsTheRight) {
  const auto write = [&](HANDLE file) {
    return StatusOf(io::NtWriteFile(thread, file, nullptr, {}, {}, block, buffer, 5, {}, {}));
  };
  EXPECT_EQ(write(handle), STATUS_ACCESS_DENIED);
  EXPECT_EQ(StatusOf(io::NtFlushBuffersFile(thread, handle, block)), STATUS_ACCESS_DENIED);
  EXPECT_EQ(write(reinterpret_cast<HANDLE>(4)),
            handle == reinterpret_cast<HANDLE>(4) ? STATUS_ACCESS_DENIED : STATUS_INVALID_HANDLE);
}

TEST_F(TransferTest, NothingToCancel) {
  EXPECT_EQ(StatusOf(io::NtCancelIoFile(thread, handle, block)), STATUS_SUCCESS);
  EXPECT_EQ(StatusOf(io::NtCancelIoFileEx(thread, handle, {}, block)), STATUS_NOT_FOUND);
}

}  // namespace io_test
