// Each refusal of NtCreateSection(SEC_IMAGE). Sources: "PE Format" (learn.microsoft.com/windows/win32/debug/pe-format)
// for what a valid image is; MS-ERREF for the statuses' meaning.

#include <gtest/gtest.h>
#include <pe/image.hpp>

#include "sample_image.hpp"

namespace {

NTSTATUS ParseStatus(const std::vector<std::byte> &file, std::uint16_t machine = pe::kNativeMachine) {
  const auto image = pe::Image::Parse(file, file.size(), machine);
  return image ? STATUS_SUCCESS : image.error().Code();
}

template <typename Spoil>
NTSTATUS Spoiled(Spoil spoil) {
  SampleImage sample;
  spoil(sample);
  return ParseStatus(sample.Build());
}

TEST(Image, ReportsTheHeaders) {
  const auto file = SampleImage().Build();
  const auto image = pe::Image::Parse(file);
  ASSERT_TRUE(image);
  const pe::ImageInfo &info = image->Info();
  EXPECT_EQ(info.machine, IMAGE_FILE_MACHINE_AMD64);
  EXPECT_EQ(info.entry_point, 0x1010u);
  EXPECT_EQ(info.image_base, 0x180000000u);
  EXPECT_EQ(info.size_of_image, 0x6000u);
  EXPECT_EQ(info.size_of_headers, 0x400u);
  EXPECT_EQ(info.stack_reserve, 0x100000u);
  EXPECT_EQ(info.stack_commit, 0x2000u);
  EXPECT_EQ(info.heap_reserve, 0x200000u);
  EXPECT_EQ(info.heap_commit, 0x1000u);
  EXPECT_EQ(info.subsystem, IMAGE_SUBSYSTEM_NATIVE);
  EXPECT_EQ(info.major_subsystem_version, 10);
  EXPECT_TRUE(info.IsDll());
  EXPECT_TRUE(info.DynamicBase());
  EXPECT_FALSE(info.RelocationsStripped());
  EXPECT_EQ(image->ViewSize(), 0x6000u);
}

TEST(Image, ListsTheSegments) {
  const auto file = SampleImage().Build();
  const auto image = pe::Image::Parse(file);
  ASSERT_TRUE(image);
  ASSERT_EQ(image->SegmentCount(), 4u);
  const pe::Segment headers = image->SegmentAt(0);
  EXPECT_EQ(headers.rva, 0u);
  EXPECT_EQ(headers.size, 0x1000u);
  EXPECT_EQ(headers.file_offset, 0u);
  EXPECT_EQ(headers.protection, ULONG{PAGE_READONLY});
  const pe::Segment text = image->SegmentAt(1);
  EXPECT_EQ(text.rva, 0x1000u);
  EXPECT_EQ(text.size, 0x1000u);
  EXPECT_EQ(text.file_offset, 0x400u);
  EXPECT_EQ(text.file_bytes, 0x200u);
  EXPECT_EQ(text.protection, ULONG{PAGE_EXECUTE_READ});
  const pe::Segment data = image->SegmentAt(3);
  EXPECT_EQ(data.size, 0x3000u);
  EXPECT_EQ(data.file_bytes, 0x800u);
  EXPECT_EQ(data.protection, ULONG{PAGE_WRITECOPY});
  EXPECT_EQ(image->FileOffset(0x1001), 0x401u);
  EXPECT_EQ(image->FileOffset(0x3800), std::nullopt);
  EXPECT_EQ(image->FileOffset(0x7000), std::nullopt);
}

TEST(Image, ProtectionOfSections) {
  EXPECT_EQ(pe::SectionProtection(0), ULONG{PAGE_NOACCESS});
  EXPECT_EQ(pe::SectionProtection(IMAGE_SCN_MEM_READ), ULONG{PAGE_READONLY});
  EXPECT_EQ(pe::SectionProtection(IMAGE_SCN_MEM_WRITE), ULONG{PAGE_WRITECOPY});
  EXPECT_EQ(pe::SectionProtection(IMAGE_SCN_MEM_EXECUTE), ULONG{PAGE_EXECUTE});
  EXPECT_EQ(pe::SectionProtection(IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ), ULONG{PAGE_EXECUTE_READ});
  EXPECT_EQ(pe::SectionProtection(IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_WRITE), ULONG{PAGE_EXECUTE_WRITECOPY});
  EXPECT_EQ(pe::SectionProtection(IMAGE_SCN_MEM_SHARED | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE),
            ULONG{PAGE_READWRITE});
  EXPECT_EQ(
      pe::SectionProtection(IMAGE_SCN_MEM_SHARED | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE | IMAGE_SCN_MEM_EXECUTE),
      ULONG{PAGE_EXECUTE_READWRITE});
}

TEST(Image, NoImageAtAll) {
  EXPECT_EQ(ParseStatus({}), STATUS_INVALID_FILE_FOR_SECTION);
  EXPECT_EQ(ParseStatus(std::vector<std::byte>(1)), STATUS_INVALID_IMAGE_NOT_MZ);
  EXPECT_EQ(ParseStatus(std::vector<std::byte>(4096)), STATUS_INVALID_IMAGE_NOT_MZ);
  EXPECT_EQ(Spoiled([](auto &s) { s.file_size = 63; }), STATUS_INVALID_IMAGE_NOT_MZ);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.Signature = 0; }), STATUS_INVALID_IMAGE_PROTECT);
  EXPECT_EQ(Spoiled([](auto &s) { s.file_size = 0x84; }), STATUS_INVALID_IMAGE_PROTECT);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.Signature = IMAGE_OS2_SIGNATURE; }), STATUS_INVALID_IMAGE_NE_FORMAT);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.Signature = IMAGE_OS2_SIGNATURE_LE; }), STATUS_INVALID_IMAGE_LE_FORMAT);
}

