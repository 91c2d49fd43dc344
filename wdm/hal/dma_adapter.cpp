// IoGetDmaAdapter, adapter channels, common buffers.

#include "dma.hpp"

#include "../mm/memory.hpp"

#include <wdm/wdm_services.h>

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

namespace wdm {
namespace {

constexpr uint32_t kTag = PoolTag("Dma ");
constexpr uint64_t kReach24 = 0x00FF'FFFF;
constexpr uint64_t kReach32 = 0xFFFF'FFFF;
constexpr uint64_t kIsaBoundary = 0x1'0000;
constexpr ULONG kMaximumRegisters = 0x1'0000;
constexpr ULONG kMaximumBounced = 1024;  // the Executive's longest piece of contiguous memory

// Some transfers of this adapter may need bounce memory.
bool MayBounce(const DmaAdapter &adapter) {
  return adapter.highest != ~uint64_t{0} || !adapter.description.ScatterGather;
}

void ReturnRegisters(DmaAdapter *adapter, MapRegisters *registers) {
  adapter->registers_free += registers->count;
  FreeMapRegisters(registers);
}

// Calls the driver's routine as the owner of the channel and does what it answers.
void RunOwner(DmaAdapter *adapter, WAIT_CONTEXT_BLOCK *block) {
  MapRegisters *registers = adapter->current;
  auto *device = static_cast<PDEVICE_OBJECT>(block->DeviceObject);
  const IO_ALLOCATION_ACTION action =
      block->DeviceRoutine(device, static_cast<PIRP>(block->CurrentIrp), registers, block->DeviceContext);
  if (action == KeepObject) {
    return;
  }
  adapter->channel_busy = false;
  adapter->current = nullptr;
  if (action == DeallocateObject) {
    ReturnRegisters(adapter, registers);
  }
}

// Gives the channel to those that wait, first come first served, as long as there are map registers.
void StartWaiters(DmaAdapter *adapter) {
  while (!adapter->channel_busy && !IsListEmpty(&adapter->waiters)) {
    auto *block = CONTAINING_RECORD(adapter->waiters.Flink, WAIT_CONTEXT_BLOCK, WaitQueueEntry.DeviceListEntry);
    if (block->NumberOfMapRegisters > adapter->registers_free) {
      return;
    }
    MapRegisters *registers = MakeMapRegisters(block->NumberOfMapRegisters, MayBounce(*adapter));
    if (registers == nullptr) {
      return;  // the next release tries again
    }
    RemoveEntryList(&block->WaitQueueEntry.DeviceListEntry);
    adapter->registers_free -= registers->count;
    adapter->channel_busy = true;
    adapter->current = registers;
    RunOwner(adapter, block);
  }
}

VOID NTAPI PutDmaAdapter(PDMA_ADAPTER adapter) { PoolFreeTag(Adapter(adapter), kTag); }

PVOID NTAPI AllocateCommonBuffer(PDMA_ADAPTER adapter, ULONG length, PPHYSICAL_ADDRESS logical, BOOLEAN cached) {
  const DmaAdapter &self = *Adapter(adapter);
  PVOID base = nullptr;
  ULONGLONG physical = 0;
  if (length == 0 || !NT_SUCCESS(WdmAllocateContiguous(length, 0, self.highest, self.boundary,
                                                       cached ? MmCached : MmNonCached, &base, &physical))) {
    return nullptr;
  }
  if (!RememberRegion(base, physical, ROUND_TO_PAGES(length))) {
    WdmFreeContiguous(base);
    return nullptr;
  }
  logical->QuadPart = static_cast<LONGLONG>(physical);
  return base;
}

VOID NTAPI FreeCommonBuffer(PDMA_ADAPTER adapter, ULONG length, PHYSICAL_ADDRESS logical, PVOID address,
                            BOOLEAN cached) {
  (void)adapter;
  (void)length;
  (void)logical;
  (void)cached;
  MmFreeContiguousMemory(address);
}

// learn.microsoft.com, "AllocateAdapterChannel": STATUS_INSUFFICIENT_RESOURCES for more map registers than the adapter
// has. The routine runs at once or when the channel is free.
NTSTATUS NTAPI AllocateAdapterChannel(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, ULONG count, PDRIVER_CONTROL routine,
                                      PVOID context) {
  DmaAdapter *self = Adapter(adapter);
  if (count > self->register_count) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  ke::AtDispatch guard;
  WAIT_CONTEXT_BLOCK &block = device->Queue.Wcb;
  block.DeviceRoutine = routine;
  block.DeviceContext = context;
  block.NumberOfMapRegisters = count;
  block.DeviceObject = device;
  block.CurrentIrp = device->CurrentIrp;
  InsertTailList(&self->waiters, &block.WaitQueueEntry.DeviceListEntry);
  StartWaiters(self);
  return STATUS_SUCCESS;
}

VOID NTAPI FreeAdapterChannel(PDMA_ADAPTER adapter) {
  DmaAdapter *self = Adapter(adapter);
  ke::AtDispatch guard;
  if (self->current != nullptr) {
    ReturnRegisters(self, self->current);
    self->current = nullptr;
  }
  self->channel_busy = false;
  StartWaiters(self);
}

VOID NTAPI FreeRegisters(PDMA_ADAPTER adapter, PVOID base, ULONG count) {
  (void)count;
  DmaAdapter *self = Adapter(adapter);
  ke::AtDispatch guard;
  if (base != nullptr) {
    ReturnRegisters(self, static_cast<MapRegisters *>(base));
  }
  StartWaiters(self);
}

ULONG NTAPI GetDmaAlignment(PDMA_ADAPTER adapter) {
  (void)adapter;
  return 1;  // caches are coherent with DMA
}

// Only a DMA controller has a counter.
ULONG NTAPI ReadDmaCounter(PDMA_ADAPTER adapter) {
  (void)adapter;
  return 0;
}

constexpr DMA_OPERATIONS MakeOperations() {
  DMA_OPERATIONS table = {};
  table.Size = FIELD_OFFSET(DMA_OPERATIONS, GetDmaAdapterInfo);  // what versions 1 and 2 have
  table.PutDmaAdapter = PutDmaAdapter;
  table.AllocateCommonBuffer = AllocateCommonBuffer;
  table.FreeCommonBuffer = FreeCommonBuffer;
  table.AllocateAdapterChannel = AllocateAdapterChannel;
  table.FlushAdapterBuffers = DmaFlushAdapterBuffers;
  table.FreeAdapterChannel = FreeAdapterChannel;
  table.FreeMapRegisters = FreeRegisters;
  table.MapTransfer = DmaMapTransfer;
  table.GetDmaAlignment = GetDmaAlignment;
  table.ReadDmaCounter = ReadDmaCounter;
  table.GetScatterGatherList = DmaGetScatterGatherList;
  table.PutScatterGatherList = DmaPutScatterGatherList;
  table.CalculateScatterGatherList = DmaCalculateScatterGatherList;
  table.BuildScatterGatherList = DmaBuildScatterGatherList;
  table.BuildMdlFromScatterGatherList = DmaBuildMdlFromScatterGatherList;
  return table;
}

constinit DMA_OPERATIONS operations = MakeOperations();

uint64_t Reach(const DEVICE_DESCRIPTION &description) {
  if (description.Dma64BitAddresses) {
    return ~uint64_t{0};
  }
  return description.Dma32BitAddresses ? kReach32 : kReach24;
}

}  // namespace
}  // namespace wdm

