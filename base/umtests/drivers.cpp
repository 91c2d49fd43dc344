// Files that a driver answers for: \Device\Null in a process of its own.

#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

constexpr ULONG kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

Handle OpenNull(ULONG options, const WCHAR *name = L"\\Device\\Null") {
  Named attributes(name);
  Handle file;
  IO_STATUS_BLOCK io{};
  CheckStatus(NtOpenFile(file.Out(), FILE_GENERIC_READ | FILE_GENERIC_WRITE, &attributes, &io, kShareAll, options),
              STATUS_SUCCESS, __FILE__, __LINE__, "NtOpenFile");
  return file;
}

void Open() {
  const Handle by_link = OpenNull(FILE_SYNCHRONOUS_IO_NONALERT, L"\\??\\NUL");
  CHECK(by_link);
  Named missing(L"\\Device\\NoSuchDevice");
  Handle file;
  IO_STATUS_BLOCK io{};
  CHECK_STATUS(NtOpenFile(file.Out(), FILE_GENERIC_READ, &missing, &io, kShareAll, 0), STATUS_OBJECT_NAME_NOT_FOUND);
}

void Transfer() {
  const Handle file = OpenNull(FILE_SYNCHRONOUS_IO_NONALERT);
  char buffer[16] = {};
  IO_STATUS_BLOCK io{};
  CHECK_STATUS(NtReadFile(file.Get(), nullptr, nullptr, nullptr, &io, buffer, sizeof buffer, nullptr, nullptr),
               STATUS_END_OF_FILE);
  CHECK_SUCCESS(NtWriteFile(file.Get(), nullptr, nullptr, nullptr, &io, buffer, sizeof buffer, nullptr, nullptr));
  CHECK(io.Information == sizeof buffer);
  CHECK_SUCCESS(NtFlushBuffersFile(file.Get(), &io));
}

// An asynchronous handle: the dispatch routine completes at once, so the service answers with the outcome.
void Asynchronous() {
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  Named attributes(L"\\Device\\Null");
  Handle file;
  IO_STATUS_BLOCK io{};
  CHECK_SUCCESS(NtOpenFile(file.Out(), FILE_READ_DATA | FILE_WRITE_DATA, &attributes, &io, kShareAll, 0));
  char buffer[8] = {};
  LARGE_INTEGER offset{};
  CHECK_SUCCESS(NtWriteFile(file.Get(), event.Get(), nullptr, nullptr, &io, buffer, sizeof buffer, &offset, nullptr));
  CHECK(io.Information == sizeof buffer);
  LARGE_INTEGER now{};
  CHECK_SUCCESS(NtWaitForSingleObject(event.Get(), FALSE, &now));
  // Without a ByteOffset there is no position to use.
  CHECK_STATUS(NtReadFile(file.Get(), nullptr, nullptr, nullptr, &io, buffer, sizeof buffer, nullptr, nullptr),
               STATUS_INVALID_PARAMETER);
}

void Control() {
  const Handle file = OpenNull(FILE_SYNCHRONOUS_IO_NONALERT);
  IO_STATUS_BLOCK io{};
  constexpr ULONG kCode = FILE_DEVICE_NULL << 16 | FILE_ANY_ACCESS << 14 | 0x800 << 2 | METHOD_BUFFERED;
  CHECK_STATUS(NtDeviceIoControlFile(file.Get(), nullptr, nullptr, nullptr, &io, kCode, nullptr, 0, nullptr, 0),
               STATUS_INVALID_DEVICE_REQUEST);
  // The access bits of the code are asked of the handle before the driver hears of it.
  Named attributes(L"\\Device\\Null");
  Handle reader;
  CHECK_SUCCESS(NtOpenFile(reader.Out(), FILE_READ_DATA | SYNCHRONIZE, &attributes, &io, kShareAll,
                           FILE_SYNCHRONOUS_IO_NONALERT));
  CHECK_STATUS(NtDeviceIoControlFile(reader.Get(), nullptr, nullptr, nullptr, &io, kCode | FILE_WRITE_ACCESS << 14,
                                     nullptr, 0, nullptr, 0),
               STATUS_ACCESS_DENIED);
}

void Information() {
  const Handle file = OpenNull(FILE_SYNCHRONOUS_IO_NONALERT);
  IO_STATUS_BLOCK io{};
  FILE_STANDARD_INFORMATION standard{};
  standard.EndOfFile.QuadPart = -1;
  CHECK_SUCCESS(NtQueryInformationFile(file.Get(), &io, &standard, sizeof standard, FileStandardInformation));
  CHECK(standard.EndOfFile.QuadPart == 0 && standard.NumberOfLinks == 1);
  FILE_FS_DEVICE_INFORMATION device{};
  CHECK_SUCCESS(NtQueryVolumeInformationFile(file.Get(), &io, &device, sizeof device, FileFsDeviceInformation));
  CHECK(device.DeviceType == FILE_DEVICE_NULL);
  FILE_BASIC_INFORMATION basic{};
  CHECK_STATUS(NtQueryInformationFile(file.Get(), &io, &basic, sizeof basic, FileBasicInformation),
               STATUS_INVALID_INFO_CLASS);
}

constexpr Test kTests[] = {
    {"driver.open", "ZwOpenFile; DEVICE_OBJECT names, \\DosDevices links", Open},
    {"driver.transfer", "IRP_MJ_READ, IRP_MJ_WRITE of the null device", Transfer},
    {"driver.asynchronous", "ZwWriteFile: Event, ByteOffset", Asynchronous},
    {"driver.control", "ZwDeviceIoControlFile; CTL_CODE: RequiredAccess", Control},
    {"driver.information", "ZwQueryInformationFile; ZwQueryVolumeInformationFile", Information},
};

}  // namespace

constinit const std::span<const Test> kDriverTests = kTests;

}  // namespace umtests
