#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "runner.hpp"

namespace runner {
namespace {

char *Pages(size_t size, void *at = nullptr) {
  void *base =
      mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (at != nullptr ? MAP_FIXED : 0), -1, 0);
  if (base == MAP_FAILED) {
    std::abort();
  }
  return static_cast<char *>(base);
}

UNICODE_STRING Text(char **storage, const std::string &text) {
  auto *buffer = reinterpret_cast<WCHAR *>(*storage);
  for (size_t i = 0; i < text.size(); i += 1) {
    buffer[i] = static_cast<unsigned char>(text[i]);
  }
  *storage += (text.size() + 1) * sizeof(WCHAR);
  auto bytes = static_cast<USHORT>(text.size() * sizeof(WCHAR));
  return {bytes, static_cast<USHORT>(bytes + sizeof(WCHAR)), buffer};
}

void MakeSharedData() {
  auto *shared = reinterpret_cast<KUSER_SHARED_DATA *>(Pages(4096, reinterpret_cast<void *>(USER_SHARED_DATA_ADDRESS)));
  shared->NtMajorVersion = 10;
  shared->NtBuildNumber = 19041;
  shared->Cookie = 0x12345678;
  shared->NtSystemRoot[0] = 'X';
  shared->NtSystemRoot[1] = ':';
  shared->NtSystemRoot[2] = '\\';
  shared->QpcFrequency = 10000000;
  shared->TickCountMultiplier = 0x0FA00000;
}

}  // namespace

PEB *MakePeb(const Mapping &program) {
  MakeSharedData();
  auto *peb = reinterpret_cast<PEB *>(Pages(4096));
  auto *parameters = reinterpret_cast<RTL_USER_PROCESS_PARAMETERS *>(Pages(16384));
  char *storage = reinterpret_cast<char *>(parameters + 1);
  parameters->MaximumLength = parameters->Length = 16384;
  parameters->Flags = RTL_USER_PROC_PARAMS_NORMALIZED;
  parameters->ImagePathName = Text(&storage, "X:\\Programs\\" + options.program);
  parameters->CommandLine = Text(&storage, options.command_line);
  parameters->CurrentDirectory.DosPath = Text(&storage, "X:\\");
  parameters->Environment = storage;
  peb->ImageBaseAddress = program.base;
  peb->ProcessParameters = parameters;
  peb->OSMajorVersion = 10;
  peb->OSBuildNumber = 19041;
  peb->OSPlatformId = 2;
  peb->NumberOfProcessors = 1;
  peb->HeapSegmentReserve = 0x100000;
  peb->HeapSegmentCommit = 0x2000;
  return peb;
}

CONTEXT *MakeThread(PEB *peb, uint64_t start, uint64_t parameter, TEB **teb_out) {
  static uint64_t next_id = 0x100;
  constexpr size_t kStack = 1 << 20;
  char *stack = Pages(kStack);
  auto *teb = reinterpret_cast<TEB *>(Pages(8192));
  next_id += 4;
  teb->NtTib.Self = &teb->NtTib;
  teb->NtTib.StackBase = stack + kStack;
  teb->NtTib.StackLimit = stack;
  teb->DeallocationStack = stack;
  teb->ProcessEnvironmentBlock = peb;
  teb->ClientId.UniqueProcess = reinterpret_cast<HANDLE>(0x44);
  teb->ClientId.UniqueThread = reinterpret_cast<HANDLE>(next_id);
  auto *context = reinterpret_cast<CONTEXT *>(stack + kStack - 0x1000);
  context->ContextFlags = CONTEXT_FULL;
  context->Rip = start;
  context->Rcx = parameter;  // the caller fills in Rcx and Rdx
  context->Rsp = reinterpret_cast<uint64_t>(stack + kStack - 0x28 - 8);
  context->EFlags = 0x202;
  *teb_out = teb;
  return context;
}

}  // namespace runner
