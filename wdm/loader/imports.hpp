// What a driver image imports, read from the mapped image with every access checked. No system calls: runs on the host
// too.
#pragma once

#include <pe/mapped.hpp>

#include <cstdint>
#include <string_view>

namespace wdm {

/// One routine (or variable) that an image wants.
struct ImportedRoutine {
  std::string_view name;  // in the image; empty: by ordinal
  std::uint32_t ordinal;
  std::uint32_t hint;
  std::uint32_t slot;  // RVA of the pointer that wants its address
};

/// Goes through an image's import directory: module after module, and the routines of the current module. Writing the
/// slots meanwhile is allowed. Failures: STATUS_INVALID_IMAGE_FORMAT.
class ImportWalker {
 public:
  explicit ImportWalker(const pe::MappedImage &image);

  /// The next module's name; false at the end.
  Result<bool> NextModule(std::string_view *name);

  /// The next routine of that module; false at the end.
  Result<bool> NextRoutine(ImportedRoutine *routine);

 private:
  const pe::MappedImage &image_;
  std::uint32_t descriptor_;  // RVA of the next one; 0: none
  std::uint32_t names_ = 0;
  std::uint32_t slots_ = 0;
};

/// Writes an address into a slot. STATUS_INVALID_IMAGE_FORMAT: it lies outside the sections.
Result<void> WriteSlot(const pe::MappedImage &image, std::uint32_t slot, std::uintptr_t address);

/// Gives the image's /GS cookie, when it has one that still has the compiler's value, the value `random`.
/// STATUS_INVALID_IMAGE_FORMAT: the cookie lies outside the sections.
Result<void> SeedCookie(const pe::MappedImage &image, std::uintptr_t random);

/// Whether a module name of an import directory means the runtime itself: ntoskrnl.exe, hal.dll, wdm.dll and what
/// other builds of Windows call them. Letter case does not count.
bool IsRuntimeName(std::string_view name);

/// `name` in lower case with ".sys" when it has no extension, widened. False: empty, too long, or with characters that
/// a base name cannot have.
bool MakeBaseName(std::string_view name, char16_t (&out)[64]);
bool MakeBaseName(std::u16string_view name, char16_t (&out)[64]);

}  // namespace wdm
