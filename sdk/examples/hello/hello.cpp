// A native program: prints its arguments on the console, and says which system it runs on.
#include <nt/nt_services.h>
#include <string.h>

#include <string_view>

namespace {

NTSTATUS Print(std::string_view text) {
  IO_STATUS_BLOCK io;
  return NtWriteFile(NtCurrentPeb()->ProcessParameters->StandardOutput, nullptr, nullptr, nullptr, &io,
                     const_cast<char *>(text.data()), static_cast<ULONG>(text.size()), nullptr, nullptr);
}

}  // namespace

int main(int argc, char **argv) {
  char build[16];
  RtlIntegerToChar(NtCurrentPeb()->OSBuildNumber, 10, sizeof build, build);
  Print("Hello from outside the tree, on build ");
  Print(build);
  Print("\n");
  for (int i = 1; i < argc; ++i) {
    Print(argv[i]);
    Print("\n");
  }
  return 0;
}
