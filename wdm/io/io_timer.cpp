// The timer of a device object: its routine once a second at DISPATCH_LEVEL. Facts: learn.microsoft.com,
// IoInitializeTimer, IoStartTimer, IoStopTimer.

#include "iop.hpp"

#include <wdmp/pool.hpp>

typedef struct _IO_TIMER IO_TIMER;

struct _IO_TIMER {
  CSHORT type;
  PIO_TIMER_ROUTINE routine;
  PVOID context;
  PDEVICE_OBJECT device;
  KTIMER timer;
  KDPC dpc;
};

namespace {

constexpr LONG kPeriod = 1000;  // ms

void NTAPI Tick(PKDPC, PVOID context, PVOID, PVOID) {
  auto *timer = static_cast<PIO_TIMER>(context);
  timer->routine(timer->device, timer->context);
}

}  // namespace

namespace io {

void DeleteTimer(PDEVICE_OBJECT device) {
  if (device->Timer != nullptr) {
    KeCancelTimer(&device->Timer->timer);
    KeRemoveQueueDpc(&device->Timer->dpc);
    wdm::PoolFree(device->Timer);
    device->Timer = nullptr;
  }
}

}  // namespace io

extern "C" {

// STATUS_INSUFFICIENT_RESOURCES. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoInitializeTimer(PDEVICE_OBJECT DeviceObject, PIO_TIMER_ROUTINE TimerRoutine, PVOID Context) {
  PIO_TIMER timer = DeviceObject->Timer;
  if (timer == nullptr) {
    timer = wdm::PoolNew<IO_TIMER>(io::kTag);
    if (timer == nullptr) {
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    timer->type = IO_TYPE_TIMER;
    timer->device = DeviceObject;
    KeInitializeTimer(&timer->timer);
    KeInitializeDpc(&timer->dpc, Tick, timer);
    DeviceObject->Timer = timer;
  }
  timer->routine = TimerRoutine;
  timer->context = Context;
  return STATUS_SUCCESS;
}

// IRQL <= DISPATCH_LEVEL.
void NTAPI IoStartTimer(PDEVICE_OBJECT DeviceObject) {
  PIO_TIMER timer = DeviceObject->Timer;
  LARGE_INTEGER due;
  due.QuadPart = -kPeriod * 10'000LL;
  KeSetTimerEx(&timer->timer, due, kPeriod, &timer->dpc);
}

void NTAPI IoStopTimer(PDEVICE_OBJECT DeviceObject) { KeCancelTimer(&DeviceObject->Timer->timer); }

}  // extern "C"
