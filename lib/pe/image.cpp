#include <pe/image.hpp>
#include <rtl/checked.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace pe {
namespace {

constexpr std::uint32_t kSectorSize = 512;
constexpr std::uint64_t kImageBaseAlignment = 0x10000;
constexpr std::uint32_t kMaximumImageSize = 0x7FFF0000;

// T at `offset`; what lies past the end of the bytes reads as zero when `partial` bytes of it suffice.
template <typename T>
bool ReadAt(std::span<const std::byte> bytes, std::uint64_t offset, T &out, std::size_t needed = sizeof(T)) {
  if (!RangeInside(offset, needed, bytes.size())) {
    return false;
  }
  const std::size_t there = std::min<std::size_t>(sizeof(T), bytes.size() - static_cast<std::size_t>(offset));
  out = T{};
  std::memcpy(&out, bytes.data() + offset, std::min(there, sizeof(T)));
  return true;
}

// What the new-style header of a program that is not PE says it is. ne_exetyp (offset 0x36 of the NE header):
// 2 = Windows, 5 = protected-mode DOS extender.
NTSTATUS ForeignFormat(std::span<const std::byte> headers, std::uint32_t offset) {
  constexpr std::uint32_t kTargetSystem = 0x36;
  std::uint16_t magic = 0;
  std::uint8_t target = 0;
  if (!ReadAt(headers, offset, magic)) {
    return STATUS_INVALID_IMAGE_PROTECT;
  }
  if (magic == IMAGE_OS2_SIGNATURE_LE) {
    return STATUS_INVALID_IMAGE_LE_FORMAT;
  }
  if (magic != IMAGE_OS2_SIGNATURE || !ReadAt(headers, std::uint64_t{offset} + kTargetSystem, target) || target == 5) {
    return STATUS_INVALID_IMAGE_PROTECT;
  }
  return target == 2 ? STATUS_INVALID_IMAGE_WIN_16 : STATUS_INVALID_IMAGE_NE_FORMAT;
}

bool Is64Bit(std::uint16_t machine) {
  return machine == IMAGE_FILE_MACHINE_AMD64 || machine == IMAGE_FILE_MACHINE_ARM64 ||
         machine == IMAGE_FILE_MACHINE_IA64;
}

}  // namespace

ULONG SectionProtection(std::uint32_t characteristics) {
  const bool execute = (characteristics & IMAGE_SCN_MEM_EXECUTE) != 0;
  const bool read = (characteristics & IMAGE_SCN_MEM_READ) != 0;
  const bool write = (characteristics & IMAGE_SCN_MEM_WRITE) != 0;
  const bool shared = (characteristics & IMAGE_SCN_MEM_SHARED) != 0;
  if (write) {
    if (shared) {
      return execute ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    }
    return execute ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
  }
  if (execute) {
    return read ? PAGE_EXECUTE_READ : PAGE_EXECUTE;
  }
  return read ? PAGE_READONLY : PAGE_NOACCESS;
}

Result<Image> Image::Parse(std::span<const std::byte> headers, std::uint64_t file_size, std::uint16_t native_machine) {
  if (file_size == 0) {
    return Fail(STATUS_INVALID_FILE_FOR_SECTION);
  }
  Image image;
  image.headers_ = headers.first(static_cast<std::size_t>(std::min<std::uint64_t>(headers.size(), file_size)));
  image.info_.file_size = file_size;
  IMAGE_DOS_HEADER dos;
  if (!ReadAt(image.headers_, 0, dos) || dos.e_magic != IMAGE_DOS_SIGNATURE) {
    return Fail(STATUS_INVALID_IMAGE_NOT_MZ);
  }
  if (dos.e_lfanew < 0) {
    return Fail(STATUS_INVALID_IMAGE_PROTECT);
  }
  image.nt_offset_ = static_cast<std::uint32_t>(dos.e_lfanew);
  TRY(image.ReadFileHeader(native_machine));
  if (Is64Bit(native_machine)) {
    TRY(image.ReadOptionalHeader<IMAGE_OPTIONAL_HEADER64>());
  } else {
    TRY(image.ReadOptionalHeader<IMAGE_OPTIONAL_HEADER32>());
  }
  TRY(image.CheckLayout());
  if (!image.info_.flat) {
    TRY(image.CheckSections());
  }
  return image;
}

