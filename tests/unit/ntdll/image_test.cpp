// ldr::Image over an image made in a buffer: exports, relocations, and lies.

#include <cstring>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "../../../ntdll/ldr/image.hpp"

namespace {

constexpr ULONG kSize = 0x4000;
constexpr ULONG kHeaders = 0x400;
constexpr ULONG kText = 0x1000;  // one section of 0x1000 bytes; 0x2000 is a hole; 0x3000 is the second section
constexpr ULONG kData = 0x3000;
constexpr ULONG kExports = kText + 0x100;

class ImageTest : public testing::Test {
 protected:
  ImageTest() : memory_(new(std::align_val_t{4096}) char[kSize]{}) {
    At<IMAGE_DOS_HEADER>(0)->e_magic = IMAGE_DOS_SIGNATURE;
    At<IMAGE_DOS_HEADER>(0)->e_lfanew = 0x80;
    auto *headers = Headers();
    headers->Signature = IMAGE_NT_SIGNATURE;
    headers->FileHeader.Machine = IMAGE_FILE_MACHINE_AMD64;
    headers->FileHeader.NumberOfSections = 2;
    headers->FileHeader.SizeOfOptionalHeader = sizeof(IMAGE_OPTIONAL_HEADER64);
    headers->FileHeader.Characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_DLL;
    headers->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    headers->OptionalHeader.ImageBase = 0x180000000;
    headers->OptionalHeader.SectionAlignment = 0x1000;
    headers->OptionalHeader.SizeOfHeaders = kHeaders;
    headers->OptionalHeader.SizeOfImage = kSize;
    headers->OptionalHeader.NumberOfRvaAndSizes = 16;
    auto *sections = At<IMAGE_SECTION_HEADER>(0x80 + sizeof(IMAGE_NT_HEADERS64));
    sections[0].VirtualAddress = kText;
    sections[0].Misc.VirtualSize = 0x1000;
    sections[1].VirtualAddress = kData;
    sections[1].Misc.VirtualSize = 0x800;
    MakeExports();
  }

  void MakeExports() {
    Directory(IMAGE_DIRECTORY_ENTRY_EXPORT) = {kExports, 0x200};
    auto *exports = At<IMAGE_EXPORT_DIRECTORY>(kExports);
    exports->Base = 10;
    exports->NumberOfFunctions = 4;
    exports->NumberOfNames = 3;
    exports->AddressOfFunctions = kExports + 0x40;
    exports->AddressOfNames = kExports + 0x60;
    exports->AddressOfNameOrdinals = kExports + 0x80;
    const ULONG functions[] = {kText + 8, kText + 16, 0, kExports + 0xC0};
    const ULONG names[] = {kExports + 0x90, kExports + 0xA0, kExports + 0xB0};
    const USHORT ordinals[] = {1, 3, 0};
    std::memcpy(At<char>(kExports + 0x40), functions, sizeof(functions));
    std::memcpy(At<char>(kExports + 0x60), names, sizeof(names));
    std::memcpy(At<char>(kExports + 0x80), ordinals, sizeof(ordinals));
    std::strcpy(At<char>(kExports + 0x90), "Alpha");
    std::strcpy(At<char>(kExports + 0xA0), "Beta");
    std::strcpy(At<char>(kExports + 0xB0), "Gamma");
    std::strcpy(At<char>(kExports + 0xC0), "other.Target");
  }

  template <typename T>
  T *At(size_t offset) {
    return reinterpret_cast<T *>(memory_.get() + offset);
  }
  IMAGE_NT_HEADERS64 *Headers() { return At<IMAGE_NT_HEADERS64>(0x80); }
  IMAGE_DATA_DIRECTORY &Directory(unsigned index) { return Headers()->OptionalHeader.DataDirectory[index]; }
  ldr::Image Open() { return *ldr::Image::Open(memory_.get(), kSize); }

