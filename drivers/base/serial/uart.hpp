// The 16550's registers (National Semiconductor PC16550D data sheet), behind ports or memory.
#pragma once

#include <ntddk.h>
// Builds on the types of ntddk.h.
#include <ntddser.h>

namespace serial {

enum class Register : UCHAR {
  Data = 0,             // divisor low while LCR bit 7 is set
  InterruptEnable = 1,  // divisor high while LCR bit 7 is set
  InterruptIdentity = 2,
  FifoControl = 2,
  LineControl = 3,
  ModemControl = 4,
  LineStatus = 5,
  ModemStatus = 6,
  Scratch = 7,
};

inline constexpr ULONG kRegisters = 8;

// Interrupt enable.
inline constexpr UCHAR kReceiveInterrupt = 0x01;
inline constexpr UCHAR kTransmitInterrupt = 0x02;
inline constexpr UCHAR kLineStatusInterrupt = 0x04;
inline constexpr UCHAR kModemInterrupt = 0x08;

// Interrupt identity, low four bits.
inline constexpr UCHAR kNonePending = 0x01;
inline constexpr UCHAR kIdentityMask = 0x0F;
inline constexpr UCHAR kModemChanged = 0x00;
inline constexpr UCHAR kTransmitEmpty = 0x02;
inline constexpr UCHAR kDataReceived = 0x04;
inline constexpr UCHAR kLineChanged = 0x06;
inline constexpr UCHAR kDataTimeout = 0x0C;
inline constexpr UCHAR kFifosOn = 0xC0;

// FIFO control.
inline constexpr UCHAR kFifoEnable = 0x01;
inline constexpr UCHAR kFifoClearReceive = 0x02;
inline constexpr UCHAR kFifoClearTransmit = 0x04;

// Line control.
inline constexpr UCHAR kTwoStopBits = 0x04;
inline constexpr UCHAR kParityOn = 0x08;
inline constexpr UCHAR kParityEven = 0x10;
inline constexpr UCHAR kParityStick = 0x20;
inline constexpr UCHAR kBreak = 0x40;
inline constexpr UCHAR kDivisorAccess = 0x80;

// Modem control.
inline constexpr UCHAR kDtr = 0x01;
inline constexpr UCHAR kRts = 0x02;
inline constexpr UCHAR kOut2 = 0x08;  // lets the interrupt line through on a PC
inline constexpr UCHAR kLoop = 0x10;

// Line status.
inline constexpr UCHAR kDataReady = 0x01;
inline constexpr UCHAR kOverrun = 0x02;
inline constexpr UCHAR kParityError = 0x04;
inline constexpr UCHAR kFramingError = 0x08;
inline constexpr UCHAR kBreakReceived = 0x10;
inline constexpr UCHAR kLineErrors = kOverrun | kParityError | kFramingError | kBreakReceived;
inline constexpr UCHAR kHoldingEmpty = 0x20;
inline constexpr UCHAR kTransmitterEmpty = 0x40;

// Modem status.
inline constexpr UCHAR kCtsChanged = 0x01;
inline constexpr UCHAR kDsrChanged = 0x02;
inline constexpr UCHAR kRingEnded = 0x04;
inline constexpr UCHAR kDcdChanged = 0x08;
inline constexpr UCHAR kCts = 0x10;
inline constexpr UCHAR kDsr = 0x20;
inline constexpr UCHAR kDcd = 0x80;

/// Where the registers are.
struct Uart {
  PUCHAR base;
  bool memory;

  UCHAR Read(Register which) const {
    PUCHAR address = base + static_cast<UCHAR>(which);
    return memory ? READ_REGISTER_UCHAR(address) : READ_PORT_UCHAR(address);
  }
  void Write(Register which, UCHAR value) const {
    PUCHAR address = base + static_cast<UCHAR>(which);
    if (memory) {
      WRITE_REGISTER_UCHAR(address, value);
    } else {
      WRITE_PORT_UCHAR(address, value);
    }
  }
};

}  // namespace serial
