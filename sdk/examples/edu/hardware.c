// Registers, interrupt and DMA.

#include "edu.h"

// Ten seconds: the device needs a tenth of one for a transfer.
#define PATIENCE (-10LL * 10 * 1000 * 1000)

static ULONG Read(const DEVICE *device, ULONG at) { return READ_REGISTER_ULONG((PULONG)(device->registers + at)); }

static void Write(const DEVICE *device, ULONG at, ULONG value) {
  WRITE_REGISTER_ULONG((PULONG)(device->registers + at), value);
}

static void WriteAddress(const DEVICE *device, ULONG at, ULONGLONG value) {
  Write(device, at, (ULONG)value);
  Write(device, at + 4, (ULONG)(value >> 32));
}

static BOOLEAN TakeInterrupt(DEVICE *device) {
  ULONG causes = Read(device, EDU_INTERRUPT_STATUS);
  if (causes == 0) {
    return FALSE;  // a line is shared: somebody else's
  }
  Write(device, EDU_INTERRUPT_ACKNOWLEDGE, causes);
  InterlockedIncrement(&device->interrupts);
  InterlockedOr(&device->causes, (LONG)causes);
  KeInsertQueueDpc(&device->dpc, NULL, NULL);
  return TRUE;
}

static KSERVICE_ROUTINE LineService;
static BOOLEAN LineService(PKINTERRUPT interrupt, PVOID context) {
  UNREFERENCED_PARAMETER(interrupt);
  return TakeInterrupt(context);
}

static KMESSAGE_SERVICE_ROUTINE MessageService;
static BOOLEAN MessageService(PKINTERRUPT interrupt, PVOID context, ULONG message) {
  UNREFERENCED_PARAMETER(interrupt);
  UNREFERENCED_PARAMETER(message);
  return TakeInterrupt(context);
}

static KDEFERRED_ROUTINE Deferred;
static void Deferred(PKDPC dpc, PVOID context, PVOID first, PVOID second) {
  UNREFERENCED_PARAMETER(dpc);
  UNREFERENCED_PARAMETER(first);
  UNREFERENCED_PARAMETER(second);
  DEVICE *device = context;
  LONG causes = InterlockedExchange(&device->causes, 0);
  if ((causes & device->expected) != 0) {
    KeSetEvent(&device->done, IO_NO_INCREMENT, FALSE);
  }
}

static NTSTATUS ConnectInterrupt(DEVICE *device) {
  IO_CONNECT_INTERRUPT_PARAMETERS connect;
  RtlZeroMemory(&connect, sizeof(connect));
  connect.Version = CONNECT_MESSAGE_BASED;
  connect.MessageBased.PhysicalDeviceObject = device->physical;
  connect.MessageBased.MessageServiceRoutine = MessageService;
  connect.MessageBased.FallBackServiceRoutine = LineService;
  connect.MessageBased.ServiceContext = device;
  // One place for both: Version says afterwards which one it is.
  connect.MessageBased.ConnectionContext.InterruptMessageTable = &device->messages;
  NTSTATUS status = IoConnectInterruptEx(&connect);
  if (NT_SUCCESS(status)) {
    device->connected = connect.Version;
    if (connect.Version == CONNECT_LINE_BASED) {
      device->interrupt = (PKINTERRUPT)device->messages;
      device->messages = NULL;
    }
  }
  return status;
}

static void DisconnectInterrupt(DEVICE *device) {
  if (device->connected == 0) {
    return;
  }
  IO_DISCONNECT_INTERRUPT_PARAMETERS disconnect;
  disconnect.Version = device->connected;
  if (device->connected == CONNECT_MESSAGE_BASED) {
    disconnect.ConnectionContext.InterruptMessageTable = device->messages;
  } else {
    disconnect.ConnectionContext.InterruptObject = device->interrupt;
  }
  IoDisconnectInterruptEx(&disconnect);
  device->connected = 0;
  device->messages = NULL;
  device->interrupt = NULL;
}

