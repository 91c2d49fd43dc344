#pragma once
// Base of everything that can have a handle.

#include <ke/dispatcher.hpp>
#include <ob/name.hpp>
#include <ob/type.hpp>
#include <rtl/ref.hpp>

#include <boost/intrusive/avl_set.hpp>

#include <cstdint>

namespace ob {

class Directory;
class HandleTable;

struct DirectoryTag;
using DirectoryHook = boost::intrusive::avl_set_base_hook<boost::intrusive::tag<DirectoryTag>>;

// Lives while there is a Ref: every handle holds one, and so does the directory that lists it. A temporary object
// leaves its directory when its last handle is closed; a permanent one stays.
class Object : public RefCounted, public DirectoryHook {
 public:
  ob::Type &ObjectType() const { return type_; }

  // Its dispatcher object, null when it cannot be waited for (STATUS_OBJECT_TYPE_MISMATCH).
  virtual ke::Waitable *Dispatched() { return nullptr; }

  // The handle table of a process object, for NtDuplicateObject. STATUS_OBJECT_TYPE_MISMATCH for all others,
  // STATUS_PROCESS_IS_TERMINATING.
  virtual Result<HandleTable *> OwnHandles() { return Fail(STATUS_OBJECT_TYPE_MISMATCH); }

  NameView ObjectName() const { return name_.View(); }
  // Where it is listed; null when it has no name (any more).
  Directory *Parent() const { return parent_; }
  // The full path as NtQueryObject shows it; empty without a name. STATUS_NAME_TOO_LONG,
  // STATUS_INSUFFICIENT_RESOURCES.
  virtual Result<Name> FullName() const;

  ULONG Handles() const { return handles_; }
  bool Permanent() const { return permanent_; }
  // NtMakePermanentObject, NtMakeTemporaryObject: the latter takes it from its directory when it has no handle.
  void MakePermanent() { permanent_ = true; }
  void MakeTemporary();
  bool Exclusive() const { return exclusive_to_ != nullptr || exclusive_; }
  // Born with OBJ_EXCLUSIVE: one process only may have handles.
  void MakeExclusive() { exclusive_ = true; }
  // When the object was made, in system time; set by whoever knows (NtQueryObject, symbolic links).
  LONGLONG CreationTime() const { return creation_time_; }
  void SetCreationTime(LONGLONG time) { creation_time_ = time; }

 protected:
  explicit Object(ob::Type &type);
  ~Object() override;

  // A handle was opened with these rights. Reference counting is done already.
  virtual void HandleOpened(HandleTable &, ACCESS_MASK) {}
  // A handle of `table` with these rights was closed; `last`: no process has one any more (files: cleanup).
  virtual void HandleClosed(HandleTable &, ACCESS_MASK, bool /*last*/) {}

 private:
  friend class Directory;
  friend class HandleTable;
  friend class Namespace;

  ob::Type &type_;
  Directory *parent_ = nullptr;
  Name name_;
  HandleTable *exclusive_to_ = nullptr;
  LONGLONG creation_time_ = 0;
  ULONG handles_ = 0;
  bool permanent_ = false;
  bool exclusive_ = false;
  bool root_ = false;
};

// An object that can be waited for: `class Event final : public ob::WaitableObject<ke::Event>`. D's constructor
// arguments follow the type.
template <typename D>
class WaitableObject : public Object, public D {
 public:
  void AddRef() override { RefCounted::AddRef(); }
  void Release() override { RefCounted::Release(); }
  ke::Waitable *Dispatched() override { return static_cast<D *>(this); }

 protected:
  template <typename... Arguments>
  explicit WaitableObject(ob::Type &type, Arguments &&...arguments)
      : Object(type), D(std::forward<Arguments>(arguments)...) {}
  ~WaitableObject() override = default;
};

// Whether the object is a T (or one of a class derived from it with the same type).
template <typename T>
bool Is(const Object &object) {
  if constexpr (std::is_same_v<T, Object>) {
    return true;
  } else {
    return &object.ObjectType() == &T::kType;
  }
}

// The object as a T. STATUS_OBJECT_TYPE_MISMATCH.
template <typename T>
Result<Ref<T>> As(const Ref<Object> &object) {
  if (!Is<T>(*object)) {
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }
  return object.template As<T>();
}

}  // namespace ob
