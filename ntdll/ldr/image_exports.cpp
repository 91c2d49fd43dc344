// RtlImage*, RtlPcToFileHeader and resources: reading images that are mapped.

#include "module.hpp"

#include <cstring>

namespace {

using ldr::Image;

constexpr ULONG kMaximumHeaderOffset = 256 * 1024 * 1024;
constexpr ULONG kNoRangeCheck = 1;    // RTL_IMAGE_NT_HEADER_EX_FLAG_NO_RANGE_CHECK
constexpr ULONG_PTR kAsDataFlag = 1;  // a base with bit 0 set is mapped as a plain file

PVOID Plain(PVOID base) { return reinterpret_cast<PVOID>(reinterpret_cast<ULONG_PTR>(base) & ~ULONG_PTR{3}); }

// Resources: a tree of at most three levels; all offsets are relative to its root.
class ResourceTree {
 public:
  NTSTATUS Open(PVOID base) {
    auto image = Image::Open(Plain(base), 0);
    if (!image) {
      return image.error().Code();
    }
    image_ = *image;
    root_ = image_.Directory(IMAGE_DIRECTORY_ENTRY_RESOURCE);
    return root_.Size == 0 ? STATUS_RESOURCE_DATA_NOT_FOUND : STATUS_SUCCESS;
  }

  // The entry of the directory at `offset` whose key is `key` (an identifier or a string pointer).
  bool Find(ULONG offset, ULONG_PTR key, ULONG *result) const {
    IMAGE_RESOURCE_DIRECTORY directory;
    if (!Read(offset, &directory)) {
      return false;
    }
    ULONG count = ULONG{directory.NumberOfNamedEntries} + directory.NumberOfIdEntries;
    for (ULONG i = 0; i < count; i += 1) {
      IMAGE_RESOURCE_DIRECTORY_ENTRY entry;
      ULONG at = offset + static_cast<ULONG>(sizeof(directory) + i * sizeof(entry));
      if (!Read(at, &entry)) {
        return false;
      }
      if (Matches(entry.Name, key)) {
        *result = entry.OffsetToData;
        return true;
      }
    }
    return false;
  }

  // The first entry: any language will do.
  bool First(ULONG offset, ULONG *result) const {
    IMAGE_RESOURCE_DIRECTORY directory;
    IMAGE_RESOURCE_DIRECTORY_ENTRY entry;
    if (!Read(offset, &directory) || directory.NumberOfNamedEntries + directory.NumberOfIdEntries == 0 ||
        !Read(offset + static_cast<ULONG>(sizeof(directory)), &entry)) {
      return false;
    }
    *result = entry.OffsetToData;
    return true;
  }

  template <typename T>
  T *At(ULONG offset) const {
    ULONG rva = root_.VirtualAddress + offset;
    return rva >= offset && image_.Contains(rva, sizeof(T)) ? reinterpret_cast<T *>(image_.Base() + rva) : nullptr;
  }

 private:
  template <typename T>
  bool Read(ULONG offset, T *value) const {
    ULONG rva = root_.VirtualAddress + offset;
    return rva >= offset && image_.Read(rva, value);
  }

  bool Matches(ULONG name, ULONG_PTR key) const {
    bool is_text = key >= 0x10000;
    if ((name & IMAGE_RESOURCE_NAME_IS_STRING) == 0) {
      return !is_text && name == key;
    }
    USHORT length = 0;
    ULONG offset = name & ~IMAGE_RESOURCE_NAME_IS_STRING;
    const auto *text = reinterpret_cast<PCWSTR>(key);
    ULONG rva = root_.VirtualAddress + offset + 2;
    if (!is_text || !Read(offset, &length) || !image_.Contains(rva, size_t{length} * 2)) {
      return false;
    }
    for (ULONG i = 0; i < length; i += 1) {
      WCHAR character = 0;
      image_.Read(rva + i * 2, &character);
      if (text[i] == 0 || RtlUpcaseUnicodeChar(text[i]) != RtlUpcaseUnicodeChar(character)) {
        return false;
      }
    }
    return text[length] == 0;
  }

