// Generic tables against std::map: splay and AVL.

#include <ntddk.h>

#include <cstdlib>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace {

struct Item {
  int key;
  int value;
};

RTL_GENERIC_COMPARE_RESULTS Order(const void *left, const void *right) {
  const int a = static_cast<const Item *>(left)->key;
  const int b = static_cast<const Item *>(right)->key;
  return a < b ? GenericLessThan : a > b ? GenericGreaterThan : GenericEqual;
}

RTL_GENERIC_COMPARE_RESULTS NTAPI Compare(PRTL_GENERIC_TABLE, PVOID left, PVOID right) { return Order(left, right); }
PVOID NTAPI Allocate(PRTL_GENERIC_TABLE, CLONG size) { return std::malloc(size); }
VOID NTAPI Free(PRTL_GENERIC_TABLE, PVOID buffer) { std::free(buffer); }
RTL_GENERIC_COMPARE_RESULTS NTAPI CompareAvl(PRTL_AVL_TABLE, PVOID left, PVOID right) { return Order(left, right); }
PVOID NTAPI AllocateAvl(PRTL_AVL_TABLE, CLONG size) { return std::malloc(size); }
VOID NTAPI FreeAvl(PRTL_AVL_TABLE, PVOID buffer) { std::free(buffer); }

// The height of the subtree; checks balances and parents on the way.
int CheckAvl(const RTL_BALANCED_LINKS *node, const RTL_BALANCED_LINKS *parent) {
  if (node == nullptr) {
    return 0;
  }
  EXPECT_EQ(node->Parent, parent);
  const int left = CheckAvl(node->LeftChild, node);
  const int right = CheckAvl(node->RightChild, node);
  EXPECT_EQ(node->Balance, right - left);
  EXPECT_LE(std::abs(right - left), 1);
  return 1 + std::max(left, right);
}

TEST(GenericTable, MatchesMap) {
  RTL_GENERIC_TABLE table;
  RtlInitializeGenericTable(&table, Compare, Allocate, Free, nullptr);
  std::map<int, int> model;
  std::mt19937 random(3);
  for (int step = 0; step < 20000; step += 1) {
    Item item = {static_cast<int>(random() % 500), step};
    if (random() % 3 != 0) {
      BOOLEAN fresh = 2;
      auto *stored = static_cast<Item *>(RtlInsertElementGenericTable(&table, &item, sizeof(item), &fresh));
      ASSERT_NE(stored, nullptr);
      EXPECT_EQ(fresh, model.emplace(item.key, item.value).second);
      EXPECT_EQ(stored->value, model[item.key]);
    } else {
      EXPECT_EQ(RtlDeleteElementGenericTable(&table, &item), model.erase(item.key) == 1);
    }
    Item wanted = {static_cast<int>(random() % 500), 0};
    auto *found = static_cast<Item *>(RtlLookupElementGenericTable(&table, &wanted));
    EXPECT_EQ(found != nullptr, model.count(wanted.key) == 1);
    ASSERT_EQ(RtlNumberGenericTableElements(&table), model.size());
  }
  PVOID key = nullptr;
  for (auto [wanted, value] : model) {
    auto *item = static_cast<Item *>(RtlEnumerateGenericTableWithoutSplaying(&table, &key));
    ASSERT_NE(item, nullptr);
    EXPECT_EQ(item->key, wanted);
    EXPECT_EQ(item->value, value);
  }
  EXPECT_EQ(RtlEnumerateGenericTableWithoutSplaying(&table, &key), nullptr);
  auto next = model.begin();
  for (PVOID item = RtlEnumerateGenericTable(&table, TRUE); item != nullptr;
       item = RtlEnumerateGenericTable(&table, FALSE)) {
    EXPECT_EQ(static_cast<Item *>(item)->key, next->first);
    ++next;
  }
  EXPECT_EQ(next, model.end());
  while (!RtlIsGenericTableEmpty(&table)) {
    Item first = *static_cast<Item *>(RtlGetElementGenericTable(&table, 0));
    EXPECT_TRUE(RtlDeleteElementGenericTable(&table, &first));
  }
}

