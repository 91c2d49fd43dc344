// Opening by name. Sources: ZwCreateFile (WDK reference) for the arguments, [MS-FSA] 2.1.5.1 for the object store's
// statuses, [MS-FSCC] 2.1.5 for legal names, IoCheckShareAccess (WDK reference) for sharing.

#include <ob/services.hpp>

#include "io_fixture.hpp"

namespace io_test {

class OpenTest : public IoTest {};

TEST_F(OpenTest, FindsFilesAndDirectories) {
  EXPECT_EQ(Open(u"\\SystemRoot\\System32\\ntdll.dll"), STATUS_SUCCESS);
  EXPECT_EQ(Block().Status, STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, FILE_OPENED);
  EXPECT_EQ(Open(u"\\??\\x:\\SYSTEM32\\NTDLL.DLL"), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"\\Device\\BootVolume\\hello.txt"), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"\\??\\X:\\"), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"\\??\\X:\\System32\\"), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"\\??\\X:\\\\hello.txt"), STATUS_SUCCESS) << "one backslash too many is forgiven";
  EXPECT_EQ(Open(u"\\??\\X:"), STATUS_SUCCESS) << "the volume itself";
}

TEST_F(OpenTest, WhatIsNotThere) {
  EXPECT_EQ(Open(u"\\SystemRoot\\nothing"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_TRUE(Untouched());
  EXPECT_EQ(Open(u"\\SystemRoot\\nothing\\nothing"), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(Open(u"\\SystemRoot\\hello.txt\\nothing"), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(Open(u"\\Device\\Nothing\\a"), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(Open(u"\\??\\Q:\\a"), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(Open(u"\\Device"), STATUS_OBJECT_TYPE_MISMATCH);
}

TEST_F(OpenTest, IllegalNames) {
  for (const char16_t *path :
       {u"\\??\\X:\\a*b", u"\\??\\X:\\a?b", u"\\??\\X:\\a<b", u"\\??\\X:\\hello.txt:stream",
        u"\\??\\X:\\System32\\\\ntdll.dll", u"\\??\\X:\\..", u"\\??\\X:\\.\\hello.txt", u"\\??\\X:\\a/b",
        u"\\??\\X:\\a\x01", u"\\??\\X:\\hello.txt\\", u"\\??\\X:\\\\\\hello.txt", u"\\??\\X:\\nothing\\a*"}) {
    EXPECT_EQ(Open(path), STATUS_OBJECT_NAME_INVALID) << testing::PrintToString(std::u16string(path));
  }
  EXPECT_EQ(Open(u"\\??\\X:\\" + std::u16string(256, u'a')), STATUS_OBJECT_NAME_INVALID);
  EXPECT_EQ(Open(u"\\??\\X:\\System32\\", kRead, kSync | FILE_NON_DIRECTORY_FILE), STATUS_OBJECT_NAME_INVALID);
}

TEST_F(OpenTest, LongestPath) {
  std::u16string path = u"\\??\\X:";
  while (path.size() + 101 <= 32767) {
    path += u"\\" + std::u16string(100, u'a');
  }
  EXPECT_EQ(Open(path), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(Open(u"\\??\\X:\\" + std::u16string(32760, u'a')), STATUS_OBJECT_NAME_INVALID);
}

TEST_F(OpenTest, KindOfFile) {
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", kRead, kSync | FILE_DIRECTORY_FILE), STATUS_NOT_A_DIRECTORY);
  EXPECT_EQ(Open(u"\\??\\X:\\System32", kRead, kSync | FILE_NON_DIRECTORY_FILE), STATUS_FILE_IS_A_DIRECTORY);
  EXPECT_EQ(Open(u"\\??\\X:\\System32", kRead, kSync | FILE_DIRECTORY_FILE), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", kRead, kSync | FILE_NON_DIRECTORY_FILE), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"\\??\\X:", kRead, kSync | FILE_DIRECTORY_FILE), STATUS_NOT_A_DIRECTORY);
}

TEST_F(OpenTest, ReadOnlyVolume) {
  // [MS-FSA] 2.1.5.1.1: creation on a read-only volume.
  EXPECT_EQ(Create(u"\\??\\X:\\new", FILE_CREATE), STATUS_MEDIA_WRITE_PROTECTED);
  EXPECT_EQ(Create(u"\\??\\X:\\new", FILE_OPEN_IF), STATUS_MEDIA_WRITE_PROTECTED);
  EXPECT_EQ(Create(u"\\??\\X:\\new", FILE_OVERWRITE_IF), STATUS_MEDIA_WRITE_PROTECTED);
  EXPECT_EQ(Create(u"\\??\\X:\\new", FILE_SUPERSEDE), STATUS_MEDIA_WRITE_PROTECTED);
  EXPECT_EQ(Create(u"\\??\\X:\\new", FILE_OVERWRITE), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(Create(u"\\??\\X:\\nothing\\new", FILE_CREATE), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(Create(u"\\??\\X:\\hello.txt", FILE_CREATE), STATUS_OBJECT_NAME_COLLISION);
  EXPECT_EQ(Create(u"\\??\\X:\\hello.txt", FILE_OVERWRITE), STATUS_MEDIA_WRITE_PROTECTED);
  EXPECT_EQ(Create(u"\\??\\X:\\System32", FILE_OVERWRITE_IF), STATUS_OBJECT_NAME_COLLISION);
  EXPECT_EQ(Create(u"\\??\\X:\\System32", FILE_CREATE, kSync | FILE_DIRECTORY_FILE), STATUS_OBJECT_NAME_COLLISION);
  EXPECT_EQ(Create(u"\\??\\X:\\hello.txt", FILE_OPEN_IF), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, FILE_OPENED);
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", GENERIC_WRITE | SYNCHRONIZE), STATUS_MEDIA_WRITE_PROTECTED);
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", DELETE | SYNCHRONIZE), STATUS_MEDIA_WRITE_PROTECTED);
  // [MS-FSA] 2.1.5.1.2.1
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", DELETE | SYNCHRONIZE, kSync | FILE_DELETE_ON_CLOSE), STATUS_CANNOT_DELETE);
  EXPECT_EQ(StatusOf(io::NtDeleteFile(thread, Name(u"\\??\\X:\\hello.txt"))), STATUS_CANNOT_DELETE);
  EXPECT_EQ(StatusOf(io::NtDeleteFile(thread, Name(u"\\??\\X:\\nothing"))), STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_F(OpenTest, MaximumAllowedLeavesOutWriting) {
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt", MAXIMUM_ALLOWED | SYNCHRONIZE), STATUS_SUCCESS);
  const ACCESS_MASK granted = handles.Lookup(handle)->access;
  EXPECT_EQ(granted & FILE_GENERIC_READ, FILE_GENERIC_READ);
  EXPECT_EQ(granted & (FILE_WRITE_DATA | FILE_APPEND_DATA | DELETE), 0u);
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt", GENERIC_READ | SYNCHRONIZE), STATUS_SUCCESS);
  EXPECT_EQ(handles.Lookup(handle)->access, FILE_GENERIC_READ);
}

TEST_F(OpenTest, ArgumentsThatContradict) {
  const auto open = [&](ULONG options, ACCESS_MASK access = kRead) {
    return Open(u"\\??\\X:\\hello.txt", access, options);
  };
  EXPECT_EQ(open(FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(open(kSync, FILE_READ_DATA), STATUS_INVALID_PARAMETER) << "needs SYNCHRONIZE";
  EXPECT_EQ(open(kSync | FILE_DELETE_ON_CLOSE), STATUS_INVALID_PARAMETER) << "needs DELETE";
  EXPECT_EQ(open(kSync | FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(open(kSync | FILE_DIRECTORY_FILE | FILE_SEQUENTIAL_ONLY), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(open(kSync | 0x01000000), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", kRead, kSync, 8), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Create(u"\\??\\X:\\hello.txt", 6), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Create(u"\\??\\X:\\hello.txt", FILE_OPEN, kSync, kRead, 0x80000000), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Create(u"\\??\\X:\\System32", FILE_OVERWRITE, kSync | FILE_DIRECTORY_FILE), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(open(kSync, kRead | 0x00800000), STATUS_ACCESS_DENIED);
  EXPECT_TRUE(Untouched());
}

TEST_F(OpenTest, BadPointersLeaveNoHandle) {
  const UserOut<HANDLE> bad(UserPointer{&memory, 0x7000});
  EXPECT_EQ(StatusOf(io::NtOpenFile(thread, bad, kRead, Name(u"\\??\\X:\\hello.txt"), block, 7, kSync)),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(StatusOf(io::NtOpenFile(thread, Out<HANDLE>(), kRead,
                                    UserIn<OBJECT_ATTRIBUTES>(UserPointer{&memory, 0x7000}), block, 7, kSync)),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(handles.Count(), 0u);
}

TEST_F(OpenTest, RelativeToADirectory) {
  ASSERT_EQ(Open(u"\\??\\X:\\System32", FILE_LIST_DIRECTORY | SYNCHRONIZE, kSync | FILE_DIRECTORY_FILE),
            STATUS_SUCCESS);
  const HANDLE root = handle;
  EXPECT_EQ(Open(u"drivers\\null.sys", kRead, kSync, 7, root), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"", kRead, kSync, 7, root), STATUS_SUCCESS) << "the directory itself";
  EXPECT_EQ(Open(u"nothing", kRead, kSync, 7, root), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(Open(u"\\drivers", kRead, kSync, 7, root), STATUS_INVALID_PARAMETER);
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt"), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"a", kRead, kSync, 7, handle), STATUS_OBJECT_PATH_NOT_FOUND);
}

TEST_F(OpenTest, ShareModes) {
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt", kRead, kSync, 0), STATUS_SUCCESS);
  const HANDLE first = handle;
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", kRead), STATUS_SHARING_VIOLATION);
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", FILE_READ_ATTRIBUTES | SYNCHRONIZE, kSync, 0), STATUS_SUCCESS)
      << "attributes are in nobody's way";
  Close(first);
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt", kRead, kSync, FILE_SHARE_READ), STATUS_SUCCESS);
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", kRead, kSync, 0), STATUS_SHARING_VIOLATION);
  EXPECT_EQ(Open(u"\\??\\X:\\hello.txt", FILE_EXECUTE | SYNCHRONIZE, kSync, FILE_SHARE_READ), STATUS_SUCCESS);
}

TEST(ShareAccess, WritersAndDeleters) {
  io::ShareAccess sharing;
  ASSERT_TRUE(sharing.Add(FILE_WRITE_DATA, FILE_SHARE_READ));
  EXPECT_FALSE(sharing.Add(FILE_READ_DATA, FILE_SHARE_READ)) << "a reader that forbids writing";
  EXPECT_TRUE(sharing.Add(FILE_READ_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE));
  EXPECT_FALSE(sharing.Add(FILE_APPEND_DATA, 7)) << "the first opener shares reading only";
  EXPECT_FALSE(sharing.Add(DELETE, 7));
  sharing.Remove(FILE_WRITE_DATA, FILE_SHARE_READ);
  EXPECT_TRUE(sharing.Add(FILE_APPEND_DATA, 7));
}

TEST_F(OpenTest, AttributesByName) {
  const auto basic = Out<FILE_BASIC_INFORMATION>();
  EXPECT_EQ(StatusOf(io::NtQueryAttributesFile(thread, Name(u"\\??\\X:\\System32"), basic)), STATUS_SUCCESS);
  EXPECT_EQ(Get<FILE_BASIC_INFORMATION>(basic).FileAttributes, FILE_ATTRIBUTE_DIRECTORY);
  const auto full = Out<FILE_NETWORK_OPEN_INFORMATION>();
  EXPECT_EQ(StatusOf(io::NtQueryFullAttributesFile(thread, Name(u"\\??\\X:\\System32\\ntdll.dll"), full)),
            STATUS_SUCCESS);
  const auto facts = Get<FILE_NETWORK_OPEN_INFORMATION>(full);
  EXPECT_EQ(facts.EndOfFile.QuadPart, 5000);
  EXPECT_EQ(facts.AllocationSize.QuadPart, 8192);
  EXPECT_EQ(facts.FileAttributes, FILE_ATTRIBUTE_ARCHIVE);
  EXPECT_EQ(facts.LastWriteTime.QuadPart, 134116992000000000);
  EXPECT_EQ(StatusOf(io::NtQueryAttributesFile(thread, Name(u"\\??\\X:\\nothing"), basic)),
            STATUS_OBJECT_NAME_NOT_FOUND);
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt", kRead, kSync, 0), STATUS_SUCCESS);
  EXPECT_EQ(StatusOf(io::NtQueryAttributesFile(thread, Name(u"\\??\\X:\\hello.txt"), basic)), STATUS_SUCCESS)
      << "share modes do not matter";
  EXPECT_EQ(StatusOf(io::NtQueryAttributesFile(thread, Name(u"\\Device\\Console"), basic)),
            STATUS_INVALID_DEVICE_REQUEST);
}

TEST_F(OpenTest, FullNameAndBacking) {
  ASSERT_EQ(Open(u"\\??\\x:\\system32\\NTDLL.dll", kRead | FILE_EXECUTE), STATUS_SUCCESS);
  const auto file = handles.Reference<io::FileObject>(handle, 0);
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->FullName()->View(), u"\\Device\\BootVolume\\System32\\ntdll.dll");
  EXPECT_EQ((*file)->NameOnVolume(), u"\\System32\\ntdll.dll");
  const auto backing = io::BackingOf(thread, handle, FILE_EXECUTE);
  ASSERT_TRUE(backing);
  EXPECT_EQ((*backing)->Size(), 5000u);
  EXPECT_EQ((*backing)->Resident().size(), 5000u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>((*backing)->Resident().data()) % 4096, 0u);
  EXPECT_EQ(io::BackingOf(thread, handle, FILE_WRITE_DATA).error().Code(), STATUS_ACCESS_DENIED);
  ASSERT_EQ(Open(u"\\??\\X:\\System32"), STATUS_SUCCESS);
  EXPECT_EQ(io::BackingOf(thread, handle, FILE_READ_DATA).error().Code(), STATUS_INVALID_FILE_FOR_SECTION);
}

TEST_F(OpenTest, ImagesOfProcesses) {
  const auto status = [](std::u16string_view path) {
    const auto image = io::OpenImage(nullptr, path);
    return image ? STATUS_SUCCESS : image.error().Code();
  };
  EXPECT_EQ((*io::OpenImage(nullptr, u"\\SystemRoot\\System32\\SMSS.exe"))->Size(), 4u);
  EXPECT_EQ(status(u"\\SystemRoot\\nothing.exe"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(status(u"\\SystemRoot\\System32"), STATUS_FILE_IS_A_DIRECTORY);
  EXPECT_EQ(status(u"\\Device\\Console"), STATUS_INVALID_FILE_FOR_SECTION);
  EXPECT_EQ(status(u"hello.txt"), STATUS_OBJECT_PATH_SYNTAX_BAD);
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt", kRead, kSync, 0), STATUS_SUCCESS);
  EXPECT_EQ(status(u"\\??\\X:\\hello.txt"), STATUS_SHARING_VIOLATION);
}

}  // namespace io_test
