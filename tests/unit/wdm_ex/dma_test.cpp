// Scatter/gather lists and map transfers over MDLs whose page frames the test chooses: what is bounced, what is joined.
// Expected: learn.microsoft.com, "Using Packet-Based Bus-Master DMA", "Using Scatter/Gather DMA".

#include "hal/dma.hpp"
#include "fakes.hpp"

#include <wdmp/irql.hpp>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

using fakes::contiguous;
using fakes::kBouncePhysical;

namespace {

constexpr ULONG kPage = 4096;

// Memory of some pages, page aligned, with the frames that the test says.
class Buffer {
 public:
  Buffer(size_t offset, ULONG length, std::vector<PFN_NUMBER> frames)
      : memory_(static_cast<char *>(std::aligned_alloc(kPage, frames.size() * kPage))),
        storage_(sizeof(MDL) + frames.size() * sizeof(PFN_NUMBER)),
        size_(frames.size() * kPage) {
    for (size_t i = 0; i < size_; i += 1) {
      memory_[i] = static_cast<char>(i * 7 + i / kPage);
    }
    MmInitializeMdl(Mdl(), memory_ + offset, length);
    std::memcpy(MmGetMdlPfnArray(Mdl()), frames.data(), frames.size() * sizeof(PFN_NUMBER));
  }
  ~Buffer() { std::free(memory_); }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;
  PMDL Mdl() { return reinterpret_cast<PMDL>(storage_.data()); }
  char *Va() { return static_cast<char *>(MmGetMdlVirtualAddress(Mdl())); }

 private:
  char *memory_;
  std::vector<char> storage_;
  size_t size_;
};

class DmaTest : public testing::Test {
 protected:
  DmaTest() {
    fakes::no_contiguous = false;
    adapter_.register_count = 64;
    adapter_.highest = 0xFF'FFFF;
    adapter_.description.ScatterGather = TRUE;
  }
  ~DmaTest() override { EXPECT_TRUE(contiguous.empty()); }
  static VOID NTAPI Ready(PDEVICE_OBJECT, PIRP, PSCATTER_GATHER_LIST list, PVOID context) {
    EXPECT_EQ(ke::CurrentIrql(), DISPATCH_LEVEL);
    *static_cast<PSCATTER_GATHER_LIST *>(context) = list;
  }
  PSCATTER_GATHER_LIST Get(PMDL mdl, char *va, ULONG length, bool write) {
    PSCATTER_GATHER_LIST list = nullptr;
    status_ = wdm::DmaGetScatterGatherList(&adapter_, &device_, mdl, va, length, Ready, &list, write);
    return list;
  }
  DEVICE_OBJECT device_ = {};
  wdm::DmaAdapter adapter_ = {};
  NTSTATUS status_ = STATUS_SUCCESS;
};

TEST_F(DmaTest, JoinsNeighbours) {
  Buffer buffer(100, 3 * kPage, {5, 6, 9, 10});
  PSCATTER_GATHER_LIST list = Get(buffer.Mdl(), buffer.Va(), 3 * kPage, true);
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->NumberOfElements, 2u);
  EXPECT_EQ(list->Elements[0].Address.QuadPart, 5 * kPage + 100);
  EXPECT_EQ(list->Elements[0].Length, 2 * kPage - 100);
  EXPECT_EQ(list->Elements[1].Address.QuadPart, 9 * kPage);
  EXPECT_EQ(list->Elements[1].Length, kPage + 100);
  wdm::DmaPutScatterGatherList(&adapter_, list, TRUE);
  list = Get(buffer.Mdl(), buffer.Va() + 5000, 10, true);
  ASSERT_EQ(list->NumberOfElements, 1u);
  EXPECT_EQ(list->Elements[0].Address.QuadPart, 5 * kPage + 5100);
  wdm::DmaPutScatterGatherList(&adapter_, list, TRUE);
}

