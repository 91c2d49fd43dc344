#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/handle.hpp>
#include <native/utf.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

using native::Handle;
using native::String;
using native::WideString;
namespace console = native::console;

// Opens an object by name with `open` (NtOpenDirectoryObject, NtOpenSymbolicLinkObject).
template <typename Open>
Result<Handle> OpenNamed(Open open, ACCESS_MASK access, std::string_view path) {
  WideString wide(path);
  std::optional<UNICODE_STRING> name = wide.Unicode();
  if (!name) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &*name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  Handle handle;
  const NTSTATUS status = open(handle.Out(), access, &attributes);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return handle;
}

Result<String> LinkTarget(std::string_view path) {
  const Handle link = TRY(OpenNamed(NtOpenSymbolicLinkObject, SYMBOLIC_LINK_QUERY, path));
  native::Vector<WCHAR> buffer(UNICODE_STRING_MAX_CHARS);
  UNICODE_STRING target{};
  target.Buffer = buffer.data();
  target.MaximumLength = UNICODE_STRING_MAX_BYTES;
  const NTSTATUS status = NtQuerySymbolicLinkObject(link.Get(), &target, nullptr);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return native::ToUtf8(target.Buffer, target.Length / sizeof(WCHAR));
}

String Text(const UNICODE_STRING &string) { return native::ToUtf8(string.Buffer, string.Length / sizeof(WCHAR)); }

void PrintEntry(std::string_view directory, const OBJECT_DIRECTORY_INFORMATION &entry) {
  const String name = Text(entry.Name);
  const String type = Text(entry.TypeName);
  console::Print("{:16} {}", type, name);
  if (type == "SymbolicLink") {
    String path(directory);
    if (!path.ends_with('\\')) {
      path.push_back('\\');
    }
    const Result<String> target = LinkTarget(path + name);
    console::Print(" -> {}", target ? *target : String("?"));
  }
  console::Write("\n");
}

Result<void> ListDirectory(std::string_view path) {
  const Handle directory = TRY(OpenNamed(NtOpenDirectoryObject, DIRECTORY_QUERY | DIRECTORY_TRAVERSE, path));
  constexpr ULONG kBufferSize = 8192;
  native::Vector<ULONGLONG> buffer(kBufferSize / sizeof(ULONGLONG));
  ULONG context = 0;
  unsigned long long count = 0;
  for (BOOLEAN restart = TRUE;; restart = FALSE) {
    const NTSTATUS status =
        NtQueryDirectoryObject(directory.Get(), buffer.data(), kBufferSize, FALSE, restart, &context, nullptr);
    if (status == STATUS_NO_MORE_ENTRIES) {
      break;
    }
    if (!NT_SUCCESS(status)) {
      return Fail(status);
    }
    // The list ends with an empty entry.
    const auto *entry = reinterpret_cast<const OBJECT_DIRECTORY_INFORMATION *>(buffer.data());
    for (; entry->Name.Buffer != nullptr; ++entry) {
      PrintEntry(path, *entry);
      ++count;
    }
    if (status != STATUS_MORE_ENTRIES) {
      break;
    }
  }
  console::Print("{} objects in {}\n", count, path);
  return {};
}

NTSTATUS Obj(const Context &context) {
  if (context.arguments.size() > 1) {
    return Usage(context);
  }
  const String path = context.arguments.empty() ? String("\\") : context.arguments[0];
  // A link is shown, not followed; so it is looked for first.
  if (const Result<String> target = LinkTarget(path)) {
    console::Print("{:16} {} -> {}\n", "SymbolicLink", path, *target);
    return STATUS_SUCCESS;
  }
  const Result<void> listed = ListDirectory(path);
  return listed ? STATUS_SUCCESS : Report(context, listed.error().Code(), path);
}

}  // namespace

constinit const Command kObj{
    "obj", "[PATH]", "Lists an object directory.",
    "PATH is an NT path, such as \\Device or \\??; without it the root. A link shows its target.\n", Obj};

}  // namespace ntcmd