// The device has 28 address lines, of which a description of version 1 cannot tell: without Dma32BitAddresses the
// buffer is below 16 MB.
static NTSTATUS MakeBuffer(DEVICE *device) {
  DEVICE_DESCRIPTION description;
  RtlZeroMemory(&description, sizeof(description));
  description.Version = DEVICE_DESCRIPTION_VERSION;
  description.Master = TRUE;
  description.InterfaceType = PCIBus;
  description.MaximumLength = EDU_MEMORY;
  ULONG registers;
  device->adapter = IoGetDmaAdapter(device->physical, &description, &registers);
  if (device->adapter == NULL) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  device->buffer =
      device->adapter->DmaOperations->AllocateCommonBuffer(device->adapter, EDU_MEMORY, &device->bus_address, TRUE);
  return device->buffer == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static NTSTATUS MapRegisters(DEVICE *device, PCM_RESOURCE_LIST translated) {
  if (translated == NULL || translated->Count == 0) {
    return STATUS_DEVICE_CONFIGURATION_ERROR;
  }
  PCM_PARTIAL_RESOURCE_LIST list = &translated->List[0].PartialResourceList;
  for (ULONG i = 0; i < list->Count; i++) {
    PCM_PARTIAL_RESOURCE_DESCRIPTOR resource = &list->PartialDescriptors[i];
    if (resource->Type == CmResourceTypeMemory && resource->u.Memory.Length >= EDU_REGISTERS) {
      device->length = PAGE_SIZE;
      device->registers = MmMapIoSpace(resource->u.Memory.Start, device->length, MmNonCached);
      return device->registers == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    }
  }
  return STATUS_DEVICE_CONFIGURATION_ERROR;
}

// Somebody answers there, and it is an edu device.
static NTSTATUS CheckIdentity(const DEVICE *device) {
  Write(device, EDU_LIVENESS, 0x12345678);
  return (Read(device, EDU_IDENTIFICATION) & 0xFFFF) == 0x00ED && Read(device, EDU_LIVENESS) == ~0x12345678u
             ? STATUS_SUCCESS
             : STATUS_NO_SUCH_DEVICE;
}

NTSTATUS StartHardware(DEVICE *device, PCM_RESOURCE_LIST translated) {
  KeInitializeDpc(&device->dpc, Deferred, device);
  NTSTATUS status = MapRegisters(device, translated);
  if (NT_SUCCESS(status)) {
    status = CheckIdentity(device);
  }
  if (NT_SUCCESS(status)) {
    status = MakeBuffer(device);
  }
  if (NT_SUCCESS(status)) {
    status = ConnectInterrupt(device);
  }
  if (!NT_SUCCESS(status)) {
    StopHardware(device);
  }
  return status;
}

void StopHardware(DEVICE *device) {
  DisconnectInterrupt(device);
  KeFlushQueuedDpcs();
  if (device->buffer != NULL) {
    device->adapter->DmaOperations->FreeCommonBuffer(device->adapter, EDU_MEMORY, device->bus_address, device->buffer,
                                                     TRUE);
    device->buffer = NULL;
  }
  if (device->adapter != NULL) {
    device->adapter->DmaOperations->PutDmaAdapter(device->adapter);
    device->adapter = NULL;
  }
  if (device->registers != NULL) {
    MmUnmapIoSpace(device->registers, device->length);
    device->registers = NULL;
  }
}

static void Expect(DEVICE *device, LONG cause) {
  KeClearEvent(&device->done);
  device->expected = cause;
}

static NTSTATUS WaitForInterrupt(DEVICE *device) {
  LARGE_INTEGER patience;
  patience.QuadPart = PATIENCE;
  NTSTATUS status = KeWaitForSingleObject(&device->done, Executive, KernelMode, FALSE, &patience);
  device->expected = 0;
  return status == STATUS_TIMEOUT ? STATUS_IO_TIMEOUT : status;
}

// The caller has taken `idle`.
NTSTATUS Factorial(DEVICE *device, ULONG number, ULONG *result) {
  Expect(device, EDU_CAUSE_FACTORIAL);
  Write(device, EDU_STATUS, EDU_STATUS_INTERRUPT);
  Write(device, EDU_FACTORIAL, number);
  NTSTATUS status = WaitForInterrupt(device);
  Write(device, EDU_STATUS, 0);
  *result = Read(device, EDU_FACTORIAL);
  return status;
}

// The caller has taken `idle` and checked offset and length.
NTSTATUS Transfer(DEVICE *device, BOOLEAN to_device, ULONG offset, PVOID data, ULONG length) {
  ULONGLONG inside = EDU_MEMORY_BASE + offset;
  ULONGLONG outside = (ULONGLONG)device->bus_address.QuadPart;
  if (to_device) {
    RtlCopyMemory(device->buffer, data, length);
  }
  KeMemoryBarrier();
  WriteAddress(device, EDU_DMA_SOURCE, to_device ? outside : inside);
  WriteAddress(device, EDU_DMA_DESTINATION, to_device ? inside : outside);
  WriteAddress(device, EDU_DMA_COUNT, length);
  Expect(device, EDU_CAUSE_DMA);
  Write(device, EDU_DMA_COMMAND, EDU_DMA_START | EDU_DMA_INTERRUPT | (to_device ? 0 : EDU_DMA_TO_MEMORY));
  NTSTATUS status = WaitForInterrupt(device);
  if (NT_SUCCESS(status) && !to_device) {
    RtlCopyMemory(data, device->buffer, length);
  }
  return status;
}
