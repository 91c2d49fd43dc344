// Long random runs of the registry against a simple model, through keys that others delete and rename meanwhile.

#include "hive_test_util.hpp"

#include <cm/build.hpp>
#include <cm/information.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

using namespace hive_test;
using cm::Node;

namespace {

struct Model {
  Model *parent = nullptr;
  std::u16string name;  // as given
  bool is_volatile = false;
  bool deleted = false;
  std::map<std::u16string, std::unique_ptr<Model>> stable, fleeting;  // by upper-case name
  std::map<std::u16string, std::vector<std::byte>> values;

  std::map<std::u16string, std::unique_ptr<Model>> &Children(bool of_volatile) {
    return of_volatile ? fleeting : stable;
  }
  bool Has(const std::u16string &upper) const { return stable.contains(upper) || fleeting.contains(upper); }
};

// Names are K0 to K29 in either case, so that they meet often.
std::u16string Upper(std::u16string name) {
  name[0] = u'K';
  return name;
}

class ModelTest : public testing::Test {
 protected:
  ModelTest() {
    auto hive = *hive::Hive::Create(memory_, u"SYSTEM", {.security = kSecurity});
    const auto select = *hive.CreateChild(hive.Root(), u"Select", {});
    const std::uint32_t one = 1;
    MUST(hive.SetValue(select, u"Current", 4, std::as_bytes(std::span(&one, 1)), 1));
    MUST(hive.CreateChild(hive.Root(), u"ControlSet001", {}));
    registry_ = *cm::BuildRegistry(memory_, File(hive), 1);
    const auto top = *registry_->CreateKey(*registry_->Open(u"MACHINE\\SYSTEM"), u"Top", {});
    root_.name = u"Top";
    open_.push_back({top, &root_});
  }
  ~ModelTest() override {
    open_.clear();
    registry_ = nullptr;
    EXPECT_EQ(memory_.outstanding, 0u);
  }

  unsigned Random(unsigned limit) {
    seed_ = seed_ * 1664525 + 1013904223;
    return (seed_ >> 8) % limit;
  }
  std::u16string RandomName() { return Number(Random(2) != 0 ? "K" : "k", Random(30)); }

  struct Handle {
    Ref<Node> node;
    Model *model;
  };

  void Step();
  void Create(Handle &key);
  void Open(Handle &key);
  void Delete(Handle &key);
  void Rename(Handle &key);
  void Values(Handle &key);
  void Compare(const Ref<Node> &node, const Model &model);

  template <typename T>
  static NTSTATUS StatusOf(const Result<T> &result) {
    return result ? STATUS_SUCCESS : result.error().Code();
  }

