// Services that give a key handle.

#include <cm/key.hpp>
#include <cm/services.hpp>
#include <ke/clock.hpp>
#include <ob/attributes.hpp>
#include <rtl/defer.hpp>

namespace cm {
namespace {

constexpr std::size_t kMaxLinks = 32;
constexpr ULONG kCreateOptions =
    REG_OPTION_VOLATILE | REG_OPTION_CREATE_LINK | REG_OPTION_BACKUP_RESTORE | REG_OPTION_OPEN_LINK;

// Where the object attributes lead, and what the views in it look at.
struct Target {
  ke::CapturedString name;
  ob::Found found;
  hive::Array<char16_t> reparsed{CurrentRegistry().Memory()};
  Parsed parsed{CurrentRegistry().Memory()};
  ULONG attributes = 0;
};

// Walks the object namespace up to a key and the registry from there, again for every link on the way.
Result<Target> Resolve(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> object_attributes, bool open_link) {
  ob::CapturedAttributes captured = TRY(ob::Capture(caller, object_attributes));
  ob::Request request = captured.For(&KeyObject::kType);
  Target target;
  target.attributes = captured.attributes;
  // Registry names never regard case; neither does the way to \REGISTRY.
  request.attributes |= OBJ_CASE_INSENSITIVE;
  open_link |= (request.attributes & OBJ_OPENLINK) != 0;
  for (std::size_t links = 0; links <= kMaxLinks; links++) {
    if (request.root && request.name.starts_with(u'\\')) {
      return Fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
    }
    target.found = TRY(ob::CurrentNamespace().Lookup(request));
    const auto object = TRY(ob::As<KeyObject>(target.found.object));
    target.parsed = TRY(CurrentRegistry().Parse(object->Key(), target.found.remaining, open_link));
    if (target.parsed.reparse.Size() == 0) {
      target.name = std::move(captured.name);
      return target;
    }
    if ((request.attributes & OBJ_DONT_REPARSE) != 0) {
      return Fail(STATUS_REPARSE_POINT_ENCOUNTERED);
    }
    target.reparsed = std::move(target.parsed.reparse);
    request.root = nullptr;
    request.name = {target.reparsed.Items().data(), target.reparsed.Size()};
  }
  return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
}

// The rights that a handle gets. Nothing is looked up or made for a request that fails here.
Result<ACCESS_MASK> Grant(ACCESS_MASK desired) {
  // There is one view of the registry only: the bits that choose between two of them mean nothing.
  desired &= ~ACCESS_MASK{KEY_WOW64_64KEY | KEY_WOW64_32KEY};
  if (desired == 0) {
    return Fail(STATUS_ACCESS_DENIED);  // as SeAccessCheck answers to a request for nothing
  }
  return ob::GrantAccess(KeyObject::kType, desired);
}

// Gives the caller a handle.
Result<void> Deliver(ke::Caller &caller, const Ref<Node> &node, ACCESS_MASK granted, ULONG attributes,
                     UserOut<HANDLE> key_handle) {
  const Ref<KeyObject> object = TRY(KeyObject::Create(node));
  const HANDLE handle = TRY(caller.Handles().Insert(object, granted, attributes & ~OBJ_EXCLUSIVE));
  return ob::HandOut(caller, key_handle, handle);
}

Result<NTSTATUS> Open(ke::Caller &caller, UserOut<HANDLE> key_handle, ACCESS_MASK desired_access,
                      UserIn<OBJECT_ATTRIBUTES> object_attributes, bool open_link) {
  const ACCESS_MASK granted = TRY(Grant(desired_access));
  const Target target = TRY(Resolve(caller, object_attributes, open_link));
  if (!target.parsed.leaf.empty()) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  TRY(Deliver(caller, target.parsed.node, granted, target.attributes, key_handle));
  return STATUS_SUCCESS;
}

}  // namespace

Result<NTSTATUS> NtOpenKey(ke::Caller &caller, UserOut<HANDLE> key_handle, ACCESS_MASK desired_access,
                           UserIn<OBJECT_ATTRIBUTES> object_attributes) {
  return Open(caller, key_handle, desired_access, object_attributes, false);
}

Result<NTSTATUS> NtOpenKeyEx(ke::Caller &caller, UserOut<HANDLE> key_handle, ACCESS_MASK desired_access,
                             UserIn<OBJECT_ATTRIBUTES> object_attributes, ULONG open_options) {
  if ((open_options & ~(REG_OPTION_BACKUP_RESTORE | REG_OPTION_OPEN_LINK)) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return Open(caller, key_handle, desired_access, object_attributes, (open_options & REG_OPTION_OPEN_LINK) != 0);
}

Result<NTSTATUS> NtCreateKey(ke::Caller &caller, UserOut<HANDLE> key_handle, ACCESS_MASK desired_access,
                             UserIn<OBJECT_ATTRIBUTES> object_attributes, ULONG /*title_index*/,
                             UserIn<UNICODE_STRING> class_name, ULONG create_options, UserOut<ULONG> disposition) {
  if ((create_options & ~kCreateOptions) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  const ACCESS_MASK granted = TRY(Grant(desired_access));
  const bool is_link = (create_options & REG_OPTION_CREATE_LINK) != 0;
  const Target target =
      TRY(Resolve(caller, object_attributes, (create_options & REG_OPTION_OPEN_LINK) != 0 || is_link));
  if (target.parsed.leaf.empty()) {
    if (is_link) {
      return Fail(STATUS_OBJECT_NAME_COLLISION);
    }
    TRY(disposition.WriteIfGiven(REG_OPENED_EXISTING_KEY));
    TRY(Deliver(caller, target.parsed.node, granted, target.attributes, key_handle));
    return STATUS_SUCCESS;
  }
  ke::CapturedString captured_class;
  if (class_name) {
    captured_class = TRY(ke::CapturedString::Create(class_name));
  }
  Registry &registry = CurrentRegistry();
  const Ref<Node> node = TRY(registry.CreateKey(target.parsed.node, target.parsed.leaf,
                                                {.class_name = captured_class.View(),
                                                 .is_volatile = (create_options & REG_OPTION_VOLATILE) != 0,
                                                 .is_link = is_link,
                                                 .time = ke::clock::SystemTime()}));
  // The key was made just now and has no sub-keys: it can be deleted again.
  Defer undo([&] { MUST(registry.DeleteKey(*node, ke::clock::SystemTime())); });
  TRY(disposition.WriteIfGiven(REG_CREATED_NEW_KEY));
  TRY(Deliver(caller, node, granted, target.attributes, key_handle));
  undo.Dismiss();
  return STATUS_SUCCESS;
}

}  // namespace cm
