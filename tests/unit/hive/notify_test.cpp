// NtNotifyChangeKey: who is told, of what, and when no more.

#include "hive_test_util.hpp"

#include <cm/build.hpp>
#include <cm/key.hpp>
#include <cm/services.hpp>
#include <ex/objects.hpp>
#include <support/executive.hpp>

#include <gtest/gtest.h>

using namespace hive_test;

namespace {

constexpr ULONG kName = REG_NOTIFY_CHANGE_NAME;
constexpr ULONG kLastSet = REG_NOTIFY_CHANGE_LAST_SET;
constexpr ULONG kAgnostic = 0x10000000;

class Notify : public testing::Test {
 protected:
  Notify() {
    auto hive = *hive::Hive::Create(memory_, u"SYSTEM", {.security = kSecurity});
    const auto select = *hive.CreateChild(hive.Root(), u"Select", {});
    const std::uint32_t one = 1;
    MUST(hive.SetValue(select, u"Current", 4, std::as_bytes(std::span(&one, 1)), 1));
    MUST(hive.CreateChild(hive.Root(), u"ControlSet001", {}));
    registry_ = *cm::BuildRegistry(memory_, File(hive), 1);
    cm::UseRegistry(registry_.get());
    node_ = *registry_->CreateKey(*registry_->Open(u"MACHINE\\SYSTEM"), u"Watched", {});
    key_ = Open(node_);
    event_object_ = *ex::Event::Create(NotificationEvent, true);
    event_ = *handles_.Insert(Ref<ob::Object>(event_object_), EVENT_ALL_ACCESS);
  }
  ~Notify() override {
    while (handles_.CloseSome(100)) {
    }
    thread_.waiter.Rundown();
    node_ = nullptr;
    registry_ = nullptr;
    EXPECT_EQ(memory_.outstanding, 0u);
    cm::UseRegistry(nullptr);
  }

  HANDLE Open(const Ref<cm::Node> &node, ACCESS_MASK access = KEY_ALL_ACCESS) {
    return *handles_.Insert(Ref<ob::Object>(*cm::KeyObject::Create(node)), access);
  }
  auto Call(ULONG filter, bool tree, bool asynchronous, const void *apc = nullptr, HANDLE key = nullptr) {
    block_ = {};
    block_.Information = 77;
    return support::Running(cm::NtNotifyChangeKey(
        thread_, key != nullptr ? key : key_, asynchronous ? event_ : nullptr, thread_.Pointer(apc),
        thread_.Pointer(reinterpret_cast<void *>(0x1234)), thread_.Out(&block_), filter, tree ? TRUE : FALSE,
        thread_.Pointer(nullptr), 0, asynchronous ? TRUE : FALSE));
  }
  NTSTATUS Pend(ULONG filter, bool tree = false, const void *apc = nullptr, HANDLE key = nullptr) {
    auto call = Call(filter, tree, true, apc, key);
    EXPECT_TRUE(call.Done());
    return ToNtStatus(call.Take());
  }
  void SetValue(const Ref<cm::Node> &node) { MUST(registry_->SetValue(*node, u"v", 1, {}, 1)); }
  Ref<cm::Node> Child(const Ref<cm::Node> &parent, std::u16string_view name) {
    return *registry_->CreateKey(parent, name, {});
  }
  bool Told() const { return event_object_->Signalled(); }

  TestAllocator memory_;
  std::unique_ptr<cm::Registry> registry_;
  support::System system_;
  support::Memory user_;
  ob::HandleTable handles_;
  support::Thread thread_{user_, handles_, system_.dispatcher};
  Ref<cm::Node> node_;
  HANDLE key_ = nullptr;
  Ref<ex::Event> event_object_;
  HANDLE event_ = nullptr;
  IO_STATUS_BLOCK block_{};
};

}  // namespace

TEST_F(Notify, SynchronousCallWaitsForTheChange) {
  auto call = Call(kLastSet, false, false);
  EXPECT_FALSE(call.Done());
  Child(node_, u"not asked for");
  system_.Run();
  EXPECT_FALSE(call.Done());
  SetValue(node_);
  system_.Run();
  ASSERT_TRUE(call.Done());
  EXPECT_EQ(ToNtStatus(call.Take()), STATUS_NOTIFY_ENUM_DIR);
  EXPECT_EQ(block_.Status, STATUS_NOTIFY_ENUM_DIR);
  EXPECT_EQ(block_.Information, 0u);
  // A change between two calls is kept.
  SetValue(node_);
  auto second = Call(kLastSet, false, false);
  ASSERT_TRUE(second.Done());
  EXPECT_EQ(ToNtStatus(second.Take()), STATUS_NOTIFY_ENUM_DIR);
  EXPECT_FALSE(Call(kLastSet, false, false).Done());
}

TEST_F(Notify, TheEndOfTheThreadEndsTheWait) {
  auto call = Call(kLastSet, false, false);
  thread_.waiter.Terminate();
  system_.Run();
  ASSERT_TRUE(call.Done());
  EXPECT_EQ(ToNtStatus(call.Take()), STATUS_THREAD_IS_TERMINATING);
  SetValue(node_);  // nobody is there any more
}

