// What the loader reads of a driver image: imports, cookie, names.

#include "loader/imports.hpp"

#include <cstring>
#include <memory>

#include <gtest/gtest.h>

namespace {

constexpr std::uint32_t kSize = 0x3000;
constexpr std::uint32_t kSection = 0x1000;  // one section of 0x1000 bytes; 0x2000 is a hole
constexpr std::uint32_t kDescriptors = kSection + 0x100;
constexpr std::uint32_t kLookup = kSection + 0x200;
constexpr std::uint32_t kSlots = kSection + 0x300;
constexpr std::uint32_t kNames = kSection + 0x400;
constexpr std::uint32_t kConfig = kSection + 0x800;
constexpr std::uint32_t kCookie = kSection + 0xA00;

class ImportsTest : public testing::Test {
 protected:
  ImportsTest() : memory_(static_cast<char *>(std::aligned_alloc(4096, kSize))) {
    std::memset(memory_, 0, kSize);
    At<IMAGE_DOS_HEADER>(0)->e_magic = IMAGE_DOS_SIGNATURE;
    At<IMAGE_DOS_HEADER>(0)->e_lfanew = 0x80;
    headers_ = At<IMAGE_NT_HEADERS>(0x80);
    headers_->Signature = IMAGE_NT_SIGNATURE;
    headers_->FileHeader.Machine = IMAGE_FILE_MACHINE_NATIVE;
    headers_->FileHeader.NumberOfSections = 1;
    headers_->FileHeader.SizeOfOptionalHeader = sizeof(headers_->OptionalHeader);
    headers_->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR_MAGIC;
    headers_->OptionalHeader.SizeOfHeaders = 0x400;
    headers_->OptionalHeader.SizeOfImage = kSize;
    headers_->OptionalHeader.SectionAlignment = 0x1000;
    headers_->OptionalHeader.NumberOfRvaAndSizes = 16;
    auto *section = At<IMAGE_SECTION_HEADER>(0x80 + sizeof(IMAGE_NT_HEADERS));
    section->VirtualAddress = kSection;
    section->Misc.VirtualSize = 0x1000;
    Directory(IMAGE_DIRECTORY_ENTRY_IMPORT, kDescriptors, 40);
    auto *entry = At<IMAGE_IMPORT_DESCRIPTOR>(kDescriptors);
    entry->OriginalFirstThunk = kLookup;
    entry->FirstThunk = kSlots;
    entry->Name = kNames;
    Text(kNames, "NTOSKRNL.exe");
    Text(kNames + 0x42, "IoCreateDevice");
    *At<std::uint16_t>(kNames + 0x40) = 5;
    *At<std::uintptr_t>(kLookup) = kNames + 0x40;
    *At<std::uintptr_t>(kLookup + sizeof(void *)) = static_cast<std::uintptr_t>(IMAGE_ORDINAL_FLAG) | 17;
  }
  ~ImportsTest() override { std::free(memory_); }
  template <typename T>
  T *At(std::uint32_t rva) {
    return reinterpret_cast<T *>(memory_ + rva);
  }
  void Text(std::uint32_t rva, const char *text) { std::strcpy(memory_ + rva, text); }
  void Directory(unsigned index, std::uint32_t rva, std::uint32_t size) {
    headers_->OptionalHeader.DataDirectory[index] = {rva, size};
  }
  pe::MappedImage Open() {
    auto image = pe::MappedImage::Open(memory_, kSize);
    EXPECT_TRUE(image);
    return *image;
  }
  NTSTATUS FirstRoutine() {
    pe::MappedImage image = Open();
    wdm::ImportWalker walker(image);
    std::string_view name;
    auto module = walker.NextModule(&name);
    if (!module) {
      return module.error().Code();
    }
    wdm::ImportedRoutine routine;
    auto found = walker.NextRoutine(&routine);
    return found ? STATUS_SUCCESS : found.error().Code();
  }
  char *memory_;
  IMAGE_NT_HEADERS *headers_;
};

TEST_F(ImportsTest, WalksAll) {
  pe::MappedImage image = Open();
  wdm::ImportWalker walker(image);
  std::string_view name;
  wdm::ImportedRoutine routine;
  ASSERT_TRUE(*walker.NextModule(&name));
  EXPECT_EQ(name, "NTOSKRNL.exe");
  ASSERT_TRUE(*walker.NextRoutine(&routine));
  EXPECT_EQ(routine.name, "IoCreateDevice");
  EXPECT_EQ(routine.hint, 5u);
  EXPECT_EQ(routine.slot, kSlots);
  ASSERT_TRUE(*walker.NextRoutine(&routine));
  EXPECT_TRUE(routine.name.empty());
  EXPECT_EQ(routine.ordinal, 17u);
  EXPECT_EQ(routine.slot, kSlots + sizeof(void *));
  EXPECT_FALSE(*walker.NextRoutine(&routine));
  EXPECT_FALSE(*walker.NextModule(&name));
  EXPECT_FALSE(*walker.NextModule(&name));
  ASSERT_TRUE(wdm::WriteSlot(image, kSlots, 0x1234));
  EXPECT_EQ(*At<std::uintptr_t>(kSlots), 0x1234u);
}

TEST_F(ImportsTest, ImageWithoutImports) {
  Directory(IMAGE_DIRECTORY_ENTRY_IMPORT, 0, 0);
  pe::MappedImage image = Open();
  wdm::ImportWalker walker(image);
  std::string_view name;
  EXPECT_FALSE(*walker.NextModule(&name));
}

TEST_F(ImportsTest, UsesSlotsWithoutLookupTable) {
  At<IMAGE_IMPORT_DESCRIPTOR>(kDescriptors)->OriginalFirstThunk = 0;
  *At<std::uintptr_t>(kSlots) = kNames + 0x40;
  EXPECT_EQ(FirstRoutine(), STATUS_SUCCESS);
}

TEST_F(ImportsTest, RefusesLies) {
  for (std::uint32_t rva : {0x2000u, 0x2FF8u, 0x3000u, 0xFFFF'FFF0u, 0xFFFF'FFFFu}) {
    Directory(IMAGE_DIRECTORY_ENTRY_IMPORT, rva, 40);
    EXPECT_EQ(FirstRoutine(), STATUS_INVALID_IMAGE_FORMAT) << rva;
    Directory(IMAGE_DIRECTORY_ENTRY_IMPORT, kDescriptors, 40);
    auto *entry = At<IMAGE_IMPORT_DESCRIPTOR>(kDescriptors);
    for (auto field : {&IMAGE_IMPORT_DESCRIPTOR::Name, &IMAGE_IMPORT_DESCRIPTOR::OriginalFirstThunk}) {
      const auto kept = entry->*field;
      entry->*field = rva;
      EXPECT_EQ(FirstRoutine(), STATUS_INVALID_IMAGE_FORMAT) << rva;
      entry->*field = kept;
    }
    *At<std::uintptr_t>(kLookup) = rva & ~std::uintptr_t{IMAGE_ORDINAL_FLAG32};
    EXPECT_EQ(FirstRoutine(), STATUS_INVALID_IMAGE_FORMAT) << rva;
    *At<std::uintptr_t>(kLookup) = kNames + 0x40;
    EXPECT_FALSE(wdm::WriteSlot(Open(), rva, 0)) << rva;
  }
  EXPECT_FALSE(wdm::WriteSlot(Open(), 0x88, 0)) << "headers are not written";
  EXPECT_FALSE(wdm::WriteSlot(Open(), kSection + 0xFFF, 0)) << "crosses the end of the section";
}

TEST_F(ImportsTest, SeedsTheCookieOnce) {
  constexpr std::uintptr_t kDefault = sizeof(void *) == 8 ? 0x2B992DDFA232 : 0xBB40E64E;
  constexpr std::uint32_t kField = sizeof(void *) == 8 ? 88 : 60;
  *At<std::uint32_t>(kConfig) = 0x100;
  *At<std::uintptr_t>(kConfig + kField) = reinterpret_cast<std::uintptr_t>(memory_) + kCookie;
  *At<std::uintptr_t>(kCookie) = kDefault;
  Directory(IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, kConfig, 0x100);
  ASSERT_TRUE(wdm::SeedCookie(Open(), kDefault));
  EXPECT_EQ(*At<std::uintptr_t>(kCookie), kDefault + 1);
  ASSERT_TRUE(wdm::SeedCookie(Open(), 99));
  EXPECT_EQ(*At<std::uintptr_t>(kCookie), kDefault + 1) << "it is no compiler's value any more";
  *At<std::uintptr_t>(kConfig + kField) = reinterpret_cast<std::uintptr_t>(memory_) + 0x2000;
  EXPECT_FALSE(wdm::SeedCookie(Open(), 99));
  *At<std::uintptr_t>(kConfig + kField) = 0x10;
  EXPECT_FALSE(wdm::SeedCookie(Open(), 99));
  *At<std::uint32_t>(kConfig) = 64;  // too old to have one
  EXPECT_TRUE(wdm::SeedCookie(Open(), 99));
}

TEST(DriverNames, MeanTheRuntime) {
  for (const char *name : {"ntoskrnl.exe", "NTOSKRNL.EXE", "Hal.dll", "wdm.dll", "ntkrnlmp.exe"}) {
    EXPECT_TRUE(wdm::IsRuntimeName(name)) << name;
  }
  for (const char *name : {"ntoskrnl", "classpnp.sys", "ntdll.dll", "", "hal.dll "}) {
    EXPECT_FALSE(wdm::IsRuntimeName(name)) << name;
  }
}

TEST(DriverNames, BecomeBaseNames) {
  char16_t name[64];
  ASSERT_TRUE(wdm::MakeBaseName(std::string_view("ClassPnP"), name));
  EXPECT_EQ(std::u16string_view(name), u"classpnp.sys");
  ASSERT_TRUE(wdm::MakeBaseName(std::u16string_view(u"WmiLib.SYS"), name));
  EXPECT_EQ(std::u16string_view(name), u"wmilib.sys");
  for (const char *bad : {"", "..", ".sys", "a\\b.sys", "c:x.sys", "dir/x.sys", "x\x01.sys", "caf\xE9.sys"}) {
    EXPECT_FALSE(wdm::MakeBaseName(std::string_view(bad), name)) << bad;
  }
  EXPECT_FALSE(wdm::MakeBaseName(std::string(80, 'a'), name));
  EXPECT_TRUE(wdm::MakeBaseName(std::string(58, 'a'), name));
}

}  // namespace
