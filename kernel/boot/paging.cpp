#include "boot/paging.hpp"

#include <array>

#include "arch/x86_64/cpu.hpp"
#include "vspace/vspace.hpp"

extern "C" {
extern kernel::Word boot_pml4[512];
extern kernel::Word boot_pdpt[512];
}

namespace kernel::boot {
namespace {

alignas(4096) std::array<Word, 512> device_directory;
alignas(4096) std::array<Word, 512> device_table;

}  // namespace

void MapDevice(Word page, Paddr address) {
  using namespace vspace;
  boot_pdpt[511] = ImagePaddr(device_directory.data()) | kPresent | kWritable;
  device_directory[0] = ImagePaddr(device_table.data()) | kPresent | kWritable;
  device_table[page] =
      AlignDown(address, seL4_PageBits) | kPresent | kWritable | kWriteThrough | kCacheDisable | kGlobal;
}

void FinishPaging() {
  boot_pml4[0] = 0;
  vspace::kernel_root = ImageToWindow(boot_pml4);
  vspace::active_root = vspace::kernel_root;
  // The low mapping's entries are global: only switching global pages off drops them.
  constexpr Word kGlobalPages = 0x80;
  cpu::WriteCr4(cpu::ReadCr4() & ~kGlobalPages);
  cpu::WriteCr3(ImagePaddr(boot_pml4));
  cpu::WriteCr4(cpu::ReadCr4() | kGlobalPages);
}

}  // namespace kernel::boot
