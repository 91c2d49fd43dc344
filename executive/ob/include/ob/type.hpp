#pragma once
// What all objects of one kind have in common.

#include <nt/ntdef.h>
#include <ob/name.hpp>
#include <rtl/result.hpp>

#include <cstdint>

namespace ob {

// A constinit static member `kType` of each object class: `constinit ob::Type Event::kType{...}`. The address is the
// type's identity; the counters live as long as there are objects.
// What differs between types in behaviour are virtual functions of ob::Object (HandleClosed, FullName, the destructor).
struct Type {
  NameView name;
  GENERIC_MAPPING mapping;
  ACCESS_MASK valid_access;
  // Objects of this type take the rest of a path themselves (devices, files, registry keys): a lookup stops there and
  // hands the rest to the caller (Namespace::Lookup).
  bool parses_names = false;
  // OBJ_ flags that make no sense for it.
  ULONG invalid_attributes = 0;

  ULONG objects = 0;
  ULONG handles = 0;
  ULONG most_objects = 0;
  ULONG most_handles = 0;
  UCHAR index = 0;  // given by Namespace::Register
};

// Generic bits replaced by the type's specific ones.
ACCESS_MASK MapAccess(const Type &type, ACCESS_MASK access);

// The access that a handle gets when `desired` is asked for: generic rights mapped, MAXIMUM_ALLOWED resolved.
// STATUS_ACCESS_DENIED for rights that the type does not have.
Result<ACCESS_MASK> GrantAccess(const Type &type, ACCESS_MASK desired);

}  // namespace ob
