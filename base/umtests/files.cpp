#include <native/directory.hpp>
#include <native/path.hpp>

#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

constexpr std::string_view kFile = "X:\\System32\\smss.exe";

NTSTATUS StatusOf(const auto &result) { return result ? STATUS_SUCCESS : result.error().Code(); }

void Read() {
  const Result<Handle> file = native::OpenFile(kFile, FILE_READ_DATA, FILE_NON_DIRECTORY_FILE);
  CHECK_SUCCESS(StatusOf(file));
  char start[4] = {};
  IO_STATUS_BLOCK io{};
  CHECK_SUCCESS(NtReadFile(file->Get(), nullptr, nullptr, nullptr, &io, start, 2, nullptr, nullptr));
  CHECK(io.Information == 2);
  CHECK(start[0] == 'M' && start[1] == 'Z');
  // The next read goes on where the first ended; an offset moves the position.
  CHECK_SUCCESS(NtReadFile(file->Get(), nullptr, nullptr, nullptr, &io, start, 2, nullptr, nullptr));
  LARGE_INTEGER offset{};
  char again[4] = {};
  CHECK_SUCCESS(NtReadFile(file->Get(), nullptr, nullptr, nullptr, &io, again, 4, &offset, nullptr));
  CHECK(again[2] == start[0] && again[3] == start[1]);
  FILE_POSITION_INFORMATION position{};
  CHECK_SUCCESS(NtQueryInformationFile(file->Get(), &io, &position, sizeof position, FilePositionInformation));
  CHECK(position.CurrentByteOffset.QuadPart == 4);
}

void EndOfFile() {
  const Result<Handle> file = native::OpenFile(kFile, FILE_READ_DATA, FILE_NON_DIRECTORY_FILE);
  CHECK_SUCCESS(StatusOf(file));
  FILE_STANDARD_INFORMATION standard{};
  IO_STATUS_BLOCK io{};
  CHECK_SUCCESS(NtQueryInformationFile(file->Get(), &io, &standard, sizeof standard, FileStandardInformation));
  CHECK(!standard.Directory);
  CHECK(standard.EndOfFile.QuadPart > 2);
  char buffer[16];
  LARGE_INTEGER offset;
  offset.QuadPart = standard.EndOfFile.QuadPart - 2;
  CHECK_SUCCESS(NtReadFile(file->Get(), nullptr, nullptr, nullptr, &io, buffer, sizeof buffer, &offset, nullptr));
  CHECK(io.Information == 2);
  offset.QuadPart += 2;
  CHECK_STATUS(NtReadFile(file->Get(), nullptr, nullptr, nullptr, &io, buffer, sizeof buffer, &offset, nullptr),
               STATUS_END_OF_FILE);
}

void Names() {
  CHECK_STATUS(StatusOf(native::OpenFile("X:\\System32\\no-such-file", FILE_READ_DATA, 0)),
               STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_STATUS(StatusOf(native::OpenFile("X:\\no-such-folder\\file", FILE_READ_DATA, 0)), STATUS_OBJECT_PATH_NOT_FOUND);
  CHECK_STATUS(StatusOf(native::OpenFile("X:\\System32", FILE_READ_DATA, FILE_NON_DIRECTORY_FILE)),
               STATUS_FILE_IS_A_DIRECTORY);
  CHECK_STATUS(StatusOf(native::OpenFile(kFile, FILE_LIST_DIRECTORY, FILE_DIRECTORY_FILE)), STATUS_NOT_A_DIRECTORY);
  CHECK_SUCCESS(StatusOf(native::OpenFile("x:\\SYSTEM32\\SMSS.EXE", FILE_READ_DATA, 0)));
  CHECK(!native::OpenFile("X:\\System32\\a*b", FILE_READ_DATA, 0));
}

void ReadOnlyVolume() {
  native::NtPath path = *native::NtPath::FromDos("X:\\umtests-new-file");
  OBJECT_ATTRIBUTES attributes = path.Attributes();
  IO_STATUS_BLOCK io{};
  Handle file;
  const NTSTATUS status = NtCreateFile(file.Out(), FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &io, nullptr, 0, 0,
                                       FILE_CREATE, FILE_SYNCHRONOUS_IO_NONALERT, nullptr, 0);
  CHECK_STATUS(status, STATUS_MEDIA_WRITE_PROTECTED);
}

void Attributes() {
  const Result<ULONG> folder = native::FileAttributes("X:\\System32");
  CHECK_SUCCESS(StatusOf(folder));
  CHECK((*folder & FILE_ATTRIBUTE_DIRECTORY) != 0);
  const Result<ULONG> file = native::FileAttributes(kFile);
  CHECK_SUCCESS(StatusOf(file));
  CHECK((*file & FILE_ATTRIBUTE_DIRECTORY) == 0);
}

void Directory() {
  unsigned smss = 0;
  unsigned all = 0;
  CHECK_SUCCESS(StatusOf(native::ListDirectory("X:\\System32", "*", [&](const native::DirectoryEntry &entry) {
    ++all;
    smss += native::EqualIgnoringCase(entry.name, "smss.exe") && entry.size > 0 ? 1 : 0;
  })));
  CHECK(smss == 1);
  unsigned some = 0;
  CHECK_SUCCESS(
      StatusOf(native::ListDirectory("X:\\System32", "sm?s.*", [&](const native::DirectoryEntry &) { ++some; })));
  CHECK(some >= 1 && some < all);
  CHECK_STATUS(StatusOf(native::ListDirectory("X:\\System32", "no-such*", [](const native::DirectoryEntry &) {})),
               STATUS_NO_SUCH_FILE);
}

void Access() {
  const Result<Handle> file = native::OpenFile(kFile, FILE_READ_ATTRIBUTES, FILE_NON_DIRECTORY_FILE);
  CHECK_SUCCESS(StatusOf(file));
  char buffer[4];
  IO_STATUS_BLOCK io{};
  CHECK_STATUS(NtReadFile(file->Get(), nullptr, nullptr, nullptr, &io, buffer, sizeof buffer, nullptr, nullptr),
               STATUS_ACCESS_DENIED);
}

constexpr Test kTests[] = {
    {"file.read", "ZwReadFile: ByteOffset", Read},
    {"file.end", "ZwReadFile: STATUS_END_OF_FILE", EndOfFile},
    {"file.names", "ZwCreateFile: return values", Names},
    {"file.read-only-volume", "STATUS_MEDIA_WRITE_PROTECTED", ReadOnlyVolume},
    {"file.attributes", "ZwQueryAttributesFile", Attributes},
    {"file.directory", "ZwQueryDirectoryFile", Directory},
    {"file.access", "ZwReadFile: FILE_READ_DATA", Access},
};

}  // namespace

constinit const std::span<const Test> kFileTests = kTests;

}  // namespace umtests
