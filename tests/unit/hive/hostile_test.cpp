// Hives that lie: each is refused with STATUS_REGISTRY_CORRUPT and leaves nothing behind.

#include "hive_test_util.hpp"

#include <gtest/gtest.h>

#include <functional>

using namespace hive;
using namespace hive_test;

namespace {

// Writes `value` at a byte offset of the file.
template <typename T>
void Put(std::vector<std::byte> &file, std::size_t offset, T value) {
  std::memcpy(file.data() + offset, &value, sizeof value);
}
template <typename T>
T Get(const std::vector<std::byte> &file, std::size_t offset) {
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

void FixChecksum(std::vector<std::byte> &file) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 508; i += 4) {
    sum ^= Get<std::uint32_t>(file, i);
  }
  Put(file, 508, sum == 0 ? 1 : sum == ~0u ? ~1u : sum);
}

// File offset of a cell's content.
std::size_t At(std::uint32_t cell) { return 4096 + cell + 4; }

// A hive with one of everything: ROOT\{a, b (value v of 10 bytes, value big), c\d}, class on b.
std::vector<std::byte> Sample(TestAllocator &memory) {
  Hive hive = *Hive::Create(memory, u"ROOT", {.security = kSecurity});
  MUST(hive.CreateChild(hive.Root(), u"a", {.security = Bytes(60)}));
  const Key b = *hive.CreateChild(hive.Root(), u"b", {.class_name = u"class"});
  MUST(hive.SetValue(b, u"v", 1, Bytes(10), 1));
  MUST(hive.SetValue(b, u"big", 3, Bytes(40000), 1));
  const Key c = *hive.CreateChild(hive.Root(), u"c", {});
  MUST(hive.CreateChild(c, u"d", {}));
  return File(hive);
}

struct Offsets {
  std::size_t root, list, a, b, c, values, v, big;
};

Offsets Find(const std::vector<std::byte> &file) {
  Offsets offsets{};
  offsets.root = At(Get<std::uint32_t>(file, 0x24));
  offsets.list = At(Get<std::uint32_t>(file, offsets.root + 0x1C));
  offsets.a = At(Get<std::uint32_t>(file, offsets.list + 4));
  offsets.b = At(Get<std::uint32_t>(file, offsets.list + 12));
  offsets.c = At(Get<std::uint32_t>(file, offsets.list + 20));
  offsets.values = At(Get<std::uint32_t>(file, offsets.b + 0x28));
  offsets.v = At(Get<std::uint32_t>(file, offsets.values));
  offsets.big = At(Get<std::uint32_t>(file, offsets.values + 4));
  return offsets;
}

class Hostile : public testing::Test {
 protected:
  // Expects that the sample with this change is refused.
  void Refused(const char *what, const std::function<void(std::vector<std::byte> &, const Offsets &)> &change) {
    auto file = Sample(memory_);
    change(file, Find(file));
    FixChecksum(file);
    {
      const auto hive = Hive::Load(memory_, file);
      ASSERT_FALSE(hive) << what;
      EXPECT_EQ(hive.error().Code(), STATUS_REGISTRY_CORRUPT) << what;
    }
    EXPECT_EQ(memory_.outstanding, 0u) << what;
  }

  TestAllocator memory_;
};

using File32 = std::vector<std::byte>;

}  // namespace

TEST_F(Hostile, TheSampleItselfIsGood) {
  const auto file = Sample(memory_);
  EXPECT_TRUE(Hive::Load(memory_, file));
}

TEST_F(Hostile, BaseBlock) {
  Refused("signature", [](auto &file, auto &) { Put(file, 0, 0u); });
  Refused("torn", [](auto &file, auto &) { Put(file, 4, 9u); });
  Refused("major", [](auto &file, auto &) { Put(file, 0x14, 2u); });
  Refused("minor 2", [](auto &file, auto &) { Put(file, 0x18, 2u); });
  Refused("minor 7", [](auto &file, auto &) { Put(file, 0x18, 7u); });
  Refused("a log", [](auto &file, auto &) { Put(file, 0x1C, 1u); });
  Refused("root nowhere", [](auto &file, auto &) { Put(file, 0x24, 0xFFFFFFFFu); });
  Refused("root volatile", [](auto &file, auto &) { Put(file, 0x24, 0x80000020u); });
  Refused("root between cells", [](auto &file, auto &) { Put(file, 0x24, Get<std::uint32_t>(file, 0x24) + 8); });
  Refused("root not a key", [](auto &file, auto &o) { Put(file, 0x24, Get<std::uint32_t>(file, o.root + 0x1C)); });
  Refused("no bins", [](auto &file, auto &) { Put(file, 0x28, 0u); });
  Refused("half a bin", [](auto &file, auto &) { Put(file, 0x28, 2048u); });
  Refused("too long", [](auto &file, auto &) { Put(file, 0x28, 0xFFFFF000u); });
  Refused("short file", [](auto &file, auto &) { file.resize(file.size() - 4096); });
  auto file = Sample(memory_);
  Put(file, 0x30, 'X');
  EXPECT_FALSE(Hive::Load(memory_, file)) << "checksum";
  for (std::size_t length : {0u, 1u, 511u, 4095u, 4096u, 8191u}) {
    EXPECT_FALSE(Hive::Load(memory_, std::span(file).first(length)));
  }
}

