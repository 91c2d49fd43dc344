// The configuration manager's tree and its information classes, without handles.

#include "hive_test_util.hpp"

#include <cm/build.hpp>
#include <cm/hardware.hpp>
#include <cm/information.hpp>

#include <gtest/gtest.h>

#include <algorithm>

using namespace hive_test;
using cm::Node;
using cm::Registry;

namespace {

constexpr std::uint64_t kTime = 0x01D9000000000000;

std::vector<std::byte> Bytes16(std::u16string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// A boot hive with Select, two control sets and one value.
std::vector<std::byte> SystemHive(TestAllocator &memory, std::uint32_t current = 1) {
  auto hive = *hive::Hive::Create(memory, u"whatever the file says", {.security = kSecurity});
  const auto select = *hive.CreateChild(hive.Root(), u"Select", {});
  MUST(hive.SetValue(select, u"Current", 4, std::as_bytes(std::span(&current, 1)), 1));
  const auto set = *hive.CreateChild(hive.Root(), u"ControlSet001", {.class_name = u"cls", .time = 77});
  const auto control = *hive.CreateChild(set, u"Control", {});
  MUST(hive.SetValue(control, u"Name", 1, Bytes16(u"value\0"), 1));
  MUST(hive.CreateChild(hive.Root(), u"ControlSet002", {}));
  return File(hive);
}

class BufferOutput final : public cm::Output {
 public:
  Result<void> Put(std::size_t offset, std::span<const std::byte> bytes) override {
    EXPECT_LE(offset + bytes.size(), limit);
    if (buffer.size() < offset + bytes.size()) {
      buffer.resize(offset + bytes.size(), std::byte{0xEE});
    }
    std::ranges::copy(bytes, buffer.begin() + static_cast<std::ptrdiff_t>(offset));
    return {};
  }
  template <typename T>
  T Head() {
    T head{};
    std::memcpy(&head, buffer.data(), std::min(sizeof head, buffer.size()));
    return head;
  }
  std::u16string Text(std::size_t offset, std::size_t bytes) {
    std::u16string text(bytes / 2, u'?');
    std::memcpy(text.data(), buffer.data() + offset, bytes);
    return text;
  }

  std::vector<std::byte> buffer;
  std::size_t limit = SIZE_MAX;
};

class RegistryTest : public testing::Test {
 protected:
  RegistryTest() : registry_(*cm::BuildRegistry(memory_, SystemHive(memory_), kTime)) {}

  Ref<Node> Open(std::u16string_view path) { return *registry_->Open(path); }
  NTSTATUS OpenStatus(std::u16string_view path) {
    const auto node = registry_->Open(path);
    return node ? STATUS_SUCCESS : node.error().Code();
  }
  std::u16string Path(const Node &node) {
    const auto path = *registry_->PathOf(node);
    return {path.Items().begin(), path.Items().end()};
  }
  Ref<Node> Make(std::u16string_view parent, std::u16string_view name, bool is_volatile = false) {
    return *registry_->CreateKey(Open(parent), name, {.is_volatile = is_volatile, .time = kTime});
  }
  static NTSTATUS StatusOf(const auto &result) { return result ? STATUS_SUCCESS : result.error().Code(); }

  // The query at every buffer length up to what it needs: TOO_SMALL, then OVERFLOW, then success, and never a byte
  // beyond the length.
  template <typename F>
  BufferOutput AtEveryLength(std::size_t fixed, F query) {
    BufferOutput whole;
    const cm::Formatted full = *query(whole, 0x10000u);
    EXPECT_EQ(full.status, STATUS_SUCCESS);
    for (ULONG length = 0; length <= full.required; length++) {
      BufferOutput out;
      out.limit = length;
      const cm::Formatted result = *query(out, length);
      EXPECT_EQ(result.required, full.required);
      EXPECT_EQ(result.status, length < fixed           ? STATUS_BUFFER_TOO_SMALL
                               : length < full.required ? STATUS_BUFFER_OVERFLOW
                                                        : STATUS_SUCCESS)
          << length;
      if (length < fixed) {
        EXPECT_TRUE(out.buffer.empty());
      } else {
        EXPECT_TRUE(std::ranges::equal(out.buffer, std::span(whole.buffer).first(out.buffer.size())));
      }
    }
    return whole;
  }

  TestAllocator memory_;
  std::unique_ptr<Registry> registry_;
};

}  // namespace

TEST_F(RegistryTest, PathsLeadThroughHives) {
  EXPECT_EQ(Path(*registry_->Root()), u"\\REGISTRY");
  EXPECT_EQ(Path(*Open(u"machine\\system")), u"\\REGISTRY\\MACHINE\\SYSTEM");
  EXPECT_EQ(Path(*Open(u"MACHINE\\HARDWARE")), u"\\REGISTRY\\MACHINE\\HARDWARE");
  EXPECT_EQ(Path(*Open(u"USER\\")), u"\\REGISTRY\\USER");
  EXPECT_EQ(Path(*Open(u"\\MACHINE\\\\SYSTEM\\controlset001\\CONTROL")),
            u"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control");
  EXPECT_EQ(Open(u"MACHINE\\SYSTEM").Get(), Open(u"machine\\SYSTEM\\").Get());
  EXPECT_EQ(OpenStatus(u"MACHINE\\NOTHING"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(OpenStatus(u"MACHINE\\NOTHING\\X"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(OpenStatus(u"MACHINE\\" + std::u16string(256, u'x')), STATUS_INVALID_PARAMETER);
}

TEST_F(RegistryTest, CurrentControlSetIsALink) {
  EXPECT_EQ(Path(*Open(u"MACHINE\\SYSTEM\\CurrentControlSet\\Control")),
            u"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control");
  EXPECT_EQ(Path(*Open(u"MACHINE\\SYSTEM\\currentcontrolset")), u"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001");
  const auto link = registry_->Parse(registry_->Root(), u"MACHINE\\SYSTEM\\CurrentControlSet", true);
  ASSERT_TRUE(link);
  EXPECT_EQ(Path(*link->node), u"\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet");
  EXPECT_EQ(StatusOf(registry_->CreateKey(link->node, u"x", {.is_volatile = true})), STATUS_ACCESS_DENIED);
  EXPECT_EQ(StatusOf(registry_->SetValue(*link->node, u"x", 1, {}, 1)), STATUS_ACCESS_DENIED);
  const auto other = Bytes16(u"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet002");
  EXPECT_TRUE(registry_->SetValue(*link->node, u"symboliclinkvalue", 6, other, 1));
  EXPECT_EQ(Path(*Open(u"MACHINE\\SYSTEM\\CurrentControlSet")), u"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet002");
  // A link to itself, to nothing and without a target.
  const auto itself = Bytes16(u"\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet");
  EXPECT_TRUE(registry_->SetValue(*link->node, u"SymbolicLinkValue", 6, itself, 1));
  EXPECT_EQ(OpenStatus(u"MACHINE\\SYSTEM\\CurrentControlSet"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_TRUE(registry_->SetValue(*link->node, u"SymbolicLinkValue", 6, Bytes16(u"\\Device\\X"), 1));
  EXPECT_EQ(OpenStatus(u"MACHINE\\SYSTEM\\CurrentControlSet"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_TRUE(registry_->DeleteValue(*link->node, u"SymbolicLinkValue", 1));
  EXPECT_EQ(OpenStatus(u"MACHINE\\SYSTEM\\CurrentControlSet\\Control"), STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_F(RegistryTest, ABootHiveWithoutItsControlSetIsRefused) {
  const auto hive = SystemHive(memory_, 3);
  EXPECT_EQ(StatusOf(cm::BuildRegistry(memory_, hive, 1)), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(StatusOf(cm::BuildRegistry(memory_, std::span(hive).first(5000), 1)), STATUS_REGISTRY_CORRUPT);
}

TEST_F(RegistryTest, ParseNamesTheMissingLeaf) {
  const auto parsed = registry_->Parse(registry_->Root(), u"MACHINE\\SYSTEM\\New\\", false);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->leaf, u"New");
  EXPECT_EQ(Path(*parsed->node), u"\\REGISTRY\\MACHINE\\SYSTEM");
}

TEST_F(RegistryTest, DeletedKeysAnswerSo) {
  const auto key = Make(u"MACHINE\\SYSTEM", u"Gone");
  const auto child = Make(u"MACHINE\\SYSTEM\\Gone", u"Child");
  EXPECT_EQ(StatusOf(registry_->DeleteKey(*key, 1)), STATUS_CANNOT_DELETE);
  EXPECT_TRUE(registry_->DeleteKey(*child, 1));
  EXPECT_TRUE(registry_->DeleteKey(*key, 1));
  EXPECT_EQ(StatusOf(registry_->DeleteKey(*key, 1)), STATUS_KEY_DELETED);
  EXPECT_EQ(StatusOf(registry_->SetValue(*key, u"v", 1, {}, 1)), STATUS_KEY_DELETED);
  EXPECT_EQ(StatusOf(registry_->DeleteValue(*key, u"v", 1)), STATUS_KEY_DELETED);
  EXPECT_EQ(StatusOf(registry_->RenameKey(*key, u"v", 1)), STATUS_KEY_DELETED);
  EXPECT_EQ(StatusOf(registry_->CreateKey(key, u"v", {})), STATUS_KEY_DELETED);
  EXPECT_EQ(StatusOf(registry_->Parse(key, u"v", false)), STATUS_KEY_DELETED);
  BufferOutput out;
  EXPECT_EQ(StatusOf(QueryKey(*registry_, *key, KeyBasicInformation, out, 100)), STATUS_KEY_DELETED);
  EXPECT_EQ(StatusOf(EnumerateKey(*registry_, key, 0, KeyBasicInformation, out, 100)), STATUS_KEY_DELETED);
  EXPECT_EQ(StatusOf(QueryValue(*key, u"v", KeyValueBasicInformation, out, 100)), STATUS_KEY_DELETED);
  EXPECT_EQ(StatusOf(EnumerateValue(*key, 0, KeyValueBasicInformation, out, 100)), STATUS_KEY_DELETED);
  // The name is free again, and a new key there is another one.
  EXPECT_NE(Make(u"MACHINE\\SYSTEM", u"Gone").Get(), key.Get());
  for (std::u16string_view path : {u"", u"MACHINE", u"USER", u"MACHINE\\SYSTEM", u"MACHINE\\HARDWARE"}) {
    EXPECT_EQ(StatusOf(registry_->DeleteKey(*Open(path), 1)), STATUS_CANNOT_DELETE);
    EXPECT_EQ(StatusOf(registry_->RenameKey(*Open(path), u"x", 1)), STATUS_CANNOT_DELETE);
  }
}

TEST_F(RegistryTest, VolatileParentsHaveVolatileChildren) {
  EXPECT_EQ(StatusOf(registry_->CreateKey(Open(u"MACHINE\\HARDWARE"), u"x", {})), STATUS_CHILD_MUST_BE_VOLATILE);
  for (std::u16string_view path : {u"", u"MACHINE", u"USER"}) {
    EXPECT_EQ(StatusOf(registry_->CreateKey(Open(path), u"x", {.is_volatile = true})), STATUS_INVALID_PARAMETER);
  }
  Make(u"MACHINE\\HARDWARE", u"DESCRIPTION", true);
  Make(u"MACHINE\\SYSTEM", u"fleeting", true);
  EXPECT_FALSE(Open(u"MACHINE\\SYSTEM")->Mounted().dirty);
  Make(u"MACHINE\\SYSTEM", u"lasting");
  EXPECT_TRUE(Open(u"MACHINE\\SYSTEM")->Mounted().dirty);
}

TEST_F(RegistryTest, RenameKeepsNodes) {
  const auto key = Make(u"MACHINE\\SYSTEM", u"Old");
  const auto child = Make(u"MACHINE\\SYSTEM\\Old", u"Child");
  Make(u"MACHINE\\SYSTEM", u"Taken");
  EXPECT_EQ(StatusOf(registry_->RenameKey(*key, u"taken", 1)), STATUS_CANNOT_DELETE);
  EXPECT_TRUE(registry_->RenameKey(*key, u"A new and longer name", 1));
  EXPECT_EQ(Path(*child), u"\\REGISTRY\\MACHINE\\SYSTEM\\A new and longer name\\Child");
  EXPECT_EQ(Open(u"MACHINE\\SYSTEM\\a NEW and longer name").Get(), key.Get());
}

TEST_F(RegistryTest, HardwareDescription) {
  EXPECT_NE(cm::ReadProcessor().vendor[0], '\0');
  EXPECT_NE(cm::ReadProcessor().family, 0u);
  cm::Processor processor{};
  std::memcpy(processor.name.data(), " QEMU  CPU ", 11);
  processor.family = 6;
  processor.model = 26;
  processor.stepping = 3;
  processor.megahertz = 2400;
  std::memcpy(processor.vendor.data(), "GenuineIntel", 12);
  ASSERT_TRUE(cm::DescribeHardware(*registry_, processor, kTime));
  const auto key = Open(u"MACHINE\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0");
  const auto value = [&](std::u16string_view name) {
    BufferOutput out;
    MUST(QueryValue(*key, name, KeyValuePartialInformation, out, 1000));
    return out.Text(12, out.buffer.size() - 12);
  };
  using namespace std::string_literals;
  EXPECT_EQ(value(u"Identifier"), u"Intel64 Family 6 Model 26 Stepping 3\0"s);
  EXPECT_EQ(value(u"ProcessorNameString"), u"QEMU  CPU\0"s);
  EXPECT_EQ(value(u"VendorIdentifier"), u"GenuineIntel\0"s);
  EXPECT_EQ(value(u"~MHz"), u"\x0960\0"s);
}

TEST_F(RegistryTest, KeyInformation) {
  const auto set = Open(u"MACHINE\\SYSTEM\\ControlSet001");
  const auto query = [&](KEY_INFORMATION_CLASS information) {
    return [=, this](BufferOutput &out, ULONG length) { return QueryKey(*registry_, *set, information, out, length); };
  };
  auto out = AtEveryLength(16, query(KeyBasicInformation));
  EXPECT_EQ(out.buffer.size(), 16u + 26);
  EXPECT_EQ(out.Head<KEY_BASIC_INFORMATION>().LastWriteTime.QuadPart, 0);  // its sub-key was made at 0
  EXPECT_EQ(out.Head<KEY_BASIC_INFORMATION>().NameLength, 26u);
  EXPECT_EQ(out.Text(16, 26), u"ControlSet001");

  out = AtEveryLength(24, query(KeyNodeInformation));
  const auto node = out.Head<KEY_NODE_INFORMATION>();
  EXPECT_EQ(node.ClassOffset, 52u);  // 24 + 26, aligned to 4
  EXPECT_EQ(node.ClassLength, 6u);
  EXPECT_EQ(out.Text(52, 6), u"cls");
  EXPECT_EQ(out.buffer.size(), 58u);

  out = AtEveryLength(44, query(KeyFullInformation));
  const auto full = out.Head<KEY_FULL_INFORMATION>();
  EXPECT_EQ(full.ClassOffset, 44u);
  EXPECT_EQ(full.SubKeys, 1u);
  EXPECT_EQ(full.MaxNameLen, 14u);
  EXPECT_EQ(full.Values, 0u);
  EXPECT_EQ(out.Text(44, 6), u"cls");

  out = AtEveryLength(4, query(KeyNameInformation));
  EXPECT_EQ(out.Text(4, out.Head<KEY_NAME_INFORMATION>().NameLength), u"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001");

  out = AtEveryLength(sizeof(KEY_CACHED_INFORMATION), query(KeyCachedInformation));
  EXPECT_EQ(out.Head<KEY_CACHED_INFORMATION>().NameLength, 26u);
  AtEveryLength(12, query(KeyFlagsInformation));
  AtEveryLength(4, query(KeyVirtualizationInformation));
  BufferOutput none;
  EXPECT_EQ(StatusOf(QueryKey(*registry_, *set, MaxKeyInfoClass, none, 100)), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(StatusOf(QueryKey(*registry_, *set, static_cast<KEY_INFORMATION_CLASS>(-1), none, 100)),
            STATUS_INVALID_PARAMETER);

  // Without a class there is no offset.
  const auto control = Open(u"MACHINE\\SYSTEM\\ControlSet001\\Control");
  MUST(QueryKey(*registry_, *control, KeyFullInformation, none, 100));
  EXPECT_EQ(none.Head<KEY_FULL_INFORMATION>().ClassOffset, 0xFFFFFFFFu);
  EXPECT_EQ(none.Head<KEY_FULL_INFORMATION>().MaxValueNameLen, 8u);
  EXPECT_EQ(none.Head<KEY_FULL_INFORMATION>().MaxValueDataLen, 10u);
}

TEST_F(RegistryTest, Enumeration) {
  const auto machine = Open(u"MACHINE");
  BufferOutput out;
  EXPECT_EQ(EnumerateKey(*registry_, machine, 0, KeyBasicInformation, out, 100)->required, 32u);
  EXPECT_EQ(out.Text(16, 16), u"HARDWARE");
  // The name is that of the mount point, the rest the hive's own.
  EXPECT_TRUE(EnumerateKey(*registry_, machine, 1, KeyBasicInformation, out, 100));
  EXPECT_EQ(out.Text(16, 12), u"SYSTEM");
  EXPECT_TRUE(EnumerateKey(*registry_, machine, 1, KeyFullInformation, out, 100));
  EXPECT_EQ(out.Head<KEY_FULL_INFORMATION>().SubKeys, 4u);
  EXPECT_EQ(StatusOf(EnumerateKey(*registry_, machine, 2, KeyBasicInformation, out, 100)), STATUS_NO_MORE_ENTRIES);
  EXPECT_EQ(StatusOf(EnumerateKey(*registry_, machine, 0xFFFFFFFF, KeyBasicInformation, out, 100)),
            STATUS_NO_MORE_ENTRIES);
  EXPECT_EQ(StatusOf(EnumerateKey(*registry_, machine, 0, KeyNameInformation, out, 100)), STATUS_INVALID_PARAMETER);
}

TEST_F(RegistryTest, ValueInformation) {
  const auto key = Make(u"MACHINE\\SYSTEM", u"Values");
  const auto data = Bytes(40000);
  EXPECT_TRUE(registry_->SetValue(*key, u"Odd", 3, data, kTime));
  EXPECT_TRUE(registry_->SetValue(*key, u"", 1, {}, kTime));
  const auto query = [&](KEY_VALUE_INFORMATION_CLASS information) {
    return [=](BufferOutput &out, ULONG length) { return QueryValue(*key, u"ODD", information, out, length); };
  };
  auto out = AtEveryLength(12, query(KeyValueBasicInformation));
  EXPECT_EQ(out.Head<KEY_VALUE_BASIC_INFORMATION>().Type, 3u);
  EXPECT_EQ(out.Text(12, 6), u"Odd");
  EXPECT_EQ(out.buffer.size(), 18u);

  const auto whole = [&](KEY_VALUE_INFORMATION_CLASS information, std::size_t data_at) {
    BufferOutput to;
    const auto result = query(information)(to, 100000);
    EXPECT_EQ(result->status, STATUS_SUCCESS);
    EXPECT_EQ(result->required, data_at + data.size());
    EXPECT_TRUE(std::ranges::equal(std::span(to.buffer).subspan(data_at), data));
    for (ULONG length : {0u, 7u, 8u, 11u, 12u, 19u, 20u, 25u, 27u, 28u, 16371u, 16372u, 16373u, 40027u}) {
      BufferOutput part;
      part.limit = length;
      EXPECT_TRUE(query(information)(part, length));
    }
    return to;
  };
  EXPECT_EQ(whole(KeyValueFullInformation, 28).Head<KEY_VALUE_FULL_INFORMATION>().DataOffset, 28u);
  EXPECT_EQ(whole(KeyValueFullInformationAlign64, 32).Head<KEY_VALUE_FULL_INFORMATION>().DataOffset, 32u);
  EXPECT_EQ(whole(KeyValuePartialInformation, 12).Head<KEY_VALUE_PARTIAL_INFORMATION>().DataLength, 40000u);
  EXPECT_EQ(whole(KeyValuePartialInformationAlign64, 8).Head<KEY_VALUE_PARTIAL_INFORMATION_ALIGN64>().Type, 3u);

  BufferOutput empty;
  EXPECT_EQ(EnumerateValue(*key, 1, KeyValueFullInformation, empty, 100)->required, 20u);
  EXPECT_EQ(empty.Head<KEY_VALUE_FULL_INFORMATION>().DataOffset, 0xFFFFFFFFu);
  EXPECT_EQ(StatusOf(EnumerateValue(*key, 2, KeyValueFullInformation, empty, 100)), STATUS_NO_MORE_ENTRIES);
  EXPECT_EQ(StatusOf(QueryValue(*key, u"none", KeyValueFullInformation, empty, 100)), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(StatusOf(query(KeyValueLayerInformation)(empty, 100)), STATUS_INVALID_PARAMETER);
}

TEST_F(RegistryTest, AllocationFailureLeavesNothingBehind) {
  const auto hive = SystemHive(memory_);
  registry_ = nullptr;
  ASSERT_EQ(memory_.outstanding, 0u);
  for (std::size_t n = 0;; n++) {
    memory_.requests_left = n;
    {
      const auto registry = cm::BuildRegistry(memory_, hive, 1);
      if (registry) {
        EXPECT_GT(n, 5u);
        break;
      }
      EXPECT_EQ(registry.error().Code(), STATUS_INSUFFICIENT_RESOURCES);
    }
    ASSERT_EQ(memory_.outstanding, 0u);
  }
}
