// NtQueryInformationFile, NtSetInformationFile, NtQueryVolumeInformationFile (WDK reference), [MS-FSA] 2.1.5.12
// and 2.1.5.15, layouts of [MS-FSCC] 2.4 and 2.5; CTL_CODE (WDK reference).

#include "io_fixture.hpp"

namespace io_test {

class InformationTest : public IoTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(Open(u"\\??\\X:\\hello.txt", GENERIC_READ | SYNCHRONIZE), STATUS_SUCCESS);
    buffer = Allocate(512, 0x55);
  }
  NTSTATUS Query(FILE_INFORMATION_CLASS information_class, ULONG length) {
    Spoil();
    return StatusOf(io::NtQueryInformationFile(thread, handle, block, buffer, length, information_class));
  }
  NTSTATUS Set(FILE_INFORMATION_CLASS information_class, ULONG length) {
    Spoil();
    return StatusOf(io::NtSetInformationFile(thread, handle, block, buffer, length, information_class));
  }
  NTSTATUS Volume(FS_INFORMATION_CLASS information_class, ULONG length) {
    Spoil();
    return StatusOf(io::NtQueryVolumeInformationFile(thread, handle, block, buffer, length, information_class));
  }
  template <typename T>
  T Information(FILE_INFORMATION_CLASS information_class) {
    EXPECT_EQ(Query(information_class, sizeof(T) - 1), STATUS_INFO_LENGTH_MISMATCH);
    EXPECT_TRUE(Untouched());
    EXPECT_EQ(Query(information_class, sizeof(T)), STATUS_SUCCESS);
    EXPECT_EQ(Block().Information, sizeof(T));
    return Get<T>(buffer);
  }
  UserPointer buffer;
};

TEST_F(InformationTest, Classes) {
  EXPECT_EQ(Information<FILE_BASIC_INFORMATION>(FileBasicInformation).FileAttributes, FILE_ATTRIBUTE_ARCHIVE);
  const auto standard = Information<FILE_STANDARD_INFORMATION>(FileStandardInformation);
  EXPECT_EQ(standard.EndOfFile.QuadPart, 12);
  EXPECT_EQ(standard.AllocationSize.QuadPart, 4096);
  EXPECT_EQ(standard.NumberOfLinks, 1u);
  EXPECT_EQ(standard.Directory, FALSE);
  EXPECT_EQ(standard.DeletePending, FALSE);
  EXPECT_NE(Information<FILE_INTERNAL_INFORMATION>(FileInternalInformation).IndexNumber.QuadPart, 0);
  EXPECT_EQ(Information<FILE_EA_INFORMATION>(FileEaInformation).EaSize, 0u);
  EXPECT_EQ(Information<FILE_ACCESS_INFORMATION>(FileAccessInformation).AccessFlags, FILE_GENERIC_READ);
  EXPECT_EQ(Information<FILE_POSITION_INFORMATION>(FilePositionInformation).CurrentByteOffset.QuadPart, 0);
  EXPECT_EQ(Information<FILE_MODE_INFORMATION>(FileModeInformation).Mode, kSync);
  EXPECT_EQ(Information<FILE_ALIGNMENT_INFORMATION>(FileAlignmentInformation).AlignmentRequirement, 0u);
  EXPECT_EQ(Information<FILE_NETWORK_OPEN_INFORMATION>(FileNetworkOpenInformation).EndOfFile.QuadPart, 12);
  EXPECT_EQ(Information<FILE_ATTRIBUTE_TAG_INFORMATION>(FileAttributeTagInformation).ReparseTag, 0u);
}

