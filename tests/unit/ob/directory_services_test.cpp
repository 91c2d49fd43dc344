#include "fixture.hpp"

#include <array>
#include <cstring>
#include <vector>

namespace {

class DirectoryServicesTest : public ObTest {
 protected:
  NTSTATUS Query(HANDLE handle, std::size_t length, bool single, bool restart) {
    needed = 0xcccccccc;
    return ToNtStatus(ob::NtQueryDirectoryObject(thread, handle, thread.Pointer(buffer.data()),
                                                 static_cast<ULONG>(length), single, restart, thread.InOut(&context),
                                                 thread.Out(&needed)));
  }
  // "name:Type" of each entry; checks that the list ends with an empty one.
  std::vector<std::u16string> Entries() {
    std::vector<std::u16string> all;
    for (auto *entry = reinterpret_cast<OBJECT_DIRECTORY_INFORMATION *>(buffer.data()); entry->Name.Buffer != nullptr;
         entry += 1) {
      EXPECT_EQ(entry->Name.MaximumLength, entry->Name.Length + 2);
      EXPECT_EQ(entry->Name.Buffer[entry->Name.Length / 2], 0);
      EXPECT_EQ(entry->TypeName.Buffer[entry->TypeName.Length / 2], 0);
      all.emplace_back(std::u16string(entry->Name.Buffer, entry->Name.Length / 2u) + u":" +
                       std::u16string(entry->TypeName.Buffer, entry->TypeName.Length / 2u));
    }
    return all;
  }
  HANDLE Make() {
    HANDLE directory = nullptr;
    EXPECT_EQ(CreateDirectory(Attributes(u"\\BaseNamedObjects\\d"), &directory), STATUS_SUCCESS);
    EXPECT_EQ(CreateEvent(Attributes(u"beta", 0, directory)), STATUS_SUCCESS);
    EXPECT_EQ(CreateMutant(Attributes(u"Alpha", 0, directory)), STATUS_SUCCESS);
    EXPECT_EQ(CreateLink(Attributes(u"gamma", 0, directory), u"\\"), STATUS_SUCCESS);
    return directory;
  }
  ULONG context = 77;
  ULONG needed = 0;
  alignas(16) std::array<std::byte, 4096> buffer = {};
};

TEST_F(DirectoryServicesTest, AllAtOnce) {
  HANDLE directory = Make();
  EXPECT_EQ(Query(directory, buffer.size(), false, true), STATUS_SUCCESS);
  EXPECT_EQ(Entries(), (std::vector<std::u16string>{u"Alpha:Mutant", u"beta:Event", u"gamma:SymbolicLink"}));
  EXPECT_EQ(context, 3u);
  ULONG size = needed;
  EXPECT_EQ(Query(directory, buffer.size(), false, false), STATUS_NO_MORE_ENTRIES);
  EXPECT_EQ(context, 3u);
  EXPECT_EQ(Query(directory, size, false, true), STATUS_SUCCESS);
  EXPECT_EQ(Query(directory, size - 1, false, true), STATUS_MORE_ENTRIES);
  EXPECT_EQ(Entries().size(), 2u);
  EXPECT_EQ(context, 2u);
  EXPECT_EQ(Query(directory, size - 1, false, false), STATUS_SUCCESS);
  EXPECT_EQ(Entries(), std::vector<std::u16string>{u"gamma:SymbolicLink"});
}

TEST_F(DirectoryServicesTest, OneByOne) {
  HANDLE directory = Make();
  EXPECT_EQ(Query(directory, buffer.size(), true, true), STATUS_SUCCESS);
  EXPECT_EQ(Entries(), std::vector<std::u16string>{u"Alpha:Mutant"});
  EXPECT_EQ(Query(directory, buffer.size(), true, false), STATUS_SUCCESS);
  EXPECT_EQ(Entries(), std::vector<std::u16string>{u"beta:Event"});
  EXPECT_EQ(Query(directory, buffer.size(), true, false), STATUS_SUCCESS);
  EXPECT_EQ(Query(directory, buffer.size(), true, false), STATUS_NO_MORE_ENTRIES);
}

TEST_F(DirectoryServicesTest, TooSmall) {
  HANDLE directory = Make();
  constexpr ULONG kAlpha = 2 * sizeof(OBJECT_DIRECTORY_INFORMATION) + sizeof(u"Alpha") + sizeof(u"Mutant");
  for (std::size_t length : {std::size_t{0}, std::size_t{31}, std::size_t{64}, std::size_t{kAlpha} - 1}) {
    for (bool single : {false, true}) {
      context = 77;
      EXPECT_EQ(Query(directory, length, single, true), STATUS_BUFFER_TOO_SMALL);
      EXPECT_EQ(needed, kAlpha);
      EXPECT_EQ(context, 77u);
    }
  }
  EXPECT_EQ(Query(directory, kAlpha, true, true), STATUS_SUCCESS);
  EXPECT_EQ(needed, kAlpha);
}

TEST_F(DirectoryServicesTest, RightsTypesAndPointers) {
  HANDLE directory = Make();
  HANDLE event = nullptr;
  ASSERT_EQ(CreateEvent({}, &event), STATUS_SUCCESS);
  EXPECT_EQ(Query(event, buffer.size(), false, true), STATUS_OBJECT_TYPE_MISMATCH);
  HANDLE weak = *handles.Insert(*handles.Reference(directory, 0), DIRECTORY_TRAVERSE);
  EXPECT_EQ(Query(weak, buffer.size(), false, true), STATUS_ACCESS_DENIED);
  EXPECT_EQ(ToNtStatus(ob::NtQueryDirectoryObject(thread, directory, thread.Pointer(nullptr), 1000, FALSE, TRUE,
                                                  thread.InOut(&context), {})),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(context, 77u);
}

TEST_F(DirectoryServicesTest, AnEmptyDirectory) {
  ASSERT_EQ(CreateDirectory({}), STATUS_SUCCESS);
  EXPECT_EQ(Query(last, buffer.size(), false, true), STATUS_NO_MORE_ENTRIES);
}

TEST_F(DirectoryServicesTest, TheRootShowsWhatIsThere) {
  HANDLE root = nullptr;
  ASSERT_EQ(OpenDirectory(Attributes(u"\\"), &root), STATUS_SUCCESS);
  ASSERT_EQ(Query(root, buffer.size(), false, true), STATUS_SUCCESS);
  EXPECT_EQ(Entries(),
            (std::vector<std::u16string>{u"BaseNamedObjects:Directory", u"Device:Directory", u"DosDevices:SymbolicLink",
                                         u"Driver:Directory", u"FileSystem:Directory", u"GLOBAL??:Directory",
                                         u"KernelObjects:Directory", u"ObjectTypes:Directory"}));
}

TEST_F(DirectoryServicesTest, LinkTargets) {
  HANDLE link = nullptr;
  ASSERT_EQ(CreateLink(Attributes(u"\\??\\X:"), u"\\Device\\Disk", &link), STATUS_SUCCESS);
  constexpr USHORT kLength = sizeof(u"\\Device\\Disk") - 2;
  std::array<WCHAR, 64> text = {};
  UNICODE_STRING string = {};
  auto query = [&](USHORT room, bool with_length) {
    text.fill(0xaaaa);
    string = {.Length = 0, .MaximumLength = room, .Buffer = text.data()};
    needed = 0xcccccccc;
    return ToNtStatus(ob::NtQuerySymbolicLinkObject(thread, link, thread.InOut(&string),
                                                    with_length ? thread.Out(&needed) : UserOut<ULONG>()));
  };
  EXPECT_EQ(query(sizeof(text), true), STATUS_SUCCESS);
  EXPECT_EQ(std::u16string_view(text.data()), u"\\Device\\Disk");
  EXPECT_EQ(string.Length, kLength);
  EXPECT_EQ(needed, kLength + 2u);
  EXPECT_EQ(query(kLength, true), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(needed, kLength + 2u);
  EXPECT_EQ(query(0, true), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(query(kLength + 2, true), STATUS_SUCCESS);
  EXPECT_EQ(query(kLength, false), STATUS_SUCCESS);
  EXPECT_EQ(text[kLength / 2], 0xaaaa);
  EXPECT_EQ(query(kLength - 2, false), STATUS_BUFFER_TOO_SMALL);
  OBJECT_BASIC_INFORMATION basic = {};
  EXPECT_EQ(
      ToNtStatus(ob::NtQueryObject(thread, link, ObjectBasicInformation, thread.Pointer(&basic), sizeof(basic), {})),
      STATUS_SUCCESS);
  EXPECT_EQ(basic.CreationTime.QuadPart, static_cast<LONGLONG>(system.clocks.SystemTime()));
}

}  // namespace
