// Finding the file of a DLL: the application's directory, then \SystemRoot\System32.

#include "directories.hpp"
#include "module.hpp"

#include <cstring>
#include <span>

namespace ldr {
namespace {

constexpr size_t kMaximumPath = UNICODE_STRING_MAX_CHARS;

constexpr WCHAR kSystemDirectory[] = NT_TEXT("\\SystemRoot\\System32\\");
constexpr WCHAR kDosDevices[] = NT_TEXT("\\??\\");

using Wide = std::span<const WCHAR>;

bool IsSeparator(WCHAR character) { return character == '\\' || character == '/'; }

Wide View(const UNICODE_STRING &string) { return {string.Buffer, string.Length / sizeof(WCHAR)}; }

// A path that is put together from pieces, in loader memory.
class Path {
 public:
  Path() : buffer_(static_cast<PWSTR>(nullptr)) {}
  ~Path() {
    if (buffer_ != nullptr) {
      PVOID base = buffer_;
      SIZE_T size = 0;
      NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE);
    }
  }
  Path(const Path &) = delete;
  Path &operator=(const Path &) = delete;

  Result<void> Initialise() {
    PVOID base = nullptr;
    SIZE_T size = (kMaximumPath + 1) * sizeof(WCHAR);
    if (!NT_SUCCESS(
            NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE))) {
      return Fail(STATUS_NO_MEMORY);
    }
    buffer_ = static_cast<PWSTR>(base);
    return {};
  }

  void Clear() { length_ = 0; }
  bool Append(Wide text) {
    if (text.size() > kMaximumPath - length_) {
      return false;
    }
    std::memcpy(buffer_ + length_, text.data(), text.size() * sizeof(WCHAR));
    length_ += text.size();
    return true;
  }
  // A directory in DOS or NT form becomes an NT path that ends in a separator.
  bool SetDirectory(Wide directory) {
    Clear();
    return AppendNtForm(directory) && (length_ == 0 || IsSeparator(buffer_[length_ - 1]) || Append({kDosDevices, 1}));
  }
  bool AppendNtForm(Wide path) {
    if (path.size() >= 4 && path[0] == '\\' && path[1] == '\\' && (path[2] == '?' || path[2] == '.') &&
        path[3] == '\\') {
      return Append({kDosDevices, 4}) && Append(path.subspan(4));
    }
    if (path.size() >= 2 && path[1] == ':') {
      return Append({kDosDevices, 4}) && Append(path);
    }
    return Append(path);
  }
  UNICODE_STRING String() const {
    auto bytes = static_cast<USHORT>(length_ * sizeof(WCHAR));
    return {bytes, bytes, buffer_};
  }

 private:
  PWSTR buffer_;
  size_t length_ = 0;
};

bool IsMissing(NTSTATUS status) {
  return status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND ||
         status == STATUS_NO_SUCH_FILE || status == STATUS_OBJECT_NAME_INVALID ||
         status == STATUS_OBJECT_PATH_SYNTAX_BAD || status == STATUS_NOT_A_DIRECTORY ||
         status == STATUS_OBJECT_PATH_INVALID;
}

