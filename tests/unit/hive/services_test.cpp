// The key services as a program calls them: handles, user memory, statuses.

#include "hive_test_util.hpp"

#include <cm/build.hpp>
#include <cm/key.hpp>
#include <cm/services.hpp>
#include <ke/clock.hpp>
#include <ob/handle_table.hpp>
#include <ob/namespace.hpp>
#include <support/executive.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

using namespace hive_test;

namespace ke::clock {
std::uint64_t SystemTime() { return 0x01DC000000000000; }
}  // namespace ke::clock

namespace {

constexpr NTSTATUS kOk = STATUS_SUCCESS;

// User memory: 256 KiB from 64 KiB on.
class TestSpace final : public ke::UserSpace {
 public:
  static constexpr ke::UserAddress kBase = 0x10000;
  static constexpr std::size_t kSize = 0x40000;

  Result<std::span<std::byte>> Resolve(ke::UserAddress address, bool) override {
    if (address < kBase || address >= kBase + kSize) {
      return Fail(STATUS_ACCESS_VIOLATION);
    }
    const std::size_t offset = address - kBase;
    return std::span(memory).subspan(offset, std::min(kSize - offset, 0x1000 - offset % 0x1000));
  }

  std::vector<std::byte> memory = std::vector<std::byte>(kSize);
  ke::UserAddress next = kBase;
};

class TestCaller final : public ke::Caller {
 public:
  TestCaller() : Caller(&memory, &table, nullptr) {}

  TestSpace memory;
  ob::HandleTable table;
};

// Statuses as they reach the program.
NTSTATUS Of(const Result<NTSTATUS> &result) { return ToNtStatus(result); }

class Services : public testing::Test {
 protected:
  Services() : names_(*ob::Namespace::Create()) {
    ob::UseNamespace(names_.get());
    auto hive = *hive::Hive::Create(memory_, u"SYSTEM", {.security = kSecurity});
    const auto select = *hive.CreateChild(hive.Root(), u"Select", {});
    const std::uint32_t one = 1;
    MUST(hive.SetValue(select, u"Current", 4, std::as_bytes(std::span(&one, 1)), 1));
    const auto set = *hive.CreateChild(hive.Root(), u"ControlSet001", {});
    MUST(hive.CreateChild(set, u"Control", {}));
    registry_ = *cm::BuildRegistry(memory_, File(hive), 1);
    cm::UseRegistry(registry_.get());
    MUST(names_->Register(cm::KeyObject::kType));
    const Ref<ob::Object> root = *cm::KeyObject::Create(registry_->Root());
    MUST(names_->Publish(u"\\REGISTRY", root));
  }
  ~Services() override {
    while (caller_.table.CloseSome(100)) {
    }
    names_ = nullptr;
    registry_ = nullptr;
    cm::UseRegistry(nullptr);
  }

  // Puts bytes into user memory.
  ke::UserAddress Put(const void *from, std::size_t size) {
    const ke::UserAddress at = caller_.memory.next;
    caller_.memory.next += (size + 15) / 16 * 16;
    if (size != 0) {
      MUST(ke::CopyToUser(caller_.memory, at, from, size));
    }
    return at;
  }
  template <typename T>
  T Get(ke::UserAddress from) {
    T value;
    MUST(ke::CopyFromUser(caller_.memory, &value, from, sizeof value));
    return value;
  }
  ke::UserPointer At(ke::UserAddress address) { return {&caller_.memory, address}; }
  UserIn<UNICODE_STRING> String(std::u16string_view text) {
    UNICODE_STRING string{};
    string.Length = static_cast<USHORT>(text.size() * 2);
    string.MaximumLength = string.Length;
    string.Buffer = reinterpret_cast<PWSTR>(Put(text.data(), text.size() * 2));
    return UserIn<UNICODE_STRING>(At(Put(&string, sizeof string)));
  }
  UserIn<OBJECT_ATTRIBUTES> Attributes(std::u16string_view name, HANDLE root = nullptr, ULONG flags = 0) {
    OBJECT_ATTRIBUTES attributes{};
    attributes.Length = sizeof attributes;
    attributes.RootDirectory = root;
    attributes.Attributes = flags;
    attributes.ObjectName = reinterpret_cast<PUNICODE_STRING>(String(name).address);
    return UserIn<OBJECT_ATTRIBUTES>(At(Put(&attributes, sizeof attributes)));
  }
  template <typename T>
  UserOut<T> Out() {
    const T zero{};
    return UserOut<T>(At(Put(&zero, sizeof zero)));
  }

