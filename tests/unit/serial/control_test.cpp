#include "sim_uart.hpp"

namespace {

TEST_F(SerialTest, SpeedAndFormatReachTheHardware) {
  EXPECT_EQ(uart.divisor, 1u);
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_BAUD_RATE, SERIAL_BAUD_RATE{9600}), STATUS_SUCCESS);
  EXPECT_EQ(uart.divisor, 12u);
  EXPECT_EQ(Get<SERIAL_BAUD_RATE>(IOCTL_SERIAL_GET_BAUD_RATE).BaudRate, 9600u);
  for (ULONG baud : {0u, 1u, 100'000u, 230'400u, 0xFFFFFFFFu}) {
    EXPECT_EQ(Set(IOCTL_SERIAL_SET_BAUD_RATE, SERIAL_BAUD_RATE{baud}), STATUS_INVALID_PARAMETER) << baud;
  }
  EXPECT_EQ(uart.control, 3);
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_LINE_CONTROL, SERIAL_LINE_CONTROL{STOP_BITS_2, EVEN_PARITY, 7}), STATUS_SUCCESS);
  EXPECT_EQ(uart.control, 0x1E);
  EXPECT_EQ(Get<SERIAL_LINE_CONTROL>(IOCTL_SERIAL_GET_LINE_CONTROL).WordLength, 7);
  for (SERIAL_LINE_CONTROL format :
       {SERIAL_LINE_CONTROL{0, 0, 4}, SERIAL_LINE_CONTROL{0, 0, 9}, SERIAL_LINE_CONTROL{3, 0, 8},
        SERIAL_LINE_CONTROL{0, 5, 8}, SERIAL_LINE_CONTROL{STOP_BITS_1_5, 0, 8},
        SERIAL_LINE_CONTROL{STOP_BITS_2, 0, 5}}) {
    EXPECT_EQ(Set(IOCTL_SERIAL_SET_LINE_CONTROL, format), STATUS_INVALID_PARAMETER);
  }
}

TEST_F(SerialTest, ShortBuffersAreRefused) {
  for (ULONG code : {IOCTL_SERIAL_SET_BAUD_RATE,    IOCTL_SERIAL_SET_LINE_CONTROL,
                     IOCTL_SERIAL_SET_TIMEOUTS,     IOCTL_SERIAL_SET_CHARS,
                     IOCTL_SERIAL_SET_HANDFLOW,     IOCTL_SERIAL_SET_QUEUE_SIZE,
                     IOCTL_SERIAL_SET_WAIT_MASK,    IOCTL_SERIAL_PURGE,
                     IOCTL_SERIAL_IMMEDIATE_CHAR,   IOCTL_SERIAL_GET_BAUD_RATE,
                     IOCTL_SERIAL_GET_LINE_CONTROL, IOCTL_SERIAL_GET_TIMEOUTS,
                     IOCTL_SERIAL_GET_CHARS,        IOCTL_SERIAL_GET_HANDFLOW,
                     IOCTL_SERIAL_GET_WAIT_MASK,    IOCTL_SERIAL_WAIT_ON_MASK,
                     IOCTL_SERIAL_GET_COMMSTATUS,   IOCTL_SERIAL_GET_PROPERTIES,
                     IOCTL_SERIAL_GET_STATS,        IOCTL_SERIAL_GET_MODEMSTATUS,
                     IOCTL_SERIAL_GET_DTRRTS,       IOCTL_SERIAL_CONFIG_SIZE}) {
    EXPECT_EQ(Set(code), STATUS_BUFFER_TOO_SMALL) << std::hex << code;
  }
}

TEST_F(SerialTest, OtherRequests) {
  EXPECT_EQ(Set(IOCTL_SERIAL_LSRMST_INSERT), STATUS_NOT_IMPLEMENTED);
  EXPECT_EQ(Set(0x00222222), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Get<ULONG>(IOCTL_SERIAL_CONFIG_SIZE), 0u);
  EXPECT_EQ(Get<SERIAL_COMMPROP>(IOCTL_SERIAL_GET_PROPERTIES).CurrentRxQueue, serial::kReceiveBuffer);
}

