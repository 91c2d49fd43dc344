#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/path.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

NTSTATUS Pwd(const Context &context) {
  if (!context.arguments.empty()) {
    return Usage(context);
  }
  native::String directory = native::CurrentDirectory();
  if (directory.size() > 3 && directory.back() == '\\') {
    directory.pop_back();
  }
  native::console::Print("{}\n", directory);
  return STATUS_SUCCESS;
}

}  // namespace

constinit const Command kPwd{"pwd", "", "Shows the current directory.", "", Pwd};

}  // namespace ntcmd
