#include <nt/ntplugplay.h>

#include <native/console.hpp>

#include "commands.hpp"
#include "device_tree.hpp"

namespace ntcmd {
namespace {

using native::String;
namespace console = native::console;

// What the device manager of Windows says of the problems that occur here, in short (CM_PROB_*, cfg.h).
std::string_view ProblemText(ULONG problem) {
  switch (problem) {
    case 1:
      return "not configured";
    case 7:
      return "a filter driver failed";
    case 9:
      return "invalid data";
    case 10:
      return "cannot start";
    case 12:
      return "resource conflict";
    case 22:
      return "disabled";
    case 28:
      return "no driver";
    case 29:
      return "disabled by the hardware";
    case 31:
      return "the driver did not take it";
    case 32:
      return "the driver is disabled";
    case 37:
      return "DriverEntry did not return";
    case 53:
      return "used by the console";
    case 39:
      return "the driver cannot be loaded";
    case 40:
      return "the driver's key is invalid";
    case 43:
      return "stopped after a failure";
    default:
      return "see cfg.h";
  }
}

String StateOf(const Device &device) {
  if (device.problem != 0) {
    return native::Format("problem {}, {}", device.problem, ProblemText(device.problem));
  }
  return (device.status & DN_STARTED) != 0 ? String("started") : String("stopped");
}

NTSTATUS DevTree(const Context &context) {
  if (!context.arguments.empty()) {
    return Usage(context);
  }
  const Result<native::Vector<Device>> devices = QueryDevices();
  if (!devices) {
    return Report(context, devices.error().Code());
  }
  for (const Device &device : *devices) {
    if (device.depth == 0) {
      continue;  // the root is the machine
    }
    const String indent((device.depth - 1) * 2, ' ');
    console::Print("{}{}", indent, device.instance);
    if (!device.description.empty()) {
      console::Print(": {}", device.description);
    }
    console::Print("\n{}    ", indent);
    if (!device.service.empty()) {
      console::Print("driver {}, ", device.service);
    }
    if (device.process != 0) {
      console::Print("process {}, ", device.process);
    }
    console::Print("{}\n", StateOf(device));
    if (!device.resources.empty()) {
      console::Print("{}    {}\n", indent, device.resources);
    }
  }
  return STATUS_SUCCESS;
}

}  // namespace

constinit const Command kDevTree{
    "devtree", "", "Shows the devices.",
    "Of each: its driver, the process that the driver runs in, its state, and what it was assigned. Ports, memory\n"
    "and bus numbers are hexadecimal.\n",
    DevTree};

}  // namespace ntcmd
