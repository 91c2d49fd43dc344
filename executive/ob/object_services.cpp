// Handles and what is known about any object.

#include <ob/attributes.hpp>
#include <ob/services.hpp>
#include <rtl/checked.hpp>

#include <algorithm>

namespace ob {

namespace {

constexpr ULONG kPermanentAttribute = OBJ_PERMANENT;

Result<void> CheckLength(ULONG length, std::size_t expected) {
  if (length != expected) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  return {};
}

template <typename T>
T *AsPointer(UserPointer pointer) {
  return reinterpret_cast<T *>(pointer.address);
}

USHORT Bytes(NameView text) { return static_cast<USHORT>(text.size() * sizeof(WCHAR)); }

// Text with its terminator, and the UNICODE_STRING that describes it there.
UNICODE_STRING Describe(NameView text, UserPointer at) {
  return {.Length = Bytes(text),
          .MaximumLength = static_cast<USHORT>(Bytes(text) + sizeof(WCHAR)),
          .Buffer = AsPointer<WCHAR>(at)};
}

Result<void> WriteText(UserPointer at, NameView text) {
  constexpr WCHAR kTerminator = 0;
  TRY(at.Write(text.data(), Bytes(text)));
  return at.Write(&kTerminator, sizeof(kTerminator), Bytes(text));
}

ULONG TypeSize(const Type &type) {
  return static_cast<ULONG>(sizeof(OBJECT_TYPE_INFORMATION) + AlignUp(Bytes(type.name) + sizeof(WCHAR), 4));
}

Result<NTSTATUS> QueryBasic(const HandleTable::Entry &entry, UserPointer to, ULONG length,
                            UserOut<ULONG> return_length) {
  TRY(CheckLength(length, sizeof(OBJECT_BASIC_INFORMATION)));
  const Object &object = *entry.object;
  Name name = TRY(object.FullName());
  OBJECT_BASIC_INFORMATION information = {};
  information.Attributes =
      entry.attributes | (object.Permanent() ? kPermanentAttribute : 0) | (object.Exclusive() ? OBJ_EXCLUSIVE : 0);
  information.GrantedAccess = entry.access;
  information.HandleCount = object.Handles();
  information.PointerCount = static_cast<ULONG>(object.References() - 1);  // without ours
  if (!name.Empty()) {
    information.NameInfoSize = static_cast<ULONG>(sizeof(UNICODE_STRING) + Bytes(name.View()) + sizeof(WCHAR));
  }
  information.TypeInfoSize = TypeSize(object.ObjectType());
  information.CreationTime.QuadPart = object.CreationTime();
  TRY(to.Write(&information, sizeof(information)));
  TRY(return_length.WriteIfGiven(sizeof(information)));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> QueryName(const Object &object, UserPointer to, ULONG length, UserOut<ULONG> return_length) {
  Name name = TRY(object.FullName());
  NameView text = name.View();
  std::size_t needed = sizeof(UNICODE_STRING) + (text.empty() ? 0 : Bytes(text) + sizeof(WCHAR));
  TRY(return_length.WriteIfGiven(static_cast<ULONG>(needed)));
  UserPointer behind = to + sizeof(UNICODE_STRING);
  if (length < needed) {
    if (!object.ObjectType().parses_names || length < sizeof(UNICODE_STRING)) {
      return Fail(STATUS_INFO_LENGTH_MISMATCH);
    }
    // Files give as much of their name as fits.
    UNICODE_STRING string = Describe(text, behind);
    TRY(to.Write(&string, sizeof(string)));
    TRY(behind.Write(text.data(), AlignDown<std::size_t>(length - sizeof(string), sizeof(WCHAR))));
    return STATUS_BUFFER_OVERFLOW;
  }
  UNICODE_STRING string = {};
  if (!text.empty()) {
    string = Describe(text, behind);
    TRY(WriteText(behind, text));
  }
  TRY(to.Write(&string, sizeof(string)));
  return STATUS_SUCCESS;
}

Result<void> WriteType(const Type &type, UserPointer to) {
  UserPointer behind = to + sizeof(OBJECT_TYPE_INFORMATION);
  OBJECT_TYPE_INFORMATION information = {};
  information.TypeName = Describe(type.name, behind);
  information.TotalNumberOfObjects = type.objects;
  information.TotalNumberOfHandles = type.handles;
  information.HighWaterNumberOfObjects = type.most_objects;
  information.HighWaterNumberOfHandles = type.most_handles;
  information.InvalidAttributes = type.invalid_attributes;
  information.GenericMapping = type.mapping;
  information.ValidAccessMask = type.valid_access;
  information.TypeIndex = type.index;
  TRY(to.Write(&information, sizeof(information)));
  return WriteText(behind, type.name);
}

Result<NTSTATUS> QueryType(const Type &type, UserPointer to, ULONG length, UserOut<ULONG> return_length) {
  TRY(return_length.WriteIfGiven(TypeSize(type)));
  if (length < TypeSize(type)) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  TRY(WriteType(type, to));
  return STATUS_SUCCESS;
}

// OBJECT_TYPES_INFORMATION: the number of types, then each where the one before, rounded up to 8, ends.
Result<NTSTATUS> QueryTypes(UserPointer to, ULONG length, UserOut<ULONG> return_length) {
  constexpr std::size_t kAlignment = 8;
  std::size_t offset = kAlignment;
  ULONG count = 0;
  for (std::size_t i = 0; i < Namespace::kTypes; i += 1) {
    const Type *type = CurrentNamespace().TypeAt(i);
    if (type == nullptr) {
      continue;
    }
    std::size_t end = offset + TypeSize(*type);
    if (end <= length) {
      TRY(WriteType(*type, to + offset));
    }
    count += 1;
    offset = AlignUp(end, kAlignment);
  }
  TRY(return_length.WriteIfGiven(static_cast<ULONG>(offset)));
  if (length < offset) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  TRY(to.Write(&count, sizeof(count)));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> QueryHandleFlags(const HandleTable::Entry &entry, UserPointer to, ULONG length,
                                  UserOut<ULONG> return_length) {
  TRY(CheckLength(length, sizeof(OBJECT_HANDLE_FLAG_INFORMATION)));
  OBJECT_HANDLE_FLAG_INFORMATION information = {
      .Inherit = (entry.attributes & OBJ_INHERIT) != 0,
      .ProtectFromClose = (entry.attributes & HandleTable::kProtectFromClose) != 0,
  };
  TRY(to.Write(&information, sizeof(information)));
  TRY(return_length.WriteIfGiven(sizeof(information)));
  return STATUS_SUCCESS;
}

// The new handle of a duplication, in the target's table.
Result<HANDLE> Duplicate(const HandleTable &from, HANDLE source, HandleTable &to, ACCESS_MASK desired, ULONG attributes,
                         ULONG options) {
  HandleTable::Entry entry = TRY(from.Lookup(source));
  ACCESS_MASK granted = entry.access;
  if ((options & DUPLICATE_SAME_ACCESS) == 0) {
    granted = TRY(GrantAccess(entry.object->ObjectType(), desired));
  }
  if ((options & DUPLICATE_SAME_ATTRIBUTES) != 0) {
    attributes = entry.attributes;
  }
  attributes &= ~OBJ_EXCLUSIVE;
  if (entry.object->Exclusive() && &from == &to) {
    attributes |= OBJ_EXCLUSIVE;
  }
  return to.Insert(entry.object, granted, attributes);
}

}  // namespace

Result<NTSTATUS> NtClose(ke::Caller &caller, HANDLE handle) {
  TRY(caller.Handles().Close(handle));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtCompareObjects(ke::Caller &caller, HANDLE first, HANDLE second) {
  Ref<Object> a = TRY(caller.Handles().Reference(first, 0));
  Ref<Object> b = TRY(caller.Handles().Reference(second, 0));
  if (a != b) {
    return Fail(STATUS_NOT_SAME_OBJECT);
  }
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtDuplicateObject(ke::Caller &caller, HANDLE source_process, HANDLE source, HANDLE target_process,
                                   UserOut<HANDLE> target, ACCESS_MASK desired_access, ULONG attributes,
                                   ULONG options) {
  Ref<Object> from_process = TRY(caller.Handles().Reference(source_process, PROCESS_DUP_HANDLE));
  HandleTable &from = *TRY(from_process->OwnHandles());
  bool close_source = (options & DUPLICATE_CLOSE_SOURCE) != 0;
  if (target_process == nullptr) {
    if (!close_source) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    TRY(from.Close(source));
    return STATUS_SUCCESS;
  }
  // The source is closed whatever becomes of the copy.
  auto duplicate = [&]() -> Result<NTSTATUS> {
    Ref<Object> to_process = TRY(caller.Handles().Reference(target_process, PROCESS_DUP_HANDLE));
    HandleTable &to = *TRY(to_process->OwnHandles());
    HANDLE copy = TRY(Duplicate(from, source, to, desired_access, attributes, options));
    Result<void> written = target.WriteIfGiven(copy);
    if (!written) {
      (void)to.Close(copy);
      return std::unexpected(written.error());
    }
    return STATUS_SUCCESS;
  };
  Result<NTSTATUS> status = duplicate();
  if (close_source) {
    (void)from.Close(source);
  }
  return status;
}

Result<NTSTATUS> NtMakePermanentObject(ke::Caller &caller, HANDLE handle) {
  Ref<Object> object = TRY(caller.Handles().Reference(handle, 0));
  object->MakePermanent();
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtMakeTemporaryObject(ke::Caller &caller, HANDLE handle) {
  Ref<Object> object = TRY(caller.Handles().Reference(handle, DELETE));
  object->MakeTemporary();
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtQueryObject(ke::Caller &caller, HANDLE handle, OBJECT_INFORMATION_CLASS information_class,
                               UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  if (information_class == ObjectTypesInformation) {
    return QueryTypes(information, length, return_length);
  }
  HandleTable::Entry entry = TRY(caller.Handles().Lookup(handle));
  switch (information_class) {
    case ObjectBasicInformation:
      return QueryBasic(entry, information, length, return_length);
    case ObjectNameInformation:
      return QueryName(*entry.object, information, length, return_length);
    case ObjectTypeInformation:
      return QueryType(entry.object->ObjectType(), information, length, return_length);
    case ObjectHandleFlagInformation:
      return QueryHandleFlags(entry, information, length, return_length);
    default:
      return Fail(STATUS_INVALID_INFO_CLASS);
  }
}

Result<NTSTATUS> NtSetInformationObject(ke::Caller &caller, HANDLE handle, OBJECT_INFORMATION_CLASS information_class,
                                        UserPointer information, ULONG length) {
  if (information_class != ObjectHandleFlagInformation) {
    return Fail(STATUS_INVALID_INFO_CLASS);
  }
  TRY(CheckLength(length, sizeof(OBJECT_HANDLE_FLAG_INFORMATION)));
  auto flags = TRY(UserIn<OBJECT_HANDLE_FLAG_INFORMATION>(information).Read());
  ULONG attributes =
      (flags.Inherit != 0 ? OBJ_INHERIT : 0) | (flags.ProtectFromClose != 0 ? HandleTable::kProtectFromClose : 0);
  TRY(caller.Handles().SetAttributes(handle, attributes));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtQuerySecurityObject(ke::Caller &caller, HANDLE handle, ULONG, UserPointer, ULONG, UserOut<ULONG>) {
  TRY(caller.Handles().Reference(handle, READ_CONTROL));
  return Fail(STATUS_NOT_IMPLEMENTED);  // objects have no security descriptors yet
}

}  // namespace ob
