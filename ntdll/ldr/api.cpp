// The Ldr* exports: loading, unloading and asking about modules at run time.

#include "module.hpp"

#include <cstring>

namespace {

using ldr::LoaderLock;
using ldr::Module;

// A DLL name as programs give it: ".dll" is added without a dot, one dot at the end is taken away.
class RequestedName {
 public:
  NTSTATUS Set(PCUNICODE_STRING name) {
    size_t count = name->Length / sizeof(WCHAR);
    if (count == 0 || count + 4 > kLongest) {
      return count == 0 ? STATUS_INVALID_PARAMETER : STATUS_NAME_TOO_LONG;
    }
    std::memcpy(buffer_, name->Buffer, count * sizeof(WCHAR));
    bool dot = false;
    for (size_t i = count; i > 0 && !dot && buffer_[i - 1] != '\\' && buffer_[i - 1] != '/'; i -= 1) {
      dot = buffer_[i - 1] == '.';
    }
    if (!dot) {
      std::memcpy(buffer_ + count, NT_TEXT(".dll"), 4 * sizeof(WCHAR));
      count += 4;
    } else if (buffer_[count - 1] == '.') {
      count -= 1;
    }
    bytes_ = static_cast<USHORT>(count * sizeof(WCHAR));
    return STATUS_SUCCESS;
  }
  UNICODE_STRING String() { return {bytes_, bytes_, buffer_}; }

