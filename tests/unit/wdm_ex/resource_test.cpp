// wdm's resource_core: who owns an ERESOURCE after what. Expected: learn.microsoft.com, "Introduction to ERESOURCE
// Routines" and the page of each routine.

#include "ex/resource_core.hpp"

#include <gtest/gtest.h>

namespace {

using wdm::ResourceMode;
using wdm::ResourceWaiter;

constexpr ERESOURCE_THREAD kA = 0x1000;
constexpr ERESOURCE_THREAD kB = 0x2000;
constexpr ERESOURCE_THREAD kC = 0x3000;

class ResourceTest : public testing::Test {
 protected:
  ~ResourceTest() override { wdm::FreeOwners(resource_); }
  bool Acquire(ERESOURCE_THREAD thread, ResourceMode mode) {
    EXPECT_TRUE(wdm::ReserveOwner(resource_));
    return wdm::TryAcquire(resource_, thread, mode);
  }
  void Wait(ResourceWaiter &waiter, ERESOURCE_THREAD thread, bool exclusive) {
    EXPECT_TRUE(wdm::ReserveOwner(resource_));
    waiter.thread = thread;
    waiter.exclusive = exclusive;
    wdm::Enqueue(resource_, waiter);
  }
  ResourceWaiter *Release(ERESOURCE_THREAD thread) {
    ResourceWaiter *woken = nullptr;
    EXPECT_TRUE(wdm::Release(resource_, thread, &woken));
    return woken;
  }
  ERESOURCE resource_ = {};
};

TEST_F(ResourceTest, ExclusiveIsRecursive) {
  EXPECT_TRUE(Acquire(kA, ResourceMode::kExclusive));
  EXPECT_TRUE(Acquire(kA, ResourceMode::kExclusive));
  EXPECT_TRUE(Acquire(kA, ResourceMode::kShared));
  EXPECT_TRUE(Acquire(kA, ResourceMode::kSharedWaitForExclusive));
  EXPECT_FALSE(Acquire(kB, ResourceMode::kShared));
  EXPECT_FALSE(Acquire(kB, ResourceMode::kSharedStarveExclusive));
  EXPECT_FALSE(Acquire(kB, ResourceMode::kExclusive));
  EXPECT_EQ(wdm::CountOf(resource_, kA), 4u);
  for (int i = 0; i < 4; i += 1) {
    EXPECT_TRUE(wdm::OwnedExclusive(resource_));
    EXPECT_EQ(Release(kA), nullptr);
  }
  EXPECT_FALSE(wdm::OwnedExclusive(resource_));
  EXPECT_EQ(resource_.ActiveEntries, 0u);
  EXPECT_TRUE(Acquire(kB, ResourceMode::kShared));
}

TEST_F(ResourceTest, ManyShare) {
  for (ERESOURCE_THREAD thread = 1; thread <= 100; thread += 1) {
    EXPECT_TRUE(Acquire(thread, ResourceMode::kShared));
    EXPECT_TRUE(Acquire(thread, ResourceMode::kShared));
  }
  EXPECT_EQ(resource_.ActiveEntries, 100u);
  EXPECT_FALSE(Acquire(1, ResourceMode::kExclusive)) << "a sharer does not become exclusive";
  for (ERESOURCE_THREAD thread = 1; thread <= 100; thread += 1) {
    EXPECT_EQ(wdm::CountOf(resource_, thread), 2u);
    Release(thread);
    Release(thread);
    EXPECT_EQ(wdm::CountOf(resource_, thread), 0u);
  }
  EXPECT_TRUE(Acquire(kA, ResourceMode::kExclusive));
}

TEST_F(ResourceTest, SharersStandBehindExclusiveWaiters) {
  ResourceWaiter exclusive{};
  ASSERT_TRUE(Acquire(kA, ResourceMode::kShared));
  ASSERT_FALSE(Acquire(kB, ResourceMode::kExclusive));
  Wait(exclusive, kB, true);
  EXPECT_EQ(resource_.NumberOfExclusiveWaiters, 1u);
  EXPECT_FALSE(Acquire(kC, ResourceMode::kShared));
  EXPECT_TRUE(Acquire(kA, ResourceMode::kShared)) << "who shares already may again";
  EXPECT_FALSE(Acquire(kA, ResourceMode::kSharedWaitForExclusive)) << "even who shares already waits";
  EXPECT_TRUE(Acquire(kC, ResourceMode::kSharedStarveExclusive));
  EXPECT_EQ(Release(kA), nullptr);
  EXPECT_EQ(Release(kA), nullptr);
  EXPECT_EQ(Release(kC), &exclusive);
  EXPECT_TRUE(wdm::OwnedExclusive(resource_));
  EXPECT_EQ(wdm::CountOf(resource_, kB), 1u);
  EXPECT_EQ(resource_.NumberOfExclusiveWaiters, 0u);
}

TEST_F(ResourceTest, AfterExclusiveAllSharersGo) {
  ResourceWaiter one{};
  ResourceWaiter two{};
  ResourceWaiter exclusive{};
  ASSERT_TRUE(Acquire(kA, ResourceMode::kExclusive));
  Wait(exclusive, 7, true);
  Wait(one, kB, false);
  Wait(two, kC, false);
  EXPECT_EQ(resource_.NumberOfSharedWaiters, 2u);
  EXPECT_EQ(resource_.ContentionCount, 3u);
  EXPECT_EQ(Release(kA), &one);
  EXPECT_EQ(one.next, &two);
  EXPECT_EQ(two.next, nullptr);
  EXPECT_FALSE(wdm::OwnedExclusive(resource_));
  EXPECT_EQ(resource_.ActiveEntries, 2u);
  EXPECT_EQ(Release(kB), nullptr);
  EXPECT_EQ(Release(kC), &exclusive);
}

TEST_F(ResourceTest, ExclusiveWaitersGoInOrder) {
  ResourceWaiter one{};
  ResourceWaiter two{};
  ASSERT_TRUE(Acquire(kA, ResourceMode::kExclusive));
  Wait(one, kB, true);
  Wait(two, kC, true);
  EXPECT_EQ(Release(kA), &one);
  EXPECT_EQ(one.next, nullptr);
  EXPECT_EQ(Release(kB), &two);
  EXPECT_EQ(Release(kC), nullptr);
}

TEST_F(ResourceTest, ConvertsToShared) {
  ResourceWaiter one{};
  ResourceWaiter *woken = nullptr;
  EXPECT_FALSE(wdm::ConvertToShared(resource_, &woken));
  ASSERT_TRUE(Acquire(kA, ResourceMode::kExclusive));
  Wait(one, kB, false);
  EXPECT_TRUE(wdm::ConvertToShared(resource_, &woken));
  EXPECT_EQ(woken, &one);
  EXPECT_EQ(wdm::CountOf(resource_, kA), 1u);
  EXPECT_EQ(wdm::CountOf(resource_, kB), 1u);
  EXPECT_TRUE(Acquire(kC, ResourceMode::kShared));
}

TEST_F(ResourceTest, OwnerPointersReplaceThreads) {
  constexpr ERESOURCE_THREAD kPointer = 0x9003;
  ASSERT_TRUE(Acquire(kA, ResourceMode::kShared));
  ASSERT_TRUE(Acquire(kB, ResourceMode::kShared));
  EXPECT_TRUE(wdm::SetOwner(resource_, kB, kPointer));
  EXPECT_FALSE(wdm::SetOwner(resource_, kB, kPointer));
  EXPECT_EQ(wdm::CountOf(resource_, kB), 0u);
  ResourceWaiter *woken = nullptr;
  EXPECT_FALSE(wdm::Release(resource_, kB, &woken));
  EXPECT_TRUE(wdm::SetOwner(resource_, kA, kPointer));
  EXPECT_EQ(wdm::CountOf(resource_, kPointer), 2u);
  EXPECT_EQ(resource_.ActiveEntries, 1u);
  Release(kPointer);
  Release(kPointer);
  EXPECT_EQ(resource_.ActiveEntries, 0u);
}

TEST_F(ResourceTest, KnowsWhoIsNoOwner) {
  ResourceWaiter *woken = nullptr;
  EXPECT_FALSE(wdm::Release(resource_, kA, &woken));
  EXPECT_FALSE(wdm::Release(resource_, 0, &woken));
  ASSERT_TRUE(Acquire(kA, ResourceMode::kShared));
  EXPECT_FALSE(wdm::Release(resource_, kB, &woken));
}

}  // namespace
