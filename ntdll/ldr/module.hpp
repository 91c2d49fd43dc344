// The loader's record of a module and its lists. Everything here is used under the loader lock.
#pragma once

#include "image.hpp"

#include "../ntdllp.hpp"

#include <string_view>

namespace ldr {

enum class State : unsigned char {
  kMapped,        // in the lists, imports not yet resolved
  kSnapped,       // imports resolved
  kInitialising,  // its dependencies or itself are being initialised
  kReady,         // DLL_PROCESS_ATTACH has returned TRUE (or there was nothing to call)
  kFailed,        // it returned FALSE
  kUnloading,
};

constexpr ULONG kPinned = 0xFFFFFFFF;
constexpr USHORT kNoTls = 0xFFFF;

/// One loaded image. Lives from MapModule to Unmap; `entry` is what programs see in the PEB's lists.
struct Module {
  LDR_DATA_TABLE_ENTRY entry;  // must be first
  Image image;
  Module **dependencies;  // modules this one imports from
  ULONG dependency_count;
  ULONG dependency_capacity;
  ULONG references;  // explicit loads; kPinned: for ever. A module stays while such a one reaches it by dependencies
  State state;
  bool view_owned;  // unmapped when it goes
  bool reachable;   // scratch of Sweep

  ULONG_PTR Base() const { return reinterpret_cast<ULONG_PTR>(entry.DllBase); }
};

inline Module *FromLoadLinks(PLIST_ENTRY links) { return reinterpret_cast<Module *>(links); }
inline Module *FromInitLinks(PLIST_ENTRY links) {
  return reinterpret_cast<Module *>(CONTAINING_RECORD(links, LDR_DATA_TABLE_ENTRY, InInitializationOrderLinks));
}

/// What failed while loading, for the message to the user.
struct Failure {
  char module[128];  // the DLL
  char symbol[256];  // name or "#ordinal" of the import; empty: the DLL itself
  void Set(std::string_view module_name, std::string_view symbol_name = {});
  void Set(const UNICODE_STRING &module_name);
};

// module.cpp: lists
/// Makes the lists and the PEB's pointer to them.
void InitialiseLists();
Module *FindByName(const UNICODE_STRING &base_name);
Module *FindByHandle(const void *base);
Module *FindByAddress(const void *address);
/// A record for the image mapped at `base`, in the load and memory lists. STATUS_NO_MEMORY,
/// STATUS_INVALID_IMAGE_FORMAT.
Result<Module *> AddModule(void *base, size_t view, const UNICODE_STRING &full_name, bool view_owned);
/// Takes a record out of all lists, unmaps its view and frees it.
void DropModule(Module *module);
/// Notes that `module` needs `needed`. STATUS_NO_MEMORY.
Result<void> AddDependency(Module *module, Module *needed);
/// One more or one less explicit load.
void Reference(Module *module);
void Dereference(Module *module);
/// A copy of a string in loader memory, with a terminator. STATUS_NO_MEMORY.
Result<UNICODE_STRING> CopyString(const UNICODE_STRING &source);

// search.cpp: files
/// Opens and maps the DLL called `name`. `search_path` (may be null) is a list of directories, separated by `;`.
/// STATUS_DLL_NOT_FOUND; statuses of NtOpenFile, NtCreateSection and NtMapViewOfSection.
Result<Module *> MapModule(const UNICODE_STRING &name, PCWSTR search_path);
/// The part behind the last separator.
UNICODE_STRING BaseName(const UNICODE_STRING &path);

// snap.cpp: imports
/// The module `name` with everything it imports, not yet initialised. After a failure the caller runs Sweep.
Result<Module *> LoadGraph(const UNICODE_STRING &name, PCWSTR search_path, Failure *failure);
/// Resolves relocations and imports of a mapped module.
Result<void> Snap(Module *module, Failure *failure);
/// The address of an export, forwarders followed; `importer` (may be null) keeps the forwarders' modules loaded.
Result<ULONG_PTR> ResolveExport(Module *module, std::string_view name, ULONG hint, Module *importer, Failure *failure);
Result<ULONG_PTR> ResolveExport(Module *module, ULONG ordinal, Module *importer, Failure *failure);

// attach.cpp: DllMain
/// Initialises a module after its dependencies. STATUS_DLL_INIT_FAILED.
Result<void> InitialiseGraph(Module *module, bool process_start, Failure *failure);
/// Detaches and unmaps every module that no explicit load reaches.
void Sweep();
/// DLL_THREAD_ATTACH or DLL_THREAD_DETACH to all modules.
void NotifyThread(ULONG reason);
/// DLL_PROCESS_DETACH to all modules, last initialised first.
void DetachAll();
/// The function itself, with the image's TLS callbacks.
bool CallEntry(Module *module, ULONG reason, bool process_wide);

// tls.cpp: static TLS
/// Gives the module its TLS index. STATUS_NO_MEMORY, STATUS_INVALID_IMAGE_FORMAT.
Result<void> AddTls(Module *module);
void RemoveTls(Module *module);
/// Makes the calling thread's TLS blocks. STATUS_NO_MEMORY.
Result<void> InitialiseThreadTls();
void FreeThreadTls();
void CallTlsCallbacks(Module *module, ULONG reason);

/// The loader lock. Recursive; not taken by the last thread of a process that is shutting down.
class LoaderLock {
 public:
  LoaderLock() { Acquire(); }
  ~LoaderLock() { ReleaseLock(); }
  LoaderLock(const LoaderLock &) = delete;
  LoaderLock &operator=(const LoaderLock &) = delete;
  static void Acquire();
  static bool TryAcquire();
  static void ReleaseLock();
  static bool OwnedByCaller();
};

}  // namespace ldr