TEST_F(Hostile, BinsAndCells) {
  Refused("bin signature", [](auto &file, auto &) { Put(file, 4096, 0u); });
  Refused("bin offset", [](auto &file, auto &) { Put(file, 4100, 4096u); });
  Refused("bin of nothing", [](auto &file, auto &) { Put(file, 4104, 0u); });
  Refused("bin not whole", [](auto &file, auto &) { Put(file, 4104, 4100u); });
  Refused("bin too long", [](auto &file, auto &) { Put(file, 4104, 0x7FFFF000u); });
  Refused("cell of nothing", [](auto &file, auto &) { Put(file, 4096 + 32, 0); });
  Refused("cell too long", [](auto &file, auto &) { Put(file, 4096 + 32, -8192); });
  Refused("cell not aligned", [](auto &file, auto &) { Put(file, 4096 + 32, -84); });
  Refused("cell most negative", [](auto &file, auto &) { Put(file, 4096 + 32, INT32_MIN); });
  Refused("root is free", [](auto &file, auto &o) { Put(file, o.root - 4, -Get<std::int32_t>(file, o.root - 4)); });
}

TEST_F(Hostile, Keys) {
  Refused("signature", [](auto &file, auto &o) { Put(file, o.b, std::uint16_t{0x6B76}); });
  Refused("name too long for its cell", [](auto &file, auto &o) { Put(file, o.b + 0x48, std::uint16_t{200}); });
  Refused("no name", [](auto &file, auto &o) { Put(file, o.b + 0x48, std::uint16_t{0}); });
  // The last key, so that the order is not what is wrong.
  Refused("name with a separator", [](auto &file, auto &o) { Put(file, o.c + 0x4C, '\\'); });
  Refused("half a character", [](auto &file, auto &o) { Put(file, o.b + 2, std::uint16_t{0}); });
  Refused("volatile", [](auto &file, auto &o) { Put(file, o.b + 2, std::uint16_t{0x21}); });
  Refused("hive exit", [](auto &file, auto &o) { Put(file, o.b + 2, std::uint16_t{0x22}); });
  Refused("wrong parent", [](auto &file, auto &o) { Put(file, o.b + 0x10, 0x20u + 8); });
  Refused("class too long", [](auto &file, auto &o) { Put(file, o.b + 0x4A, std::uint16_t{0x4000}); });
  Refused("class nowhere", [](auto &file, auto &o) { Put(file, o.b + 0x30, 0xFFFFFFF8u); });
  Refused("class odd", [](auto &file, auto &o) { Put(file, o.b + 0x4A, std::uint16_t{9}); });
  Refused("security nowhere", [](auto &file, auto &o) { Put(file, o.b + 0x2C, 0x10000u); });
  Refused("security not a descriptor",
          [](auto &file, auto &o) { Put(file, o.b + 0x2C, Get<std::uint32_t>(file, o.root + 0x1C)); });
  Refused("root's security not a descriptor",
          [](auto &file, auto &o) { Put(file, o.root + 0x2C, Get<std::uint32_t>(file, o.root + 0x1C)); });
  Refused("security not in the ring", [](auto &file, auto &o) {
    const std::uint32_t first = Get<std::uint32_t>(file, o.root + 0x2C);
    Put(file, At(first) + 4, first);
    Put(file, At(first) + 8, first);
  });
  Refused("descriptor too long",
          [](auto &file, auto &o) { Put(file, At(Get<std::uint32_t>(file, o.root + 0x2C)) + 0x10, 0x7FFFFFFFu); });
  Refused("no descriptor",
          [](auto &file, auto &o) { Put(file, At(Get<std::uint32_t>(file, o.root + 0x2C)) + 0x10, 0u); });
  Refused("ring that goes back wrongly in its middle", [](auto &file, auto &o) {
    const std::uint32_t first = Get<std::uint32_t>(file, o.root + 0x2C);
    Put(file, At(Get<std::uint32_t>(file, At(first) + 4)) + 8, 0u);
  });
  Refused("ring that goes back wrongly",
          [](auto &file, auto &o) { Put(file, At(Get<std::uint32_t>(file, o.root + 0x2C)) + 8, 0u); });
}

