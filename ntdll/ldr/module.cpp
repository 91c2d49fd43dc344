#include "module.hpp"

#include "heap.hpp"

#include "../seh/function_table.hpp"

#include <algorithm>
#include <cstring>

namespace ldr {
namespace {

PEB_LDR_DATA loader_data;

ULONG HashName(const UNICODE_STRING &name) {
  ULONG hash = 0;
  RtlHashUnicodeString(&name, TRUE, HASH_STRING_ALGORITHM_DEFAULT, &hash);
  return hash;
}

void Fill(char *target, size_t size, std::string_view text) {
  size_t length = std::min(size - 1, text.size());
  std::memcpy(target, text.data(), length);
  target[length] = 0;
}

void AddFunctionTable(Module *module) {
  IMAGE_DATA_DIRECTORY directory = module->image.Directory(IMAGE_DIRECTORY_ENTRY_EXCEPTION);
  ULONG count = directory.Size / static_cast<ULONG>(sizeof(RUNTIME_FUNCTION));
  if (count == 0 || !module->image.Contains(directory.VirtualAddress, directory.Size)) {
    count = 0;
  }
  seh::AddModule(module->Base(), module->entry.SizeOfImage,
                 reinterpret_cast<const RUNTIME_FUNCTION *>(module->image.Base() + directory.VirtualAddress), count);
}

}  // namespace

void Failure::Set(std::string_view module_name, std::string_view symbol_name) {
  Fill(module, sizeof(module), module_name);
  Fill(symbol, sizeof(symbol), symbol_name);
}

void Failure::Set(const UNICODE_STRING &module_name) {
  ULONG bytes = 0;
  RtlUnicodeToUTF8N(module, sizeof(module) - 1, &bytes, module_name.Buffer, module_name.Length);
  module[std::min<size_t>(bytes, sizeof(module) - 1)] = 0;
  symbol[0] = 0;
}

void InitialiseLists() {
  loader_data.Length = sizeof(loader_data);
  InitializeListHead(&loader_data.InLoadOrderModuleList);
  InitializeListHead(&loader_data.InMemoryOrderModuleList);
  InitializeListHead(&loader_data.InInitializationOrderModuleList);
  ntdll::Peb().Ldr = &loader_data;
}

Module *FindByName(const UNICODE_STRING &base_name) {
  PLIST_ENTRY head = &loader_data.InLoadOrderModuleList;
  for (PLIST_ENTRY links = head->Flink; links != head; links = links->Flink) {
    Module *module = FromLoadLinks(links);
    if (module->state != State::kUnloading && RtlEqualUnicodeString(&module->entry.BaseDllName, &base_name, TRUE)) {
      return module;
    }
  }
  return nullptr;
}

Module *FindByHandle(const void *base) {
  PLIST_ENTRY head = &loader_data.InLoadOrderModuleList;
  for (PLIST_ENTRY links = head->Flink; links != head; links = links->Flink) {
    Module *module = FromLoadLinks(links);
    if (module->entry.DllBase == base) {
      return module;
    }
  }
  return nullptr;
}

Module *FindByAddress(const void *address) {
  PLIST_ENTRY head = &loader_data.InLoadOrderModuleList;
  for (PLIST_ENTRY links = head->Flink; links != head; links = links->Flink) {
    Module *module = FromLoadLinks(links);
    if (reinterpret_cast<ULONG_PTR>(address) - module->Base() < module->entry.SizeOfImage) {
      return module;
    }
  }
  return nullptr;
}

Result<UNICODE_STRING> CopyString(const UNICODE_STRING &source) {
  UNICODE_STRING copy;
  copy.Length = source.Length;
  copy.MaximumLength = static_cast<USHORT>(source.Length + sizeof(WCHAR));
  copy.Buffer = static_cast<PWSTR>(Allocate(copy.MaximumLength));
  if (copy.Buffer == nullptr) {
    return Fail(STATUS_NO_MEMORY);
  }
  std::memcpy(copy.Buffer, source.Buffer, source.Length);
  return copy;
}

namespace {

constexpr WCHAR kSystemRoot[] = NT_TEXT("\\SystemRoot\\");
constexpr WCHAR kDosDevices[] = NT_TEXT("\\??\\");

// Takes `prefix` from the front of a path.
template <size_t N>
bool TakePrefix(UNICODE_STRING *path, const WCHAR (&prefix)[N]) {
  constexpr auto kBytes = static_cast<USHORT>(sizeof(prefix) - sizeof(WCHAR));
  UNICODE_STRING start = {kBytes, kBytes, const_cast<PWSTR>(prefix)};
  if (!RtlPrefixUnicodeString(&start, path, TRUE)) {
    return false;
  }
  *path = {static_cast<USHORT>(path->Length - kBytes), static_cast<USHORT>(path->Length - kBytes),
           path->Buffer + kBytes / sizeof(WCHAR)};
  return true;
}

// The path as programs know it: without the object name space, \SystemRoot spelt out. A copy in loader memory.
Result<UNICODE_STRING> CopyDosName(UNICODE_STRING path) {
  if (TakePrefix(&path, kDosDevices) || !TakePrefix(&path, kSystemRoot)) {
    return CopyString(path);
  }
  WCHAR root[RTL_NUMBER_OF(USER_SHARED_DATA->NtSystemRoot) + 1];
  size_t length = 0;
  while (length + 1 < RTL_NUMBER_OF(root) && USER_SHARED_DATA->NtSystemRoot[length] != 0) {
    root[length] = USER_SHARED_DATA->NtSystemRoot[length];
    length += 1;
  }
  if (length != 0 && root[length - 1] != '\\') {
    root[length] = '\\';
    length += 1;
  }
  size_t bytes = length * sizeof(WCHAR) + path.Length;
  if (bytes > UNICODE_STRING_MAX_BYTES - sizeof(WCHAR)) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  UNICODE_STRING name = {0, static_cast<USHORT>(bytes + sizeof(WCHAR)),
                         static_cast<PWSTR>(Allocate(bytes + sizeof(WCHAR)))};
  if (name.Buffer == nullptr) {
    return Fail(STATUS_NO_MEMORY);
  }
  std::memcpy(name.Buffer, root, length * sizeof(WCHAR));
  std::memcpy(name.Buffer + length, path.Buffer, path.Length);
  name.Length = static_cast<USHORT>(bytes);
  return name;
}

}  // namespace

Result<Module *> AddModule(void *base, size_t view, const UNICODE_STRING &full_name, bool view_owned) {
  Image image = TRY(Image::Open(base, view));
  auto *module = static_cast<Module *>(Allocate(sizeof(Module)));
  if (module == nullptr) {
    return Fail(STATUS_NO_MEMORY);
  }
  auto name = CopyDosName(full_name);
  if (!name) {
    Free(module);
    return std::unexpected(name.error());
  }
  module->image = image;
  module->state = State::kMapped;
  module->view_owned = view_owned;
  LDR_DATA_TABLE_ENTRY &entry = module->entry;
  const IMAGE_NT_HEADERS &headers = image.Headers();
  entry.DllBase = base;
  entry.SizeOfImage = image.Size();
  if (ULONG rva = headers.OptionalHeader.AddressOfEntryPoint; rva != 0 && image.Contains(rva, 1)) {
    entry.EntryPoint = reinterpret_cast<PLDR_INIT_ROUTINE>(image.Base() + rva);
  }
  entry.FullDllName = *name;
  entry.BaseDllName = BaseName(*name);
  entry.Flags = image.IsDll() ? LDRP_IMAGE_DLL : 0;
  entry.TlsIndex = kNoTls;
  entry.TimeDateStamp = headers.FileHeader.TimeDateStamp;
  entry.OriginalBase = headers.OptionalHeader.ImageBase;
  entry.BaseNameHashValue = HashName(entry.BaseDllName);
  entry.ReferenceCount = 1;
  InitializeListHead(&entry.HashLinks);
  InitializeListHead(&entry.NodeModuleLink);
  InitializeListHead(&entry.InInitializationOrderLinks);
  InsertTailList(&loader_data.InLoadOrderModuleList, &entry.InLoadOrderLinks);
  InsertTailList(&loader_data.InMemoryOrderModuleList, &entry.InMemoryOrderLinks);
  AddFunctionTable(module);
  return module;
}

void DropModule(Module *module) {
  LDR_DATA_TABLE_ENTRY &entry = module->entry;
  RemoveEntryList(&entry.InLoadOrderLinks);
  RemoveEntryList(&entry.InMemoryOrderLinks);
  RemoveEntryList(&entry.InInitializationOrderLinks);
  seh::RemoveModule(module->Base());
  RemoveTls(module);
  if (module->view_owned) {
    NtUnmapViewOfSection(NtCurrentProcess(), entry.DllBase);
  }
  Free(entry.FullDllName.Buffer);
  Free(static_cast<void *>(module->dependencies));
  Free(module);
}

void Reference(Module *module) {
  if (module->references != kPinned) {
    module->references += 1;
  }
  module->entry.ObsoleteLoadCount = static_cast<USHORT>(std::min<ULONG>(module->references, 0xFFFF));
}

void Dereference(Module *module) {
  if (module->references != kPinned && module->references != 0) {
    module->references -= 1;
  }
  module->entry.ObsoleteLoadCount = static_cast<USHORT>(std::min<ULONG>(module->references, 0xFFFF));
}

Result<void> AddDependency(Module *module, Module *needed) {
  for (ULONG i = 0; i < module->dependency_count; i += 1) {
    if (module->dependencies[i] == needed) {
      return {};
    }
  }
  if (module->dependency_count == module->dependency_capacity) {
    ULONG capacity = module->dependency_capacity == 0 ? 8 : module->dependency_capacity * 2;
    auto **larger = static_cast<Module **>(Allocate(capacity * sizeof(Module *)));
    if (larger == nullptr) {
      return Fail(STATUS_NO_MEMORY);
    }
    if (module->dependency_count != 0) {
      std::copy_n(module->dependencies, module->dependency_count, larger);
    }
    Free(static_cast<void *>(module->dependencies));
    module->dependencies = larger;
    module->dependency_capacity = capacity;
  }
  module->dependencies[module->dependency_count] = needed;
  module->dependency_count += 1;
  return {};
}

}  // namespace ldr
