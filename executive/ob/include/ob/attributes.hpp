#pragma once
// OBJECT_ATTRIBUTES of a caller, captured.

#include <ke/caller.hpp>
#include <ke/user.hpp>
#include <ob/namespace.hpp>

namespace ob {

// Owns what a Request views.
struct CapturedAttributes {
  ke::CapturedString name;
  Ref<Object> root;
  ULONG attributes = 0;

  // Valid while this object is.
  Request For(const Type *type) const { return {root, name.View(), attributes, type}; }
};

// Reads a program's OBJECT_ATTRIBUTES. kCreate is for objects that need no name: without one the root is not looked at,
// and a null pointer gives an unnamed request; with kOpen (files and keys too) it gives STATUS_INVALID_PARAMETER.
// STATUS_INVALID_PARAMETER (length, unknown attributes), STATUS_OBJECT_NAME_INVALID (odd length, longer than 65532
// bytes, root without a name), STATUS_INVALID_HANDLE (root), STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT,
// STATUS_INSUFFICIENT_RESOURCES.
Result<CapturedAttributes> Capture(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                   Purpose purpose = Purpose::kOpen);

// The end of every Nt...Create: names `object` (of its own type) as the attributes say, opens a handle and hands it
// out. STATUS_SUCCESS or STATUS_OBJECT_NAME_EXISTS; fails as Capture and Namespace::Insert do, and leaves nothing
// behind.
Result<NTSTATUS> CreateHandle(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                              const CapturedAttributes &attributes, const Ref<Object> &object);
// The whole of an Nt...Open of an object of `type` that does not parse names. Fails as Capture and Namespace::Open do.
Result<NTSTATUS> OpenHandle(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                            UserIn<OBJECT_ATTRIBUTES> attributes, const Type &type);
// Hands out a handle of the caller; closes it again when the caller's pointer fails.
Result<void> HandOut(ke::Caller &caller, UserOut<HANDLE> to, HANDLE handle);

}  // namespace ob
