#include "fixture.hpp"

#include <map>
#include <random>
#include <set>

namespace {

HANDLE Number(std::uintptr_t value) { return reinterpret_cast<HANDLE>(value); }
std::uintptr_t Value(HANDLE handle) { return reinterpret_cast<std::uintptr_t>(handle); }

class HandleTableTest : public ObTest {
 protected:
  Ref<ex::Event> event = *ex::Event::Create(NotificationEvent, false);
};

TEST_F(HandleTableTest, ChecksHandleTypeAndAccessInThatOrder) {
  HANDLE handle = *handles.Insert(event, EVENT_QUERY_STATE);
  EXPECT_EQ(Value(handle) % 4, 0u);
  EXPECT_NE(handle, nullptr);
  EXPECT_EQ(*handles.Reference<ex::Event>(handle, EVENT_QUERY_STATE), event);
  EXPECT_EQ(handles.Reference<ex::Event>(handle, EVENT_MODIFY_STATE).error().Code(), STATUS_ACCESS_DENIED);
  EXPECT_EQ(handles.Reference(handle, EVENT_QUERY_STATE | EVENT_MODIFY_STATE).error().Code(), STATUS_ACCESS_DENIED);
  EXPECT_EQ(handles.Reference<ex::Timer>(handle, EVENT_MODIFY_STATE).error().Code(), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(handles.ReferenceWaitable(handle).error().Code(), STATUS_ACCESS_DENIED);
  // The low two bits are the program's own.
  EXPECT_TRUE(handles.Reference(Number(Value(handle) + 3), 0));
  for (std::uintptr_t bad : {0ul, 1ul, 3ul, Value(handle) + 4, 0xdeadbeeful, ~0ul - 6, 1ul << 62, 0x100000000ul + 4}) {
    EXPECT_EQ(handles.Reference(Number(bad), 0).error().Code(), STATUS_INVALID_HANDLE) << bad;
    EXPECT_EQ(ToNtStatus(handles.Close(Number(bad))), STATUS_INVALID_HANDLE) << bad;
  }
  EXPECT_TRUE(handles.Close(handle));
  EXPECT_EQ(ToNtStatus(handles.Close(handle)), STATUS_INVALID_HANDLE);
}

TEST_F(HandleTableTest, CountsHandlesAndReferences) {
  ULONG before = ex::Event::kType.handles;
  HANDLE first = *handles.Insert(event, 0);
  HANDLE second = *handles.Insert(event, 0);
  EXPECT_EQ(event->Handles(), 2u);
  EXPECT_EQ(event->References(), 3u);
  EXPECT_EQ(ex::Event::kType.handles, before + 2);
  EXPECT_TRUE(handles.Close(first));
  EXPECT_TRUE(handles.Close(second));
  EXPECT_EQ(event->References(), 1u);
  EXPECT_EQ(ex::Event::kType.handles, before);
}

TEST_F(HandleTableTest, AValueIsUsedAgainAsLateAsPossible) {
  HANDLE first = *handles.Insert(event, 0);
  EXPECT_TRUE(handles.Close(first));
  for (int i = 0; i < 50; i += 1) {
    HANDLE next = *handles.Insert(event, 0);
    EXPECT_NE(next, first);
    EXPECT_TRUE(handles.Close(next));
  }
}

TEST_F(HandleTableTest, ProtectedHandlesStay) {
  HANDLE handle = *handles.Insert(event, 0, OBJ_INHERIT);
  EXPECT_TRUE(handles.SetAttributes(handle, ob::HandleTable::kProtectFromClose));
  EXPECT_EQ(ToNtStatus(handles.Close(handle)), STATUS_HANDLE_NOT_CLOSABLE);
  EXPECT_EQ(handles.Lookup(handle)->attributes, ob::HandleTable::kProtectFromClose);
  EXPECT_TRUE(handles.SetAttributes(handle, 0));
  EXPECT_TRUE(handles.Close(handle));
}

TEST_F(HandleTableTest, InheritsValuesAndRights) {
  HANDLE plain = *handles.Insert(event, SYNCHRONIZE);
  HANDLE inherited = *handles.Insert(event, SYNCHRONIZE, OBJ_INHERIT);
  for (int i = 0; i < 300; i += 1) {
    ASSERT_TRUE(handles.Insert(event, 1, i % 2 == 0 ? OBJ_INHERIT : 0u));
  }
  ob::HandleTable child;
  ASSERT_TRUE(child.InheritFrom(handles));
  EXPECT_EQ(child.Count(), 151u);
  EXPECT_FALSE(child.Lookup(plain));
  EXPECT_EQ(child.Lookup(inherited)->access, SYNCHRONIZE);
  std::set<HANDLE> seen;
  for (HANDLE each = child.Next(nullptr); each != nullptr; each = child.Next(Number(Value(each) + 4))) {
    seen.insert(each);
  }
  EXPECT_EQ(seen.size(), 151u);
  for (int i = 0; i < 400; i += 1) {
    EXPECT_FALSE(seen.contains(*child.Insert(event, 0)));
  }
}

TEST_F(HandleTableTest, PseudoHandles) {
  EXPECT_EQ(*handles.Reference(NtCurrentProcess(), PROCESS_ALL_ACCESS), process);
  EXPECT_EQ(handles.Reference(NtCurrentThread(), 0).error().Code(), STATUS_INVALID_HANDLE);
  EXPECT_TRUE(handles.Close(NtCurrentProcess()));
  EXPECT_EQ(handles.ReferenceWaitable(NtCurrentProcess()).error().Code(), STATUS_OBJECT_TYPE_MISMATCH);
}

TEST_F(HandleTableTest, ExclusiveObjectsStayInOneProcess) {
  event->MakeExclusive();
  ob::HandleTable other;
  HANDLE handle = *handles.Insert(event, 0, OBJ_EXCLUSIVE);
  EXPECT_EQ(handles.Insert(event, 0).error().Code(), STATUS_ACCESS_DENIED);
  EXPECT_EQ(other.Insert(event, 0, OBJ_EXCLUSIVE).error().Code(), STATUS_ACCESS_DENIED);
  EXPECT_TRUE(handles.Insert(event, 0, OBJ_EXCLUSIVE));
  ob::HandleTable child;
  ASSERT_TRUE(handles.SetAttributes(handle, OBJ_INHERIT));
  ASSERT_TRUE(child.InheritFrom(handles));
  EXPECT_EQ(child.Count(), 0u);
  while (handles.CloseSome(8)) {
  }
  EXPECT_TRUE(other.Insert(event, 0, OBJ_EXCLUSIVE));
}

TEST_F(HandleTableTest, ClosesInPieces) {
  for (int i = 0; i < 1000; i += 1) {
    ASSERT_TRUE(handles.Insert(event, 0, i % 3 == 0 ? ob::HandleTable::kProtectFromClose : 0u));
  }
  std::size_t rounds = 0;
  std::size_t before = handles.Count();
  while (handles.CloseSome(10)) {
    EXPECT_LE(before - handles.Count(), 10u);
    before = handles.Count();
    rounds += 1;
  }
  EXPECT_GE(rounds, 99u);
  EXPECT_EQ(event->References(), 1u);
}

TEST_F(HandleTableTest, NoMemoryIsAStatus) {
  for (int allowed = 0; allowed < 2; allowed += 1) {
    ob::HandleTable table;
    support::FailAllocationsAfter(allowed);
    Result<HANDLE> handle = table.Insert(event, 0);
    support::FailAllocationsAfter(-1);
    ASSERT_FALSE(handle);
    EXPECT_EQ(handle.error().Code(), STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_TRUE(table.Insert(event, 0));
  }
}

TEST_F(HandleTableTest, AgreesWithAModel) {
  std::mt19937 random(3);
  std::map<HANDLE, ACCESS_MASK> model;
  for (int round = 0; round < 20000; round += 1) {
    if (random() % 5 < 3) {
      ACCESS_MASK access = static_cast<ACCESS_MASK>(random() & 0x1F0003);
      HANDLE handle = *handles.Insert(event, access);
      EXPECT_TRUE(model.emplace(handle, access).second);
    } else if (!model.empty()) {
      auto victim = model.lower_bound(Number(random() % 80000));
      if (victim == model.end()) {
        victim = model.begin();
      }
      EXPECT_EQ(handles.Lookup(victim->first)->access, victim->second);
      EXPECT_TRUE(handles.Close(victim->first));
      model.erase(victim);
    }
    EXPECT_EQ(handles.Count(), model.size());
  }
}

TEST_F(HandleTableTest, GrantsWhatTheTypeHas) {
  EXPECT_EQ(*ob::GrantAccess(ex::Event::kType, GENERIC_ALL), EVENT_ALL_ACCESS);
  EXPECT_EQ(*ob::GrantAccess(ex::Event::kType, MAXIMUM_ALLOWED), EVENT_ALL_ACCESS);
  EXPECT_EQ(*ob::GrantAccess(ex::Event::kType, GENERIC_READ), STANDARD_RIGHTS_READ | EVENT_QUERY_STATE);
  EXPECT_EQ(*ob::GrantAccess(ex::Event::kType, GENERIC_WRITE | GENERIC_EXECUTE),
            READ_CONTROL | EVENT_MODIFY_STATE | SYNCHRONIZE);
  EXPECT_EQ(ob::GrantAccess(ex::Event::kType, 0x8000).error().Code(), STATUS_ACCESS_DENIED);
  EXPECT_EQ(ob::GrantAccess(ex::Event::kType, ACCESS_SYSTEM_SECURITY).error().Code(), STATUS_PRIVILEGE_NOT_HELD);
  EXPECT_EQ(*ob::GrantAccess(ob::Directory::kType, SYNCHRONIZE | DIRECTORY_QUERY), DIRECTORY_QUERY);
}

}  // namespace
