#include "sim_uart.hpp"

namespace {

TEST_F(SerialTest, RtsDropsBeforeTheBufferIsFull) {
  const ULONG size = serial::kReceiveBuffer;
  Feed(std::string(size - size / 8 - 1, 'x'));
  EXPECT_NE(uart.modem & serial::kRts, 0);
  Feed("x");
  EXPECT_EQ(uart.modem & serial::kRts, 0);
  fake::Free(Read(size / 4));
  EXPECT_EQ(uart.modem & serial::kRts, 0);
  fake::Free(Read(size / 4));
  EXPECT_NE(uart.modem & serial::kRts, 0);
}

TEST_F(SerialTest, AFullBufferLeavesTheRestInTheFifo) {
  Feed(std::string(serial::kReceiveBuffer + 16, 'x'));
  EXPECT_FALSE(uart.HasRoom());
  EXPECT_EQ(uart.enable & serial::kReceiveInterrupt, 0);
  fake::Free(Read(serial::kReceiveBuffer));
  fake::Settle();
  EXPECT_EQ(Take(Read(16)), std::string(16, 'x'));
}

TEST_F(SerialTest, ALargerBufferKeepsWhatIsThere) {
  Feed("before");
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_QUEUE_SIZE, SERIAL_QUEUE_SIZE{100'000, 0}), STATUS_SUCCESS);
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_QUEUE_SIZE, SERIAL_QUEUE_SIZE{10, 0}), STATUS_SUCCESS);
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_QUEUE_SIZE, SERIAL_QUEUE_SIZE{0xFFFFFFFF, 0}), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(device.line.size, 100'000u);
  Feed("after");
  EXPECT_EQ(Take(Read(11)), "beforeafter");
}

TEST_F(SerialTest, CtsHoldsTheTransmitter) {
  auto flow = Get<SERIAL_HANDFLOW>(IOCTL_SERIAL_GET_HANDFLOW);
  flow.ControlHandShake |= SERIAL_CTS_HANDSHAKE;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_SUCCESS);
  uart.SetModemInputs(0xA0);
  fake::Request *write = Write("held");
  EXPECT_FALSE(write->done);
  EXPECT_EQ(Get<SERIAL_STATUS>(IOCTL_SERIAL_GET_COMMSTATUS).HoldReasons, SERIAL_TX_WAITING_FOR_CTS);
  uart.SetModemInputs(0xB0);
  fake::Settle();
  EXPECT_TRUE(write->done);
  EXPECT_EQ(uart.sent, "held");
  fake::Free(write);
}

TEST_F(SerialTest, XoffFromTheOtherSide) {
  auto flow = Get<SERIAL_HANDFLOW>(IOCTL_SERIAL_GET_HANDFLOW);
  flow.FlowReplace |= SERIAL_AUTO_TRANSMIT;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_SUCCESS);
  Feed(
      "a\x13"
      "b");
  fake::Request *write = Write("held");
  EXPECT_FALSE(write->done);
  EXPECT_EQ(Take(Read(2)), "ab");  // the flow bytes are not data
  Feed("\x11");
  EXPECT_TRUE(write->done);
  fake::Free(write);
}

TEST_F(SerialTest, XoffToTheOtherSide) {
  auto flow = Get<SERIAL_HANDFLOW>(IOCTL_SERIAL_GET_HANDFLOW);
  flow.FlowReplace = SERIAL_RTS_CONTROL | SERIAL_AUTO_RECEIVE;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_SUCCESS);
  const ULONG size = serial::kReceiveBuffer;
  Feed(std::string(size - size / 8, 'x'));
  EXPECT_EQ(uart.sent, "\x13");
  fake::Request *write = Write("held");
  EXPECT_FALSE(write->done);
  fake::Free(Read(size / 2));
  fake::Settle();
  EXPECT_EQ(uart.sent,
            "\x13\x11"
            "held");
  fake::Free(write);
}

TEST_F(SerialTest, XoffByRequest) {
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_XOFF), STATUS_SUCCESS);
  fake::Request *write = Write("held");
  EXPECT_FALSE(write->done);
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_XON), STATUS_SUCCESS);
  fake::Settle();
  EXPECT_TRUE(write->done);
  fake::Free(write);
}

TEST_F(SerialTest, BadFlowIsRefused) {
  const auto good = Get<SERIAL_HANDFLOW>(IOCTL_SERIAL_GET_HANDFLOW);
  auto flow = good;
  flow.ControlHandShake |= 4;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_INVALID_PARAMETER);
  flow = good;
  flow.FlowReplace |= 0x20;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_INVALID_PARAMETER);
  flow = good;
  flow.ControlHandShake = SERIAL_DTR_MASK;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_INVALID_PARAMETER);
  flow = good;
  flow.XonLimit = -1;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_INVALID_PARAMETER);
  flow = good;
  flow.XoffLimit = 0x7FFFFFFF;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_INVALID_PARAMETER);
  flow = good;
  flow.FlowReplace |= SERIAL_TRANSMIT_TOGGLE;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_NOT_IMPLEMENTED);
}

}  // namespace
