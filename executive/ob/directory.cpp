#include <ob/directory.hpp>
#include <ob/symbolic_link.hpp>

#include <new>

namespace ob {

constinit Type Directory::kType{
    .name = u"Directory",
    .mapping = {.GenericRead = STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
                .GenericWrite = STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY,
                .GenericExecute = STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
                .GenericAll = DIRECTORY_ALL_ACCESS},
    .valid_access = DIRECTORY_ALL_ACCESS,
};

Result<Ref<Directory>> Directory::Create() {
  auto directory = Adopt(new (std::nothrow) Directory());
  if (!directory) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return directory;
}

Directory::~Directory() {
  while (!entries_.empty()) {
    Remove(*entries_.begin());
  }
}

// One after the other, not one inside the other: a directory may hold the last reference to the next, deeper than our
// stack is.
void Directory::Destroy() {
  static constinit Directory *dead = nullptr;
  static constinit bool burying = false;
  next_dead_ = dead;
  dead = this;
  if (burying) {
    return;
  }
  burying = true;
  while (dead != nullptr) {
    Directory *next = dead;
    dead = next->next_dead_;
    delete next;
  }
  burying = false;
}

int Directory::Order::Compare(NameView a, NameView b) {
  int order = rtl::CompareNoCase(a, b);
  return order != 0 ? order : a.compare(b);
}

Ref<Object> Directory::Find(NameView name, bool insensitive) const {
  Entries &entries = const_cast<Entries &>(entries_);
  auto position = entries.find(name, Order());
  if (position == entries.end() && insensitive) {
    // Names that differ from it in case only are next to where it would be.
    position = entries.lower_bound(name, Order());
    if (position == entries.end() || !rtl::EqualNoCase(position->ObjectName(), name)) {
      if (position == entries.begin()) {
        return nullptr;
      }
      --position;
      if (!rtl::EqualNoCase(position->ObjectName(), name)) {
        return nullptr;
      }
    }
  }
  return position == entries.end() ? nullptr : Ref<Object>(&*position);
}

Result<void> Directory::Insert(const Ref<Object> &object, NameView name, bool insensitive) {
  if (Find(name, insensitive)) {
    return Fail(STATUS_OBJECT_NAME_COLLISION);
  }
  object->name_ = TRY(Name::Create(name));
  object->parent_ = this;
  object->AddRef();
  entries_.insert(*object);
  count_ += 1;
  return {};
}

void Directory::Remove(Object &object) {
  entries_.erase(entries_.iterator_to(object));
  count_ -= 1;
  object.parent_ = nullptr;
  object.name_ = Name();
  object.Release();
}

Object *Directory::At(std::size_t index) const {
  for (const Object &object : entries_) {
    if (index == 0) {
      return const_cast<Object *>(&object);
    }
    index -= 1;
  }
  return nullptr;
}

Object *Directory::After(const Object &object) const {
  auto position = entries_.iterator_to(object);
  ++position;
  return position == entries_.end() ? nullptr : const_cast<Object *>(&*position);
}

// ---------------------------------------------------------------------------------------------- symbolic links

constinit Type SymbolicLink::kType{
    .name = u"SymbolicLink",
    .mapping = {.GenericRead = STANDARD_RIGHTS_READ | SYMBOLIC_LINK_QUERY,
                .GenericWrite = STANDARD_RIGHTS_WRITE,
                .GenericExecute = STANDARD_RIGHTS_EXECUTE | SYMBOLIC_LINK_QUERY,
                .GenericAll = SYMBOLIC_LINK_ALL_ACCESS},
    .valid_access = SYMBOLIC_LINK_ALL_ACCESS | SYMBOLIC_LINK_SET,
};

Result<Ref<SymbolicLink>> SymbolicLink::Create(NameView target) {
  Name copy = TRY(Name::Create(target));
  auto link = Adopt(new (std::nothrow) SymbolicLink(std::move(copy)));
  if (!link) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return link;
}

}  // namespace ob
