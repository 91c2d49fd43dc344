#pragma once
// Object directories.

#include <ob/object.hpp>

#include <nt/ntobapi.h>

#include <boost/intrusive/avl_set.hpp>

namespace ob {

// Lists objects by name and holds a reference to each. Names that differ only in case may stand side by side (as in
// NT, for callers without OBJ_CASE_INSENSITIVE).
class Directory final : public Object {
 public:
  static Type kType;
  static Result<Ref<Directory>> Create();

  // The entry, null when there is none.
  Ref<Object> Find(NameView name, bool insensitive) const;
  // Lists `object`, which has no name yet, as `name`. STATUS_OBJECT_NAME_COLLISION, STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Insert(const Ref<Object> &object, NameView name, bool insensitive);
  // Takes the object out; it loses its name.
  void Remove(Object &object);
  // The entry at `index` in the order of names, null after the last one.
  Object *At(std::size_t index) const;
  // The entry after `object` in the order of names, null after the last one.
  Object *After(const Object &object) const;
  std::size_t Count() const { return count_; }

 private:
  Directory() : Object(kType) {}
  ~Directory() override;
  void Destroy() override;

  // Upcased order first, exact order among equals.
  struct Order {
    static int Compare(NameView a, NameView b);
    bool operator()(const Object &a, const Object &b) const { return Compare(a.ObjectName(), b.ObjectName()) < 0; }
    bool operator()(const Object &a, NameView b) const { return Compare(a.ObjectName(), b) < 0; }
    bool operator()(NameView a, const Object &b) const { return Compare(a, b.ObjectName()) < 0; }
  };
  using Entries =
      boost::intrusive::avl_set<Object, boost::intrusive::base_hook<DirectoryHook>, boost::intrusive::compare<Order>,
                                boost::intrusive::constant_time_size<false>>;
  Entries entries_;
  std::size_t count_ = 0;
  Directory *next_dead_ = nullptr;
};

}  // namespace ob
