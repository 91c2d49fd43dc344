// NtQueryDirectoryFile (WDK reference), [MS-FSA] 2.1.5.6.3, layouts of [MS-FSCC] 2.4.

#include "io_fixture.hpp"

namespace io_test {

class DirectoryTest : public IoTest {
 protected:
  void SetUp() override {
    Reopen(u"\\??\\X:\\System32");
    buffer = Allocate(kSize, 0x55);
  }
  void Reopen(std::u16string_view path) {
    ASSERT_EQ(Open(path, FILE_LIST_DIRECTORY | SYNCHRONIZE, kSync | FILE_DIRECTORY_FILE), STATUS_SUCCESS);
  }
  NTSTATUS Query(FILE_INFORMATION_CLASS information_class, ULONG length, bool single = false, bool restart = false,
                 const char16_t *pattern = nullptr) {
    Spoil();
    UserIn<UNICODE_STRING> text;
    if (pattern != nullptr) {
      text = String(pattern);
    }
    return StatusOf(io::NtQueryDirectoryFile(thread, handle, nullptr, {}, {}, block, buffer, length, information_class,
                                             single, text, restart));
  }
  // All names that a pattern gives, in one query after another.
  std::u16string Names(const char16_t *pattern, bool single = false, ULONG length = kSize) {
    std::u16string all;
    while (Query(FileNamesInformation, length, single, false, pattern) == STATUS_SUCCESS) {
      for (std::size_t at = 0;;) {
        const auto next = Get<ULONG>(buffer, at);
        all += Wide(buffer, Get<ULONG>(buffer, at + 8), at + 12) + u" ";
        if (next == 0) {
          break;
        }
        EXPECT_EQ(next % 8, 0u);
        at += next;
      }
    }
    return all;
  }
  static constexpr ULONG kSize = 4096;
  UserPointer buffer;
};

TEST_F(DirectoryTest, ListsInOrderWithDots) {
  EXPECT_EQ(Names(nullptr), u". .. drivers ntdll.dll smss.exe ");
  EXPECT_EQ(Query(FileNamesInformation, kSize), STATUS_NO_MORE_FILES);
  EXPECT_EQ(Block().Status, STATUS_NO_MORE_FILES);
  EXPECT_EQ(Block().Information, 0u);
  ASSERT_EQ(Query(FileNamesInformation, kSize, false, true), STATUS_SUCCESS) << "restarted";
  EXPECT_EQ(Wide(buffer, 2, 12), u".");
}

TEST_F(DirectoryTest, RootHasNoDots) {
  Reopen(u"\\??\\X:\\");
  EXPECT_EQ(Names(nullptr), u"empty hello.txt Programs System32 ");
}

TEST_F(DirectoryTest, OneByOneAndInShortBuffers) {
  EXPECT_EQ(Names(nullptr, true), u". .. drivers ntdll.dll smss.exe ");
  Reopen(u"\\??\\X:\\System32");
  EXPECT_EQ(Names(nullptr, false, 40), u". .. drivers ntdll.dll smss.exe ");
}

TEST_F(DirectoryTest, PatternOfTheFirstQueryStays) {
  EXPECT_EQ(Names(u"*.dll"), u"ntdll.dll ");
  EXPECT_EQ(Query(FileNamesInformation, kSize, false, true, u"*.exe"), STATUS_SUCCESS);
  EXPECT_EQ(Wide(buffer, 18, 12), u"ntdll.dll");
  Reopen(u"\\??\\X:\\System32");
  EXPECT_EQ(Names(u"SMSS.EXE"), u"smss.exe ");
  Reopen(u"\\??\\X:\\System32");
  EXPECT_EQ(Names(u""), u". .. drivers ntdll.dll smss.exe ") << "an empty pattern is *";
}

TEST_F(DirectoryTest, NothingMatches) {
  EXPECT_EQ(Query(FileNamesInformation, kSize, false, false, u"*.xyz"), STATUS_NO_SUCH_FILE);
  EXPECT_EQ(Query(FileNamesInformation, kSize, false, false, u"*.xyz"), STATUS_NO_MORE_FILES);
  Reopen(u"\\??\\X:\\Programs");
  EXPECT_EQ(Query(FileNamesInformation, kSize, false, false, u"*.exe"), STATUS_NO_SUCH_FILE);
  Reopen(u"\\??\\X:\\Programs");
  EXPECT_EQ(Query(FileNamesInformation, kSize, false, false, u"a\\b"), STATUS_OBJECT_NAME_INVALID);
}

TEST_F(DirectoryTest, Layouts) {
  ASSERT_EQ(Query(FileBothDirectoryInformation, kSize, true, false, u"ntdll.dll"), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 0x5Eu + 18);
  const auto both = Get<FILE_BOTH_DIR_INFORMATION>(buffer);
  EXPECT_EQ(both.NextEntryOffset, 0u);
  EXPECT_EQ(both.EndOfFile.QuadPart, 5000);
  EXPECT_EQ(both.AllocationSize.QuadPart, 8192);
  EXPECT_EQ(both.FileAttributes, FILE_ATTRIBUTE_ARCHIVE);
  EXPECT_EQ(both.FileNameLength, 18u);
  EXPECT_EQ(both.ShortNameLength, 0);
  EXPECT_EQ(Wide(buffer, 18, 0x5E), u"ntdll.dll");
  ASSERT_EQ(Query(FileIdBothDirectoryInformation, kSize, true, true), STATUS_SUCCESS);
  EXPECT_EQ(Wide(buffer, 18, 0x68), u"ntdll.dll");
  EXPECT_NE(Get<FILE_ID_BOTH_DIR_INFORMATION>(buffer).FileId.QuadPart, 0);
  ASSERT_EQ(Query(FileDirectoryInformation, kSize, true, true), STATUS_SUCCESS);
  EXPECT_EQ(Wide(buffer, 18, 0x40), u"ntdll.dll");
  ASSERT_EQ(Query(FileFullDirectoryInformation, kSize, true, true), STATUS_SUCCESS);
  EXPECT_EQ(Wide(buffer, 18, 0x44), u"ntdll.dll");
  ASSERT_EQ(Query(FileIdFullDirectoryInformation, kSize, true, true), STATUS_SUCCESS);
  EXPECT_EQ(Wide(buffer, 18, 0x50), u"ntdll.dll");
}

TEST_F(DirectoryTest, ShortestBuffers) {
  // The space for one character of the name, rounded up to 8; below it nothing is done at all.
  const std::pair<FILE_INFORMATION_CLASS, ULONG> shortest[] = {
      {FileDirectoryInformation, 0x48},       {FileFullDirectoryInformation, 0x48},
      {FileBothDirectoryInformation, 0x60},   {FileIdBothDirectoryInformation, 0x70},
      {FileIdFullDirectoryInformation, 0x58}, {FileNamesInformation, 0x10}};
  Reopen(u"\\??\\X:\\");  // whose first name is long enough not to fit
  for (const auto &[information_class, length] : shortest) {
    EXPECT_EQ(Query(information_class, length - 1, false, true), STATUS_INFO_LENGTH_MISMATCH) << information_class;
    EXPECT_TRUE(Untouched());
    EXPECT_EQ(Query(information_class, length, false, true), STATUS_BUFFER_OVERFLOW) << information_class;
    EXPECT_EQ(Block().Status, STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Block().Information, length);
    EXPECT_EQ(Get<ULONG>(buffer), 0u);
  }
  EXPECT_EQ(Get<ULONG>(buffer, 8), 10u) << "the whole length";
  EXPECT_EQ(Wide(buffer, 4, 12), u"em") << "what fits";
}

TEST_F(DirectoryTest, SecondEntryThatDoesNotFitIsLeft) {
  const ULONG length = 0x60 + 0x5E + 2;  // room for "." and one character of ".."
  ASSERT_EQ(Query(FileBothDirectoryInformation, length), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 0x60u);
  EXPECT_EQ(Get<ULONG>(buffer), 0u);
  EXPECT_EQ(Get<ULONG>(buffer, 0x60), 0x55555555u);
  ASSERT_EQ(Query(FileBothDirectoryInformation, kSize), STATUS_SUCCESS);
  EXPECT_EQ(Wide(buffer, 4, 0x5E), u"..");
}

TEST_F(DirectoryTest, Refusals) {
  EXPECT_EQ(Query(FileBasicInformation, kSize), STATUS_INVALID_INFO_CLASS);
  EXPECT_EQ(Query(static_cast<FILE_INFORMATION_CLASS>(1000), kSize), STATUS_INVALID_INFO_CLASS);
  EXPECT_TRUE(Untouched());
  buffer.address = 0x7000;
  EXPECT_EQ(Query(FileNamesInformation, kSize), STATUS_ACCESS_VIOLATION);
  buffer = Allocate(kSize);
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt"), STATUS_SUCCESS);
  EXPECT_EQ(Query(FileNamesInformation, kSize), STATUS_INVALID_PARAMETER) << "no directory";
  ASSERT_EQ(Open(u"\\??\\X:\\System32", FILE_READ_ATTRIBUTES | SYNCHRONIZE), STATUS_SUCCESS);
  EXPECT_EQ(Query(FileNamesInformation, kSize), STATUS_ACCESS_DENIED);
  ASSERT_EQ(Open(u"\\Device\\Console"), STATUS_SUCCESS);
  EXPECT_EQ(Query(FileNamesInformation, kSize), STATUS_INVALID_DEVICE_REQUEST);
}

}  // namespace io_test