extern "C" {

// learn.microsoft.com, "IoGetDmaAdapter". Null: no memory; a description of version 3, which needs controllers that
// describe themselves; a device that is no bus master (the DMA controller belongs to no host yet).
PDMA_ADAPTER NTAPI IoGetDmaAdapter(PDEVICE_OBJECT PhysicalDeviceObject, PDEVICE_DESCRIPTION DeviceDescription,
                                   PULONG NumberOfMapRegisters) {
  (void)PhysicalDeviceObject;
  const DEVICE_DESCRIPTION &description = *DeviceDescription;
  if (description.Version > DEVICE_DESCRIPTION_VERSION2 || !description.Master) {
    return nullptr;
  }
  auto *adapter = static_cast<wdm::DmaAdapter *>(wdm::PoolAllocateZero(sizeof(wdm::DmaAdapter), wdm::kTag));
  if (adapter == nullptr) {
    return nullptr;
  }
  adapter->Version = 1;
  adapter->Size = sizeof(DMA_ADAPTER);
  adapter->DmaOperations = &wdm::operations;
  adapter->description = description;
  adapter->highest = wdm::Reach(description);
  const bool isa = description.InterfaceType == Isa && !description.Dma32BitAddresses && !description.Dma64BitAddresses;
  adapter->boundary = isa ? wdm::kIsaBoundary : 0;
  const ULONG pages = BYTES_TO_PAGES(description.MaximumLength) + 1;  // a buffer may begin inside a page
  const ULONG most = wdm::MayBounce(*adapter) ? wdm::kMaximumBounced : wdm::kMaximumRegisters;
  adapter->register_count = pages < most ? pages : most;
  adapter->registers_free = adapter->register_count;
  InitializeListHead(&adapter->waiters);
  if (NumberOfMapRegisters != nullptr) {
    *NumberOfMapRegisters = adapter->register_count;
  }
  return adapter;
}

// Before Windows 2000.
PDMA_ADAPTER NTAPI HalGetAdapter(PDEVICE_DESCRIPTION DeviceDescription, PULONG NumberOfMapRegisters) {
  return IoGetDmaAdapter(nullptr, DeviceDescription, NumberOfMapRegisters);
}

PVOID NTAPI HalAllocateCommonBuffer(PDMA_ADAPTER DmaAdapter, ULONG Length, PPHYSICAL_ADDRESS LogicalAddress,
                                    BOOLEAN CacheEnabled) {
  return wdm::AllocateCommonBuffer(DmaAdapter, Length, LogicalAddress, CacheEnabled);
}

VOID NTAPI HalFreeCommonBuffer(PDMA_ADAPTER DmaAdapter, ULONG Length, PHYSICAL_ADDRESS LogicalAddress,
                               PVOID VirtualAddress, BOOLEAN CacheEnabled) {
  wdm::FreeCommonBuffer(DmaAdapter, Length, LogicalAddress, VirtualAddress, CacheEnabled);
}

}  // extern "C"
