#include "boot/root_task.hpp"

#include <string.h>

#include <array>

#include "arch/x86_64/layout.hpp"
#include "base/print.hpp"
#include "boot/bootinfo.hpp"
#include "boot/elf.hpp"
#include "sched/scheduler.hpp"
#include "vspace/vspace.hpp"

extern "C" char kernel_image_end[];

namespace kernel::boot {
namespace {

constexpr Word kRootBits = seL4_ReferenceRootCNodeBits;

// Objects of the root task whose number is known live in the kernel image: no search for memory, no clearing.
alignas(4096) constinit std::array<Slot, Bit(kRootBits)> root_slots{};
alignas(Bit(seL4_TCBBits)) constinit Tcb root_tcb{};
alignas(4096) constinit std::array<Word, 512> root_pml4{};
alignas(4096) constinit AsidPool root_pool{};
alignas(4096) constinit std::array<uint8_t, 4096> buffer_page{};
alignas(4096) constinit BootInfoPage bootinfo_page{};

/// Hands out slots of the root CNode, pages behind the root task's image, and puts pages into its address space.
class RootBuilder {
 public:
  RootBuilder(Paddr next_page, Paddr end) : next_page_(next_page), end_(end) {
    slots_ = ImageToWindow(root_slots.data());
    root_ = ImageToWindow(root_pml4.data());
  }

  Slot &SlotAt(Word index) { return slots_[index]; }
  Word NextSlot() const { return next_slot_; }
  Paddr NextPage() const { return next_page_; }

  void Provide(Word index, const Cap &cap) {
    slots_[index].cap = cap;
    slots_[index].SetLinks(nullptr, nullptr, Slot::kRevocable | Slot::kFirstBadged);
  }
  void ProvideNext(const Cap &cap) {
    if (next_slot_ == Bit(kRootBits)) {
      Fatal("the root task's image is too large: its pages do not fit into the root CNode");
    }
    Provide(next_slot_++, cap);
  }
  Paddr AllocatePage() {
    if (next_page_ + Bit(seL4_PageBits) > end_) {
      Fatal("there is not enough memory for the root task");
    }
    const Paddr page = next_page_;
    next_page_ += Bit(seL4_PageBits);
    memset(ToPointer(page), 0, Bit(seL4_PageBits));
    return page;
  }

  /// Makes and maps the tables for [start, end); one capability each, upper levels first.
  void MakeTables(Vaddr start, Vaddr end) {
    MakeLevel(start, end, vspace::Level::kPml4, CapType::kPdpt);
    MakeLevel(start, end, vspace::Level::kPdpt, CapType::kPageDirectory);
    MakeLevel(start, end, vspace::Level::kDirectory, CapType::kPageTable);
  }
  /// Maps a page and returns its capability.
  Cap MapPage(Vaddr address, Paddr page) {
    *vspace::FindEntry(root_, address, vspace::Level::kTable) =
        vspace::MakePageEntry(page, PageSize::kSmall, VmRights::kReadWrite, 0);
    return Cap::ForFrame(page, PageSize::kSmall, VmRights::kReadWrite, false).WithMapping(address, kRootAsid);
  }

  static constexpr Word kRootAsid = 1;

 private:
  void MakeLevel(Vaddr start, Vaddr end, vspace::Level level, CapType type) {
    const auto bits = static_cast<Word>(level);
    for (Vaddr address = AlignDown(start, bits); address < end; address += Bit(bits)) {
      const Paddr table = AllocatePage();
      *vspace::FindEntry(root_, address, level) = vspace::MakeTableEntry(table, 0);
      ProvideNext(Cap::ForObject(type, ToPointer(table)).WithMapped(true).WithMapping(address, kRootAsid));
    }
  }