Result<void> Image::ReadFileHeader(std::uint16_t native_machine) {
  std::uint32_t signature = 0;
  IMAGE_FILE_HEADER file;
  if (!ReadAt(headers_, nt_offset_, signature) || signature != IMAGE_NT_SIGNATURE) {
    return Fail(ForeignFormat(headers_, nt_offset_));
  }
  const std::uint64_t file_offset = std::uint64_t{nt_offset_} + sizeof(signature);
  if (!ReadAt(headers_, file_offset, file)) {
    return Fail(STATUS_INVALID_IMAGE_PROTECT);
  }
  std::uint16_t magic = 0;
  if (!ReadAt(headers_, file_offset + sizeof(file), magic) || file.SizeOfOptionalHeader < sizeof(magic)) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  const bool native64 = Is64Bit(native_machine);
  if (!native64 && magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC) {
    return Fail(STATUS_INVALID_IMAGE_WIN_64);
  }
  // A PE32 image on a 64-bit system is for WOW64, which this system has not.
  if (magic != (native64 ? IMAGE_NT_OPTIONAL_HDR64_MAGIC : IMAGE_NT_OPTIONAL_HDR32_MAGIC) ||
      file.Machine != native_machine || (file.Characteristics & IMAGE_FILE_EXECUTABLE_IMAGE) == 0 ||
      file.NumberOfSections > kMaximumSections) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  optional_size_ = file.SizeOfOptionalHeader;
  section_table_ = nt_offset_ + static_cast<std::uint32_t>(sizeof(signature) + sizeof(file)) + optional_size_;
  info_.machine = file.Machine;
  info_.characteristics = file.Characteristics;
  info_.section_count = file.NumberOfSections;
  info_.time_date_stamp = file.TimeDateStamp;
  return {};
}

template <typename Optional>
Result<void> Image::ReadOptionalHeader() {
  // SizeOfOptionalHeader may be short: what it leaves out is zero. All up to SizeOfHeaders is needed.
  const std::uint32_t offset =
      nt_offset_ + static_cast<std::uint32_t>(sizeof(std::uint32_t) + sizeof(IMAGE_FILE_HEADER));
  const std::size_t needed = offsetof(Optional, CheckSum);
  const std::size_t size = std::min<std::size_t>(optional_size_, sizeof(Optional));
  Optional header{};
  if (size < needed || !RangeInside(offset, size, headers_.size())) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  std::memcpy(&header, headers_.data() + offset, size);
  directory_count_ = std::min<std::uint32_t>(header.NumberOfRvaAndSizes, IMAGE_NUMBEROF_DIRECTORY_ENTRIES);
  std::copy_n(header.DataDirectory, directories_.size(), directories_.begin());
  info_.dll_characteristics = header.DllCharacteristics;
  info_.subsystem = header.Subsystem;
  info_.major_subsystem_version = header.MajorSubsystemVersion;
  info_.minor_subsystem_version = header.MinorSubsystemVersion;
  info_.major_operating_system_version = header.MajorOperatingSystemVersion;
  info_.minor_operating_system_version = header.MinorOperatingSystemVersion;
  info_.entry_point = header.AddressOfEntryPoint;
  info_.size_of_image = header.SizeOfImage;
  info_.size_of_headers = header.SizeOfHeaders;
  info_.size_of_code = header.SizeOfCode;
  info_.section_alignment = header.SectionAlignment;
  info_.file_alignment = header.FileAlignment;
  info_.checksum = header.CheckSum;
  info_.loader_flags = header.LoaderFlags;
  info_.image_base = header.ImageBase;
  info_.stack_reserve = header.SizeOfStackReserve;
  info_.stack_commit = header.SizeOfStackCommit;
  info_.heap_reserve = header.SizeOfHeapReserve;
  info_.heap_commit = header.SizeOfHeapCommit;
  info_.flat = header.SectionAlignment < kPageSize;
  return {};
}

// The relations between header fields that need no section.
Result<void> Image::CheckLayout() const {
  const bool alignments =
      std::has_single_bit(info_.section_alignment) && std::has_single_bit(info_.file_alignment) &&
      info_.file_alignment <= info_.section_alignment &&
      (info_.flat ? info_.file_alignment == info_.section_alignment : info_.file_alignment % kSectorSize == 0);
  if (!alignments || info_.size_of_image == 0 || info_.size_of_image > kMaximumImageSize ||
      info_.size_of_headers > info_.size_of_image || info_.image_base % kImageBaseAlignment != 0 ||
      info_.entry_point >= info_.size_of_image) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  // The whole view must fit into the address range of its base.
  if (info_.image_base + ViewSize() < info_.image_base) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  const std::uint64_t table_size = info_.section_count * sizeof(IMAGE_SECTION_HEADER);
  if (!RangeInside(section_table_, table_size, info_.file_size)) {
    return Fail(STATUS_INVALID_FILE_FOR_SECTION);
  }
  if (!RangeInside(section_table_, table_size, headers_.size())) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);  // the headers are longer than anybody reads ahead
  }
  return {};
}

