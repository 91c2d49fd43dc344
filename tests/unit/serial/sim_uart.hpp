// A 16550 as its data sheet describes it, and a port opened on it.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "fake_wdm.hpp"
#include "serial.hpp"

/// The line is edge triggered: the driver hears of a new cause only after the output was low.
class SimUart : public fake::Ports {
 public:
  static constexpr ULONG_PTR kBase = 0x3F8;
  static constexpr ULONG kVector = 4;

  UCHAR Read(ULONG_PTR port) override;
  void Write(ULONG_PTR port, UCHAR value) override;

  /// A byte arrives, with line status bits if it is a bad one. False and overrun: no room.
  bool Receive(UCHAR byte, UCHAR errors = 0);
  bool HasRoom() const { return received.size() < 16; }
  /// The line takes up to `count` bytes from the transmitter.
  void Send(size_t count);
  void SetModemInputs(UCHAR inputs);

  bool absent = false;
  bool instant = true;  // the transmitter is always empty
  std::deque<std::pair<UCHAR, UCHAR>> received;
  std::deque<UCHAR> transmitting;
  std::string sent;
  UCHAR enable = 0;
  UCHAR fifo = 0;
  UCHAR control = 0;
  UCHAR modem = 0;
  UCHAR modem_inputs = 0xB0;
  UCHAR modem_changes = 0;
  UCHAR overrun = 0;
  unsigned divisor = 0;
  bool transmit_cause = false;
  bool output = false;

 private:
  int Cause() const;
  void Update();
};

/// A started and opened port.
class SerialTest : public testing::Test {
 protected:
  SerialTest();
  ~SerialTest() override;

  NTSTATUS Open();
  void Close();

  fake::Request *Read(ULONG length);
  fake::Request *Write(const std::string &text);
  fake::Request *Control(ULONG code, const void *input, ULONG input_length, ULONG output_length);
  NTSTATUS Set(ULONG code, const void *input = nullptr, ULONG length = 0);
  template <typename T>
  NTSTATUS Set(ULONG code, const T &value) {
    return Set(code, &value, sizeof(value));
  }
  template <typename T>
  T Get(ULONG code) {
    fake::Request *request = Control(code, nullptr, 0, sizeof(T));
    EXPECT_TRUE(request->done);
    EXPECT_EQ(request->Status(), STATUS_SUCCESS);
    EXPECT_EQ(request->Information(), sizeof(T));
    T value;
    std::memcpy(&value, request->buffer.data(), sizeof(T));
    fake::Free(request);
    return value;
  }
  /// The bytes of a finished read.
  std::string Take(fake::Request *request);
  void Feed(const std::string &text);
  void SetTimeouts(ULONG interval, ULONG multiplier, ULONG constant, ULONG write_multiplier = 0,
                   ULONG write_constant = 0);

  SimUart uart;
  DEVICE_OBJECT object{};
  serial::Device device{};
  FILE_OBJECT file{};
};