TEST_F(Notify, AsynchronousCallIsToldByEventBlockAndApc) {
  const int routine = 0;
  EXPECT_EQ(Pend(kName, false, &routine), STATUS_PENDING);
  EXPECT_FALSE(Told());  // reset by the call
  SetValue(node_);
  const auto child = Child(node_, u"a");
  EXPECT_TRUE(Told());
  EXPECT_EQ(block_.Status, STATUS_NOTIFY_ENUM_DIR);
  EXPECT_EQ(thread_.waiter.TestAlert(), STATUS_SUCCESS);
  const auto apc = thread_.waiter.TakeApc();
  ASSERT_TRUE(apc);
  EXPECT_EQ(apc->normal_routine, &routine);
  EXPECT_EQ(apc->normal_context, reinterpret_cast<void *>(0x1234));
  EXPECT_EQ(apc->system_argument1, &block_);

  EXPECT_EQ(Pend(kName), STATUS_PENDING);
  EXPECT_FALSE(Told());
  MUST(registry_->RenameKey(*child, u"b", 1));
  EXPECT_TRUE(Told());
  EXPECT_EQ(Pend(kName), STATUS_PENDING);
  MUST(registry_->DeleteKey(*child, 1));
  EXPECT_TRUE(Told());
  // Nobody asks: the change waits for the next call.
  Child(node_, u"c");
  EXPECT_EQ(Pend(kName), STATUS_PENDING);
  EXPECT_TRUE(Told());
}

TEST_F(Notify, TreesAreWatchedWhole) {
  const auto child = Child(node_, u"a");
  const auto grandchild = Child(child, u"b");
  const HANDLE tree = Open(node_);
  EXPECT_EQ(Pend(kLastSet | kName, true, nullptr, tree), STATUS_PENDING);
  SetValue(*registry_->Open(u"MACHINE\\SYSTEM"));
  EXPECT_FALSE(Told());
  SetValue(grandchild);
  EXPECT_TRUE(Told());
  EXPECT_EQ(Pend(kLastSet, false), STATUS_PENDING);  // another handle, that key only
  SetValue(grandchild);
  EXPECT_FALSE(Told());
}

TEST_F(Notify, DeletedKeysAndClosedHandlesSayCleanup) {
  EXPECT_EQ(Pend(kName), STATUS_PENDING);
  MUST(handles_.Close(key_));
  EXPECT_TRUE(Told());
  EXPECT_EQ(block_.Status, STATUS_NOTIFY_CLEANUP);

  key_ = Open(node_);
  EXPECT_EQ(Pend(kName), STATUS_PENDING);
  MUST(registry_->DeleteKey(*node_, 1));
  EXPECT_TRUE(Told());
  EXPECT_EQ(block_.Status, STATUS_NOTIFY_CLEANUP);
  EXPECT_EQ(Pend(kName), STATUS_KEY_DELETED);
}

TEST_F(Notify, AHandleOfAnotherProcessKeepsTheKeyButNotTheRequests) {
  ob::HandleTable other;
  const HANDLE copy = *other.Insert(handles_.Lookup(key_)->object, KEY_NOTIFY);
  EXPECT_EQ(Pend(kName), STATUS_PENDING);
  MUST(handles_.Close(key_));
  EXPECT_TRUE(Told());
  EXPECT_EQ(block_.Status, STATUS_NOTIFY_CLEANUP);
  Child(node_, u"x");
  MUST(other.Close(copy));
}

TEST_F(Notify, TheThreadThatAskedMatters) {
  const int routine = 0;
  EXPECT_EQ(Pend(kName, false, &routine), STATUS_PENDING);
  thread_.waiter.Rundown();
  EXPECT_TRUE(Told());
  EXPECT_EQ(block_.Status, STATUS_NOTIFY_CLEANUP);
}

TEST_F(Notify, UnlessItIsAgnostic) {
  const int routine = 0;
  {
    support::Thread gone(user_, handles_, system_.dispatcher);
    support::Running call(cm::NtNotifyChangeKey(gone, key_, event_, gone.Pointer(&routine), gone.Pointer(nullptr),
                                                gone.Out(&block_), kName | kAgnostic, FALSE, gone.Pointer(nullptr), 0,
                                                TRUE));
    EXPECT_EQ(ToNtStatus(call.Take()), STATUS_PENDING);
    gone.waiter.Rundown();
  }
  EXPECT_FALSE(Told());
  Child(node_, u"x");
  EXPECT_TRUE(Told());
}

TEST_F(Notify, Failures) {
  EXPECT_EQ(Pend(0x10), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Pend(kName, false, nullptr, Open(node_, KEY_READ & ~KEY_NOTIFY)), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Pend(kName, false, nullptr, event_), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(Pend(kName, false, nullptr, reinterpret_cast<HANDLE>(0x7770)), STATUS_INVALID_HANDLE);
  const int routine = 0;
  for (int n = 0; n < 3; n++) {
    const HANDLE key = Open(node_);
    support::FailAllocationsAfter(n);
    auto call = Call(kName, false, true, &routine, key);
    support::FailAllocationsAfter(-1);
    EXPECT_EQ(ToNtStatus(call.Take()), STATUS_INSUFFICIENT_RESOURCES) << n;
  }
  // A status block that went away harms nobody.
  EXPECT_EQ(Pend(kName), STATUS_PENDING);
  user_.bad_page = reinterpret_cast<ke::UserAddress>(&block_) & ~ke::UserAddress{4095};
  Child(node_, u"x");
  user_.bad_page = 0;
  EXPECT_TRUE(Told());
}
