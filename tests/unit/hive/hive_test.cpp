// Editing, reading back and writing hives.

#include "hive_test_util.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

using namespace hive;
using namespace hive_test;

namespace {

Hive NewHive(TestAllocator &memory, bool is_volatile = false) {
  return *Hive::Create(memory, u"ROOT", {.is_volatile = is_volatile, .time = 5, .security = kSecurity});
}

NTSTATUS StatusOf(const auto &result) { return result ? STATUS_SUCCESS : result.error().Code(); }

}  // namespace

TEST(Hive, CreatesFindsAndDeletesKeys) {
  TestAllocator memory;
  {
    Hive hive = NewHive(memory);
    const Key soft = *hive.CreateChild(hive.Root(), u"Software", {.class_name = u"Klass", .time = 9});
    const Key abc = *hive.CreateChild(soft, u"abc", {.time = 10});
    EXPECT_EQ(*hive.FindChild(hive.Root(), u"SOFTWARE"), soft);
    EXPECT_EQ(StatusOf(hive.CreateChild(soft, u"ABC", {})), STATUS_OBJECT_NAME_COLLISION);
    EXPECT_EQ(StatusOf(hive.FindChild(soft, u"abcd")), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(StatusOf(hive.Delete(soft, 11)), STATUS_CANNOT_DELETE);
    EXPECT_EQ(StatusOf(hive.Delete(hive.Root(), 11)), STATUS_CANNOT_DELETE);

    const KeyInfo info = hive.Describe(soft);
    EXPECT_EQ(ToString(info.name), u"Software");
    EXPECT_EQ(info.class_name.size(), 10u);
    EXPECT_EQ(info.sub_keys, 1u);
    EXPECT_EQ(info.max_name, 6u);
    EXPECT_EQ(info.last_write, 10u);
    EXPECT_EQ(hive.Describe(hive.Root()).max_class, 10u);
    EXPECT_TRUE(std::ranges::equal(hive.Security(abc), kSecurity));

    EXPECT_TRUE(hive.Delete(abc, 12));
    EXPECT_EQ(hive.Describe(soft).sub_keys, 0u);
    EXPECT_EQ(hive.Describe(soft).last_write, 12u);
    EXPECT_TRUE(hive.Delete(soft, 13));
    EXPECT_EQ(StatusOf(hive.ChildAt(hive.Root(), 0)), STATUS_NO_MORE_ENTRIES);
  }
  EXPECT_EQ(memory.outstanding, 0u);
}

TEST(Hive, VolatileKeysStayOutOfTheFile) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  const Key kept = *hive.CreateChild(hive.Root(), u"kept", {});
  const Key lost = *hive.CreateChild(kept, u"lost", {.is_volatile = true});
  EXPECT_TRUE(hive.IsVolatile(lost));
  EXPECT_EQ(StatusOf(hive.CreateChild(lost, u"child", {})), STATUS_CHILD_MUST_BE_VOLATILE);
  EXPECT_TRUE(hive.CreateChild(lost, u"child", {.is_volatile = true}));
  EXPECT_TRUE(hive.SetValue(lost, u"v", 1, Bytes(100), 1));
  EXPECT_TRUE(hive.CreateChild(kept, u"aaa", {}));
  // Stable keys come first in the order of enumeration.
  EXPECT_EQ(ToString(hive.Describe(*hive.ChildAt(kept, 0)).name), u"aaa");
  EXPECT_EQ(*hive.ChildAt(kept, 1), lost);

  const auto file = File(hive);
  Hive again = *Hive::Load(memory, file);
  const Key key = *again.FindChild(again.Root(), u"kept");
  EXPECT_EQ(again.Describe(key).sub_keys, 1u);
  EXPECT_EQ(StatusOf(again.FindChild(key, u"lost")), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(again.Describe(again.Root()).flags & REGF_KEY_HIVE_ENTRY, REGF_KEY_HIVE_ENTRY);
}

TEST(Hive, ValuesOfEverySize) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  const std::size_t sizes[] = {0, 1, 4, 5, 4096, 16343, 16344, 16345, 32688, 32689, 300000};
  unsigned number = 0;
  for (std::size_t size : sizes) {
    EXPECT_TRUE(hive.SetValue(hive.Root(), Number("v", number), 3, Bytes(size, number + 1), 2));
    number++;
  }
  EXPECT_TRUE(hive.SetValue(hive.Root(), u"", 1, Bytes(6), 2));
  const auto check = [&](Hive &in) {
    for (unsigned i = 0; i < std::size(sizes); i++) {
      const Value value = *in.FindValue(in.Root(), Number("V", i));
      EXPECT_EQ(Data(in, value), Bytes(sizes[i], i + 1)) << sizes[i];
      EXPECT_EQ(*in.ValueAt(in.Root(), i), value);
    }
    EXPECT_EQ(in.Describe(in.Root()).max_value_data, 300000u);
    EXPECT_EQ(in.Describe(in.Root()).max_value_name, 6u);
    EXPECT_EQ(in.Describe(in.Root()).values, std::size(sizes) + 1);
    EXPECT_EQ(in.Describe(*in.FindValue(in.Root(), u"")).type, 1u);
  };
  check(hive);
  const auto file = File(hive);
  Hive again = *Hive::Load(memory, file);
  check(again);

  // Replacing changes size class both ways; nothing is left when all is deleted.
  for (unsigned i = 0; i < std::size(sizes); i++) {
    EXPECT_TRUE(again.SetValue(again.Root(), Number("v", i), 4, Bytes(sizes[std::size(sizes) - 1 - i], 77), 3));
  }
  for (unsigned i = 0; i < std::size(sizes); i++) {
    const Value value = *again.FindValue(again.Root(), Number("v", i));
    EXPECT_EQ(Data(again, value), Bytes(sizes[std::size(sizes) - 1 - i], 77));
    EXPECT_TRUE(again.DeleteValue(again.Root(), Number("v", i), 4));
  }
  EXPECT_TRUE(again.DeleteValue(again.Root(), u"", 4));
  EXPECT_EQ(StatusOf(again.DeleteValue(again.Root(), u"", 4)), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(again.Describe(again.Root()).max_value_data, 0u);
}

TEST(Hive, ThousandsOfChildrenInAnyOrder) {
  TestAllocator memory;
  for (unsigned step : {1u, 7u, 4999u}) {
    Hive hive = NewHive(memory);
    const unsigned count = 5000;
    for (unsigned i = 0; i < count; i++) {
      ASSERT_TRUE(hive.CreateChild(hive.Root(), Number("key", i * step % count), {}));
    }
    const auto file = File(hive);
    Hive again = *Hive::Load(memory, file);
    std::u16string previous;
    for (unsigned i = 0; i < count; i++) {
      const auto name = ToString(again.Describe(*again.ChildAt(again.Root(), i)).name);
      EXPECT_LT(previous, name);
      previous = name;
    }
    for (unsigned i = 0; i < count; i++) {
      const auto key = again.FindChild(again.Root(), Number("KEY", i));
      ASSERT_TRUE(key);
      ASSERT_TRUE(again.Delete(*key, 1));
    }
    EXPECT_EQ(again.Describe(again.Root()).sub_keys, 0u);
    EXPECT_EQ(again.Describe(again.Root()).max_name, 0u);
  }
  EXPECT_EQ(memory.outstanding, 0u);
}

TEST(Hive, Renames) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  Key key = *hive.CreateChild(hive.Root(), u"middle", {.class_name = u"c"});
  EXPECT_TRUE(hive.CreateChild(hive.Root(), u"other", {}));
  EXPECT_TRUE(hive.CreateChild(key, u"child", {}));
  EXPECT_TRUE(hive.CreateChild(key, u"fleeting", {.is_volatile = true}));
  EXPECT_TRUE(hive.SetValue(key, u"v", 1, Bytes(9), 1));
  EXPECT_EQ(StatusOf(hive.Rename(key, u"OTHER", 1)), STATUS_OBJECT_NAME_COLLISION);
  key = *hive.Rename(key, u"MIDDLE", 1);
  EXPECT_EQ(ToString(hive.Describe(*hive.FindChild(hive.Root(), u"middle")).name), u"MIDDLE");
  key = *hive.Rename(key, u"\u4E2D a much longer name than before", 2);
  EXPECT_EQ(hive.Parent(*hive.FindChild(key, u"child")), key);
  EXPECT_EQ(hive.Parent(*hive.FindChild(key, u"fleeting")), key);
  EXPECT_EQ(StatusOf(hive.Rename(hive.Root(), u"x", 1)), STATUS_CANNOT_DELETE);
  const auto file = File(hive);
  Hive again = *Hive::Load(memory, file);
  const Key found = *again.FindChild(again.Root(), u"\u4E2D A MUCH LONGER NAME THAN BEFORE");
  EXPECT_EQ(Data(again, *again.FindValue(found, u"V")), Bytes(9));
  EXPECT_EQ(again.Describe(found).class_name.size(), 2u);
}

