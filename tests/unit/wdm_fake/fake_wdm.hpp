// The host side of a driver under test.
#pragma once

#include <ntddk.h>

#include <cstdint>
#include <vector>

namespace fake {

/// Simulated hardware behind ports.
class Ports {
 public:
  virtual ~Ports() = default;
  virtual UCHAR Read(ULONG_PTR port) = 0;
  virtual void Write(ULONG_PTR port, UCHAR value) = 0;
};

/// One request with its buffer; completed once.
struct Request {
  IRP irp;                     // first: an IRP is its request
  IO_STACK_LOCATION stack[4];  // the driver's is [3]
  std::vector<UCHAR> buffer;
  bool done;
  bool more_processing;

  NTSTATUS Status() const { return irp.IoStatus.Status; }
  ULONG_PTR Information() const { return irp.IoStatus.Information; }
  IO_STACK_LOCATION *Current() { return &stack[3]; }
};

/// Everything back to the beginning; `ports` stays the caller's.
void Reset(Ports *ports);

/// Moves the clock; timers and what follows run in order.
void Advance(ULONGLONG milliseconds);
/// Every 100 ns tick the hardware may act: called while a driver waits or stalls.
void OnTime(void (*hook)(void *), void *context);
/// Interrupt-driven work pending at the current IRQL runs.
void Settle();

/// A device asks for (edge-triggered) attention on its vector.
void Raise(ULONG vector);
/// Connects without PnP, for drivers whose start is not under test.
PKINTERRUPT Connect(PKSERVICE_ROUTINE routine, PVOID context, ULONG vector, KIRQL irql);
ULONG Connected();

KIRQL Irql();
/// Pool bytes that are out.
size_t PoolInUse();
/// The n-th allocation from now fails; 0: none.
void FailAllocation(unsigned n);
unsigned InvalidatedDevices();
/// The device object made last.
PDEVICE_OBJECT LastDevice();

Request *NewRequest(UCHAR major, ULONG buffer, PFILE_OBJECT file = nullptr);
void Cancel(Request *request, PDEVICE_OBJECT device);
void Free(Request *request);

}  // namespace fake
