// Inside the loader.
#pragma once

#include "imports.hpp"

#include <wdmp/loader.hpp>

namespace wdm {

enum class ImageState : uint8_t { kLoading, kReady, kUnloading };

struct Loaded;

// One image that another one imports from.
struct Dependency {
  Dependency *next;
  Loaded *image;
};

// What DRIVER_OBJECT::DriverSection points to: the fields of NT's loader entry that old drivers look at.
struct LoaderEntry {
  LIST_ENTRY load_links;
  PVOID exception_table;
  ULONG exception_table_size;
  PVOID gp_value;
  PVOID unused;
  PVOID base;
  PVOID entry;
  ULONG size;
  UNICODE_STRING full_name;
  UNICODE_STRING base_name;
  ULONG flags;
  USHORT load_count;
};

// DriverImage as the loader has it.
struct Loaded : DriverImage {
  pe::MappedImage view;
  PRUNTIME_FUNCTION functions;
  Dependency *dependencies;
  NTSTATUS(NTAPI *unload)();
  ImageState state;
  bool initialised;  // DllInitialize has been called or there is none
  LoaderEntry loader_entry;
};

/// Prints "wdm: ..." from pieces. Any IRQL.
void Report(std::initializer_list<std::string_view> pieces);

/// The name of an image for Report.
class NarrowName {
 public:
  explicit NarrowName(const char16_t *name);
  operator std::string_view() const { return {text_, length_}; }

 private:
  char text_[64];
  size_t length_ = 0;
};

/// All sections that are not writable made so as long as this lives; they go back to what they were.
class WritableSections {
 public:
  explicit WritableSections(const pe::MappedImage &image);
  ~WritableSections();
  WritableSections(const WritableSections &) = delete;
  WritableSections &operator=(const WritableSections &) = delete;
  NTSTATUS Status() const { return status_; }

 private:
  static constexpr unsigned kMaximum = 96;  // the loader's limit of sections (PE Format)
  const pe::MappedImage &image_;
  ULONG old_[kMaximum] = {};
  NTSTATUS status_ = STATUS_SUCCESS;
};

/// Makes the unwind data of an image known to ntdll, so that __try works in it, and forgets it again.
NTSTATUS RegisterUnwindData(Loaded *image);
void ForgetUnwindData(Loaded *image);

}  // namespace wdm
