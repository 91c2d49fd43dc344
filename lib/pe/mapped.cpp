#include <pe/mapped.hpp>

namespace pe {
namespace {

constexpr ULONG kPageSize = 4096;
constexpr auto kBad = STATUS_INVALID_IMAGE_FORMAT;

}  // namespace

Result<MappedImage> MappedImage::Open(void *base, size_t view) {
  const auto *dos = static_cast<const IMAGE_DOS_HEADER *>(base);
  if (view != 0 && view < sizeof(IMAGE_DOS_HEADER)) {
    return Fail(kBad);
  }
  if (dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0 || (dos->e_lfanew & 3) != 0) {
    return Fail(kBad);
  }
  auto offset = static_cast<size_t>(dos->e_lfanew);
  // A mapped image has at least its header page.
  if (offset > (view != 0 ? view : kPageSize) - sizeof(IMAGE_NT_HEADERS)) {
    return Fail(kBad);
  }
  MappedImage image;
  image.base_ = static_cast<char *>(base);
  image.headers_ = reinterpret_cast<const IMAGE_NT_HEADERS *>(image.base_ + offset);
  const IMAGE_NT_HEADERS &headers = *image.headers_;
  const IMAGE_OPTIONAL_HEADER &optional = headers.OptionalHeader;
  if (headers.Signature != IMAGE_NT_SIGNATURE || headers.FileHeader.Machine != IMAGE_FILE_MACHINE_NATIVE ||
      optional.Magic != IMAGE_NT_OPTIONAL_HDR_MAGIC) {
    return Fail(kBad);
  }
  size_t table = offset + offsetof(IMAGE_NT_HEADERS, OptionalHeader) + headers.FileHeader.SizeOfOptionalHeader;
  size_t table_end = table + size_t{headers.FileHeader.NumberOfSections} * sizeof(IMAGE_SECTION_HEADER);
  if ((table & 3) != 0 || table_end > optional.SizeOfHeaders || optional.SizeOfHeaders > optional.SizeOfImage ||
      (view != 0 && optional.SizeOfImage > view)) {
    return Fail(kBad);
  }
  return image;
}

const IMAGE_SECTION_HEADER *MappedImage::Sections() const {
  return reinterpret_cast<const IMAGE_SECTION_HEADER *>(reinterpret_cast<const char *>(&headers_->OptionalHeader) +
                                                        headers_->FileHeader.SizeOfOptionalHeader);
}

IMAGE_DATA_DIRECTORY MappedImage::Directory(unsigned index) const {
  if (index >= IMAGE_NUMBEROF_DIRECTORY_ENTRIES || index >= headers_->OptionalHeader.NumberOfRvaAndSizes) {
    return {0, 0};
  }
  return headers_->OptionalHeader.DataDirectory[index];
}

bool MappedImage::Contains(ULONG rva, size_t size) const {
  auto inside = [&](ULONG64 start, ULONG64 length) {
    return rva >= start && rva - start <= length && size <= length - (rva - start);
  };
  if (rva > Size() || size > Size() - rva) {
    return false;
  }
  if (inside(0, headers_->OptionalHeader.SizeOfHeaders)) {
    return true;
  }
  // Low-alignment images are mapped as one piece.
  if (headers_->OptionalHeader.SectionAlignment < kPageSize) {
    return true;
  }
  const IMAGE_SECTION_HEADER *sections = Sections();
  for (unsigned i = 0; i < SectionCount(); i += 1) {
    ULONG64 length = sections[i].Misc.VirtualSize != 0 ? sections[i].Misc.VirtualSize : sections[i].SizeOfRawData;
    length = (length + kPageSize - 1) & ~ULONG64{kPageSize - 1};  // the mapping goes on to the end of the page
    if (inside(sections[i].VirtualAddress, length)) {
      return true;
    }
  }
  return false;
}

std::string_view MappedImage::String(ULONG rva, size_t limit) const {
  for (size_t length = 0; length < limit; length += 1) {
    auto at = rva + static_cast<ULONG>(length);
    if (at < rva || ((length == 0 || (at & (kPageSize - 1)) == 0) && !Contains(at, 1))) {
      return {};
    }
    if (base_[at] == 0) {
      return {base_ + rva, length};
    }
  }
  return {};
}

Result<MappedExport> MappedImage::Entry(const IMAGE_EXPORT_DIRECTORY &exports, ULONG index, NTSTATUS missing) const {
  if (index >= exports.NumberOfFunctions) {
    return Fail(missing);
  }
  ULONG rva = 0;
  ULONG64 slot = exports.AddressOfFunctions + ULONG64{index} * 4;
  if (slot > MAXULONG || !Read(static_cast<ULONG>(slot), &rva)) {
    return Fail(kBad);
  }
  if (rva == 0) {
    return Fail(missing);
  }
  IMAGE_DATA_DIRECTORY directory = Directory(IMAGE_DIRECTORY_ENTRY_EXPORT);
  if (rva - directory.VirtualAddress < directory.Size) {
    std::string_view forwarder = String(rva);
    if (forwarder.empty()) {
      return Fail(kBad);
    }
    return MappedExport{rva, forwarder};
  }
  if (rva >= Size()) {
    return Fail(kBad);
  }
  return MappedExport{rva, {}};
}

Result<MappedExport> MappedImage::FindExport(std::string_view name, ULONG hint) const {
  IMAGE_DATA_DIRECTORY directory = Directory(IMAGE_DIRECTORY_ENTRY_EXPORT);
  IMAGE_EXPORT_DIRECTORY exports;
  if (directory.Size == 0) {
    return Fail(STATUS_ENTRYPOINT_NOT_FOUND);
  }
  if (!Read(directory.VirtualAddress, &exports) || !Contains(exports.AddressOfNames, 0) ||
      !Contains(exports.AddressOfNameOrdinals, 0)) {
    return Fail(kBad);
  }
  auto at = [&](ULONG index, std::string_view *text) {
    ULONG rva = 0;
    ULONG64 slot = exports.AddressOfNames + ULONG64{index} * 4;
    if (slot > MAXULONG || !Read(static_cast<ULONG>(slot), &rva)) {
      return false;
    }
    *text = String(rva, 4096);
    return text->data() != nullptr;
  };
  auto found = [&](ULONG index) -> Result<MappedExport> {
    USHORT ordinal = 0;
    ULONG64 slot = exports.AddressOfNameOrdinals + ULONG64{index} * 2;
    if (slot > MAXULONG || !Read(static_cast<ULONG>(slot), &ordinal)) {
      return Fail(kBad);
    }
    return Entry(exports, ordinal, STATUS_ENTRYPOINT_NOT_FOUND);
  };
  std::string_view text;
  if (hint < exports.NumberOfNames && at(hint, &text) && text == name) {
    return found(hint);
  }
  ULONG low = 0;
  ULONG high = exports.NumberOfNames;
  while (low < high) {
    ULONG middle = low + (high - low) / 2;
    if (!at(middle, &text)) {
      return Fail(kBad);
    }
    int order = text.compare(name);
    if (order == 0) {
      return found(middle);
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return Fail(STATUS_ENTRYPOINT_NOT_FOUND);
}

Result<MappedExport> MappedImage::FindExport(ULONG ordinal) const {
  IMAGE_DATA_DIRECTORY directory = Directory(IMAGE_DIRECTORY_ENTRY_EXPORT);
  IMAGE_EXPORT_DIRECTORY exports;
  if (directory.Size == 0) {
    return Fail(STATUS_ORDINAL_NOT_FOUND);
  }
  if (!Read(directory.VirtualAddress, &exports)) {
    return Fail(kBad);
  }
  if (ordinal < exports.Base) {
    return Fail(STATUS_ORDINAL_NOT_FOUND);
  }
  return Entry(exports, ordinal - exports.Base, STATUS_ORDINAL_NOT_FOUND);
}

Result<void> MappedImage::RelocateBlock(ULONG page, ULONG entries, ULONG count, ULONG_PTR delta) const {
  for (ULONG i = 0; i < count; i += 1) {
    USHORT entry = 0;
    if (!Read(entries + i * 2, &entry)) {
      return Fail(kBad);
    }
    ULONG at = page + (entry & 0xFFFu);
    switch (entry >> 12) {
      case IMAGE_REL_BASED_ABSOLUTE:
        break;
      case IMAGE_REL_BASED_DIR64: {
        ULONG64 value = 0;
        if (at < page || at < HeaderSize() || !Read(at, &value)) {
          return Fail(kBad);
        }
        value += delta;
        std::memcpy(base_ + at, &value, sizeof(value));
        break;
      }
      case IMAGE_REL_BASED_HIGHLOW: {
        ULONG value = 0;
        if (at < page || at < HeaderSize() || !Read(at, &value)) {
          return Fail(kBad);
        }
        value += static_cast<ULONG>(delta);
        std::memcpy(base_ + at, &value, sizeof(value));
        break;
      }
      default:
        return Fail(kBad);
    }
  }
  return {};
}

Result<void> MappedImage::Relocate(ULONG_PTR delta) const {
  IMAGE_DATA_DIRECTORY directory = Directory(IMAGE_DIRECTORY_ENTRY_BASERELOC);
  if ((headers_->FileHeader.Characteristics & IMAGE_FILE_RELOCS_STRIPPED) != 0) {
    return Fail(STATUS_ILLEGAL_DLL_RELOCATION);
  }
  if (directory.Size == 0) {
    return {};  // nothing in it depends on its address
  }
  if (!Contains(directory.VirtualAddress, directory.Size)) {
    return Fail(kBad);
  }
  ULONG at = directory.VirtualAddress;
  ULONG left = directory.Size;
  while (left >= sizeof(IMAGE_BASE_RELOCATION)) {
    IMAGE_BASE_RELOCATION block;
    if (!Read(at, &block)) {
      return Fail(kBad);
    }
    if (block.SizeOfBlock == 0) {
      break;  // padding to the end of the directory
    }
    if (block.SizeOfBlock < sizeof(block) || block.SizeOfBlock > left) {
      return Fail(kBad);
    }
    TRY(RelocateBlock(block.VirtualAddress, at + static_cast<ULONG>(sizeof(block)),
                      (block.SizeOfBlock - static_cast<ULONG>(sizeof(block))) / 2, delta));
    at += block.SizeOfBlock;
    left -= block.SizeOfBlock;
  }
  return {};
}

}  // namespace pe
