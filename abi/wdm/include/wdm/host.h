#pragma once
// The contract between the Executive and a driver host process (ARCHITECTURE.md 2.4): one shared area with two rings,
// notifications as doorbells, and the Wdm* services of the service table. Everything in the area can be changed by the
// driver at any time: the Executive copies an entry once, checks it, and only then uses the copy.
//
// Who writes what: a ring's `tail` its producer, its `head` its consumer; the entries the producer. Indices run freely
// and are taken modulo the ring's size. A producer that finds its ring full keeps the entry in a list of its own and
// goes on when the consumer has moved.

#include <stdint.h>

namespace host {

// ------------------------------------------------------------------------------------------------- capabilities
// Both threads of a host have a CNode of 2^8 slots, laid out alike; the guard is zero bits.
enum Slot : uint64_t {
  kServiceSlot = 0,         // the thread's service endpoint (Call)
  kFaultSlot = 1,           // its fault endpoint
  kWaitSlot = 2,            // its own notification (Wait): the baton's doorbell, or the interrupts
  kExecutiveSlot = 3,       // rings the Executive (Signal)
  kBatonSlot = 4,           // rings the baton thread of this host (Signal)
  kSharedLineSlot = 5,      // answers the fan-out thread of shared lines (Signal)
  kFirstInterruptSlot = 8,  // + the index that WdmConnectInterrupt gave: an IRQ handler (Ack)
  kFirstPortSlot = 72,      // + the index in Area::ports: an I/O port capability
  kSlotCount = 256,
};
inline constexpr unsigned kCNodeBits = 8;
inline constexpr unsigned kInterruptCount = 62;  // bits 0..61 of the interrupt notification's badge
inline constexpr unsigned kPortRanges = 128;
inline constexpr uint64_t kBatonBadge = uint64_t{1} << 62;  // the Executive rang; interrupts come in bits 0..61

// ------------------------------------------------------------------------------------------------- rings
inline constexpr uint32_t kRingSize = 256;
inline constexpr uint32_t kNoBuffer = 0xffff'ffff;

// What the Executive asks of a host.
//
// IRP_MJ_CREATE: parameters[0] is the desired access (in the place of the security context's pointer), the buffer holds
// the file's name (UTF-16, not terminated), file the file's id. Message::file is what later requests name it by.
enum class Command : uint16_t {
  kNone,
  kIrp,           // dispatch an IRP; answered by Answer::kDone with the same id
  kCancel,        // cancel the IRP `id`; no answer of its own
  kDone,          // the request with cookie `cookie` that this host submitted has ended
  kLoadDriver,    // information = handle of the image section (the host closes it); buffer = DriverStart; answered by
                  // kDone: information = driver cookie, parameters[0] = 1: has a DriverUnload, 2: has an AddDevice
  kUnloadDriver,  // cookie = driver; DriverUnload is called; answered by kDone
  kAddDevice,     // cookie = driver; device = id of the PDO, information = its cookie here or 0; buffer =
                  // DeviceDescription when information is 0; answered by kDone
  kForgetDevice,  // the device `device` of another host is gone: its proxy may go
  kNotify,        // a plug and play notification: cookie = the registration's, buffer = the notification structure (a
                  // SymbolicLinkName's text follows it, FileObject is filled in by the host); answered when id is not 0
  kDetachFile,    // the file object `file` is gone (after its IRP_MJ_CLOSE)
  kStop,          // no device is left: end the process
};

// One entry of the ring to the host. 128 bytes.
struct Request {
  Command command;
  uint8_t major;           // IRP_MJ_*
  uint8_t minor;           // IRP_MN_*
  uint32_t id;             // the Executive's record of the request; 0: no answer is wanted
  uint64_t cookie;         // command dependent
  uint64_t device;         // kIrp: the host's own cookie of the device that the IRP is sent to
  uint64_t file;           // kIrp: the host's cookie of the file object, 0 none; at IRP_MJ_CREATE the file's id
  uint64_t parameters[4];  // IO_STACK_LOCATION.Parameters, byte for byte; pointers in it are zero unless said below
  uint32_t buffer;         // offset of the request's buffer in the arena, or kNoBuffer
  uint32_t buffer_length;  // of it, in bytes (input and output share it)
  uint32_t pages;          // direct I/O: offset in the arena of the page frame numbers (uint64_t each), or kNoBuffer
  uint32_t page_count;
  uint32_t page_offset;    // direct I/O: offset of the first byte in the first page
  uint32_t direct_length;  // direct I/O: length in bytes
  uint64_t user_buffer;    // METHOD_NEITHER: alias of the user's buffer in this process (UserBuffer)
  uint32_t process;        // of the requestor
  uint32_t thread;
  uint16_t irp_flags;      // IRP_PAGING_IO, IRP_NOCACHE, IRP_SYNCHRONOUS_API, ... (low 16 bits of Irp->Flags)
  uint8_t stack_flags;     // IO_STACK_LOCATION.Flags
  uint8_t requestor_mode;  // KernelMode 0, UserMode 1
  int32_t status;          // kDone
  uint64_t information;    // kDone, kLoadDriver: handle of the image section
  uint64_t reserved;
};
static_assert(sizeof(Request) == 128);

// What a host tells the Executive.
enum class Answer : uint16_t {
  kNone,
  kDone,     // the request `id` has ended
  kPending,  // the dispatch routine returned STATUS_PENDING (synchronous opens and PnP look at it; may be left out)
  kIrp,      // IoCallDriver on a device of another host: cookie = the host's, device = its id; ended by Command::kDone
  kCancel,   // IoCancelIrp on an IRP that was sent to another host: cookie
  kService,  // run a service that may wait: major = number of words, cookie, buffer = ServiceCall in the arena
};

// One entry of the ring to the Executive. 128 bytes.
struct Message {
  Answer answer;
  uint8_t major;
  uint8_t minor;
  uint32_t id;
  uint64_t cookie;
  uint64_t device;
  uint64_t file;  // kDone of IRP_MJ_CREATE: the host's cookie of the new file object
  uint64_t parameters[4];
  uint32_t buffer;  // kIrp: a buffer of the host's own part of the arena, or kNoBuffer
  uint32_t buffer_length;
  uint64_t direct_address;  // kIrp: address in this process of the MDL's first byte, or 0
  uint32_t direct_length;
  uint16_t irp_flags;
  uint8_t stack_flags;
  uint8_t unused;
  int32_t status;
  uint32_t length;  // kDone: bytes of the request's buffer that are to be taken over (output)
  uint64_t information;
  uint64_t reserved[3];
};
static_assert(sizeof(Message) == 128);

template <typename Entry>
struct Ring {
  alignas(64) uint32_t tail;  // producer
  alignas(64) uint32_t head;  // consumer
  alignas(64) Entry entries[kRingSize];
};

// A range of I/O ports that this host holds: slot kFirstPortSlot + index. Ends with count 0.
struct PortRange {
  uint16_t first;
  uint16_t last;
  uint16_t used;
  uint16_t unused;
};

// The shared area, mapped read-write at WDM_HOST_INFO::Area. Written by the host unless said otherwise.
struct Area {
  // The baton thread sleeps: ring it. Cleared by whoever rings; read by the Executive and the interrupt thread.
  alignas(64) uint32_t baton_sleeps;
  // Counts up whenever the baton loop takes a step: the heartbeat.
  uint32_t turns;
  // The interrupt thread is in a routine (odd) or not (even); counts up at entry and exit.
  uint32_t interrupt_turns;
  // The host wants to be rung when its ring to the Executive has room again.
  uint32_t wants_room;
  alignas(64) PortRange ports[kPortRanges];  // written by the Executive
  Ring<Request> to_host;
  Ring<Message> to_executive;
};

// The arena follows: buffers of requests, at WDM_HOST_INFO::Arena. Its first part is allocated by the Executive, the
// last kHostArena bytes by the host itself (Answer::kIrp, Answer::kService).
inline constexpr uint32_t kArenaSize = 0x40'0000;
inline constexpr uint32_t kHostArena = 0x10'0000;

// Answer::kService: a service of the table run on behalf of a parked fiber. Pointers are addresses in the host. The
// outcome comes with Command::kDone: status.
struct ServiceCall {
  uint32_t number;
  uint32_t count;
  uint64_t words[17];
};

// Command::kLoadDriver.
struct DriverStart {
  uint16_t name_length;      // bytes of the service's name
  uint16_t registry_length;  // bytes of its registry path
  uint16_t object_length;    // bytes of the driver object's name, `\Driver\x`
  uint16_t flags;            // 1: legacy (DriverEntry makes its devices); 2: only an image for others' imports
  char16_t text[1];          // the three texts, one after the other, not terminated
};

// Command::kAddDevice: a device object that lives in another host (or in the Executive).
struct DeviceDescription {
  uint32_t device_type;
  uint32_t characteristics;
  uint32_t flags;       // DO_*
  uint32_t stack_size;  // of the IRPs that it takes, this and everything below
  uint32_t alignment;
  uint32_t sector_size;
};

// IRP_MJ_PNP: what goes through the buffer instead of pointers. The runtime puts the routine's result there and frees
// it.
//   QUERY_ID, QUERY_DEVICE_TEXT      out: the text(s), UTF-16, terminated as WDK says
//   QUERY_DEVICE_RELATIONS           out: uint64_t count, then DeviceRelation each
//   QUERY_RESOURCES                  out: CM_RESOURCE_LIST          information = its bytes, 0 none
//   QUERY_RESOURCE_REQUIREMENTS      out: IO_RESOURCE_REQUIREMENTS_LIST
//   FILTER_RESOURCE_REQUIREMENTS     in and out: IO_RESOURCE_REQUIREMENTS_LIST
//   QUERY_CAPABILITIES               in and out: DEVICE_CAPABILITIES
//   QUERY_BUS_INFORMATION            out: PNP_BUS_INFORMATION
//   QUERY_PNP_DEVICE_STATE           information = the state
//   START_DEVICE                     in: uint32_t length of the raw list, uint32_t length of the translated one, then
//   both QUERY_INTERFACE                  between hosts: see wdm/host (BUS_INTERFACE_STANDARD becomes
//   READ/WRITE_CONFIG) READ_CONFIG, WRITE_CONFIG        the bytes
struct DeviceRelation {
  uint64_t device;  // its id
  uint64_t cookie;
};
// Room that the Executive gives for an answer of unknown size.
inline constexpr uint32_t kPnpBuffer = 0x4000;

}  // namespace host

