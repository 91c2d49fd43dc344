// The answers to names good and bad; those marked "om.c" were compared with what Wine's conformance tests
// (dlls/ntdll/tests/om.c) record of Windows.
#include "fixture.hpp"

#include <array>

namespace {

class NamespaceTest : public ObTest {
 protected:
  // Creating and opening a directory of this name answer the same (om.c).
  void BothDirectory(std::u16string_view name, NTSTATUS expected, HANDLE root = nullptr) {
    HANDLE handle = nullptr;
    EXPECT_EQ(CreateDirectory(Attributes(name, 0, root), &handle), expected);
    if (expected == STATUS_SUCCESS) {
      EXPECT_EQ(Close(handle), STATUS_SUCCESS);
    }
    EXPECT_EQ(OpenDirectory(Attributes(name, 0, root), &handle), expected);
  }
  HANDLE Base() {
    HANDLE handle = nullptr;
    EXPECT_EQ(OpenDirectory(Attributes(u"\\BaseNamedObjects"), &handle), STATUS_SUCCESS);
    return handle;
  }
};

TEST_F(NamespaceTest, BadPaths) {  // om.c
  BothDirectory(u"BaseNamedObjects", STATUS_OBJECT_PATH_SYNTAX_BAD);
  BothDirectory(u"\\BaseNamedObjects\\", STATUS_OBJECT_NAME_INVALID);
  BothDirectory(u"\\\\BaseNamedObjects", STATUS_OBJECT_NAME_INVALID);
  BothDirectory(u"\\BaseNamedObjects\\\\om.c-test", STATUS_OBJECT_NAME_INVALID);
  BothDirectory(u"\\BaseNamedObjects\\om.c-test\\", STATUS_OBJECT_PATH_NOT_FOUND);
  HANDLE base = Base();
  BothDirectory(u"", STATUS_SUCCESS, base);
  BothDirectory(u"\\", STATUS_OBJECT_PATH_SYNTAX_BAD, base);
  BothDirectory(u"\\om.c-test", STATUS_OBJECT_PATH_SYNTAX_BAD, base);
  BothDirectory(u"\\om.c-test\\", STATUS_OBJECT_PATH_SYNTAX_BAD, base);
  BothDirectory(u"om.c-test\\", STATUS_OBJECT_PATH_NOT_FOUND, base);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\none")), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(OpenEvent(Attributes(u"\\none\\none")), STATUS_OBJECT_PATH_NOT_FOUND);
}

TEST_F(NamespaceTest, NoNameOrNoAttributes) {  // om.c
  EXPECT_EQ(CreateDirectory({}), STATUS_SUCCESS);
  EXPECT_EQ(OpenDirectory({}), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(CreateDirectory(Unnamed()), STATUS_SUCCESS);
  EXPECT_EQ(OpenDirectory(Unnamed()), STATUS_OBJECT_PATH_SYNTAX_BAD);
  EXPECT_EQ(CreateDirectory(Attributes(u"")), STATUS_SUCCESS);
  EXPECT_EQ(OpenDirectory(Attributes(u"")), STATUS_OBJECT_PATH_SYNTAX_BAD);
  EXPECT_EQ(OpenDirectory(Unnamed(0, Base())), STATUS_OBJECT_NAME_INVALID);
  // Without a name the root is not looked at when something is made.
  HANDLE nonsense = reinterpret_cast<HANDLE>(0xdeadbeef);
  EXPECT_EQ(CreateMutant(Attributes(u"", 0, nonsense)), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(Attributes(u"", 0, nonsense)), STATUS_INVALID_HANDLE);
  EXPECT_EQ(CreateEvent(Attributes(u"x", 0, nonsense)), STATUS_INVALID_HANDLE);
  EXPECT_EQ(CreateEvent(Unnamed(0, nonsense)), STATUS_OBJECT_NAME_INVALID);
}

TEST_F(NamespaceTest, LengthsOfNames) {  // om.c
  HANDLE base = Base();
  std::u16string text(32767, u'a');
  UserIn<OBJECT_ATTRIBUTES> of = Attributes(text, 0, base);
  strings.back().Length = 65532;
  EXPECT_EQ(CreateEvent(of), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(of), STATUS_SUCCESS);
  strings.back().Length = 65534;
  EXPECT_EQ(CreateEvent(of), STATUS_OBJECT_NAME_INVALID);
  EXPECT_EQ(OpenEvent(of), STATUS_OBJECT_NAME_INVALID);
  strings.back().Length = 67;
  EXPECT_EQ(CreateEvent(of), STATUS_OBJECT_NAME_INVALID);
  strings.back().Length = 128;
  for (ULONG length = 0; length <= 2 * sizeof(OBJECT_ATTRIBUTES); length += 1) {
    attributes.back().Length = length;
    EXPECT_EQ(CreateMutant(of), length == sizeof(OBJECT_ATTRIBUTES) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
  }
  attributes.back().Length = sizeof(OBJECT_ATTRIBUTES);
  attributes.back().Attributes = 0x80000000;
  EXPECT_EQ(CreateMutant(of), STATUS_INVALID_PARAMETER);
}

TEST_F(NamespaceTest, BadPointers) {
  UserIn<OBJECT_ATTRIBUTES> of = Attributes(u"\\BaseNamedObjects\\x");
  strings.back().Buffer = reinterpret_cast<PWSTR>(16);
  EXPECT_EQ(CreateEvent(of), STATUS_ACCESS_VIOLATION);
  strings.back().Buffer = reinterpret_cast<PWSTR>(0x8000'0000'0000'0000);
  EXPECT_EQ(CreateEvent(of), STATUS_ACCESS_VIOLATION);
  attributes.back().ObjectName = reinterpret_cast<PUNICODE_STRING>(64);
  EXPECT_EQ(CreateEvent(of), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(CreateEvent(UserIn<OBJECT_ATTRIBUTES>(UserPointer{&memory, 2})), STATUS_DATATYPE_MISALIGNMENT);
  // The handle cannot be handed out: nothing is left behind.
  std::size_t before = handles.Count();
  EXPECT_EQ(ToNtStatus(ex::NtCreateEvent(thread, thread.Out(reinterpret_cast<HANDLE *>(8)), kAll,
                                         Attributes(u"\\BaseNamedObjects\\x"), NotificationEvent, FALSE)),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(handles.Count(), before);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\x")), STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_F(NamespaceTest, Case) {  // om.c
  HANDLE mutant = nullptr;
  EXPECT_EQ(CreateMutant(Attributes(u"\\BaseNamedObjects\\test"), &mutant), STATUS_SUCCESS);
  EXPECT_EQ(CreateEvent(Attributes(u"\\BaseNamedObjects\\test")), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(CreateEvent(Attributes(u"\\BaseNamedObjects\\Test")), STATUS_SUCCESS);
  EXPECT_EQ(Close(mutant), STATUS_SUCCESS);
  EXPECT_EQ(CreateMutant(Attributes(u"\\BASENamedObjects\\test", OBJ_CASE_INSENSITIVE)), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(CreateEvent(Attributes(u"\\BASENamedObjects\\test", OBJ_CASE_INSENSITIVE)), STATUS_OBJECT_NAME_COLLISION);
  EXPECT_EQ(CreateMutant(Attributes(u"\\BASENamedObjects\\test")), STATUS_OBJECT_PATH_NOT_FOUND);
}

TEST_F(NamespaceTest, Collisions) {  // om.c
  EXPECT_EQ(CreateDirectory(Attributes(u"\\")), STATUS_OBJECT_NAME_COLLISION);
  EXPECT_EQ(CreateDirectory(Attributes(u"\\", OBJ_OPENIF)), STATUS_OBJECT_NAME_EXISTS);
  EXPECT_EQ(CreateMutant(Attributes(u"\\", OBJ_OPENIF)), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(CreateLink(Attributes(u"\\"), u"anywhere"), STATUS_OBJECT_TYPE_MISMATCH);
  HANDLE first = nullptr;
  HANDLE second = nullptr;
  EXPECT_EQ(CreateEvent(Attributes(u"om.c", OBJ_OPENIF, Base()), &first), STATUS_SUCCESS);
  EXPECT_EQ(CreateEvent(Attributes(u"om.c", OBJ_OPENIF, Base()), &second), STATUS_OBJECT_NAME_EXISTS);
  EXPECT_EQ(ToNtStatus(ob::NtCompareObjects(thread, first, second)), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ob::NtCompareObjects(thread, first, NtCurrentProcess())), STATUS_NOT_SAME_OBJECT);
}

TEST_F(NamespaceTest, TemporaryNamesGoWithTheLastHandle) {
  HANDLE first = nullptr;
  HANDLE second = nullptr;
  EXPECT_EQ(CreateEvent(Attributes(u"\\BaseNamedObjects\\x"), &first), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\x"), &second), STATUS_SUCCESS);
  EXPECT_EQ(Close(first), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\x"), &first), STATUS_SUCCESS);
  Close(first);
  Close(second);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\x")), STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_F(NamespaceTest, PermanentObjectsStay) {
  HANDLE handle = nullptr;
  EXPECT_EQ(CreateEvent(Attributes(u"\\BaseNamedObjects\\x", OBJ_PERMANENT), &handle), STATUS_SUCCESS);
  Close(handle);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\x"), &handle, SYNCHRONIZE), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ob::NtMakeTemporaryObject(thread, handle)), STATUS_ACCESS_DENIED);
  Close(handle);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\x"), &handle), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ob::NtMakeTemporaryObject(thread, handle)), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ob::NtMakePermanentObject(thread, handle)), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ob::NtMakeTemporaryObject(thread, handle)), STATUS_SUCCESS);
  Close(handle);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\x")), STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_F(NamespaceTest, ADirectoryThatIsGoneTakesTheNamesInIt) {
  HANDLE directory = nullptr;
  HANDLE event = nullptr;
  EXPECT_EQ(CreateDirectory(Attributes(u"\\BaseNamedObjects\\d"), &directory), STATUS_SUCCESS);
  EXPECT_EQ(CreateEvent(Attributes(u"e", 0, directory), &event), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\d\\e")), STATUS_SUCCESS);
  Close(directory);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\d\\e")), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(ToNtStatus(ex::NtSetEvent(thread, event, {})), STATUS_SUCCESS);
}

TEST_F(NamespaceTest, DirectoriesNestedDeeperThanTheStack) {
  constexpr int kDepth = 200'000;
  HANDLE top = nullptr;
  ASSERT_EQ(CreateDirectory(Attributes(u"\\BaseNamedObjects\\deep"), &top), STATUS_SUCCESS);
  HANDLE above = *handles.Insert(*handles.Reference(top, 0), DIRECTORY_ALL_ACCESS);
  UserIn<OBJECT_ATTRIBUTES> of = Attributes(u"d", OBJ_PERMANENT);
  std::array<std::byte, 256> buffer;
  auto name = [&] {
    return ToNtStatus(
        ob::NtQueryObject(thread, above, ObjectNameInformation, thread.Pointer(buffer.data()), buffer.size(), {}));
  };
  for (int depth = 0; depth < kDepth; depth += 1) {
    attributes.back().RootDirectory = above;
    HANDLE below = nullptr;
    ASSERT_EQ(CreateDirectory(of, &below), STATUS_SUCCESS);
    Close(above);
    above = below;
    if (depth == 1000) {
      EXPECT_EQ(name(), STATUS_INFO_LENGTH_MISMATCH);
    }
  }
  EXPECT_EQ(name(), STATUS_NAME_TOO_LONG);
  // With the top the whole of it goes.
  Close(top);
  EXPECT_EQ(name(), STATUS_SUCCESS);
  EXPECT_EQ(Close(above), STATUS_SUCCESS);
}

TEST_F(NamespaceTest, NamesBelowADeletedDirectory) {
  HANDLE top = nullptr;
  HANDLE event = nullptr;
  ASSERT_EQ(CreateDirectory(Attributes(u"\\BaseNamedObjects\\t"), &top), STATUS_SUCCESS);
  ASSERT_EQ(CreateEvent(Attributes(u"e", 0, top), &event), STATUS_SUCCESS);
  Ref<ob::Object> directory = *handles.Reference(top, 0);
  EXPECT_EQ((*handles.Reference(event, 0))->FullName()->View(), u"\\BaseNamedObjects\\t\\e");
  Close(top);
  EXPECT_EQ((*handles.Reference(event, 0))->FullName()->View(), u"...\\e");
  directory = nullptr;
  EXPECT_TRUE((*handles.Reference(event, 0))->FullName()->Empty());
}

TEST_F(NamespaceTest, Links) {  // om.c
  HANDLE link = nullptr;
  HANDLE handle = nullptr;
  EXPECT_EQ(CreateDirectory(Attributes(u"\\BaseNamedObjects\\om.c-test"), &handle), STATUS_SUCCESS);
  EXPECT_EQ(CreateLink(Attributes(u"\\DosDevices\\test_link"), u"\\BaseNamedObjects", &link), STATUS_SUCCESS);
  EXPECT_EQ(OpenLink(Attributes(u"\\DosDevices\\test_link")), STATUS_SUCCESS);
  EXPECT_EQ(OpenLink(Attributes(u"", 0, link)), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(Attributes(u"\\DosDevices\\test_link")), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(OpenDirectory(Attributes(u"\\DosDevices\\test_link")), STATUS_SUCCESS);
  EXPECT_EQ(CreateMutant(Attributes(u"om.c-test\\object", 0, link)), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(CreateMutant(Attributes(u"\\DosDevices\\test_link\\om.c-test\\object")), STATUS_SUCCESS);
  EXPECT_EQ(CreateMutant(Attributes(u"\\BaseNamedObjects\\om.c-test\\object")), STATUS_OBJECT_NAME_COLLISION);
  EXPECT_EQ(OpenDirectory(Attributes(u"\\??\\test_link\\om.c-test")), STATUS_SUCCESS);
  EXPECT_EQ(OpenDirectory(Attributes(u"\\GLOBAL??\\test_link")), STATUS_SUCCESS);
  EXPECT_EQ(OpenDirectory(Attributes(u"\\GLOBAL??\\test_link", OBJ_DONT_REPARSE)), STATUS_REPARSE_POINT_ENCOUNTERED);
  EXPECT_EQ(OpenDirectory(Attributes(u"\\??\\GLOBALROOT\\BaseNamedObjects")), STATUS_SUCCESS);
  EXPECT_EQ(OpenDirectory(Attributes(u"\\??\\GLOBALROOT")), STATUS_SUCCESS);
  EXPECT_EQ(CreateLink(Attributes(u"\\DosDevices\\test_link"), u"\\x"), STATUS_OBJECT_NAME_COLLISION);
  EXPECT_EQ(CreateLink({}, u"\\x"), STATUS_ACCESS_VIOLATION);
  UNICODE_STRING empty = {};
  EXPECT_EQ(ToNtStatus(ob::NtCreateSymbolicLinkObject(thread, thread.Out(&handle), kAll, Unnamed(), thread.In(&empty))),
            STATUS_INVALID_PARAMETER);
}

TEST_F(NamespaceTest, LinksThatLeadNowhereOrInACircle) {
  EXPECT_EQ(CreateLink(Attributes(u"\\a"), u"\\b", &last), STATUS_SUCCESS);
  EXPECT_EQ(CreateLink(Attributes(u"\\b"), u"\\a", &last), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(Attributes(u"\\a")), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(CreateLink(Attributes(u"\\c"), u"nowhere", &last), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(Attributes(u"\\c\\d")), STATUS_OBJECT_PATH_SYNTAX_BAD);
  // A path that grows beyond what a name can be.
  std::u16string target = u"\\e\\" + std::u16string(30000, u'x');
  EXPECT_EQ(CreateLink(Attributes(u"\\e"), target, &last), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(Attributes(u"\\e")), STATUS_OBJECT_NAME_INVALID);
}

TEST_F(NamespaceTest, ParsingObjectsGetTheRest) {
  auto device = Adopt(new FakeDevice());
  ASSERT_TRUE(names->Publish(u"\\Device\\Disk", device));
  ASSERT_TRUE(names->MakeLink(u"\\??\\X:", u"\\Device\\Disk"));
  auto rest = [&](std::u16string_view path, Ref<ob::Object> root = nullptr) {
    ob::Request request{.root = std::move(root), .name = path, .attributes = OBJ_CASE_INSENSITIVE};
    Result<ob::Found> found = names->Lookup(request);
    EXPECT_TRUE(found);
    EXPECT_EQ(found->object, device);
    return std::u16string(found->remaining);
  };
  EXPECT_EQ(rest(u"\\Device\\Disk"), u"");
  EXPECT_EQ(rest(u"\\Device\\Disk\\"), u"\\");
  EXPECT_EQ(rest(u"\\device\\disk\\a\\\\b\\"), u"\\a\\\\b\\");
  EXPECT_EQ(rest(u"\\??\\x:\\System32\\ntdll.dll"), u"\\System32\\ntdll.dll");
  EXPECT_EQ(rest(u"\\DosDevices\\X:"), u"");
  EXPECT_EQ(rest(u"relative\\name", device), u"relative\\name");
  EXPECT_EQ(rest(u"", device), u"");
  EXPECT_EQ(OpenEvent(Attributes(u"\\Device\\Disk\\x")), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(CreateMutant(Attributes(u"\\??\\X:\\om.c-mutant", OBJ_OPENIF)), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(ToNtStatus(names->Publish(u"\\device\\DISK", device)), STATUS_OBJECT_NAME_COLLISION);
}

TEST_F(NamespaceTest, ObjectsInThePathThatAreNoDirectories) {
  EXPECT_EQ(CreateEvent(Attributes(u"\\BaseNamedObjects\\e")), STATUS_SUCCESS);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\e\\f")), STATUS_OBJECT_PATH_NOT_FOUND);
  HANDLE event = last;
  EXPECT_EQ(OpenEvent(Attributes(u"f", 0, event)), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(OpenEvent(Attributes(u"", 0, event)), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(OpenEvent(Attributes(u"", 0, Base())), STATUS_OBJECT_TYPE_MISMATCH);
}

TEST_F(NamespaceTest, AccessIsGrantedAtOpen) {
  HANDLE handle = nullptr;
  EXPECT_EQ(CreateEvent(Attributes(u"\\BaseNamedObjects\\e"), &handle, SYNCHRONIZE), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ex::NtSetEvent(thread, handle, {})), STATUS_ACCESS_DENIED);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\e"), &last, 0), STATUS_ACCESS_DENIED);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\e"), &last, 0x100), STATUS_ACCESS_DENIED);
  EXPECT_EQ(OpenEvent(Attributes(u"\\BaseNamedObjects\\e"), &last, EVENT_MODIFY_STATE), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ex::NtSetEvent(thread, last, {})), STATUS_SUCCESS);
}

TEST_F(NamespaceTest, NoMemoryLeavesNothingBehind) {
  NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
  UserIn<OBJECT_ATTRIBUTES> of = Attributes(u"\\DosDevices\\Global\\name");
  for (int allowed = 0; status == STATUS_INSUFFICIENT_RESOURCES; allowed += 1) {
    ASSERT_LT(allowed, 20);
    ULONG objects = ex::Event::kType.objects;
    support::FailAllocationsAfter(allowed);
    status = CreateEvent(of);
    support::FailAllocationsAfter(-1);
    if (status != STATUS_SUCCESS) {
      EXPECT_EQ(ex::Event::kType.objects, objects);
      EXPECT_EQ(OpenEvent(Attributes(u"\\??\\name")), STATUS_OBJECT_NAME_NOT_FOUND);
    }
  }
  EXPECT_EQ(status, STATUS_SUCCESS);
}

TEST_F(NamespaceTest, BuildingItWithoutMemory) {
  bool built = false;
  for (int allowed = 0; !built; allowed += 1) {
    ASSERT_LT(allowed, 200);
    support::FailAllocationsAfter(allowed);
    Result<std::unique_ptr<ob::Namespace>> instance = ob::Namespace::Create();
    support::FailAllocationsAfter(-1);
    built = instance.has_value();
    if (!built) {
      EXPECT_EQ(instance.error().Code(), STATUS_INSUFFICIENT_RESOURCES);
    }
  }
}

}  // namespace
