// The line's settings: speed, format, characters, modem lines, sizes.

#include "serial.hpp"

namespace serial {

namespace {

template <typename T>
T *Input(PIRP irp, PIO_STACK_LOCATION stack) {
  return stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(T)
             ? nullptr
             : static_cast<T *>(irp->AssociatedIrp.SystemBuffer);
}

template <typename T>
NTSTATUS Give(PIRP irp, PIO_STACK_LOCATION stack, const T &value, ULONG_PTR *information) {
  if (stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(T)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  *static_cast<T *>(irp->AssociatedIrp.SystemBuffer) = value;
  *information = sizeof(T);
  return STATUS_SUCCESS;
}

/// Both total rules and the interval at their maximum contradict each other. Source: SERIAL_TIMEOUTS.
NTSTATUS SetTimeouts(Device *device, const SERIAL_TIMEOUTS *timeouts) {
  constexpr ULONG kNever = 0xFFFFFFFF;
  if (timeouts == nullptr) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  if (timeouts->ReadIntervalTimeout == kNever && timeouts->ReadTotalTimeoutMultiplier == kNever &&
      timeouts->ReadTotalTimeoutConstant == kNever) {
    return STATUS_INVALID_PARAMETER;
  }
  device->timeouts = *timeouts;
  return STATUS_SUCCESS;
}

NTSTATUS SetChars(Device *device, const SERIAL_CHARS *chars) {
  if (chars == nullptr) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  if (chars->XonChar == chars->XoffChar &&
      (device->line.flow.FlowReplace & (SERIAL_AUTO_TRANSMIT | SERIAL_AUTO_RECEIVE)) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  InterruptGuard guard(device);
  device->line.chars = *chars;
  return STATUS_SUCCESS;
}

/// DTR and RTS by hand. STATUS_INVALID_PARAMETER: flow control has the line.
NTSTATUS SetLine(Device *device, UCHAR bit, bool on) {
  const SERIAL_HANDFLOW &flow = device->line.flow;
  const bool automatic = bit == kDtr ? (flow.ControlHandShake & SERIAL_DTR_MASK) == SERIAL_DTR_HANDSHAKE
                                     : (flow.FlowReplace & SERIAL_RTS_MASK) == SERIAL_RTS_HANDSHAKE;
  if (automatic) {
    return STATUS_INVALID_PARAMETER;
  }
  InterruptGuard guard(device);
  const UCHAR modem = device->line.modem;
  SetModem(&device->line, static_cast<UCHAR>(on ? modem | bit : modem & ~bit));
  return STATUS_SUCCESS;
}

NTSTATUS SetBreak(Device *device, bool on) {
  InterruptGuard guard(device);
  Line &line = device->line;
  line.control = static_cast<UCHAR>(on ? line.control | kBreak : line.control & ~kBreak);
  line.uart.Write(Register::LineControl, line.control);
  if (on) {
    line.transmit_hold |= SERIAL_TX_WAITING_ON_BREAK;
  } else {
    line.transmit_hold &= ~static_cast<ULONG>(SERIAL_TX_WAITING_ON_BREAK);
    Transmit(device);
  }
  return STATUS_SUCCESS;
}

/// As if the other side had sent XOFF or XON.
NTSTATUS SetXoff(Device *device, bool off) {
  InterruptGuard guard(device);
  Line &line = device->line;
  if (off) {
    line.transmit_hold |= SERIAL_TX_WAITING_FOR_XON;
  } else {
    line.transmit_hold &= ~static_cast<ULONG>(SERIAL_TX_WAITING_FOR_XON);
    Transmit(device);
  }
  return STATUS_SUCCESS;
}

ULONG ReadModemStatus(Device *device) {
  InterruptGuard guard(device);
  ModemStatus(device);
  return device->line.modem_status;
}

NTSTATUS SetModemControl(Device *device, const ULONG *value) {
  if (value == nullptr) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  InterruptGuard guard(device);
  SetModem(&device->line, static_cast<UCHAR>(*value));
  return STATUS_SUCCESS;
}

NTSTATUS SetFifoControl(Device *device, const ULONG *value) {
  if (value == nullptr) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  InterruptGuard guard(device);
  device->line.uart.Write(Register::FifoControl, static_cast<UCHAR>(*value));
  device->line.fifo = (device->line.uart.Read(Register::InterruptIdentity) & kFifosOn) == kFifosOn;
  return STATUS_SUCCESS;
}

UCHAR FormatBits(const SERIAL_LINE_CONTROL &format) {
  UCHAR bits = static_cast<UCHAR>(format.WordLength - 5);
  if (format.StopBits != STOP_BIT_1) {
    bits |= kTwoStopBits;
  }
  switch (format.Parity) {
    case ODD_PARITY:
      return bits | kParityOn;
    case EVEN_PARITY:
      return bits | kParityOn | kParityEven;
    case MARK_PARITY:
      return bits | kParityOn | kParityStick;
    case SPACE_PARITY:
      return bits | kParityOn | kParityStick | kParityEven;
    default:
      return bits;
  }
}

}  // namespace

/// STATUS_INVALID_PARAMETER: the clock cannot be divided to within 1 % of that. Source: IOCTL_SERIAL_SET_BAUD_RATE.
NTSTATUS ApplyBaud(Device *device, ULONG baud) {
  if (baud == 0 || baud > device->clock / 16) {
    return STATUS_INVALID_PARAMETER;
  }
  const ULONG divisor = (device->clock / 16 + baud / 2) / baud;
  const ULONG real = device->clock / 16 / divisor;
  const ULONG error = real > baud ? real - baud : baud - real;
  if (divisor > 0xFFFF || error > baud / 100) {
    return STATUS_INVALID_PARAMETER;
  }
  InterruptGuard guard(device);
  const Line &line = device->line;
  line.uart.Write(Register::LineControl, line.control | kDivisorAccess);
  line.uart.Write(Register::Data, static_cast<UCHAR>(divisor));
  line.uart.Write(Register::InterruptEnable, static_cast<UCHAR>(divisor >> 8));
  line.uart.Write(Register::LineControl, line.control);
  device->baud = baud;
  return STATUS_SUCCESS;
}

/// STATUS_INVALID_PARAMETER: not 5 to 8 bits, 1.5 stop bits with other than 5, 2 with 5. Source: SERIAL_LINE_CONTROL.
NTSTATUS ApplyFormat(Device *device, const SERIAL_LINE_CONTROL &format) {
  if (format.WordLength < 5 || format.WordLength > 8 || format.Parity > SPACE_PARITY || format.StopBits > STOP_BITS_2 ||
      (format.StopBits == STOP_BITS_1_5 && format.WordLength != 5) ||
      (format.StopBits == STOP_BITS_2 && format.WordLength == 5)) {
    return STATUS_INVALID_PARAMETER;
  }
  InterruptGuard guard(device);
  Line &line = device->line;
  line.control = static_cast<UCHAR>((line.control & kBreak) | FormatBits(format));
  line.uart.Write(Register::LineControl, line.control);
  device->format = format;
  return STATUS_SUCCESS;
}

/// STATUS_INVALID_PARAMETER: undefined bits, limits that do not fit the buffer, both DTR modes.
/// STATUS_NOT_IMPLEMENTED: SERIAL_TRANSMIT_TOGGLE. Source: SERIAL_HANDFLOW.
NTSTATUS ApplyFlow(Device *device, const SERIAL_HANDFLOW &flow) {
  if ((flow.ControlHandShake & SERIAL_CONTROL_INVALID) != 0 || (flow.FlowReplace & SERIAL_FLOW_INVALID) != 0 ||
      (flow.ControlHandShake & SERIAL_DTR_MASK) == SERIAL_DTR_MASK || flow.XonLimit < 0 || flow.XoffLimit < 0 ||
      static_cast<ULONG>(flow.XonLimit) > device->line.size || static_cast<ULONG>(flow.XoffLimit) > device->line.size) {
    return STATUS_INVALID_PARAMETER;
  }
  if ((flow.FlowReplace & SERIAL_RTS_MASK) == SERIAL_TRANSMIT_TOGGLE) {
    return STATUS_NOT_IMPLEMENTED;
  }
  if ((flow.FlowReplace & (SERIAL_AUTO_TRANSMIT | SERIAL_AUTO_RECEIVE)) != 0 &&
      device->line.chars.XonChar == device->line.chars.XoffChar) {
    return STATUS_INVALID_PARAMETER;
  }
  InterruptGuard guard(device);
  Line &line = device->line;
  line.flow = flow;
  UCHAR modem = line.modem & static_cast<UCHAR>(~(kDtr | kRts));
  modem |= (flow.ControlHandShake & SERIAL_DTR_MASK) != 0 ? kDtr : UCHAR{0};
  modem |= (flow.FlowReplace & SERIAL_RTS_MASK) != 0 ? kRts : UCHAR{0};
  line.receive_hold &= kHeldByXoff;
  SetModem(&line, modem);
  if ((flow.FlowReplace & SERIAL_AUTO_TRANSMIT) == 0) {
    line.transmit_hold &= ~static_cast<ULONG>(SERIAL_TX_WAITING_FOR_XON);
  }
  if ((flow.FlowReplace & SERIAL_AUTO_RECEIVE) == 0) {
    line.receive_hold &= static_cast<UCHAR>(~kHeldByXoff);
    line.transmit_hold &= ~static_cast<ULONG>(SERIAL_TX_WAITING_XOFF_SENT);
  }
  UpdateReceiveFlow(device);
  ModemStatus(device);
  return STATUS_SUCCESS;
}

/// A larger receive buffer; a smaller one is not needed. Device::lock held. Source: IOCTL_SERIAL_SET_QUEUE_SIZE.
NTSTATUS ResizeBuffer(Device *device, ULONG size) {
  if (size <= device->line.size) {
    return STATUS_SUCCESS;
  }
  if (size > kReceiveBufferMaximum) {
    return STATUS_INVALID_PARAMETER;
  }
  auto *buffer = static_cast<UCHAR *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, size, kPoolTag));
  if (buffer == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  UCHAR *old = nullptr;
  {
    InterruptGuard guard(device);
    Line &line = device->line;
    for (ULONG i = 0; i < line.count; i++) {
      buffer[i] = line.buffer[(line.out + i) % line.size];
    }
    old = line.buffer;
    line.buffer = buffer;
    line.size = size;
    line.out = 0;
    line.flow.XoffLimit = static_cast<LONG>(size >> 3);
    line.flow.XonLimit = static_cast<LONG>(size >> 1);
    if (line.full) {
      line.full = false;
      SetInterrupts(&line, line.interrupts | kReceiveInterrupt);
    }
    UpdateReceiveFlow(device);
  }
  ExFreePoolWithTag(old, kPoolTag);
  return STATUS_SUCCESS;
}

/// Source: SERIAL_COMMPROP.
void FillProperties(Device *device, SERIAL_COMMPROP *properties) {
  RtlZeroMemory(properties, sizeof(*properties));
  properties->PacketLength = sizeof(SERIAL_COMMPROP);
  properties->PacketVersion = 2;
  properties->ServiceMask = SERIAL_SP_SERIALCOMM;
  properties->MaxRxQueue = kReceiveBufferMaximum;
  properties->MaxBaud = SERIAL_BAUD_USER;
  properties->ProvSubType = SERIAL_SP_RS232;
  properties->ProvCapabilities = SERIAL_PCF_DTRDSR | SERIAL_PCF_RTSCTS | SERIAL_PCF_CD | SERIAL_PCF_PARITY_CHECK |
                                 SERIAL_PCF_XONXOFF | SERIAL_PCF_SETXCHAR | SERIAL_PCF_TOTALTIMEOUTS |
                                 SERIAL_PCF_INTTIMEOUTS;
  properties->SettableParams = SERIAL_SP_PARITY | SERIAL_SP_BAUD | SERIAL_SP_DATABITS | SERIAL_SP_STOPBITS |
                               SERIAL_SP_HANDSHAKING | SERIAL_SP_PARITY_CHECK | SERIAL_SP_CARRIER_DETECT;
  properties->SettableBaud = SERIAL_BAUD_USER | SERIAL_BAUD_300 | SERIAL_BAUD_600 | SERIAL_BAUD_1200 |
                             SERIAL_BAUD_2400 | SERIAL_BAUD_4800 | SERIAL_BAUD_7200 | SERIAL_BAUD_9600 |
                             SERIAL_BAUD_14400 | SERIAL_BAUD_19200 | SERIAL_BAUD_38400 | SERIAL_BAUD_57600 |
                             SERIAL_BAUD_115200;
  properties->SettableData = SERIAL_DATABITS_5 | SERIAL_DATABITS_6 | SERIAL_DATABITS_7 | SERIAL_DATABITS_8;
  properties->SettableStopParity = SERIAL_STOPBITS_10 | SERIAL_STOPBITS_15 | SERIAL_STOPBITS_20 | SERIAL_PARITY_NONE |
                                   SERIAL_PARITY_ODD | SERIAL_PARITY_EVEN | SERIAL_PARITY_MARK | SERIAL_PARITY_SPACE;
  properties->CurrentRxQueue = device->line.size;
}

/// Requests that read or change a setting; the result is the IRP's status.
NTSTATUS SettingsControl(Device *device, PIRP irp, PIO_STACK_LOCATION stack, ULONG_PTR *information) {
  const Line &line = device->line;
  switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_SERIAL_SET_BAUD_RATE: {
      const auto *wanted = Input<SERIAL_BAUD_RATE>(irp, stack);
      return wanted == nullptr ? STATUS_BUFFER_TOO_SMALL : ApplyBaud(device, wanted->BaudRate);
    }
    case IOCTL_SERIAL_GET_BAUD_RATE:
      return Give(irp, stack, SERIAL_BAUD_RATE{device->baud}, information);
    case IOCTL_SERIAL_SET_LINE_CONTROL: {
      const auto *wanted = Input<SERIAL_LINE_CONTROL>(irp, stack);
      return wanted == nullptr ? STATUS_BUFFER_TOO_SMALL : ApplyFormat(device, *wanted);
    }
    case IOCTL_SERIAL_GET_LINE_CONTROL:
      return Give(irp, stack, device->format, information);
    case IOCTL_SERIAL_SET_TIMEOUTS:
      return SetTimeouts(device, Input<SERIAL_TIMEOUTS>(irp, stack));
    case IOCTL_SERIAL_GET_TIMEOUTS:
      return Give(irp, stack, device->timeouts, information);
    case IOCTL_SERIAL_SET_CHARS:
      return SetChars(device, Input<SERIAL_CHARS>(irp, stack));
    case IOCTL_SERIAL_GET_CHARS:
      return Give(irp, stack, line.chars, information);
    case IOCTL_SERIAL_SET_HANDFLOW: {
      const auto *wanted = Input<SERIAL_HANDFLOW>(irp, stack);
      return wanted == nullptr ? STATUS_BUFFER_TOO_SMALL : ApplyFlow(device, *wanted);
    }
    case IOCTL_SERIAL_GET_HANDFLOW:
      return Give(irp, stack, line.flow, information);
    case IOCTL_SERIAL_SET_QUEUE_SIZE: {
      const auto *wanted = Input<SERIAL_QUEUE_SIZE>(irp, stack);
      return wanted == nullptr ? STATUS_BUFFER_TOO_SMALL : ResizeBuffer(device, wanted->InSize);
    }
    case IOCTL_SERIAL_SET_DTR:
    case IOCTL_SERIAL_CLR_DTR:
      return SetLine(device, kDtr, stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_SERIAL_SET_DTR);
    case IOCTL_SERIAL_SET_RTS:
    case IOCTL_SERIAL_CLR_RTS:
      return SetLine(device, kRts, stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_SERIAL_SET_RTS);
    case IOCTL_SERIAL_GET_DTRRTS:
      return Give(irp, stack, ULONG{line.modem} & (SERIAL_DTR_STATE | SERIAL_RTS_STATE), information);
    case IOCTL_SERIAL_GET_MODEMSTATUS:
      return Give(irp, stack, ReadModemStatus(device), information);
    case IOCTL_SERIAL_GET_MODEM_CONTROL:
      return Give(irp, stack, ULONG{line.modem}, information);
    case IOCTL_SERIAL_SET_MODEM_CONTROL:
      return SetModemControl(device, Input<ULONG>(irp, stack));
    case IOCTL_SERIAL_SET_FIFO_CONTROL:
      return SetFifoControl(device, Input<ULONG>(irp, stack));
    case IOCTL_SERIAL_SET_BREAK_ON:
    case IOCTL_SERIAL_SET_BREAK_OFF:
      return SetBreak(device, stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_SERIAL_SET_BREAK_ON);
    case IOCTL_SERIAL_SET_XOFF:
    case IOCTL_SERIAL_SET_XON:
      return SetXoff(device, stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_SERIAL_SET_XOFF);
    case IOCTL_SERIAL_GET_PROPERTIES: {
      SERIAL_COMMPROP properties;
      FillProperties(device, &properties);
      return Give(irp, stack, properties, information);
    }
    case IOCTL_SERIAL_CONFIG_SIZE:
      return Give(irp, stack, ULONG{0}, information);
    case IOCTL_SERIAL_RESET_DEVICE:
      return STATUS_SUCCESS;  // as NT: there is nothing that would need it
    case IOCTL_SERIAL_XOFF_COUNTER:
    case IOCTL_SERIAL_LSRMST_INSERT:
    case IOCTL_SERIAL_GET_COMMCONFIG:
    case IOCTL_SERIAL_SET_COMMCONFIG:
    case IOCTL_SERIAL_APPLY_DEFAULT_CONFIGURATION:
    case IOCTL_SERIAL_SET_INTERVAL_TIMER_RESOLUTION:
      return STATUS_NOT_IMPLEMENTED;
    default:
      return STATUS_INVALID_PARAMETER;
  }
}

}  // namespace serial