TEST_F(DmaTest, FollowsChains) {
  Buffer first(0, kPage, {5});
  Buffer second(0, 100, {6});
  Buffer third(50, 60, {8});
  first.Mdl()->Next = second.Mdl();
  second.Mdl()->Next = third.Mdl();
  PSCATTER_GATHER_LIST list = Get(first.Mdl(), first.Va() + 1000, kPage - 1000 + 100 + 60, true);
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->NumberOfElements, 2u);
  EXPECT_EQ(list->Elements[0].Length, kPage - 1000 + 100);
  EXPECT_EQ(list->Elements[1].Address.QuadPart, 8 * kPage + 50);
  wdm::DmaPutScatterGatherList(&adapter_, list, TRUE);
  EXPECT_EQ(Get(first.Mdl(), first.Va(), kPage + 161, true), nullptr);
  EXPECT_EQ(status_, STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Get(first.Mdl(), first.Va() + kPage, 1, true), nullptr);
  EXPECT_EQ(Get(first.Mdl(), first.Va(), 0, true), nullptr);
}

TEST_F(DmaTest, BouncesWhatLiesAboveTheLimit) {
  Buffer buffer(16, 3 * kPage, {5, 0x12345, 0x22222, 7});
  std::vector<char> before(buffer.Va(), buffer.Va() + 3 * kPage);
  PSCATTER_GATHER_LIST list = Get(buffer.Mdl(), buffer.Va(), 3 * kPage, true);
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->NumberOfElements, 4u);
  ASSERT_EQ(contiguous.size(), 1u);
  auto *bounce = static_cast<char *>(contiguous.begin()->first);
  EXPECT_EQ(list->Elements[1].Address.QuadPart, static_cast<LONGLONG>(kBouncePhysical));
  EXPECT_EQ(std::memcmp(bounce, buffer.Va() + kPage - 16, 2 * kPage), 0) << "copied for the device";
  std::memset(bounce, 0x55, 2 * kPage);
  wdm::DmaPutScatterGatherList(&adapter_, list, TRUE);
  EXPECT_EQ(std::memcmp(buffer.Va(), before.data(), before.size()), 0) << "nothing comes back from a write";

  list = Get(buffer.Mdl(), buffer.Va(), 3 * kPage, false);
  bounce = static_cast<char *>(contiguous.begin()->first);
  EXPECT_EQ(bounce[0], 0) << "nothing goes out for a read";
  std::memset(bounce, 0x55, 2 * kPage);
  wdm::DmaPutScatterGatherList(&adapter_, list, FALSE);
  EXPECT_EQ(buffer.Va()[kPage - 17], before[kPage - 17]);
  for (ULONG i = kPage - 16; i < 3 * kPage - 16; i += 1) {
    ASSERT_EQ(buffer.Va()[i], 0x55) << i;
  }
  EXPECT_EQ(buffer.Va()[3 * kPage - 16], before[3 * kPage - 16]);

  fakes::no_contiguous = true;
  EXPECT_EQ(Get(buffer.Mdl(), buffer.Va(), 3 * kPage, false), nullptr);
  EXPECT_EQ(status_, STATUS_INSUFFICIENT_RESOURCES);
}

TEST_F(DmaTest, BuildsIntoTheDriversBuffer) {
  Buffer buffer(0, 2 * kPage, {5, 0x12345});
  ULONG size = 0;
  ULONG registers = 0;
  ASSERT_EQ(wdm::DmaCalculateScatterGatherList(&adapter_, buffer.Mdl(), buffer.Va(), 2 * kPage, &size, &registers),
            STATUS_SUCCESS);
  EXPECT_EQ(registers, 2u);
  alignas(16) char room[1024];
  ASSERT_LE(size, sizeof(room));
  PSCATTER_GATHER_LIST list = nullptr;
  EXPECT_EQ(wdm::DmaBuildScatterGatherList(&adapter_, &device_, buffer.Mdl(), buffer.Va(), 2 * kPage, Ready, &list,
                                           TRUE, room, 24),
            STATUS_BUFFER_TOO_SMALL);
  ASSERT_EQ(wdm::DmaBuildScatterGatherList(&adapter_, &device_, buffer.Mdl(), buffer.Va(), 2 * kPage, Ready, &list,
                                           TRUE, room, size),
            STATUS_SUCCESS);
  EXPECT_EQ(reinterpret_cast<char *>(list), room);
  EXPECT_EQ(list->NumberOfElements, 2u);
  PMDL target = nullptr;
  EXPECT_EQ(wdm::DmaBuildMdlFromScatterGatherList(&adapter_, list, buffer.Mdl(), &target), STATUS_NOT_IMPLEMENTED);
  wdm::DmaPutScatterGatherList(&adapter_, list, TRUE);
  ASSERT_EQ(wdm::DmaBuildScatterGatherList(&adapter_, &device_, buffer.Mdl(), buffer.Va(), 100, Ready, &list, TRUE,
                                           room, size),
            STATUS_SUCCESS);
  EXPECT_EQ(wdm::DmaBuildMdlFromScatterGatherList(&adapter_, list, buffer.Mdl(), &target), STATUS_SUCCESS);
  EXPECT_EQ(target, buffer.Mdl());
  wdm::DmaPutScatterGatherList(&adapter_, list, TRUE);
}

