// i8042prt.sys: one controller, up to two devices. What its files share.
#pragma once

#include <ntddk.h>
// The order matters: ntdd8042.h builds on the types of ntddk.h.
#include <ntdd8042.h>

#include "ring.hpp"
#include "scan_code.hpp"

namespace i8042 {

inline constexpr ULONG kPoolTag = 0x32343069;  // "i042"

// Status register.
inline constexpr UCHAR kOutputFull = 0x01;
inline constexpr UCHAR kInputFull = 0x02;
inline constexpr UCHAR kAuxiliaryData = 0x20;
inline constexpr UCHAR kTimeoutError = 0x40;

// Controller commands.
inline constexpr UCHAR kReadConfiguration = 0x20;
inline constexpr UCHAR kWriteConfiguration = 0x60;
inline constexpr UCHAR kDisableAuxiliary = 0xA7;
inline constexpr UCHAR kEnableAuxiliary = 0xA8;
inline constexpr UCHAR kDisableKeyboard = 0xAD;
inline constexpr UCHAR kEnableKeyboard = 0xAE;
inline constexpr UCHAR kWriteToAuxiliary = 0xD4;

// Configuration byte.
inline constexpr UCHAR kKeyboardInterrupt = 0x01;
inline constexpr UCHAR kAuxiliaryInterrupt = 0x02;
inline constexpr UCHAR kKeyboardOff = 0x10;
inline constexpr UCHAR kAuxiliaryOff = 0x20;
inline constexpr UCHAR kTranslate = 0x40;

// Device commands and answers.
inline constexpr UCHAR kSetIndicators = 0xED;
inline constexpr UCHAR kScanCodeSet = 0xF0;
inline constexpr UCHAR kGetId = 0xF2;
inline constexpr UCHAR kSetTypematic = 0xF3;
inline constexpr UCHAR kSetSampleRate = 0xF3;
inline constexpr UCHAR kEnable = 0xF4;
inline constexpr UCHAR kDisable = 0xF5;
inline constexpr UCHAR kSetResolution = 0xE8;
inline constexpr UCHAR kReset = 0xFF;
inline constexpr UCHAR kAcknowledge = 0xFA;
inline constexpr UCHAR kResend = 0xFE;
inline constexpr UCHAR kSelfTestPassed = 0xAA;

enum class Kind : UCHAR { Unknown, Keyboard, Mouse };

/// What Services\i8042prt\Parameters holds; names and defaults as documented for NT.
struct Parameters {
  ULONG keyboard_queue = 100;
  ULONG mouse_queue = 100;
  ULONG sample_rate = 60;
  ULONG mouse_resolution = 3;
  ULONG enable_wheel = 1;
};

struct Device;

/// The controller itself: its ports, which the keyboard's assignment brings, and its devices. There is one, and it
/// lives as long as the driver.
struct Controller {
  PUCHAR data_port;  // null until a device with ports has started
  PUCHAR command_port;
  bool polling;         // set-up has the ports: the ISRs keep off
  KSPIN_LOCK lock;      // the interrupt lock of both devices
  KEVENT mutex;         // start and stop: one at a time; an event, because interrupts are connected at PASSIVE_LEVEL
  UCHAR configuration;  // what was last written
  Device *keyboard;
  Device *mouse;
  Parameters parameters;
};

/// Bytes under way to the device and the answer to the last one. Guarded by the interrupt lock.
struct Command {
  UCHAR bytes[2];
  UCHAR count;
  UCHAR next;
  UCHAR resends;
  bool active;
  NTSTATUS status;
};

struct KeyboardState {
  Ring<KEYBOARD_INPUT_DATA> ring;
  ScanCodeParser parser;
  KEYBOARD_INDICATOR_PARAMETERS indicators;
  KEYBOARD_TYPEMATIC_PARAMETERS typematic;
  INTERNAL_I8042_HOOK_KEYBOARD hook;
  bool overrun;  // the ring was full: say so with the next entry that fits
  KEYBOARD_SCAN_STATE scan_state;
};

struct MouseState {
  Ring<MOUSE_INPUT_DATA> ring;
  MousePacketParser parser;
  INTERNAL_I8042_HOOK_MOUSE hook;
  MOUSE_STATE state;
  MOUSE_RESET_SUBSTATE reset_state;
  KDPC reset_dpc;
  LONG resetting;  // a work item is setting the mouse up again
  ULONGLONG last_byte;
  UCHAR buttons;  // as last reported
  bool saw_self_test;
};

/// The device extension of a keyboard or mouse port.
struct Device {
  PDEVICE_OBJECT self;
  PDEVICE_OBJECT lower;
  PDEVICE_OBJECT physical;
  IO_REMOVE_LOCK remove_lock;
  Kind kind;
  bool started;      // has its resources
  bool initialised;  // and its hardware answers
  bool failed;
  LONG enabled;  // opens from above: input is thrown away while 0
  CONNECT_DATA connection;

  PKINTERRUPT interrupt;
  ULONG vector;
  KIRQL irql;
  KIRQL synchronize_irql;
  KAFFINITY affinity;
  KINTERRUPT_MODE mode;
  bool shared;
  bool has_interrupt;
  bool owns_ports;  // the controller's ports are in this device's assignment

  KDPC data_dpc;
  KDPC retry_dpc;
  KTIMER retry_timer;
  KDPC command_dpc;
  KDPC timeout_dpc;
  KTIMER timeout_timer;
  Command command;
  PIO_WORKITEM work_item;