TEST_F(SerialTest, FileInformation) {
  struct {
    FILE_INFORMATION_CLASS what;
    ULONG length;
    NTSTATUS status;
  } const rows[] = {{FileStandardInformation, sizeof(FILE_STANDARD_INFORMATION), STATUS_SUCCESS},
                    {FilePositionInformation, sizeof(FILE_POSITION_INFORMATION), STATUS_SUCCESS},
                    {FileStandardInformation, 1, STATUS_INFO_LENGTH_MISMATCH},
                    {FileBasicInformation, 100, STATUS_INVALID_PARAMETER}};
  for (const auto &row : rows) {
    fake::Request *request = fake::NewRequest(IRP_MJ_QUERY_INFORMATION, row.length, &file);
    request->Current()->Parameters.QueryFile.FileInformationClass = row.what;
    request->Current()->Parameters.QueryFile.Length = row.length;
    EXPECT_EQ(serial::DispatchQueryInformation(&object, &request->irp), row.status);
    EXPECT_EQ(request->Information(), row.status == STATUS_SUCCESS ? row.length : 0);
    fake::Free(request);
  }
  fake::Request *request = fake::NewRequest(IRP_MJ_SET_INFORMATION, 8, &file);
  request->Current()->Parameters.SetFile.FileInformationClass = FileEndOfFileInformation;
  EXPECT_EQ(serial::DispatchSetInformation(&object, &request->irp), STATUS_SUCCESS);
  fake::Free(request);
}

TEST_F(SerialTest, ModemLines) {
  EXPECT_EQ(Set(IOCTL_SERIAL_CLR_DTR), STATUS_SUCCESS);
  EXPECT_EQ(uart.modem & serial::kDtr, 0);
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_DTR), STATUS_SUCCESS);
  EXPECT_EQ(Get<ULONG>(IOCTL_SERIAL_GET_DTRRTS), ULONG{SERIAL_DTR_STATE | SERIAL_RTS_STATE});
  EXPECT_EQ(Set(IOCTL_SERIAL_CLR_RTS), STATUS_INVALID_PARAMETER);  // flow control has it
  EXPECT_EQ(Get<ULONG>(IOCTL_SERIAL_GET_MODEMSTATUS), 0xB0u);
}

TEST_F(SerialTest, Break) {
  uart.instant = false;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_BREAK_ON), STATUS_SUCCESS);
  EXPECT_NE(uart.control & serial::kBreak, 0);
  fake::Request *write = Write("x");
  EXPECT_FALSE(write->done);
  EXPECT_EQ(Get<SERIAL_STATUS>(IOCTL_SERIAL_GET_COMMSTATUS).HoldReasons, SERIAL_TX_WAITING_ON_BREAK);
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_BREAK_OFF), STATUS_SUCCESS);
  fake::Settle();
  EXPECT_TRUE(write->done);
  EXPECT_EQ(uart.control & serial::kBreak, 0);
  fake::Free(write);
}

TEST_F(SerialTest, WaitOnMask) {
  fake::Request *none = Control(IOCTL_SERIAL_WAIT_ON_MASK, nullptr, 0, sizeof(ULONG));
  EXPECT_EQ(none->Status(), STATUS_INVALID_PARAMETER);  // no mask is set
  fake::Free(none);
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_WAIT_MASK, ULONG{0x10000}), STATUS_INVALID_PARAMETER);
  const SERIAL_CHARS chars{0, 0, 0, 'E', 0x11, 0x13};
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_CHARS, chars), STATUS_SUCCESS);
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_WAIT_MASK, ULONG{SERIAL_EV_RXFLAG | SERIAL_EV_CTS}), STATUS_SUCCESS);
  fake::Request *wait = Control(IOCTL_SERIAL_WAIT_ON_MASK, nullptr, 0, sizeof(ULONG));
  EXPECT_FALSE(wait->done);
  fake::Request *second = Control(IOCTL_SERIAL_WAIT_ON_MASK, nullptr, 0, sizeof(ULONG));
  EXPECT_EQ(second->Status(), STATUS_INVALID_PARAMETER);
  fake::Free(second);
  Feed("abc");
  EXPECT_FALSE(wait->done);
  Feed("E");
  ASSERT_TRUE(wait->done);
  EXPECT_EQ(*reinterpret_cast<ULONG *>(wait->buffer.data()), ULONG{SERIAL_EV_RXFLAG});
  fake::Free(wait);
  // What happens between two waits is remembered.
  uart.SetModemInputs(0xA0);
  fake::Settle();
  EXPECT_EQ(Get<ULONG>(IOCTL_SERIAL_WAIT_ON_MASK), ULONG{SERIAL_EV_CTS});
  wait = Control(IOCTL_SERIAL_WAIT_ON_MASK, nullptr, 0, sizeof(ULONG));
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_WAIT_MASK, ULONG{0}), STATUS_SUCCESS);
  ASSERT_TRUE(wait->done);
  EXPECT_EQ(*reinterpret_cast<ULONG *>(wait->buffer.data()), 0u);
  fake::Free(wait);
}

