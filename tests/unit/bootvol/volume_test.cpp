#include <gtest/gtest.h>
#include <bootvol/volume.hpp>
#include <mkbootvol/writer.hpp>
#include <rtl/upcase.hpp>

#include <cstdlib>
#include <cstring>

namespace {

std::vector<std::byte> Bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

class VolumeTest : public testing::Test {
 protected:
  VolumeTest() {
    EXPECT_TRUE(writer_.AddFile("System32/ntdll.dll", std::vector<std::byte>(5000, std::byte{7})));
    EXPECT_TRUE(writer_.AddFile("System32\\smss.exe", Bytes("smss")));
    EXPECT_TRUE(writer_.AddFile("System32/drivers/null.sys", Bytes("null")));
    EXPECT_TRUE(writer_.AddDirectory("System32/drivers"));
    EXPECT_TRUE(writer_.AddDirectory("Programs"));
    EXPECT_TRUE(writer_.AddFile("empty", {}));
    EXPECT_TRUE(
        writer_.AddFile("\xC3\xA4"
                        "rger.txt",
                        Bytes("umlaut")));
  }
  ~VolumeTest() override { std::free(memory_); }

  void Build() {
    const auto image = writer_.Build("TEST", 0);
    ASSERT_TRUE(image) << image.error();
    size_ = image->size();
    memory_ = static_cast<std::byte *>(std::aligned_alloc(4096, size_));
    std::memcpy(memory_, image->data(), size_);
  }
  Result<bootvol::Volume> Mount() { return bootvol::Volume::Mount({memory_, size_}); }
  NTSTATUS MountStatus() {
    const auto volume = Mount();
    return volume ? STATUS_SUCCESS : volume.error().Code();
  }
  template <typename Spoil>
  NTSTATUS SpoiledHeader(Spoil spoil) {
    BOOTVOL_HEADER good;
    std::memcpy(&good, memory_, sizeof(good));
    BOOTVOL_HEADER bad = good;
    spoil(bad);
    std::memcpy(memory_, &bad, sizeof(bad));
    const NTSTATUS status = MountStatus();
    std::memcpy(memory_, &good, sizeof(good));
    return status;
  }
  template <typename Spoil>
  NTSTATUS SpoiledEntry(std::size_t index, Spoil spoil) {
    std::byte *where = memory_ + sizeof(BOOTVOL_HEADER) + index * sizeof(BOOTVOL_ENTRY);
    BOOTVOL_ENTRY good;
    std::memcpy(&good, where, sizeof(good));
    BOOTVOL_ENTRY bad = good;
    spoil(bad);
    std::memcpy(where, &bad, sizeof(bad));
    const NTSTATUS status = MountStatus();
    std::memcpy(where, &good, sizeof(good));
    return status;
  }

  mkbootvol::Writer writer_;
  std::byte *memory_ = nullptr;
  std::size_t size_ = 0;
};

TEST_F(VolumeTest, FindsWhatWasWritten) {
  Build();
  const auto volume = Mount();
  ASSERT_TRUE(volume);
  EXPECT_EQ(volume->Label(), u"TEST");
  const auto ntdll = volume->Find(bootvol::kRoot, u"system32\\NTDLL.DLL");
  ASSERT_TRUE(ntdll);
  EXPECT_EQ(ntdll->name, u"ntdll.dll");
  EXPECT_EQ(ntdll->data.size(), 5000u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ntdll->data.data()) % 4096, 0u);
  EXPECT_EQ(ntdll->data[4999], std::byte{7});
  EXPECT_EQ(ntdll->data.data()[5000], std::byte{0});
  EXPECT_EQ(ntdll->creation_time, 116444736000000000);
  EXPECT_EQ(ntdll->attributes, bootvol::kAttributeArchive);
  EXPECT_TRUE(volume->Find(bootvol::kRoot, u"\u00C4RGER.TXT"));
  EXPECT_EQ(volume->Find(bootvol::kRoot, u"empty")->data.size(), 0u);
  EXPECT_EQ(volume->Find(bootvol::kRoot, u"")->index, bootvol::kRoot);
  const auto system32 = volume->Find(bootvol::kRoot, u"System32");
  EXPECT_TRUE(volume->Find(system32->index, u"drivers\\null.sys"));
  EXPECT_EQ(system32->children, 3u);
}