TEST_F(DmaTest, MapsRunAfterRun) {
  Buffer buffer(32, 3 * kPage, {5, 6, 0x12345, 9});
  wdm::MapRegisters *registers = wdm::MakeMapRegisters(4, true);
  char *va = buffer.Va();
  ULONG left = 3 * kPage;
  const LONGLONG addresses[] = {5 * kPage + 32, static_cast<LONGLONG>(kBouncePhysical), 9 * kPage};
  const ULONG lengths[] = {2 * kPage - 32, kPage, 32};
  for (int i = 0; i < 3; i += 1) {
    ULONG length = left;
    PHYSICAL_ADDRESS at = wdm::DmaMapTransfer(&adapter_, buffer.Mdl(), registers, va, &length, TRUE);
    EXPECT_EQ(at.QuadPart, addresses[i]);
    ASSERT_EQ(length, lengths[i]);
    va += length;
    left -= length;
  }
  EXPECT_EQ(left, 0u);
  EXPECT_EQ(std::memcmp(registers->bounce, buffer.Va() + 2 * kPage - 32, kPage), 0);
  EXPECT_TRUE(wdm::DmaFlushAdapterBuffers(&adapter_, buffer.Mdl(), registers, buffer.Va(), 3 * kPage, TRUE));
  wdm::FreeMapRegisters(registers);
}

TEST_F(DmaTest, GathersForDevicesThatCannot) {
  adapter_.description.ScatterGather = FALSE;
  Buffer buffer(32, 2 * kPage, {5, 7, 9});
  std::vector<char> before(buffer.Va(), buffer.Va() + 2 * kPage);
  wdm::MapRegisters *registers = wdm::MakeMapRegisters(3, true);
  ULONG length = 2 * kPage;
  PHYSICAL_ADDRESS at = wdm::DmaMapTransfer(&adapter_, buffer.Mdl(), registers, buffer.Va(), &length, FALSE);
  EXPECT_EQ(length, 2 * kPage);
  EXPECT_EQ(at.QuadPart, static_cast<LONGLONG>(kBouncePhysical) + 32);
  std::memset(registers->bounce + 32, 0x33, 2 * kPage);
  EXPECT_TRUE(wdm::DmaFlushAdapterBuffers(&adapter_, buffer.Mdl(), registers, buffer.Va(), 2 * kPage, FALSE));
  EXPECT_EQ(std::vector<char>(buffer.Va(), buffer.Va() + 2 * kPage), std::vector<char>(2 * kPage, 0x33));
  length = 100;  // in one page: no need to
  at = wdm::DmaMapTransfer(&adapter_, buffer.Mdl(), registers, buffer.Va(), &length, FALSE);
  EXPECT_EQ(at.QuadPart, 5 * kPage + 32);
  length = 100;
  wdm::DmaMapTransfer(&adapter_, buffer.Mdl(), registers, buffer.Va() + 2 * kPage, &length, FALSE);
  EXPECT_EQ(length, 0u) << "outside the MDL";
  wdm::FreeMapRegisters(registers);
}

TEST_F(DmaTest, StopsWithoutMapRegisters) {
  Buffer buffer(0, 2 * kPage, {0x12345, 0x12347});
  wdm::MapRegisters *registers = wdm::MakeMapRegisters(1, true);
  ULONG length = 2 * kPage;
  wdm::DmaMapTransfer(&adapter_, buffer.Mdl(), registers, buffer.Va(), &length, TRUE);
  EXPECT_EQ(length, kPage);
  length = kPage;
  wdm::DmaMapTransfer(&adapter_, buffer.Mdl(), registers, buffer.Va() + kPage, &length, TRUE);
  EXPECT_EQ(length, 0u);
  wdm::FreeMapRegisters(registers);
}

}  // namespace
