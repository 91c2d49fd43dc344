#include <ke/boot_info.hpp>

#include <cap/invoke.hpp>

namespace ke {

const seL4_BootInfo *boot_info = nullptr;

const seL4_BootInfoHeader *FindBootChunk(seL4_Word id) {
  auto cursor = reinterpret_cast<std::uintptr_t>(boot_info) + 4096;
  std::uintptr_t end = cursor + boot_info->extraLen;
  while (cursor + sizeof(seL4_BootInfoHeader) <= end) {
    auto *header = reinterpret_cast<const seL4_BootInfoHeader *>(cursor);
    if (header->len < sizeof(seL4_BootInfoHeader)) {
      break;
    }
    if (header->id == id) {
      return header;
    }
    cursor += header->len;
  }
  return nullptr;
}

const char *RefuseKernel() {
  const seL4_BootInfo &info = *boot_info;
  if (info.numNodes != 1) {
    return "it runs on several processors; build it with one node";
  }
  if (info.numIOPTLevels != ~seL4_Word{0}) {
    return "it has the IOMMU switched on; build it without";
  }
  if (info.initThreadCNodeSizeBits < 12) {
    return "its root CNode is smaller than 12 bits";
  }
  // With MCS the boot information has two more words before the untyped list: the regions then make no sense.
  if (info.untyped.end <= info.untyped.start ||
      info.untyped.end - info.untyped.start > CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS) {
    return "its boot information has another layout (an MCS kernel?); build it without MCS";
  }
  if (FindBootChunk(SEL4_BOOTINFO_HEADER_X86_TSC_FREQ) == nullptr) {
    return "it does not tell the frequency of the time-stamp counter";
  }
  // Invocation labels move with SMP, HARDWARE_DEBUG_API and VTX: reading the address of our boot information frame has
  // the label and the object that the reference configuration gives it.
  seL4_Word address = 0;
  if (cap::GetAddress(cap::Cap<cap::Frame>(seL4_CapBootInfoFrame), address) != seL4_NoError || address == 0) {
    return "it numbers its invocations otherwise (MCS, HARDWARE_DEBUG_API, VTX or another release?)";
  }
  if (!PortsAreNumberedAsOurs()) {
    return "it numbers its invocations otherwise (IOMMU or another release?)";
  }
  if (!TypesAreNumberedAsOurs()) {
    return "it numbers its object types otherwise; build it with huge pages";
  }
  return nullptr;
}

}  // namespace ke