TEST(Hive, SecurityIsSharedAndCounted) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  const auto other = Bytes(60, 3);
  const Key a = *hive.CreateChild(hive.Root(), u"a", {});
  const Key b = *hive.CreateChild(hive.Root(), u"b", {.security = other});
  const Key c = *hive.CreateChild(b, u"c", {.is_volatile = true});
  EXPECT_EQ(hive.Security(a).data(), hive.Security(hive.Root()).data());
  EXPECT_TRUE(std::ranges::equal(hive.Security(c), other));
  EXPECT_TRUE(hive.SetSecurity(a, other));
  EXPECT_EQ(hive.Security(a).data(), hive.Security(b).data());
  EXPECT_TRUE(hive.SetSecurity(hive.Root(), Bytes(20, 4)));
  EXPECT_TRUE(hive.Delete(c, 1));
  EXPECT_TRUE(hive.Delete(b, 1));
  EXPECT_TRUE(std::ranges::equal(hive.Security(a), other));
  const auto file = File(hive);
  Hive again = *Hive::Load(memory, file);
  EXPECT_TRUE(std::ranges::equal(again.Security(*again.FindChild(again.Root(), u"a")), other));
  EXPECT_TRUE(std::ranges::equal(again.Security(again.Root()), Bytes(20, 4)));
}

