#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/directory.hpp>
#include <native/path.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

using native::DirectoryEntry;
using native::Handle;
using native::String;
namespace console = native::console;

struct Totals {
  unsigned long long files = 0;
  unsigned long long directories = 0;
  unsigned long long bytes = 0;
};

void PrintEntry(const DirectoryEntry &entry, Totals &totals) {
  LARGE_INTEGER time;
  time.QuadPart = entry.write_time;
  TIME_FIELDS fields{};
  RtlTimeToTimeFields(&time, &fields);
  String size;
  if (entry.IsDirectory()) {
    size = "<DIR>         ";
    ++totals.directories;
  } else {
    native::Append(size, "{:14,}", entry.size);
    ++totals.files;
    totals.bytes += static_cast<unsigned long long>(entry.size);
  }
  console::Print("{:04}-{:02}-{:02}  {:02}:{:02}  {:>14} {}\n", fields.Year, fields.Month, fields.Day, fields.Hour,
                 fields.Minute, size, entry.name);
}

void PrintTotals(HANDLE directory, const Totals &totals) {
  console::Print("{:16,} File(s) {:>16,} bytes\n", totals.files, totals.bytes);
  console::Print("{:16,} Dir(s)", totals.directories);
  FILE_FS_SIZE_INFORMATION size{};
  IO_STATUS_BLOCK io{};
  // A volume that does not say how much is free is listed all the same.
  if (NT_SUCCESS(NtQueryVolumeInformationFile(directory, &io, &size, sizeof size, FileFsSizeInformation))) {
    console::Print("  {:>16,} bytes free", static_cast<ULONGLONG>(size.AvailableAllocationUnits.QuadPart) *
                                               size.SectorsPerAllocationUnit * size.BytesPerSector);
  }
  console::Write("\n");
}

struct Target {
  String directory;
  String pattern;
};

// What is to be listed: all of a directory, or what the last part of the path (a pattern or a file's name) matches.
Result<Target> Resolve(std::string_view path) {
  const std::size_t separator = path.find_last_of("\\/:");
  const std::string_view last = separator == std::string_view::npos ? path : path.substr(separator + 1);
  const bool wildcards = last.find_first_of("*?") != std::string_view::npos;
  if (!wildcards) {
    const ULONG attributes = TRY(native::FileAttributes(path));
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
      return Target{TRY(native::FullPath(path)), "*"};
    }
  }
  String parent(path.substr(0, path.size() - last.size()));
  if (parent.empty()) {
    parent = ".";
  }
  // *.* means every name, with or without a dot, as DOS has it.
  return Target{TRY(native::FullPath(parent)), String(last == "*.*" ? "*" : last)};
}

Result<void> List(std::string_view path) {
  const Target target = TRY(Resolve(path));
  const Handle directory = TRY(native::OpenFile(target.directory, FILE_LIST_DIRECTORY, FILE_DIRECTORY_FILE));
  Totals totals;
  bool headed = false;
  TRY(native::ListDirectory(directory.Get(), target.pattern, [&](const DirectoryEntry &entry) {
    if (!headed) {
      console::Print(" Directory of {}\n\n", target.directory);
      headed = true;
    }
    PrintEntry(entry, totals);
  }));
  PrintTotals(directory.Get(), totals);
  return {};
}

NTSTATUS Dir(const Context &context) {
  if (context.arguments.size() > 1) {
    return Usage(context);
  }
  const String path = context.arguments.empty() ? String(".") : context.arguments[0];
  const Result<void> listed = List(path);
  return listed ? STATUS_SUCCESS : Report(context, listed.error().Code(), path);
}

}  // namespace

constinit const Command kDir{"dir", "[PATH]", "Lists a directory.",
                             "PATH is a directory, a file, or a pattern with * and ?. Sizes are those of the data.\n",
                             Dir};

}  // namespace ntcmd
