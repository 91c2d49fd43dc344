// Object directories and symbolic links.

#include <ob/attributes.hpp>
#include <ob/services.hpp>

namespace ob {

namespace {

// One answer has at most this many entries, whatever the buffer: the caller comes again.
constexpr ULONG kMaximumEntries = 512;

ULONG Bytes(NameView text) { return static_cast<ULONG>(text.size() * sizeof(WCHAR)); }

// Room for the entry and its two terminated strings.
ULONG EntrySize(const Object &object) {
  return static_cast<ULONG>(sizeof(OBJECT_DIRECTORY_INFORMATION) + 2 * sizeof(WCHAR)) + Bytes(object.ObjectName()) +
         Bytes(object.ObjectType().name);
}

// Writes the text and its terminator at `offset`, moves that on, and describes the text.
Result<UNICODE_STRING> WriteText(UserPointer buffer, ULONG &offset, NameView text) {
  constexpr WCHAR kTerminator = 0;
  UserPointer at = buffer + offset;
  TRY(at.Write(text.data(), Bytes(text)));
  TRY(at.Write(&kTerminator, sizeof(kTerminator), Bytes(text)));
  offset += Bytes(text) + static_cast<ULONG>(sizeof(kTerminator));
  return UNICODE_STRING{.Length = static_cast<USHORT>(Bytes(text)),
                        .MaximumLength = static_cast<USHORT>(Bytes(text) + sizeof(kTerminator)),
                        .Buffer = reinterpret_cast<WCHAR *>(at.address)};
}

// The entries from `first` on, an empty one behind them, then the strings.
Result<void> WriteEntries(const Directory &directory, const Object *first, ULONG count, UserPointer buffer) {
  ULONG strings = static_cast<ULONG>((count + 1) * sizeof(OBJECT_DIRECTORY_INFORMATION));
  const Object *object = first;
  for (ULONG i = 0; i < count; i += 1) {
    OBJECT_DIRECTORY_INFORMATION entry = {};
    entry.Name = TRY(WriteText(buffer, strings, object->ObjectName()));
    entry.TypeName = TRY(WriteText(buffer, strings, object->ObjectType().name));
    TRY(buffer.Write(&entry, sizeof(entry), i * sizeof(entry)));
    object = directory.After(*object);
  }
  OBJECT_DIRECTORY_INFORMATION end = {};
  return buffer.Write(&end, sizeof(end), count * sizeof(end));
}

}  // namespace

// ---------------------------------------------------------------------------------------------- directories

Result<NTSTATUS> NtCreateDirectoryObject(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                         UserIn<OBJECT_ATTRIBUTES> attributes) {
  CapturedAttributes captured = TRY(Capture(caller, attributes, Purpose::kCreate));
  Ref<Directory> directory = TRY(Directory::Create());
  return CreateHandle(caller, handle, desired_access, captured, directory);
}

Result<NTSTATUS> NtOpenDirectoryObject(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                       UserIn<OBJECT_ATTRIBUTES> attributes) {
  return OpenHandle(caller, handle, desired_access, attributes, Directory::kType);
}

Result<NTSTATUS> NtQueryDirectoryObject(ke::Caller &caller, HANDLE handle, UserPointer buffer, ULONG length,
                                        BOOLEAN return_single_entry, BOOLEAN restart_scan, UserInOut<ULONG> context,
                                        UserOut<ULONG> return_length) {
  Ref<Directory> directory = TRY(caller.Handles().Reference<Directory>(handle, DIRECTORY_QUERY));
  ULONG index = restart_scan != 0 ? 0 : TRY(context.Read());
  const Object *first = directory->At(index);
  if (first == nullptr) {
    TRY(return_length.WriteIfGiven(sizeof(OBJECT_DIRECTORY_INFORMATION)));
    return STATUS_NO_MORE_ENTRIES;
  }
  ULONG size = sizeof(OBJECT_DIRECTORY_INFORMATION);  // the empty entry at the end
  ULONG count = 0;
  const Object *next = first;
  while (next != nullptr && EntrySize(*next) <= length - size && length >= size && count < kMaximumEntries) {
    size += EntrySize(*next);
    count += 1;
    next = directory->After(*next);
    if (return_single_entry != 0) {
      break;
    }
  }
  if (count == 0) {
    TRY(return_length.WriteIfGiven(size + EntrySize(*first)));
    return Fail(STATUS_BUFFER_TOO_SMALL);
  }
  TRY(WriteEntries(*directory, first, count, buffer));
  TRY(context.Write(index + count));
  TRY(return_length.WriteIfGiven(size));
  return next != nullptr && return_single_entry == 0 ? STATUS_MORE_ENTRIES : STATUS_SUCCESS;
}

// ---------------------------------------------------------------------------------------------- symbolic links

Result<NTSTATUS> NtCreateSymbolicLinkObject(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                            UserIn<OBJECT_ATTRIBUTES> attributes, UserIn<UNICODE_STRING> target) {
  if (!attributes) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  CapturedAttributes captured = TRY(Capture(caller, attributes, Purpose::kCreate));
  UNICODE_STRING value = TRY(target.Read());
  if (value.MaximumLength < sizeof(WCHAR) || value.Length > value.MaximumLength || value.Length % sizeof(WCHAR) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  ke::CapturedString text = TRY(ke::CapturedString::Create(*target.space, value));
  Ref<SymbolicLink> link = TRY(SymbolicLink::Create(text.View()));
  link->SetCreationTime(static_cast<LONGLONG>(caller.Wait().Home().Time().SystemTime()));
  return CreateHandle(caller, handle, desired_access, captured, link);
}

Result<NTSTATUS> NtOpenSymbolicLinkObject(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                          UserIn<OBJECT_ATTRIBUTES> attributes) {
  return OpenHandle(caller, handle, desired_access, attributes, SymbolicLink::kType);
}

Result<NTSTATUS> NtQuerySymbolicLinkObject(ke::Caller &caller, HANDLE handle, UserInOut<UNICODE_STRING> target,
                                           UserOut<ULONG> returned_length) {
  UNICODE_STRING value = TRY(target.Read());
  Ref<SymbolicLink> link = TRY(caller.Handles().Reference<SymbolicLink>(handle, SYMBOLIC_LINK_QUERY));
  ULONG length = Bytes(link->Target());
  ULONG terminated = length + static_cast<ULONG>(sizeof(WCHAR));
  TRY(returned_length.WriteIfGiven(terminated));
  // Who asks for the length must have room for the terminator too.
  if (value.MaximumLength < (returned_length ? terminated : length)) {
    return Fail(STATUS_BUFFER_TOO_SMALL);
  }
  UserPointer buffer{target.space, reinterpret_cast<ke::UserAddress>(value.Buffer)};
  TRY(buffer.Write(link->Target().data(), length));
  if (value.MaximumLength >= terminated) {
    constexpr WCHAR kTerminator = 0;
    TRY(buffer.Write(&kTerminator, sizeof(kTerminator), length));
  }
  value.Length = static_cast<USHORT>(length);
  TRY(target.Write(value));
  return STATUS_SUCCESS;
}

}  // namespace ob