TEST_F(Hostile, Lists) {
  Refused("signature", [](auto &file, auto &o) { Put(file, o.list, std::uint16_t{0x6B6E}); });
  Refused("no entries", [](auto &file, auto &o) { Put(file, o.list + 2, std::uint16_t{0}); });
  Refused("too many entries", [](auto &file, auto &o) { Put(file, o.list + 2, std::uint16_t{0xFFFF}); });
  Refused("fewer than the key says", [](auto &file, auto &o) { Put(file, o.list + 2, std::uint16_t{2}); });
  Refused("more than the key says", [](auto &file, auto &o) { Put(file, o.root + 0x14, 2u); });
  Refused("list nowhere", [](auto &file, auto &o) { Put(file, o.root + 0x1C, REGF_NIL); });
  Refused("same key twice", [](auto &file, auto &o) { Put(file, o.list + 12, Get<std::uint32_t>(file, o.list + 4)); });
  Refused("not in order", [](auto &file, auto &o) { Put(file, o.b + 0x4C, 'z'); });
  Refused("same name twice", [](auto &file, auto &o) { Put(file, o.b + 0x4C, 'A'); });
  Refused("a key below itself", [](auto &file, auto &o) {
    const std::uint32_t list = Get<std::uint32_t>(file, o.c + 0x1C);
    Put(file, At(list) + 4, Get<std::uint32_t>(file, o.list + 20));
  });
  Refused("a key below the root again", [](auto &file, auto &o) {
    const std::uint32_t list = Get<std::uint32_t>(file, o.c + 0x1C);
    Put(file, At(list) + 4, Get<std::uint32_t>(file, 0x24));
  });
  Refused("one list for two keys", [](auto &file, auto &o) {
    Put(file, o.a + 0x14, 3u);
    Put(file, o.a + 0x1C, Get<std::uint32_t>(file, o.root + 0x1C));
  });
  Refused("a root over itself", [](auto &file, auto &o) {
    Put(file, o.list, std::uint16_t{0x6972});
    Put(file, o.list + 4, Get<std::uint32_t>(file, o.root + 0x1C));
  });
}

TEST_F(Hostile, Values) {
  Refused("list nowhere", [](auto &file, auto &o) { Put(file, o.b + 0x28, REGF_NIL); });
  Refused("list too short", [](auto &file, auto &o) { Put(file, o.b + 0x24, 0x40000001u); });
  Refused("signature", [](auto &file, auto &o) { Put(file, o.v, std::uint16_t{0}); });
  Refused("name too long", [](auto &file, auto &o) { Put(file, o.v + 2, std::uint16_t{0x7000}); });
  Refused("half a character", [](auto &file, auto &o) { Put(file, o.v + 16, std::uint16_t{0}); });
  Refused("one value twice", [](auto &file, auto &o) { Put(file, o.values + 4, Get<std::uint32_t>(file, o.values)); });
  Refused("data nowhere", [](auto &file, auto &o) { Put(file, o.v + 8, 0x7FFFFFF8u); });
  Refused("data too long", [](auto &file, auto &o) { Put(file, o.v + 4, 1000u); });
  Refused("inline data too long", [](auto &file, auto &o) { Put(file, o.v + 4, 0x80000005u); });
  Refused("big data without segments", [](auto &file, auto &o) { Put(file, o.v + 4, 0x7FFFFFFFu); });
  Refused("data is another's cell", [](auto &file, auto &o) { Put(file, o.v + 8, Get<std::uint32_t>(file, 0x24)); });
  const auto db = [](auto &file, auto &o) { return At(Get<std::uint32_t>(file, o.big + 8)); };
  Refused("db signature", [&](auto &file, auto &o) { Put(file, db(file, o), std::uint16_t{0}); });
  Refused("db count", [&](auto &file, auto &o) { Put(file, db(file, o) + 2, std::uint16_t{2}); });
  Refused("db list", [&](auto &file, auto &o) { Put(file, db(file, o) + 4, 0u); });
  Refused("db segment twice", [&](auto &file, auto &o) {
    const std::size_t list = At(Get<std::uint32_t>(file, db(file, o) + 4));
    Put(file, list + 4, Get<std::uint32_t>(file, list));
  });
  Refused("db too short", [&](auto &file, auto &o) { Put(file, o.big + 4, 3 * REGF_BIG_SEGMENT); });
}

