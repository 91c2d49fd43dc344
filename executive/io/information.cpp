#include "information.hpp"

#include <algorithm>

namespace io {
namespace {

constexpr ULONG kSynchronousModes = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;
constexpr ULONG kSettableModes = FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | kSynchronousModes;

LARGE_INTEGER Large(std::uint64_t value) {
  LARGE_INTEGER large;
  large.QuadPart = static_cast<LONGLONG>(value);
  return large;
}

ULONG AttributesOf(const FileFacts &facts) { return facts.attributes != 0 ? facts.attributes : FILE_ATTRIBUTE_NORMAL; }

FILE_STANDARD_INFORMATION StandardInformation(const FileFacts &facts) {
  FILE_STANDARD_INFORMATION information{};
  information.AllocationSize = Large(facts.allocation);
  information.EndOfFile = Large(facts.size);
  information.NumberOfLinks = facts.links;
  information.Directory = facts.IsDirectory();
  return information;
}

// A structure as a whole.
template <typename T>
Result<Outcome> Put(UserPointer buffer, const T &information) {
  TRY(buffer.Write(&information, sizeof(information)));
  return Outcome{STATUS_SUCCESS, sizeof(information)};
}

// The first `head` bytes of `information`, then as much of `name` as the buffer takes.
template <typename T>
Result<Outcome> PutWithName(UserPointer buffer, ULONG length, const T &information, ULONG head,
                            std::u16string_view name) {
  TRY(buffer.Write(&information, head));
  const auto wanted = static_cast<ULONG>(name.size() * sizeof(WCHAR));
  const ULONG copied = std::min(wanted, length - head);
  TRY(buffer.Write(name.data(), copied, head));
  return Outcome{copied < wanted ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS, head + copied};
}

Result<Outcome> QueryAll(FileObject &file, ACCESS_MASK granted, UserPointer buffer, ULONG length) {
  const FileFacts facts = TRY(file.OwnNode().Facts());
  const std::u16string_view name = file.NameOnVolume();
  FILE_ALL_INFORMATION all{};
  all.BasicInformation = BasicInformation(facts);
  all.StandardInformation = StandardInformation(facts);
  all.InternalInformation.IndexNumber = Large(facts.id);
  all.AccessInformation.AccessFlags = granted;
  all.PositionInformation.CurrentByteOffset = Large(file.position);
  all.ModeInformation.Mode = file.Mode();
  all.AlignmentInformation.AlignmentRequirement = file.OwnDevice().AlignmentRequirement();
  all.NameInformation.FileNameLength = static_cast<ULONG>(name.size() * sizeof(WCHAR));
  return PutWithName(buffer, length, all, offsetof(FILE_ALL_INFORMATION, NameInformation.FileName), name);
}

Result<Outcome> QueryName(FileObject &file, UserPointer buffer, ULONG length) {
  if (file.OwnNode().NodeKind() == Node::Kind::kDevice) {
    return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  const std::u16string_view name = file.NameOnVolume();
  FILE_NAME_INFORMATION information{};
  information.FileNameLength = static_cast<ULONG>(name.size() * sizeof(WCHAR));
  return PutWithName(buffer, length, information, offsetof(FILE_NAME_INFORMATION, FileName), name);
}

Result<Outcome> SetPosition(FileObject &file, UserPointer buffer) {
  FILE_POSITION_INFORMATION information;
  TRY(buffer.Read(&information, sizeof(information)));
  if (information.CurrentByteOffset.QuadPart < 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  file.position = static_cast<std::uint64_t>(information.CurrentByteOffset.QuadPart);
  return Outcome{};
}

// A handle stays synchronous or asynchronous; only the kind of synchronous waits may change.
Result<Outcome> SetMode(FileObject &file, UserPointer buffer) {
  FILE_MODE_INFORMATION information;
  TRY(buffer.Read(&information, sizeof(information)));
  const ULONG synchronous = information.Mode & kSynchronousModes;
  if ((information.Mode & ~kSettableModes) != 0 || synchronous == kSynchronousModes ||
      (synchronous != 0) != file.Synchronous()) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  file.SetMode((file.Mode() & ~kSettableModes) | information.Mode);
  return Outcome{};
}

}  // namespace

FILE_BASIC_INFORMATION BasicInformation(const FileFacts &facts) {
  FILE_BASIC_INFORMATION information{};
  information.CreationTime.QuadPart = facts.creation_time;
  information.LastAccessTime.QuadPart = facts.last_access_time;
  information.LastWriteTime.QuadPart = facts.last_write_time;
  information.ChangeTime.QuadPart = facts.change_time;
  information.FileAttributes = AttributesOf(facts);
  return information;
}

FILE_NETWORK_OPEN_INFORMATION NetworkOpenInformation(const FileFacts &facts) {
  FILE_NETWORK_OPEN_INFORMATION information{};
  information.CreationTime.QuadPart = facts.creation_time;
  information.LastAccessTime.QuadPart = facts.last_access_time;
  information.LastWriteTime.QuadPart = facts.last_write_time;
  information.ChangeTime.QuadPart = facts.change_time;
  information.AllocationSize = Large(facts.allocation);
  information.EndOfFile = Large(facts.size);
  information.FileAttributes = AttributesOf(facts);
  return information;
}

ClassNeeds QueryNeeds(FILE_INFORMATION_CLASS information_class) {
  switch (static_cast<int>(information_class)) {
    case FileBasicInformation:
      return {sizeof(FILE_BASIC_INFORMATION), FILE_READ_ATTRIBUTES};
    case FileStandardInformation:
      return {sizeof(FILE_STANDARD_INFORMATION)};
    case FileInternalInformation:
      return {sizeof(FILE_INTERNAL_INFORMATION)};
    case FileEaInformation:
      return {sizeof(FILE_EA_INFORMATION)};
    case FileAccessInformation:
      return {sizeof(FILE_ACCESS_INFORMATION)};
    case FileNameInformation:
      return {sizeof(FILE_NAME_INFORMATION)};
    case FilePositionInformation:
      return {sizeof(FILE_POSITION_INFORMATION)};
    case FileModeInformation:
      return {sizeof(FILE_MODE_INFORMATION)};
    case FileAlignmentInformation:
      return {sizeof(FILE_ALIGNMENT_INFORMATION)};
    case FileAllInformation:
      return {sizeof(FILE_ALL_INFORMATION), FILE_READ_ATTRIBUTES};
    case FileNetworkOpenInformation:
      return {sizeof(FILE_NETWORK_OPEN_INFORMATION), FILE_READ_ATTRIBUTES};
    case FileAttributeTagInformation:
      return {sizeof(FILE_ATTRIBUTE_TAG_INFORMATION), FILE_READ_ATTRIBUTES};
    default:
      return {};
  }
}

Result<Outcome> QueryInformation(FileObject &file, ACCESS_MASK granted, UserPointer buffer, ULONG length,
                                 FILE_INFORMATION_CLASS information_class) {
  // Classes that the I/O manager answers, for any file object.
  switch (static_cast<int>(information_class)) {
    case FileAccessInformation:
      return Put(buffer, FILE_ACCESS_INFORMATION{granted});
    case FileModeInformation:
      return Put(buffer, FILE_MODE_INFORMATION{file.Mode()});
    case FileAlignmentInformation:
      return Put(buffer, FILE_ALIGNMENT_INFORMATION{file.OwnDevice().AlignmentRequirement()});
    case FilePositionInformation:
      return Put(buffer, FILE_POSITION_INFORMATION{Large(file.position)});
    case FileNameInformation:
      return QueryName(file, buffer, length);
    case FileAllInformation:
      return QueryAll(file, granted, buffer, length);
    default:
      break;
  }
  const FileFacts facts = TRY(file.OwnNode().Facts());
  switch (static_cast<int>(information_class)) {
    case FileBasicInformation:
      return Put(buffer, BasicInformation(facts));
    case FileStandardInformation:
      return Put(buffer, StandardInformation(facts));
    case FileInternalInformation:
      return Put(buffer, FILE_INTERNAL_INFORMATION{Large(facts.id)});
    case FileEaInformation:
      return Put(buffer, FILE_EA_INFORMATION{0});
    case FileNetworkOpenInformation:
      return Put(buffer, NetworkOpenInformation(facts));
    case FileAttributeTagInformation:
      return Put(buffer, FILE_ATTRIBUTE_TAG_INFORMATION{AttributesOf(facts), 0});
    default:
      return Fail(STATUS_INVALID_INFO_CLASS);
  }
}

ClassNeeds SetNeeds(FILE_INFORMATION_CLASS information_class) {
  switch (static_cast<int>(information_class)) {
    case FileBasicInformation:
      return {sizeof(FILE_BASIC_INFORMATION), FILE_WRITE_ATTRIBUTES};
    case FileRenameInformation:
    case FileLinkInformation:
      return {sizeof(FILE_RENAME_INFORMATION), information_class == FileRenameInformation ? DELETE : 0};
    case FileDispositionInformation:
      return {sizeof(FILE_DISPOSITION_INFORMATION), DELETE};
    case FilePositionInformation:
      return {sizeof(FILE_POSITION_INFORMATION)};
    case FileModeInformation:
      return {sizeof(FILE_MODE_INFORMATION)};
    case FileAllocationInformation:
      return {sizeof(FILE_ALLOCATION_INFORMATION), FILE_WRITE_DATA};
    case FileEndOfFileInformation:
      return {sizeof(FILE_END_OF_FILE_INFORMATION), FILE_WRITE_DATA};
    case FileValidDataLengthInformation:
      return {sizeof(FILE_VALID_DATA_LENGTH_INFORMATION), FILE_WRITE_DATA};
    case FileCompletionInformation:
      return {sizeof(FILE_COMPLETION_INFORMATION)};
    default:
      return {};
  }
}

Result<Outcome> SetInformation(FileObject &file, UserPointer buffer, FILE_INFORMATION_CLASS information_class) {
  switch (static_cast<int>(information_class)) {
    case FilePositionInformation:
      return SetPosition(file, buffer);
    case FileModeInformation:
      return SetMode(file, buffer);
    case FileCompletionInformation:
      return Fail(STATUS_NOT_IMPLEMENTED);  // there are no completion ports yet
    default:
      break;
  }
  if (file.OwnNode().NodeKind() == Node::Kind::kDevice) {
    return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  // No volume can be written yet ([MS-FSA] 2.1.5.15).
  return Fail(STATUS_MEDIA_WRITE_PROTECTED);
}

ClassNeeds VolumeQueryNeeds(FS_INFORMATION_CLASS information_class) {
  switch (static_cast<int>(information_class)) {
    case FileFsVolumeInformation:
      return {sizeof(FILE_FS_VOLUME_INFORMATION)};
    case FileFsSizeInformation:
      return {sizeof(FILE_FS_SIZE_INFORMATION)};
    case FileFsDeviceInformation:
      return {sizeof(FILE_FS_DEVICE_INFORMATION)};
    case FileFsAttributeInformation:
      return {sizeof(FILE_FS_ATTRIBUTE_INFORMATION)};
    case FileFsFullSizeInformation:
      return {sizeof(FILE_FS_FULL_SIZE_INFORMATION)};
    default:
      return {};
  }
}

Result<Outcome> QueryVolume(FileObject &file, UserPointer buffer, ULONG length,
                            FS_INFORMATION_CLASS information_class) {
  const Device &device = file.OwnDevice();
  if (information_class == FileFsDeviceInformation) {
    return Put(buffer, FILE_FS_DEVICE_INFORMATION{device.DeviceType(), device.Characteristics()});
  }
  const VolumeFacts facts = TRY(device.Volume());
  switch (static_cast<int>(information_class)) {
    case FileFsVolumeInformation: {
      FILE_FS_VOLUME_INFORMATION volume{};
      volume.VolumeCreationTime.QuadPart = facts.creation_time;
      volume.VolumeSerialNumber = facts.serial_number;
      volume.VolumeLabelLength = static_cast<ULONG>(facts.label.size() * sizeof(WCHAR));
      return PutWithName(buffer, length, volume, offsetof(FILE_FS_VOLUME_INFORMATION, VolumeLabel), facts.label);
    }
    case FileFsSizeInformation:
      return Put(buffer, FILE_FS_SIZE_INFORMATION{Large(facts.units), Large(facts.free_units), facts.sectors_per_unit,
                                                  facts.bytes_per_sector});
    case FileFsFullSizeInformation:
      return Put(buffer,
                 FILE_FS_FULL_SIZE_INFORMATION{Large(facts.units), Large(facts.free_units), Large(facts.free_units),
                                               facts.sectors_per_unit, facts.bytes_per_sector});
    case FileFsAttributeInformation: {
      FILE_FS_ATTRIBUTE_INFORMATION attribute{};
      attribute.FileSystemAttributes = facts.file_system_attributes;
      attribute.MaximumComponentNameLength = facts.longest_name;
      attribute.FileSystemNameLength = static_cast<ULONG>(facts.file_system.size() * sizeof(WCHAR));
      return PutWithName(buffer, length, attribute, offsetof(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName),
                         facts.file_system);
    }
    default:
      return Fail(STATUS_INVALID_INFO_CLASS);
  }
}

}  // namespace io
