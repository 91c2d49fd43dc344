// IoConnectInterrupt and its relatives.

#include "interrupt_object.hpp"

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>
#include <wdmp/resources.hpp>

using namespace ke;

namespace {

constexpr ULONG kLine = ~ULONG{0};

KIRQL Highest(KIRQL a, KIRQL b) { return a > b ? a : b; }

bool IsInterrupt(const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor) {
  return descriptor.Type == CmResourceTypeInterrupt;
}

bool IsMessage(const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor) {
  return IsInterrupt(descriptor) && (descriptor.Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;
}

bool IsLevel(const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor) {
  return (descriptor.Flags & CM_RESOURCE_INTERRUPT_LATCHED) == 0;
}

struct Assignment {
  const CM_PARTIAL_RESOURCE_LIST *raw;
  const CM_PARTIAL_RESOURCE_LIST *translated;
};

bool Find(PDEVICE_OBJECT device, Assignment &assignment) {
  return FindResources(device, &assignment.raw, &assignment.translated) && assignment.translated != nullptr;
}

ULONG MessageCount(const Assignment &assignment, ULONG index) {
  if (assignment.raw == nullptr || index >= assignment.raw->Count ||
      !IsMessage(assignment.raw->PartialDescriptors[index])) {
    return 1;
  }
  ULONG count = assignment.raw->PartialDescriptors[index].u.MessageInterrupt.Raw.MessageCount;
  return count == 0 ? 1 : count;
}

NTSTATUS ConnectLine(const IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS &line, PKSERVICE_ROUTINE routine) {
  Assignment assignment;
  if (line.PhysicalDeviceObject == nullptr || routine == nullptr || line.InterruptObject == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  if (!Find(line.PhysicalDeviceObject, assignment)) {
    return STATUS_NOT_FOUND;
  }
  for (ULONG i = 0; i < assignment.translated->Count; i += 1) {
    const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor = assignment.translated->PartialDescriptors[i];
    if (!IsInterrupt(descriptor) || IsMessage(descriptor)) {
      continue;
    }
    auto irql = static_cast<KIRQL>(descriptor.u.Interrupt.Level);
    return Connect({routine, nullptr, line.ServiceContext, line.SpinLock, descriptor.u.Interrupt.Vector, kLine, irql,
                    Highest(irql, line.SynchronizeIrql), IsLevel(descriptor)},
                   line.InterruptObject);
  }
  return STATUS_NOT_FOUND;
}

NTSTATUS ConnectFully(const IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS &full) {
  if (full.ServiceRoutine == nullptr || full.InterruptObject == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  return Connect({full.ServiceRoutine, nullptr, full.ServiceContext, full.SpinLock, full.Vector, kLine, full.Irql,
                  Highest(full.Irql, full.SynchronizeIrql), full.InterruptMode == LevelSensitive},
                 full.InterruptObject);
}

void FreeTable(PIO_INTERRUPT_MESSAGE_INFO table) {
  for (ULONG i = 0; i < table->MessageCount; i += 1) {
    if (table->MessageInfo[i].InterruptObject != nullptr) {
      Disconnect(table->MessageInfo[i].InterruptObject);
    }
  }
  wdm::PoolFree(table);
}

// Connects message `number` of a descriptor into the table's next entry.
NTSTATUS ConnectMessage(const IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS &message,
                        const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor, ULONG number, ULONG id, KIRQL irql,
                        IO_INTERRUPT_MESSAGE_INFO_ENTRY &entry) {
  const auto &translated = descriptor.u.MessageInterrupt.Translated;
  entry.Vector = translated.Vector + number;
  entry.Irql = static_cast<KIRQL>(translated.Level);
  entry.Mode = Latched;
  entry.Polarity = InterruptActiveHigh;
  entry.TargetProcessorSet = 1;
  return Connect({nullptr, message.MessageServiceRoutine, message.ServiceContext, message.SpinLock, entry.Vector, id,
                  entry.Irql, Highest(irql, entry.Irql), false},
                 &entry.InterruptObject);
}

NTSTATUS ConnectMessages(IO_CONNECT_INTERRUPT_PARAMETERS &parameters) {
  IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS &message = parameters.MessageBased;
  Assignment assignment;
  if (message.PhysicalDeviceObject == nullptr || message.MessageServiceRoutine == nullptr ||
      message.ConnectionContext.Generic == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  if (!Find(message.PhysicalDeviceObject, assignment)) {
    return STATUS_NOT_FOUND;
  }
  ULONG count = 0;
  KIRQL irql = message.SynchronizeIrql;
  for (ULONG i = 0; i < assignment.translated->Count; i += 1) {
    const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor = assignment.translated->PartialDescriptors[i];
    if (IsMessage(descriptor)) {
      count += MessageCount(assignment, i);
      irql = Highest(irql, static_cast<KIRQL>(descriptor.u.MessageInterrupt.Translated.Level));
    }
  }
  if (count == 0) {
    if (message.FallBackServiceRoutine == nullptr) {
      return STATUS_NOT_FOUND;
    }
    parameters.Version = CONNECT_LINE_BASED;
    return ConnectLine(
        {message.PhysicalDeviceObject, message.ConnectionContext.InterruptObject, message.FallBackServiceRoutine,
         message.ServiceContext, message.SpinLock, message.SynchronizeIrql, message.FloatingSave},
        message.FallBackServiceRoutine);
  }
  size_t size = FIELD_OFFSET(IO_INTERRUPT_MESSAGE_INFO, MessageInfo) + count * sizeof(IO_INTERRUPT_MESSAGE_INFO_ENTRY);
  auto *table = static_cast<PIO_INTERRUPT_MESSAGE_INFO>(wdm::PoolAllocateZero(size, wdm::PoolTag("Intr")));
  if (table == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  table->UnifiedIrql = irql;
  table->MessageCount = count;
  // Seen by the routine as soon as the first message is connected.
  *message.ConnectionContext.InterruptMessageTable = table;
  ULONG id = 0;
  for (ULONG i = 0; i < assignment.translated->Count; i += 1) {
    const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor = assignment.translated->PartialDescriptors[i];
    ULONG messages = IsMessage(descriptor) ? MessageCount(assignment, i) : 0;
    for (ULONG number = 0; number < messages; number += 1, id += 1) {
      NTSTATUS status = ConnectMessage(message, descriptor, number, id, irql, table->MessageInfo[id]);
      if (!NT_SUCCESS(status)) {
        *message.ConnectionContext.InterruptMessageTable = nullptr;
        FreeTable(table);
        return status;
      }
    }
  }
  return STATUS_SUCCESS;
}

// For one object, or for all of a message table.
void SetInactive(const IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS &parameters, bool inactive) {
  AtHigh guard;
  if (parameters.Version != CONNECT_MESSAGE_BASED) {
    parameters.ConnectionContext.InterruptObject->inactive = inactive;
    return;
  }
  PIO_INTERRUPT_MESSAGE_INFO table = parameters.ConnectionContext.InterruptMessageTable;
  for (ULONG i = 0; i < table->MessageCount; i += 1) {
    table->MessageInfo[i].InterruptObject->inactive = inactive;
  }
}

}  // namespace

extern "C" {

/// Connects a routine to a vector of the device's assignment.
///   STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES, STATUS_ACCESS_DENIED (the vector is not the device's)
/// Source: IoConnectInterrupt (WDK).
NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *InterruptObject, PKSERVICE_ROUTINE ServiceRoutine, PVOID ServiceContext,
                                  PKSPIN_LOCK SpinLock, ULONG Vector, KIRQL Irql, KIRQL SynchronizeIrql,
                                  KINTERRUPT_MODE InterruptMode, BOOLEAN, KAFFINITY, BOOLEAN) {
  if (InterruptObject == nullptr || ServiceRoutine == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  return Connect({ServiceRoutine, nullptr, ServiceContext, SpinLock, Vector, kLine, Irql,
                  Highest(Irql, SynchronizeIrql), InterruptMode == LevelSensitive},
                 InterruptObject);
}

/// Source: IoDisconnectInterrupt (WDK).
VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject) { Disconnect(InterruptObject); }

/// Connects as Parameters->Version says: CONNECT_FULLY_SPECIFIED(_GROUP), CONNECT_LINE_BASED, CONNECT_MESSAGE_BASED
/// (which falls back to a line when the device has no messages). STATUS_INVALID_PARAMETER with Version = the newest
/// known for an unknown one; STATUS_NOT_FOUND: the device has no such interrupt. Source: IoConnectInterruptEx (WDK).
NTSTATUS NTAPI IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS Parameters) {
  switch (Parameters->Version) {
    case CONNECT_FULLY_SPECIFIED:
    case CONNECT_FULLY_SPECIFIED_GROUP:
      return ConnectFully(Parameters->FullySpecified);
    case CONNECT_LINE_BASED:
      return ConnectLine(Parameters->LineBased, Parameters->LineBased.ServiceRoutine);
    case CONNECT_MESSAGE_BASED:
      return ConnectMessages(*Parameters);
    default:
      Parameters->Version = CONNECT_FULLY_SPECIFIED_GROUP;
      return STATUS_INVALID_PARAMETER;
  }
}

/// Source: IoDisconnectInterruptEx (WDK).
VOID NTAPI IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters) {
  if (Parameters->Version == CONNECT_MESSAGE_BASED) {
    FreeTable(Parameters->ConnectionContext.InterruptMessageTable);
  } else {
    Disconnect(Parameters->ConnectionContext.InterruptObject);
  }
}

/// The routines are called again. Source: IoReportInterruptActive (WDK).
VOID NTAPI IoReportInterruptActive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters) {
  SetInactive(*Parameters, false);
}

/// The device is asleep: its routines are not called, though the line stays connected.
/// Source: IoReportInterruptInactive (WDK).
VOID NTAPI IoReportInterruptInactive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters) {
  SetInactive(*Parameters, true);
}

}  // extern "C"
