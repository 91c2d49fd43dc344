// IRPs that come from the Executive: from a ring entry to the dispatch routine and back to an answer.

#include "iop.hpp"

#include <wdmp/arena.hpp>
#include <wdmp/fiber.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/mdl.hpp>
#include <wdmp/pool.hpp>
#include <wdmp/ring.hpp>

#include <array>
#include <cstring>

namespace io {
namespace {

// Room for stack locations by size class; the last class is not kept in a free list.
constexpr std::array<int, 3> kStackRoom = {4, 12, 127};
constexpr unsigned kKept = 128;
std::array<Incoming *, kStackRoom.size() - 1> free_lists;
std::array<unsigned, kStackRoom.size() - 1> kept;

// What is outstanding, by id, for Command::kCancel. Both threads complete IRPs: at DISPATCH_LEVEL.
constexpr unsigned kBuckets = 256;
std::array<Incoming *, kBuckets> outstanding;

Incoming *Take(int stack_size) {
  uint8_t size_class = 0;
  while (kStackRoom[size_class] < stack_size) {
    size_class += 1;
  }
  Incoming *incoming = nullptr;
  if (size_class < free_lists.size()) {
    ke::AtDispatch guard;
    incoming = free_lists[size_class];
    if (incoming != nullptr) [[likely]] {
      free_lists[size_class] = incoming->next;
      kept[size_class] -= 1;
      return incoming;
    }
  }
  size_t locations = static_cast<size_t>(kStackRoom[size_class]) * sizeof(IO_STACK_LOCATION);
  incoming = static_cast<Incoming *>(wdm::PoolAllocate(sizeof(Incoming) + locations, kTag));
  if (incoming != nullptr) {
    incoming->size_class = size_class;
  }
  return incoming;
}

void Recycle(Incoming *incoming) {
  incoming->irp.Type = 0;
  uint8_t size_class = incoming->size_class;
  if (size_class < free_lists.size()) {
    ke::AtDispatch guard;
    if (kept[size_class] < kKept) [[likely]] {
      incoming->next = free_lists[size_class];
      free_lists[size_class] = incoming;
      kept[size_class] += 1;
      return;
    }
  }
  wdm::PoolFree(incoming);
}

void Remember(Incoming *incoming) {
  ke::AtDispatch guard;
  Incoming *&bucket = outstanding[incoming->id % kBuckets];
  incoming->next = bucket;
  bucket = incoming;
}

void Forget(Incoming *incoming) {
  ke::AtDispatch guard;
  Incoming **link = &outstanding[incoming->id % kBuckets];
  while (*link != incoming) {
    link = &(*link)->next;
  }
  *link = incoming->next;
}

// Bytes of output that the request's buffer may take over, by what NT copies back.
uint32_t OutputCapacity(const host::Request &request, const IO_STACK_LOCATION &location) {
  switch (request.major) {
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
    case IRP_MJ_FILE_SYSTEM_CONTROL:
      if (METHOD_FROM_CTL_CODE(location.Parameters.DeviceIoControl.IoControlCode) != METHOD_BUFFERED) {
        return 0;
      }
      return location.Parameters.DeviceIoControl.OutputBufferLength;
    case IRP_MJ_READ:
    case IRP_MJ_QUERY_INFORMATION:
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
    case IRP_MJ_QUERY_EA:
    case IRP_MJ_QUERY_SECURITY:
    case IRP_MJ_QUERY_QUOTA:
    case IRP_MJ_DIRECTORY_CONTROL:
      return request.buffer_length;
    default:
      return 0;
  }
}

// IRP_MJ_CREATE: the security context and the file object, <wdm/host.h>. parameters[0] holds the access wanted.
struct CreateExtra {
  IO_SECURITY_CONTEXT context;
  ACCESS_STATE access;
};

bool PrepareCreate(Incoming &incoming, const host::Request &request, PIO_STACK_LOCATION location) {
  auto *extra = wdm::PoolNew<CreateExtra>(kTag);
  PFILE_OBJECT file = CreateFileObject(request.file, incoming.device, incoming.buffer, request.buffer_length);
  if (extra == nullptr || file == nullptr) {
    if (extra != nullptr) {
      wdm::PoolFree(extra);
    }
    if (file != nullptr) {
      ObDereferenceObject(file);
    }
    return false;
  }
  auto access = static_cast<ACCESS_MASK>(request.parameters[0]);
  extra->access.OriginalDesiredAccess = access;
  extra->access.PreviouslyGrantedAccess = access;
  extra->context.AccessState = &extra->access;
  extra->context.DesiredAccess = access;
  extra->context.FullCreateOptions = location->Parameters.Create.Options & 0x00ff'ffff;
  location->Parameters.Create.SecurityContext = &extra->context;
  location->FileObject = file;
  if ((location->Parameters.Create.Options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)) != 0) {
    file->Flags |= FO_SYNCHRONOUS_IO;
    if ((location->Parameters.Create.Options & FILE_SYNCHRONOUS_IO_ALERT) != 0) {
      file->Flags |= FO_ALERTABLE_IO;
    }
  }
  if ((location->Parameters.Create.Options & FILE_NO_INTERMEDIATE_BUFFERING) != 0) {
    file->Flags |= FO_NO_INTERMEDIATE_BUFFERING;
  }
  file->ReadAccess = (access & (FILE_READ_DATA | FILE_EXECUTE)) != 0;
  file->WriteAccess = (access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
  file->DeleteAccess = (access & DELETE) != 0;
  incoming.extra = extra;
  incoming.file = file;
  // The name is the file object's, not a system buffer.
  incoming.irp.AssociatedIrp.SystemBuffer = nullptr;
  incoming.irp.Flags |= IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API;
  incoming.irp.Tail.Overlay.OriginalFileObject = file;
  return true;
}

// The status with which an IRP begins: drivers leave it alone in requests that they do not know.
NTSTATUS InitialStatus(uint8_t major) {
  return major == IRP_MJ_PNP || major == IRP_MJ_POWER || major == IRP_MJ_SYSTEM_CONTROL ? STATUS_NOT_SUPPORTED
                                                                                        : STATUS_SUCCESS;
}

void FillIrp(Incoming &incoming, const host::Request &request, CCHAR stack_size) {
  IRP &irp = incoming.irp;
  // What IoInitializeIrp does, without its calls.
  __builtin_memset_inline(&irp, 0, sizeof(irp));
  auto *locations = reinterpret_cast<PIO_STACK_LOCATION>(&irp + 1);
  for (int i = 0; i < stack_size; i += 1) {
    __builtin_memset_inline(&locations[i], 0, sizeof(IO_STACK_LOCATION));
  }
  irp.Type = IO_TYPE_IRP;
  irp.Size = static_cast<USHORT>(sizeof(IRP) + static_cast<size_t>(stack_size) * sizeof(IO_STACK_LOCATION));
  irp.StackCount = stack_size;
  irp.CurrentLocation = static_cast<CHAR>(stack_size + 1);
  irp.Tail.Overlay.CurrentStackLocation = locations + stack_size;
  InitializeListHead(&irp.ThreadListEntry);
  irp.AllocationFlags = kIncomingIrp;
  irp.Flags = request.irp_flags;
  irp.RequestorMode = static_cast<KPROCESSOR_MODE>(request.requestor_mode);
  irp.AssociatedIrp.SystemBuffer = incoming.buffer;
  irp.UserBuffer = reinterpret_cast<PVOID>(static_cast<uintptr_t>(request.user_buffer));
  irp.IoStatus.Status = InitialStatus(request.major);
  irp.Tail.Overlay.Thread = reinterpret_cast<PETHREAD>(ke::CurrentThread());
  auto *file = reinterpret_cast<PFILE_OBJECT>(static_cast<uintptr_t>(request.file));
  irp.Tail.Overlay.OriginalFileObject = request.major == IRP_MJ_CREATE ? nullptr : file;

  // The location that the dispatch routine sees is pushed here: no second look at the stack (IofCallDriver).
  irp.CurrentLocation -= 1;
  PIO_STACK_LOCATION location = --irp.Tail.Overlay.CurrentStackLocation;
  location->MajorFunction = request.major;
  location->MinorFunction = request.minor;
  location->Flags = request.stack_flags;
  location->DeviceObject = incoming.device;
  location->FileObject = request.major == IRP_MJ_CREATE ? nullptr : file;
  static_assert(sizeof(location->Parameters) <= sizeof(request.parameters));
  memcpy(&location->Parameters, request.parameters, sizeof(location->Parameters));
  if (file != nullptr && (request.major == IRP_MJ_CLEANUP || request.major == IRP_MJ_CLOSE)) [[unlikely]] {
    // Command::kDetachFile may come while a driver still works on these.
    ObReferenceObject(file);
    incoming.file = file;
  }
}

// Everything that not every IRP has. False: the IRP cannot be sent, `status` says why.
bool FillSpecial(Incoming &incoming, const host::Request &request, NTSTATUS &status) {
  PIO_STACK_LOCATION location = incoming.irp.Tail.Overlay.CurrentStackLocation;
  status = STATUS_INSUFFICIENT_RESOURCES;
  if (request.pages != host::kNoBuffer) {
    bool write_to_memory =
        request.major == IRP_MJ_READ ||
        ((request.major == IRP_MJ_DEVICE_CONTROL || request.major == IRP_MJ_FILE_SYSTEM_CONTROL) &&
         METHOD_FROM_CTL_CODE(location->Parameters.DeviceIoControl.IoControlCode) == METHOD_OUT_DIRECT);
    incoming.irp.MdlAddress =
        wdm::CreateRequestMdl(request.id, static_cast<const uint64_t *>(host::ArenaAt(request.pages)),
                              request.page_count, request.page_offset, request.direct_length, write_to_memory);
    if (incoming.irp.MdlAddress == nullptr) {
      return false;
    }
  }
  if (request.major == IRP_MJ_CREATE) {
    return PrepareCreate(incoming, request, location);
  }
  if (request.major == IRP_MJ_PNP) {
    incoming.irp.IoStatus.Information = static_cast<ULONG_PTR>(request.information);
    return PreparePnp(incoming, request, status);
  }
  return true;
}

Incoming *Find(uint32_t id) {
  Incoming *incoming = outstanding[id % kBuckets];
  while (incoming != nullptr && incoming->id != id) {
    incoming = incoming->next;
  }
  return incoming;
}

// The dispatch routine has returned STATUS_PENDING: who asked asynchronously need not wait longer.
void TellPending(uint32_t id) {
  ke::AtDispatch guard;
  if (Find(id) == nullptr) {
    return;  // it has ended already
  }
  host::Message message{};
  message.answer = host::Answer::kPending;
  message.id = id;
  message.buffer = host::kNoBuffer;
  host::Post(message);
}

void Release(Incoming *incoming) {
  if (incoming->irp.MdlAddress != nullptr && wdm::IsRequestMdl(incoming->irp.MdlAddress)) {
    wdm::FreeRequestMdl(incoming->irp.MdlAddress);
  }
  if (incoming->extra != nullptr) {
    wdm::PoolFree(incoming->extra);
  }
  Recycle(incoming);
}

}  // namespace

void Answer(uint32_t id, NTSTATUS status, uint64_t information, uint64_t detail) {
  if (id == 0) {
    return;
  }
  host::Message message{};
  message.answer = host::Answer::kDone;
  message.id = id;
  message.buffer = host::kNoBuffer;
  message.status = status;
  message.information = information;
  message.parameters[0] = detail;
  host::Post(message);
}

PIRP PrepareIncoming(const host::Request &request) {
  // Once for everything below that needs it.
  ke::AtDispatch guard;
  PDEVICE_OBJECT device = DeviceOfCookie(request.device);
  if (device == nullptr || request.major > IRP_MJ_MAXIMUM_FUNCTION) [[unlikely]] {
    Answer(request.id, device == nullptr ? STATUS_NO_SUCH_DEVICE : STATUS_INVALID_DEVICE_REQUEST);
    return nullptr;
  }
  CCHAR stack_size = device->StackSize > 0 ? device->StackSize : CCHAR{1};
  Incoming *incoming = Take(stack_size);
  if (incoming == nullptr) [[unlikely]] {
    Answer(request.id, STATUS_INSUFFICIENT_RESOURCES);
    return nullptr;
  }
  incoming->id = request.id;
  incoming->major = request.major;
  incoming->minor = request.minor;
  incoming->buffer_length = request.buffer_length;
  incoming->process = request.process;
  incoming->thread = request.thread;
  incoming->buffer = host::ArenaAt(request.buffer);
  incoming->file = nullptr;
  incoming->extra = nullptr;
  incoming->device = device;
  FillIrp(*incoming, request, stack_size);
  uint32_t capacity =
      incoming->buffer == nullptr ? 0 : OutputCapacity(request, *incoming->irp.Tail.Overlay.CurrentStackLocation);
  incoming->capacity = capacity < request.buffer_length ? capacity : request.buffer_length;
  if (request.pages != host::kNoBuffer || request.major == IRP_MJ_CREATE || request.major == IRP_MJ_PNP) {
    NTSTATUS status;
    if (!FillSpecial(*incoming, request, status)) {
      Release(incoming);
      Answer(request.id, status);
      return nullptr;
    }
  }
  Remember(incoming);
  return &incoming->irp;
}

void DispatchIncoming(PIRP irp) {
  Incoming *incoming = IncomingOf(irp);
  // The IRP may be gone when the routine returns.
  PDEVICE_OBJECT device = incoming->device;
  uint8_t major = incoming->major;
  uint32_t id = incoming->id;
  ke::SetRequestor(incoming->process, incoming->thread);
  PDRIVER_DISPATCH routine = device->DriverObject->MajorFunction[major];
  NTSTATUS status = routine(device, irp);
  ke::SetRequestor(0, 0);
  if (ke::CurrentIrql() != PASSIVE_LEVEL) [[unlikely]] {
    KeBugCheckEx(kIrqlUnexpectedValue, ke::CurrentIrql(), reinterpret_cast<ULONG_PTR>(routine),
                 static_cast<ULONG_PTR>(status), major);
  }
  if (status == STATUS_PENDING) {
    TellPending(id);
  }
}

void FinishIncoming(PIRP irp) {
  ke::AtDispatch guard;
  Incoming *incoming = IncomingOf(irp);
  NTSTATUS status = irp->IoStatus.Status;
  uint64_t information = irp->IoStatus.Information;
  host::Message message{};
  message.answer = host::Answer::kDone;
  message.major = incoming->major;
  message.minor = incoming->minor;
  message.id = incoming->id;
  message.buffer = host::kNoBuffer;
  if (incoming->major == IRP_MJ_PNP) [[unlikely]] {
    message.length = FinishPnp(*incoming, status, information);
    PushDevices();
  } else if (incoming->capacity != 0 && !NT_ERROR(status)) {
    message.length = information < incoming->capacity ? static_cast<uint32_t>(information) : incoming->capacity;
    if (irp->AssociatedIrp.SystemBuffer != incoming->buffer && irp->AssociatedIrp.SystemBuffer != nullptr)
        [[unlikely]] {
      memcpy(incoming->buffer, irp->AssociatedIrp.SystemBuffer, message.length);
    }
  }
  if (incoming->file != nullptr) [[unlikely]] {
    if (incoming->major == IRP_MJ_CREATE && NT_SUCCESS(status)) {
      OpenCounts(incoming->file);
      message.file = reinterpret_cast<uintptr_t>(incoming->file);
    } else {
      ObDereferenceObject(incoming->file);
    }
  }
  message.status = status;
  message.information = information;
  Forget(incoming);
  Release(incoming);
  host::Post(message);
}

void CancelIncoming(uint32_t id) {
  KIRQL old = ke::Raise(DISPATCH_LEVEL);
  // At DISPATCH_LEVEL nothing can complete it between the search and the cancel lock.
  if (Incoming *incoming = Find(id); incoming != nullptr) {
    IoCancelIrp(&incoming->irp);
  }
  ke::Lower(old);
}

}  // namespace io
