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
  std::uint32_t words[2];  // volatile sub-keys of `kept`, as other readers would find them: none
  std::memcpy(&words[0], file.data() + 4096 + static_cast<std::uint32_t>(kept) + 4 + 0x18, 4);
  std::memcpy(&words[1], file.data() + 4096 + static_cast<std::uint32_t>(kept) + 4 + 0x20, 4);
  EXPECT_EQ(words[0], 0u);
  EXPECT_EQ(words[1], REGF_NIL);
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
  EXPECT_EQ(AllocatedCells(File(again)), 2u);
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
    EXPECT_EQ(AllocatedCells(File(again)), 2u);
  }
  EXPECT_EQ(memory.outstanding, 0u);
}

// Lists that other writers make: li, lf, and data above 16,344 bytes in one cell (version 1.3). Ours replace them.
TEST(Hive, ListsOfOtherWriters) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  for (const char16_t *name : {u"a", u"c", u"e"}) {
    MUST(hive.CreateChild(hive.Root(), name, {}));
  }
  const auto file = File(hive);
  std::uint32_t root;
  std::memcpy(&root, file.data() + 0x24, 4);
  std::uint32_t list;
  std::memcpy(&list, file.data() + 4096 + root + 4 + 0x1C, 4);
  for (const auto kind : {std::uint16_t{REGF_FAST_LEAF}, std::uint16_t{REGF_INDEX_LEAF}}) {
    auto changed = file;
    std::byte *at = changed.data() + 4096 + list + 4;
    std::memcpy(at, &kind, 2);
    if (kind == REGF_INDEX_LEAF) {
      std::memmove(at + 8, at + 12, 4);
      std::memmove(at + 12, at + 20, 4);
    }
    for (const char16_t *first : {u"insert", u"remove", u"rename"}) {
      auto loaded = Hive::Load(memory, changed);
      ASSERT_TRUE(loaded);
      const Key c = *loaded->FindChild(loaded->Root(), u"C");
      if (first[0] == u'i') {
        EXPECT_TRUE(loaded->CreateChild(loaded->Root(), u"d", {}));
      } else if (first[2] == u'm') {
        EXPECT_TRUE(loaded->Delete(c, 1));
      } else {
        EXPECT_TRUE(loaded->Rename(c, u"C", 1));
      }
      std::u16string names;
      for (std::uint32_t i = 0; i < loaded->Describe(loaded->Root()).sub_keys; i++) {
        names += ToString(loaded->Describe(*loaded->ChildAt(loaded->Root(), i)).name);
      }
      EXPECT_EQ(names, first[0] == u'i' ? u"acde" : first[2] == u'm' ? u"ae" : u"aCe");
      const auto again = File(*loaded);
      EXPECT_TRUE(Hive::Load(memory, again));
    }
  }
}

TEST(Hive, LargeDataInOneCell) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  const auto data = Bytes(30000);
  MUST(hive.SetValue(hive.Root(), u"v", 3, std::span(data).first(16000), 1));
  auto file = File(hive);
  // A bin of its own for the data.
  std::uint32_t root;
  std::memcpy(&root, file.data() + 0x24, 4);
  const auto word = [&](std::size_t offset) {
    std::uint32_t value;
    std::memcpy(&value, file.data() + offset, 4);
    return value;
  };
  const std::size_t value = 4096 + word(4096 + word(4096 + root + 4 + 0x28) + 4) + 4;
  const auto bin = static_cast<std::uint32_t>(file.size() - 4096);
  constexpr std::uint32_t kBin = 32768;
  file.resize(file.size() + kBin);
  const auto put = [&](std::size_t offset, std::uint32_t number) { std::memcpy(file.data() + offset, &number, 4); };
  put(4096 + bin, REGF_BIN_SIGNATURE);
  put(4096 + bin + 4, bin);
  put(4096 + bin + 8, kBin);
  put(4096 + bin + 32, static_cast<std::uint32_t>(-static_cast<int>(kBin - 32)));
  std::ranges::copy(data, file.begin() + 4096 + bin + 36);
  put(value + 4, 30000);
  put(value + 8, bin + 32);
  put(0x28, bin + kBin);
  put(0x18, 3);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 508; i += 4) {
    sum ^= word(i);
  }
  put(508, sum);
  auto loaded = Hive::Load(memory, file);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(Data(*loaded, *loaded->FindValue(loaded->Root(), u"v")), data);
  MUST(loaded->SetValue(loaded->Root(), u"w", 3, data, 1));
  const auto again = File(*loaded);
  auto third = Hive::Load(memory, again);
  ASSERT_TRUE(third);
  EXPECT_EQ(Data(*third, *third->FindValue(third->Root(), u"v")), data);
  EXPECT_EQ(Data(*third, *third->FindValue(third->Root(), u"w")), data);
  MUST(third->DeleteValue(third->Root(), u"v", 1));
}

