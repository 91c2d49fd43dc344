#include <native/path.hpp>
#include <native/process.hpp>
#include <native/utf.hpp>

#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;
using native::Process;
using native::String;

// Another program of the folder that this one came from.
Result<Process> Start(std::string_view program, std::string_view arguments = {}) {
  const UNICODE_STRING &own = NtCurrentPeb()->ProcessParameters->ImagePathName;
  String path = native::ToUtf8(own.Buffer, own.Length / sizeof(WCHAR));
  path.resize(path.find_last_of('\\') + 1);
  path.append(program);
  native::NtPath nt = TRY(native::NtPath::FromDos(path));
  String line(program);
  line.append(" ");
  line.append(arguments);
  return native::StartProgram({.nt_path = native::ToUtf8(nt.Name()->Buffer, nt.Name()->Length / sizeof(WCHAR)),
                               .image_path = path,
                               .command_line = line,
                               .directory = {}});
}

NTSTATUS Run(std::string_view program, std::string_view arguments = {}) {
  const Result<Process> process = Start(program, arguments);
  if (!process) {
    return process.error().Code();
  }
  const Result<NTSTATUS> ended = native::WaitForExit(*process);
  return ended ? *ended : ended.error().Code();
}

void ExitStatus() {
  CHECK_SUCCESS(Run("exitcode.exe", "0"));
  CHECK_STATUS(Run("exitcode.exe", "0x12345"), 0x12345);
}

void CannotStart() {
  CHECK_STATUS(Run("no-such-program.exe"), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_STATUS(Run("badimport.exe"), STATUS_ENTRYPOINT_NOT_FOUND);
  CHECK_STATUS(Run("nodll.exe"), STATUS_DLL_NOT_FOUND);
}

void NotAnImage() {
  const Result<Process> process = native::StartProgram({.nt_path = "\\??\\X:\\System32\\config\\SYSTEM",
                                                        .image_path = "X:\\System32\\config\\SYSTEM",
                                                        .command_line = "SYSTEM",
                                                        .directory = {}});
  CHECK(!process);
  CHECK_STATUS(process.error().Code(), STATUS_INVALID_IMAGE_NOT_MZ);
}

void Unhandled() {
  CHECK_STATUS(Run("crash.exe", "write"), STATUS_ACCESS_VIOLATION);
  CHECK_STATUS(Run("crash.exe", "execute"), STATUS_ACCESS_VIOLATION);
  CHECK_STATUS(Run("crash.exe", "divide"), STATUS_INTEGER_DIVIDE_BY_ZERO);
  CHECK_STATUS(Run("crash.exe", "illegal"), STATUS_ILLEGAL_INSTRUCTION);
  CHECK_STATUS(Run("crash.exe", "break"), STATUS_BREAKPOINT);
  CHECK_STATUS(Run("crash.exe", "stack"), STATUS_STACK_OVERFLOW);
  // __fastfail (MSVC intrinsics reference): INT 29h ends the process with this status and asks no handler.
  CHECK_STATUS(Run("crash.exe", "fastfail"), STATUS_STACK_BUFFER_OVERRUN);
}

void Terminate() {
  const Result<Process> process = Start("sleep.exe", "600000");
  CHECK(process);
  LARGE_INTEGER soon = Milliseconds(50);
  CHECK_STATUS(NtWaitForSingleObject(process->process.Get(), FALSE, &soon), STATUS_TIMEOUT);
  Handle opened;
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, nullptr, 0, nullptr, nullptr);
  CLIENT_ID id = process->id;
  id.UniqueThread = nullptr;
  CHECK_SUCCESS(NtOpenProcess(opened.Out(), PROCESS_TERMINATE, &attributes, &id));
  CHECK_SUCCESS(NtTerminateProcess(opened.Get(), 0x777));
  const Result<NTSTATUS> ended = native::WaitForExit(*process);
  CHECK(ended);
  CHECK(*ended == 0x777);
  CHECK_STATUS(NtTerminateProcess(opened.Get(), 1), STATUS_PROCESS_IS_TERMINATING);
}

void OpenMissing() {
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, nullptr, 0, nullptr, nullptr);
  CLIENT_ID id{At<void>(0xfffffff0), nullptr};
  Handle process;
  CHECK_STATUS(NtOpenProcess(process.Out(), PROCESS_TERMINATE, &attributes, &id), STATUS_INVALID_CID);
}

void ReadPeb() {
  const Result<Process> process = Start("sleep.exe", "600000");
  CHECK(process);
  PROCESS_BASIC_INFORMATION information{};
  CHECK_SUCCESS(NtQueryInformationProcess(process->process.Get(), ProcessBasicInformation, &information,
                                          sizeof information, nullptr));
  CHECK_STATUS(information.ExitStatus, STATUS_PENDING);
  CHECK(information.UniqueProcessId == reinterpret_cast<ULONG_PTR>(process->id.UniqueProcess));
  PEB peb{};
  CHECK_SUCCESS(NtReadVirtualMemory(process->process.Get(), information.PebBaseAddress, &peb, sizeof peb, nullptr));
  CHECK(peb.ImageBaseAddress != nullptr);
  CHECK_SUCCESS(NtTerminateProcess(process->process.Get(), 0));
}

// Many in a row: what one leaves behind would show in the end as a failure to create.
void Repeatedly() {
  for (int i = 0; i < 30; ++i) {
    CHECK_STATUS(Run("exitcode.exe", "3"), 3);
  }
}

constexpr Test kTests[] = {
    {"process.exit-status", "GetExitCodeProcess function", ExitStatus},
    {"process.cannot-start", "NTSTATUS values: entry point, DLL not found", CannotStart},
    {"process.not-an-image", "NTSTATUS values: STATUS_INVALID_IMAGE_NOT_MZ", NotAnImage},
    {"process.unhandled", "UnhandledExceptionFilter function: the exit code is the exception code", Unhandled},
    {"process.terminate", "ZwTerminateProcess, ZwOpenProcess", Terminate},
    {"process.open-missing", "ZwOpenProcess: STATUS_INVALID_CID", OpenMissing},
    {"process.read-peb", "NtQueryInformationProcess: ProcessBasicInformation", ReadPeb},
    {"process.repeatedly", "own: no leak from process to process", Repeatedly},
};

}  // namespace

constinit const std::span<const Test> kProcessTests = kTests;

}  // namespace umtests