TEST_F(VolumeTest, WhatIsNotThere) {
  Build();
  const auto volume = Mount();
  const auto status = [&](std::u16string_view path) { return volume->Find(bootvol::kRoot, path).error().Code(); };
  EXPECT_EQ(status(u"nothing"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(status(u"System32\\nothing"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(status(u"nothing\\nothing"), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(status(u"empty\\nothing"), STATUS_OBJECT_PATH_NOT_FOUND);
  EXPECT_EQ(status(u"System32\\\\smss.exe"), STATUS_OBJECT_NAME_INVALID);
  EXPECT_EQ(status(u"System32\\"), STATUS_OBJECT_NAME_INVALID);
  EXPECT_EQ(status(u"a*b"), STATUS_OBJECT_NAME_INVALID);
  EXPECT_EQ(status(std::u16string(256, u'a')), STATUS_OBJECT_NAME_INVALID);
}

TEST_F(VolumeTest, SameInputSameBytes) {
  const auto first = writer_.Build("A", 5);
  const auto second = writer_.Build("A", 5);
  EXPECT_EQ(*first, *second);
}

TEST_F(VolumeTest, WriterRefuses) {
  EXPECT_FALSE(writer_.AddFile("System32/NTDLL.dll", {})) << "twice, in another letter case";
  EXPECT_FALSE(writer_.AddFile("empty/below", {}));
  EXPECT_FALSE(writer_.AddFile("", {}));
  EXPECT_FALSE(writer_.AddFile("a//b", {}));
  EXPECT_FALSE(writer_.AddFile("..", {}));
  EXPECT_FALSE(writer_.AddFile("a?b", {}));
  EXPECT_FALSE(writer_.AddFile("bad\xFF", {}));
  EXPECT_FALSE(writer_.AddDirectory("empty"));
  EXPECT_FALSE(writer_.Build(std::string(33, 'x'), 0));
}

TEST_F(VolumeTest, MountRefusesHeaders) {
  Build();
  const NTSTATUS bad = STATUS_FILE_CORRUPT_ERROR;
  EXPECT_EQ(bootvol::Volume::Mount({}).error().Code(), STATUS_UNRECOGNIZED_VOLUME);
  EXPECT_EQ(bootvol::Volume::Mount({memory_ + 8, size_ - 8}).error().Code(), STATUS_DATATYPE_MISALIGNMENT);
  EXPECT_EQ(bootvol::Volume::Mount({memory_, size_ - 1}).error().Code(), STATUS_DISK_CORRUPT_ERROR);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.Magic[0] = 'X'; }), STATUS_UNRECOGNIZED_VOLUME);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.ImageSize--; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.EntryCount = 0; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.EntryCount = 0xFFFFFFFF; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.EntryCount--; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.EntryCount++; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.EntryTableOffset = 8; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.EntryTableOffset += 4; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.EntryTableOffset = 0xFFFFFFF8; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.NamesSize = 0xFFFFFFFE; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.NamesOffset++; }), bad);
  EXPECT_EQ(SpoiledHeader([](auto &h) { h.LabelLength = 66; }), bad);
}

