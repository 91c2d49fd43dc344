// Driver images in the host. Called on the baton thread at PASSIVE_LEVEL.
#pragma once

#include <ntifs.h>

#include <stddef.h>
#include <stdint.h>

#include <string_view>

namespace wdm {

/// A loaded image. Lives as long as it has references: those of LoadDriverImage and one per image that imports from it.
struct DriverImage {
  LIST_ENTRY links;
  void *base;
  size_t size;
  PDRIVER_INITIALIZE entry;  // the image's entry point; null when it has none
  char16_t name[64];         // base name in lower case with its extension, for example u"kbdclass.sys"
  uint32_t references;
  void *section;  // for DRIVER_OBJECT::DriverSection: begins like NT's KLDR_DATA_TABLE_ENTRY
};

/// Loads the image of `section` (SEC_IMAGE; not closed) under the name `name` (a base name; ".sys" is added when there
/// is no extension) with all images that it imports from, which are asked for by name (WdmOpenDriverImage). An image
/// that is loaded already gets one more reference. DriverEntry is not called; DllInitialize of export drivers is.
/// STATUS_INVALID_IMAGE_FORMAT and its like; STATUS_DRIVER_ENTRYPOINT_NOT_FOUND, STATUS_DRIVER_ORDINAL_NOT_FOUND: an
/// import that nobody exports, named on the debug output; STATUS_OBJECT_NAME_INVALID; statuses of the services.
NTSTATUS LoadDriverImage(HANDLE section, std::u16string_view name, DriverImage **image);

/// One reference less; with the last one the image goes (DllUnload, then its imports). DriverUnload has run already.
void UnloadDriverImage(DriverImage *image);

/// The image that holds `address`, null for none. Any IRQL.
DriverImage *FindDriverImage(const void *address);

/// What `name` is among the exports of wdm.dll (MmGetSystemRoutineAddress); null for nothing.
void *FindSystemRoutine(std::string_view name);

}  // namespace wdm