  NTSTATUS Open(std::u16string_view path, HANDLE *handle, ACCESS_MASK access = KEY_ALL_ACCESS, HANDLE root = nullptr,
                ULONG flags = 0) {
    const auto out = Out<HANDLE>();
    const NTSTATUS status = Of(cm::NtOpenKey(caller_, out, access, Attributes(path, root, flags)));
    *handle = Get<HANDLE>(out.address);
    return status;
  }
  NTSTATUS Create(std::u16string_view path, HANDLE *handle, ULONG options = 0, HANDLE root = nullptr,
                  ACCESS_MASK access = KEY_ALL_ACCESS) {
    const auto out = Out<HANDLE>();
    const auto disposition = Out<ULONG>();
    const NTSTATUS status = Of(cm::NtCreateKey(caller_, out, access, Attributes(path, root), 0,
                                               UserIn<UNICODE_STRING>(At(0)), options, disposition));
    *handle = Get<HANDLE>(out.address);
    disposition_ = Get<ULONG>(disposition.address);
    return status;
  }
  NTSTATUS SetValue(HANDLE key, std::u16string_view name, const std::vector<std::byte> &data, ULONG type = REG_BINARY) {
    return Of(cm::NtSetValueKey(caller_, key, String(name), 0, type, At(Put(data.data(), data.size())),
                                static_cast<ULONG>(data.size())));
  }
  NTSTATUS QueryValue(HANDLE key, std::u16string_view name, ULONG length,
                      KEY_VALUE_INFORMATION_CLASS information = KeyValuePartialInformation) {
    const std::vector<std::byte> filler(length, std::byte{0xEE});
    buffer_ = Put(filler.data(), length);
    const auto result = Out<ULONG>();
    const NTSTATUS status =
        Of(cm::NtQueryValueKey(caller_, key, String(name), information, At(buffer_), length, result));
    result_length_ = Get<ULONG>(result.address);
    return status;
  }

  TestAllocator memory_;
  std::unique_ptr<ob::Namespace> names_;
  std::unique_ptr<cm::Registry> registry_;
  TestCaller caller_;
  ULONG disposition_ = 0;
  ke::UserAddress buffer_ = 0;
  ULONG result_length_ = 0;
};

}  // namespace

TEST_F(Services, OpensByPathLinkAndRoot) {
  HANDLE key;
  HANDLE other;
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM", &key), kOk);
  EXPECT_EQ(Open(u"\\REGISTRY", &other), kOk);
  EXPECT_EQ(Open(u"\\registry\\", &other), kOk);
  EXPECT_EQ(Open(u"CurrentControlSet\\Control", &other, KEY_READ, key), kOk);
  const auto result = Out<ULONG>();
  buffer_ = Put(std::vector<std::byte>(200).data(), 200);
  EXPECT_EQ(Of(cm::NtQueryKey(caller_, other, KeyNameInformation, At(buffer_), 200, result)), kOk);
  std::u16string path(Get<ULONG>(buffer_) / 2, u' ');
  MUST(ke::CopyFromUser(caller_.memory, path.data(), buffer_ + 4, path.size() * 2));
  EXPECT_EQ(path, u"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control");
  EXPECT_EQ((*caller_.table.Lookup(other)).object->FullName()->View(), path);
  EXPECT_EQ(Open(u"", &other, KEY_READ, key), kOk);  // the same key again
}