  // One of them, by kind.
  KeyboardState keyboard;
  MouseState mouse;
};

extern Controller controller;

inline Device *Extension(PDEVICE_OBJECT device) { return static_cast<Device *>(device->DeviceExtension); }

/// Ends an IRP that is ours and gives back its status.
NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0);

/// Holds controller.mutex. PASSIVE_LEVEL.
class ControllerGuard {
 public:
  ControllerGuard() { KeWaitForSingleObject(&controller.mutex, Executive, KernelMode, FALSE, nullptr); }
  ~ControllerGuard() { KeSetEvent(&controller.mutex, IO_NO_INCREMENT, FALSE); }
  ControllerGuard(const ControllerGuard &) = delete;
  ControllerGuard &operator=(const ControllerGuard &) = delete;
};

// driver.cpp
extern "C" DRIVER_INITIALIZE DriverEntry;

// pnp.cpp
DRIVER_ADD_DEVICE AddDevice;
DRIVER_DISPATCH DispatchPnp;
DRIVER_DISPATCH DispatchPower;
DRIVER_DISPATCH DispatchSystemControl;

// interrupt.cpp
/// Connects the device's interrupt; both ISRs and InterruptGuard exclude each other. PASSIVE_LEVEL, controller.mutex
/// held.
NTSTATUS ConnectInterrupt(Device *device);
void DisconnectInterrupt(Device *device);
/// Holds off both ISRs. Up to the devices' DIRQL.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard &) = delete;
  InterruptGuard &operator=(const InterruptGuard &) = delete;

 private:
  KIRQL old_irql_;
  PKINTERRUPT interrupt_;
};
/// Takes what the controller has ready. False: nothing. Interrupt lock held.
bool TakeBytes();
/// One byte that the controller gave; interrupt lock held.
void DispatchByte(UCHAR status, UCHAR byte);
/// Begins to send to the device; its answers arrive in the ISR and end in command_dpc. Interrupt lock held.
void BeginCommand(Device *device, const UCHAR *bytes, UCHAR count);
/// True when the byte answered a command under way. Interrupt lock held.
bool CommandAnswer(Device *device, UCHAR byte);

// controller.cpp
/// Polled access for set-up, interrupts of the controller off. Statuses: STATUS_IO_TIMEOUT when the controller stays
/// silent.
NTSTATUS WriteCommand(UCHAR command);
NTSTATUS WriteData(UCHAR data);
NTSTATUS ReadFrom(Kind kind, ULONG milliseconds, UCHAR *data);
NTSTATUS WriteConfiguration(UCHAR configuration);
/// Sends to keyboard or mouse and waits for the acknowledgement; tries again when asked to.
NTSTATUS SendPolled(Kind kind, UCHAR data);
/// One byte towards a device, without waiting for its answer; any IRQL.
NTSTATUS WriteDevice(Kind kind, UCHAR data);
/// Silences the controller and both devices. STATUS_NO_SUCH_DEVICE: there is no controller at these ports.
NTSTATUS QuietController();
/// Brings up every started device that is not running yet, keyboard first. PASSIVE_LEVEL, controller.mutex held.
NTSTATUS InitialiseDevices(Device *asking);

// keyboard.cpp
NTSTATUS InitialiseKeyboard(Device *device, UCHAR *configuration);
void KeyboardByte(Device *device, UCHAR status, UCHAR byte);
NTSTATUS KeyboardControl(Device *device, PIRP irp, PIO_STACK_LOCATION stack);
NTSTATUS PrepareKeyboard(Device *device);
KDEFERRED_ROUTINE KeyboardDpc;
UCHAR TypematicByte(const KEYBOARD_TYPEMATIC_PARAMETERS &typematic);

// mouse.cpp
NTSTATUS InitialiseMouse(Device *device);
void MouseByte(Device *device, UCHAR status, UCHAR byte);
NTSTATUS MouseControl(Device *device, PIRP irp, PIO_STACK_LOCATION stack);
NTSTATUS PrepareMouse(Device *device);
KDEFERRED_ROUTINE MouseDpc;
KDEFERRED_ROUTINE MouseResetDpc;

// control.cpp
DRIVER_DISPATCH DispatchCreate;
DRIVER_DISPATCH DispatchClose;
DRIVER_DISPATCH DispatchControl;
DRIVER_STARTIO StartIo;
KDEFERRED_ROUTINE CommandDpc;
KDEFERRED_ROUTINE TimeoutDpc;

/// Gives the ring's records to the class service until it takes no more; the rest is offered again after 10 ms.
template <typename T>
void HandOver(Device *device, Ring<T> &ring) {
  auto service = reinterpret_cast<PSERVICE_CALLBACK_ROUTINE>(device->connection.ClassService);
  for (;;) {
    typename Ring<T>::Run run{};
    {
      InterruptGuard guard;
      if (ring.Empty() || service == nullptr) {
        return;
      }
      run = ring.Front();
    }
    ULONG consumed = 0;
    service(device->connection.ClassDeviceObject, run.begin, run.end, &consumed);
    {
      InterruptGuard guard;
      ring.Take(consumed);
    }
    if (consumed < static_cast<ULONG>(run.end - run.begin)) {
      LARGE_INTEGER due;
      due.QuadPart = -10000LL * 10;
      KeSetTimer(&device->retry_timer, due, &device->retry_dpc);
      return;
    }
  }
}

}  // namespace i8042
