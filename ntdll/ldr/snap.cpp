// Relocations, imports and forwarders.

#include "heap.hpp"
#include "module.hpp"
#include "writable.hpp"

#include <algorithm>
#include <cstring>

namespace ldr {
namespace {

constexpr int kMaximumForwards = 32;
constexpr size_t kMaximumName = 256;

// Runs `action` with the image's sections that are not writable made so, one after the other, innermost last.
Result<void> WithSections(const Image &image, unsigned index, const Image &target, ULONG_PTR delta) {
  for (; index < image.SectionCount(); index += 1) {
    const IMAGE_SECTION_HEADER &section = image.Sections()[index];
    if ((section.Characteristics & IMAGE_SCN_MEM_WRITE) != 0 || section.Misc.VirtualSize == 0) {
      continue;
    }
    Writable pages(image.Base() + section.VirtualAddress, section.Misc.VirtualSize);
    if (!NT_SUCCESS(pages.Status())) {
      return Fail(pages.Status());
    }
    return WithSections(image, index + 1, target, delta);
  }
  return target.Relocate(delta);
}

Result<void> RelocateModule(Module *module) {
  ULONG_PTR delta = module->Base() - module->image.Headers().OptionalHeader.ImageBase;
  if (delta == 0) {
    return {};
  }
  module->entry.Flags |= LDRP_IMAGE_NOT_AT_BASE;
  return WithSections(module->image, 0, module->image, delta);
}

// An ASCII DLL name of an image, widened; ".dll" is added when there is no dot.
class DllName {
 public:
  bool Set(std::string_view text) {
    if (text.empty() || text.size() > kMaximumName) {
      return false;
    }
    for (char character : text) {
      buffer_[length_] = static_cast<unsigned char>(character);
      length_ += 1;
    }
    if (text.find('.') == std::string_view::npos) {
      for (char character : std::string_view(".dll")) {
        buffer_[length_] = static_cast<unsigned char>(character);
        length_ += 1;
      }
    }
    return true;
  }
  UNICODE_STRING String() {
    auto bytes = static_cast<USHORT>(length_ * sizeof(WCHAR));
    return {bytes, bytes, buffer_};
  }

 private:
  WCHAR buffer_[kMaximumName + 4];
  size_t length_ = 0;
};

// Decimal text of 1 to 5 digits; false otherwise.
bool ParseOrdinal(std::string_view text, ULONG *ordinal) {
  if (text.empty() || text.size() > 5) {
    return false;
  }
  *ordinal = 0;
  for (char digit : text) {
    if (digit < '0' || digit > '9') {
      return false;
    }
    *ordinal = *ordinal * 10 + static_cast<ULONG>(digit - '0');
  }
  return *ordinal <= MAXUSHORT;
}

void OrdinalText(ULONG ordinal, char (&text)[8]) {
  char digits[8];
  size_t count = 0;
  do {
    digits[count] = static_cast<char>('0' + ordinal % 10);
    ordinal /= 10;
    count += 1;
  } while (ordinal != 0 && count < 6);
  size_t length = 0;
  text[length++] = '#';
  while (count > 0) {
    count -= 1;
    text[length++] = digits[count];
  }
  text[length] = 0;
}

// Where an export leads, hop by hop.
class Resolver {
 public:
  Resolver(Module *importer, Failure *failure) : importer_(importer), failure_(failure) {}

  Result<ULONG_PTR> ByName(Module *module, std::string_view name, ULONG hint) {
    Result<Export> found = module->image.FindExport(name, hint);
    return found ? Follow(module, *found) : Missing(module, name, found.error());
  }

  Result<ULONG_PTR> ByOrdinal(Module *module, ULONG ordinal) {
    Result<Export> found = module->image.FindExport(ordinal);
    if (found) {
      return Follow(module, *found);
    }
    char text[8];
    OrdinalText(ordinal, text);
    return Missing(module, text, found.error());
  }

 private:
  Result<ULONG_PTR> Missing(Module *module, std::string_view symbol, Status status) {
    if (failure_ != nullptr) {
      failure_->Set(module->entry.BaseDllName);
      char name[sizeof(failure_->module)];
      std::memcpy(name, failure_->module, sizeof(name));
      failure_->Set(name, symbol);
    }
    return std::unexpected(status);
  }

  Result<ULONG_PTR> Follow(Module *module, const Export &found) {
    if (found.forwarder.empty()) {
      return module->Base() + found.rva;
    }
    size_t dot = found.forwarder.rfind('.');
    DllName dll;
    hops_ += 1;
    if (hops_ > kMaximumForwards || dot == std::string_view::npos || dot + 1 == found.forwarder.size() ||
        !dll.Set(found.forwarder.substr(0, dot))) {
      return Missing(module, found.forwarder, Status(STATUS_INVALID_IMAGE_FORMAT));
    }
    Module *target = TRY(Target(module, dll.String()));
    std::string_view symbol = found.forwarder.substr(dot + 1);
    if (symbol[0] != '#') {
      return ByName(target, symbol, 0);
    }
    ULONG ordinal = 0;
    if (!ParseOrdinal(symbol.substr(1), &ordinal)) {
      return Missing(module, found.forwarder, Status(STATUS_INVALID_IMAGE_FORMAT));
    }
    return ByOrdinal(target, ordinal);
  }