// WdmAttachHost: what a new host process is told. Sizes in bytes.
struct WDM_HOST_INFO {
  uint64_t Area;   // address of host::Area
  uint64_t Arena;  // address of the arena
  uint32_t AreaSize;
  uint32_t ArenaSize;
  uint32_t TimerResolution;  // units of 100 ns
  uint32_t Id;               // of the host
  char16_t Name[32];         // for messages
  // Interrupt time = (TSC - TscStart) * TscMultiplier >> 48, to the unit what the Executive has.
  uint64_t TscStart;
  uint64_t TscMultiplier;
};

// WdmCreateDevice.
struct WDM_DEVICE_CREATE {
  uint64_t Driver;           // the driver's cookie
  uint64_t Cookie;           // what Request::device will say
  uint32_t DeviceType;       // FILE_DEVICE_*
  uint32_t Characteristics;  // FILE_DEVICE_SECURE_OPEN, ...
  uint32_t Flags;            // DO_*
  uint32_t StackSize;
  uint32_t Exclusive;
  uint32_t Alignment;
};

// WdmUpdateDevice: what a driver may have changed in its DEVICE_OBJECT since.
struct WDM_DEVICE_STATE {
  uint32_t Flags;
  uint32_t StackSize;
  uint32_t Alignment;
  uint32_t DeviceType;
  uint32_t Characteristics;
  uint32_t SectorSize;
};

// WdmConnectInterrupt.
struct WDM_INTERRUPT {
  uint32_t Vector;   // the translated vector of the assignment
  uint32_t Message;  // message number, or ~0 for a line
  uint32_t Index;    // out: bit of the interrupt badge; slot kFirstInterruptSlot + Index
  uint32_t Flags;    // out: 1 = acknowledge after the routine (level), 2 = shared: answer through kSharedLineSlot with
                     // bit 1 << Index
};

// WdmOpenDevice (IoGetDeviceObjectPointer): the device at the top of the stack that the name opened. Device is its id,
// Cookie the host's own when the device lives in this host, otherwise 0.
struct WDM_DEVICE_OPENED {
  uint64_t Device;
  uint64_t Cookie;
  uint64_t File;  // id of the file object
  host::DeviceDescription Description;
};
