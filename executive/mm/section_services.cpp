// Services on sections (WDK: ZwCreateSection, ZwOpenSection, ZwMapViewOfSection, ZwUnmapViewOfSection, ZwQuerySection).

#include <mm/services.hpp>

#include "lookup.hpp"
#include "vad.hpp"

#include <ob/attributes.hpp>
#include <ob/namespace.hpp>
#include <rtl/checked.hpp>

namespace mm {
namespace {

// The file rights that a section of this protection needs.
ACCESS_MASK FileAccessFor(ULONG protection) {
  ACCESS_MASK access = CanExecute(protection) ? FILE_EXECUTE : 0u;
  access |= (protection & (PAGE_READONLY | PAGE_EXECUTE_READ | PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY)) != 0
                ? FILE_READ_DATA
                : 0u;
  access |= (protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)) != 0 ? FILE_READ_DATA | FILE_WRITE_DATA : 0u;
  return access;
}

// The section right that a view of this protection needs.
ACCESS_MASK ViewAccessFor(ULONG protection) {
  if ((protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)) != 0) {
    return SECTION_MAP_WRITE | SECTION_MAP_READ;
  }
  return SECTION_MAP_READ;
}

bool ViewAllowed(ULONG section, ULONG view) {
  bool copies = IsCopyOnWrite(view);
  return CanRead(section) && (!CanWrite(view) || copies || (CanWrite(section) && !IsCopyOnWrite(section)));
}

Result<Ref<Section>> CreateFromFile(ke::Caller &caller, HANDLE file, std::uint64_t size, ULONG protection,
                                    ULONG attributes) {
  Ref<FileBacking> backing = TRY(LookUpFile(caller, file, FileAccessFor(protection)));
  if ((attributes & SEC_IMAGE) != 0) {
    Ref<Segment> segment = TRY(Segment::CreateImage(backing));
    return Section::Create(segment, segment->Size(), protection, attributes);
  }
  Ref<Segment> segment = TRY(Segment::CreateFile(backing));
  if (size > segment->Size()) {
    return Fail(STATUS_SECTION_TOO_BIG);
  }
  return Section::Create(segment, size == 0 ? segment->Size() : size, protection, attributes);
}

Result<Ref<Section>> CreateFromMemory(std::uint64_t size, ULONG protection, ULONG attributes) {
  if (size == 0) {
    return Fail(STATUS_INVALID_PARAMETER_4);
  }
  std::uint64_t rounded = TRY(CheckedAlignUp(size, kPage, STATUS_SECTION_TOO_BIG));
  Ref<Segment> segment = TRY(Segment::CreateMemory(rounded / kPage));
  return Section::Create(segment, rounded, protection, attributes);
}

SECTION_IMAGE_INFORMATION Describe(const pe::ImageInfo &image, std::uint64_t base) {
  SECTION_IMAGE_INFORMATION information{};
  information.TransferAddress = reinterpret_cast<PVOID>(base + image.entry_point);
  information.MaximumStackSize = image.stack_reserve;
  information.CommittedStackSize = image.stack_commit;
  information.SubSystemType = image.subsystem;
  information.SubSystemMajorVersion = image.major_subsystem_version;
  information.SubSystemMinorVersion = image.minor_subsystem_version;
  information.MajorOperatingSystemVersion = image.major_operating_system_version;
  information.MinorOperatingSystemVersion = image.minor_operating_system_version;
  information.ImageCharacteristics = image.characteristics;
  information.DllCharacteristics = image.dll_characteristics;
  information.Machine = image.machine;
  information.ImageContainsCode = image.size_of_code != 0;
  information.LoaderFlags = image.loader_flags;
  information.ImageFileSize = static_cast<ULONG>(image.file_size);
  information.CheckSum = image.checksum;
  return information;
}

}  // namespace

Result<NTSTATUS> NtCreateSection(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                 UserIn<OBJECT_ATTRIBUTES> attributes, UserIn<LARGE_INTEGER> maximum_size,
                                 ULONG protection, ULONG allocation_attributes, HANDLE file) {
  constexpr ULONG kAttributes = SEC_BASED | SEC_NO_CHANGE | SEC_FILE | SEC_IMAGE | SEC_RESERVE | SEC_COMMIT |
                                SEC_NOCACHE | SEC_WRITECOMBINE | SEC_LARGE_PAGES;
  constexpr ULONG kKinds = SEC_COMMIT | SEC_RESERVE | SEC_IMAGE;
  if ((allocation_attributes & ~kAttributes) != 0 || (allocation_attributes & kKinds) == 0 ||
      ((allocation_attributes & SEC_IMAGE) != 0 && (allocation_attributes & (SEC_COMMIT | SEC_RESERVE)) != 0)) {
    return Fail(STATUS_INVALID_PARAMETER_6);
  }
  if (!ValidProtection(protection, true) || (protection & (PAGE_GUARD | PAGE_NOACCESS)) != 0) {
    return Fail(STATUS_INVALID_PAGE_PROTECTION);
  }
  LARGE_INTEGER size{};
  if (maximum_size) {
    size = TRY(maximum_size.Read());
  }
  if (size.QuadPart < 0) {
    return Fail(STATUS_SECTION_TOO_BIG);
  }
  ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes, ob::Purpose::kCreate));
  Ref<Section> section;
  if (file != nullptr) {
    section =
        TRY(CreateFromFile(caller, file, static_cast<std::uint64_t>(size.QuadPart), protection, allocation_attributes));
  } else if ((allocation_attributes & SEC_IMAGE) != 0) {
    return Fail(STATUS_INVALID_FILE_FOR_SECTION);
  } else {
    section = TRY(CreateFromMemory(static_cast<std::uint64_t>(size.QuadPart), protection, allocation_attributes));
  }
  ob::Created created =
      TRY(ob::CurrentNamespace().Insert(caller.Handles(), section, captured.For(&Section::kType), desired_access));
  TRY(handle.Write(created.handle));
  return created.status;
}

