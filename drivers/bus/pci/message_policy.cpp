#include "message_policy.hpp"

#include <algorithm>
#include <bit>

namespace pcibus {
namespace {

// No more than a driver can sensibly have on one processor, whatever a function could use.
constexpr ULONG kMostMessages = 8;

// The value of a REG_DWORD of an open key, or `otherwise`.
ULONG QueryNumber(HANDLE key, const char16_t *name, ULONG otherwise) {
  struct {
    KEY_VALUE_PARTIAL_INFORMATION head;
    ULONG room;
  } value;
  UNICODE_STRING text;
  RtlInitUnicodeString(&text, reinterpret_cast<PCWSTR>(name));
  ULONG length = 0;
  const NTSTATUS status = ZwQueryValueKey(key, &text, KeyValuePartialInformation, &value, sizeof(value), &length);
  if (!NT_SUCCESS(status) || value.head.Type != REG_DWORD || value.head.DataLength != sizeof(ULONG)) {
    return otherwise;
  }
  ULONG number;
  RtlCopyMemory(&number, value.head.Data, sizeof(number));
  return number;
}

struct Policy {
  bool supported = true;
  ULONG limit = kMostMessages;
};

Policy ReadPolicy(PDEVICE_OBJECT device) {
  Policy policy;
  HANDLE hardware;
  if (!NT_SUCCESS(IoOpenDeviceRegistryKey(device, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &hardware))) {
    return policy;
  }
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, reinterpret_cast<PCWSTR>(u"Interrupt Management\\MessageSignaledInterruptProperties"));
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, hardware, nullptr);
  HANDLE key;
  if (NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) {
    policy.supported = QueryNumber(key, u"MSISupported", 1) != 0;
    policy.limit = std::min(policy.limit, QueryNumber(key, u"MessageNumberLimit", kMostMessages));
    ZwClose(key);
  }
  ZwClose(hardware);
  return policy;
}

}  // namespace

ULONG MessageCount(const Function *function) {
  ULONG able = 0;
  if (function->msix) {
    able = function->msix->vectors;
  } else if (function->msi) {
    able = function->msi->vectors;
  }
  if (able == 0) {
    return 0;
  }
  const Policy policy = ReadPolicy(function->self);
  const ULONG count = policy.supported ? std::min(able, policy.limit) : 0;
  // MSI has 1, 2, 4 ... messages.
  return function->msix ? count : std::bit_floor(count);
}

}  // namespace pcibus