// ROOT with 600 keys, so that its list is a root over leaves.
TEST_F(Hostile, ListsOfLists) {
  Hive hive = *Hive::Create(memory_, u"ROOT", {});
  for (unsigned i = 0; i < 600; i++) {
    MUST(hive.CreateChild(hive.Root(), Number("k", i), {}));
  }
  const auto good = File(hive);
  const std::size_t list = At(Get<std::uint32_t>(good, At(Get<std::uint32_t>(good, 0x24)) + 0x1C));
  ASSERT_EQ(Get<std::uint16_t>(good, list), REGF_INDEX_ROOT);
  ASSERT_TRUE(Hive::Load(memory_, good));
  const auto refused = [&](const char *what, std::size_t offset, auto value) {
    auto file = good;
    Put(file, offset, value);
    const auto loaded = Hive::Load(memory_, file);
    ASSERT_FALSE(loaded) << what;
    EXPECT_EQ(loaded.error().Code(), STATUS_REGISTRY_CORRUPT) << what;
  };
  refused("no leaves", list + 2, std::uint16_t{0});
  refused("too many leaves", list + 2, std::uint16_t{0x7FFF});
  refused("a leaf twice", list + 8, Get<std::uint32_t>(good, list + 4));
  refused("leaves in the wrong order", list + 4, Get<std::uint32_t>(good, list + 8));
  refused("a leaf nowhere", list + 8, REGF_NIL);
  refused("a list of lists of lists", At(Get<std::uint32_t>(good, list + 4)), std::uint16_t{REGF_INDEX_ROOT});
  refused("a leaf of nothing", At(Get<std::uint32_t>(good, list + 4)) + 2, std::uint16_t{0});
}

// The deepest key gets another one below it: too deep, though each cell is right.
TEST_F(Hostile, TooDeep) {
  Hive hive = *Hive::Create(memory_, u"ROOT", {});
  MUST(hive.CreateChild(*hive.CreateChild(hive.Root(), u"z", {}), u"y", {}));
  Key key = hive.Root();
  for (std::size_t depth = 1; depth < kMaxDepth; depth++) {
    key = *hive.CreateChild(key, u"d", {});
  }
  auto file = File(hive);
  ASSERT_TRUE(Hive::Load(memory_, file));
  const std::size_t root = At(Get<std::uint32_t>(file, 0x24));
  const std::size_t list = At(Get<std::uint32_t>(file, root + 0x1C));
  const std::size_t z = At(Get<std::uint32_t>(file, list + 12));
  const std::uint32_t z_list = Get<std::uint32_t>(file, z + 0x1C);
  const std::size_t y = At(Get<std::uint32_t>(file, At(z_list) + 4));
  const std::size_t deepest = At(static_cast<std::uint32_t>(key));
  Put(file, list + 2, std::uint16_t{1});
  Put(file, root + 0x14, 1u);
  Put(file, y + 0x10, static_cast<std::uint32_t>(key));
  Put(file, deepest + 0x14, 1u);
  Put(file, deepest + 0x1C, z_list);
  const auto loaded = Hive::Load(memory_, file);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().Code(), STATUS_REGISTRY_CORRUPT);
}

// Any single damaged byte: refused or usable, never a crash (the sanitizers watch).
TEST_F(Hostile, EveryByteOfTheFirstBin) {
  const auto good = Sample(memory_);
  for (std::size_t offset = 4096; offset < 4096 + 1024; offset++) {
    for (unsigned flip : {0x01u, 0x80u, 0xFFu}) {
      auto file = good;
      file[offset] ^= static_cast<std::byte>(flip);
      auto hive = Hive::Load(memory_, file);
      if (hive) {
        MUST(hive->CreateChild(hive->Root(), u"new", {}));
        const auto again = File(*hive);
        EXPECT_TRUE(Hive::Load(memory_, again)) << offset;
      }
    }
  }
  EXPECT_EQ(memory_.outstanding, 0u);
}