Result<NTSTATUS> NtOpenSection(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                               UserIn<OBJECT_ATTRIBUTES> attributes) {
  ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes));
  HANDLE opened = TRY(ob::CurrentNamespace().Open(caller.Handles(), captured.For(&Section::kType), desired_access));
  TRY(handle.Write(opened));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtQuerySection(ke::Caller &caller, HANDLE handle, SECTION_INFORMATION_CLASS information_class,
                                UserPointer information, SIZE_T length, UserOut<SIZE_T> return_length) {
  Ref<Section> section = TRY(caller.Handles().Reference<Section>(handle, SECTION_QUERY));
  if (information_class == SectionBasicInformation) {
    if (length < sizeof(SECTION_BASIC_INFORMATION)) {
      return Fail(STATUS_INFO_LENGTH_MISMATCH);
    }
    SECTION_BASIC_INFORMATION basic{};
    bool of_file = static_cast<bool>(section->Pages().File());
    basic.AllocationAttributes = (section->Attributes() & ~ULONG{SEC_COMMIT}) | (of_file ? SEC_FILE : SEC_COMMIT);
    basic.MaximumSize.QuadPart = static_cast<LONGLONG>(section->Size());
    TRY(information.Write(&basic, sizeof(basic)));
    TRY(return_length.WriteIfGiven(sizeof(basic)));
    return STATUS_SUCCESS;
  }
  if (information_class != SectionImageInformation) {
    return Fail(STATUS_INVALID_INFO_CLASS);
  }
  if (length < sizeof(SECTION_IMAGE_INFORMATION)) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  if (!section->Pages().IsImage()) {
    return Fail(STATUS_SECTION_NOT_IMAGE);
  }
  const pe::ImageInfo &image = section->Pages().Image();
  SECTION_IMAGE_INFORMATION described = Describe(image, image.image_base);
  TRY(information.Write(&described, sizeof(described)));
  TRY(return_length.WriteIfGiven(sizeof(described)));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtMapViewOfSection(ke::Caller &caller, HANDLE section_handle, HANDLE process,
                                    UserInOut<PVOID> base_address, ULONG_PTR zero_bits, SIZE_T,
                                    UserInOut<LARGE_INTEGER> section_offset, UserInOut<SIZE_T> view_size,
                                    SECTION_INHERIT inherit, ULONG allocation_type, ULONG protect) {
  if (inherit != ViewShare && inherit != ViewUnmap) {
    return Fail(STATUS_INVALID_PARAMETER_8);
  }
  if ((allocation_type & ~(MEM_RESERVE | MEM_TOP_DOWN | MEM_LARGE_PAGES | MEM_DIFFERENT_IMAGE_BASE_OK)) != 0) {
    return Fail(STATUS_INVALID_PARAMETER_9);
  }
  if (!ValidProtection(protect, true)) {
    return Fail(STATUS_INVALID_PAGE_PROTECTION);
  }
  Range range;
  range.start = reinterpret_cast<std::uint64_t>(TRY(base_address.Read()));
  range.size = TRY(view_size.Read());
  LARGE_INTEGER offset{};
  if (section_offset) {
    offset = TRY(section_offset.Read());
  }
  if (range.start > kHighestUserAddress) {
    return Fail(STATUS_INVALID_PARAMETER_3);
  }
  if (range.size > kHighestUserAddress + 1 - range.start) {
    return Fail(STATUS_INVALID_PARAMETER_3);
  }
  if (range.start % kAllocationGranularity != 0 ||
      offset.QuadPart % static_cast<LONGLONG>(kAllocationGranularity) != 0) {
    return Fail(STATUS_MAPPED_ALIGNMENT);
  }
  if (offset.QuadPart < 0) {
    return Fail(STATUS_INVALID_VIEW_SIZE);
  }
  Placement placement =
      TRY(PlacementFor(range.start, zero_bits, (allocation_type & MEM_TOP_DOWN) != 0, STATUS_INVALID_PARAMETER_4));
  Ref<Section> section = TRY(caller.Handles().Reference<Section>(section_handle, ViewAccessFor(protect)));
  Ref<AddressSpace> space = TRY(LookUpSpace(caller, process, PROCESS_VM_OPERATION));
  if (!section->Pages().IsImage() && !ViewAllowed(section->Protection(), protect)) {
    return Fail(STATUS_SECTION_PROTECTION);
  }
  NTSTATUS status = TRY(
      space->MapView(section, range, static_cast<std::uint64_t>(offset.QuadPart), placement, protect, allocation_type));
  TRY(base_address.Write(reinterpret_cast<PVOID>(range.start)));
  TRY(view_size.Write(range.size));
  if (section_offset) {
    TRY(section_offset.Write(offset));
  }
  return status;
}

Result<NTSTATUS> NtUnmapViewOfSection(ke::Caller &caller, HANDLE process, UserPointer base_address) {
  Ref<AddressSpace> space = TRY(LookUpSpace(caller, process, PROCESS_VM_OPERATION));
  TRY(space->UnmapView(base_address.address));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtAreMappedFilesTheSame(ke::Caller &caller, UserPointer first, UserPointer second) {
  auto &space = static_cast<AddressSpace &>(caller.Space());
  std::u16string_view a = TRY(space.MappedFile(first.address));
  std::u16string_view b = TRY(space.MappedFile(second.address));
  return a == b ? STATUS_SUCCESS : STATUS_NOT_SAME_DEVICE;
}

}  // namespace mm
