// HalGetBusData and its family: PCI configuration space, read and written by the Executive for the host's own devices.

#include <ntifs.h>
#include <wdm/wdm_services.h>

namespace {

ULONG Transfer(BUS_DATA_TYPE type, ULONG bus, ULONG slot, PVOID buffer, ULONG offset, ULONG length, bool write) {
  if (type != PCIConfiguration) {
    return 0;  // CMOS, EISA and the others: no such bus
  }
  ULONG done = 0;
  return NT_SUCCESS(WdmBusData(bus, slot, buffer, offset, length, write, &done)) ? done : 0;
}

}  // namespace

extern "C" {

// learn.microsoft.com, "HalGetBusDataByOffset": the bytes that were read; 0: no such bus; 2: there is no device in the
// slot (the buffer begins with PCI_INVALID_VENDORID).
ULONG NTAPI HalGetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer,
                                  ULONG Offset, ULONG Length) {
  return Transfer(BusDataType, BusNumber, SlotNumber, Buffer, Offset, Length, false);
}

ULONG NTAPI HalGetBusData(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer, ULONG Length) {
  return Transfer(BusDataType, BusNumber, SlotNumber, Buffer, 0, Length, false);
}

ULONG NTAPI HalSetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer,
                                  ULONG Offset, ULONG Length) {
  return Transfer(BusDataType, BusNumber, SlotNumber, Buffer, Offset, Length, true);
}

ULONG NTAPI HalSetBusData(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber, PVOID Buffer, ULONG Length) {
  return Transfer(BusDataType, BusNumber, SlotNumber, Buffer, 0, Length, true);
}

// learn.microsoft.com, "HalTranslateBusAddress": on a PC addresses of PCI and ISA buses are those of the processor.
BOOLEAN NTAPI HalTranslateBusAddress(INTERFACE_TYPE InterfaceType, ULONG BusNumber, PHYSICAL_ADDRESS BusAddress,
                                     PULONG AddressSpace, PPHYSICAL_ADDRESS TranslatedAddress) {
  (void)BusNumber;
  if (InterfaceType != PCIBus && InterfaceType != Isa && InterfaceType != Internal && InterfaceType != PNPBus) {
    return FALSE;
  }
  (void)AddressSpace;  // memory stays memory, ports stay ports
  *TranslatedAddress = BusAddress;
  return TRUE;
}

}  // extern "C"
