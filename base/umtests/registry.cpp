#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

// A volatile key of our own that is deleted at the end.
class TestKey {
 public:
  explicit TestKey(const WCHAR *path) {
    Named name(path);
    ULONG disposition = 0;
    status_ = NtCreateKey(key_.Out(), KEY_ALL_ACCESS, &name, 0, nullptr, REG_OPTION_VOLATILE, &disposition);
  }
  TestKey(const TestKey &) = delete;
  ~TestKey() {
    if (key_) {
      NtDeleteKey(key_.Get());
    }
  }
  NTSTATUS Status() const { return status_; }
  HANDLE Get() const { return key_.Get(); }

 private:
  Handle key_;
  NTSTATUS status_;
};

NTSTATUS Set(HANDLE key, const WCHAR *name, ULONG type, const void *data, ULONG size) {
  UNICODE_STRING value;
  RtlInitUnicodeString(&value, name);
  return NtSetValueKey(key, &value, 0, type, const_cast<void *>(data), size);
}

void Values() {
  const TestKey key(L"\\Registry\\Machine\\SYSTEM\\umtests");
  CHECK_SUCCESS(key.Status());
  const ULONG number = 0x12345678;
  CHECK_SUCCESS(Set(key.Get(), L"Number", REG_DWORD, &number, sizeof number));
  CHECK_SUCCESS(Set(key.Get(), L"Empty", REG_BINARY, nullptr, 0));
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"NUMBER");
  alignas(8) char buffer[64];
  ULONG size = 0;
  CHECK_SUCCESS(NtQueryValueKey(key.Get(), &name, KeyValuePartialInformation, buffer, sizeof buffer, &size));
  const auto &value = *reinterpret_cast<const KEY_VALUE_PARTIAL_INFORMATION *>(buffer);
  CHECK(value.Type == REG_DWORD);
  CHECK(value.DataLength == 4);
  CHECK(__builtin_memcmp(value.Data, &number, 4) == 0);
  CHECK_STATUS(NtQueryValueKey(key.Get(), &name, KeyValuePartialInformation, buffer, 14, &size),
               STATUS_BUFFER_OVERFLOW);
  CHECK(size == 16);
  CHECK_STATUS(NtQueryValueKey(key.Get(), &name, KeyValuePartialInformation, buffer, 4, &size),
               STATUS_BUFFER_TOO_SMALL);
  CHECK_SUCCESS(NtDeleteValueKey(key.Get(), &name));
  CHECK_STATUS(NtQueryValueKey(key.Get(), &name, KeyValuePartialInformation, buffer, sizeof buffer, &size),
               STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_STATUS(NtDeleteValueKey(key.Get(), &name), STATUS_OBJECT_NAME_NOT_FOUND);
}

void BigValue() {
  const TestKey key(L"\\Registry\\Machine\\SYSTEM\\umtests-big");
  CHECK_SUCCESS(key.Status());
  native::Vector<char> data(100000);
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] = static_cast<char>(i * 7);
  }
  CHECK_SUCCESS(Set(key.Get(), L"Big", REG_BINARY, data.data(), static_cast<ULONG>(data.size())));
  native::Vector<char> back(data.size() + 64);
  ULONG size = 0;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"Big");
  CHECK_SUCCESS(NtQueryValueKey(key.Get(), &name, KeyValuePartialInformation, back.data(),
                                static_cast<ULONG>(back.size()), &size));
  const auto &value = *reinterpret_cast<const KEY_VALUE_PARTIAL_INFORMATION *>(back.data());
  CHECK(value.DataLength == data.size());
  CHECK(__builtin_memcmp(value.Data, data.data(), data.size()) == 0);
}

