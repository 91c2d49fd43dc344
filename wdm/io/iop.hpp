#pragma once
// Inside the I/O manager half of wdm.dll: what its files and the ring share.

#include <ntifs.h>

#include <wdm/host.h>
#include <wdmp/device.hpp>
#include <wdmp/driver.hpp>

#include <cstddef>
#include <cstdint>

namespace io {

inline constexpr uint32_t kTag = 0x206f'4957;  // "WIo "

inline constexpr ULONG kIrqlUnexpectedValue = 0xC8;  // IRQL_UNEXPECTED_VALUE

// IRP::AllocationFlags: ours, beside IRP_LOOKASIDE_ALLOCATION and its like.
inline constexpr UCHAR kIncomingIrp = 0x40;  // the Executive's: lies in an Incoming
inline constexpr UCHAR kThreadedIrp = 0x80;  // IoBuildSynchronousFsdRequest, IoBuildDeviceIoControlRequest

// An IRP that the Executive sent, with what its answer needs. Recycled through free lists by size of the stack.
struct Incoming {
  Incoming *next;  // free list, or the chain of its bucket
  uint32_t id;
  uint8_t major;
  uint8_t minor;
  uint8_t size_class;
  bool copies_out;    // the answer has data in `buffer`
  uint32_t capacity;  // of the data that go back
  uint32_t buffer_length;
  uint32_t process;
  uint32_t thread;
  void *buffer;       // in the arena
  PFILE_OBJECT file;  // IRP_MJ_CREATE: the new one; IRP_MJ_CLEANUP, IRP_MJ_CLOSE: referenced
  void *extra;        // pool memory that goes with the IRP
  PDEVICE_OBJECT device;
  alignas(16) IRP irp;  // its stack locations follow
};

inline Incoming *IncomingOf(PIRP irp) { return CONTAINING_RECORD(irp, Incoming, irp); }

// ---- incoming.cpp
// Makes the IRP of a ring entry; null when it was answered at once (no such device, no memory).
PIRP PrepareIncoming(const host::Request &request);
// Calls the dispatch routine.
void DispatchIncoming(PIRP irp);
// The IRP came back to its top: answers the Executive.
void FinishIncoming(PIRP irp);
// Command::kCancel.
void CancelIncoming(uint32_t id);
// Answers a command that is no IRP; nothing when `id` is 0. `detail` goes into parameters[0]: of kLoadDriver, 1 = the
// driver has a DriverUnload, 2 = an AddDevice.
void Answer(uint32_t id, NTSTATUS status, uint64_t information = 0, uint64_t detail = 0);

// ---- remote.cpp
// IoCallDriver on a proxy.
NTSTATUS CallRemote(PDEVICE_OBJECT device, PIRP irp);
// Command::kDone.
void CompleteSubmitted(const host::Request &request);

// What a cookie of Answer::kIrp and Answer::kService points to.
struct Submitted {
  void (*complete)(Submitted *self, const host::Request &request);
};

// ---- pnp.cpp: IRP_MJ_PNP across the ring, <wdm/host.h>
// Fills in the stack location's pointers. False: no memory or nonsense; the IRP is answered with `status`.
bool PreparePnp(Incoming &incoming, const host::Request &request, NTSTATUS &status);
// Puts the outcome into the buffer; returns the bytes to be taken over and changes status and information.
uint32_t FinishPnp(Incoming &incoming, NTSTATUS &status, uint64_t &information);
// The reverse, for IRPs sent to another host. The room wanted for the buffer, 0 for none.
uint32_t RemotePnpLength(PIRP irp);
void PackRemotePnp(PIRP irp, uint8_t *buffer, uint32_t length);
// Takes the outcome over into irp->IoStatus.
void UnpackRemotePnp(PIRP irp, const uint8_t *buffer, uint32_t length, NTSTATUS status, uint64_t information);
// IRP_MN_QUERY_INTERFACE on a proxy. True when it was answered; `status` is then the IRP's.
bool AnswerInterface(PDEVICE_OBJECT device, PIO_STACK_LOCATION location, NTSTATUS &status);

// ---- device.cpp
// The device that a cookie names, or null when it is gone. Cookies are what the Executive knows of our devices.
PDEVICE_OBJECT DeviceOfCookie(uint64_t cookie);
uint64_t CookieOf(PDEVICE_OBJECT device);
// Command::kForgetDevice.
void ForgetDevice(uint64_t id);
// An open file of the device: keeps it when the driver deletes it.
void ReferenceOpen(PDEVICE_OBJECT device);
void DereferenceOpen(PDEVICE_OBJECT device);
// The device's IoInitializeTimer timer goes with it (io_timer.cpp).
void DeleteTimer(PDEVICE_OBJECT device);
// The device is on its way out: nothing new may be sent to it.
bool IsDeleted(PDEVICE_OBJECT device);

// ---- driver.cpp
uint64_t DriverCookie(PDRIVER_OBJECT driver);
// The driver object of proxies: its dispatch routines are never called.
PDRIVER_OBJECT ProxyDriver();

// ---- file.cpp
// A FILE_OBJECT for the Executive's file `id`; null: no memory.
PFILE_OBJECT CreateFileObject(uint64_t id, PDEVICE_OBJECT device, const void *name, uint32_t name_length);
// The file object of that id with a reference, or null.
PFILE_OBJECT ReferenceFile(uint64_t id);
// The id of a file object, 0 for null or for one that the Executive does not know.
uint64_t FileId(const FILE_OBJECT *file);
// The file was opened in this host: it holds its device.
void OpenCounts(PFILE_OBJECT file);
// Lets the file object keep a handle that is closed with it.
void KeepHandle(PFILE_OBJECT file, HANDLE handle);
HANDLE FileHandle(PFILE_OBJECT file);
// The last reference is gone.
void DestroyFile(PFILE_OBJECT file);
// Command::kDetachFile.
void DetachFile(uint64_t cookie);

// ---- notify.cpp
// Command::kNotify.
void Notify(const host::Request &request);

// ---- build.cpp
// The end of an IRP of IoBuildSynchronousFsdRequest or IoBuildDeviceIoControlRequest.
void FinishThreaded(PIRP irp);

}  // namespace io
