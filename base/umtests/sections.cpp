#include <native/directory.hpp>

#include "touch.hpp"
#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

struct View {
  PVOID base = nullptr;
  SIZE_T size = 0;
  NTSTATUS status;
  View(HANDLE section, ULONG protect) {
    status = NtMapViewOfSection(section, NtCurrentProcess(), &base, 0, 0, nullptr, &size, ViewUnmap, 0, protect);
  }
  View(const View &) = delete;
  ~View() {
    if (NT_SUCCESS(status)) {
      NtUnmapViewOfSection(NtCurrentProcess(), base);
    }
  }
  volatile char *Bytes() const { return static_cast<volatile char *>(base); }
};

Result<Handle> Create(LONGLONG bytes) {
  LARGE_INTEGER size;
  size.QuadPart = bytes;
  Handle section;
  const NTSTATUS status =
      NtCreateSection(section.Out(), SECTION_ALL_ACCESS, nullptr, &size, PAGE_READWRITE, SEC_COMMIT, nullptr);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return section;
}

void Shared() {
  const Result<Handle> section = Create(10000);
  CHECK(section);
  const View first(section->Get(), PAGE_READWRITE);
  const View second(section->Get(), PAGE_READONLY);
  CHECK_SUCCESS(first.status);
  CHECK_SUCCESS(second.status);
  CHECK(first.base != second.base);
  CHECK(first.size == 12288);
  first.Bytes()[9000] = 77;
  CHECK(second.Bytes()[9000] == 77);
  CHECK(second.Bytes()[0] == 0);
  CHECK_STATUS(TouchWrite(second.Bytes()), STATUS_ACCESS_VIOLATION);
}

void OutlivesHandle() {
  Result<Handle> section = Create(4096);
  CHECK(section);
  const View view(section->Get(), PAGE_READWRITE);
  CHECK_SUCCESS(view.status);
  *section = Handle();
  CHECK_SUCCESS(TouchWrite(view.Bytes()));
}

void CopyOnWrite() {
  const Result<Handle> section = Create(4096);
  CHECK(section);
  const View shared(section->Get(), PAGE_READWRITE);
  const View copy(section->Get(), PAGE_WRITECOPY);
  CHECK_SUCCESS(shared.status);
  CHECK_SUCCESS(copy.status);
  shared.Bytes()[1] = 3;
  CHECK(copy.Bytes()[1] == 3);
  copy.Bytes()[1] = 4;
  CHECK(shared.Bytes()[1] == 3);
}

void Bad() {
  Handle section;
  CHECK_STATUS(
      NtCreateSection(section.Out(), SECTION_ALL_ACCESS, nullptr, nullptr, PAGE_READWRITE, SEC_COMMIT, nullptr),
      STATUS_INVALID_PARAMETER_4);
  LARGE_INTEGER size;
  size.QuadPart = 4096;
  CHECK_STATUS(NtCreateSection(section.Out(), SECTION_ALL_ACCESS, nullptr, &size, 0x77, SEC_COMMIT, nullptr),
               STATUS_INVALID_PAGE_PROTECTION);
  const Result<Handle> good = Create(0x20000);
  CHECK(good);
  PVOID base = nullptr;
  SIZE_T length = 0;
  LARGE_INTEGER offset;
  offset.QuadPart = 4096;
  CHECK_STATUS(
      NtMapViewOfSection(good->Get(), NtCurrentProcess(), &base, 0, 0, &offset, &length, ViewUnmap, 0, PAGE_READWRITE),
      STATUS_MAPPED_ALIGNMENT);
  offset.QuadPart = 0x100000;
  CHECK_STATUS(
      NtMapViewOfSection(good->Get(), NtCurrentProcess(), &base, 0, 0, &offset, &length, ViewUnmap, 0, PAGE_READWRITE),
      STATUS_INVALID_VIEW_SIZE);
  CHECK_STATUS(NtUnmapViewOfSection(NtCurrentProcess(), At<void>(0x123450000)), STATUS_NOT_MAPPED_VIEW);
}

void Image() {
  const Result<Handle> file =
      native::OpenFile("X:\\System32\\smss.exe", FILE_READ_DATA | FILE_EXECUTE, FILE_NON_DIRECTORY_FILE);
  CHECK(file);
  Handle section;
  CHECK_SUCCESS(
      NtCreateSection(section.Out(), SECTION_ALL_ACCESS, nullptr, nullptr, PAGE_EXECUTE, SEC_IMAGE, file->Get()));
  SECTION_IMAGE_INFORMATION information{};
  CHECK_SUCCESS(NtQuerySection(section.Get(), SectionImageInformation, &information, sizeof information, nullptr));
  CHECK(information.Machine == IMAGE_FILE_MACHINE_AMD64);
  CHECK(information.SubSystemType == IMAGE_SUBSYSTEM_NATIVE);
  const View view(section.Get(), PAGE_EXECUTE_READ);
  CHECK(NT_SUCCESS(view.status));  // STATUS_IMAGE_NOT_AT_BASE is one
  CHECK(view.Bytes()[0] == 'M' && view.Bytes()[1] == 'Z');
  CHECK_STATUS(TouchWrite(view.Bytes()), STATUS_ACCESS_VIOLATION);
}

void NotAnImage() {
  const Result<Handle> file = native::OpenFile("X:\\System32\\config\\SYSTEM", FILE_READ_DATA, FILE_NON_DIRECTORY_FILE);
  CHECK(file);
  Handle section;
  CHECK_STATUS(
      NtCreateSection(section.Out(), SECTION_ALL_ACCESS, nullptr, nullptr, PAGE_READONLY, SEC_IMAGE, file->Get()),
      STATUS_INVALID_IMAGE_NOT_MZ);
}

constexpr Test kTests[] = {
    {"section.shared", "ZwCreateSection, ZwMapViewOfSection", Shared},
    {"section.outlives-handle", "ZwMapViewOfSection: the view keeps the section", OutlivesHandle},
    {"section.copy-on-write", "Memory protection constants: PAGE_WRITECOPY", CopyOnWrite},
    {"section.bad", "ZwCreateSection, ZwMapViewOfSection: return values", Bad},
    {"section.image", "CreateFileMapping function: SEC_IMAGE", Image},
    {"section.not-an-image", "CreateFileMapping function: SEC_IMAGE; STATUS_INVALID_IMAGE_NOT_MZ", NotAnImage},
};

}  // namespace

constinit const std::span<const Test> kSectionTests = kTests;

}  // namespace umtests
