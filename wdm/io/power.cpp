// Power IRPs. Facts: learn.microsoft.com, PoRequestPowerIrp, PoStartNextPowerIrp, PoSetPowerState.

#include "iop.hpp"

#include <wdmp/pool.hpp>

namespace io {
namespace {

struct PowerRequest {
  PREQUEST_POWER_COMPLETE routine;
  PVOID context;
  PDEVICE_OBJECT device;
  POWER_STATE state;
  UCHAR minor;
};

NTSTATUS NTAPI PowerDone(PDEVICE_OBJECT, PIRP irp, PVOID context) {
  auto *request = static_cast<PowerRequest *>(context);
  if (request->routine != nullptr) {
    request->routine(request->device, request->minor, request->state, request->context, &irp->IoStatus);
  }
  PDEVICE_OBJECT device = request->device;
  wdm::PoolFree(request);
  IoFreeIrp(irp);
  ObDereferenceObject(device);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

}  // namespace
}  // namespace io

extern "C" {

// WDK: PoRequestPowerIrp: sends a device power IRP (or wait/wake) to the top of the stack. STATUS_PENDING: on its way;
// STATUS_INVALID_PARAMETER_2, STATUS_INSUFFICIENT_RESOURCES. IRQL <= DISPATCH_LEVEL.
NTSTATUS NTAPI PoRequestPowerIrp(PDEVICE_OBJECT DeviceObject, UCHAR MinorFunction, POWER_STATE PowerState,
                                 PREQUEST_POWER_COMPLETE CompletionFunction, PVOID Context, PIRP *Irp) {
  if (MinorFunction != IRP_MN_WAIT_WAKE && MinorFunction != IRP_MN_QUERY_POWER && MinorFunction != IRP_MN_SET_POWER) {
    return STATUS_INVALID_PARAMETER_2;
  }
  PDEVICE_OBJECT top = io::TopDevice(DeviceObject);
  PIRP irp = IoAllocateIrp(static_cast<CCHAR>(top->StackSize + 1), FALSE);
  auto *request = wdm::PoolNew<io::PowerRequest>(io::kTag);
  if (irp == nullptr || request == nullptr) {
    if (irp != nullptr) {
      IoFreeIrp(irp);
    }
    if (request != nullptr) {
      wdm::PoolFree(request);
    }
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  *request = {.routine = CompletionFunction,
              .context = Context,
              .device = DeviceObject,
              .state = PowerState,
              .minor = MinorFunction};
  ObReferenceObject(DeviceObject);
  irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
  // A location of our own, where the device of the request stands for the completion routine.
  IoSetNextIrpStackLocation(irp);
  PIO_STACK_LOCATION location = IoGetNextIrpStackLocation(irp);
  location->MajorFunction = IRP_MJ_POWER;
  location->MinorFunction = MinorFunction;
  if (MinorFunction == IRP_MN_WAIT_WAKE) {
    location->Parameters.WaitWake.PowerState = PowerState.SystemState;
  } else {
    location->Parameters.Power.Type = DevicePowerState;
    location->Parameters.Power.State = PowerState;
  }
  IoSetCompletionRoutine(irp, io::PowerDone, request, TRUE, TRUE, TRUE);
  if (Irp != nullptr) {
    *Irp = irp;
  }
  PoCallDriver(top, irp);
  return STATUS_PENDING;
}

// WDK: PoStartNextPowerIrp: nothing to do since Windows Vista; power IRPs are not serialised by the system.
#undef PoStartNextPowerIrp
void NTAPI PoStartNextPowerIrp(PIRP) {}

// WDK: PoSetPowerState: the previous state.
POWER_STATE NTAPI PoSetPowerState(PDEVICE_OBJECT DeviceObject, POWER_STATE_TYPE Type, POWER_STATE State) {
  POWER_STATE &known = io::Extension(DeviceObject)->power[Type == DevicePowerState ? 1 : 0];
  POWER_STATE old = known;
  known = State;
  return old;
}

}  // extern "C"
