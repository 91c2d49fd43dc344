#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/handle.hpp>
#include <native/utf.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

using native::Handle;
using native::String;
namespace console = native::console;

// What is read belongs to another process: nothing in it is trusted, and a list that does not close ends here.
constexpr unsigned kMaximumModules = 4096;

template <typename T>
Result<T> ReadFrom(HANDLE process, const void *address) {
  T value{};
  SIZE_T read = 0;
  const NTSTATUS status = NtReadVirtualMemory(process, const_cast<void *>(address), &value, sizeof value, &read);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return value;
}

Result<String> ReadName(HANDLE process, const UNICODE_STRING &name) {
  native::Vector<WCHAR> text(name.Length / sizeof(WCHAR) + 1);
  SIZE_T read = 0;
  const NTSTATUS status =
      NtReadVirtualMemory(process, name.Buffer, text.data(), name.Length / sizeof(WCHAR) * sizeof(WCHAR), &read);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return native::ToUtf8(text.data(), read / sizeof(WCHAR));
}

Result<void> PrintModules(HANDLE process) {
  PROCESS_BASIC_INFORMATION basic{};
  const NTSTATUS status = NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof basic, nullptr);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  const PEB peb = TRY(ReadFrom<PEB>(process, basic.PebBaseAddress));
  if (peb.Ldr == nullptr) {
    return Fail(STATUS_NOT_FOUND);  // its loader has not begun yet
  }
  const PEB_LDR_DATA loader = TRY(ReadFrom<PEB_LDR_DATA>(process, peb.Ldr));
  const LIST_ENTRY *const head = &peb.Ldr->InLoadOrderModuleList;
  const LIST_ENTRY *link = loader.InLoadOrderModuleList.Flink;
  console::Write("Base               Size       Name\n");
  for (unsigned count = 0; link != head && count < kMaximumModules; ++count) {
    const auto *address = CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks);
    const auto entry = TRY(ReadFrom<LDR_DATA_TABLE_ENTRY>(process, address));
    const String name = TRY(ReadName(process, entry.FullDllName));
    console::Print("0x{:016x} 0x{:08x} {}\n", entry.DllBase, entry.SizeOfImage, name);
    link = entry.InLoadOrderLinks.Flink;
  }
  return {};
}

Result<Handle> OpenProcess(unsigned long long id) {
  CLIENT_ID client{};
  client.UniqueProcess = reinterpret_cast<HANDLE>(id);
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, nullptr, 0, nullptr, nullptr);
  Handle process;
  const NTSTATUS status =
      NtOpenProcess(process.Out(), PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, &attributes, &client);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return process;
}

NTSTATUS Lm(const Context &context) {
  unsigned long long id = 0;
  if (context.arguments.size() > 1 ||
      (context.arguments.size() == 1 && !native::ParseNumber(context.arguments[0], id))) {
    return Usage(context);
  }
  Handle process;
  if (!context.arguments.empty()) {
    Result<Handle> opened = OpenProcess(id);
    if (!opened) {
      return Report(context, opened.error().Code(), context.arguments[0]);
    }
    process = std::move(*opened);
  }
  const Result<void> printed = PrintModules(process ? process.Get() : NtCurrentProcess());
  return printed ? STATUS_SUCCESS
                 : Report(context, printed.error().Code(),
                          context.arguments.empty() ? std::string_view() : context.arguments[0]);
}

}  // namespace

constinit const Command kLm{"lm", "[PID]", "Lists the modules of a process.",
                            "Without PID those of this shell. lp shows the PIDs.\n", Lm};

}  // namespace ntcmd