void Enumerate() {
  const TestKey key(L"\\Registry\\Machine\\SYSTEM\\umtests-enum");
  CHECK_SUCCESS(key.Status());
  const ULONG number = 1;
  CHECK_SUCCESS(Set(key.Get(), L"a", REG_DWORD, &number, 4));
  CHECK_SUCCESS(Set(key.Get(), L"b", REG_DWORD, &number, 4));
  const TestKey first(L"\\Registry\\Machine\\SYSTEM\\umtests-enum\\one");
  const TestKey second(L"\\Registry\\Machine\\SYSTEM\\umtests-enum\\two");
  CHECK_SUCCESS(first.Status());
  CHECK_SUCCESS(second.Status());
  alignas(8) char buffer[256];
  ULONG size = 0;
  CHECK_SUCCESS(NtQueryKey(key.Get(), KeyFullInformation, buffer, sizeof buffer, &size));
  const auto &full = *reinterpret_cast<const KEY_FULL_INFORMATION *>(buffer);
  CHECK(full.SubKeys == 2);
  CHECK(full.Values == 2);
  CHECK_SUCCESS(NtEnumerateKey(key.Get(), 1, KeyBasicInformation, buffer, sizeof buffer, &size));
  CHECK_STATUS(NtEnumerateKey(key.Get(), 2, KeyBasicInformation, buffer, sizeof buffer, &size), STATUS_NO_MORE_ENTRIES);
  CHECK_SUCCESS(NtEnumerateValueKey(key.Get(), 1, KeyValueFullInformation, buffer, sizeof buffer, &size));
  CHECK_STATUS(NtEnumerateValueKey(key.Get(), 2, KeyValueFullInformation, buffer, sizeof buffer, &size),
               STATUS_NO_MORE_ENTRIES);
  CHECK_STATUS(NtDeleteKey(key.Get()), STATUS_CANNOT_DELETE);  // it has subkeys
}

void Deleted() {
  Named name(L"\\Registry\\Machine\\SYSTEM\\umtests-deleted");
  Handle key;
  ULONG disposition = 0;
  CHECK_SUCCESS(NtCreateKey(key.Out(), KEY_ALL_ACCESS, &name, 0, nullptr, REG_OPTION_VOLATILE, &disposition));
  CHECK(disposition == REG_CREATED_NEW_KEY);
  Handle again;
  CHECK_SUCCESS(NtCreateKey(again.Out(), KEY_ALL_ACCESS, &name, 0, nullptr, REG_OPTION_VOLATILE, &disposition));
  CHECK(disposition == REG_OPENED_EXISTING_KEY);
  CHECK_SUCCESS(NtDeleteKey(key.Get()));
  const ULONG number = 1;
  CHECK_STATUS(Set(again.Get(), L"x", REG_DWORD, &number, 4), STATUS_KEY_DELETED);
  Handle opened;
  CHECK_STATUS(NtOpenKey(opened.Out(), KEY_READ, &name), STATUS_OBJECT_NAME_NOT_FOUND);
}

void Access() {
  const TestKey key(L"\\Registry\\Machine\\SYSTEM\\umtests-access");
  CHECK_SUCCESS(key.Status());
  Named name(L"\\Registry\\Machine\\SYSTEM\\umtests-access");
  Handle reader;
  CHECK_SUCCESS(NtOpenKey(reader.Out(), KEY_READ, &name));
  const ULONG number = 1;
  CHECK_STATUS(Set(reader.Get(), L"x", REG_DWORD, &number, 4), STATUS_ACCESS_DENIED);
}

void ControlSet() {
  Named name(L"\\Registry\\Machine\\SYSTEM\\CurrentControlSet\\Control\\Session Manager");
  Handle key;
  CHECK_SUCCESS(NtOpenKey(key.Out(), KEY_READ, &name));
  UNICODE_STRING value = RTL_CONSTANT_STRING(L"Shell");
  alignas(8) char buffer[512];
  ULONG size = 0;
  CHECK_SUCCESS(NtQueryValueKey(key.Get(), &value, KeyValuePartialInformation, buffer, sizeof buffer, &size));
}

constexpr Test kTests[] = {
    {"registry.values", "ZwSetValueKey, ZwQueryValueKey", Values},
    {"registry.big-value", "Registry element size limits", BigValue},
    {"registry.enumerate", "ZwEnumerateKey, ZwEnumerateValueKey, ZwQueryKey", Enumerate},
    {"registry.deleted", "ZwDeleteKey: STATUS_KEY_DELETED", Deleted},
    {"registry.access", "ZwOpenKey: access", Access},
    {"registry.control-set", "HKLM\\SYSTEM\\CurrentControlSet tree (DDI)", ControlSet},
};

}  // namespace

constinit const std::span<const Test> kRegistryTests = kTests;

}  // namespace umtests