  TestAllocator memory_;
  std::unique_ptr<cm::Registry> registry_;
  Model root_;
  std::vector<Handle> open_;                       // the first is the root and stays
  std::vector<std::unique_ptr<Model>> graveyard_;  // deleted models that a handle may still name
  unsigned seed_ = 1;
};

void ModelTest::Create(Handle &key) {
  const auto name = RandomName();
  const bool is_volatile = Random(4) == 0;
  const auto made = registry_->CreateKey(key.node, name, {.is_volatile = is_volatile, .time = 1});
  Model &model = *key.model;
  if (model.deleted) {
    EXPECT_EQ(StatusOf(made), STATUS_KEY_DELETED);
  } else if (model.is_volatile && !is_volatile) {
    EXPECT_EQ(StatusOf(made), STATUS_CHILD_MUST_BE_VOLATILE);
  } else if (model.Has(Upper(name))) {
    EXPECT_EQ(StatusOf(made), STATUS_OBJECT_NAME_COLLISION);
  } else {
    ASSERT_EQ(StatusOf(made), STATUS_SUCCESS);
    auto child = std::make_unique<Model>();
    child->parent = &model;
    child->name = name;
    child->is_volatile = is_volatile;
    Model *added = child.get();
    model.Children(is_volatile)[Upper(name)] = std::move(child);
    if (open_.size() < 60) {
      open_.push_back({*made, added});
    }
  }
}

void ModelTest::Open(Handle &key) {
  const auto name = RandomName();
  const auto parsed = registry_->Parse(key.node, name, false);
  Model &model = *key.model;
  if (model.deleted) {
    EXPECT_EQ(StatusOf(parsed), STATUS_KEY_DELETED);
    return;
  }
  ASSERT_EQ(StatusOf(parsed), STATUS_SUCCESS);
  EXPECT_EQ(parsed->leaf.empty(), model.Has(Upper(name)));
  if (parsed->leaf.empty() && open_.size() < 60) {
    auto &children = model.stable.contains(Upper(name)) ? model.stable : model.fleeting;
    open_.push_back({parsed->node, children[Upper(name)].get()});
  }
}

void ModelTest::Delete(Handle &key) {
  Model &model = *key.model;
  if (&model == &root_) {
    return;
  }
  const auto deleted = registry_->DeleteKey(*key.node, 1);
  if (model.deleted) {
    EXPECT_EQ(StatusOf(deleted), STATUS_KEY_DELETED);
  } else if (!model.stable.empty() || !model.fleeting.empty()) {
    EXPECT_EQ(StatusOf(deleted), STATUS_CANNOT_DELETE);
  } else {
    EXPECT_EQ(StatusOf(deleted), STATUS_SUCCESS);
    model.deleted = true;
    auto &siblings = model.parent->Children(model.is_volatile);
    graveyard_.push_back(std::move(siblings[Upper(model.name)]));
    siblings.erase(Upper(model.name));
  }
}

void ModelTest::Rename(Handle &key) {
  Model &model = *key.model;
  if (&model == &root_) {
    return;
  }
  const auto name = RandomName();
  const auto renamed = registry_->RenameKey(*key.node, name, 1);
  if (model.deleted) {
    EXPECT_EQ(StatusOf(renamed), STATUS_KEY_DELETED);
  } else if (model.parent->Has(Upper(name)) && Upper(name) != Upper(model.name)) {
    EXPECT_EQ(StatusOf(renamed), STATUS_CANNOT_DELETE);
  } else {
    EXPECT_EQ(StatusOf(renamed), STATUS_SUCCESS);
    auto &siblings = model.parent->Children(model.is_volatile);
    auto moved = std::move(siblings[Upper(model.name)]);
    siblings.erase(Upper(model.name));
    moved->name = name;
    siblings[Upper(name)] = std::move(moved);
  }
}

void ModelTest::Values(Handle &key) {
  const auto name = RandomName();
  Model &model = *key.model;
  if (Random(3) != 0) {
    const auto data = Bytes(Random(30) == 0 ? Random(40000) : Random(60), seed_);
    EXPECT_EQ(StatusOf(registry_->SetValue(*key.node, name, REG_BINARY, data, 1)),
              model.deleted ? STATUS_KEY_DELETED : STATUS_SUCCESS);
    if (!model.deleted) {
      model.values[Upper(name)] = data;
    }
  } else {
    const auto deleted = registry_->DeleteValue(*key.node, name, 1);
    EXPECT_EQ(StatusOf(deleted), model.deleted                          ? STATUS_KEY_DELETED
                                 : model.values.erase(Upper(name)) == 0 ? STATUS_OBJECT_NAME_NOT_FOUND
                                                                        : STATUS_SUCCESS);
  }
}

void ModelTest::Step() {
  Handle &key = open_[Random(static_cast<unsigned>(open_.size()))];
  switch (Random(8)) {
    case 0:
    case 1:
      return Create(key);
    case 2:
      return Open(key);
    case 3:
      return Delete(key);
    case 4:
      return Rename(key);
    case 5:
    case 6:
      return Values(key);
    default:
      if (&key != &open_.front() && open_.size() > 30) {
        key = open_.back();
        open_.pop_back();
      }
  }
}

void ModelTest::Compare(const Ref<Node> &node, const Model &model) {
  const auto info = node->Hive().Describe(node->Key());
  EXPECT_EQ(ToString(node->Name()), model.name);
  ASSERT_EQ(info.sub_keys, model.stable.size() + model.fleeting.size());
  ASSERT_EQ(info.values, model.values.size());
  for (const auto &[name, data] : model.values) {
    EXPECT_EQ(Data(node->Hive(), *node->Hive().FindValue(node->Key(), name)), data);
  }
  // Order of names, those that last first. K10 comes before K2, as in the maps.
  std::uint32_t index = 0;
  for (const auto *children : {&model.stable, &model.fleeting}) {
    for (const auto &[name, child] : *children) {
      Compare(*registry_->ChildAt(node, index++), *child);
    }
  }
}

}  // namespace

TEST_F(ModelTest, RandomCalls) {
  for (unsigned round = 0; round < 60000; round++) {
    Step();
    if (HasFatalFailure()) {
      FAIL() << "round " << round;
    }
    if (round % 10000 == 9999) {
      Compare(open_.front().node, root_);
    }
  }
  // What lasts is what the file holds.
  auto &hive = open_.front().node->Hive();
  const auto file = File(hive);
  auto again = hive::Hive::Load(memory_, file);
  ASSERT_TRUE(again);
  const auto top = *again->FindChild(again->Root(), u"top");
  EXPECT_EQ(again->Describe(top).sub_keys, root_.stable.size());
}
