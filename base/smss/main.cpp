// smss.exe: starts the shell and keeps it running.
#include <nt/nt_services.h>

#include <native/arguments.hpp>
#include <native/console.hpp>
#include <native/environment.hpp>
#include <native/path.hpp>
#include <native/process.hpp>
#include <native/program.hpp>
#include <native/status.hpp>
#include <native/utf.hpp>

#include "settings.hpp"

namespace smss {
namespace {

using native::String;
namespace console = native::console;

constexpr LONGLONG kSecond = 10'000'000;    // of 100 ns
constexpr LONGLONG kWindow = 10 * kSecond;  // this many ends ...
constexpr unsigned kEnds = 5;               // ... within the window: the shell cannot live
constexpr LONGLONG kPause = 10 * kSecond;   // so the next try waits

void Delay(LONGLONG duration) {
  LARGE_INTEGER interval;
  interval.QuadPart = -duration;
  NtDelayExecution(FALSE, &interval);
}

LONGLONG Now() {
  LARGE_INTEGER time{};
  NtQuerySystemTime(&time);
  return time.QuadPart;
}

// When the shell ended the last few times; tells whether it ends too often.
class EndLog {
 public:
  bool TooOften(LONGLONG now) {
    times_[next_] = now;
    next_ = (next_ + 1) % kEnds;
    const LONGLONG oldest = times_[next_];
    return oldest != 0 && now - oldest < kWindow;
  }
  void Clear() {
    for (LONGLONG &time : times_) {
      time = 0;
    }
  }

 private:
  LONGLONG times_[kEnds] = {};
  unsigned next_ = 0;
};

// The image's NT path: an NT path stays, a DOS path is converted.
Result<String> ImagePath(std::string_view program) {
  if (program.starts_with('\\')) {
    return String(program);
  }
  native::NtPath path = TRY(native::NtPath::FromDos(program));
  return native::ToUtf8(path.Name()->Buffer, path.Name()->Length / sizeof(WCHAR));
}

// Starts the shell and waits until it has ended.
Result<NTSTATUS> RunShell(const String &command_line) {
  std::string_view rest;
  const String program = native::ProgramName(command_line, rest);
  const String image = TRY(ImagePath(program));
  String directory;
  if (const std::optional<String> drive = native::GetVariable("SystemDrive")) {
    directory = *drive + "\\";
  }
  const native::Process shell = TRY(native::StartProgram(
      {.nt_path = image, .image_path = program, .command_line = command_line, .directory = directory}));
  return native::WaitForExit(shell);
}

[[noreturn]] void WaitForEver() {
  console::Flush();
  for (;;) {
    Delay(kPause * 6 * 60 * 24);
  }
}

[[noreturn]] void KeepShellRunning(const String &command_line) {
  EndLog log;
  for (;;) {
    const Result<NTSTATUS> ended = RunShell(command_line);
    if (ended) {
      console::Print("smss: the shell ended with {}\n", native::StatusText(*ended));
    } else {
      console::Print("smss: cannot run the shell {}: {}\n", command_line, native::StatusText(ended.error().Code()));
    }
    const bool pause = log.TooOften(Now()) || !ended;
    if (pause) {
      console::Print("smss: next try in {} s\n", kPause / kSecond);
      log.Clear();
    }
    console::Flush();
    if (pause) {
      Delay(kPause);
    }
  }
}

}  // namespace
}  // namespace smss

NTSTATUS native::ProgramMain(const Vector<String> &) {
  using namespace smss;
  if (const Result<void> loaded = LoadEnvironment(); !loaded) {
    console::Print("smss: Session Manager\\Environment: {}\n", StatusText(loaded.error().Code()));
  }
  const Result<String> shell = ShellCommandLine();
  if (!shell || shell->empty()) {
    console::Print("smss: no shell: value Shell of the Session Manager key: {}\n",
                   shell ? String("empty") : StatusText(shell.error().Code()));
    WaitForEver();
  }
  KeepShellRunning(*shell);
}
