// Kinds of DOS paths, DOS device names, short names.
#include "path.hpp"

using namespace rtlp;

namespace rtlp {

RTL_PATH_TYPE PathType(const WCHAR *path, size_t count) {
  const auto separator = [=](size_t index) { return index < count && IsSeparator(path[index]); };
  if (separator(0)) {
    if (!separator(1)) {
      return RtlPathTypeRooted;
    }
    if (count < 3 || (path[2] != '.' && path[2] != '?')) {
      return RtlPathTypeUncAbsolute;
    }
    if (count == 3) {
      return RtlPathTypeRootLocalDevice;
    }
    return separator(3) ? RtlPathTypeLocalDevice : RtlPathTypeUncAbsolute;
  }
  if (count >= 2 && path[1] == ':') {
    return separator(2) ? RtlPathTypeDriveAbsolute : RtlPathTypeDriveRelative;
  }
  return RtlPathTypeRelative;
}

namespace {

bool EqualAscii(const WCHAR *text, const char *upper, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const WCHAR folded = text[i] >= 'a' && text[i] <= 'z' ? static_cast<WCHAR>(text[i] - ('a' - 'A')) : text[i];
    if (folded != static_cast<WCHAR>(upper[i])) {
      return false;
    }
  }
  return true;
}

bool IsDeviceWord(const WCHAR *text, size_t count) {
  if (count == 3) {
    return EqualAscii(text, "NUL", 3) || EqualAscii(text, "CON", 3) || EqualAscii(text, "PRN", 3) ||
           EqualAscii(text, "AUX", 3);
  }
  if (count == 4) {
    return (EqualAscii(text, "COM", 3) || EqualAscii(text, "LPT", 3)) && text[3] >= '1' && text[3] <= '9';
  }
  return (count == 6 && EqualAscii(text, "CONIN$", 6)) || (count == 7 && EqualAscii(text, "CONOUT$", 7));
}

}  // namespace

DeviceName FindDevice(const WCHAR *path, size_t count) {
  switch (PathType(path, count)) {
    case RtlPathTypeUncAbsolute:
    case RtlPathTypeUnknown:
    case RtlPathTypeRootLocalDevice:
      return {};
    case RtlPathTypeLocalDevice:
      // \\.\CON is the console too; nothing else there is a DOS name.
      return count == 7 && path[2] == '.' && EqualAscii(path + 4, "CON", 3) ? DeviceName{4, 3} : DeviceName{};
    default:
      break;
  }
  // The last component, without what follows a dot, colon or blank: "nul.txt", "con:" and "aux  " are devices.
  size_t end = count;
  if (end > 0 && path[end - 1] == ':') {
    --end;
  }
  size_t start = end;
  while (start > 0 && !IsSeparator(path[start - 1]) && !(start == 2 && path[1] == ':')) {
    --start;
  }
  size_t stop = start;
  while (stop < end && path[stop] != '.' && path[stop] != ':' && path[stop] != ' ') {
    ++stop;
  }
  return IsDeviceWord(path + start, stop - start) ? DeviceName{start, stop - start} : DeviceName{};
}

}  // namespace rtlp

extern "C" {

RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_U(PCWSTR path) {
  return path == nullptr ? RtlPathTypeUnknown : PathType(path, WideLength(path));
}

ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR path) {
  if (path == nullptr) {
    return 0;
  }
  const size_t count = WideLength(path);
  const DeviceName device = count <= kMaximumPath ? FindDevice(path, count) : DeviceName{};
  return static_cast<ULONG>(device.start * sizeof(WCHAR) << 16 | device.count * sizeof(WCHAR));
}

ULONG NTAPI RtlGetLongestNtPathLength() { return 269; }

BOOLEAN NTAPI RtlIsNameLegalDOS8Dot3(PCUNICODE_STRING name, POEM_STRING oem_name, PBOOLEAN contains_spaces) {
  constexpr char kIllegal[] = "*?<>|\"+=,;[]:/\\";
  char buffer[12];
  OEM_STRING own{0, sizeof(buffer), buffer};
  OEM_STRING *const oem = oem_name != nullptr ? oem_name : &own;
  if (name->Length > sizeof(buffer) * sizeof(WCHAR) ||
      !NT_SUCCESS(RtlUpcaseUnicodeStringToCountedOemString(oem, name, FALSE)) || oem->Length > sizeof(buffer)) {
    return FALSE;
  }
  const char *const text = oem->Buffer;
  const size_t length = oem->Length;
  if ((length == 1 && text[0] == '.') || (length == 2 && text[0] == '.' && text[1] == '.')) {
    if (contains_spaces != nullptr) {
      *contains_spaces = FALSE;
    }
    return TRUE;
  }
  bool spaces = false;
  size_t dot = length;
  for (size_t i = 0; i < length; ++i) {
    const char character = text[i];
    if (static_cast<unsigned char>(character) < ' ' || strchr(kIllegal, character) != nullptr) {
      return FALSE;
    }
    if (character == ' ') {
      spaces = true;
      if (i == 0 || i + 1 == length || text[i + 1] == '.') {
        return FALSE;
      }
    }
    if (character == '.') {
      if (dot != length || i == 0 || i + 1 == length) {
        return FALSE;
      }
      dot = i;
    }
  }
  if (length == 0 || dot > 8 || length - dot > 4) {
    return FALSE;
  }
  if (contains_spaces != nullptr) {
    *contains_spaces = spaces;
  }
  return TRUE;
}

}  // extern "C"
