#pragma once
// The one namespace of objects: lookup by path, opening and creating by name.

#include <ob/directory.hpp>
#include <ob/handle_table.hpp>
#include <ob/symbolic_link.hpp>

#include <memory>

namespace ob {

// A name as OBJECT_ATTRIBUTES gives it. The views must outlive the request's use.
struct Request {
  Ref<Object> root = nullptr;  // RootDirectory, referenced; null: `name` is absolute
  NameView name = {};
  ULONG attributes = 0;        // OBJ_ flags
  const Type *type = nullptr;  // what is to be opened or created; null: anything
  bool Insensitive() const { return (attributes & OBJ_CASE_INSENSITIVE) != 0; }
};

// How far a path leads.
struct Found {
  // What the path names. Null: nothing has the name `leaf` in `directory` yet (only if the caller wants to create).
  Ref<Object> object;
  // When `object` parses names itself (a device, a file, a key): the rest of the path, with its leading backslash when
  // the path has one there. `\Device\X` gives "", `\Device\X\` gives "\", `\Device\X\a\b` gives "\a\b"; a RootDirectory
  // of such a type gives the name as it is.
  NameView remaining;
  Ref<Directory> directory;
  NameView leaf;
  // Holds the text of the views when symbolic links changed the path; otherwise they view the request's name.
  Name text;
};

// The outcome of creating: a handle, and STATUS_SUCCESS or STATUS_OBJECT_NAME_EXISTS (opened, OBJ_OPENIF).
struct Created {
  HANDLE handle = nullptr;
  NTSTATUS status = STATUS_SUCCESS;
  Ref<Object> object;
};

enum class Purpose : std::uint8_t { kOpen, kCreate };

class Namespace {
 public:
  static constexpr std::size_t kTypes = 64;

  // The root with \GLOBAL??, \DosDevices, \ObjectTypes, \Device, \Driver, \FileSystem, \BaseNamedObjects,
  // \KernelObjects, and the types of this component. STATUS_INSUFFICIENT_RESOURCES.
  static Result<std::unique_ptr<Namespace>> Create();
  ~Namespace();

  // Walks the path, through symbolic links (at most 32, more are STATUS_OBJECT_NAME_NOT_FOUND; a last one is opened
  // itself with OBJ_OPENLINK or when the request's type is SymbolicLink). `\??` is `\GLOBAL??`. Purpose kOpen fails
  // when nothing has the last name. STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_OBJECT_NAME_INVALID,
  // STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH (root is not a directory),
  // STATUS_REPARSE_POINT_ENCOUNTERED (OBJ_DONT_REPARSE), STATUS_INSUFFICIENT_RESOURCES. A type that parses names ends
  // the walk: the caller (io, cm) goes on from `object` and `remaining` as it likes, also in a coroutine.
  Result<Found> Lookup(const Request &request, Purpose purpose = Purpose::kOpen);

  // The object that the path names, of the request's type and complete. Adds STATUS_OBJECT_TYPE_MISMATCH.
  Result<Ref<Object>> Reference(const Request &request);
  // As Reference, and a handle to it. Adds STATUS_ACCESS_DENIED.
  Result<HANDLE> Open(HandleTable &handles, const Request &request, ACCESS_MASK desired);
  // A handle to the new `object`, which is given the request's name if there is one. With OBJ_OPENIF a handle to what
  // has the name already. STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_TYPE_MISMATCH; nothing is left behind on failure.
  Result<Created> Insert(HandleTable &handles, const Ref<Object> &object, const Request &request, ACCESS_MASK desired);

  // For the Executive itself: permanent objects by absolute path, directories that are there already are no failure.
  Result<void> Publish(NameView path, const Ref<Object> &object);
  Result<Ref<Directory>> MakeDirectory(NameView path);
  Result<void> MakeLink(NameView path, NameView target);
  // Lists the type in \ObjectTypes and gives it its index.
  Result<void> Register(Type &type);
  // The type with this index; null when there is none (below kTypes).
  Type *TypeAt(std::size_t index) const { return index < types_.size() ? types_[index] : nullptr; }

  const Ref<Directory> &Root() const { return root_; }
  // \GLOBAL??
  const Ref<Directory> &DosDevices() const { return dos_devices_; }

 private:
  Namespace() = default;

  Ref<Directory> root_;
  Ref<Directory> dos_devices_;
  std::array<Type *, kTypes> types_ = {};
  UCHAR next_type_ = 2;  // as NT: TypeIndex 0 and 1 mean other things
};

// The namespace that the services use; set once at start, or by a test.
Namespace &CurrentNamespace();
void UseNamespace(Namespace *instance);

}  // namespace ob
