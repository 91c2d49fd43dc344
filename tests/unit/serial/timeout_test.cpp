// The rules of SERIAL_TIMEOUTS (WDK, ntddser.h).
#include "sim_uart.hpp"

namespace {

constexpr ULONG kNever = 0xFFFFFFFF;

TEST_F(SerialTest, NoTimeoutsWaitForEver) {
  fake::Request *read = Read(2);
  fake::Advance(1'000'000);
  EXPECT_FALSE(read->done);
  Feed("ab");
  EXPECT_EQ(Take(read), "ab");
}

TEST_F(SerialTest, TotalTimeoutCountsBytes) {
  SetTimeouts(0, 10, 100);
  fake::Request *read = Read(5);
  fake::Advance(149);
  EXPECT_FALSE(read->done);
  Feed("xy");
  fake::Advance(2);
  ASSERT_TRUE(read->done);
  EXPECT_EQ(read->Status(), STATUS_TIMEOUT);
  EXPECT_EQ(Take(read), "xy");
}

TEST_F(SerialTest, IntervalTimeoutBeginsWithTheFirstByte) {
  SetTimeouts(20, 0, 0);
  fake::Request *read = Read(10);
  fake::Advance(1000);
  EXPECT_FALSE(read->done);
  Feed("a");
  fake::Advance(15);
  Feed("b");
  fake::Advance(15);
  EXPECT_FALSE(read->done);
  fake::Advance(10);
  ASSERT_TRUE(read->done);
  EXPECT_EQ(read->Status(), STATUS_TIMEOUT);
  EXPECT_EQ(Take(read), "ab");
}

TEST_F(SerialTest, MaximumIntervalReturnsAtOnce) {
  SetTimeouts(kNever, 0, 0);
  fake::Request *read = Read(10);
  ASSERT_TRUE(read->done);
  EXPECT_EQ(read->Status(), STATUS_SUCCESS);
  EXPECT_EQ(Take(read), "");
  Feed("abc");
  EXPECT_EQ(Take(Read(10)), "abc");
}

TEST_F(SerialTest, MaximumIntervalAndMultiplierWaitForTheFirstByte) {
  SetTimeouts(kNever, kNever, 500);
  Feed("ab");
  EXPECT_EQ(Take(Read(10)), "ab");
  fake::Request *read = Read(10);
  EXPECT_FALSE(read->done);
  fake::Advance(400);
  Feed("c");
  ASSERT_TRUE(read->done);
  EXPECT_EQ(read->Status(), STATUS_SUCCESS);
  EXPECT_EQ(Take(read), "c");
  read = Read(10);
  fake::Advance(501);
  ASSERT_TRUE(read->done);
  EXPECT_EQ(read->Status(), STATUS_TIMEOUT);
  EXPECT_EQ(Take(read), "");
}

TEST_F(SerialTest, AllAtTheirMaximumIsRefused) {
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_TIMEOUTS, SERIAL_TIMEOUTS{kNever, kNever, kNever, 0, 0}), STATUS_INVALID_PARAMETER);
}

TEST_F(SerialTest, ALaterReadHasItsOwnTime) {
  SetTimeouts(0, 0, 100);
  fake::Request *first = Read(1);
  fake::Request *second = Read(1);
  fake::Advance(101);
  EXPECT_EQ(first->Status(), STATUS_TIMEOUT);
  EXPECT_FALSE(second->done);
  fake::Advance(101);
  EXPECT_EQ(second->Status(), STATUS_TIMEOUT);
  fake::Free(first);
  fake::Free(second);
}

TEST_F(SerialTest, WriteTimeoutSaysHowMuchWasSent) {
  SetTimeouts(0, 0, 0, 1, 50);
  uart.instant = false;
  fake::Request *write = Write(std::string(100, 'a'));
  fake::Advance(149);
  EXPECT_FALSE(write->done);
  fake::Advance(2);
  ASSERT_TRUE(write->done);
  EXPECT_EQ(write->Status(), STATUS_TIMEOUT);
  EXPECT_EQ(write->Information(), 16u);
  fake::Free(write);
}

}  // namespace
