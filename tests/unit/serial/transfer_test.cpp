#include <random>

#include "sim_uart.hpp"

namespace {

std::string Pattern(size_t size) {
  std::mt19937 random(1);
  std::string text(size, 0);
  for (char &byte : text) {
    byte = static_cast<char>(random());
  }
  return text;
}

TEST_F(SerialTest, ReadsWhatCame) {
  Feed("hello");
  EXPECT_EQ(Take(Read(5)), "hello");
  fake::Request *read = Read(3);
  EXPECT_FALSE(read->done);
  Feed("ab");
  EXPECT_FALSE(read->done);
  Feed("cd");
  EXPECT_EQ(Take(read), "abc");
  EXPECT_EQ(Take(Read(1)), "d");
}

TEST_F(SerialTest, ReadsStandInLine) {
  fake::Request *first = Read(2);
  fake::Request *second = Read(2);
  Feed("abcd");
  EXPECT_EQ(Take(first), "ab");
  EXPECT_EQ(Take(second), "cd");
}

TEST_F(SerialTest, NothingIsLostWhateverTheReaderDoes) {
  // As QEMU feeds a serial port: whenever the FIFO has room. The reader falls behind for long.
  const std::string text = Pattern(200'000);
  std::mt19937 random(2);
  std::string got;
  size_t at = 0;
  while (got.size() < text.size()) {
    const size_t burst = random() % 30'000;
    for (size_t i = 0; i < burst && at < text.size() && uart.HasRoom(); i++) {
      ASSERT_TRUE(uart.Receive(static_cast<UCHAR>(text[at++])));
    }
    const auto length = static_cast<ULONG>(1 + random() % 9000);
    const ULONG there = Get<SERIAL_STATUS>(IOCTL_SERIAL_GET_COMMSTATUS).AmountInInQueue;
    const ULONG wanted = length < there ? length : there;
    if (wanted != 0) {
      got += Take(Read(wanted));
    }
  }
  EXPECT_TRUE(got == text);
  const auto stats = Get<SERIALPERF_STATS>(IOCTL_SERIAL_GET_STATS);
  EXPECT_EQ(stats.ReceivedCount, text.size());
  EXPECT_EQ(stats.SerialOverrunErrorCount, 0u);
}

TEST_F(SerialTest, InterruptsThatComeWhileTheLockIsHeldAreNotForgotten) {
  // A slow transmitter and a fast sender at the same time.
  uart.instant = false;
  const std::string out = Pattern(5000);
  const std::string in = Pattern(20'000);
  fake::Request *write = Write(out);
  fake::Request *read = Read(static_cast<ULONG>(in.size()));
  std::mt19937 random(3);
  size_t at = 0;
  while (!write->done || !read->done) {
    if (random() % 2 == 0) {
      uart.Send(1 + random() % 16);
    }
    for (unsigned i = random() % 20; i != 0 && at < in.size() && uart.HasRoom(); i--) {
      uart.Receive(static_cast<UCHAR>(in[at++]));
    }
    fake::Settle();
  }
  uart.Send(16);
  EXPECT_TRUE(Take(read) == in);
  EXPECT_TRUE(uart.sent == out);
  EXPECT_EQ(write->Information(), out.size());
  fake::Free(write);
}

TEST_F(SerialTest, WritesKeepTheirOrder) {
  uart.instant = false;
  std::vector<fake::Request *> writes;
  std::string all;
  for (int i = 0; i < 20; i++) {
    const std::string text = "write " + std::to_string(i) + std::string(static_cast<size_t>(i), '.');
    all += text;
    writes.push_back(Write(text));
  }
  fake::Request *flush = fake::NewRequest(IRP_MJ_FLUSH_BUFFERS, 0, &file);
  serial::DispatchFlush(&object, &flush->irp);
  EXPECT_FALSE(flush->done);
  EXPECT_GT(Get<SERIAL_STATUS>(IOCTL_SERIAL_GET_COMMSTATUS).AmountInOutQueue, 200u);
  while (!flush->done) {
    uart.Send(7);
    fake::Settle();
  }
  uart.Send(16);
  EXPECT_EQ(uart.sent, all);
  for (fake::Request *write : writes) {
    EXPECT_TRUE(write->done);
    EXPECT_EQ(write->Status(), STATUS_SUCCESS);
    fake::Free(write);
  }
  fake::Free(flush);
}

TEST_F(SerialTest, AShortWriteNeedsNoInterrupt) {
  fake::Request *write = Write("sixteen bytes ok");
  EXPECT_TRUE(write->done);
  EXPECT_EQ(uart.sent, "sixteen bytes ok");
  EXPECT_EQ(uart.enable & serial::kTransmitInterrupt, 0);
  fake::Free(write);
}

TEST_F(SerialTest, EmptyRequestsEndAtOnce) {
  EXPECT_EQ(Take(Read(0)), "");
  fake::Request *write = Write("");
  EXPECT_TRUE(write->done);
  EXPECT_EQ(write->Status(), STATUS_SUCCESS);
  fake::Free(write);
}

TEST_F(SerialTest, CancelTakesOneReadAndLeavesTheOthers) {
  fake::Request *first = Read(4);
  fake::Request *second = Read(4);
  Feed("ab");
  fake::Cancel(first, &object);
  EXPECT_EQ(first->Status(), STATUS_CANCELLED);
  EXPECT_EQ(first->Information(), 2u);
  fake::Free(first);
  Feed("cdef");
  EXPECT_EQ(Take(second), "cdef");
}

TEST_F(SerialTest, CancelStopsTheWriteUnderWay) {
  uart.instant = false;
  fake::Request *first = Write(std::string(100, 'a'));
  fake::Request *second = Write("b");
  fake::Cancel(first, &object);
  EXPECT_EQ(first->Status(), STATUS_CANCELLED);
  EXPECT_EQ(first->Information(), 16u);
  fake::Free(first);
  uart.Send(16);
  fake::Settle();
  uart.Send(16);
  EXPECT_EQ(uart.sent, std::string(16, 'a') + "b");
  EXPECT_TRUE(second->done);
  fake::Free(second);
}

TEST_F(SerialTest, OneOpenerAtATime) {
  EXPECT_EQ(Open(), STATUS_ACCESS_DENIED);
  fake::Request *waiting = Read(1);
  Close();
  EXPECT_EQ(waiting->Status(), STATUS_CANCELLED);
  fake::Free(waiting);
  EXPECT_EQ(uart.enable, 0);
  EXPECT_EQ(uart.modem, 0);
  EXPECT_EQ(Open(), STATUS_SUCCESS);
  fake::FailAllocation(1);
  Close();
  EXPECT_EQ(Open(), STATUS_INSUFFICIENT_RESOURCES);
  EXPECT_EQ(Open(), STATUS_SUCCESS);
}

TEST_F(SerialTest, NoHardwareIsNoticed) {
  Close();
  uart.absent = true;
  EXPECT_EQ(serial::ResetHardware(&device), STATUS_NO_SUCH_DEVICE);
}

TEST_F(SerialTest, HardwareThatVanishesDoesNotHangTheDriver) {
  uart.absent = true;
  fake::Raise(SimUart::kVector);
  fake::Request *write = Write("lost");
  fake::Settle();
  EXPECT_FALSE(write->done);
  Close();
  EXPECT_EQ(write->Status(), STATUS_CANCELLED);
  fake::Free(write);
}

}  // namespace