  struct Delete {
    void operator()(char *memory) const { operator delete[](memory, std::align_val_t{4096}); }
  };
  std::unique_ptr<char[], Delete> memory_;
};

TEST_F(ImageTest, NamesAndHints) {
  ldr::Image image = Open();
  for (ULONG hint : {0u, 1u, 2u, 3u, 0xFFFFFFFFu}) {
    EXPECT_EQ(image.FindExport("Alpha", hint)->rva, kText + 16);
    EXPECT_EQ(image.FindExport("Gamma", hint)->rva, kText + 8);
    EXPECT_EQ(image.FindExport("Beta", hint)->forwarder, "other.Target");
    EXPECT_EQ(image.FindExport("Delta", hint).error().Code(), STATUS_ENTRYPOINT_NOT_FOUND);
    EXPECT_EQ(image.FindExport("Alph", hint).error().Code(), STATUS_ENTRYPOINT_NOT_FOUND);
    EXPECT_EQ(image.FindExport("Alphas", hint).error().Code(), STATUS_ENTRYPOINT_NOT_FOUND);
  }
}

TEST_F(ImageTest, Ordinals) {
  ldr::Image image = Open();
  EXPECT_EQ(image.FindExport(10)->rva, kText + 8);
  EXPECT_EQ(image.FindExport(11)->rva, kText + 16);
  EXPECT_EQ(image.FindExport(13)->forwarder, "other.Target");
  for (ULONG ordinal : {0u, 9u, 12u, 14u, 0xFFFFu}) {
    EXPECT_EQ(image.FindExport(ordinal).error().Code(), STATUS_ORDINAL_NOT_FOUND);
  }
}

TEST_F(ImageTest, NoExports) {
  Directory(IMAGE_DIRECTORY_ENTRY_EXPORT) = {0, 0};
  EXPECT_EQ(Open().FindExport("Alpha").error().Code(), STATUS_ENTRYPOINT_NOT_FOUND);
  EXPECT_EQ(Open().FindExport(10).error().Code(), STATUS_ORDINAL_NOT_FOUND);
}

TEST_F(ImageTest, ExportTablesOutside) {
  auto *exports = At<IMAGE_EXPORT_DIRECTORY>(kExports);
  for (ULONG bad : {0x2000u, kSize, 0xFFFFFFF0u}) {
    exports->AddressOfNames = bad;
    EXPECT_EQ(Open().FindExport("Alpha").error().Code(), STATUS_INVALID_IMAGE_FORMAT);
    exports->AddressOfNames = kExports + 0x60;
    exports->AddressOfNameOrdinals = bad;
    EXPECT_EQ(Open().FindExport("Alpha").error().Code(), STATUS_INVALID_IMAGE_FORMAT);
    exports->AddressOfNameOrdinals = kExports + 0x80;
    exports->AddressOfFunctions = bad;
    EXPECT_EQ(Open().FindExport("Alpha").error().Code(), STATUS_INVALID_IMAGE_FORMAT);
    EXPECT_EQ(Open().FindExport(10).error().Code(), STATUS_INVALID_IMAGE_FORMAT);
    exports->AddressOfFunctions = kExports + 0x40;
  }
  exports->NumberOfNames = 0xFFFFFFFF;
  EXPECT_EQ(Open().FindExport("Zeta").error().Code(), STATUS_INVALID_IMAGE_FORMAT);
}

TEST_F(ImageTest, Containment) {
  ldr::Image image = Open();
  EXPECT_TRUE(image.Contains(0, kHeaders));
  EXPECT_FALSE(image.Contains(0, kHeaders + 1));
  EXPECT_TRUE(image.Contains(kText, 0x1000));
  EXPECT_FALSE(image.Contains(kText, 0x1001));
  EXPECT_FALSE(image.Contains(0x2000, 1));     // the hole
  EXPECT_TRUE(image.Contains(kData, 0x1000));  // to the end of the page
  EXPECT_FALSE(image.Contains(kSize, 1));
  EXPECT_FALSE(image.Contains(0xFFFFFFFF, 1));
  EXPECT_FALSE(image.Contains(kText, ~size_t{0}));
}

TEST_F(ImageTest, Strings) {
  std::memset(At<char>(kText + 0xF00), 'x', 0x100);  // to the end of the section
  EXPECT_EQ(Open().String(kText + 0xF00).data(), nullptr);
  EXPECT_EQ(Open().String(0x2000).data(), nullptr);
  EXPECT_EQ(Open().String(kExports + 0x90), "Alpha");
  EXPECT_EQ(Open().String(kExports + 0x90, 3).data(), nullptr);
}

TEST_F(ImageTest, Headers) {
  auto expect_bad = [&](auto change) {
    std::unique_ptr<char[], Delete> saved(new (std::align_val_t{4096}) char[kSize]);
    std::memcpy(saved.get(), memory_.get(), kSize);
    change();
    EXPECT_FALSE(ldr::Image::Open(memory_.get(), kSize));
    std::memcpy(memory_.get(), saved.get(), kSize);
  };
  expect_bad([&] { At<IMAGE_DOS_HEADER>(0)->e_magic = 0; });
  expect_bad([&] { At<IMAGE_DOS_HEADER>(0)->e_lfanew = -4; });
  expect_bad([&] { At<IMAGE_DOS_HEADER>(0)->e_lfanew = 0x82; });
  expect_bad([&] { At<IMAGE_DOS_HEADER>(0)->e_lfanew = static_cast<int>(kSize); });
  expect_bad([&] { Headers()->Signature = 0; });
  expect_bad([&] { Headers()->FileHeader.Machine = IMAGE_FILE_MACHINE_I386; });
  expect_bad([&] { Headers()->FileHeader.NumberOfSections = 0xFFFF; });
  expect_bad([&] { Headers()->FileHeader.SizeOfOptionalHeader += 1; });
  expect_bad([&] { Headers()->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR32_MAGIC; });
  expect_bad([&] { Headers()->OptionalHeader.SizeOfImage = kSize + 1; });
  expect_bad([&] { Headers()->OptionalHeader.SizeOfHeaders = kSize + 1; });
  EXPECT_TRUE(ldr::Image::Open(memory_.get(), kSize));
}

TEST_F(ImageTest, Relocations) {
  Directory(IMAGE_DIRECTORY_ENTRY_BASERELOC) = {kData, 12};
  *At<IMAGE_BASE_RELOCATION>(kData) = {kText, 12};
  At<USHORT>(kData + 8)[0] = static_cast<USHORT>(IMAGE_REL_BASED_DIR64 << 12 | 0x800);
  At<USHORT>(kData + 8)[1] = 0;
  *At<ULONG64>(kText + 0x800) = 0x180001000;
  ASSERT_TRUE(Open().Relocate(0x1000));
  EXPECT_EQ(*At<ULONG64>(kText + 0x800), 0x180002000u);
  auto bad = [&] { return Open().Relocate(0x1000).error().Code(); };
  At<USHORT>(kData + 8)[0] = static_cast<USHORT>(IMAGE_REL_BASED_DIR64 << 12 | 0xFFC);  // over the section's end
  EXPECT_EQ(bad(), STATUS_INVALID_IMAGE_FORMAT);
  At<USHORT>(kData + 8)[0] = 0x7000;  // no such type
  EXPECT_EQ(bad(), STATUS_INVALID_IMAGE_FORMAT);
  for (ULONG size : {4u, 16u, 0xFFFFFFFFu}) {
    *At<IMAGE_BASE_RELOCATION>(kData) = {kText, size};
    EXPECT_EQ(bad(), STATUS_INVALID_IMAGE_FORMAT);
  }
  Directory(IMAGE_DIRECTORY_ENTRY_BASERELOC) = {0x2000, 12};
  EXPECT_EQ(bad(), STATUS_INVALID_IMAGE_FORMAT);
  Headers()->FileHeader.Characteristics |= IMAGE_FILE_RELOCS_STRIPPED;
  EXPECT_EQ(bad(), STATUS_ILLEGAL_DLL_RELOCATION);
}

// Random damage: whatever the headers say, nothing outside the mapping is touched (the sanitizers watch).
TEST_F(ImageTest, RandomDamage) {
  std::mt19937 random(1);
  std::unique_ptr<char[], Delete> saved(new (std::align_val_t{4096}) char[kSize]);
  Directory(IMAGE_DIRECTORY_ENTRY_BASERELOC) = {kData, 64};
  *At<IMAGE_BASE_RELOCATION>(kData) = {kText, 64};
  std::memcpy(saved.get(), memory_.get(), kSize);
  for (int round = 0; round < 20000; round += 1) {
    for (unsigned i = random() % 8; i > 0; i -= 1) {
      size_t areas[] = {0x80 + random() % 0x180, kExports + random() % 0xE0, kData + random() % 64};
      memory_[areas[random() % 3]] = static_cast<char>(random());
    }
    if (auto image = ldr::Image::Open(memory_.get(), kSize)) {
      (void)image->FindExport("Alpha", random() % 4);
      (void)image->FindExport("Beta");
      (void)image->FindExport(random() % 20);
      (void)image->Relocate(0x10000);
    }
    std::memcpy(memory_.get(), saved.get(), kSize);
  }
}

}  // namespace
