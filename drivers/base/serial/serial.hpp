// serial.sys: what its files share.
#pragma once

#include <initializer_list>

#include "uart.hpp"

namespace serial {

inline constexpr ULONG kPoolTag = 0x6C726553;    // "Serl"
inline constexpr ULONG kReceiveBuffer = 0x4000;  // bytes, until somebody asks for more
inline constexpr ULONG kReceiveBufferMaximum = 0x100000;
inline constexpr ULONG kFifoDepth = 16;
inline constexpr ULONG kDefaultBaud = 115200;  // as the boot console left the line
inline constexpr ULONG kClock = 1843200;
inline constexpr USHORT kNameLength = 32;

// Why the receiver holds the other side off.
inline constexpr UCHAR kHeldByRts = 1;
inline constexpr UCHAR kHeldByDtr = 2;
inline constexpr UCHAR kHeldByXoff = 4;

/// Everything that the ISR touches; guarded by the interrupt lock.
struct Line {
  Uart uart;
  bool open;
  bool fifo;
  UCHAR interrupts;  // as in the enable register
  UCHAR modem;
  UCHAR control;
  UCHAR modem_status;

  UCHAR *buffer;  // received bytes: a ring
  ULONG size;
  ULONG out;
  ULONG count;
  bool full;  // bytes stay in the hardware until a reader makes room
  UCHAR receive_hold;

  const UCHAR *transmit;  // the current write
  ULONG transmit_left;
  ULONG transmit_hold;  // SERIAL_TX_WAITING_*
  bool want_immediate;
  UCHAR immediate;
  bool want_xon;
  bool want_xoff;

  SERIAL_HANDFLOW flow;
  SERIAL_CHARS chars;
  ULONG errors;
  ULONG wait_mask;
  ULONG history;
  SERIALPERF_STATS stats;
};

/// IRPs that wait for the line, oldest first; guarded by Device::lock.
struct IrpQueue {
  LIST_ENTRY head;
};

/// The device extension.
struct Device {
  PDEVICE_OBJECT self;
  PDEVICE_OBJECT lower;
  PDEVICE_OBJECT physical;
  IO_REMOVE_LOCK remove_lock;
  ULONG number;  // \Device\SerialN
  bool started;
  bool linked;
  LONG opens;
  UNICODE_STRING interface_name;
  WCHAR name[kNameLength];  // \Device\Serial0
  WCHAR port[kNameLength];  // COM1
  WCHAR link[kNameLength];  // \DosDevices\COM1
  PVOID mapped;             // registers in memory
  PKINTERRUPT interrupt;
  KDPC dpc;

  Line line;
  SERIAL_LINE_CONTROL format;
  ULONG baud;
  ULONG clock;
  ULONG trigger;  // receive FIFO level that interrupts

  KSPIN_LOCK lock;  // everything below; taken before the interrupt lock
  IrpQueue reads;
  IrpQueue writes;  // and flushes
  IrpQueue waits;   // WAIT_ON_MASK: at most one
  PIRP active_read;
  PIRP active_write;
  SERIAL_TIMEOUTS timeouts;
  bool read_returns_at_once;
  bool read_returns_with_first;
  ULONGLONG read_deadline;  // interrupt time; 0: none
  ULONGLONG read_interval;
  ULONGLONG last_received;
  ULONGLONG write_deadline;
  KTIMER read_timer;
  KTIMER write_timer;
  KDPC read_dpc;
  KDPC write_dpc;
  IrpQueue immediates;  // IMMEDIATE_CHAR: at most one
};

inline Device *Extension(PDEVICE_OBJECT object) { return static_cast<Device *>(object->DeviceExtension); }

/// Ends an IRP that holds no remove lock and gives back its status.
NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0);

/// Keeps the ISR out.
class InterruptGuard {
 public:
  explicit InterruptGuard(Device *device) : interrupt_(device->interrupt) {
    if (interrupt_ != nullptr) {
      old_irql_ = KeAcquireInterruptSpinLock(interrupt_);
    }
  }
  ~InterruptGuard() {
    if (interrupt_ != nullptr) {
      KeReleaseInterruptSpinLock(interrupt_, old_irql_);
    }
  }
  InterruptGuard(const InterruptGuard &) = delete;
  InterruptGuard &operator=(const InterruptGuard &) = delete;

 private:
  PKINTERRUPT interrupt_;
  KIRQL old_irql_ = 0;
};

