// HalGetBusDataByOffset and HalSetBusDataByOffset of PCI.

#include "host_services.hpp"

#include <ke/log.hpp>
#include <ke/pci_config.hpp>
#include <pci/capability.hpp>
#include <pnp/services.hpp>

#include <algorithm>
#include <cstring>

namespace pnp {
namespace {

constexpr ULONG kLargest = 4096;

// The largest access that is aligned and stays inside what is left.
unsigned StepOf(unsigned offset, ULONG left) {
  if (offset % 4 == 0 && left >= 4) {
    return 4;
  }
  return offset % 2 == 0 && left >= 2 ? 2 : 1;
}

void Transfer(ke::PciFunction &config, unsigned offset, std::byte *bytes, ULONG length, bool write) {
  while (length != 0) {
    const unsigned step = StepOf(offset, length);
    std::uint32_t value = 0;
    if (write) {
      std::memcpy(&value, bytes, step);
      config.Write(offset, step, value);
    } else {
      value = config.Read(offset, step);
      std::memcpy(bytes, &value, step);
    }
    offset += step;
    bytes += step;
    length -= step;
  }
}

// Whether [offset, offset + length) touches what the bus driver and the manager keep to themselves: where the function
// decodes (base addresses, expansion ROM), and its messages.
bool TouchesKept(ke::PciFunction &config, ULONG offset, ULONG length) {
  const auto touches = [&](ULONG first, ULONG size) { return offset < first + size && first < offset + length; };
  constexpr ULONG kRom = 0x30;
  if (touches(pci::kFirstBar, 24) || touches(kRom, 4)) {
    return true;
  }
  const auto msi = pci::ReadMsi(config);
  const auto msi_x = pci::ReadMsiX(config);
  constexpr ULONG kMsiSize = 24;
  constexpr ULONG kMsiXSize = 12;
  return (msi && touches(msi->offset, kMsiSize)) || (msi_x && touches(msi_x->offset, kMsiXSize));
}

void SayRefused(PciAddress function) {
  ke::Line line;
  line << "pnp: refused a driver process PCI function " << function.bus << ":" << function.device << "."
       << function.function;
  ke::Log(line);
}

}  // namespace

Result<NTSTATUS> WdmBusData(ke::Caller &caller, ULONG bus_number, ULONG slot_number, UserPointer buffer, ULONG offset,
                            ULONG length, BOOLEAN write, UserOut<ULONG> done) {
  Manager *manager = TRY(CurrentManager());
  const HostId host = TRY(manager->Port().HostOf(caller));
  // PCI_SLOT_NUMBER: five bits of device, three of function.
  const ULONG device = slot_number & 31;
  const ULONG function = slot_number >> 5 & 7;
  if (slot_number > 0xff || offset >= kLargest || length > kLargest - offset || bus_number > 0xff) {
    TRY(done.Write(0));
    return STATUS_SUCCESS;
  }
  const PciAddress address{static_cast<std::uint8_t>(bus_number), static_cast<std::uint8_t>(device),
                           static_cast<std::uint8_t>(function)};
  const Authority authority = manager->OverFunction(host, address);
  if (authority == Authority::kNone) {
    SayRefused(address);
    return Fail(STATUS_ACCESS_DENIED);
  }
  ke::PciFunction config(address.bus, address.device, address.function);
  if (!config.Present()) {
    // As HalGetBusData says: PCI_INVALID_VENDORID in the first two bytes.
    const USHORT none = 0xffff;
    const ULONG given = write || length < sizeof(none) ? 0 : sizeof(none);
    if (given != 0) {
      TRY(buffer.Write(&none, sizeof(none)));
    }
    TRY(done.Write(given));
    return STATUS_SUCCESS;
  }
  if (write && authority == Authority::kOwnFunction && TouchesKept(config, offset, length)) {
    SayRefused(address);
    return Fail(STATUS_ACCESS_DENIED);
  }
  const ULONG within = offset < config.Size() ? std::min<ULONG>(length, config.Size() - offset) : 0;
  std::byte bytes[256];
  for (ULONG at = 0; at < within; at += sizeof(bytes)) {
    const ULONG piece = std::min<ULONG>(within - at, sizeof(bytes));
    if (write) {
      TRY(buffer.Read(bytes, piece, at));
    }
    Transfer(config, offset + at, bytes, piece, write != FALSE);
    if (!write) {
      TRY(buffer.Write(bytes, piece, at));
    }
  }
  TRY(done.Write(within));
  return STATUS_SUCCESS;
}

}  // namespace pnp