TEST(Image, HeaderOffsetOutsideTheFile) {
  auto file = SampleImage().Build();
  for (const std::int32_t offset : {-1, INT32_MIN, INT32_MAX, 0x1000, 0xFFF}) {
    std::memcpy(file.data() + offsetof(IMAGE_DOS_HEADER, e_lfanew), &offset, sizeof(offset));
    EXPECT_EQ(ParseStatus(file), STATUS_INVALID_IMAGE_PROTECT) << offset;
  }
}

TEST(Image, WindowsSixteenBit) {
  SampleImage sample;
  sample.nt.Signature = IMAGE_OS2_SIGNATURE;
  auto file = sample.Build();
  file[0x80 + 0x36] = std::byte{2};
  EXPECT_EQ(ParseStatus(file), STATUS_INVALID_IMAGE_WIN_16);
  file[0x80 + 0x36] = std::byte{5};
  EXPECT_EQ(ParseStatus(file), STATUS_INVALID_IMAGE_PROTECT);
}

TEST(Image, WrongMachine) {
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.FileHeader.Machine = IMAGE_FILE_MACHINE_I386; }), STATUS_INVALID_IMAGE_FORMAT);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.FileHeader.Machine = IMAGE_FILE_MACHINE_ARM64; }), STATUS_INVALID_IMAGE_FORMAT);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR32_MAGIC; }),
            STATUS_INVALID_IMAGE_FORMAT);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.Magic = IMAGE_ROM_OPTIONAL_HDR_MAGIC; }),
            STATUS_INVALID_IMAGE_FORMAT);
  EXPECT_EQ(ParseStatus(SampleImage().Build(), IMAGE_FILE_MACHINE_I386), STATUS_INVALID_IMAGE_WIN_64);
}

TEST(Image, HeaderFields) {
  const NTSTATUS bad = STATUS_INVALID_IMAGE_FORMAT;
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.FileHeader.Characteristics = IMAGE_FILE_DLL; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.FileHeader.NumberOfSections = 97; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.FileHeader.SizeOfOptionalHeader = 0; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.FileHeader.SizeOfOptionalHeader = 0x3F; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.FileHeader.SizeOfOptionalHeader = 0x40; }), STATUS_SUCCESS) << "up to CheckSum";
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.FileHeader.SizeOfOptionalHeader = 0xFFFF; }), STATUS_INVALID_FILE_FOR_SECTION);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.SizeOfImage = 0; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.SizeOfImage = 0xFFFFFFFF; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.SizeOfHeaders = 0; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.SizeOfHeaders = 0x7000; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.AddressOfEntryPoint = 0x6000; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.ImageBase += 0x1000; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) {
              s.nt.OptionalHeader.ImageBase = 0xFFFFFFFFFFFF0000;
              s.nt.OptionalHeader.SizeOfImage = 0x20000;
            }),
            bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.SectionAlignment = 0; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.SectionAlignment = 0x1800; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.FileAlignment = 0; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.FileAlignment = 0x100; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.FileAlignment = 0x2000; }), bad);
  EXPECT_EQ(Spoiled([](auto &s) { s.nt.OptionalHeader.SectionAlignment = 0x800; }), bad);
}

