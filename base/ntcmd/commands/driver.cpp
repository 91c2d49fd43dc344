#include <nt/nt_services.h>
#include <nt/ntplugplay.h>

#include <native/console.hpp>
#include <native/handle.hpp>
#include <native/utf.hpp>

#include "commands.hpp"
#include "device_tree.hpp"
#include "reg_key.hpp"

namespace ntcmd {
namespace {

using native::String;
using native::WideString;
namespace console = native::console;

constexpr std::string_view kServices = "\\Registry\\Machine\\System\\CurrentControlSet\\Services";

Result<ULONG> ReadNumber(const RegistryKey &key, std::string_view name) {
  const native::Vector<unsigned char> bytes = TRY(key.BytesNamed(name));
  ULONG number = 0;
  if (bytes.size() != sizeof(number)) {
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }
  __builtin_memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

// Whether the driver has an object in \Driver or \FileSystem. Opening it as a directory tells a name that is not there
// from one that is something else.
bool IsLoaded(std::string_view name) {
  for (const std::string_view directory : {"\\Driver\\", "\\FileSystem\\"}) {
    WideString wide(String(directory) + String(name));
    std::optional<UNICODE_STRING> path = wide.Unicode();
    if (!path) {
      continue;
    }
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &*path, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
    native::Handle handle;
    if (NtOpenDirectoryObject(handle.Out(), DIRECTORY_QUERY, &attributes) == STATUS_OBJECT_TYPE_MISMATCH) {
      return true;
    }
  }
  return false;
}

std::string_view StartText(ULONG start) {
  constexpr std::string_view kTexts[] = {"boot", "system", "auto", "demand", "disabled"};
  return start < sizeof(kTexts) / sizeof(kTexts[0]) ? kTexts[start] : std::string_view("?");
}

NTSTATUS List(const Context &context) {
  const KeyName name{String(kServices), String(kServices)};
  const Result<RegistryKey> services = RegistryKey::Open(name);
  if (!services) {
    return Report(context, services.error().Code());
  }
  console::Print("{:16} {:8} {:9} {}\n", "Name", "State", "Start", "Group");
  for (ULONG index = 0;; ++index) {
    const Result<String> service = services->SubKey(index);
    if (!service) {
      return service.error().Code() == STATUS_NO_MORE_ENTRIES ? STATUS_SUCCESS
                                                              : Report(context, service.error().Code());
    }
    const String path = String(kServices) + "\\" + *service;
    const Result<RegistryKey> key = RegistryKey::Open({path, path});
    const Result<ULONG> type = key ? ReadNumber(*key, "Type") : Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    if (!type || (*type & 3) == 0) {
      continue;  // SERVICE_KERNEL_DRIVER, SERVICE_FILE_SYSTEM_DRIVER
    }
    const Result<Value> group = key->ValueNamed("Group");
    console::Print("{:16} {:8} {:9} {}\n", *service, IsLoaded(*service) ? "running" : "stopped",
                   StartText(ReadNumber(*key, "Start").value_or(3)), group ? group->data : String());
  }
}

using DriverService = NTSTATUS(NTAPI *)(PUNICODE_STRING);

NTSTATUS CallService(DriverService service, std::string_view name) {
  WideString wide(String(kServices) + "\\" + String(name));
  std::optional<UNICODE_STRING> path = wide.Unicode();
  return path ? service(&*path) : STATUS_NAME_TOO_LONG;
}

NTSTATUS Load(std::string_view name) { return CallService(NtLoadDriver, name); }
NTSTATUS Unload(std::string_view name) { return CallService(NtUnloadDriver, name); }

// The devices that the driver drives; of the others, drivers without devices of the tree, only the driver is there.
Result<native::Vector<Device>> DevicesOf(std::string_view name) {
  native::Vector<Device> found;
  for (Device &device : TRY(QueryDevices())) {
    if (native::EqualIgnoringCase(device.service, name)) {
      found.push_back(std::move(device));
    }
  }
  return found;
}

NTSTATUS ReportVeto(const Context &context, NTSTATUS status, const String &instance, const String &veto) {
  return Report(context, status, veto.empty() ? instance : veto);
}

NTSTATUS Start(const Context &context, std::string_view name) {
  const Result<native::Vector<Device>> devices = DevicesOf(name);
  if (!devices || devices->empty()) {
    const NTSTATUS status = Load(name);
    return NT_SUCCESS(status) ? status : Report(context, status, name);
  }
  NTSTATUS result = STATUS_SUCCESS;
  for (const Device &device : *devices) {
    const NTSTATUS status = StartDevice(device.instance);
    if (!NT_SUCCESS(status)) {
      result = Report(context, status, device.instance);
    }
  }
  return result;
}

NTSTATUS Stop(const Context &context, std::string_view name) {
  const Result<native::Vector<Device>> devices = DevicesOf(name);
  if (!devices || devices->empty()) {
    const NTSTATUS status = Unload(name);
    return NT_SUCCESS(status) ? status : Report(context, status, name);
  }
  NTSTATUS result = STATUS_SUCCESS;
  for (const Device &device : *devices) {
    if ((device.status & DN_STARTED) == 0) {
      continue;
    }
    String veto;
    const NTSTATUS status = RemoveDevice(device.instance, veto);
    // One that went with its parent, stopped just before, is stopped.
    if (!NT_SUCCESS(status) && status != STATUS_NO_SUCH_DEVICE) {
      result = ReportVeto(context, status, device.instance, veto);
    }
  }
  return result;
}

NTSTATUS Restart(const Context &context, std::string_view name) {
  const Result<native::Vector<Device>> devices = DevicesOf(name);
  if (!devices || devices->empty()) {
    NTSTATUS status = Unload(name);
    if (NT_SUCCESS(status) || status == STATUS_OBJECT_NAME_NOT_FOUND) {
      status = Load(name);
    }
    return NT_SUCCESS(status) ? status : Report(context, status, name);
  }
  NTSTATUS result = STATUS_SUCCESS;
  for (const Device &device : *devices) {
    const NTSTATUS status = RestartDevice(device.instance);
    if (!NT_SUCCESS(status) && status != STATUS_NO_SUCH_DEVICE) {
      result = Report(context, status, device.instance);
    }
  }
  return result;
}

NTSTATUS Driver(const Context &context) {
  const auto &arguments = context.arguments;
  if (arguments.size() == 1 && native::EqualIgnoringCase(arguments[0], "list")) {
    return List(context);
  }
  if (arguments.size() != 2) {
    return Usage(context);
  }
  if (native::EqualIgnoringCase(arguments[0], "start")) {
    return Start(context, arguments[1]);
  }
  if (native::EqualIgnoringCase(arguments[0], "stop")) {
    return Stop(context, arguments[1]);
  }
  if (native::EqualIgnoringCase(arguments[0], "restart")) {
    return Restart(context, arguments[1]);
  }
  return Usage(context);
}

}  // namespace

constinit const Command kDriver{
    "driver", "list | start NAME | stop NAME | restart NAME", "Lists, starts and stops drivers.",
    "NAME is a key below Services of the registry. A driver of devices is started and stopped with all its devices;\n"
    "one that makes its devices itself is loaded and unloaded.\n",
    Driver};

}  // namespace ntcmd
