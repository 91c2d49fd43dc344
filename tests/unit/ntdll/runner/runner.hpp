// A stand-in for the Executive on the host: runs a PE program with the real ntdll.dll in this Linux process. ntdll's
// `syscall` instructions become UD2; the SIGILL handler plays seL4 and the services, the other signals become
// exceptions the way docs/architecture.md section 4 says. For tests of ntdll only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nt/nt.h>

namespace runner {

struct Options {
  std::string system_directory;   // \SystemRoot\System32
  std::string program_directory;  // X:\Programs
  std::string program;            // file name in program_directory
  std::string command_line;
  bool shift = false;  // map DLLs away from their base
};

struct Mapping {
  char *base;
  size_t size;
  ULONG entry;  // RVA
  bool at_base;
};

extern Options options;

/// What NtProtectVirtualMemory reports as the old protection, by page.
extern std::map<uint64_t, ULONG> page_protections;

/// Maps a PE file as SEC_IMAGE does. Null base: not a PE file.
Mapping MapImage(const std::string &path, bool may_move);

/// The address of an export of a mapped image, 0 when there is none.
uint64_t FindExport(const char *base, const std::string &name);

/// Makes PEB, process parameters and KUSER_SHARED_DATA.
PEB *MakePeb(const Mapping &program);

/// A stack and TEB for a new thread; returns the CONTEXT on its stack that LdrInitializeThunk gets.
CONTEXT *MakeThread(PEB *peb, uint64_t start, uint64_t parameter, TEB **teb);

struct Apc {
  uint64_t routine, context, argument1, argument2;
};

/// One service call: its number, arguments 1-4 and the stack of the caller.
struct Call {
  uint64_t number;
  uint64_t arguments[3];
  uint64_t rsp;

  uint64_t Argument(unsigned index) const {  // from 0
    return index < 3 ? arguments[index] : *reinterpret_cast<uint64_t *>(rsp + 8 + 8 * index);
  }
  template <typename T>
  T *Pointer(unsigned index) const {
    return reinterpret_cast<T *>(Argument(index));
  }
};

/// The service's status. `apc` is filled in and true returned in *has_apc when a user APC is due.
NTSTATUS Serve(const Call &call, bool *has_apc, Apc *apc);

/// Ends the runner as the process would: the status is printed and its low byte is the exit code.
[[noreturn]] void EndProcess(NTSTATUS status);

/// Enters user mode on a new thread of this process.
bool StartThread(CONTEXT *context, TEB *teb);

/// The calling thread's record.
TEB *CurrentTeb();

}  // namespace runner