TEST(Image, Sections) {
  const NTSTATUS bad = STATUS_INVALID_IMAGE_FORMAT;
  EXPECT_EQ(Spoiled([](auto &s) { s.sections[1].VirtualAddress = 0x1000; }), bad) << "overlap";
  EXPECT_EQ(Spoiled([](auto &s) { std::swap(s.sections[0], s.sections[1]); }), bad) << "order";
  EXPECT_EQ(Spoiled([](auto &s) { s.sections[0].Misc.VirtualSize = 0x1001; }), bad) << "overlap by size";
  EXPECT_EQ(Spoiled([](auto &s) { s.sections[2].VirtualAddress = 0x4000; }), bad) << "gap";
  EXPECT_EQ(Spoiled([](auto &s) { s.sections[2].VirtualAddress = 0x3010; }), bad) << "alignment";
  EXPECT_EQ(Spoiled([](auto &s) { s.sections[2].Misc.VirtualSize = 0x3001; }), bad) << "past SizeOfImage";
  EXPECT_EQ(Spoiled([](auto &s) { s.sections[2].Misc.VirtualSize = 0xFFFFFFFF; }), bad) << "wraps";
  EXPECT_EQ(Spoiled([](auto &s) { s.sections[2].SizeOfRawData = 0x801; }), bad) << "raw data past the end";
  EXPECT_EQ(Spoiled([](auto &s) { s.sections[2].PointerToRawData = 0x1200; }), bad) << "raw data past the end";
  EXPECT_EQ(Spoiled([](auto &s) { s.sections[2].PointerToRawData = 0xFFFFFE00; }), bad) << "wraps";
  EXPECT_EQ(Spoiled([](auto &s) { s.file_size = 0xE00; }), bad) << "truncated file";
}

TEST(Image, EveryTruncationIsRefused) {
  const auto whole = SampleImage().Build();
  for (std::size_t size = 0; size < whole.size(); size++) {
    EXPECT_NE(ParseStatus({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}), STATUS_SUCCESS) << size;
  }
}

TEST(Image, HeadersAloneSuffice) {
  const auto file = SampleImage().Build();
  EXPECT_TRUE(pe::Image::Parse(std::span(file).first(0x400), file.size()));
  EXPECT_FALSE(pe::Image::Parse(std::span(file).first(0x180), file.size()));
}

TEST(Image, ZeroVirtualSizeMeansRawSize) {
  SampleImage sample;
  sample.sections[0].Misc.VirtualSize = 0;
  const auto file = sample.Build();
  const auto image = pe::Image::Parse(file);
  ASSERT_TRUE(image);
  EXPECT_EQ(image->SegmentAt(1).size, 0x1000u);
}

TEST(Image, FlatImageIsOneSegment) {
  SampleImage sample;
  sample.nt.OptionalHeader.SectionAlignment = 0x200;
  sample.nt.OptionalHeader.SizeOfImage = 0x1000;
  sample.nt.OptionalHeader.AddressOfEntryPoint = 0x410;
  const auto file = sample.Build();
  const auto image = pe::Image::Parse(file);
  ASSERT_TRUE(image);
  ASSERT_EQ(image->SegmentCount(), 1u);
  EXPECT_EQ(image->SegmentAt(0).size, 0x1000u);
  EXPECT_EQ(image->SegmentAt(0).protection, ULONG{PAGE_EXECUTE_WRITECOPY});
}

TEST(Image, Directories) {
  SampleImage sample;
  auto &directories = sample.nt.OptionalHeader.DataDirectory;
  directories[IMAGE_DIRECTORY_ENTRY_IMPORT] = {0x5FFF, 2};
  directories[IMAGE_DIRECTORY_ENTRY_TLS] = {0xFFFFFFFF, 0xFFFFFFFF};
  directories[IMAGE_DIRECTORY_ENTRY_SECURITY] = {0xE00, 0x200};
  const auto file = sample.Build();
  const auto image = pe::Image::Parse(file);
  ASSERT_TRUE(image);
  ASSERT_TRUE(image->Directory(IMAGE_DIRECTORY_ENTRY_EXPORT));
  EXPECT_EQ(image->Directory(IMAGE_DIRECTORY_ENTRY_EXPORT)->VirtualAddress, 0x2000u);
  EXPECT_FALSE(image->Directory(IMAGE_DIRECTORY_ENTRY_IMPORT));
  EXPECT_FALSE(image->Directory(IMAGE_DIRECTORY_ENTRY_TLS));
  EXPECT_TRUE(image->Directory(IMAGE_DIRECTORY_ENTRY_SECURITY));
  EXPECT_FALSE(image->Directory(IMAGE_DIRECTORY_ENTRY_RESOURCE));
  EXPECT_FALSE(image->Directory(16));
  sample.nt.OptionalHeader.NumberOfRvaAndSizes = 0;
  const auto none = sample.Build();
  EXPECT_FALSE(pe::Image::Parse(none)->Directory(IMAGE_DIRECTORY_ENTRY_EXPORT));
}

}  // namespace
