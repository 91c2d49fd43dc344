#include "fixture.hpp"

#include <array>
#include <cstring>

namespace {

class ObjectServicesTest : public ObTest {
 protected:
  NTSTATUS Query(HANDLE handle, OBJECT_INFORMATION_CLASS which, void *to, std::size_t length) {
    needed = 0xcccccccc;
    return ToNtStatus(
        ob::NtQueryObject(thread, handle, which, thread.Pointer(to), static_cast<ULONG>(length), thread.Out(&needed)));
  }
  NTSTATUS Duplicate(HANDLE from, HANDLE source, HANDLE to, HANDLE *copy, ACCESS_MASK access, ULONG options,
                     ULONG flags = 0) {
    return ToNtStatus(ob::NtDuplicateObject(thread, from, source, to, thread.Out(copy), access, flags, options));
  }
  static std::u16string_view Text(const UNICODE_STRING &string) {
    return {reinterpret_cast<const char16_t *>(string.Buffer), string.Length / 2u};
  }
  ULONG needed = 0;
  alignas(16) std::array<std::byte, 1024> buffer = {};
};

TEST_F(ObjectServicesTest, Names) {
  HANDLE handle = nullptr;
  ASSERT_EQ(CreateEvent(Attributes(u"\\??\\test_event"), &handle), STATUS_SUCCESS);
  constexpr std::u16string_view kName = u"\\GLOBAL??\\test_event";
  constexpr std::size_t kSize = sizeof(UNICODE_STRING) + kName.size() * 2 + 2;
  auto &string = *reinterpret_cast<UNICODE_STRING *>(buffer.data());
  ASSERT_EQ(Query(handle, ObjectNameInformation, buffer.data(), buffer.size()), STATUS_SUCCESS);
  EXPECT_EQ(Text(string), kName);
  EXPECT_EQ(string.Buffer[kName.size()], 0);
  EXPECT_EQ(needed, kSize);
  for (std::size_t length : {std::size_t{0}, sizeof(UNICODE_STRING), kSize - 2, kSize - 1}) {
    EXPECT_EQ(Query(handle, ObjectNameInformation, buffer.data(), length), STATUS_INFO_LENGTH_MISMATCH);
    EXPECT_EQ(needed, kSize);
  }
  EXPECT_EQ(Query(handle, ObjectNameInformation, buffer.data(), kSize), STATUS_SUCCESS);
  ASSERT_EQ(CreateEvent({}, &handle), STATUS_SUCCESS);
  EXPECT_EQ(Query(handle, ObjectNameInformation, buffer.data(), buffer.size()), STATUS_SUCCESS);
  EXPECT_EQ(needed, sizeof(UNICODE_STRING));
  EXPECT_EQ(string.Length, 0);
  EXPECT_EQ(string.Buffer, nullptr);
  ASSERT_EQ(OpenDirectory(Attributes(u"\\"), &handle), STATUS_SUCCESS);
  EXPECT_EQ(Query(handle, ObjectNameInformation, buffer.data(), buffer.size()), STATUS_SUCCESS);
  EXPECT_EQ(Text(string), u"\\");
}

TEST_F(ObjectServicesTest, Types) {
  HANDLE handle = nullptr;
  ASSERT_EQ(CreateEvent({}, &handle), STATUS_SUCCESS);
  auto &type = *reinterpret_cast<OBJECT_TYPE_INFORMATION *>(buffer.data());
  ASSERT_EQ(Query(handle, ObjectTypeInformation, buffer.data(), buffer.size()), STATUS_SUCCESS);
  EXPECT_EQ(Text(type.TypeName), u"Event");
  EXPECT_EQ(type.ValidAccessMask, EVENT_ALL_ACCESS);
  EXPECT_EQ(type.GenericMapping.GenericExecute, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE);
  EXPECT_GE(type.TotalNumberOfHandles, 1u);
  EXPECT_LE(type.TotalNumberOfHandles, type.HighWaterNumberOfHandles);
  EXPECT_EQ(needed, sizeof(type) + 12);
  EXPECT_EQ(Query(handle, ObjectTypeInformation, buffer.data(), sizeof(type) + 11), STATUS_INFO_LENGTH_MISMATCH);
}

TEST_F(ObjectServicesTest, AllTypes) {
  EXPECT_EQ(Query(nullptr, ObjectTypesInformation, buffer.data(), 8), STATUS_INFO_LENGTH_MISMATCH);
  alignas(16) std::array<std::byte, 8192> large = {};
  ASSERT_LE(needed, large.size());
  ASSERT_EQ(Query(nullptr, ObjectTypesInformation, large.data(), needed), STATUS_SUCCESS);
  ULONG count = 0;
  std::memcpy(&count, large.data(), sizeof(count));
  EXPECT_EQ(count, 7u);  // Type, Directory, SymbolicLink and four of ex
  auto *type = reinterpret_cast<OBJECT_TYPE_INFORMATION *>(large.data() + 8);
  std::u16string all;
  for (ULONG i = 0; i < count; i += 1) {
    all += Text(type->TypeName);
    auto end = reinterpret_cast<std::uintptr_t>(type->TypeName.Buffer) + type->TypeName.MaximumLength;
    type = reinterpret_cast<OBJECT_TYPE_INFORMATION *>((end + 7) & ~std::uintptr_t{7});
  }
  EXPECT_EQ(all, u"TypeDirectorySymbolicLinkEventMutantSemaphoreTimer");
}

TEST_F(ObjectServicesTest, Basics) {
  HANDLE handle = nullptr;
  ASSERT_EQ(CreateEvent(Attributes(u"\\BaseNamedObjects\\e", OBJ_PERMANENT | OBJ_INHERIT), &handle, SYNCHRONIZE),
            STATUS_SUCCESS);
  OBJECT_BASIC_INFORMATION basic = {};
  EXPECT_EQ(Query(handle, ObjectBasicInformation, &basic, 0), STATUS_INFO_LENGTH_MISMATCH);
  ASSERT_EQ(Query(handle, ObjectBasicInformation, &basic, sizeof(basic)), STATUS_SUCCESS);
  EXPECT_EQ(basic.Attributes, OBJ_PERMANENT | OBJ_INHERIT);
  EXPECT_EQ(basic.GrantedAccess, SYNCHRONIZE);
  EXPECT_EQ(basic.HandleCount, 1u);
  EXPECT_EQ(basic.PointerCount, 2u);  // the handle and the directory
  EXPECT_EQ(basic.NameInfoSize, sizeof(UNICODE_STRING) + sizeof(u"\\BaseNamedObjects\\e"));
  EXPECT_EQ(Query(handle, ObjectSessionInformation, &basic, sizeof(basic)), STATUS_INVALID_INFO_CLASS);
  EXPECT_EQ(Query(reinterpret_cast<HANDLE>(0x5550), ObjectBasicInformation, &basic, sizeof(basic)),
            STATUS_INVALID_HANDLE);
  EXPECT_EQ(Query(handle, ObjectBasicInformation, reinterpret_cast<void *>(16), sizeof(basic)),
            STATUS_ACCESS_VIOLATION);
}

TEST_F(ObjectServicesTest, HandleFlags) {
  HANDLE handle = nullptr;
  ASSERT_EQ(CreateEvent({}, &handle), STATUS_SUCCESS);
  OBJECT_HANDLE_FLAG_INFORMATION flags = {.Inherit = TRUE, .ProtectFromClose = TRUE};
  auto set = [&](OBJECT_INFORMATION_CLASS which, ULONG length) {
    return ToNtStatus(ob::NtSetInformationObject(thread, handle, which, thread.Pointer(&flags), length));
  };
  EXPECT_EQ(set(ObjectBasicInformation, sizeof(flags)), STATUS_INVALID_INFO_CLASS);
  EXPECT_EQ(set(ObjectHandleFlagInformation, 1), STATUS_INFO_LENGTH_MISMATCH);
  EXPECT_EQ(set(ObjectHandleFlagInformation, sizeof(flags)), STATUS_SUCCESS);
  EXPECT_EQ(Close(handle), STATUS_HANDLE_NOT_CLOSABLE);
  flags = {};
  EXPECT_EQ(Query(handle, ObjectHandleFlagInformation, &flags, sizeof(flags)), STATUS_SUCCESS);
  EXPECT_EQ(flags.Inherit, TRUE);
  EXPECT_EQ(flags.ProtectFromClose, TRUE);
  flags = {};
  EXPECT_EQ(set(ObjectHandleFlagInformation, sizeof(flags)), STATUS_SUCCESS);
  EXPECT_EQ(Close(handle), STATUS_SUCCESS);
}

TEST_F(ObjectServicesTest, Duplicates) {
  auto other = Adopt(new FakeProcess());
  HANDLE target = *handles.Insert(other, PROCESS_DUP_HANDLE);
  HANDLE weak = *handles.Insert(other, PROCESS_QUERY_INFORMATION);
  HANDLE event = nullptr;
  ASSERT_EQ(CreateEvent({}, &event, EVENT_QUERY_STATE), STATUS_SUCCESS);
  HANDLE copy = nullptr;
  HANDLE self = NtCurrentProcess();
  ASSERT_EQ(Duplicate(self, event, self, &copy, 0, DUPLICATE_SAME_ACCESS), STATUS_SUCCESS);
  EXPECT_EQ(handles.Lookup(copy)->access, EVENT_QUERY_STATE);
  ASSERT_EQ(Duplicate(self, event, target, &copy, SYNCHRONIZE, 0, OBJ_INHERIT), STATUS_SUCCESS);
  EXPECT_EQ(other->table.Lookup(copy)->access, SYNCHRONIZE);
  EXPECT_EQ(other->table.Lookup(copy)->attributes, OBJ_INHERIT);
  EXPECT_EQ(Duplicate(target, copy, self, &copy, 0, DUPLICATE_SAME_ACCESS | DUPLICATE_SAME_ATTRIBUTES), STATUS_SUCCESS);
  EXPECT_EQ(handles.Lookup(copy)->attributes, OBJ_INHERIT);
  EXPECT_EQ(Duplicate(self, event, weak, &copy, 0, DUPLICATE_SAME_ACCESS), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Duplicate(self, event, event, &copy, 0, DUPLICATE_SAME_ACCESS), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Duplicate(self, nullptr, self, &copy, 0, DUPLICATE_SAME_ACCESS), STATUS_INVALID_HANDLE);
  EXPECT_EQ(Duplicate(self, event, nullptr, &copy, 0, 0), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Duplicate(self, event, self, &copy, 0x100, 0), STATUS_ACCESS_DENIED);
  // A pseudo handle becomes a real one.
  ASSERT_EQ(Duplicate(self, self, self, &copy, PROCESS_DUP_HANDLE, 0), STATUS_SUCCESS);
  EXPECT_EQ(*handles.Reference(copy, PROCESS_DUP_HANDLE), process);
  EXPECT_EQ(Close(copy), STATUS_SUCCESS);
}

TEST_F(ObjectServicesTest, DuplicateMayCloseTheSource) {
  HANDLE self = NtCurrentProcess();
  HANDLE event = nullptr;
  HANDLE copy = nullptr;
  ASSERT_EQ(CreateEvent({}, &event), STATUS_SUCCESS);
  EXPECT_EQ(Duplicate(self, event, self, &copy, 0, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE), STATUS_SUCCESS);
  EXPECT_EQ(Close(event), STATUS_INVALID_HANDLE);
  // Also when the copy fails.
  EXPECT_EQ(
      Duplicate(self, copy, self, reinterpret_cast<HANDLE *>(8), 0, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE),
      STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(Close(copy), STATUS_INVALID_HANDLE);
  ASSERT_EQ(CreateEvent({}, &event), STATUS_SUCCESS);
  EXPECT_EQ(Duplicate(self, event, nullptr, &copy, 0, DUPLICATE_CLOSE_SOURCE), STATUS_SUCCESS);
  EXPECT_EQ(handles.Count(), 0u);
}

TEST_F(ObjectServicesTest, SecurityIsNotThere) {
  HANDLE event = nullptr;
  ASSERT_EQ(CreateEvent({}, &event), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ob::NtQuerySecurityObject(thread, event, 4, {}, 0, thread.Out(&needed))),
            STATUS_NOT_IMPLEMENTED);
  EXPECT_EQ(ToNtStatus(ob::NtQuerySecurityObject(thread, nullptr, 4, {}, 0, thread.Out(&needed))),
            STATUS_INVALID_HANDLE);
}

}  // namespace
