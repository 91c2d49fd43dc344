// A PS/2 controller with a keyboard and a mouse, and the driver started on it.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "fake_wdm.hpp"
#include "i8042prt.hpp"

/// Interrupts are edges: one for each byte that reaches the output buffer.
class Sim8042 : public fake::Ports {
 public:
  static constexpr ULONG_PTR kData = 0x60;
  static constexpr ULONG_PTR kCommand = 0x64;
  static constexpr ULONG kKeyboardVector = 1;
  static constexpr ULONG kMouseVector = 12;

  UCHAR Read(ULONG_PTR port) override;
  void Write(ULONG_PTR port, UCHAR value) override;

  void Key(UCHAR byte) { keyboard_bytes.push_back(byte), Fill(); }
  void Mouse(std::initializer_list<UCHAR> bytes) {
    mouse_bytes.insert(mouse_bytes.end(), bytes);
    Fill();
  }

  bool absent = false;           // all ones
  bool stuck = false;            // never takes a byte
  bool keyboard_absent = false;  // answers nothing
  bool mouse_absent = false;
  bool cannot_translate = false;
  bool ignore_indicators = false;
  bool key_at_enable = false;  // a key falls into the moment when interrupts come on
  int resend = 0;              // answers that many bytes with "again"
  UCHAR best_mouse = 4;
  UCHAR configuration = 0x47;
  UCHAR indicators = 0xFF;
  UCHAR typematic = 0xFF;
  std::deque<UCHAR> keyboard_bytes;
  std::deque<UCHAR> mouse_bytes;

 private:
  void Fill();
  void ToKeyboard(UCHAR value);
  void ToMouse(UCHAR value);

  std::deque<UCHAR> controller_bytes_;
  bool full_ = false;
  bool from_mouse_ = false;
  UCHAR output_ = 0;
  UCHAR command_ = 0;
  UCHAR keyboard_command_ = 0;
  UCHAR mouse_command_ = 0;
  UCHAR mouse_identity_ = 0;
  std::vector<UCHAR> rates_;
};

/// Both ports with a class driver that takes what it is given.
class PortTest : public testing::Test {
 protected:
  PortTest();
  ~PortTest() override;

  NTSTATUS StartKeyboard();
  NTSTATUS StartMouse();
  fake::Request *Control(PDEVICE_OBJECT device, ULONG code, const void *input, ULONG input_length, ULONG output_length,
                         UCHAR major = IRP_MJ_DEVICE_CONTROL);
  NTSTATUS Pnp(PDEVICE_OBJECT device, UCHAR minor);
  void Open(PDEVICE_OBJECT device);

  Sim8042 chip;
  DRIVER_EXTENSION extension{};
  DRIVER_OBJECT driver{};
  DEVICE_OBJECT bus{};
  PDEVICE_OBJECT keyboard = nullptr;
  PDEVICE_OBJECT mouse = nullptr;
  std::vector<KEYBOARD_INPUT_DATA> keys;
  std::vector<MOUSE_INPUT_DATA> moves;
  ULONG appetite = 1000;  // entries the class service takes at a time

 private:
  NTSTATUS Add(PDEVICE_OBJECT *device, ULONG connect, PVOID service);
  NTSTATUS Start(PDEVICE_OBJECT device, bool ports, ULONG vector);
};
