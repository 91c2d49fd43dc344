// What the root task finds: boot info, initial capabilities, memory.
#include "env.hpp"

using namespace test;

TEST(boot_info_fields) {
  EXPECT_EQ(boot_info->nodeID, 0);
  EXPECT_EQ(boot_info->numNodes, 1);
  EXPECT_EQ(boot_info->numIOPTLevels, ~Word{0});
  EXPECT_EQ(boot_info->initThreadDomain, 0);
  EXPECT_EQ(boot_info->sharedFrames.end - boot_info->sharedFrames.start, 0);
  EXPECT_EQ(boot_info->empty.end, Word{1} << boot_info->initThreadCNodeSizeBits);
  EXPECT(boot_info->untyped.end > boot_info->untyped.start);
  EXPECT_EQ(reinterpret_cast<Word>(boot_info->ipcBuffer) + 4096, reinterpret_cast<Word>(boot_info));
}

TEST(untyped_list_is_ordered) {
  bool ram = false;
  Word last = 0;
  for (Word i = 0; i < boot_info->untyped.end - boot_info->untyped.start; ++i) {
    const seL4_UntypedDesc &untyped = boot_info->untypedList[i];
    if (!untyped.isDevice && !ram) {
      ram = true;
      last = 0;
    }
    EXPECT_EQ(untyped.isDevice, ram ? 0 : 1);
    EXPECT(untyped.paddr >= last);
    // Above its window an upstream kernel aligns by its own addresses.
    if (untyped.paddr < Word{1} << 39) {
      EXPECT_EQ(untyped.paddr & ((Word{1} << untyped.sizeBits) - 1), 0);
    }
    last = untyped.paddr + (Word{1} << untyped.sizeBits);
  }
  EXPECT(ram);
  EXPECT_EQ(boot_info->untypedList[0].paddr, 0);
}

TEST(extra_boot_info) {
  const auto *chunk = reinterpret_cast<const char *>(boot_info) + 4096;
  const char *const end = chunk + boot_info->extraLen;
  Word seen = 0;
  while (chunk < end) {
    const auto *const header = reinterpret_cast<const seL4_BootInfoHeader *>(chunk);
    EXPECT(header->len >= sizeof(*header));
    seen |= Word{1} << header->id;
    if (header->id == SEL4_BOOTINFO_HEADER_X86_TSC_FREQ) {
      EXPECT(reinterpret_cast<const seL4_X86_BootInfo_TSC_freq_t *>(chunk)->freq_mhz > 100);
    }
    if (header->id == SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP) {
      const auto *const rsdp = reinterpret_cast<const seL4_X86_BootInfo_ACPI_RSDP_t *>(chunk);
      EXPECT(std::string_view(rsdp->signature, 8) == "RSD PTR ");
    }
    chunk += header->len;
  }
  EXPECT_EQ(chunk - end, 0);
  const Word needed = Word{1} << SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP | Word{1} << SEL4_BOOTINFO_HEADER_X86_MBMMAP |
                      Word{1} << SEL4_BOOTINFO_HEADER_X86_TSC_FREQ;
  EXPECT_EQ(seen & needed, needed);
}

TEST(image_frames_are_the_image) {
  static volatile Word marker;
  const Cptr frame = NewSlot();
  EXPECT_OK(Copy(frame, ImageFrame(const_cast<Word *>(&marker))));
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch));
  marker = 0x1234;
  const Word offset = reinterpret_cast<Word>(&marker) & 4095;
  EXPECT_EQ(*reinterpret_cast<volatile Word *>(kScratch + offset), 0x1234);
}