  Image image_;
  IMAGE_DATA_DIRECTORY root_ = {};
};

// Walks `level` keys down; the result is the offset of what is found there.
NTSTATUS FindLevel(const ResourceTree &tree, const LDR_RESOURCE_INFO &info, ULONG level, ULONG *offset,
                   bool *directory) {
  const ULONG_PTR keys[] = {info.Type, info.Name, info.Language};
  const NTSTATUS missing[] = {STATUS_RESOURCE_TYPE_NOT_FOUND, STATUS_RESOURCE_NAME_NOT_FOUND,
                              STATUS_RESOURCE_LANG_NOT_FOUND};
  *offset = 0;
  *directory = true;
  for (ULONG i = 0; i < level; i += 1) {
    ULONG next = 0;
    if (!*directory) {
      return STATUS_INVALID_PARAMETER;
    }
    bool found = tree.Find(*offset, keys[i], &next);
    if (!found && i == RESOURCE_LANGUAGE_LEVEL) {
      found = tree.First(*offset, &next);  // neutral, else whatever there is
    }
    if (!found) {
      return missing[i];
    }
    *directory = (next & IMAGE_RESOURCE_DATA_IS_DIRECTORY) != 0;
    *offset = next & ~IMAGE_RESOURCE_DATA_IS_DIRECTORY;
  }
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

// Looks at the headers only. STATUS_INVALID_IMAGE_FORMAT, STATUS_INVALID_PARAMETER.
NTSTATUS NTAPI RtlImageNtHeaderEx(ULONG Flags, PVOID BaseOfImage, ULONGLONG Size, PIMAGE_NT_HEADERS *OutHeaders) {
  if (OutHeaders == nullptr || BaseOfImage == nullptr || BaseOfImage == reinterpret_cast<PVOID>(-1)) {
    return STATUS_INVALID_PARAMETER;
  }
  *OutHeaders = nullptr;
  bool checked = (Flags & kNoRangeCheck) == 0;
  const auto *dos = static_cast<const IMAGE_DOS_HEADER *>(BaseOfImage);
  if ((checked && Size < sizeof(IMAGE_DOS_HEADER)) || dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0 ||
      static_cast<ULONG>(dos->e_lfanew) >= kMaximumHeaderOffset) {
    return STATUS_INVALID_IMAGE_FORMAT;
  }
  auto offset = static_cast<ULONG>(dos->e_lfanew);
  if (checked && offset + offsetof(IMAGE_NT_HEADERS, OptionalHeader) > Size) {
    return STATUS_INVALID_IMAGE_FORMAT;
  }
  auto *headers = reinterpret_cast<PIMAGE_NT_HEADERS>(static_cast<char *>(BaseOfImage) + offset);
  if (headers->Signature != IMAGE_NT_SIGNATURE) {
    return STATUS_INVALID_IMAGE_FORMAT;
  }
  *OutHeaders = headers;
  return STATUS_SUCCESS;
}

PIMAGE_NT_HEADERS NTAPI RtlImageNtHeader(PVOID BaseOfImage) {
  PIMAGE_NT_HEADERS headers = nullptr;
  RtlImageNtHeaderEx(kNoRangeCheck, BaseOfImage, 0, &headers);
  return headers;
}

PIMAGE_SECTION_HEADER NTAPI RtlImageRvaToSection(PIMAGE_NT_HEADERS NtHeaders, PVOID BaseOfImage, ULONG Rva) {
  (void)BaseOfImage;
  PIMAGE_SECTION_HEADER section = IMAGE_FIRST_SECTION(NtHeaders);
  for (USHORT i = 0; i < NtHeaders->FileHeader.NumberOfSections; i += 1) {
    if (Rva - section[i].VirtualAddress < section[i].SizeOfRawData && Rva >= section[i].VirtualAddress) {
      return &section[i];
    }
  }
  return nullptr;
}

PVOID NTAPI RtlImageRvaToVa(PIMAGE_NT_HEADERS NtHeaders, PVOID BaseOfImage, ULONG Rva,
                            PIMAGE_SECTION_HEADER *LastRvaSection) {
  PIMAGE_SECTION_HEADER section = LastRvaSection == nullptr ? nullptr : *LastRvaSection;
  if (section == nullptr || Rva < section->VirtualAddress || Rva - section->VirtualAddress >= section->SizeOfRawData) {
    section = RtlImageRvaToSection(NtHeaders, BaseOfImage, Rva);
  }
  if (section == nullptr) {
    return nullptr;
  }
  if (LastRvaSection != nullptr) {
    *LastRvaSection = section;
  }
  return static_cast<char *>(BaseOfImage) + (Rva - section->VirtualAddress) + section->PointerToRawData;
}

PVOID NTAPI RtlImageDirectoryEntryToData(PVOID BaseOfImage, BOOLEAN MappedAsImage, USHORT DirectoryEntry, PULONG Size) {
  if ((reinterpret_cast<ULONG_PTR>(BaseOfImage) & kAsDataFlag) != 0) {
    MappedAsImage = FALSE;
    BaseOfImage = Plain(BaseOfImage);
  }
  PIMAGE_NT_HEADERS headers = RtlImageNtHeader(BaseOfImage);
  if (headers == nullptr || headers->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR_MAGIC ||
      DirectoryEntry >= headers->OptionalHeader.NumberOfRvaAndSizes ||
      DirectoryEntry >= IMAGE_NUMBEROF_DIRECTORY_ENTRIES) {
    return nullptr;
  }
  const IMAGE_DATA_DIRECTORY &entry = headers->OptionalHeader.DataDirectory[DirectoryEntry];
  if (entry.VirtualAddress == 0) {
    return nullptr;
  }
  *Size = entry.Size;
  if (MappedAsImage || entry.VirtualAddress < headers->OptionalHeader.SizeOfHeaders) {
    return static_cast<char *>(BaseOfImage) + entry.VirtualAddress;
  }
  return RtlImageRvaToVa(headers, BaseOfImage, entry.VirtualAddress, nullptr);
}

// The base of the module that holds the address, null for none.
PVOID NTAPI RtlPcToFileHeader(PVOID PcValue, PVOID *BaseOfImage) {
  ldr::LoaderLock lock;
  ldr::Module *module = ldr::FindByAddress(PcValue);
  *BaseOfImage = module == nullptr ? nullptr : module->entry.DllBase;
  return *BaseOfImage;
}

// STATUS_RESOURCE_{DATA,TYPE,NAME,LANG}_NOT_FOUND, STATUS_INVALID_PARAMETER.
NTSTATUS NTAPI LdrFindResource_U(PVOID DllHandle, const LDR_RESOURCE_INFO *ResourceInfo, ULONG Level,
                                 PIMAGE_RESOURCE_DATA_ENTRY *ResourceDataEntry) {
  ResourceTree tree;
  NTSTATUS status = tree.Open(DllHandle);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  ULONG offset = 0;
  bool directory = true;
  if (Level != RESOURCE_DATA_LEVEL) {
    return STATUS_INVALID_PARAMETER;
  }
  status = FindLevel(tree, *ResourceInfo, Level, &offset, &directory);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  auto *entry = directory ? nullptr : tree.At<IMAGE_RESOURCE_DATA_ENTRY>(offset);
  if (entry == nullptr) {
    return STATUS_RESOURCE_DATA_NOT_FOUND;
  }
  *ResourceDataEntry = entry;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrFindResourceDirectory_U(PVOID DllHandle, const LDR_RESOURCE_INFO *ResourceInfo, ULONG Level,
                                          PIMAGE_RESOURCE_DIRECTORY *ResourceDirectory) {
  ResourceTree tree;
  NTSTATUS status = tree.Open(DllHandle);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  ULONG offset = 0;
  bool directory = true;
  if (Level > RESOURCE_LANGUAGE_LEVEL) {
    return STATUS_INVALID_PARAMETER;
  }
  status = FindLevel(tree, *ResourceInfo, Level, &offset, &directory);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  auto *found = directory ? tree.At<IMAGE_RESOURCE_DIRECTORY>(offset) : nullptr;
  if (found == nullptr) {
    return STATUS_RESOURCE_DATA_NOT_FOUND;
  }
  *ResourceDirectory = found;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrAccessResource(PVOID DllHandle, const IMAGE_RESOURCE_DATA_ENTRY *ResourceDataEntry,
                                 PVOID *ResourceBuffer, ULONG *ResourceLength) {
  auto image = Image::Open(Plain(DllHandle), 0);
  if (!image) {
    return image.error().Code();
  }
  if (!image->Contains(ResourceDataEntry->OffsetToData, ResourceDataEntry->Size)) {
    return STATUS_RESOURCE_DATA_NOT_FOUND;
  }
  if (ResourceBuffer != nullptr) {
    *ResourceBuffer = image->Base() + ResourceDataEntry->OffsetToData;
  }
  if (ResourceLength != nullptr) {
    *ResourceLength = ResourceDataEntry->Size;
  }
  return STATUS_SUCCESS;
}

}  // extern "C"
