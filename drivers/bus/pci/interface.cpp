// BUS_INTERFACE_STANDARD, REENUMERATE_SELF_INTERFACE_STANDARD, and what a function's driver may do to its configuration
// space.

#include "pci.hpp"

#include <wdmguid.h>

#include <cstring>

namespace pcibus {
namespace {

// A run of bytes that belongs to the system: addresses and message interrupts.
struct Protected {
  ULONG first;
  ULONG size;
};

bool Overlaps(const Protected &area, ULONG offset, ULONG length) {
  return area.size != 0 && offset < area.first + area.size && area.first < offset + length;
}

// Whether the driver's bytes differ from what is there inside an area.
bool Changes(Function *function, const Protected &area, ULONG offset, const UCHAR *bytes, ULONG length) {
  const HalConfig config = function->Config();
  for (ULONG i = 0; i < length; i += 1) {
    const ULONG at = offset + i;
    if (at < area.first || at >= area.first + area.size) {
      continue;
    }
    UCHAR now = 0;
    if (config.ReadBytes(at, &now, 1) != 1 || now != bytes[i]) {
      return true;
    }
  }
  return false;
}

// Decoding is switched on by START_DEVICE only: a driver may switch it off and on again, not further.
bool StartsDecoding(Function *function, ULONG offset, const UCHAR *bytes, ULONG length) {
  if (offset > pci::kCommand || offset + length <= pci::kCommand) {
    return false;
  }
  constexpr UCHAR kDecoding = pci::kCommandIo | pci::kCommandMemory;
  const UCHAR wanted = bytes[pci::kCommand - offset] & kDecoding;
  return wanted != 0 && function->state != State::kStarted;
}

bool Permitted(Function *function, ULONG offset, const UCHAR *bytes, ULONG length) {
  const bool bridge = function->identity.IsBridge();
  const ULONG msi_size = function->msi ? (function->msi->wide_address ? 12u : 8u) : 0;
  const Protected areas[] = {
      {pci::kFirstBar, bridge ? 0x2Cu : 0x18u},                   // registers; of a bridge numbers and windows too
      {bridge ? 0x38u : 0x30u, 4},                                // expansion ROM
      {function->msi ? function->msi->offset + 2 : 0, msi_size},  // control, address, data
      {function->msix ? function->msix->offset + 2 : 0, function->msix ? 10u : 0},
  };
  for (const Protected &area : areas) {
    if (Overlaps(area, offset, length) && Changes(function, area, offset, bytes, length)) {
      return false;
    }
  }
  return !StartsDecoding(function, offset, bytes, length);
}

Function *FunctionOf(PVOID context) { return static_cast<Function *>(context); }

VOID NTAPI Reference(PVOID context) { ObReferenceObject(FunctionOf(context)->self); }

VOID NTAPI Dereference(PVOID context) { ObDereferenceObject(FunctionOf(context)->self); }

// A PC's buses have the processor's addresses.
BOOLEAN NTAPI TranslateBusAddress(PVOID, PHYSICAL_ADDRESS address, ULONG, PULONG space, PPHYSICAL_ADDRESS translated) {
  *translated = address;
  return *space == 0 || *space == 1;
}

PDMA_ADAPTER NTAPI GetDmaAdapter(PVOID context, PDEVICE_DESCRIPTION description, PULONG map_registers) {
  return IoGetDmaAdapter(FunctionOf(context)->self, description, map_registers);
}

ULONG NTAPI SetBusData(PVOID context, ULONG space, PVOID buffer, ULONG offset, ULONG length) {
  return space == PCI_WHICHSPACE_CONFIG ? WriteConfig(FunctionOf(context), offset, buffer, length) : 0;
}

ULONG NTAPI GetBusData(PVOID context, ULONG space, PVOID buffer, ULONG offset, ULONG length) {
  return space == PCI_WHICHSPACE_CONFIG ? ReadConfig(FunctionOf(context), offset, buffer, length) : 0;
}

// The function is taken for gone and found anew: its drivers see a surprise removal and a new device.
VOID NTAPI SurpriseRemoveAndReenumerateSelf(PVOID context) {
  Function *function = FunctionOf(context);
  {
    bus::FastMutexGuard guard(function->bus->lock);
    function->present = false;
  }
  IoInvalidateDeviceRelations(function->bus->physical, BusRelations);
}

NTSTATUS QueryReenumerate(Function *function, PINTERFACE interface, USHORT size) {
  if (size < sizeof(REENUMERATE_SELF_INTERFACE_STANDARD) || interface == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  auto *standard = reinterpret_cast<PREENUMERATE_SELF_INTERFACE_STANDARD>(interface);
  standard->Size = sizeof(REENUMERATE_SELF_INTERFACE_STANDARD);
  standard->Version = 1;
  standard->Context = function;
  standard->InterfaceReference = Reference;
  standard->InterfaceDereference = Dereference;
  standard->SurpriseRemoveAndReenumerateSelf = SurpriseRemoveAndReenumerateSelf;
  Reference(function);
  return STATUS_SUCCESS;
}

}  // namespace

ULONG ReadConfig(Function *function, ULONG offset, void *buffer, ULONG length) {
  const HalConfig config = function->Config();
  if (offset >= config.Size() || length > config.Size() - offset) {
    return 0;
  }
  return config.ReadBytes(offset, buffer, length);
}

ULONG WriteConfig(Function *function, ULONG offset, const void *buffer, ULONG length) {
  const HalConfig config = function->Config();
  if (length == 0 || offset >= config.Size() || length > config.Size() - offset) {
    return 0;
  }
  // The driver could change its buffer between the check and the write.
  UCHAR small[64];
  bus::PoolBlock large;
  UCHAR *copy = small;
  if (length > sizeof(small)) {
    large = bus::PoolBlock(length, kTag);
    if (!large) {
      return 0;
    }
    copy = static_cast<UCHAR *>(large.Data());
  }
  std::memcpy(copy, buffer, length);
  if (!Permitted(function, offset, copy, length)) {
    DbgPrintEx(DPFLTR_PCI_ID, DPFLTR_WARNING_LEVEL,
               "pci: bus %u, device %u, function %u: write of %u bytes at 0x%x refused\n", function->bus->number,
               function->device, function->function, length, offset);
    return 0;
  }
  return config.WriteBytes(offset, copy, length);
}

NTSTATUS QueryInterface(Function *function, PIRP irp) {
  const auto &wanted = IoGetCurrentIrpStackLocation(irp)->Parameters.QueryInterface;
  if (IsEqualGUID(*wanted.InterfaceType, GUID_REENUMERATE_SELF_INTERFACE_STANDARD)) {
    return QueryReenumerate(function, wanted.Interface, wanted.Size);
  }
  if (!IsEqualGUID(*wanted.InterfaceType, GUID_BUS_INTERFACE_STANDARD)) {
    return irp->IoStatus.Status;
  }
  if (wanted.Version < 1 || wanted.Size < sizeof(BUS_INTERFACE_STANDARD) || wanted.Interface == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  auto *standard = reinterpret_cast<PBUS_INTERFACE_STANDARD>(wanted.Interface);
  standard->Size = sizeof(BUS_INTERFACE_STANDARD);
  standard->Version = 1;
  standard->Context = function;
  standard->InterfaceReference = Reference;
  standard->InterfaceDereference = Dereference;
  standard->TranslateBusAddress = TranslateBusAddress;
  standard->GetDmaAdapter = GetDmaAdapter;
  standard->SetBusData = SetBusData;
  standard->GetBusData = GetBusData;
  Reference(function);
  return STATUS_SUCCESS;
}

}  // namespace pcibus
