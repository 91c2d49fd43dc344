#include <ob/directory.hpp>
#include <ob/handle_table.hpp>
#include <ob/object.hpp>

#include <algorithm>

namespace ob {

// ---------------------------------------------------------------------------------------------- types

ACCESS_MASK MapAccess(const Type &type, ACCESS_MASK access) {
  ACCESS_MASK mapped = access & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
  if ((access & GENERIC_READ) != 0) {
    mapped |= type.mapping.GenericRead;
  }
  if ((access & GENERIC_WRITE) != 0) {
    mapped |= type.mapping.GenericWrite;
  }
  if ((access & GENERIC_EXECUTE) != 0) {
    mapped |= type.mapping.GenericExecute;
  }
  if ((access & GENERIC_ALL) != 0) {
    mapped |= type.mapping.GenericAll;
  }
  return mapped;
}

Result<ACCESS_MASK> GrantAccess(const Type &type, ACCESS_MASK desired) {
  ACCESS_MASK mapped = MapAccess(type, desired);
  if ((mapped & ACCESS_SYSTEM_SECURITY) != 0) {
    return Fail(STATUS_PRIVILEGE_NOT_HELD);  // needs SeSecurityPrivilege
  }
  if ((mapped & MAXIMUM_ALLOWED) != 0) {
    mapped = (mapped & ~MAXIMUM_ALLOWED) | type.valid_access;
  }
  // SYNCHRONIZE is asked for by habit; a type that cannot be waited for just does not grant it.
  mapped &= type.valid_access | ~SYNCHRONIZE;
  if ((mapped & ~type.valid_access) != 0) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  return mapped;
}

// ---------------------------------------------------------------------------------------------- objects

Object::Object(ob::Type &type) : type_(type) {
  type_.objects += 1;
  type_.most_objects = std::max(type_.most_objects, type_.objects);
}

Object::~Object() { type_.objects -= 1; }

void Object::MakeTemporary() {
  permanent_ = false;
  if (handles_ == 0 && parent_ != nullptr) {
    parent_->Remove(*this);
  }
}

// No recursion: a program may nest directories deeper than our stack is.
Result<Name> Object::FullName() const {
  if (parent_ == nullptr) {
    return Name::Create(root_ ? u"\\" : u"");
  }
  std::size_t length = 0;
  const Object *top = this;
  for (; top->parent_ != nullptr; top = top->parent_) {
    length += 1 + top->ObjectName().size();
    if (length > kMaximumNameLength) {
      return Fail(STATUS_NAME_TOO_LONG);
    }
  }
  // What hangs below a directory that was deleted is shown as NT does.
  NameView prefix = top->root_ ? u"" : u"...";
  Name name = TRY(Name::Allocate(prefix.size() + length));
  char16_t *position = name.Text().data() + name.Text().size();
  for (const Object *object = this; object != top; object = object->parent_) {
    NameView component = object->ObjectName();
    position = std::copy_backward(component.begin(), component.end(), position);
    position -= 1;
    *position = u'\\';
  }
  std::copy_backward(prefix.begin(), prefix.end(), position);
  return name;
}

}  // namespace ob