TEST_F(Services, OpenFailures) {
  HANDLE key;
  HANDLE none;
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM", &key), kOk);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\Nothing", &none), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\Nothing\\More", &none), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(Open(u"Registry\\Machine", &none), STATUS_OBJECT_PATH_SYNTAX_BAD);
  EXPECT_EQ(Open(u"\\Select", &none, KEY_READ, key), STATUS_OBJECT_PATH_SYNTAX_BAD);
  EXPECT_EQ(Open(u"\\Device", &none), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(Open(u"\\Nothing", &none), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(Open(u"Select", &none, KEY_READ, reinterpret_cast<HANDLE>(0x1234)), STATUS_INVALID_HANDLE);
  EXPECT_EQ(Open(u"\\Registry\\Machine", &none, 0), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Open(u"\\Registry\\Machine", &none, 0x8000), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\" + std::u16string(256, u'a'), &none), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM\\CurrentControlSet", &none, KEY_READ, nullptr, OBJ_DONT_REPARSE),
            STATUS_REPARSE_POINT_ENCOUNTERED);
  EXPECT_EQ(Of(cm::NtOpenKeyEx(caller_, Out<HANDLE>(), KEY_READ, Attributes(u"\\Registry"), 0x40)),
            STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Of(cm::NtOpenKey(caller_, Out<HANDLE>(), KEY_READ, UserIn<OBJECT_ATTRIBUTES>(At(0x8)))),
            STATUS_ACCESS_VIOLATION);
  // A handle that cannot be delivered is closed again.
  const std::size_t handles = caller_.table.Count();
  EXPECT_EQ(Of(cm::NtOpenKey(caller_, UserOut<HANDLE>(At(0x8)), KEY_READ, Attributes(u"\\Registry"))),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(caller_.table.Count(), handles);
}

TEST_F(Services, CreateTellsNewFromOld) {
  HANDLE key;
  HANDLE child;
  EXPECT_EQ(Create(u"\\Registry\\Machine\\SYSTEM\\A", &key), kOk);
  EXPECT_EQ(disposition_, REG_CREATED_NEW_KEY);
  EXPECT_EQ(Create(u"\\Registry\\Machine\\SYSTEM\\a", &child), kOk);
  EXPECT_EQ(disposition_, REG_OPENED_EXISTING_KEY);
  EXPECT_EQ(Create(u"B", &child, 0, key), kOk);
  EXPECT_EQ(disposition_, REG_CREATED_NEW_KEY);
  EXPECT_EQ(Create(u"X\\Y", &child, 0, key), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(Create(u"C", &child, 0x100, key), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Create(u"V", &child, REG_OPTION_VOLATILE, key), kOk);
  EXPECT_EQ(Create(u"W", &child, 0, child), STATUS_CHILD_MUST_BE_VOLATILE);
  EXPECT_EQ(Create(u"\\Registry\\Machine\\HARDWARE\\X", &child), STATUS_CHILD_MUST_BE_VOLATILE);
  EXPECT_EQ(Create(u"D", &child, 0, key, 0), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Open(u"D", &child, KEY_READ, key), STATUS_OBJECT_NAME_NOT_FOUND);
  // Not delivered: not made.
  EXPECT_EQ(Of(cm::NtCreateKey(caller_, UserOut<HANDLE>(At(0x8)), KEY_READ, Attributes(u"E", key), 0,
                               UserIn<UNICODE_STRING>(At(0)), 0, UserOut<ULONG>(At(0)))),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(Open(u"E", &child, KEY_READ, key), STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_F(Services, Links) {
  HANDLE link;
  HANDLE key;
  EXPECT_EQ(Create(u"\\Registry\\Machine\\SYSTEM\\Link", &link, REG_OPTION_CREATE_LINK), kOk);
  EXPECT_EQ(Create(u"\\Registry\\Machine\\SYSTEM\\Link", &key, REG_OPTION_CREATE_LINK), STATUS_OBJECT_NAME_COLLISION);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM\\Link", &key), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM\\Link", &key, KEY_READ, nullptr, OBJ_OPENLINK), kOk);
  EXPECT_EQ(SetValue(link, u"Other", Bytes(4)), STATUS_ACCESS_DENIED);
  constexpr std::u16string_view kTarget = u"\\Registry\\Machine\\SYSTEM\\CurrentControlSet";
  const auto bytes = std::as_bytes(std::span(kTarget));
  EXPECT_EQ(SetValue(link, u"SymbolicLinkValue", {bytes.begin(), bytes.end()}, REG_LINK), kOk);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM\\Link\\Control", &key), kOk);  // two links
  // OBJ_OPENLINK is about the last name only.
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM\\Link\\Control", &key, KEY_READ, nullptr, OBJ_OPENLINK), kOk);
  EXPECT_EQ(Create(u"\\Registry\\Machine\\SYSTEM\\Link\\New", &key), kOk);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM\\ControlSet001\\New", &key), kOk);
  EXPECT_EQ(Of(cm::NtOpenKeyEx(caller_, Out<HANDLE>(), KEY_READ, Attributes(u"\\Registry\\Machine\\SYSTEM\\Link"),
                               REG_OPTION_OPEN_LINK)),
            kOk);
  EXPECT_EQ(Of(cm::NtDeleteKey(caller_, link)), kOk);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM\\ControlSet001\\New", &key), kOk);
}

TEST_F(Services, RightsOfHandlesAreChecked) {
  HANDLE key;
  EXPECT_EQ(Create(u"\\Registry\\Machine\\SYSTEM\\R", &key), kOk);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\SYSTEM\\R", &key, KEY_NOTIFY), kOk);
  EXPECT_EQ(SetValue(key, u"v", Bytes(4)), STATUS_ACCESS_DENIED);
  EXPECT_EQ(QueryValue(key, u"v", 100), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Of(cm::NtDeleteValueKey(caller_, key, String(u"v"))), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Of(cm::NtDeleteKey(caller_, key)), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Of(cm::NtRenameKey(caller_, key, String(u"v"))), STATUS_ACCESS_DENIED);
  const auto result = Out<ULONG>();
  EXPECT_EQ(Of(cm::NtQueryKey(caller_, key, KeyBasicInformation, At(0), 0, result)), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Of(cm::NtQueryKey(caller_, key, KeyNameInformation, At(0), 0, result)), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(Of(cm::NtEnumerateKey(caller_, key, 0, KeyBasicInformation, At(0), 0, result)), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Of(cm::NtEnumerateValueKey(caller_, key, 0, KeyValueBasicInformation, At(0), 0, result)),
            STATUS_ACCESS_DENIED);
  EXPECT_EQ(SetValue(reinterpret_cast<HANDLE>(0x4440), u"v", Bytes(4)), STATUS_INVALID_HANDLE);
}

TEST_F(Services, ValuesInAndOut) {
  HANDLE key;
  EXPECT_EQ(Create(u"\\Registry\\Machine\\SYSTEM\\Values", &key), kOk);
  for (std::size_t size : {0u, 1u, 4u, 5u, 5000u, 40000u}) {
    const auto data = Bytes(size);
    EXPECT_EQ(SetValue(key, u"v", data), kOk);
    const auto length = static_cast<ULONG>(12 + size);
    EXPECT_EQ(QueryValue(key, u"V", length), kOk);
    EXPECT_EQ(result_length_, length);
    std::vector<std::byte> back(size);
    MUST(ke::CopyFromUser(caller_.memory, back.data(), buffer_ + 12, size));
    EXPECT_EQ(back, data);
    if (size != 0) {
      EXPECT_EQ(QueryValue(key, u"v", length - 1), STATUS_BUFFER_OVERFLOW);
      EXPECT_EQ(result_length_, length);
    }
    EXPECT_EQ(QueryValue(key, u"v", 11), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(result_length_, length);
    EXPECT_EQ(Get<std::byte>(buffer_), std::byte{0xEE});
    caller_.memory.next = TestSpace::kBase;
  }
  // Zeros behind the name do not count.
  EXPECT_EQ(SetValue(key, std::u16string_view(u"zero\0\0", 6), Bytes(3)), kOk);
  EXPECT_EQ(QueryValue(key, u"zero", 100), kOk);
  EXPECT_EQ(QueryValue(key, u"none", 100), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(SetValue(key, std::u16string(16384, u'n'), {}), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(SetValue(key, std::u16string(16383, u'n'), {}), kOk);
  EXPECT_EQ(Of(cm::NtSetValueKey(caller_, key, String(u"bad"), 0, 1, At(8), 20)), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(QueryValue(key, u"bad", 100), STATUS_OBJECT_NAME_NOT_FOUND);
  const auto result = Out<ULONG>();
  EXPECT_EQ(Of(cm::NtQueryValueKey(caller_, key, String(u"zero"), KeyValuePartialInformation, At(8), 100, result)),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(Of(cm::NtQueryValueKey(caller_, key, String(u"zero"), KeyValuePartialInformation, At(0xFFFF800000000000),
                                   100, result)),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(Of(cm::NtDeleteValueKey(caller_, key, String(u"ZERO"))), kOk);
  EXPECT_EQ(Of(cm::NtDeleteValueKey(caller_, key, String(u"ZERO"))), STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_F(Services, DeleteRenameFlush) {
  HANDLE key;
  HANDLE child;
  EXPECT_EQ(Create(u"\\Registry\\Machine\\SYSTEM\\D", &key), kOk);
  EXPECT_EQ(Create(u"C", &child, 0, key), kOk);
  EXPECT_EQ(Of(cm::NtDeleteKey(caller_, key)), STATUS_CANNOT_DELETE);
  EXPECT_EQ(Of(cm::NtRenameKey(caller_, child, String(u""))), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Of(cm::NtRenameKey(caller_, child, String(u"a\\b"))), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Of(cm::NtRenameKey(caller_, child, String(u"New"))), kOk);
  EXPECT_EQ(Open(u"new", &child, KEY_ALL_ACCESS, key), kOk);
  EXPECT_EQ(Of(cm::NtFlushKey(caller_, key)), STATUS_REGISTRY_IO_FAILED);
  EXPECT_EQ(Of(cm::NtDeleteKey(caller_, child)), kOk);
  EXPECT_EQ(QueryValue(child, u"v", 100), STATUS_KEY_DELETED);
  EXPECT_EQ(Of(cm::NtDeleteKey(caller_, child)), STATUS_KEY_DELETED);
  EXPECT_EQ(Of(cm::NtFlushKey(caller_, child)), STATUS_KEY_DELETED);
  EXPECT_EQ(Open(u"x", &key, KEY_READ, child), STATUS_KEY_DELETED);
  EXPECT_EQ(Open(u"\\Registry\\Machine\\HARDWARE", &key), kOk);
  EXPECT_EQ(Of(cm::NtFlushKey(caller_, key)), kOk);
}

// Each allocation of each service fails once: the status says so, no handle and no key is left behind.
TEST_F(Services, EveryAllocationMayFail) {
  HANDLE key;
  EXPECT_EQ(Create(u"\\Registry\\Machine\\SYSTEM\\Base", &key), kOk);
  const auto fails = [&](const char *what, auto call) {
    for (int n = 0;; n++) {
      const std::size_t handles = caller_.table.Count();
      const std::size_t outstanding = memory_.outstanding;
      support::FailAllocationsAfter(n);
      const NTSTATUS status = call();
      support::FailAllocationsAfter(-1);
      caller_.memory.next = TestSpace::kBase;
      if (status == kOk) {
        EXPECT_GT(n, 0) << what;
        return;
      }
      ASSERT_EQ(status, STATUS_INSUFFICIENT_RESOURCES) << what << n;
      EXPECT_EQ(caller_.table.Count(), handles) << what << n;
      EXPECT_EQ(memory_.outstanding, outstanding) << what << n;
    }
  };
  HANDLE made;
  fails("open", [&] { return Open(u"\\Registry\\Machine\\SYSTEM\\CurrentControlSet\\Control", &made); });
  fails("create", [&] {
    const NTSTATUS status = Create(u"New", &made, 0, key);
    HANDLE found;
    support::FailAllocationsAfter(-1);
    EXPECT_EQ(Open(u"New", &found, KEY_READ, key), status == kOk ? kOk : STATUS_OBJECT_NAME_NOT_FOUND);
    if (status != kOk) {
      return status;
    }
    return caller_.table.Close(found) ? kOk : STATUS_INVALID_HANDLE;
  });
  fails("rename", [&] { return Of(cm::NtRenameKey(caller_, made, String(u"Renamed"))); });
  fails("set", [&] { return SetValue(made, u"value", Bytes(100)); });
  fails("query", [&] { return QueryValue(made, u"value", 200); });
  fails("name", [&] {
    const auto name = caller_.table.Lookup(made)->object->FullName();
    return name ? kOk : name.error().Code();
  });
  fails("delete value", [&] { return Of(cm::NtDeleteValueKey(caller_, made, String(u"value"))); });

  // The hive's own memory: data that needs new bins.
  memory_.requests_left = 0;
  EXPECT_EQ(SetValue(made, u"big", Bytes(40000)), STATUS_INSUFFICIENT_RESOURCES);
  memory_.requests_left = 3;
  EXPECT_EQ(SetValue(made, u"big", Bytes(40000)), STATUS_INSUFFICIENT_RESOURCES);
  memory_.requests_left = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(QueryValue(made, u"big", 100), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(SetValue(made, u"big", Bytes(40000)), kOk);
}
