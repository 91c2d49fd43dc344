// Loading and unloading of driver images with what they import.

#include "loader.hpp"

#include <nt/nt_services.h>
#include <nt/ntldr.h>
#include <wdm/wdm_services.h>

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

#include <new>

extern "C" IMAGE_DOS_HEADER __ImageBase;  // the linker's: wdm.dll itself

namespace wdm {
namespace {

constexpr uint32_t kTag = PoolTag("WdLd");
constexpr unsigned kMaximumDepth = 8;

LIST_ENTRY images = {&images, &images};

Loaded *FromLinks(LIST_ENTRY *links) { return static_cast<Loaded *>(CONTAINING_RECORD(links, DriverImage, links)); }

Loaded *FindByName(std::u16string_view name) {
  for (LIST_ENTRY *links = images.Flink; links != &images; links = links->Flink) {
    if (name == FromLinks(links)->name) {
      return FromLinks(links);
    }
  }
  return nullptr;
}

// A loading in progress: how deep it is, for whom.
struct Context {
  unsigned depth;
};

Result<Loaded *> Load(HANDLE section, const char16_t *name, Context context);

// The image called `name`, loaded when it is not yet. The caller has a reference of it.
Result<Loaded *> LoadByName(std::string_view module, Context context) {
  char16_t name[64];
  if (!MakeBaseName(module, name)) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  if (Loaded *image = FindByName(name)) {
    image->references += 1;
    return image;
  }
  if (context.depth == kMaximumDepth) {
    return Fail(STATUS_TOO_MANY_LINKS);
  }
  const std::u16string_view view(name);
  UNICODE_STRING file = {static_cast<USHORT>(view.size() * 2), static_cast<USHORT>(view.size() * 2 + 2),
                         reinterpret_cast<PWCH>(name)};
  HANDLE section = nullptr;
  NTSTATUS status = WdmOpenDriverImage(&file, &section);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  Result<Loaded *> image = Load(section, name, {context.depth + 1});
  NtClose(section);
  return image;
}

// The address of an export of the runtime; forwarders to ntdll are followed.
void *RuntimeRoutine(std::string_view name, uint32_t ordinal) {
  ANSI_STRING text = {static_cast<USHORT>(name.size()), static_cast<USHORT>(name.size()),
                      const_cast<char *>(name.data())};
  PVOID address = nullptr;
  NTSTATUS status = LdrGetProcedureAddress(&__ImageBase, name.empty() ? nullptr : &text, ordinal, &address);
  return NT_SUCCESS(status) ? address : nullptr;
}

// A forwarder of a driver's export: to the runtime, or to a driver that this one imports from anyway.
void *Forwarded(std::string_view text) {
  const size_t dot = text.rfind('.');
  char module[64];
  if (dot == std::string_view::npos || dot + 5 > sizeof(module)) {
    return nullptr;
  }
  text.copy(module, dot);
  for (std::string_view extension : {std::string_view(".exe"), std::string_view(".dll"), std::string_view(".sys")}) {
    extension.copy(module + dot, 4);
    if (IsRuntimeName({module, dot + 4})) {
      return RuntimeRoutine(text.substr(dot + 1), 0);
    }
  }
  char16_t name[64];
  Loaded *image = MakeBaseName(text.substr(0, dot), name) ? FindByName(name) : nullptr;
  if (image == nullptr) {
    return nullptr;
  }
  auto found = image->view.FindExport(text.substr(dot + 1));
  return found && found->forwarder.empty() ? image->view.Base() + found->rva : nullptr;
}

void *DriverRoutine(const Loaded &image, const ImportedRoutine &routine) {
  auto found =
      routine.name.empty() ? image.view.FindExport(routine.ordinal) : image.view.FindExport(routine.name, routine.hint);
  if (!found) {
    return nullptr;
  }
  return found->forwarder.empty() ? image.view.Base() + found->rva : Forwarded(found->forwarder);
}

// Looks up one import and writes its slot.
Result<void> Bind(Loaded *image, const Loaded *exporter, std::string_view module, const ImportedRoutine &routine) {
  void *address =
      exporter == nullptr ? RuntimeRoutine(routine.name, routine.ordinal) : DriverRoutine(*exporter, routine);
  if (address != nullptr) {
    return WriteSlot(image->view, routine.slot, reinterpret_cast<uintptr_t>(address));
  }
  if (!routine.name.empty()) {
    Report({NarrowName(image->name), ": ", module, " has no routine ", routine.name});
    return Fail(STATUS_DRIVER_ENTRYPOINT_NOT_FOUND);
  }
  char digits[6];
  size_t at = sizeof(digits);
  for (uint32_t rest = routine.ordinal; at == sizeof(digits) || rest != 0; rest /= 10) {
    at -= 1;
    digits[at] = static_cast<char>('0' + rest % 10);
  }
  Report({NarrowName(image->name), ": ", module, " has no ordinal ", {digits + at, sizeof(digits) - at}});
  return Fail(STATUS_DRIVER_ORDINAL_NOT_FOUND);
}

// The registry path that DllInitialize gets, and the call.
NTSTATUS CallInitialise(Loaded *image) {
  if (image->initialised) {
    return STATUS_SUCCESS;
  }
  image->initialised = true;
  auto found = image->view.FindExport("DllInitialize");
  if (!found || !found->forwarder.empty()) {
    return STATUS_SUCCESS;
  }
  constexpr std::u16string_view kServices = u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";
  char16_t path[kServices.size() + 64];
  kServices.copy(path, kServices.size());
  std::u16string_view base(image->name);
  base = base.substr(0, base.rfind(u'.'));
  base.copy(path + kServices.size(), base.size());
  const auto bytes = static_cast<USHORT>((kServices.size() + base.size()) * 2);
  UNICODE_STRING text = {bytes, bytes, reinterpret_cast<PWCH>(path)};
  using Initialise = NTSTATUS(NTAPI *)(PUNICODE_STRING);
  NTSTATUS status = reinterpret_cast<Initialise>(image->view.Base() + found->rva)(&text);
  if (!NT_SUCCESS(status)) {
    image->unload = nullptr;  // as after a DriverEntry that failed
    Report({NarrowName(image->name), ": DllInitialize failed"});
  }
  return status;
}

Result<Loaded *> AddDependency(Loaded *image, std::string_view module, Context context) {
  Result<Loaded *> needed = LoadByName(module, context);
  if (!needed) {
    Report({NarrowName(image->name), ": cannot load ", module, ", which it imports from"});
    return needed;
  }
  auto *dependency = static_cast<Dependency *>(PoolAllocate(sizeof(Dependency), kTag));
  if (dependency == nullptr) {
    UnloadDriverImage(*needed);
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  *dependency = {image->dependencies, *needed};
  image->dependencies = dependency;
  // A circle: the other one is being loaded for us and is called when it is complete.
  NTSTATUS status = (*needed)->state == ImageState::kReady ? CallInitialise(*needed) : STATUS_SUCCESS;
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return needed;
}

Result<void> BindImports(Loaded *image, Context context) {
  ImportWalker walker(image->view);
  for (;;) {
    std::string_view module;
    if (!TRY(walker.NextModule(&module))) {
      return {};
    }
    Loaded *exporter = nullptr;
    if (!IsRuntimeName(module)) {
      exporter = TRY(AddDependency(image, module, context));
    }
    ImportedRoutine routine;
    while (TRY(walker.NextRoutine(&routine))) {
      TRY(Bind(image, exporter, module, routine));
    }
  }
}

// Relocations, cookie, imports: while the pages can be written.
Result<void> Prepare(Loaded *image, Context context) {
  WritableSections writable(image->view);
  if (!NT_SUCCESS(writable.Status())) {
    return Fail(writable.Status());
  }
  const auto base = reinterpret_cast<ULONG_PTR>(image->base);
  const auto delta = base - static_cast<ULONG_PTR>(image->view.Headers().OptionalHeader.ImageBase);
  if (delta != 0) {
    TRY(image->view.Relocate(delta));
  }
  ULONG seed = static_cast<ULONG>(__builtin_ia32_rdtsc());
  uintptr_t random = RtlRandomEx(&seed);
  random = random << (sizeof(void *) * 4) ^ RtlRandomEx(&seed) ^ base;
  TRY(SeedCookie(image->view, random));
  return BindImports(image, context);
}

void FillEntry(Loaded *image) {
  const IMAGE_OPTIONAL_HEADER &header = image->view.Headers().OptionalHeader;
  if (header.AddressOfEntryPoint != 0) {
    image->entry = reinterpret_cast<PDRIVER_INITIALIZE>(image->view.Base() + header.AddressOfEntryPoint);
  }
  auto unload = image->view.FindExport("DllUnload");
  if (unload && unload->forwarder.empty()) {
    image->unload = reinterpret_cast<NTSTATUS(NTAPI *)()>(image->view.Base() + unload->rva);
  }
  LoaderEntry &entry = image->loader_entry;
  InitializeListHead(&entry.load_links);
  const auto bytes = static_cast<USHORT>(std::u16string_view(image->name).size() * 2);
  entry.base = image->base;
  entry.entry = reinterpret_cast<PVOID>(image->entry);
  entry.size = image->view.Size();
  entry.base_name = {bytes, bytes, reinterpret_cast<PWCH>(image->name)};
  entry.full_name = entry.base_name;
  entry.load_count = 1;
  image->section = &entry;
}

// Takes back what Load has done so far.
void Drop(Loaded *image) {
  image->state = ImageState::kUnloading;
  ForgetUnwindData(image);
  {
    ke::AtDispatch guard;
    RemoveEntryList(&image->links);
  }
  Dependency *dependency = image->dependencies;
  NtUnmapViewOfSection(NtCurrentProcess(), image->base);
  PoolFree(image);
  while (dependency != nullptr) {
    Dependency *next = dependency->next;
    UnloadDriverImage(dependency->image);
    PoolFree(dependency);
    dependency = next;
  }
}

Result<Loaded *> Load(HANDLE section, const char16_t *name, Context context) {
  PVOID base = nullptr;
  SIZE_T size = 0;
  NTSTATUS status =
      NtMapViewOfSection(section, NtCurrentProcess(), &base, 0, 0, nullptr, &size, ViewShare, 0, PAGE_READWRITE);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  auto view = pe::MappedImage::Open(base, size);
  void *memory = view ? PoolAllocateZero(sizeof(Loaded), kTag) : nullptr;
  if (memory == nullptr) {
    NtUnmapViewOfSection(NtCurrentProcess(), base);
    return Fail(view ? STATUS_INSUFFICIENT_RESOURCES : view.error().Code());
  }
  auto *image = new (memory) Loaded{};
  image->base = base;
  image->size = size;
  image->view = *view;
  image->references = 1;
  std::u16string_view(name).copy(image->name, std::size(image->name) - 1);
  {
    ke::AtDispatch guard;
    InsertTailList(&images, &image->links);
  }
  FillEntry(image);
  Result<void> prepared = Prepare(image, context);
  if (prepared) {
    status = RegisterUnwindData(image);
    prepared = NT_SUCCESS(status) ? Result<void>() : Fail(status);
  }
  if (!prepared) {
    image->unload = nullptr;
    Drop(image);
    return std::unexpected(prepared.error());
  }
  image->state = ImageState::kReady;
  return image;
}

}  // namespace

NTSTATUS LoadDriverImage(HANDLE section, std::u16string_view name, DriverImage **image) {
  char16_t base_name[64];
  if (!MakeBaseName(name, base_name)) {
    return STATUS_OBJECT_NAME_INVALID;
  }
  if (Loaded *loaded = FindByName(base_name)) {
    loaded->references += 1;
    *image = loaded;
    return STATUS_SUCCESS;
  }
  Result<Loaded *> loaded = Load(section, base_name, {0});
  if (!loaded) {
    return loaded.error().Code();
  }
  *image = *loaded;
  return STATUS_SUCCESS;
}

void UnloadDriverImage(DriverImage *image) {
  image->references -= 1;
  if (image->references != 0) {
    return;
  }
  auto *loaded = static_cast<Loaded *>(image);
  if (loaded->unload != nullptr) {
    loaded->unload();
  }
  Drop(loaded);
}

DriverImage *FindDriverImage(const void *address) {
  for (LIST_ENTRY *links = images.Flink; links != &images; links = links->Flink) {
    DriverImage *image = FromLinks(links);
    if (reinterpret_cast<uintptr_t>(address) - reinterpret_cast<uintptr_t>(image->base) < image->size) {
      return image;
    }
  }
  return nullptr;
}

void *FindSystemRoutine(std::string_view name) { return name.empty() ? nullptr : RuntimeRoutine(name, 0); }

}  // namespace wdm
