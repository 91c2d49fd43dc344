// The interrupt side: bytes in, bytes out, flow control. All of it runs under the interrupt lock.

#include "serial.hpp"

namespace serial {

namespace {

// Causes looked at in one interrupt; a line that never runs dry goes on in the next one.
constexpr int kCausesPerInterrupt = 256;

void Put(Line *line, UCHAR byte) {
  ULONG in = line->out + line->count;
  if (in >= line->size) {
    in -= line->size;
  }
  line->buffer[in] = byte;
  line->count++;
}

/// XON and XOFF from the other side. True: the byte was one of them.
bool OutputFlowByte(Device *device, UCHAR byte) {
  Line &line = device->line;
  if ((line.flow.FlowReplace & SERIAL_AUTO_TRANSMIT) == 0) {
    return false;
  }
  if (byte == line.chars.XoffChar) {
    line.transmit_hold |= SERIAL_TX_WAITING_FOR_XON;
    return true;
  }
  if (byte == line.chars.XonChar) {
    line.transmit_hold &= ~static_cast<ULONG>(SERIAL_TX_WAITING_FOR_XON);
    Transmit(device);
    return true;
  }
  return false;
}

void Accept(Device *device, UCHAR byte, UCHAR status) {
  Line &line = device->line;
  line.stats.ReceivedCount++;
  if ((line.flow.ControlHandShake & SERIAL_DSR_SENSITIVITY) != 0 && (line.modem_status & kDsr) == 0) {
    return;
  }
  if ((status & kBreakReceived) != 0) {
    if ((line.flow.FlowReplace & SERIAL_BREAK_CHAR) != 0) {
      byte = line.chars.BreakChar;
    }
  } else if ((status & (kParityError | kFramingError)) != 0) {
    if ((line.flow.FlowReplace & SERIAL_ERROR_CHAR) != 0) {
      byte = line.chars.ErrorChar;
    }
  } else if (OutputFlowByte(device, byte)) {
    return;
  }
  if (byte == 0 && (line.flow.FlowReplace & SERIAL_NULL_STRIPPING) != 0) {
    return;
  }
  Put(&line, byte);
  ULONG events = SERIAL_EV_RXCHAR;
  if (byte == line.chars.EventChar) {
    events |= SERIAL_EV_RXFLAG;
  }
  if (line.count == line.size - line.size / 5) {
    events |= SERIAL_EV_RX80FULL;
  }
  line.history |= events & line.wait_mask;
}

/// Takes what the FIFO holds. When the buffer is full the rest stays there: RTS and the FIFO hold the other side off
/// without a byte lost as long as it listens.
void Receive(Device *device) {
  Line &line = device->line;
  for (;;) {
    if (line.count == line.size) {
      line.full = true;
      SetInterrupts(&line, static_cast<UCHAR>(line.interrupts & ~kReceiveInterrupt));
      break;
    }
    const UCHAR status = LineStatus(device);
    if ((status & kDataReady) == 0) {
      break;
    }
    Accept(device, line.uart.Read(Register::Data), status);
  }
  UpdateReceiveFlow(device);
  KeInsertQueueDpc(&device->dpc, nullptr, nullptr);
}

/// Nothing but the data of the current write waits for flow control.
bool SendUrgent(Line *line) {
  if (line->want_xoff || line->want_xon) {
    // The newer wish is the only one left: UpdateReceiveFlow clears the other.
    line->uart.Write(Register::Data, line->want_xoff ? line->chars.XoffChar : line->chars.XonChar);
    line->want_xoff = line->want_xon = false;
    return true;
  }
  if (line->want_immediate && (line->transmit_hold & SERIAL_TX_WAITING_ON_BREAK) == 0) {
    line->uart.Write(Register::Data, line->immediate);
    line->want_immediate = false;
    return true;
  }
  return false;
}

}  // namespace

void SetModem(Line *line, UCHAR modem) {
  line->modem = modem;
  line->uart.Write(Register::ModemControl, modem);
}

void SetInterrupts(Line *line, UCHAR interrupts) {
  if (line->interrupts != interrupts) {
    line->interrupts = interrupts;
    line->uart.Write(Register::InterruptEnable, interrupts);
  }
}

void Signal(Device *device, ULONG events) {
  Line &line = device->line;
  line.history |= events & line.wait_mask;
  KeInsertQueueDpc(&device->dpc, nullptr, nullptr);
}

UCHAR LineStatus(Device *device) {
  Line &line = device->line;
  const UCHAR status = line.uart.Read(Register::LineStatus);
  if ((status & kLineErrors) == 0 || status == 0xFF) {
    // All ones: the device is gone.
    return status == 0xFF ? UCHAR{0} : status;
  }
  ULONG events = 0;
  if ((status & kOverrun) != 0) {
    line.errors |= SERIAL_ERROR_OVERRUN;
    line.stats.SerialOverrunErrorCount++;
    events |= SERIAL_EV_ERR;
    if (line.full) {
      line.errors |= SERIAL_ERROR_QUEUEOVERRUN;
      line.stats.BufferOverrunErrorCount++;
    }
  }
  if ((status & kBreakReceived) != 0) {
    line.errors |= SERIAL_ERROR_BREAK;
    events |= SERIAL_EV_BREAK;
  } else {
    if ((status & kParityError) != 0) {
      line.errors |= SERIAL_ERROR_PARITY;
      line.stats.ParityErrorCount++;
      events |= SERIAL_EV_ERR;
    }
    if ((status & kFramingError) != 0) {
      line.errors |= SERIAL_ERROR_FRAMING;
      line.stats.FrameErrorCount++;
      events |= SERIAL_EV_ERR;
    }
  }
  Signal(device, events);
  return status;
}

void ModemStatus(Device *device) {
  Line &line = device->line;
  const UCHAR status = line.uart.Read(Register::ModemStatus);
  line.modem_status = status;
  ULONG events = 0;
  events |= (status & kCtsChanged) != 0 ? SERIAL_EV_CTS : 0;
  events |= (status & kDsrChanged) != 0 ? SERIAL_EV_DSR : 0;
  events |= (status & kRingEnded) != 0 ? SERIAL_EV_RING : 0;
  events |= (status & kDcdChanged) != 0 ? SERIAL_EV_RLSD : 0;
  if (events != 0) {
    Signal(device, events);
  }
  ULONG hold = line.transmit_hold;
  hold &= ~static_cast<ULONG>(SERIAL_TX_WAITING_FOR_CTS | SERIAL_TX_WAITING_FOR_DSR | SERIAL_TX_WAITING_FOR_DCD);
  if ((line.flow.ControlHandShake & SERIAL_CTS_HANDSHAKE) != 0 && (status & kCts) == 0) {
    hold |= SERIAL_TX_WAITING_FOR_CTS;
  }
  if ((line.flow.ControlHandShake & SERIAL_DSR_HANDSHAKE) != 0 && (status & kDsr) == 0) {
    hold |= SERIAL_TX_WAITING_FOR_DSR;
  }
  if ((line.flow.ControlHandShake & SERIAL_DCD_HANDSHAKE) != 0 && (status & kDcd) == 0) {
    hold |= SERIAL_TX_WAITING_FOR_DCD;
  }
  line.transmit_hold = hold;
  if (hold == 0) {
    Transmit(device);
  }
}

void UpdateReceiveFlow(Device *device) {
  Line &line = device->line;
  const bool stop = line.count + static_cast<ULONG>(line.flow.XoffLimit) >= line.size;
  const bool go = line.count <= static_cast<ULONG>(line.flow.XonLimit);
  UCHAR modem = line.modem;
  if ((line.flow.FlowReplace & SERIAL_RTS_MASK) == SERIAL_RTS_HANDSHAKE) {
    if (stop) {
      line.receive_hold |= kHeldByRts;
      modem &= static_cast<UCHAR>(~kRts);
    } else if (go) {
      line.receive_hold &= static_cast<UCHAR>(~kHeldByRts);
      modem |= kRts;
    }
  }
  if ((line.flow.ControlHandShake & SERIAL_DTR_MASK) == SERIAL_DTR_HANDSHAKE) {
    if (stop) {
      line.receive_hold |= kHeldByDtr;
      modem &= static_cast<UCHAR>(~kDtr);
    } else if (go) {
      line.receive_hold &= static_cast<UCHAR>(~kHeldByDtr);
      modem |= kDtr;
    }
  }
  if (modem != line.modem) {
    SetModem(&line, modem);
  }
  if ((line.flow.FlowReplace & SERIAL_AUTO_RECEIVE) == 0) {
    return;
  }
  const bool held = (line.receive_hold & kHeldByXoff) != 0;
  if (stop && !held) {
    line.receive_hold |= kHeldByXoff;
    line.want_xoff = true;
    line.want_xon = false;
    if ((line.flow.FlowReplace & SERIAL_XOFF_CONTINUE) == 0) {
      line.transmit_hold |= SERIAL_TX_WAITING_XOFF_SENT;
    }
    Transmit(device);
  } else if (go && held) {
    line.receive_hold &= static_cast<UCHAR>(~kHeldByXoff);
    line.want_xon = true;
    line.want_xoff = false;
    line.transmit_hold &= ~static_cast<ULONG>(SERIAL_TX_WAITING_XOFF_SENT);
    Transmit(device);
  }
}

void Transmit(Device *device) {
  Line &line = device->line;
  bool sent = false;
  if ((LineStatus(device) & kHoldingEmpty) != 0) {
    ULONG room = line.fifo ? kFifoDepth : 1;
    while (room != 0) {
      if (SendUrgent(&line)) {
        KeInsertQueueDpc(&device->dpc, nullptr, nullptr);
      } else if (line.transmit_left != 0 && line.transmit_hold == 0) {
        line.uart.Write(Register::Data, *line.transmit++);
        line.stats.TransmittedCount++;
        if (--line.transmit_left == 0) {
          KeInsertQueueDpc(&device->dpc, nullptr, nullptr);
        }
      } else {
        break;
      }
      sent = true;
      room--;
    }
  }
  // Asked for only as long as there is more to do: a write that fits into the FIFO costs no interrupt.
  const bool more = (line.transmit_left != 0 && line.transmit_hold == 0) || line.want_xoff || line.want_xon ||
                    (line.want_immediate && (line.transmit_hold & SERIAL_TX_WAITING_ON_BREAK) == 0) ||
                    (sent && (line.wait_mask & SERIAL_EV_TXEMPTY) != 0);
  SetInterrupts(
      &line, static_cast<UCHAR>(more ? line.interrupts | kTransmitInterrupt : line.interrupts & ~kTransmitInterrupt));
}

/// KSERVICE_ROUTINE: looks until the UART has no cause left, as its line is edge triggered on the ISA bus.
BOOLEAN InterruptService(PKINTERRUPT, PVOID context) {
  auto *device = static_cast<Device *>(context);
  Line &line = device->line;
  if (!line.open) {
    return FALSE;
  }
  BOOLEAN ours = FALSE;
  for (int i = 0; i < kCausesPerInterrupt; i++) {
    const UCHAR identity = line.uart.Read(Register::InterruptIdentity);
    if ((identity & kNonePending) != 0) {
      return ours;
    }
    ours = TRUE;
    switch (identity & kIdentityMask) {
      case kLineChanged:
        LineStatus(device);
        break;
      case kDataReceived:
      case kDataTimeout:
        Receive(device);
        break;
      case kTransmitEmpty:
        if (line.transmit_left == 0 && !line.want_immediate && !line.want_xoff && !line.want_xon) {
          Signal(device, SERIAL_EV_TXEMPTY);
          SetInterrupts(&line, static_cast<UCHAR>(line.interrupts & ~kTransmitInterrupt));
        } else {
          Transmit(device);
        }
        break;
      case kModemChanged:
        ModemStatus(device);
        break;
      default:
        break;
    }
  }
  // Off and on again makes a new edge, so nothing is forgotten.
  line.uart.Write(Register::InterruptEnable, 0);
  line.uart.Write(Register::InterruptEnable, line.interrupts);
  return ours;
}

VOID InterruptDpc(PKDPC, PVOID context, PVOID, PVOID) {
  auto *device = static_cast<Device *>(context);
  Session session(device);
  PumpAll(device, &session);
}

}  // namespace serial
