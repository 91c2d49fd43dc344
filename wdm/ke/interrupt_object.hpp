#pragma once
// Interrupt objects and lines.

#include <ntifs.h>
#include <wdm/host.h>

struct _KINTERRUPT {
  CSHORT Type;  // 22
  CSHORT Size;
  _KINTERRUPT *next;  // on the same line
  PKSERVICE_ROUTINE routine;
  PKMESSAGE_SERVICE_ROUTINE message_routine;
  PVOID context;
  PKSPIN_LOCK lock;
  KSPIN_LOCK own_lock;
  ULONG vector;
  ULONG message;
  ULONG index;
  KIRQL irql;
  KIRQL synchronize_irql;
  bool level;
  bool inactive;  // IoReportInterruptInactive
};

namespace ke {

struct InterruptParameters {
  PKSERVICE_ROUTINE routine;
  PKMESSAGE_SERVICE_ROUTINE message_routine;
  PVOID context;
  PKSPIN_LOCK lock;
  ULONG vector;
  ULONG message;
  KIRQL irql;
  KIRQL synchronize_irql;
  bool level;
};

/// Makes an interrupt object and connects it; the first one of a host starts the interrupt thread.
/// STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER; statuses of WdmConnectInterrupt (STATUS_ACCESS_DENIED: the
/// vector is not in the device's assignment). IRQL PASSIVE_LEVEL.
NTSTATUS Connect(const InterruptParameters &parameters, PKINTERRUPT *interrupt);

/// Takes an interrupt object off its line and frees it.
void Disconnect(PKINTERRUPT interrupt);

}  // namespace ke