TEST(GenericTable, KeepsOrderOfInsertion) {
  RTL_GENERIC_TABLE table;
  RtlInitializeGenericTable(&table, Compare, Allocate, Free, nullptr);
  for (int i = 0; i < 50; i += 1) {
    Item item = {i * 37 % 50, i};
    RtlInsertElementGenericTable(&table, &item, sizeof(item), nullptr);
  }
  for (ULONG i : {0u, 49u, 20u, 21u, 5u}) {
    EXPECT_EQ(static_cast<Item *>(RtlGetElementGenericTable(&table, i))->value, static_cast<int>(i));
  }
  EXPECT_EQ(RtlGetElementGenericTable(&table, 50), nullptr);
  for (int i = 0; i < 50; i += 1) {
    Item item = {i, 0};
    EXPECT_TRUE(RtlDeleteElementGenericTable(&table, &item));
  }
}

TEST(AvlTable, MatchesMapAndStaysBalanced) {
  RTL_AVL_TABLE table;
  RtlInitializeGenericTableAvl(&table, CompareAvl, AllocateAvl, FreeAvl, nullptr);
  std::map<int, int> model;
  std::mt19937 random(5);
  for (int step = 0; step < 20000; step += 1) {
    Item item = {static_cast<int>(random() % 400), step};
    if (random() % 2 == 0) {
      BOOLEAN fresh = 2;
      auto *stored = static_cast<Item *>(RtlInsertElementGenericTableAvl(&table, &item, sizeof(item), &fresh));
      ASSERT_NE(stored, nullptr);
      EXPECT_EQ(fresh, model.emplace(item.key, item.value).second);
      EXPECT_EQ(stored->value, model[item.key]);
    } else {
      EXPECT_EQ(RtlDeleteElementGenericTableAvl(&table, &item), model.erase(item.key) == 1);
    }
    ASSERT_EQ(RtlNumberGenericTableElementsAvl(&table), model.size());
    if (step % 16 == 0) {
      ASSERT_EQ(CheckAvl(table.BalancedRoot.RightChild, &table.BalancedRoot), static_cast<int>(table.DepthOfTree));
    }
  }
  ULONG index = 0;
  auto next = model.begin();
  for (PVOID item = RtlEnumerateGenericTableAvl(&table, TRUE); item != nullptr;
       item = RtlEnumerateGenericTableAvl(&table, FALSE)) {
    EXPECT_EQ(static_cast<Item *>(item)->key, next->first);
    EXPECT_EQ(RtlGetElementGenericTableAvl(&table, index), item);
    index += 1;
    ++next;
  }
  EXPECT_EQ(next, model.end());
  while (!RtlIsGenericTableEmptyAvl(&table)) {
    EXPECT_TRUE(RtlDeleteElementGenericTableAvl(&table, RtlGetElementGenericTableAvl(&table, 0)));
  }
  EXPECT_EQ(table.DepthOfTree, 0u);
}

TEST(AvlTable, EnumerationSurvivesDeletion) {
  RTL_AVL_TABLE table;
  RtlInitializeGenericTableAvl(&table, CompareAvl, AllocateAvl, FreeAvl, nullptr);
  for (int i = 0; i < 100; i += 1) {
    Item item = {i, i};
    RtlInsertElementGenericTableAvl(&table, &item, sizeof(item), nullptr);
  }
  int count = 0;
  for (PVOID item = RtlEnumerateGenericTableAvl(&table, TRUE); item != nullptr;
       item = RtlEnumerateGenericTableAvl(&table, FALSE)) {
    EXPECT_EQ(static_cast<Item *>(item)->key, count);
    Item gone = *static_cast<Item *>(item);
    EXPECT_TRUE(RtlDeleteElementGenericTableAvl(&table, &gone));
    count += 1;
    if (RtlIsGenericTableEmptyAvl(&table)) {
      break;
    }
  }
  EXPECT_EQ(count, 100);
}

}  // namespace
