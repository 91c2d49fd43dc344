#include <ex/objects.hpp>
#include <ob/directory.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace {

Ref<ob::Object> Something() { return *ex::Semaphore::Create(0, 1); }

TEST(Directory, FindsByCaseOrWithout) {
  auto directory = *ob::Directory::Create();
  auto object = Something();
  ASSERT_TRUE(directory->Insert(object, u"Größe", false));
  EXPECT_EQ(directory->Find(u"Größe", false), object);
  EXPECT_EQ(directory->Find(u"GRÖßE", false), nullptr);
  EXPECT_EQ(directory->Find(u"GRÖßE", true), object);
  EXPECT_EQ(directory->Find(u"Größ", true), nullptr);
  EXPECT_EQ(object->Parent(), directory.Get());
  EXPECT_EQ(object->ObjectName(), u"Größe");
}

TEST(Directory, NamesThatDifferInCaseStandSideBySide) {
  auto directory = *ob::Directory::Create();
  auto upper = Something();
  auto lower = Something();
  ASSERT_TRUE(directory->Insert(upper, u"NAME", false));
  EXPECT_EQ(ToNtStatus(directory->Insert(lower, u"name", true)), STATUS_OBJECT_NAME_COLLISION);
  ASSERT_TRUE(directory->Insert(lower, u"name", false));
  EXPECT_EQ(ToNtStatus(directory->Insert(Something(), u"name", false)), STATUS_OBJECT_NAME_COLLISION);
  EXPECT_EQ(directory->Find(u"NAME", true), upper);
  EXPECT_EQ(directory->Find(u"name", true), lower);
  EXPECT_NE(directory->Find(u"Name", true), nullptr);
  EXPECT_EQ(directory->Count(), 2u);
  directory->Remove(*upper);
  EXPECT_EQ(directory->Find(u"NAME", true), lower);
  EXPECT_TRUE(upper->ObjectName().empty());
  EXPECT_EQ(upper->Parent(), nullptr);
}

TEST(Directory, ItsEndUnnamesWhatItHeld) {
  auto directory = *ob::Directory::Create();
  auto object = Something();
  ASSERT_TRUE(directory->Insert(object, u"x", false));
  EXPECT_EQ(object->References(), 2u);
  directory = nullptr;
  EXPECT_EQ(object->References(), 1u);
  EXPECT_EQ(object->Parent(), nullptr);
}

TEST(Directory, AgreesWithAModel) {
  std::mt19937 random(11);
  auto directory = *ob::Directory::Create();
  std::map<std::u16string, Ref<ob::Object>> model;
  auto name = [&] {
    std::u16string text;
    for (std::size_t i = 1 + random() % 3; i != 0; i -= 1) {
      text.push_back(u"aAbBéÉß"[random() % 7]);
    }
    return text;
  };
  for (int round = 0; round < 3000; round += 1) {
    std::u16string key = name();
    auto known = model.find(key);
    EXPECT_EQ(directory->Find(key, false), known == model.end() ? nullptr : known->second);
    bool any = false;
    for (auto &[text, object] : model) {
      any = any || rtl::EqualNoCase(text, key);
    }
    EXPECT_EQ(directory->Find(key, true) != nullptr, any);
    if (known != model.end()) {
      directory->Remove(*known->second);
      model.erase(known);
    } else {
      model[key] = Something();
      EXPECT_TRUE(directory->Insert(model[key], key, false));
    }
    EXPECT_EQ(directory->Count(), model.size());
  }
  std::size_t index = 0;
  for (ob::Object *each = directory->At(0); each != nullptr; each = directory->After(*each)) {
    EXPECT_EQ(directory->At(index), each);
    index += 1;
  }
  EXPECT_EQ(index, model.size());
  EXPECT_EQ(directory->At(index), nullptr);
}

}  // namespace
