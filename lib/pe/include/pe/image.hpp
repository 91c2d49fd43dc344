#pragma once
// A validated view of a PE image file. See README.md of this folder.

#include <disk/pe.h>
#include <nt/ntdef.h>
#include <nt/ntmmapi.h>
#include <nt/ntstatus.h>
#include <rtl/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pe {

constexpr std::uint32_t kPageSize = 4096;
constexpr std::uint16_t kMaximumSections = 96;  // PE Format: "the Windows loader limits the number of sections to 96"

#if defined(__i386__) || defined(_M_IX86)
constexpr std::uint16_t kNativeMachine = IMAGE_FILE_MACHINE_I386;
#else
constexpr std::uint16_t kNativeMachine = IMAGE_FILE_MACHINE_AMD64;
#endif

// The header fields that the rest of the system asks for, in host form and independent of PE32/PE32+.
struct ImageInfo {
  std::uint16_t machine;
  std::uint16_t characteristics;      // IMAGE_FILE_*
  std::uint16_t dll_characteristics;  // IMAGE_DLLCHARACTERISTICS_*
  std::uint16_t subsystem;
  std::uint16_t major_subsystem_version;
  std::uint16_t minor_subsystem_version;
  std::uint16_t major_operating_system_version;
  std::uint16_t minor_operating_system_version;
  std::uint16_t section_count;
  std::uint32_t entry_point;      // RVA; 0: none (a DLL without initialisation)
  std::uint32_t size_of_image;    // as in the header; the view is this rounded up to pages
  std::uint32_t size_of_headers;  // as in the header
  std::uint32_t size_of_code;
  std::uint32_t section_alignment;
  std::uint32_t file_alignment;
  std::uint32_t checksum;
  std::uint32_t time_date_stamp;
  std::uint32_t loader_flags;
  std::uint64_t image_base;
  std::uint64_t stack_reserve;
  std::uint64_t stack_commit;
  std::uint64_t heap_reserve;
  std::uint64_t heap_commit;
  std::uint64_t file_size;
  bool flat;  // SectionAlignment below the page: the file is mapped as it is

  bool IsDll() const { return (characteristics & IMAGE_FILE_DLL) != 0; }
  bool RelocationsStripped() const { return (characteristics & IMAGE_FILE_RELOCS_STRIPPED) != 0; }
  bool DynamicBase() const { return (dll_characteristics & IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE) != 0; }
};

// One run of pages of the mapped image: `size` bytes at `rva`, of which the first `file_bytes` come from the file and
// the rest is zero. `rva` and `size` are page multiples; `file_offset` is a multiple of 512 only.
struct Segment {
  std::uint32_t rva;
  std::uint32_t size;
  std::uint32_t file_offset;
  std::uint32_t file_bytes;
  std::uint32_t characteristics;  // IMAGE_SCN_*; 0 for the headers
  ULONG protection;               // PAGE_*
  bool shared;                    // IMAGE_SCN_MEM_SHARED: all views see one copy
};

// The page protection of a section with these IMAGE_SCN_MEM_* bits. Writable and not shared is copy on write.
ULONG SectionProtection(std::uint32_t characteristics);

// A PE image that passed Parse(). Refers to the bytes it was parsed from, which must outlive it and not change.
class Image {
 public:
  // Validates the image whose file begins with `headers` (at least the headers and section table; more does no harm)
  // and is `file_size` bytes long, for a system that runs `native_machine`. Failures, as of NtCreateSection(SEC_IMAGE):
  //   STATUS_INVALID_FILE_FOR_SECTION  the file is empty, or ends inside the section table
  //   STATUS_INVALID_IMAGE_NOT_MZ      no DOS header
  //   STATUS_INVALID_IMAGE_PROTECT     a DOS program: no NT headers
  //   STATUS_INVALID_IMAGE_NE_FORMAT   an OS/2 program
  //   STATUS_INVALID_IMAGE_WIN_16      a 16-bit Windows program
  //   STATUS_INVALID_IMAGE_LE_FORMAT   a linear executable (OS/2, VxD)
  //   STATUS_INVALID_IMAGE_WIN_64      a 64-bit image for a 32-bit system
  //   STATUS_INVALID_IMAGE_FORMAT      another machine, or anything else that is wrong
  static Result<Image> Parse(std::span<const std::byte> headers, std::uint64_t file_size,
                             std::uint16_t native_machine = kNativeMachine);
  static Result<Image> Parse(std::span<const std::byte> file) { return Parse(file, file.size()); }

  const ImageInfo &Info() const { return info_; }

  // Bytes of address space of the mapped image: SizeOfImage rounded up to pages.
  std::uint32_t ViewSize() const;

  // What to map: segment 0 is the headers, the others are the sections in ascending order, none overlapping. Space of
  // the view that no segment covers is inaccessible. A segment may have size 0.
  std::size_t SegmentCount() const { return info_.flat ? 1 : std::size_t{1} + info_.section_count; }
  Segment SegmentAt(std::size_t index) const;

  // The section header as it stands in the file; index < Info().section_count.
  IMAGE_SECTION_HEADER SectionAt(std::size_t index) const;

  // Directory `index` (IMAGE_DIRECTORY_ENTRY_*) when it is present and lies inside the image. The security directory,
  // whose address is a file offset, is checked against the file instead.
  std::optional<IMAGE_DATA_DIRECTORY> Directory(std::size_t index) const;

  // File offset of the byte mapped at `rva`, if it comes from the file.
  std::optional<std::uint32_t> FileOffset(std::uint32_t rva) const;

 private:
  Image() = default;
  Result<void> ReadFileHeader(std::uint16_t native_machine);
  template <typename Optional>
  Result<void> ReadOptionalHeader();
  Result<void> CheckLayout() const;
  Result<void> CheckSections() const;
  Segment FromSection(const IMAGE_SECTION_HEADER &section) const;

  std::span<const std::byte> headers_;
  std::uint32_t nt_offset_ = 0;
  std::uint32_t section_table_ = 0;  // file offset
  std::uint16_t optional_size_ = 0;
  std::uint32_t directory_count_ = 0;
  ImageInfo info_{};
  std::array<IMAGE_DATA_DIRECTORY, IMAGE_NUMBEROF_DIRECTORY_ENTRIES> directories_{};
};

}  // namespace pe