  Slot *slots_;
  Word *root_;
  Word next_slot_ = seL4_NumInitialCaps;
  Paddr next_page_;
  Paddr end_;
};

void ProvideFixedCaps(RootBuilder &builder) {
  Tcb *const tcb = ImageToWindow(&root_tcb);
  builder.Provide(seL4_CapInitThreadTCB, Cap::ForObject(CapType::kThread, tcb));
  builder.Provide(seL4_CapInitThreadCNode, Cap::ForCNode(&builder.SlotAt(0), kRootBits, seL4_WordBits - kRootBits));
  Word *const root = ImageToWindow(root_pml4.data());
  builder.Provide(seL4_CapInitThreadVSpace,
                  Cap::ForObject(CapType::kPml4, root).WithMapped(true).WithMapping(0, RootBuilder::kRootAsid));
  builder.Provide(seL4_CapIRQControl, Cap::Plain(CapType::kIrqControl));
  builder.Provide(seL4_CapASIDControl, Cap::Plain(CapType::kAsidControl));
  AsidPool *const pool = ImageToWindow(&root_pool);
  builder.Provide(seL4_CapInitThreadASIDPool, Cap::ForObject(CapType::kAsidPool, pool));
  builder.Provide(seL4_CapIOPortControl, Cap::Plain(CapType::kIoPortControl));
  builder.Provide(seL4_CapDomain, Cap::Plain(CapType::kDomain));
  vspace::InitRoot(root);
  pool->roots[RootBuilder::kRootAsid] = root;
  vspace::InstallPool(*pool, 0);
}

/// RAM for the image and what follows it: behind the boot modules if it fits there, anywhere else otherwise.
Region FindImageMemory(LoaderInfo &info, Word size) {
  const Paddr kernel_end = AlignUp(ImagePaddr(kernel_image_end), seL4_PageBits);
  RegionList &free = info.scratch;
  free = info.ram;
  free.Remove({0, kernel_end});
  free.Remove({AlignDown(info.module.start, seL4_PageBits), AlignUp(info.modules_end, seL4_PageBits)});
  for (const Region &region : free) {
    if (region.start >= info.modules_end && region.end - region.start >= size) {
      return region;
    }
  }
  for (const Region &region : free) {
    if (region.end - region.start >= size) {
      return region;
    }
  }
  Fatal("there is not enough memory for the root task");
}

void StartRootThread(RootBuilder &builder, const ElfImage &image, Vaddr buffer, Vaddr bootinfo) {
  Tcb &tcb = *ImageToWindow(&root_tcb);
  InitTcb(tcb);
  // The thread's own slots: copies of what the root CNode holds.
  InsertDerived(builder.SlotAt(seL4_CapInitThreadCNode).cap, builder.SlotAt(seL4_CapInitThreadCNode),
                tcb.slots[kSlotCSpace]);
  InsertDerived(builder.SlotAt(seL4_CapInitThreadVSpace).cap, builder.SlotAt(seL4_CapInitThreadVSpace),
                tcb.slots[kSlotVSpace]);
  InsertDerived(builder.SlotAt(seL4_CapInitThreadIPCBuffer).cap.WithMapping(0, 0),
                builder.SlotAt(seL4_CapInitThreadIPCBuffer), tcb.slots[kSlotBuffer]);
  tcb.ipc_buffer = buffer;
  tcb.context.rdi = bootinfo;
  tcb.context.rip = image.entry;
  tcb.priority = seL4_MaxPrio;
  tcb.max_priority = seL4_MaxPrio;
  SetupReplyMaster(tcb);
#if NEPTUNE_DEBUG
  memcpy(tcb.name, "rootserver", 10);
#endif
  tcb.state = ThreadState::kRunning;
  ReadyAppend(tcb);
}

}  // namespace

void CreateRootTask(LoaderInfo &info, const AcpiInfo &acpi, uint32_t tsc_mhz) {
  ElfImage image;
  const Region module = info.module;
  const char *const complaint =
      ReadElf({ToPointer<const uint8_t>(module.start), static_cast<size_t>(module.end - module.start)}, image);
  if (complaint != nullptr) {
    Fatal(complaint);
  }
  const Word image_size = image.end - image.start;
  const Word extra_length = ExtraLength(info);
  const Word extra_size =
      AlignUp(extra_length, seL4_PageBits) == 0 ? 0 : std::bit_ceil(AlignUp(extra_length, seL4_PageBits));
  const Vaddr buffer = image.end;
  const Vaddr bootinfo = buffer + Bit(seL4_PageBits);
  const Vaddr extra = bootinfo + Bit(seL4_PageBits);
  const Vaddr end = extra + extra_size;

  const Region memory = FindImageMemory(info, image_size + extra_size + (16 + (image_size >> 21)) * 4096);
  RootBuilder builder(memory.start + image_size, memory.end);
  LoadElf(image, ToPointer<uint8_t>(memory.start));

  ProvideFixedCaps(builder);
  BootInfoPage &page = *ImageToWindow(&bootinfo_page);
  seL4_BootInfo &bi = page.info;
  bi.userImagePaging.start = builder.NextSlot();
  builder.MakeTables(image.start, end);
  bi.userImagePaging.end = builder.NextSlot();

  bi.extraBIPages.start = builder.NextSlot();
  const Paddr extra_memory = builder.NextPage();
  for (Word offset = 0; offset < extra_size; offset += Bit(seL4_PageBits)) {
    builder.ProvideNext(builder.MapPage(extra + offset, builder.AllocatePage()));
  }
  bi.extraBIPages.end = builder.NextSlot();
  WriteExtra(info, tsc_mhz, ToPointer<uint8_t>(extra_memory));

  bi.userImageFrames.start = builder.NextSlot();
  for (Word offset = 0; offset < image_size; offset += Bit(seL4_PageBits)) {
    builder.ProvideNext(builder.MapPage(image.start + offset, memory.start + offset));
  }
  bi.userImageFrames.end = builder.NextSlot();
  builder.Provide(seL4_CapInitThreadIPCBuffer, builder.MapPage(buffer, ImagePaddr(&buffer_page)));
  builder.Provide(seL4_CapBootInfoFrame, builder.MapPage(bootinfo, ImagePaddr(&bootinfo_page)));

  // What is left is untyped memory.
  info.ram.Remove({0, AlignUp(ImagePaddr(kernel_image_end), seL4_PageBits)});
  FindDevices(info, acpi, info.scratch);
  info.ram.Remove({memory.start, builder.NextPage()});
  bi.untyped.start = builder.NextSlot();
  UntypedList list(bi);
  for (const Region &region : info.scratch) {
    list.Add(region, true, [&](const Cap &cap) { builder.ProvideNext(cap); });
  }
  for (const Region &region : info.ram) {
    list.Add(region, false, [&](const Cap &cap) { builder.ProvideNext(cap); });
  }
  bi.untyped.end = builder.NextSlot();

  bi.extraLen = extra_length;
  bi.numNodes = 1;
  bi.numIOPTLevels = ~Word{0};
  bi.ipcBuffer = reinterpret_cast<seL4_IPCBuffer *>(buffer);
  bi.empty = {builder.NextSlot(), Bit(kRootBits)};
  bi.initThreadCNodeSizeBits = kRootBits;
  StartRootThread(builder, image, buffer, bootinfo);
}

}  // namespace kernel::boot