TEST_F(VolumeTest, MountRefusesEntries) {
  Build();
  const NTSTATUS bad = STATUS_FILE_CORRUPT_ERROR;
  const auto volume = Mount();
  const std::size_t file = volume->Find(bootvol::kRoot, u"System32\\ntdll.dll")->index;
  const std::size_t directory = volume->Find(bootvol::kRoot, u"System32")->index;
  EXPECT_EQ(SpoiledEntry(0, [](auto &e) { e.Attributes = bootvol::kAttributeArchive; }), bad);
  EXPECT_EQ(SpoiledEntry(0, [](auto &e) { e.Start = 0; }), bad);
  EXPECT_EQ(SpoiledEntry(0, [](auto &e) { e.Size = UINT64_MAX; }), bad);
  EXPECT_EQ(SpoiledEntry(directory, [](auto &e) { e.Start = 1; }), bad);
  EXPECT_EQ(SpoiledEntry(directory, [](auto &e) { e.Size--; }), bad) << "an orphan";
  EXPECT_EQ(SpoiledEntry(directory, [](auto &e) { e.Size++; }), bad) << "another directory's entry";
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.Attributes |= 0x10000; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.Start += 512; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.Start = 0; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.Size = UINT64_MAX; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.Start = UINT64_MAX - 4095; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.NameLength = 0; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.NameLength = 3; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.NameLength = 0xFFFE; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.NameOffset = 0xFFFFFFFE; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [](auto &e) { e.Parent = 0; }), bad);
  EXPECT_EQ(SpoiledEntry(directory, [&](auto &e) { e.Parent = 0xFFFFFFFF; }), bad);
  EXPECT_EQ(SpoiledEntry(file, [&](auto &e) { e.Parent = static_cast<std::uint32_t>(file); }), bad);
  // System32 has drivers, ntdll.dll and smss.exe, whose names stand one after the other.
  const auto name = [](auto &e, unsigned back, unsigned length) {
    e.NameOffset -= static_cast<std::uint32_t>(back * sizeof(char16_t));
    e.NameLength = static_cast<std::uint16_t>(length * sizeof(char16_t));
  };
  EXPECT_EQ(SpoiledEntry(file + 1, [&](auto &e) { name(e, 9, 9); }), bad) << "ntdll.dll twice";
  EXPECT_EQ(SpoiledEntry(file + 1, [&](auto &e) { name(e, 16, 7); }), bad) << "not in order";
  const std::size_t childless = volume->Find(bootvol::kRoot, u"Programs")->index;
  const std::size_t other = volume->Find(bootvol::kRoot, u"System32\\drivers\\null.sys")->index;
  const auto adopt = [&](auto &e) {
    e.Start = other;
    e.Size = 1;
  };
  EXPECT_EQ(SpoiledEntry(childless, adopt), bad) << "listed twice";
  EXPECT_EQ(MountStatus(), STATUS_SUCCESS);
}

TEST(Upcase, KnownPairs) {
  EXPECT_EQ(rtl::Upcase(u'a'), u'A');
  EXPECT_EQ(rtl::Upcase(u'_'), u'_');
  EXPECT_EQ(rtl::Upcase(u'\u00FF'), u'\u0178');
  EXPECT_EQ(rtl::Upcase(u'\u0101'), u'\u0100');
  EXPECT_EQ(rtl::Upcase(u'\u0100'), u'\u0100');
  EXPECT_EQ(rtl::Upcase(u'\u0102'), u'\u0102') << "between two of a run";
  EXPECT_EQ(rtl::Upcase(u'\u044F'), u'\u042F');
  EXPECT_EQ(rtl::Upcase(u'\u0131'), u'\u0131') << "the dotless i stays";
  EXPECT_EQ(rtl::Upcase(u'\u03C2'), u'\u03A3') << "the final sigma";
  EXPECT_EQ(rtl::Upcase(u'\uFF41'), u'\uFF21');
  EXPECT_EQ(rtl::Upcase(char16_t{0xD800}), char16_t{0xD800});
  EXPECT_LT(rtl::CompareNoCase(u"abc", u"ABCD"), 0);
  EXPECT_TRUE(rtl::EqualNoCase(u"ntdll.DLL", u"NTDLL.dll"));
}

}  // namespace
