// The entry point of programs that have a main(int argc, char **argv): arguments as UTF-8, split by the rules of
// CommandLineToArgvW; the return value is the exit status.
// Source: learn.microsoft.com, "Parsing C command-line arguments".
#include <nt/nt_services.h>

// The language does not let C++ call main by its name.
extern "C" int CallMain(int argc, char **argv) __asm__("main");

namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// Splits a zero-terminated command line. The arguments are written behind each other to `out`, which has room for as
// many bytes as the line, and their addresses to `arguments`.
class Splitter {
 public:
  Splitter(const char *line, char *out, char **arguments) : in_(line), out_(out), arguments_(arguments) {}

  int Run() {
    Begin();
    ProgramName();
    End();
    for (SkipBlanks(); *in_ != '\0'; SkipBlanks()) {
      Begin();
      Argument();
      End();
    }
    arguments_[count_] = nullptr;
    return count_;
  }

 private:
  void Begin() { arguments_[count_++] = out_; }
  void End() { *out_++ = '\0'; }
  void SkipBlanks() {
    while (IsBlank(*in_)) {
      ++in_;
    }
  }

  // In the program's name backslashes mean nothing.
  void ProgramName() {
    for (bool quoted = false; *in_ != '\0' && (quoted || !IsBlank(*in_)); ++in_) {
      if (*in_ == '"') {
        quoted = !quoted;
      } else {
        *out_++ = *in_;
      }
    }
  }

  void Argument() {
    for (bool quoted = false; *in_ != '\0' && (quoted || !IsBlank(*in_));) {
      if (*in_ == '\\') {
        Backslashes();
      } else if (*in_ != '"') {
        *out_++ = *in_++;
      } else if (++in_; quoted && *in_ == '"') {
        *out_++ = *in_++;
      } else {
        quoted = !quoted;
      }
    }
  }

  // Before a quote two backslashes are one, and one left over makes the quote a plain character.
  void Backslashes() {
    int count = 0;
    for (; *in_ == '\\'; ++in_) {
      ++count;
    }
    const bool before_quote = *in_ == '"';
    for (int i = before_quote ? count / 2 : count; i > 0; --i) {
      *out_++ = '\\';
    }
    if (before_quote && count % 2 != 0) {
      *out_++ = *in_++;
    }
  }

  const char *in_;
  char *out_;
  char **arguments_;
  int count_ = 0;
};

}  // namespace

extern "C" void NtProcessStartup(PPEB peb) {
  const UNICODE_STRING &line = peb->ProcessParameters->CommandLine;
  // A UTF-16 unit is at most three bytes of UTF-8.
  const ULONG room = line.Length / static_cast<ULONG>(sizeof(WCHAR)) * 3;
  auto *text = static_cast<char *>(RtlAllocateHeap(peb->ProcessHeap, 0, 2 * (room + 2)));
  auto **arguments = static_cast<char **>(RtlAllocateHeap(peb->ProcessHeap, 0, (room / 2 + 3) * sizeof(char *)));
  ULONG length = 0;
  if (text == nullptr || arguments == nullptr) {
    RtlExitUserProcess(STATUS_NO_MEMORY);
  }
  RtlUnicodeToUTF8N(text, room, &length, line.Buffer, line.Length);
  text[length] = '\0';
  const int count = Splitter(text, text + room + 2, arguments).Run();
  RtlExitUserProcess(CallMain(count, arguments));
}