TEST(Hive, WideNamesAndNoSecurity) {
  TestAllocator memory;
  Hive hive = *Hive::Create(memory, u"ROOT", {.class_name = u"root class"});
  const Key key = *hive.CreateChild(hive.Root(), u"\u03A9mega", {});
  MUST(hive.SetValue(key, u"\u03A9", 1, Bytes(4), 1));
  MUST(hive.SetValue(key, u"\u03C9x", 1, Bytes(5), 1));
  EXPECT_TRUE(hive.Security(key).empty());
  EXPECT_EQ(*hive.FindChild(hive.Root(), u"\u03C9MEGA"), key);
  EXPECT_TRUE(hive.SetSecurity(key, kSecurity));
  EXPECT_EQ(StatusOf(hive.CreateChild(hive.Root(), u"x", {.class_name = std::u16string(0x8000, u'c')})),
            STATUS_INVALID_PARAMETER);
  const auto file = File(hive);
  Hive again = *Hive::Load(memory, file);
  const Key found = *again.FindChild(again.Root(), u"\u03C9mega");
  EXPECT_EQ(Data(again, *again.FindValue(found, u"\u03C9")), Bytes(4));
  EXPECT_EQ(again.Describe(found).max_value_name, 4u);
  EXPECT_TRUE(again.DataAt(*again.FindValue(found, u"\u03C9"), 4).empty());
  EXPECT_EQ(StatusOf(again.ValueAt(found, 2)), STATUS_NO_MORE_ENTRIES);
}

// Keys that come in order leave full leaves behind.
TEST(Hive, KeysInOrderFillTheirLeaves) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  for (unsigned i = 0; i < 1600; i++) {
    MUST(hive.CreateChild(hive.Root(), Number("", 10000 + i), {}));
  }
  const auto file = File(hive);
  std::uint32_t at;
  std::memcpy(&at, file.data() + 0x24, 4);
  std::memcpy(&at, file.data() + 4096 + at + 4 + 0x1C, 4);
  std::uint16_t leaves;
  std::memcpy(&leaves, file.data() + 4096 + at + 4 + 2, 2);
  EXPECT_EQ(leaves, 4);
}

// Windows finds keys by these: 37 times the hash so far plus the upper-case character, for each.
TEST(Hive, HashesInLists) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  for (unsigned i = 0; i < 9; i++) {
    MUST(hive.CreateChild(hive.Root(), Number("key", i * 5 % 9), {}));
  }
  const auto file = File(hive);
  const auto word = [&](std::size_t cell, std::size_t offset) {
    std::uint32_t value;
    std::memcpy(&value, file.data() + 4096 + cell + 4 + offset, 4);
    return value;
  };
  std::uint32_t root;
  std::memcpy(&root, file.data() + 0x24, 4);
  const std::uint32_t list = word(root, 0x1C);
  ASSERT_EQ(word(list, 0), REGF_HASH_LEAF | 9u << 16);
  for (unsigned i = 0; i < 9; i++) {
    EXPECT_EQ(word(list, 8 + i * 8), ((u'K' * 37u + u'E') * 37 + u'Y') * 37 + u'0' + i);
  }
}

// A full leaf is split when memory has run out, with cells at every distance from the end of their bin.
TEST(Hive, SplitsWithoutMemory) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  for (unsigned i = 0; i < 500; i++) {
    MUST(hive.CreateChild(hive.Root(), Number("", 2 * (1000 + i)), {}));
  }
  const auto file = File(hive);
  unsigned failed = 0;
  for (std::size_t padding = 8; padding < 12000; padding += 40) {
    for (const char16_t *name : {u"2501", u"9999"}) {
      Hive copy = *Hive::Load(memory, file);
      MUST(copy.SetValue(copy.Root(), u"padding", 3, Bytes(padding), 1));
      memory.requests_left = 0;
      const bool made = copy.CreateChild(copy.Root(), name, {}).has_value();
      const bool named = copy.SetValue(copy.Root(), u"more", 3, Bytes(17000), 1).has_value();
      memory.requests_left = std::numeric_limits<std::size_t>::max();
      failed += made ? 0 : 1;
      EXPECT_EQ(copy.FindChild(copy.Root(), name).has_value(), made);
      EXPECT_EQ(copy.FindValue(copy.Root(), u"more").has_value(), named);
      const auto again = File(copy);
      EXPECT_TRUE(Hive::Load(memory, again));
    }
  }
  EXPECT_GT(failed, 10u);
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

// The file's own counts of references are not believed.
TEST(Hive, SecurityIsCountedAnew) {
  TestAllocator memory;
  Hive hive = NewHive(memory);
  const Key key = *hive.CreateChild(hive.Root(), u"a", {.security = Bytes(60, 3)});
  auto file = File(hive);
  std::uint32_t security;
  std::memcpy(&security, file.data() + 4096 + static_cast<std::uint32_t>(key) + 4 + 0x2C, 4);
  for (const std::uint32_t count : {0u, 7u}) {
    std::memcpy(file.data() + 4096 + security + 4 + 0xC, &count, 4);
    Hive again = *Hive::Load(memory, file);
    EXPECT_EQ(AllocatedCells(File(again)), 5u);
    EXPECT_TRUE(again.Delete(*again.FindChild(again.Root(), u"a"), 1));
    EXPECT_EQ(AllocatedCells(File(again)), 2u);
  }
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