TEST(Hive, TheDepthOfAPathIsLimited) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  Key key = hive.Root();
  for (std::size_t depth = 1; depth < kMaxDepth; depth++) {
    key = *hive.CreateChild(key, u"d", {});
  }
  EXPECT_EQ(StatusOf(hive.CreateChild(key, u"d", {})), STATUS_NAME_TOO_LONG);
  const auto file = File(hive);
  EXPECT_TRUE(Hive::Load(memory, file));
}

// Every change fails cleanly at its n-th allocation, and the hive stays whole.
TEST(Hive, AllocationFailure) {
  TestAllocator memory;
  for (std::size_t n = 0;; n++) {
    bool failed = false;
    {
      memory.requests_left = n;
      auto hive = Hive::Create(memory, u"ROOT", {.security = kSecurity});
      const auto step = [&](auto &&result) {
        if (!result) {
          EXPECT_EQ(result.error().Code(), STATUS_INSUFFICIENT_RESOURCES);
          failed = true;
        }
      };
      step(hive);
      for (unsigned i = 0; !failed && i < 1200; i++) {
        step(hive->CreateChild(hive->Root(), Number("k", i * 7 % 1200), {.security = Bytes(300, i)}));
        if (!failed && i % 100 == 0) {
          step(hive->SetValue(hive->Root(), Number("v", i), 3, Bytes(i * 40), 1));
        }
      }
      for (unsigned i = 0; !failed && i < 20; i++) {
        step(hive->SetValue(hive->Root(), u"v100", 3, Bytes(i * 3000), 1));
        step(hive->Rename(*hive->ChildAt(hive->Root(), i), Number("renamed to something long", i), 1));
      }
      memory.requests_left = std::numeric_limits<std::size_t>::max();
      if (hive) {
        const auto file = File(*hive);
        ASSERT_TRUE(Hive::Load(memory, file)) << n;
        memory.requests_left = n % 8;
        const auto again = Hive::Load(memory, file);
        EXPECT_TRUE(again || again.error().Code() == STATUS_INSUFFICIENT_RESOURCES);
        memory.requests_left = std::numeric_limits<std::size_t>::max();
      }
    }
    ASSERT_EQ(memory.outstanding, 0u) << n;
    if (!failed) {
      EXPECT_GT(n, 50u);
      return;
    }
  }
}

// A long random run against std::map; the file is loaded again now and then.
TEST(Hive, RandomEditsAgreeWithAModel) {
  TestAllocator memory;
  std::map<std::u16string, std::map<std::u16string, std::vector<std::byte>>> model;
  Hive hive = NewHive(memory);
  unsigned seed = 42;
  const auto random = [&](unsigned limit) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
  };
  for (unsigned round = 0; round < 20000; round++) {
    const auto name = Number("K", random(700));
    const auto key = hive.FindChild(hive.Root(), name);
    ASSERT_EQ(key.has_value(), model.contains(name));
    const auto value_name = Number("V", random(9));
    switch (random(6)) {
      case 0:
      case 1:
        EXPECT_EQ(hive.CreateChild(hive.Root(), name, {}).has_value(), !model.contains(name));
        model[name];
        break;
      case 2:
        if (key) {
          EXPECT_TRUE(hive.Delete(*key, 1));
          model.erase(name);
        }
        break;
      case 3:
      case 4:
        if (key) {
          const auto data = Bytes(random(2) != 0 ? random(40) : random(400) == 0 ? 40000 : random(3000), round);
          EXPECT_TRUE(hive.SetValue(*key, value_name, 3, data, 1));
          model[name][value_name] = data;
        }
        break;
      default:
        if (key) {
          EXPECT_EQ(hive.DeleteValue(*key, value_name, 1).has_value(), model[name].erase(value_name) == 1);
        }
    }
    if (round % 2500 == 2499) {
      const auto file = File(hive);
      auto again = Hive::Load(memory, file);
      ASSERT_TRUE(again);
      hive = std::move(*again);
    }
  }
  ASSERT_EQ(hive.Describe(hive.Root()).sub_keys, model.size());
  for (const auto &[name, values] : model) {
    const Key key = *hive.FindChild(hive.Root(), name);
    ASSERT_EQ(hive.Describe(key).values, values.size());
    for (const auto &[value_name, data] : values) {
      EXPECT_EQ(Data(hive, *hive.FindValue(key, value_name)), data);
    }
  }
  // Freed cells are used again: the file stays near the size of its content.
  EXPECT_LT(hive.FileSize(), 4u << 20);
}