Result<HANDLE> OpenFile(UNICODE_STRING path) {
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  IO_STATUS_BLOCK io = {};
  HANDLE file = nullptr;
  NTSTATUS status =
      NtOpenFile(&file, FILE_READ_DATA | FILE_EXECUTE | SYNCHRONIZE, &attributes, &io,
                 FILE_SHARE_READ | FILE_SHARE_DELETE, FILE_NON_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return file;
}

struct MappedView {
  void *base;
  size_t size;
};

Result<MappedView> MapFile(HANDLE file) {
  HANDLE section = nullptr;
  NTSTATUS status = NtCreateSection(&section, SECTION_MAP_READ | SECTION_MAP_EXECUTE | SECTION_QUERY, nullptr, nullptr,
                                    PAGE_EXECUTE, SEC_IMAGE, file);
  NtClose(file);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  PVOID base = nullptr;
  SIZE_T size = 0;
  status = NtMapViewOfSection(section, NtCurrentProcess(), &base, 0, 0, nullptr, &size, ViewShare, 0,
                              PAGE_EXECUTE_WRITECOPY);
  NtClose(section);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return MappedView{base, size};
}

// The directory part of the program's path, in NT form.
bool ApplicationDirectory(Path *path) {
  const UNICODE_STRING &program = ntdll::Peb().ProcessParameters->ImagePathName;
  auto text = View(program);
  size_t length = text.size();
  while (length > 0 && !IsSeparator(text[length - 1])) {
    length -= 1;
  }
  return length != 0 && path->SetDirectory(text.first(length));
}

// Opens `name` in the directory that `path` holds.
Result<HANDLE> OpenIn(Path *path, Wide name) {
  if (!path->Append(name)) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  return OpenFile(path->String());
}

// A missing file lets the search go on; anything else ends it.
bool Ends(const Result<HANDLE> &file) { return file || !IsMissing(file.error().Code()); }

// One try after the other until a file is there or something worse than its absence happens.
struct Attempt {
  Path *path;
  Wide name;
  Result<HANDLE> file = Fail(STATUS_DLL_NOT_FOUND);

  bool In(Wide directory) {
    if (directory.empty() || !path->SetDirectory(directory)) {
      return false;
    }
    file = OpenIn(path, name);
    return Ends(file);
  }
};

Result<HANDLE> Search(Path *path, Wide name, PCWSTR search_path) {
  Attempt attempt{path, name};
  if (ApplicationDirectory(path)) {
    attempt.file = OpenIn(path, name);
    if (Ends(attempt.file)) {
      return attempt.file;
    }
  }
  if (ForEachDirectory([](void *context, Wide directory) { return static_cast<Attempt *>(context)->In(directory); },
                       &attempt)) {
    return attempt.file;
  }
  for (PCWSTR from = search_path; from != nullptr && *from != 0;) {
    PCWSTR end = from;
    while (*end != 0 && *end != ';') {
      end += 1;
    }
    if (attempt.In({from, static_cast<size_t>(end - from)})) {
      return attempt.file;
    }
    from = *end == 0 ? end : end + 1;
  }
  return attempt.In({kSystemDirectory, sizeof(kSystemDirectory) / sizeof(WCHAR) - 1})
             ? attempt.file
             : Result<HANDLE>(Fail(STATUS_DLL_NOT_FOUND));
}

// A name with a directory is used as it is; a relative one starts at the current directory.
Result<HANDLE> OpenPath(Path *path, Wide name) {
  bool rooted = IsSeparator(name[0]) || (name.size() >= 2 && name[1] == ':');
  path->Clear();
  if (!rooted && !path->SetDirectory(View(ntdll::Peb().ProcessParameters->CurrentDirectory.DosPath))) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  if (rooted ? !path->AppendNtForm(name) : !path->Append(name)) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  Result<HANDLE> file = OpenFile(path->String());
  if (!Ends(file)) {
    return Fail(STATUS_DLL_NOT_FOUND);
  }
  return file;
}

}  // namespace

UNICODE_STRING BaseName(const UNICODE_STRING &path) {
  size_t count = path.Length / sizeof(WCHAR);
  size_t start = count;
  while (start > 0 && !IsSeparator(path.Buffer[start - 1])) {
    start -= 1;
  }
  auto skipped = static_cast<USHORT>(start * sizeof(WCHAR));
  return {static_cast<USHORT>(path.Length - skipped), static_cast<USHORT>(path.MaximumLength - skipped),
          path.Buffer + start};
}

Result<Module *> MapModule(const UNICODE_STRING &name, PCWSTR search_path) {
  auto text = View(name);
  if (text.empty()) {
    return Fail(STATUS_DLL_NOT_FOUND);
  }
  Path path;
  TRY(path.Initialise());
  bool has_directory = BaseName(name).Length != name.Length;
  HANDLE file = has_directory ? TRY(OpenPath(&path, text)) : TRY(Search(&path, text, search_path));
  MappedView view = TRY(MapFile(file));
  Result<Module *> module = AddModule(view.base, view.size, path.String(), true);
  if (!module) {
    NtUnmapViewOfSection(NtCurrentProcess(), view.base);
  }
  return module;
}

}  // namespace ldr