/// Device::lock, and the IRPs that are over: they are completed when the lock is released.
class Session {
 public:
  explicit Session(Device *device);
  ~Session();
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  /// The IRP is out of all queues and has no cancel routine.
  void Finish(PIRP irp, NTSTATUS status, ULONG_PTR information);

 private:
  Device *device_;
  LIST_ENTRY done_;
  KIRQL irql_;
};

// queue.cpp
/// Marks the IRP pending and puts it last; an IRP cancelled meanwhile is finished at once. Lock held.
void Enqueue(Device *device, IrpQueue *queue, PIRP irp, Session *session);
/// The oldest IRP or null. Lock held.
PIRP First(IrpQueue *queue);
/// Takes the IRP out. False: its cancel routine has been called and will finish it. Lock held.
bool Detach(PIRP irp);
/// Finishes every IRP, or those of one file, as cancelled. Lock held.
void CancelAll(Device *device, IrpQueue *queue, PFILE_OBJECT file, Session *session);
/// Forgets the IRP where it is active; its bytes are taken from the ISR. Lock held.
void Forget(Device *device, PIRP irp);

// interrupt.cpp
KSERVICE_ROUTINE InterruptService;
KDEFERRED_ROUTINE InterruptDpc;
/// Sends what may be sent; interrupt lock held.
void Transmit(Device *device);
/// Notes events for WAIT_ON_MASK; interrupt lock held.
void Signal(Device *device, ULONG events);
/// Reads line status and takes care of its errors; interrupt lock held.
UCHAR LineStatus(Device *device);
/// Reads modem status: events and output flow control; interrupt lock held.
void ModemStatus(Device *device);
/// Drops or raises RTS, DTR or sends XOFF, XON as the buffer fills and empties; interrupt lock held.
void UpdateReceiveFlow(Device *device);
void SetModem(Line *line, UCHAR modem);
void SetInterrupts(Line *line, UCHAR interrupts);

// read.cpp, write.cpp, wait.cpp
DRIVER_DISPATCH DispatchRead;
DRIVER_DISPATCH DispatchWrite;
DRIVER_DISPATCH DispatchFlush;
KDEFERRED_ROUTINE ReadTimeout;
KDEFERRED_ROUTINE WriteTimeout;
/// Carry the queues on as far as bytes and time allow. Lock held.
void PumpReads(Device *device, Session *session);
void PumpWrites(Device *device, Session *session);
void PumpWaits(Device *device, Session *session);
void PumpAll(Device *device, Session *session);
/// Empties the receive buffer. Lock held.
void DiscardReceived(Device *device);
/// Bytes of all writes not yet handed to the hardware. Lock held.
ULONG BytesToWrite(Device *device);

// control.cpp, settings.cpp, flow.cpp
DRIVER_DISPATCH DispatchControl;
NTSTATUS ApplyBaud(Device *device, ULONG baud);
NTSTATUS ApplyFormat(Device *device, const SERIAL_LINE_CONTROL &format);
NTSTATUS ApplyFlow(Device *device, const SERIAL_HANDFLOW &flow);
NTSTATUS ResizeBuffer(Device *device, ULONG size);
void FillProperties(Device *device, SERIAL_COMMPROP *properties);
NTSTATUS SettingsControl(Device *device, PIRP irp, PIO_STACK_LOCATION stack, ULONG_PTR *information);

// information.cpp
DRIVER_DISPATCH DispatchQueryInformation;
DRIVER_DISPATCH DispatchSetInformation;

// open.cpp
DRIVER_DISPATCH DispatchCreate;
DRIVER_DISPATCH DispatchCleanup;
DRIVER_DISPATCH DispatchClose;
/// Locks, timers, queues and the line's first settings; the memory is zero.
void InitialiseDevice(Device *device);
/// Puts the hardware into a known state, interrupts off. STATUS_NO_SUCH_DEVICE: there is no 16550 (or kin).
NTSTATUS ResetHardware(Device *device);
/// Ends all requests and silences the line; for stop and removal.
void Shut(Device *device, bool hardware_there);

// pnp.cpp
DRIVER_ADD_DEVICE AddDevice;
DRIVER_DISPATCH DispatchPnp;
DRIVER_DISPATCH DispatchPower;
DRIVER_DISPATCH DispatchSystemControl;

// names.cpp
/// Finds the port's name (PortName of the device's key, or by custom from the base address) and publishes it.
NTSTATUS PublishName(Device *device, ULONGLONG base);
void WithdrawName(Device *device);

}  // namespace serial