  // The module a forwarder names stays loaded for whoever uses it: the importer, else the forwarding module.
  Result<Module *> Target(Module *module, const UNICODE_STRING &name) {
    Module *target = TRY(LoadGraph(name, nullptr, failure_));
    Module *holder = importer_ != nullptr ? importer_ : module;
    if (target != holder) {
      TRY(AddDependency(holder, target));
    }
    return target;
  }

  Module *importer_;
  Failure *failure_;
  int hops_ = 0;
};

// One imported DLL: its thunks become addresses.
Result<void> SnapThunks(Module *module, Module *dll, ULONG names, ULONG addresses, Failure *failure) {
  const Image &image = module->image;
  ULONG count = 0;
  for (ULONG64 thunk = 1; thunk != 0; count += 1) {
    if (!image.Read(names + count * 8, &thunk) || !image.Contains(addresses + count * 8, 8)) {
      return Fail(STATUS_INVALID_IMAGE_FORMAT);
    }
  }
  if (addresses < image.HeaderSize()) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  Writable pages(image.Base() + addresses, size_t{count} * 8);
  if (!NT_SUCCESS(pages.Status())) {
    return Fail(pages.Status());
  }
  for (ULONG i = 0; i + 1 < count; i += 1) {
    ULONG64 thunk = 0;
    image.Read(names + i * 8, &thunk);
    Result<ULONG_PTR> address = Fail(STATUS_INVALID_IMAGE_FORMAT);
    if ((thunk & IMAGE_ORDINAL_FLAG64) != 0) {
      address = Resolver(module, failure).ByOrdinal(dll, static_cast<ULONG>(thunk & 0xFFFF));
    } else {
      USHORT hint = 0;
      auto rva = static_cast<ULONG>(thunk);
      std::string_view name;
      if (thunk <= MAXLONG && image.Read(rva, &hint)) {
        name = image.String(rva + 2, 4096);
      }
      if (name.empty()) {
        return Fail(STATUS_INVALID_IMAGE_FORMAT);
      }
      address = Resolver(module, failure).ByName(dll, name, hint);
    }
    ULONG_PTR value = TRY(address);
    std::memcpy(image.Base() + addresses + size_t{i} * 8, &value, sizeof(value));
  }
  return {};
}

// One import descriptor.
Result<void> SnapDescriptor(Module *module, const IMAGE_IMPORT_DESCRIPTOR &descriptor, Failure *failure) {
  const Image &image = module->image;
  DllName name;
  if (!name.Set(image.String(descriptor.Name, kMaximumName + 1))) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  Module *dll = TRY(LoadGraph(name.String(), nullptr, failure));
  TRY(AddDependency(module, dll));
  // A bound image keeps its names in the original thunks; what the binder wrote into the others is never used.
  ULONG names = descriptor.OriginalFirstThunk != 0 ? descriptor.OriginalFirstThunk : descriptor.FirstThunk;
  return SnapThunks(module, dll, names, descriptor.FirstThunk, failure);
}

Result<void> SnapImports(Module *module, Failure *failure) {
  const Image &image = module->image;
  IMAGE_DATA_DIRECTORY directory = image.Directory(IMAGE_DIRECTORY_ENTRY_IMPORT);
  if (directory.VirtualAddress == 0 || directory.Size == 0) {
    return {};
  }
  for (ULONG at = directory.VirtualAddress;; at += static_cast<ULONG>(sizeof(IMAGE_IMPORT_DESCRIPTOR))) {
    IMAGE_IMPORT_DESCRIPTOR descriptor;
    if (!image.Read(at, &descriptor)) {
      return Fail(STATUS_INVALID_IMAGE_FORMAT);
    }
    if (descriptor.Name == 0 || descriptor.FirstThunk == 0) {
      return {};
    }
    TRY(SnapDescriptor(module, descriptor, failure));
  }
}

}  // namespace

Result<void> Snap(Module *module, Failure *failure) {
  Result<void> result = RelocateModule(module);
  if (result) {
    result = SnapImports(module, failure);
  }
  if (result) {
    result = AddTls(module);
  }
  if (!result) {
    if (failure != nullptr && failure->module[0] == 0) {
      failure->Set(module->entry.BaseDllName);
    }
    return result;
  }
  module->state = State::kSnapped;
  return {};
}

Result<Module *> LoadGraph(const UNICODE_STRING &name, PCWSTR search_path, Failure *failure) {
  UNICODE_STRING base_name = BaseName(name);
  if (Module *known = FindByName(base_name)) {
    return known;
  }
  Result<Module *> mapped = MapModule(name, search_path);
  if (!mapped) {
    if (failure != nullptr) {
      failure->Set(base_name);
    }
    return mapped;
  }
  Module *module = *mapped;
  TRY(Snap(module, failure));
  return module;
}

Result<ULONG_PTR> ResolveExport(Module *module, std::string_view name, ULONG hint, Module *importer, Failure *failure) {
  return Resolver(importer, failure).ByName(module, name, hint);
}

Result<ULONG_PTR> ResolveExport(Module *module, ULONG ordinal, Module *importer, Failure *failure) {
  return Resolver(importer, failure).ByOrdinal(module, ordinal);
}

}  // namespace ldr
