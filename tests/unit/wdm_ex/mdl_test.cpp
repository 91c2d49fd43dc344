// MDLs: partial ones, those of requests, their mappings. Expected: learn.microsoft.com, "Using MDLs",
// IoBuildPartialMdl.

#include "fakes.hpp"
#include "hal/dma.hpp"

#include <wdmp/mdl.hpp>

#include <cstring>
#include <memory>

#include <gtest/gtest.h>

namespace {

constexpr ULONG kPage = 4096;

class MdlTest : public testing::Test {
 protected:
  MdlTest() {
    fakes::map_calls = 0;
    fakes::no_contiguous = false;
    fakes::request_address = memory_ + 300;
  }
  PMDL Request(uint32_t offset = 300, uint32_t length = 2 * kPage) {
    const uint64_t pages[] = {7, 9, 0x12345};
    return wdm::CreateRequestMdl(42, pages, 3, offset, length, true);
  }
  alignas(4096) char memory_[4 * kPage] = {};
};

TEST_F(MdlTest, RequestIsMappedWhenAskedFor) {
  PMDL mdl = Request();
  ASSERT_NE(mdl, nullptr);
  EXPECT_TRUE(wdm::IsRequestMdl(mdl));
  EXPECT_EQ(MmGetMdlByteCount(mdl), 2 * kPage);
  EXPECT_EQ(MmGetMdlByteOffset(mdl), 300u);
  EXPECT_EQ(MmGetMdlPfnArray(mdl)[1], 9u);
  EXPECT_EQ(fakes::map_calls, 0);
  EXPECT_EQ(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), memory_ + 300);
  EXPECT_EQ(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), memory_ + 300);
  EXPECT_EQ(wdm::MdlSystemAddress(mdl), memory_ + 300);
  EXPECT_EQ(fakes::map_calls, 1);
  MmUnmapLockedPages(memory_ + 300, mdl);
  EXPECT_EQ(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), memory_ + 300);
  wdm::FreeRequestMdl(mdl);
}

TEST_F(MdlTest, RequestWithoutMemoryForTheMapping) {
  PMDL mdl = Request();
  fakes::request_address = nullptr;
  EXPECT_EQ(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), nullptr);
  EXPECT_THROW(MmMapLockedPages(mdl, KernelMode), fakes::BugCheck);
  EXPECT_THROW(MmMapLockedPages(mdl, UserMode), fakes::Raised);
  wdm::FreeRequestMdl(mdl);
}

TEST_F(MdlTest, RequestThatContradictsItself) {
  const uint64_t page = 7;
  EXPECT_EQ(wdm::CreateRequestMdl(1, &page, 1, kPage, 1, false), nullptr);
  EXPECT_EQ(wdm::CreateRequestMdl(1, &page, 1, 1, kPage, false), nullptr);
  EXPECT_EQ(wdm::CreateRequestMdl(1, &page, 1, 0, 0xFFFF'FFFF, false), nullptr);
}

TEST_F(MdlTest, PartsOfARequestShareItsMapping) {
  PMDL mdl = Request();
  char *va = static_cast<char *>(MmGetMdlVirtualAddress(mdl));
  PMDL part = IoAllocateMdl(va + kPage, kPage, FALSE, FALSE, nullptr);
  IoBuildPartialMdl(mdl, part, va + kPage, 0);
  EXPECT_EQ(MmGetMdlByteCount(part), kPage);
  EXPECT_EQ(MmGetMdlPfnArray(part)[0], 9u);
  EXPECT_TRUE(wdm::IsRequestMdl(part));
  EXPECT_EQ(MmGetSystemAddressForMdlSafe(part, NormalPagePriority), memory_ + 300 + kPage);
  MmPrepareMdlForReuse(part);
  IoBuildPartialMdl(mdl, part, va + 8, 10);
  EXPECT_EQ(MmGetSystemAddressForMdlSafe(part, NormalPagePriority), memory_ + 308);
  EXPECT_EQ(fakes::map_calls, 1);
  IoFreeMdl(part);
  wdm::FreeRequestMdl(mdl);
}

TEST_F(MdlTest, PartialMdlMustFit) {
  PMDL mdl = IoAllocateMdl(memory_, 3 * kPage, FALSE, FALSE, nullptr);
  PMDL small = IoAllocateMdl(memory_, kPage, FALSE, FALSE, nullptr);
  MmBuildMdlForNonPagedPool(mdl);
  EXPECT_THROW(IoBuildPartialMdl(mdl, small, memory_ + 1, kPage), fakes::BugCheck);
  EXPECT_THROW(IoBuildPartialMdl(mdl, small, memory_ + 3 * kPage - 1, 2), fakes::BugCheck);
  EXPECT_THROW(IoBuildPartialMdl(mdl, small, memory_ - 1, 1), fakes::BugCheck);
  IoBuildPartialMdl(mdl, small, memory_ + 2 * kPage + 5, 0);
  EXPECT_EQ(MmGetMdlByteCount(small), kPage - 5);
  EXPECT_EQ(MmGetMdlPfnArray(small)[0], 102u);
  EXPECT_EQ(MmGetSystemAddressForMdlSafe(small, NormalPagePriority), memory_ + 2 * kPage + 5);
  IoFreeMdl(small);
  IoFreeMdl(mdl);
}

TEST_F(MdlTest, AdvanceDropsPages) {
  PMDL mdl = IoAllocateMdl(memory_ + 10, 2 * kPage, FALSE, FALSE, nullptr);
  MmBuildMdlForNonPagedPool(mdl);
  EXPECT_EQ(MmAdvanceMdl(mdl, 2 * kPage + 1), STATUS_INVALID_PARAMETER_2);
  EXPECT_EQ(MmAdvanceMdl(mdl, kPage), STATUS_SUCCESS);
  EXPECT_EQ(MmGetMdlByteCount(mdl), kPage);
  EXPECT_EQ(MmGetMdlVirtualAddress(mdl), memory_ + 10 + kPage);
  EXPECT_EQ(MmGetMdlPfnArray(mdl)[0], 101u);
  EXPECT_EQ(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), memory_ + 10 + kPage);
  IoFreeMdl(mdl);
}

TEST_F(MdlTest, LocksWhatIsThere) {
  PMDL mdl = IoAllocateMdl(memory_ + 10, 100, FALSE, FALSE, nullptr);
  MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);
  EXPECT_TRUE((mdl->MdlFlags & MDL_PAGES_LOCKED) != 0 && (mdl->MdlFlags & MDL_WRITE_OPERATION) != 0);
  EXPECT_EQ(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), memory_ + 10);
  MmUnlockPages(mdl);
  EXPECT_EQ(mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_WRITE_OPERATION | MDL_MAPPED_TO_SYSTEM_VA), 0);
  IoFreeMdl(mdl);
  mdl = Request();
  EXPECT_THROW(MmProbeAndLockPages(mdl, UserMode, IoReadAccess), fakes::Raised);
  wdm::FreeRequestMdl(mdl);
}

