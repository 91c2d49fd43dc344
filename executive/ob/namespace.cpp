#include <ob/namespace.hpp>
#include <rtl/defer.hpp>

#include <algorithm>
#include <new>

namespace ob {

namespace {

constexpr int kMaximumLinks = 32;

// A type as listed in \ObjectTypes.
class TypeObject final : public Object {
 public:
  static Type kType;
  TypeObject() : Object(kType) {}
};

constinit Type TypeObject::kType{
    .name = u"Type",
    .mapping = {.GenericRead = STANDARD_RIGHTS_READ,
                .GenericWrite = STANDARD_RIGHTS_WRITE,
                .GenericExecute = STANDARD_RIGHTS_EXECUTE,
                .GenericAll = OBJECT_TYPE_ALL_ACCESS},
    .valid_access = OBJECT_TYPE_ALL_ACCESS | SYNCHRONIZE,
};

// The walk of one lookup: `rest` is what is left of the path, without its leading backslash, seen from `directory`.
class Walk {
 public:
  Walk(const Request &request, Purpose purpose, const Ref<Directory> &root, const Ref<Directory> &dos_devices)
      : request_(request), purpose_(purpose), root_(root), dos_devices_(dos_devices) {}

  Result<Found> Run() {
    if (request_.root) {
      if (!Is<Directory>(*request_.root)) {
        return FromRoot();
      }
      if (request_.name.empty()) {
        found_.object = request_.root;
        return std::move(found_);
      }
      if (request_.name.front() == u'\\') {
        return Fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
      }
      found_.directory = request_.root.As<Directory>();
      rest_ = request_.name;
    } else {
      TRY(Restart(request_.name));
    }
    while (!done_) {
      TRY(Step());
    }
    return std::move(found_);
  }

 private:
  // RootDirectory is not a directory: an object that parses names takes them all, a link stands for itself only.
  Result<Found> FromRoot() {
    if (request_.root->ObjectType().parses_names) {
      found_.object = request_.root;
      found_.remaining = request_.name;
      return std::move(found_);
    }
    if (Is<SymbolicLink>(*request_.root) && request_.type == &SymbolicLink::kType && request_.name.empty()) {
      found_.object = request_.root;
      return std::move(found_);
    }
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }

  Result<void> Restart(NameView path) {
    if (path.empty() || path.front() != u'\\') {
      return Fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
    }
    found_.directory = nullptr;
    found_.leaf = {};
    if (path.size() == 1) {
      Finish(root_);
      return {};
    }
    found_.directory = root_;
    rest_ = path.substr(1);
    return {};
  }

  void Finish(const Ref<Object> &object) {
    found_.object = object;
    done_ = true;
  }

  // Takes one component.
  Result<void> Step() {
    std::size_t length = std::min(rest_.find(u'\\'), rest_.size());
    NameView component = rest_.substr(0, length);
    NameView behind = rest_.substr(length);  // empty, or from the backslash on
    if (component.empty()) {
      return Fail(STATUS_OBJECT_NAME_INVALID);
    }
    found_.leaf = component;
    Ref<Object> object = found_.directory->Find(component, request_.Insensitive());
    if (!object && found_.directory == root_ && component == u"??") {
      object = dos_devices_;
    }
    if (!object) {
      return Missing(behind);
    }
    if (Is<SymbolicLink>(*object)) {
      return Follow(object.As<SymbolicLink>(), behind);
    }
    if (object->ObjectType().parses_names) {
      found_.remaining = behind;
      Finish(object);
    } else if (behind.empty()) {
      Finish(object);
    } else if (Is<Directory>(*object)) {
      found_.directory = object.As<Directory>();
      rest_ = behind.substr(1);
    } else {
      return Fail(STATUS_OBJECT_PATH_NOT_FOUND);
    }
    return {};
  }

  Result<void> Missing(NameView behind) {
    if (!behind.empty()) {
      return Fail(STATUS_OBJECT_PATH_NOT_FOUND);
    }
    if (purpose_ == Purpose::kOpen) {
      return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    }
    done_ = true;
    return {};
  }

  Result<void> Follow(const Ref<SymbolicLink> &link, NameView behind) {
    bool itself = (request_.attributes & OBJ_OPENLINK) != 0 || request_.type == &SymbolicLink::kType;
    if (behind.empty() && itself) {
      Finish(link);
      return {};
    }
    if ((request_.attributes & OBJ_DONT_REPARSE) != 0) {
      return Fail(STATUS_REPARSE_POINT_ENCOUNTERED);
    }
    links_ += 1;
    if (links_ > kMaximumLinks) {
      return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    }
    NameView target = link->Target();
    if (!behind.empty() && target.ends_with(u'\\')) {
      target.remove_suffix(1);
    }
    // `behind` views the old text: it is replaced after the copy.
    Name path = TRY(Name::Join(target, behind.empty() && target.empty() ? u"\\" : behind));
    found_.text = std::move(path);
    return Restart(found_.text.View());
  }

