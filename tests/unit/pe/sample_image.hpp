#pragma once
// A small valid PE32+ image that tests spoil: headers, .text (RX), .rdata (R, with exports), .data (RW, longer in
// memory).

#include <disk/pe.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

struct SampleImage {
  static constexpr std::uint32_t kTextRva = 0x1000;
  static constexpr std::uint32_t kRdataRva = 0x2000;
  static constexpr std::uint32_t kDataRva = 0x3000;
  static constexpr std::uint32_t kImageSize = 0x6000;
  static constexpr std::uint32_t kFileSize = 0x1000;

  IMAGE_DOS_HEADER dos{};
  IMAGE_NT_HEADERS64 nt{};
  std::vector<IMAGE_SECTION_HEADER> sections;
  std::uint32_t file_size = kFileSize;

  SampleImage() {
    dos.e_magic = IMAGE_DOS_SIGNATURE;
    dos.e_lfanew = 0x80;
    nt.Signature = IMAGE_NT_SIGNATURE;
    nt.FileHeader.Machine = IMAGE_FILE_MACHINE_AMD64;
    nt.FileHeader.SizeOfOptionalHeader = sizeof(IMAGE_OPTIONAL_HEADER64);
    nt.FileHeader.Characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_LARGE_ADDRESS_AWARE | IMAGE_FILE_DLL;
    nt.FileHeader.TimeDateStamp = 0x5EA1;
    IMAGE_OPTIONAL_HEADER64 &optional = nt.OptionalHeader;
    optional.Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    optional.AddressOfEntryPoint = kTextRva + 0x10;
    optional.ImageBase = 0x180000000;
    optional.SectionAlignment = 0x1000;
    optional.FileAlignment = 0x200;
    optional.SizeOfImage = kImageSize;
    optional.SizeOfHeaders = 0x400;
    optional.Subsystem = IMAGE_SUBSYSTEM_NATIVE;
    optional.MajorSubsystemVersion = 10;
    optional.DllCharacteristics = IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE;
    optional.SizeOfStackReserve = 0x100000;
    optional.SizeOfStackCommit = 0x2000;
    optional.SizeOfHeapReserve = 0x200000;
    optional.SizeOfHeapCommit = 0x1000;
    optional.NumberOfRvaAndSizes = IMAGE_NUMBEROF_DIRECTORY_ENTRIES;
    optional.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT] = {kRdataRva, 0x200};
    AddSection(".text", kTextRva, 0x123, 0x400, 0x200, IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_CNT_CODE);
    AddSection(".rdata", kRdataRva, 0x200, 0x600, 0x200, IMAGE_SCN_MEM_READ);
    AddSection(".data", kDataRva, 0x3000, 0x800, 0x800, IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE);
  }

  void AddSection(std::string_view name, std::uint32_t rva, std::uint32_t virtual_size, std::uint32_t file_offset,
                  std::uint32_t raw_size, std::uint32_t characteristics) {
    IMAGE_SECTION_HEADER section{};
    std::memcpy(section.Name, name.data(), name.size());
    section.VirtualAddress = rva;
    section.Misc.VirtualSize = virtual_size;
    section.PointerToRawData = file_offset;
    section.SizeOfRawData = raw_size;
    section.Characteristics = characteristics;
    sections.push_back(section);
    nt.FileHeader.NumberOfSections = static_cast<std::uint16_t>(sections.size());
  }

  // The file, with byte i of the body = i mod 251 so that each place is recognisable.
  std::vector<std::byte> Build() const {
    std::vector<std::byte> file(file_size);
    for (std::size_t i = 0; i < file.size(); i++) {
      file[i] = static_cast<std::byte>(i % 251);
    }
    const auto put = [&](std::size_t offset, const void *data, std::size_t size) {
      if (offset < file.size()) {
        std::memcpy(file.data() + offset, data, size < file.size() - offset ? size : file.size() - offset);
      }
    };
    const auto lfanew = static_cast<std::size_t>(dos.e_lfanew);
    put(0, &dos, sizeof(dos));
    put(lfanew, &nt, sizeof(nt));
    const std::size_t table = lfanew + 24 + nt.FileHeader.SizeOfOptionalHeader;
    put(table, sections.data(), sections.size() * sizeof(IMAGE_SECTION_HEADER));
    return file;
  }
};