TEST_F(InformationTest, Names) {
  ASSERT_EQ(Query(FileNameInformation, 512), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 4u + 20);
  EXPECT_EQ(Get<ULONG>(buffer), 20u);
  EXPECT_EQ(Wide(buffer, 20, 4), u"\\hello.txt");
  EXPECT_EQ(Query(FileNameInformation, 7), STATUS_INFO_LENGTH_MISMATCH);
  ASSERT_EQ(Query(FileNameInformation, 8), STATUS_BUFFER_OVERFLOW);
  EXPECT_EQ(Block().Information, 8u);
  EXPECT_EQ(Get<ULONG>(buffer), 20u) << "the whole length";
  EXPECT_EQ(Wide(buffer, 4, 4), u"\\h");
  ASSERT_EQ(Query(FileAllInformation, 512), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 0x64u + 20);
  EXPECT_EQ(Get<FILE_ALL_INFORMATION>(buffer).StandardInformation.EndOfFile.QuadPart, 12);
  EXPECT_EQ(Wide(buffer, 20, 0x64), u"\\hello.txt");
  EXPECT_EQ(Query(FileAllInformation, 0x67), STATUS_INFO_LENGTH_MISMATCH);
  EXPECT_EQ(Query(FileAllInformation, 0x68), STATUS_BUFFER_OVERFLOW);
}

TEST_F(InformationTest, Refusals) {
  EXPECT_EQ(Query(static_cast<FILE_INFORMATION_CLASS>(0), 512), STATUS_INVALID_INFO_CLASS);
  EXPECT_EQ(Query(FileDirectoryInformation, 512), STATUS_INVALID_INFO_CLASS);
  EXPECT_EQ(Query(static_cast<FILE_INFORMATION_CLASS>(77), 512), STATUS_INVALID_INFO_CLASS);
  EXPECT_TRUE(Untouched());
  ASSERT_EQ(Open(u"\\??\\X:\\hello.txt"), STATUS_SUCCESS);
  EXPECT_EQ(Query(FileBasicInformation, 512), STATUS_ACCESS_DENIED) << "FILE_READ_ATTRIBUTES is needed";
  EXPECT_EQ(Query(FileStandardInformation, 512), STATUS_SUCCESS);
  buffer.address = 0x7000;
  EXPECT_EQ(Query(FileStandardInformation, 512), STATUS_ACCESS_VIOLATION);
  handle = reinterpret_cast<HANDLE>(0x4444);
  buffer = Allocate(512);
  EXPECT_EQ(Query(FileStandardInformation, 512), STATUS_INVALID_HANDLE);
}

TEST_F(InformationTest, SetPosition) {
  LARGE_INTEGER position;
  position.QuadPart = 7;
  ASSERT_TRUE(buffer.Write(&position, sizeof(position)));
  ASSERT_EQ(Set(FilePositionInformation, 8), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 0u);
  const UserPointer text = Allocate(16);
  ASSERT_EQ(Read(handle, text, 5), STATUS_SUCCESS);
  EXPECT_EQ(Text(text, 5), "world");
  position.QuadPart = -1;
  ASSERT_TRUE(buffer.Write(&position, sizeof(position)));
  EXPECT_EQ(Set(FilePositionInformation, 8), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Set(FilePositionInformation, 7), STATUS_INFO_LENGTH_MISMATCH);
}

