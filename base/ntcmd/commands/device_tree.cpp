#include "device_tree.hpp"

#include <nt/nt_services.h>
#include <nt/ntplugplay.h>
#include <wdm/resources.h>

#include <native/format.hpp>
#include <native/utf.hpp>

#include "reg_key.hpp"

namespace ntcmd {
namespace {

using native::String;
using native::Vector;
using native::WideString;

constexpr ULONG kLongestInstance = 400;
constexpr unsigned kDeepest = 64;

// The device's first child, or next sibling. STATUS_NO_SUCH_DEVICE: there is none.
Result<String> Related(std::string_view instance, ULONG relation) {
  WideString wide(instance);
  std::optional<UNICODE_STRING> name = wide.Unicode();
  if (!name) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  WCHAR buffer[kLongestInstance];
  PLUGPLAY_CONTROL_RELATED_DEVICE_DATA data{*name, relation, buffer, kLongestInstance};
  const NTSTATUS status = NtPlugPlayControl(PlugPlayControlGetRelatedDevice, &data, sizeof(data));
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return native::ToUtf8(buffer, data.RelatedDeviceInstanceLength);
}

Result<void> QueryStatus(Device &device) {
  WideString wide(device.instance);
  std::optional<UNICODE_STRING> name = wide.Unicode();
  if (!name) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  PLUGPLAY_CONTROL_STATUS_DATA data{*name, PNP_GET_DEVICE_STATUS, 0, 0};
  const NTSTATUS status = NtPlugPlayControl(PlugPlayControlDeviceStatus, &data, sizeof(data));
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  device.status = data.DeviceStatus;
  device.problem = data.DeviceProblem;
  return {};
}

void ShowRange(String &text, std::string_view kind, unsigned long long first, unsigned long long length) {
  native::Append(text, "{}{} {:x}", text.empty() ? "" : ", ", kind, first);
  if (length > 1) {
    native::Append(text, "-{:x}", first + (length - 1));
  }
}

void ShowResource(String &text, const CM_PARTIAL_RESOURCE_DESCRIPTOR &resource) {
  const auto start = static_cast<unsigned long long>(resource.u.Generic.Start.QuadPart);
  switch (resource.Type) {
    case CmResourceTypePort:
      ShowRange(text, "ports", start, resource.u.Generic.Length);
      break;
    case CmResourceTypeMemory:
      ShowRange(text, "memory", start, resource.u.Generic.Length);
      break;
    case CmResourceTypeMemoryLarge: {
      const unsigned shift = (resource.Flags & CM_RESOURCE_MEMORY_LARGE) == CM_RESOURCE_MEMORY_LARGE_40   ? 8
                             : (resource.Flags & CM_RESOURCE_MEMORY_LARGE) == CM_RESOURCE_MEMORY_LARGE_48 ? 16
                                                                                                          : 32;
      ShowRange(text, "memory", start, static_cast<unsigned long long>(resource.u.Generic.Length) << shift);
      break;
    }
    case CmResourceTypeInterrupt:
      if ((resource.Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0) {
        native::Append(text, "{}{} messages", text.empty() ? "" : ", ",
                       static_cast<unsigned>(resource.u.MessageInterrupt.Raw.MessageCount));
      } else {
        native::Append(text, "{}line {}", text.empty() ? "" : ", ", resource.u.Interrupt.Vector);
      }
      break;
    case CmResourceTypeDma:
      native::Append(text, "{}DMA channel {}", text.empty() ? "" : ", ", resource.u.Dma.Channel);
      break;
    case CmResourceTypeBusNumber:
      ShowRange(text, "buses", resource.u.BusNumber.Start, resource.u.BusNumber.Length);
      break;
    default:
      break;
  }
}

// A CM_RESOURCE_LIST of one bus, which is what the manager writes.
String ShowResources(const Vector<unsigned char> &bytes) {
  constexpr std::size_t kHead = sizeof(CM_RESOURCE_LIST) - sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
  String text;
  for (std::size_t at = kHead; at + sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR) <= bytes.size();
       at += sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)) {
    CM_PARTIAL_RESOURCE_DESCRIPTOR resource;
    __builtin_memcpy(&resource, bytes.data() + at, sizeof(resource));
    ShowResource(text, resource);
  }
  return text;
}

// What the registry says; a device without a key, such as the root, has none of it.
void ReadRegistry(Device &device) {
  const String path = "\\Registry\\Machine\\System\\CurrentControlSet\\Enum\\" + device.instance;
  const Result<RegistryKey> key = RegistryKey::Open({path, path});
  if (!key) {
    return;
  }
  const auto text = [&](std::string_view name) {
    const Result<Value> value = key->ValueNamed(name);
    return value ? value->data : String();
  };
  device.description = text("DeviceDesc");
  device.service = text("Service");
  const String control_path = path + "\\Control";
  const Result<RegistryKey> control = RegistryKey::Open({control_path, control_path});
  if (!control) {
    return;
  }
  if (const Result<Vector<unsigned char>> bytes = control->BytesNamed("ProcessId"); bytes && bytes->size() == 4) {
    __builtin_memcpy(&device.process, bytes->data(), 4);
  }
  if (const Result<Vector<unsigned char>> bytes = control->BytesNamed("AllocConfig")) {
    device.resources = ShowResources(*bytes);
  }
}

Result<void> Collect(std::string_view instance, unsigned depth, Vector<Device> &devices) {
  Device device;
  device.instance = String(instance);
  device.depth = depth;
  TRY(QueryStatus(device));
  ReadRegistry(device);
  devices.push_back(std::move(device));
  Result<String> child = Related(instance, PNP_GET_CHILD_DEVICE);
  while (child && depth < kDeepest) {
    // A device that goes meanwhile is no failure.
    (void)Collect(*child, depth + 1, devices);
    child = Related(*child, PNP_GET_SIBLING_DEVICE);
  }
  return {};
}

NTSTATUS Control(PLUGPLAY_CONTROL_CLASS control_class, std::string_view instance) {
  WideString wide(instance);
  std::optional<UNICODE_STRING> name = wide.Unicode();
  if (!name) {
    return STATUS_NAME_TOO_LONG;
  }
  PLUGPLAY_CONTROL_DEVICE_CONTROL_DATA data{*name, 0};
  return NtPlugPlayControl(control_class, &data, sizeof(data));
}

}  // namespace

