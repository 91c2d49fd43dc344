#pragma once
// A program with memory of its own, an object namespace, a boot volume and a console.

#include <gtest/gtest.h>
#include <io/file_object.hpp>
#include <io/init.hpp>
#include <io/services.hpp>
#include <ke/caller.hpp>
#include <ke/console.hpp>
#include <ob/handle_table.hpp>
#include <ob/namespace.hpp>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace io_test {

inline constexpr ULONG kSync = FILE_SYNCHRONOUS_IO_NONALERT;
inline constexpr ACCESS_MASK kRead = FILE_READ_DATA | SYNCHRONIZE;

// One mebibyte at 0x10000; what is outside is not mapped.
class Memory final : public ke::UserSpace {
 public:
  static constexpr ke::UserAddress kBase = 0x10000;
  static constexpr std::size_t kSize = 1 << 20;
  Result<std::span<std::byte>> Resolve(ke::UserAddress address, bool write) override;

  std::vector<std::byte> bytes = std::vector<std::byte>(kSize);
};

class Thread final : public ke::Caller {
 public:
  Thread(ke::UserSpace &space, ob::HandleTable &handles, ke::Waiter &waiter) : Caller(&space, &handles, &waiter) {}
};

class FakeTime final : public ke::TimeSource {
 public:
  ke::InterruptTime Now() const override { return now; }
  std::uint64_t SystemTime() const override { return now; }
  ke::InterruptTime now = 0;
};

class FakeConsole final : public ke::Console {
 public:
  void Write(std::string_view bytes) override { written += bytes; }
  std::size_t TryRead(std::span<char> to) override;
  ke::Waitable &InputReady() override { return *ready_; }
  void Type(std::string_view text);

  std::string written;

 private:
  std::string typed_;
  Ref<ke::Standalone<ke::Event>> ready_ = Adopt(new ke::Standalone<ke::Event>(NotificationEvent, false));
};

class IoTest : public testing::Test {
 protected:
  IoTest();
  ~IoTest() override;

  // A null pointer of the program.
  UserPointer Null() { return {&memory, 0}; }
  // User memory for the rest of the test, filled with `fill`.
  UserPointer Allocate(std::size_t size, int fill = 0);
  template <typename T>
  UserOut<T> Out() {
    return UserOut<T>(Allocate(sizeof(T), 0x55));
  }
  template <typename T>
  UserIn<T> In(const T &value) {
    UserPointer pointer = Allocate(sizeof(T));
    EXPECT_TRUE(pointer.Write(&value, sizeof(T)));
    return UserIn<T>(pointer);
  }
  template <typename T>
  T Get(UserPointer pointer, std::size_t offset = 0) {
    T value{};
    EXPECT_TRUE(pointer.Read(&value, sizeof(T), offset));
    return value;
  }
  std::string Text(UserPointer pointer, std::size_t length) {
    std::string text(length, 0);
    EXPECT_TRUE(pointer.Read(text.data(), length));
    return text;
  }
  std::u16string Wide(UserPointer pointer, std::size_t bytes, std::size_t offset = 0) {
    std::u16string text(bytes / 2, 0);
    EXPECT_TRUE(pointer.Read(text.data(), bytes, offset));
    return text;
  }
  UserIn<UNICODE_STRING> String(std::u16string_view text);
  UserIn<OBJECT_ATTRIBUTES> Name(std::u16string_view path, HANDLE root = nullptr);

  // NtOpenFile; the handle is in `handle`, the status block in `block`.
  NTSTATUS Open(std::u16string_view path, ACCESS_MASK access = kRead, ULONG options = kSync,
                ULONG share = FILE_SHARE_VALID_FLAGS, HANDLE root = nullptr);
  NTSTATUS Create(std::u16string_view path, ULONG disposition, ULONG options = kSync, ACCESS_MASK access = kRead,
                  ULONG attributes = 0);
  NTSTATUS Read(HANDLE file, UserPointer buffer, ULONG length, const LONGLONG *offset = nullptr,
                HANDLE event = nullptr);
  void Close(HANDLE file) { EXPECT_TRUE(handles.Close(file)); }
  IO_STATUS_BLOCK Block() { return Get<IO_STATUS_BLOCK>(block); }
  void Spoil();  // fills the status block with 0x55
  bool Untouched() { return Block().Information == 0x5555555555555555; }
  // Runs woken coroutines.
  void Run() { dispatcher.Runs().Drain(); }

  Memory memory;
  FakeTime time;
  ke::Dispatcher dispatcher{time};
  ke::Waiter waiter{dispatcher};
  ob::HandleTable handles;
  Thread thread{memory, handles, waiter};
  FakeConsole console;
  std::unique_ptr<ob::Namespace> names;
  HANDLE handle = nullptr;
  UserOut<IO_STATUS_BLOCK> block;

 private:
  std::byte *image_ = nullptr;
  std::size_t used_ = 0;
};

inline NTSTATUS StatusOf(const io::Answer &answer) { return answer ? *answer : answer.error().Code(); }
// A service that a driver may answer for: none here waits.
inline NTSTATUS StatusOf(coro::Task<io::Answer> task) {
  task.Start();
  EXPECT_TRUE(task.Done());
  return StatusOf(task.Take());
}

}  // namespace io_test
