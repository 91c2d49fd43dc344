#include "run_program.hpp"

#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/environment.hpp>
#include <native/path.hpp>
#include <native/process.hpp>
#include <native/status.hpp>
#include <native/utf.hpp>
#include <nt/status_names.hpp>

namespace ntcmd {
namespace {

using native::String;
namespace console = native::console;

constexpr bool IsNotThere(NTSTATUS status) {
  return status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND ||
         status == STATUS_NO_SUCH_FILE || status == STATUS_FILE_IS_A_DIRECTORY;
}

// Success when a file (not a directory) is there.
Result<String> Candidate(std::string_view path) {
  const ULONG attributes = TRY(native::FileAttributes(path));
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    return Fail(STATUS_FILE_IS_A_DIRECTORY);
  }
  return native::FullPath(path);
}

String WithExtension(std::string_view word) {
  String name(word);
  const std::size_t separator = name.find_last_of("\\/:");
  if (name.find('.', separator == String::npos ? 0 : separator) == String::npos) {
    name.append(".exe");
  }
  return name;
}

// The full DOS path of the program.
Result<String> Search(std::string_view word) {
  const String name = WithExtension(word);
  Result<String> found = Candidate(name);
  if (found || !IsNotThere(found.error().Code()) || word.find_first_of("\\/:") != std::string_view::npos) {
    return found;
  }
  const std::optional<String> path = native::GetVariable("PATH");
  std::string_view rest = path ? std::string_view(*path) : std::string_view();
  while (!rest.empty()) {
    const std::size_t end = rest.find(';');
    String directory(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (directory.empty()) {
      continue;
    }
    if (directory.back() != '\\') {
      directory.push_back('\\');
    }
    // A folder of the path that is missing or unreadable does not hide those behind it.
    if (Result<String> next = Candidate(directory + name)) {
      return next;
    }
  }
  return found;
}

NTSTATUS PrintFailure(std::string_view word, NTSTATUS status) {
  console::Print("{}: {}\n", word, native::StatusText(status));
  return status;
}

Result<NTSTATUS> RunAndWait(const String &path, std::string_view line) {
  native::NtPath image = TRY(native::NtPath::FromDos(path));
  const String nt_path = native::ToUtf8(image.Name()->Buffer, image.Name()->Length / sizeof(WCHAR));
  console::Flush();  // what the shell wrote comes before what the program writes
  const native::Process process =
      TRY(native::StartProgram({.nt_path = nt_path, .image_path = path, .command_line = line, .directory = {}}));
  return native::WaitForExit(process);
}

}  // namespace

NTSTATUS RunProgram(std::string_view word, std::string_view line) {
  const Result<String> path = Search(word);
  if (!path) {
    return PrintFailure(word, path.error().Code());
  }
  const Result<NTSTATUS> ended = RunAndWait(*path, line);
  if (!ended) {
    return PrintFailure(word, ended.error().Code());
  }
  if (*ended != STATUS_SUCCESS) {
    // The small values that are also wait results (STATUS_WAIT_1 ...) are a program's own numbers here.
    const std::string_view name = static_cast<ULONG>(*ended) < 0x100 ? "" : nt::StatusToName(*ended);
    console::Print("exit status 0x{:08X}{}{}\n", *ended, name.empty() ? "" : " ", name);
  }
  return *ended;
}

}  // namespace ntcmd