// PE Format: sections lie in ascending order, adjacent, at multiples of SectionAlignment.
Result<void> Image::CheckSections() const {
  // The loader reads the section table from the mapped headers.
  if (section_table_ + info_.section_count * sizeof(IMAGE_SECTION_HEADER) > info_.size_of_headers ||
      info_.size_of_headers > info_.file_size) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  std::uint64_t next = AlignUp<std::uint64_t>(info_.size_of_headers, info_.section_alignment);
  for (std::size_t i = 0; i < info_.section_count; i++) {
    const IMAGE_SECTION_HEADER section = SectionAt(i);
    const std::uint32_t extent = section.Misc.VirtualSize != 0 ? section.Misc.VirtualSize : section.SizeOfRawData;
    const std::uint64_t end = std::uint64_t{section.VirtualAddress} + extent;
    if (section.VirtualAddress != next || AlignUp<std::uint64_t>(end, kPageSize) > ViewSize()) {
      return Fail(STATUS_INVALID_IMAGE_FORMAT);
    }
    if (section.PointerToRawData != 0 &&
        !RangeInside(section.PointerToRawData, section.SizeOfRawData, info_.file_size)) {
      return Fail(STATUS_INVALID_IMAGE_FORMAT);
    }
    next = AlignUp<std::uint64_t>(end, info_.section_alignment);
  }
  return {};
}

std::uint32_t Image::ViewSize() const { return AlignUp(info_.size_of_image, kPageSize); }

Segment Image::SegmentAt(std::size_t index) const {
  if (index > 0) {
    return FromSection(SectionAt(index - 1));
  }
  Segment segment{};
  const std::uint32_t bytes = info_.flat ? info_.size_of_image : info_.size_of_headers;
  segment.size = AlignUp(bytes, kPageSize);
  segment.file_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(info_.file_size, segment.size));
  segment.protection = info_.flat ? PAGE_EXECUTE_WRITECOPY : PAGE_READONLY;
  return segment;
}

Segment Image::FromSection(const IMAGE_SECTION_HEADER &section) const {
  Segment segment{};
  const std::uint32_t extent = section.Misc.VirtualSize != 0 ? section.Misc.VirtualSize : section.SizeOfRawData;
  segment.rva = section.VirtualAddress;
  segment.size = AlignUp(extent, kPageSize);
  if (section.PointerToRawData != 0) {
    // File positions count in sectors, whatever FileAlignment says.
    segment.file_offset = AlignDown(section.PointerToRawData, kSectorSize);
    segment.file_bytes = std::min(section.SizeOfRawData, segment.size);
  }
  segment.characteristics = section.Characteristics;
  segment.protection = SectionProtection(section.Characteristics);
  segment.shared = (section.Characteristics & IMAGE_SCN_MEM_SHARED) != 0;
  return segment;
}

IMAGE_SECTION_HEADER Image::SectionAt(std::size_t index) const {
  IMAGE_SECTION_HEADER section{};
  if (index < info_.section_count) {
    ReadAt(headers_, section_table_ + index * sizeof(section), section);
  }
  return section;
}

std::optional<IMAGE_DATA_DIRECTORY> Image::Directory(std::size_t index) const {
  if (index >= directory_count_) {
    return std::nullopt;
  }
  const IMAGE_DATA_DIRECTORY &directory = directories_[index];
  const std::uint64_t limit = index == IMAGE_DIRECTORY_ENTRY_SECURITY ? info_.file_size : info_.size_of_image;
  if (directory.VirtualAddress == 0 || directory.Size == 0 ||
      !RangeInside(directory.VirtualAddress, directory.Size, limit)) {
    return std::nullopt;
  }
  return directory;
}

std::optional<std::uint32_t> Image::FileOffset(std::uint32_t rva) const {
  for (std::size_t i = 0; i < SegmentCount(); i++) {
    const Segment segment = SegmentAt(i);
    if (rva >= segment.rva && rva - segment.rva < segment.file_bytes) {
      return segment.file_offset + (rva - segment.rva);
    }
  }
  return std::nullopt;
}

}  // namespace pe