TEST_F(InformationTest, SetMode) {
  const auto mode = [&](ULONG value) {
    EXPECT_TRUE(buffer.Write(&value, sizeof(value)));
    return Set(FileModeInformation, 4);
  };
  EXPECT_EQ(mode(FILE_SYNCHRONOUS_IO_ALERT | FILE_SEQUENTIAL_ONLY), STATUS_SUCCESS);
  EXPECT_EQ(Information<FILE_MODE_INFORMATION>(FileModeInformation).Mode,
            FILE_SYNCHRONOUS_IO_ALERT | FILE_SEQUENTIAL_ONLY);
  EXPECT_EQ(mode(0), STATUS_INVALID_PARAMETER) << "a synchronous handle stays so";
  EXPECT_EQ(mode(FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(mode(kSync | FILE_DELETE_ON_CLOSE), STATUS_INVALID_PARAMETER);
}

TEST_F(InformationTest, SetOthers) {
  EXPECT_EQ(Set(FileEndOfFileInformation, 8), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Set(FileDispositionInformation, 1), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Set(FileBasicInformation, 0x28), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Set(FileLinkInformation, 0x18), STATUS_MEDIA_WRITE_PROTECTED);
  EXPECT_EQ(Set(FileStandardInformation, 0x18), STATUS_INVALID_INFO_CLASS);
  EXPECT_EQ(Set(static_cast<FILE_INFORMATION_CLASS>(200), 512), STATUS_INVALID_INFO_CLASS);
}

TEST_F(InformationTest, VolumeClasses) {
  ASSERT_EQ(Volume(FileFsVolumeInformation, 512), STATUS_SUCCESS);
  EXPECT_EQ(Block().Information, 0x12u + 14);
  EXPECT_EQ(Get<FILE_FS_VOLUME_INFORMATION>(buffer).VolumeLabelLength, 14u);
  EXPECT_EQ(Wide(buffer, 14, 0x12), u"NEPTUNE");
  ASSERT_EQ(Volume(FileFsVolumeInformation, 24), STATUS_BUFFER_OVERFLOW);
  EXPECT_EQ(Volume(FileFsVolumeInformation, 23), STATUS_INFO_LENGTH_MISMATCH);
  ASSERT_EQ(Volume(FileFsSizeInformation, 24), STATUS_SUCCESS);
  const auto size = Get<FILE_FS_SIZE_INFORMATION>(buffer);
  EXPECT_GT(size.TotalAllocationUnits.QuadPart, 4);
  EXPECT_EQ(size.AvailableAllocationUnits.QuadPart, 0);
  EXPECT_EQ(size.SectorsPerAllocationUnit * size.BytesPerSector, 4096u);
  ASSERT_EQ(Volume(FileFsFullSizeInformation, 32), STATUS_SUCCESS);
  ASSERT_EQ(Volume(FileFsDeviceInformation, 8), STATUS_SUCCESS);
  EXPECT_EQ(Get<FILE_FS_DEVICE_INFORMATION>(buffer).DeviceType, FILE_DEVICE_VIRTUAL_DISK);
  EXPECT_NE(Get<FILE_FS_DEVICE_INFORMATION>(buffer).Characteristics & FILE_READ_ONLY_DEVICE, 0u);
  ASSERT_EQ(Volume(FileFsAttributeInformation, 512), STATUS_SUCCESS);
  EXPECT_NE(Get<FILE_FS_ATTRIBUTE_INFORMATION>(buffer).FileSystemAttributes & FILE_READ_ONLY_VOLUME, 0u);
  EXPECT_EQ(Volume(FileFsLabelInformation, 512), STATUS_INVALID_INFO_CLASS);
  EXPECT_EQ(Volume(static_cast<FS_INFORMATION_CLASS>(0), 512), STATUS_INVALID_INFO_CLASS);
  ASSERT_EQ(Open(u"\\Device\\Console"), STATUS_SUCCESS);
  EXPECT_EQ(Volume(FileFsSizeInformation, 24), STATUS_INVALID_DEVICE_REQUEST);
  ASSERT_EQ(Volume(FileFsDeviceInformation, 8), STATUS_SUCCESS);
  EXPECT_EQ(Get<FILE_FS_DEVICE_INFORMATION>(buffer).DeviceType, FILE_DEVICE_CONSOLE);
}

TEST_F(InformationTest, ControlCodes) {
  const auto control = [&](ULONG code, UserPointer input, ULONG length) {
    return StatusOf(io::NtDeviceIoControlFile(thread, handle, nullptr, {}, {}, block, code, input, length, Null(), 0));
  };
  EXPECT_EQ(control(CTL_CODE(FILE_DEVICE_DISK, 0, METHOD_BUFFERED, FILE_ANY_ACCESS), Null(), 0),
            STATUS_INVALID_DEVICE_REQUEST);
  EXPECT_EQ(control(CTL_CODE(FILE_DEVICE_DISK, 0, METHOD_BUFFERED, FILE_WRITE_ACCESS), Null(), 0),
            STATUS_ACCESS_DENIED);
  EXPECT_EQ(control(CTL_CODE(FILE_DEVICE_DISK, 0, METHOD_BUFFERED, FILE_ANY_ACCESS), {&memory, 0x7000}, 4),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(StatusOf(io::NtFsControlFile(thread, handle, nullptr, {}, {}, block, 0x90028, Null(), 0, Null(), 0)),
            STATUS_INVALID_DEVICE_REQUEST);
}

}  // namespace io_test
