#include <ob/attributes.hpp>
#include <utility>

namespace ob {

namespace {

// Longer ones would not fit a UNICODE_STRING together with a terminator.
constexpr USHORT kMaximumNameBytes = 65532;

}  // namespace

Result<CapturedAttributes> Capture(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes, Purpose purpose) {
  CapturedAttributes captured;
  if (!attributes) {
    if (purpose == Purpose::kOpen) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    return captured;
  }
  OBJECT_ATTRIBUTES value = TRY(attributes.Read());
  if (value.Length != sizeof(value) || (value.Attributes & ~OBJ_VALID_ATTRIBUTES) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  captured.attributes = value.Attributes & ~OBJ_KERNEL_HANDLE;  // programs have no kernel handles
  if (value.ObjectName == nullptr) {
    if (value.RootDirectory != nullptr) {
      return Fail(STATUS_OBJECT_NAME_INVALID);
    }
    return captured;
  }
  UserIn<UNICODE_STRING> pointer(UserPointer{attributes.space, reinterpret_cast<ke::UserAddress>(value.ObjectName)});
  UNICODE_STRING name = TRY(pointer.Read());
  if (name.Length % sizeof(WCHAR) != 0 || name.Length > kMaximumNameBytes) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  if (name.Length == 0 && purpose == Purpose::kCreate) {
    return captured;
  }
  captured.name = TRY(ke::CapturedString::Create(*attributes.space, name));
  if (value.RootDirectory != nullptr) {
    captured.root = TRY(caller.Handles().Reference(value.RootDirectory, 0));
  }
  return captured;
}

Result<void> HandOut(ke::Caller &caller, UserOut<HANDLE> to, HANDLE handle) {
  Result<void> written = to.Write(handle);
  if (!written) {
    (void)caller.Handles().Close(handle);
  }
  return written;
}

Result<NTSTATUS> CreateHandle(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                              const CapturedAttributes &attributes, const Ref<Object> &object) {
  Request request = attributes.For(&object->ObjectType());
  Created created = TRY(CurrentNamespace().Insert(caller.Handles(), object, request, desired_access));
  TRY(HandOut(caller, handle, created.handle));
  return created.status;
}

Result<NTSTATUS> OpenHandle(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                            UserIn<OBJECT_ATTRIBUTES> attributes, const Type &type) {
  CapturedAttributes captured = TRY(Capture(caller, attributes));
  HANDLE opened = TRY(CurrentNamespace().Open(caller.Handles(), captured.For(&type), desired_access));
  TRY(HandOut(caller, handle, opened));
  return STATUS_SUCCESS;
}

}  // namespace ob
