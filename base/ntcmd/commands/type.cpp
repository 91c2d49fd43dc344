#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/directory.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

// Streams one file to the console, which gets a line feed behind it when it has none at its end.
Result<void> Print(std::string_view path) {
  const native::Handle file = TRY(native::OpenFile(path, FILE_READ_DATA, FILE_NON_DIRECTORY_FILE));
  constexpr ULONG kChunk = 16384;
  native::Vector<char> buffer(kChunk);
  char last = '\n';
  for (;;) {
    IO_STATUS_BLOCK io{};
    const NTSTATUS status =
        NtReadFile(file.Get(), nullptr, nullptr, nullptr, &io, buffer.data(), kChunk, nullptr, nullptr);
    if (status == STATUS_END_OF_FILE || (NT_SUCCESS(status) && io.Information == 0)) {
      break;
    }
    if (!NT_SUCCESS(status)) {
      return Fail(status);
    }
    const std::size_t size = io.Information < kChunk ? io.Information : kChunk;
    native::console::Write({buffer.data(), size});
    last = buffer[size - 1];
  }
  if (last != '\n') {
    native::console::Write("\n");
  }
  return {};
}

NTSTATUS Type(const Context &context) {
  if (context.arguments.empty()) {
    return Usage(context);
  }
  NTSTATUS result = STATUS_SUCCESS;
  for (const native::String &path : context.arguments) {
    if (const Result<void> printed = Print(path); !printed) {
      result = Report(context, printed.error().Code(), path);
    }
  }
  return result;
}

}  // namespace

constinit const Command kType{"type", "FILE...", "Shows the contents of files.", "", Type};

}  // namespace ntcmd