 private:
  static constexpr size_t kLongest = 1024;
  WCHAR buffer_[kLongest];
  USHORT bytes_ = 0;
};

NTSTATUS Load(const UNICODE_STRING &name, PCWSTR search_path, PVOID *handle) {
  LoaderLock lock;
  ldr::Failure failure = {};
  Result<Module *> module = ldr::LoadGraph(name, search_path, &failure);
  if (!module) {
    ldr::Sweep();
    return module.error().Code();
  }
  ldr::Reference(*module);
  Result<void> initialised = ldr::InitialiseGraph(*module, false, &failure);
  if (!initialised) {
    ldr::Dereference(*module);
    ldr::Sweep();
    return initialised.error().Code();
  }
  *handle = (*module)->entry.DllBase;
  return STATUS_SUCCESS;
}

// Forwarders may have brought new modules: they are in the dependencies of the module they were found through.
NTSTATUS InitialiseForwarded(Module *module) {
  for (ULONG i = 0; i < module->dependency_count; i += 1) {
    Result<void> result = ldr::InitialiseGraph(module->dependencies[i], false, nullptr);
    if (!result) {
      return result.error().Code();
    }
  }
  return STATUS_SUCCESS;
}

NTSTATUS Unload(Module *module) {
  if (ntdll::Peb().Ldr->ShutdownInProgress) {
    return STATUS_SUCCESS;  // everything goes anyway
  }
  ldr::Dereference(module);
  if (module->references == 0) {
    ldr::Sweep();
  }
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

// STATUS_DLL_NOT_FOUND, STATUS_ENTRYPOINT_NOT_FOUND, STATUS_ORDINAL_NOT_FOUND, STATUS_DLL_INIT_FAILED,
// STATUS_INVALID_IMAGE_FORMAT, STATUS_NO_MEMORY, statuses of opening and mapping the file.
NTSTATUS NTAPI LdrLoadDll(PCWSTR DllPath, PULONG DllCharacteristics, PCUNICODE_STRING DllName, PVOID *DllHandle) {
  (void)DllCharacteristics;
  RequestedName name;
  NTSTATUS status = name.Set(DllName);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  // A small number in DllPath is a set of flags on newer systems, not a path.
  PCWSTR path = reinterpret_cast<ULONG_PTR>(DllPath) < 0x10000 ? nullptr : DllPath;
  return Load(name.String(), path, DllHandle);
}

NTSTATUS NTAPI LdrUnloadDll(PVOID DllHandle) {
  LoaderLock lock;
  Module *module = ldr::FindByHandle(DllHandle);
  return module == nullptr ? STATUS_DLL_NOT_FOUND : Unload(module);
}

NTSTATUS NTAPI LdrGetDllHandleEx(ULONG Flags, PCWSTR DllPath, PULONG DllCharacteristics, PCUNICODE_STRING DllName,
                                 PVOID *DllHandle) {
  (void)DllPath;
  (void)DllCharacteristics;
  RequestedName name;
  NTSTATUS status = name.Set(DllName);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  LoaderLock lock;
  Module *module = ldr::FindByName(ldr::BaseName(name.String()));
  if (module == nullptr) {
    return STATUS_DLL_NOT_FOUND;
  }
  if ((Flags & LDR_GET_DLL_HANDLE_EX_PIN) != 0) {
    module->references = ldr::kPinned;
  } else if ((Flags & LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT) == 0) {
    ldr::Reference(module);
  }
  if (DllHandle != nullptr) {
    *DllHandle = module->entry.DllBase;
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrGetDllHandle(PCWSTR DllPath, PULONG DllCharacteristics, PCUNICODE_STRING DllName, PVOID *DllHandle) {
  return LdrGetDllHandleEx(LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT, DllPath, DllCharacteristics, DllName, DllHandle);
}

// STATUS_BUFFER_TOO_SMALL: Length says how much it takes.
NTSTATUS NTAPI LdrGetDllFullName(PVOID DllHandle, PUNICODE_STRING FullDllName) {
  LoaderLock lock;
  Module *module = ldr::FindByHandle(DllHandle == nullptr ? ntdll::Peb().ImageBaseAddress : DllHandle);
  if (module == nullptr) {
    return STATUS_DLL_NOT_FOUND;
  }
  const UNICODE_STRING &name = module->entry.FullDllName;
  if (FullDllName->MaximumLength < name.Length) {
    FullDllName->Length = name.Length;
    return STATUS_BUFFER_TOO_SMALL;
  }
  RtlCopyUnicodeString(FullDllName, &name);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrAddRefDll(ULONG Flags, PVOID DllHandle) {
  if ((Flags & ~LDR_ADDREF_DLL_PIN) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  LoaderLock lock;
  Module *module = ldr::FindByHandle(DllHandle);
  if (module == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  if ((Flags & LDR_ADDREF_DLL_PIN) != 0) {
    module->references = ldr::kPinned;
  }
  ldr::Reference(module);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID DllHandle) {
  LoaderLock lock;
  Module *module = ldr::FindByHandle(DllHandle);
  if (module == nullptr) {
    return STATUS_DLL_NOT_FOUND;
  }
  if (module->entry.TlsIndex != ldr::kNoTls) {
    return STATUS_UNSUCCESSFUL;  // its TLS needs the calls
  }
  module->entry.Flags |= LDRP_DONT_CALL_FOR_THREADS;
  return STATUS_SUCCESS;
}

// By name when there is one, else by number. STATUS_DLL_NOT_FOUND: no such module.
NTSTATUS NTAPI LdrGetProcedureAddress(PVOID DllHandle, const ANSI_STRING *ProcedureName, ULONG ProcedureNumber,
                                      PVOID *ProcedureAddress) {
  bool by_name = ProcedureName != nullptr && ProcedureName->Length != 0;
  if (!by_name && (ProcedureNumber == 0 || ProcedureNumber > MAXUSHORT)) {
    return STATUS_INVALID_PARAMETER;
  }
  LoaderLock lock;
  Module *module = ldr::FindByHandle(DllHandle);
  if (module == nullptr) {
    return STATUS_DLL_NOT_FOUND;
  }
  Result<ULONG_PTR> address =
      by_name ? ldr::ResolveExport(module, std::string_view(ProcedureName->Buffer, ProcedureName->Length), 0, nullptr,
                                   nullptr)
              : ldr::ResolveExport(module, ProcedureNumber, nullptr, nullptr);
  if (!address) {
    return address.error().Code();
  }
  NTSTATUS status = InitialiseForwarded(module);
  if (NT_SUCCESS(status)) {
    *ProcedureAddress = reinterpret_cast<PVOID>(*address);
  }
  return status;
}

NTSTATUS NTAPI LdrFindEntryForAddress(PVOID Address, PLDR_DATA_TABLE_ENTRY *Entry) {
  LoaderLock lock;
  Module *module = ldr::FindByAddress(Address);
  if (module == nullptr) {
    return STATUS_NO_MORE_ENTRIES;
  }
  *Entry = &module->entry;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrEnumerateLoadedModules(ULONG Flags, PLDR_ENUM_CALLBACK Callback, PVOID Parameter) {
  if (Flags != 0 || Callback == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  LoaderLock lock;
  PLIST_ENTRY head = &ntdll::Peb().Ldr->InLoadOrderModuleList;
  BOOLEAN stop = FALSE;
  for (PLIST_ENTRY links = head->Flink; links != head && !stop; links = links->Flink) {
    Callback(&ldr::FromLoadLinks(links)->entry, Parameter, &stop);
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrLockLoaderLock(ULONG Flags, ULONG *Disposition, PVOID *Cookie) {
  constexpr ULONG kFlags = LDR_LOCK_LOADER_LOCK_FLAG_RAISE_ON_ERRORS | LDR_LOCK_LOADER_LOCK_FLAG_TRY_ONLY;
  bool try_only = (Flags & LDR_LOCK_LOADER_LOCK_FLAG_TRY_ONLY) != 0;
  if ((Flags & ~kFlags) != 0) {
    return STATUS_INVALID_PARAMETER_1;
  }
  if (Cookie == nullptr) {
    return STATUS_INVALID_PARAMETER_3;
  }
  if (try_only && Disposition == nullptr) {
    return STATUS_INVALID_PARAMETER_2;
  }
  *Cookie = nullptr;
  bool taken = true;
  if (try_only) {
    taken = LoaderLock::TryAcquire();
  } else {
    LoaderLock::Acquire();
  }
  if (Disposition != nullptr) {
    *Disposition =
        taken ? LDR_LOCK_LOADER_LOCK_DISPOSITION_LOCK_ACQUIRED : LDR_LOCK_LOADER_LOCK_DISPOSITION_LOCK_NOT_ACQUIRED;
  }
  if (taken) {
    *Cookie = ntdll::Teb().ClientId.UniqueThread;
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrUnlockLoaderLock(ULONG Flags, PVOID Cookie) {
  if ((Flags & ~LDR_LOCK_LOADER_LOCK_FLAG_RAISE_ON_ERRORS) != 0) {
    return STATUS_INVALID_PARAMETER_1;
  }
  if (Cookie == nullptr) {
    return STATUS_SUCCESS;
  }
  if (Cookie != ntdll::Teb().ClientId.UniqueThread || !LoaderLock::OwnedByCaller()) {
    return STATUS_INVALID_PARAMETER_2;
  }
  LoaderLock::ReleaseLock();
  return STATUS_SUCCESS;
}

}  // extern "C"
