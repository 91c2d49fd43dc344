// IRPs for devices of other hosts: the Executive carries them (Answer::kIrp), the outcome comes as Command::kDone.

#include <wdmp/arena.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/mdl.hpp>
#include <wdmp/pool.hpp>
#include <wdmp/ring.hpp>

#include "iop.hpp"

#include <algorithm>
#include <cstring>

namespace io {
namespace {

// A request under way. It keeps the IRP; the buffer is a copy in the arena.
struct Remote : Submitted {
  PIRP irp;
  uint8_t *buffer;
  uint32_t buffer_length;
  uint32_t output_length;  // of the system buffer, what may be written back
};

// Bytes of the system buffer that go over, and that come back.
struct Lengths {
  uint32_t input;
  uint32_t output;
};

Lengths BufferLengths(const IO_STACK_LOCATION &location) {
  const auto &parameters = location.Parameters;
  switch (location.MajorFunction) {
    case IRP_MJ_READ:
      return {0, parameters.Read.Length};
    case IRP_MJ_WRITE:
      return {parameters.Write.Length, 0};
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
    case IRP_MJ_FILE_SYSTEM_CONTROL: {
      ULONG method = METHOD_FROM_CTL_CODE(parameters.DeviceIoControl.IoControlCode);
      if (method == METHOD_NEITHER) {
        return {0, 0};
      }
      return {parameters.DeviceIoControl.InputBufferLength,
              method == METHOD_BUFFERED ? parameters.DeviceIoControl.OutputBufferLength : 0};
    }
    case IRP_MJ_QUERY_INFORMATION:
      return {0, parameters.QueryFile.Length};
    case IRP_MJ_SET_INFORMATION:
      return {parameters.SetFile.Length, 0};
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
      return {0, parameters.QueryVolume.Length};
    default:
      return {0, 0};
  }
}

void CancelRemote(PDEVICE_OBJECT, PIRP irp) {
  void *cookie = irp->Tail.Overlay.DriverContext[3];
  IoReleaseCancelSpinLock(irp->CancelIrql);
  host::Message message{};
  message.answer = host::Answer::kCancel;
  message.cookie = reinterpret_cast<uintptr_t>(cookie);
  message.buffer = host::kNoBuffer;
  host::Post(message);
}

NTSTATUS CompleteAtOnce(PIRP irp, NTSTATUS status) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = 0;
  IofCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

void Complete(Submitted *self, const host::Request &request) {
  auto *remote = static_cast<Remote *>(self);
  PIRP irp = remote->irp;
  if (IoSetCancelRoutine(irp, nullptr) == nullptr && irp->Cancel) {
    // The cancel routine runs or has run: wait until it has let go of the IRP.
    KIRQL old;
    IoAcquireCancelSpinLock(&old);
    IoReleaseCancelSpinLock(old);
  }
  if (IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_PNP) {
    UnpackRemotePnp(irp, remote->buffer, remote->buffer_length, request.status, request.information);
  } else {
    irp->IoStatus.Status = request.status;
    irp->IoStatus.Information = static_cast<ULONG_PTR>(request.information);
    if (!NT_ERROR(request.status) && remote->output_length != 0) {
      memcpy(irp->AssociatedIrp.SystemBuffer, remote->buffer,
             std::min<uint64_t>(request.information, remote->output_length));
    }
  }
  host::FreeArena(remote->buffer);
  wdm::PoolFree(remote);
  IofCompleteRequest(irp, IO_NO_INCREMENT);
}

// The IRP's parameters without what is a pointer in this process.
void CopyParameters(uint64_t (&to)[4], const IO_STACK_LOCATION &location) {
  static_assert(sizeof(location.Parameters) <= sizeof(to));
  IO_STACK_LOCATION copy = location;
  switch (location.MajorFunction) {
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
    case IRP_MJ_FILE_SYSTEM_CONTROL:
      copy.Parameters.DeviceIoControl.Type3InputBuffer = nullptr;
      break;
    case IRP_MJ_CREATE:
      copy.Parameters.Create.SecurityContext = nullptr;
      break;
    case IRP_MJ_SET_INFORMATION:
      copy.Parameters.SetFile.FileObject = nullptr;
      break;
    case IRP_MJ_PNP:
      switch (location.MinorFunction) {
        case IRP_MN_START_DEVICE:
        case IRP_MN_QUERY_CAPABILITIES:
        case IRP_MN_FILTER_RESOURCE_REQUIREMENTS:
          copy.Parameters.Others = {};
          break;
        case IRP_MN_READ_CONFIG:
        case IRP_MN_WRITE_CONFIG:
          copy.Parameters.ReadWriteConfig.Buffer = nullptr;
          break;
        default:
          break;
      }
      break;
    case IRP_MJ_SYSTEM_CONTROL:
      copy.Parameters.Others = {};
      break;
    default:
      break;
  }
  memcpy(to, &copy.Parameters, sizeof(copy.Parameters));
}

// The buffer and the direct memory of an IRP that is no PnP one.
NTSTATUS Pack(Remote &remote, host::Message &message) {
  PIRP irp = remote.irp;
  PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
  Lengths lengths = BufferLengths(*location);
  if (irp->AssociatedIrp.SystemBuffer == nullptr || (irp->Flags & IRP_ASSOCIATED_IRP) != 0) {
    lengths = {0, 0};
  }
  if (irp->MdlAddress != nullptr) {
    if (location->MajorFunction == IRP_MJ_READ || location->MajorFunction == IRP_MJ_WRITE) {
      lengths = {0, 0};
    }
    message.direct_address = reinterpret_cast<uintptr_t>(wdm::MdlSystemAddress(irp->MdlAddress));
    if (message.direct_address == 0) {
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    message.direct_length = MmGetMdlByteCount(irp->MdlAddress);
  }
  uint32_t length = std::max(lengths.input, lengths.output);
  if (length == 0) {
    return STATUS_SUCCESS;
  }
  remote.buffer = static_cast<uint8_t *>(host::AllocateArena(length));
  if (remote.buffer == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  remote.buffer_length = length;
  remote.output_length = lengths.output;
  memcpy(remote.buffer, irp->AssociatedIrp.SystemBuffer, lengths.input);
  memset(remote.buffer + lengths.input, 0, length - lengths.input);
  return STATUS_SUCCESS;
}

NTSTATUS PackPnp(Remote &remote) {
  uint32_t length = RemotePnpLength(remote.irp);
  if (length == 0) {
    return STATUS_SUCCESS;
  }
  remote.buffer = static_cast<uint8_t *>(host::AllocateArena(length));
  if (remote.buffer == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  remote.buffer_length = length;
  PackRemotePnp(remote.irp, remote.buffer, length);
  return STATUS_SUCCESS;
}

}  // namespace

NTSTATUS CallRemote(PDEVICE_OBJECT device, PIRP irp) {
  PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
  if (IsDeleted(device)) {
    return CompleteAtOnce(irp, STATUS_NO_SUCH_DEVICE);
  }
  if (location->MajorFunction == IRP_MJ_PNP && location->MinorFunction == IRP_MN_QUERY_INTERFACE) {
    NTSTATUS status = irp->IoStatus.Status;
    AnswerInterface(device, location, status);
    irp->IoStatus.Status = status;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
  }
  auto *remote = wdm::PoolNew<Remote>(kTag);
  if (remote == nullptr) {
    return CompleteAtOnce(irp, STATUS_INSUFFICIENT_RESOURCES);
  }
  remote->complete = Complete;
  remote->irp = irp;
  host::Message message{};
  bool pnp = location->MajorFunction == IRP_MJ_PNP;
  NTSTATUS status = pnp ? PackPnp(*remote) : Pack(*remote, message);
  if (!NT_SUCCESS(status)) {
    wdm::PoolFree(remote);
    return CompleteAtOnce(irp, status);
  }
  message.answer = host::Answer::kIrp;
  message.major = location->MajorFunction;
  message.minor = location->MinorFunction;
  message.cookie = reinterpret_cast<uintptr_t>(static_cast<Submitted *>(remote));
  message.device = DeviceId(device);
  message.file = FileId(location->FileObject);
  CopyParameters(message.parameters, *location);
  message.buffer = host::ArenaOffset(remote->buffer);
  message.buffer_length = remote->buffer_length;
  message.irp_flags = static_cast<uint16_t>(irp->Flags);
  message.stack_flags = location->Flags;
  message.status = irp->IoStatus.Status;
  message.information = pnp ? 0 : irp->IoStatus.Information;
  IoMarkIrpPending(irp);
  irp->Tail.Overlay.DriverContext[3] = static_cast<Submitted *>(remote);
  // The completion may come as soon as the message is posted and this fiber waits, not before.
  IoSetCancelRoutine(irp, CancelRemote);
  host::Post(message);
  if (irp->Cancel && IoSetCancelRoutine(irp, nullptr) != nullptr) {
    message.answer = host::Answer::kCancel;
    host::Post(message);
  }
  return STATUS_PENDING;
}

}  // namespace io
