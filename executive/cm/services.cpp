// Services on key handles.

#include <cm/information.hpp>
#include <cm/key.hpp>
#include <cm/services.hpp>
#include <ke/clock.hpp>
#include <ob/handle_table.hpp>

namespace cm {
namespace {

// The key of a handle that has the access. STATUS_KEY_DELETED comes from the operation itself.
Result<Ref<Node>> NodeOf(ke::Caller &caller, HANDLE handle, ACCESS_MASK access) {
  const auto object = TRY(caller.Handles().Reference<KeyObject>(handle, access));
  return object->Key();
}

// A program's buffer.
class UserOutput final : public Output {
 public:
  UserOutput(UserPointer to, ULONG length) : to_(to), length_(length) {}
  // ProbeForWrite's range check; the pages are touched by the copy itself.
  Result<void> Check() const { return ke::CheckRange(to_.address, length_); }
  Result<void> Put(std::size_t offset, std::span<const std::byte> bytes) override {
    return to_.Write(bytes.data(), bytes.size(), offset);
  }

 private:
  UserPointer to_;
  ULONG length_;
};

Result<NTSTATUS> Answer(const Result<Formatted> &result, UserOut<ULONG> result_length) {
  const Formatted formatted = TRY(result);
  TRY(result_length.Write(formatted.required));
  if (formatted.status == STATUS_BUFFER_TOO_SMALL) {
    return Fail(STATUS_BUFFER_TOO_SMALL);
  }
  return formatted.status;
}

// The name of a value; terminating zeros do not count.
class ValueName {
 public:
  static Result<ValueName> Create(UserIn<UNICODE_STRING> from) {
    ValueName name;
    name.captured_ = TRY(ke::CapturedString::Create(from));
    return name;
  }
  std::u16string_view View() const {
    auto view = captured_.View();
    while (!view.empty() && view.back() == u'\0') {
      view.remove_suffix(1);
    }
    return view;
  }

 private:
  ke::CapturedString captured_;
};

}  // namespace

Result<NTSTATUS> NtDeleteKey(ke::Caller &caller, HANDLE key_handle) {
  const auto node = TRY(NodeOf(caller, key_handle, DELETE));
  TRY(CurrentRegistry().DeleteKey(*node, ke::clock::SystemTime()));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtRenameKey(ke::Caller &caller, HANDLE key_handle, UserIn<UNICODE_STRING> new_name) {
  const auto node = TRY(NodeOf(caller, key_handle, KEY_WRITE));
  const auto name = TRY(ke::CapturedString::Create(new_name));
  if (name.View().empty() || name.View().size() > hive::kMaxKeyName ||
      name.View().find(u'\\') != std::u16string_view::npos) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  TRY(CurrentRegistry().RenameKey(*node, name.View(), ke::clock::SystemTime()));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtFlushKey(ke::Caller &caller, HANDLE key_handle) {
  const auto node = TRY(NodeOf(caller, key_handle, 0));
  if (node->Deleted()) {
    return Fail(STATUS_KEY_DELETED);
  }
  if (node->Mounted().has_file && node->Mounted().dirty) {
    return Fail(STATUS_REGISTRY_IO_FAILED);
  }
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtSetValueKey(ke::Caller &caller, HANDLE key_handle, UserIn<UNICODE_STRING> value_name,
                               ULONG /*title_index*/, ULONG type, UserPointer data, ULONG data_size) {
  const auto node = TRY(NodeOf(caller, key_handle, KEY_SET_VALUE));
  const auto name = TRY(ValueName::Create(value_name));
  if (name.View().size() > hive::kMaxValueName) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  TRY(ke::CheckRange(data.address, data_size));
  hive::Array<std::byte> bytes(CurrentRegistry().Memory());
  TRY(bytes.Resize(data_size));
  TRY(data.Read(bytes.Items().data(), data_size));
  TRY(CurrentRegistry().SetValue(*node, name.View(), type, bytes.Items(), ke::clock::SystemTime()));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtDeleteValueKey(ke::Caller &caller, HANDLE key_handle, UserIn<UNICODE_STRING> value_name) {
  const auto node = TRY(NodeOf(caller, key_handle, KEY_SET_VALUE));
  const auto name = TRY(ValueName::Create(value_name));
  TRY(CurrentRegistry().DeleteValue(*node, name.View(), ke::clock::SystemTime()));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtQueryKey(ke::Caller &caller, HANDLE key_handle, KEY_INFORMATION_CLASS information_class,
                            UserPointer information, ULONG length, UserOut<ULONG> result_length) {
  // What is known of a handle anyway needs no right.
  const bool free = information_class == KeyNameInformation || information_class == KeyHandleTagsInformation;
  const auto node = TRY(NodeOf(caller, key_handle, free ? 0 : KEY_QUERY_VALUE));
  UserOutput out(information, length);
  TRY(out.Check());
  return Answer(QueryKey(CurrentRegistry(), *node, information_class, out, length), result_length);
}

Result<NTSTATUS> NtEnumerateKey(ke::Caller &caller, HANDLE key_handle, ULONG index,
                                KEY_INFORMATION_CLASS information_class, UserPointer information, ULONG length,
                                UserOut<ULONG> result_length) {
  const auto node = TRY(NodeOf(caller, key_handle, KEY_ENUMERATE_SUB_KEYS));
  UserOutput out(information, length);
  TRY(out.Check());
  return Answer(EnumerateKey(CurrentRegistry(), node, index, information_class, out, length), result_length);
}

Result<NTSTATUS> NtQueryValueKey(ke::Caller &caller, HANDLE key_handle, UserIn<UNICODE_STRING> value_name,
                                 KEY_VALUE_INFORMATION_CLASS information_class, UserPointer information, ULONG length,
                                 UserOut<ULONG> result_length) {
  const auto node = TRY(NodeOf(caller, key_handle, KEY_QUERY_VALUE));
  const auto name = TRY(ValueName::Create(value_name));
  UserOutput out(information, length);
  TRY(out.Check());
  return Answer(QueryValue(*node, name.View(), information_class, out, length), result_length);
}

Result<NTSTATUS> NtEnumerateValueKey(ke::Caller &caller, HANDLE key_handle, ULONG index,
                                     KEY_VALUE_INFORMATION_CLASS information_class, UserPointer information,
                                     ULONG length, UserOut<ULONG> result_length) {
  const auto node = TRY(NodeOf(caller, key_handle, KEY_QUERY_VALUE));
  UserOutput out(information, length);
  TRY(out.Check());
  return Answer(EnumerateValue(*node, index, information_class, out, length), result_length);
}

}  // namespace cm
