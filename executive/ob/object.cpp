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

Result<Name> Object::FullName() const {
  if (parent_ == nullptr) {
    return Name();
  }
  Name above = TRY(parent_->FullName());
  NameView path = above.View();
  if (path.empty()) {
    path = u"...";  // as NT shows what hangs below a directory that was deleted
  }
  Name joint = TRY(Name::Join(path, path.back() == u'\\' ? u"" : u"\\"));
  return Name::Join(joint.View(), ObjectName());
}

}  // namespace ob