TEST_F(SerialTest, TransmitterEmptyEvent) {
  uart.instant = false;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_WAIT_MASK, ULONG{SERIAL_EV_TXEMPTY}), STATUS_SUCCESS);
  fake::Request *wait = Control(IOCTL_SERIAL_WAIT_ON_MASK, nullptr, 0, sizeof(ULONG));
  fake::Request *write = Write("abc");
  fake::Settle();
  EXPECT_FALSE(wait->done);
  uart.Send(3);
  fake::Settle();
  EXPECT_TRUE(wait->done);
  fake::Free(wait);
  fake::Free(write);
}

TEST_F(SerialTest, Purge) {
  EXPECT_EQ(Set(IOCTL_SERIAL_PURGE, ULONG{0}), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Set(IOCTL_SERIAL_PURGE, ULONG{0x10}), STATUS_INVALID_PARAMETER);
  Feed("old");
  EXPECT_EQ(Set(IOCTL_SERIAL_PURGE, ULONG{SERIAL_PURGE_RXCLEAR}), STATUS_SUCCESS);
  EXPECT_EQ(Get<SERIAL_STATUS>(IOCTL_SERIAL_GET_COMMSTATUS).AmountInInQueue, 0u);
  uart.instant = false;
  fake::Request *read = Read(3);
  fake::Request *write = Write(std::string(40, 'w'));
  EXPECT_EQ(Set(IOCTL_SERIAL_PURGE, ULONG{SERIAL_PURGE_RXABORT}), STATUS_SUCCESS);
  EXPECT_EQ(read->Status(), STATUS_CANCELLED);
  EXPECT_FALSE(write->done);
  EXPECT_EQ(Set(IOCTL_SERIAL_PURGE, ULONG{SERIAL_PURGE_TXABORT | SERIAL_PURGE_TXCLEAR}), STATUS_SUCCESS);
  EXPECT_EQ(write->Status(), STATUS_CANCELLED);
  fake::Free(read);
  fake::Free(write);
}

TEST_F(SerialTest, ImmediateCharGoesFirst) {
  uart.instant = false;
  fake::Request *write = Write(std::string(40, 'w'));
  const UCHAR byte = '!';
  fake::Request *immediate = Control(IOCTL_SERIAL_IMMEDIATE_CHAR, &byte, 1, 0);
  EXPECT_EQ(Set(IOCTL_SERIAL_IMMEDIATE_CHAR, byte), STATUS_INVALID_PARAMETER);
  for (int i = 0; i < 4; i++) {
    uart.Send(16);
    fake::Settle();
  }
  EXPECT_EQ(uart.sent, std::string(16, 'w') + "!" + std::string(24, 'w'));
  EXPECT_EQ(immediate->Status(), STATUS_SUCCESS);
  fake::Free(immediate);
  fake::Free(write);
}

TEST_F(SerialTest, ErrorsAreCountedAndTold) {
  uart.Receive('a', serial::kParityError);
  uart.Receive(0, serial::kBreakReceived);
  fake::Settle();
  const auto status = Get<SERIAL_STATUS>(IOCTL_SERIAL_GET_COMMSTATUS);
  EXPECT_NE(status.Errors & SERIAL_ERROR_PARITY, 0u);
  EXPECT_NE(status.Errors & SERIAL_ERROR_BREAK, 0u);
  EXPECT_EQ(Get<SERIAL_STATUS>(IOCTL_SERIAL_GET_COMMSTATUS).Errors, 0u);
  EXPECT_EQ(Get<SERIALPERF_STATS>(IOCTL_SERIAL_GET_STATS).ParityErrorCount, 1u);
  EXPECT_EQ(Set(IOCTL_SERIAL_CLEAR_STATS), STATUS_SUCCESS);
  EXPECT_EQ(Get<SERIALPERF_STATS>(IOCTL_SERIAL_GET_STATS).ParityErrorCount, 0u);
}

TEST_F(SerialTest, ErrorAbortStopsEverythingUntilAsked) {
  auto flow = Get<SERIAL_HANDFLOW>(IOCTL_SERIAL_GET_HANDFLOW);
  flow.ControlHandShake |= SERIAL_ERROR_ABORT;
  EXPECT_EQ(Set(IOCTL_SERIAL_SET_HANDFLOW, flow), STATUS_SUCCESS);
  fake::Request *read = Read(4);
  uart.Receive('a', serial::kFramingError);
  fake::Settle();
  EXPECT_EQ(read->Status(), STATUS_CANCELLED);
  fake::Free(read);
  read = Read(1);
  EXPECT_EQ(read->Status(), STATUS_CANCELLED);
  fake::Free(read);
  Get<SERIAL_STATUS>(IOCTL_SERIAL_GET_COMMSTATUS);
  EXPECT_EQ(Take(Read(1)), "a");
}

}  // namespace