  const Request &request_;
  Purpose purpose_;
  const Ref<Directory> &root_;
  const Ref<Directory> &dos_devices_;
  Found found_;
  NameView rest_;
  int links_ = 0;
  bool done_ = false;
};

constinit Namespace *current = nullptr;

}  // namespace

Namespace &CurrentNamespace() { return *current; }
void UseNamespace(Namespace *instance) { current = instance; }

Result<std::unique_ptr<Namespace>> Namespace::Create() {
  std::unique_ptr<Namespace> instance(new (std::nothrow) Namespace());
  if (instance == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  instance->root_ = TRY(Directory::Create());
  instance->root_->root_ = true;
  instance->root_->MakePermanent();
  instance->dos_devices_ = TRY(instance->MakeDirectory(u"\\GLOBAL??"));
  TRY(instance->MakeLink(u"\\DosDevices", u"\\??"));
  TRY(instance->MakeLink(u"\\GLOBAL??\\Global", u"\\GLOBAL??"));
  TRY(instance->MakeLink(u"\\GLOBAL??\\GLOBALROOT", u""));
  for (NameView path :
       {u"\\ObjectTypes", u"\\Device", u"\\Driver", u"\\FileSystem", u"\\BaseNamedObjects", u"\\KernelObjects"}) {
    TRY(instance->MakeDirectory(path));
  }
  TRY(instance->MakeLink(u"\\BaseNamedObjects\\Local", u"\\BaseNamedObjects"));
  TRY(instance->MakeLink(u"\\BaseNamedObjects\\Global", u"\\BaseNamedObjects"));
  TRY(instance->Register(TypeObject::kType));
  TRY(instance->Register(Directory::kType));
  TRY(instance->Register(SymbolicLink::kType));
  return instance;
}

Namespace::~Namespace() {
  if (current == this) {
    current = nullptr;
  }
}

Result<Found> Namespace::Lookup(const Request &request, Purpose purpose) {
  return Walk(request, purpose, root_, dos_devices_).Run();
}

Result<Ref<Object>> Namespace::Reference(const Request &request) {
  Found found = TRY(Lookup(request));
  if (!found.remaining.empty() || (request.type != nullptr && &found.object->ObjectType() != request.type)) {
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }
  return found.object;
}

Result<HANDLE> Namespace::Open(HandleTable &handles, const Request &request, ACCESS_MASK desired) {
  Ref<Object> object = TRY(Reference(request));
  if (desired == 0) {
    return Fail(STATUS_ACCESS_DENIED);  // as SeAccessCheck answers to a request for nothing
  }
  ACCESS_MASK granted = TRY(GrantAccess(object->ObjectType(), desired));
  return handles.Insert(object, granted, request.attributes);
}

Result<Created> Namespace::Insert(HandleTable &handles, const Ref<Object> &object, const Request &request,
                                  ACCESS_MASK desired) {
  ACCESS_MASK granted = TRY(GrantAccess(object->ObjectType(), desired));
  if (request.name.empty()) {
    HANDLE handle = TRY(handles.Insert(object, granted, request.attributes & ~OBJ_EXCLUSIVE));
    return Created{.handle = handle, .status = STATUS_SUCCESS, .object = object};
  }
  Found found = TRY(Lookup(request, Purpose::kCreate));
  if (found.object) {
    if (!found.remaining.empty()) {
      return Fail(STATUS_OBJECT_PATH_NOT_FOUND);
    }
    if (&found.object->ObjectType() != &object->ObjectType()) {
      return Fail(STATUS_OBJECT_TYPE_MISMATCH);
    }
    if ((request.attributes & OBJ_OPENIF) == 0) {
      return Fail(STATUS_OBJECT_NAME_COLLISION);
    }
    HANDLE handle = TRY(handles.Insert(found.object, granted, request.attributes));
    return Created{.handle = handle, .status = STATUS_OBJECT_NAME_EXISTS, .object = found.object};
  }
  TRY(found.directory->Insert(object, found.leaf, request.Insensitive()));
  Defer unlist([&] { found.directory->Remove(*object); });
  if ((request.attributes & OBJ_EXCLUSIVE) != 0) {
    object->MakeExclusive();
  }
  HANDLE handle = TRY(handles.Insert(object, granted, request.attributes));
  if ((request.attributes & OBJ_PERMANENT) != 0) {
    object->MakePermanent();
  }
  unlist.Dismiss();
  return Created{.handle = handle, .status = STATUS_SUCCESS, .object = object};
}

Result<void> Namespace::Publish(NameView path, const Ref<Object> &object) {
  Request request{.name = path, .attributes = OBJ_CASE_INSENSITIVE, .type = &object->ObjectType()};
  Found found = TRY(Lookup(request, Purpose::kCreate));
  if (found.object) {
    return Fail(STATUS_OBJECT_NAME_COLLISION);
  }
  TRY(found.directory->Insert(object, found.leaf, true));
  object->MakePermanent();
  return {};
}

Result<Ref<Directory>> Namespace::MakeDirectory(NameView path) {
  Request request{.name = path, .attributes = OBJ_CASE_INSENSITIVE, .type = &Directory::kType};
  Found found = TRY(Lookup(request, Purpose::kCreate));
  if (found.object) {
    return As<Directory>(found.object);
  }
  Ref<Directory> directory = TRY(Directory::Create());
  TRY(found.directory->Insert(directory, found.leaf, true));
  directory->MakePermanent();
  return directory;
}

Result<void> Namespace::MakeLink(NameView path, NameView target) {
  Ref<SymbolicLink> link = TRY(SymbolicLink::Create(target));
  return Publish(path, link);
}

Result<void> Namespace::Register(Type &type) {
  if (next_type_ >= types_.size()) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  auto object = Adopt(new (std::nothrow) TypeObject());
  if (!object) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  Name path = TRY(Name::Join(u"\\ObjectTypes\\", type.name));
  TRY(Publish(path.View(), object));
  type.index = next_type_;
  types_[next_type_] = &type;
  next_type_ += 1;
  return {};
}

}  // namespace ob