TEST_F(MdlTest, ChainsBehindAnIrp) {
  IRP irp = {};
  PMDL first = IoAllocateMdl(memory_, 10, FALSE, FALSE, &irp);
  PMDL second = IoAllocateMdl(memory_, 10, TRUE, FALSE, &irp);
  PMDL third = IoAllocateMdl(memory_, 10, TRUE, FALSE, &irp);
  EXPECT_EQ(irp.MdlAddress, first);
  EXPECT_EQ(first->Next, second);
  EXPECT_EQ(second->Next, third);
  EXPECT_EQ(third->Next, nullptr);
  for (PMDL mdl : {first, second, third}) {
    IoFreeMdl(mdl);
  }
}

TEST_F(MdlTest, AllocatedPagesGoBack) {
  PHYSICAL_ADDRESS zero = {};
  PHYSICAL_ADDRESS high = {};
  high.QuadPart = -1;
  PMDL mdl = MmAllocatePagesForMdl(zero, high, zero, 2 * kPage + 1);
  ASSERT_NE(mdl, nullptr);
  EXPECT_EQ(MmGetMdlByteCount(mdl), 3 * kPage);
  EXPECT_EQ(MmGetMdlPfnArray(mdl)[2], (fakes::kBouncePhysical >> 12) + 2);
  EXPECT_EQ(MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, nullptr, FALSE, NormalPagePriority),
            fakes::contiguous.begin()->first);
  MmFreePagesFromMdl(mdl);
  EXPECT_TRUE(fakes::contiguous.empty());
  IoFreeMdl(mdl);
  EXPECT_EQ(MmAllocatePagesForMdl(zero, high, zero, 0), nullptr);
  EXPECT_EQ(MmAllocatePagesForMdl(zero, zero, zero, kPage), nullptr);
}

TEST_F(MdlTest, BouncesARequestThroughItsMapping) {
  PMDL mdl = Request();
  wdm::DmaAdapter adapter = {};
  adapter.highest = 0xFF'FFFF;
  adapter.description.ScatterGather = TRUE;
  std::memset(memory_, 0x66, sizeof(memory_));
  wdm::DmaCursor cursor = wdm::CursorAt(mdl, static_cast<char *>(MmGetMdlVirtualAddress(mdl)) + 2 * kPage - 300);
  EXPECT_EQ(cursor.Physical(), uint64_t{0x12345} << 12);
  EXPECT_EQ(cursor.PageLeft(), 300u);
  wdm::MapRegisters *registers = wdm::MakeMapRegisters(1, true);
  ULONG length = 300;
  wdm::DmaMapTransfer(&adapter, mdl, registers, static_cast<char *>(MmGetMdlVirtualAddress(mdl)) + 2 * kPage - 300,
                      &length, TRUE);
  EXPECT_EQ(length, 300u);
  EXPECT_EQ(registers->bounce[299], 0x66);
  EXPECT_EQ(fakes::map_calls, 1);
  wdm::FreeMapRegisters(registers);
  wdm::FreeRequestMdl(mdl);
}

}  // namespace
