// The port's names: \Device\SerialN, \DosDevices\COMn, HARDWARE\DEVICEMAP\SERIALCOMM.

#include "serial.hpp"

namespace serial {

namespace {

/// PortName of the device's hardware key: where setup, or an earlier start, has written it.
bool ReadPortName(Device *device) {
  HANDLE key = nullptr;
  if (!NT_SUCCESS(IoOpenDeviceRegistryKey(device->physical, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &key))) {
    return false;
  }
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, L"PortName");
  constexpr ULONG kData = (kNameLength - 1) * sizeof(WCHAR);
  alignas(KEY_VALUE_PARTIAL_INFORMATION) UCHAR buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + kData];
  ULONG length = 0;
  const NTSTATUS status = ZwQueryValueKey(key, &name, KeyValuePartialInformation, buffer, sizeof(buffer), &length);
  ZwClose(key);
  const auto *value = reinterpret_cast<KEY_VALUE_PARTIAL_INFORMATION *>(buffer);
  if (!NT_SUCCESS(status) || value->Type != REG_SZ || value->DataLength < 2 * sizeof(WCHAR) ||
      value->DataLength > kData) {
    return false;
  }
  RtlZeroMemory(device->port, sizeof(device->port));
  RtlCopyMemory(device->port, value->Data, value->DataLength);
  for (const WCHAR *at = device->port; *at != 0; at++) {
    // One name component, nothing else.
    if (*at == L'\\') {
      return false;
    }
  }
  return device->port[0] != 0;
}

void Append(WCHAR *text, const WCHAR *more) {
  UNICODE_STRING string{static_cast<USHORT>(wcslen(text) * sizeof(WCHAR)), kNameLength * sizeof(WCHAR), text};
  RtlAppendUnicodeToString(&string, more);
  text[string.Length / sizeof(WCHAR)] = 0;
}

void AppendNumber(WCHAR *text, ULONG number) {
  WCHAR digits[11];
  ULONG at = 10;
  digits[at] = 0;
  do {
    digits[--at] = static_cast<WCHAR>(L'0' + number % 10);
    number /= 10;
  } while (number != 0);
  Append(text, digits + at);
}

NTSTATUS Link(Device *device) {
  device->link[0] = 0;
  Append(device->link, L"\\DosDevices\\");
  Append(device->link, device->port);
  UNICODE_STRING link;
  UNICODE_STRING name;
  RtlInitUnicodeString(&link, device->link);
  RtlInitUnicodeString(&name, device->name);
  return IoCreateSymbolicLink(&link, &name);
}

/// By custom the four first ports have fixed addresses; others take the next free number.
NTSTATUS LinkByCustom(Device *device, ULONGLONG base) {
  constexpr ULONGLONG kBases[] = {0x3F8, 0x2F8, 0x3E8, 0x2E8};
  constexpr ULONG kPorts = 256;
  ULONG number = 5;
  for (ULONG i = 0; i < 4; i++) {
    number = kBases[i] == base ? i + 1 : number;
  }
  for (; number <= kPorts; number++) {
    device->port[0] = 0;
    Append(device->port, L"COM");
    AppendNumber(device->port, number);
    const NTSTATUS status = Link(device);
    if (status != STATUS_OBJECT_NAME_COLLISION) {
      return status;
    }
  }
  return STATUS_OBJECT_NAME_COLLISION;
}

}  // namespace

NTSTATUS PublishName(Device *device, ULONGLONG base) {
  if (device->linked) {
    return STATUS_SUCCESS;
  }
  device->name[0] = 0;
  Append(device->name, L"\\Device\\Serial");
  AppendNumber(device->name, device->number);
  const NTSTATUS status = ReadPortName(device) ? Link(device) : LinkByCustom(device, base);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  device->linked = true;
  // Best effort, as in NT: programs list the ports from there.
  RtlWriteRegistryValue(RTL_REGISTRY_DEVICEMAP, L"SERIALCOMM", device->name, REG_SZ, device->port,
                        static_cast<ULONG>((wcslen(device->port) + 1) * sizeof(WCHAR)));
  return STATUS_SUCCESS;
}

void WithdrawName(Device *device) {
  if (!device->linked) {
    return;
  }
  device->linked = false;
  UNICODE_STRING link;
  RtlInitUnicodeString(&link, device->link);
  IoDeleteSymbolicLink(&link);
  RtlDeleteRegistryValue(RTL_REGISTRY_DEVICEMAP, L"SERIALCOMM", device->name);
}

}  // namespace serial