Result<Vector<Device>> QueryDevices() {
  Vector<Device> devices;
  const Result<void> collected = Collect("HTREE\\ROOT\\0", 0, devices);
  if (!collected) {
    return Fail(collected.error().Code());
  }
  return devices;
}

NTSTATUS StartDevice(std::string_view instance) { return Control(PlugPlayControlStartDevice, instance); }
NTSTATUS RestartDevice(std::string_view instance) { return Control(PlugPlayControlResetDevice, instance); }

NTSTATUS RemoveDevice(std::string_view instance, String &veto) {
  WideString wide(instance);
  std::optional<UNICODE_STRING> name = wide.Unicode();
  if (!name) {
    return STATUS_NAME_TOO_LONG;
  }
  WCHAR buffer[kLongestInstance];
  PLUGPLAY_CONTROL_QUERY_REMOVE_DATA data{*name, 0, PNP_VetoTypeUnknown, buffer, kLongestInstance};
  const NTSTATUS status = NtPlugPlayControl(PlugPlayControlQueryAndRemoveDevice, &data, sizeof(data));
  if (status == STATUS_PLUGPLAY_QUERY_VETOED && data.VetoNameLength <= kLongestInstance) {
    veto = native::ToUtf8(buffer, data.VetoNameLength);
  }
  return status;
}

}  // namespace ntcmd
