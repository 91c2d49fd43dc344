#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/path.hpp>
#include <native/utf.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

NTSTATUS Cd(const Context &context) {
  if (context.arguments.size() > 1) {
    return Usage(context);
  }
  if (context.arguments.empty()) {
    return kPwd.run(context);
  }
  const native::String &path = context.arguments[0];
  native::WideString wide(path);
  std::optional<UNICODE_STRING> name = wide.Unicode();
  if (!name) {
    return Report(context, STATUS_NAME_TOO_LONG, path);
  }
  if (path.empty() || path.find('\0') != native::String::npos) {
    return Report(context, STATUS_OBJECT_NAME_INVALID, path);
  }
  const NTSTATUS status = RtlSetCurrentDirectory_U(&*name);
  return NT_SUCCESS(status) ? status : Report(context, status, path);
}

}  // namespace

constinit const Command kCd{
    "cd", "[PATH]", "Changes the current directory, or shows it.",
    "PATH may be relative (.. is one up), begin with \\ (the root) or name a drive (X:\\dir).\n", Cd};

}  // namespace ntcmd
