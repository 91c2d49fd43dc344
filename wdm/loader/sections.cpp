// Page protections, unwind data, messages.

#include "loader.hpp"

#include <nt/nt_services.h>

#include <wdmp/baton.hpp>

#include <algorithm>
#include <initializer_list>

namespace wdm {

void Report(std::initializer_list<std::string_view> pieces) {
  char text[256] = "wdm: ";
  size_t length = 5;
  for (std::string_view piece : pieces) {
    const size_t count = std::min(piece.size(), sizeof(text) - 1 - length);
    std::copy_n(piece.data(), count, text + length);
    length += count;
  }
  text[length] = 0;
  ke::Print(text);
}

NarrowName::NarrowName(const char16_t *name) {
  while (name[length_] != 0 && length_ < sizeof(text_)) {
    text_[length_] = static_cast<char>(name[length_]);
    length_ += 1;
  }
}

WritableSections::WritableSections(const pe::MappedImage &image) : image_(image) {
  for (unsigned i = 0; i < std::min(image_.SectionCount(), kMaximum); i += 1) {
    const IMAGE_SECTION_HEADER &section = image_.Sections()[i];
    if ((section.Characteristics & IMAGE_SCN_MEM_WRITE) != 0 || section.Misc.VirtualSize == 0) {
      continue;
    }
    PVOID base = image_.Base() + section.VirtualAddress;
    SIZE_T size = section.Misc.VirtualSize;
    const ULONG wanted =
        (section.Characteristics & IMAGE_SCN_MEM_EXECUTE) != 0 ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    status_ = NtProtectVirtualMemory(NtCurrentProcess(), &base, &size, wanted, &old_[i]);
    if (!NT_SUCCESS(status_)) {
      old_[i] = 0;
      return;
    }
  }
}

WritableSections::~WritableSections() {
  for (unsigned i = 0; i < std::min(image_.SectionCount(), kMaximum); i += 1) {
    if (old_[i] != 0) {
      const IMAGE_SECTION_HEADER &section = image_.Sections()[i];
      PVOID base = image_.Base() + section.VirtualAddress;
      SIZE_T size = section.Misc.VirtualSize;
      ULONG ignored = 0;
      NtProtectVirtualMemory(NtCurrentProcess(), &base, &size, old_[i], &ignored);
    }
  }
}

NTSTATUS RegisterUnwindData(Loaded *image) {
#if NT_64BIT
  const IMAGE_DATA_DIRECTORY directory = image->view.Directory(IMAGE_DIRECTORY_ENTRY_EXCEPTION);
  const auto count = directory.Size / static_cast<ULONG>(sizeof(RUNTIME_FUNCTION));
  if (count == 0) {
    return STATUS_SUCCESS;
  }
  if (!image->view.Contains(directory.VirtualAddress, directory.Size)) {
    return STATUS_INVALID_IMAGE_FORMAT;
  }
  auto *table = reinterpret_cast<PRUNTIME_FUNCTION>(image->view.Base() + directory.VirtualAddress);
  if (!RtlAddFunctionTable(table, count, reinterpret_cast<ULONG_PTR>(image->base))) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  image->functions = table;
  image->loader_entry.exception_table = table;
  image->loader_entry.exception_table_size = directory.Size;
#else
  (void)image;  // handlers are chained on the stack
#endif
  return STATUS_SUCCESS;
}

void ForgetUnwindData(Loaded *image) {
  if (image->functions != nullptr) {
    RtlDeleteFunctionTable(image->functions);
    image->functions = nullptr;
  }
}

}  // namespace wdm
