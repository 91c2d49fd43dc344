// GUIDs and their text form {01234567-89ab-cdef-0123-456789abcdef}.
#include "rtlp.hpp"

using namespace rtlp;

namespace {

constexpr char kPattern[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
constexpr size_t kTextLength = sizeof(kPattern) - 1;
// The order of the bytes of the structure (little endian) in the text.
constexpr unsigned char kByteOrder[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

int HexValue(WCHAR character) {
  if (character >= '0' && character <= '9') {
    return character - '0';
  }
  const int lower = character | 0x20;
  return lower >= 'a' && lower <= 'f' && character < 0x80 ? lower - 'a' + 10 : -1;
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlGUIDFromString(PCUNICODE_STRING string, GUID *guid) {
  if (CharCount(*string) < kTextLength) {
    return STATUS_INVALID_PARAMETER;
  }
  unsigned char bytes[16] = {};
  size_t nibble = 0;
  for (size_t i = 0; i < kTextLength; ++i) {
    const WCHAR character = string->Buffer[i];
    if (kPattern[i] != 'x') {
      if (character != static_cast<WCHAR>(kPattern[i])) {
        return STATUS_INVALID_PARAMETER;
      }
      continue;
    }
    const int value = HexValue(character);
    if (value < 0) {
      return STATUS_INVALID_PARAMETER;
    }
    unsigned char &byte = bytes[kByteOrder[nibble / 2]];
    byte = static_cast<unsigned char>(byte << 4 | value);
    ++nibble;
  }
  memcpy(guid, bytes, sizeof(bytes));
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlStringFromGUID(const GUID *guid, PUNICODE_STRING string) {
  auto *const buffer = static_cast<WCHAR *>(Allocate((kTextLength + 1) * sizeof(WCHAR)));
  if (buffer == nullptr) {
    return STATUS_NO_MEMORY;
  }
  unsigned char bytes[16];
  memcpy(bytes, guid, sizeof(bytes));
  size_t nibble = 0;
  for (size_t i = 0; i < kTextLength; ++i) {
    char character = kPattern[i];
    if (character == 'x') {
      const unsigned byte = bytes[kByteOrder[nibble / 2]];
      character = "0123456789ABCDEF"[nibble % 2 == 0 ? byte >> 4 : byte & 0xf];
      ++nibble;
    }
    buffer[i] = static_cast<WCHAR>(character);
  }
  buffer[kTextLength] = 0;
  *string = {kTextLength * sizeof(WCHAR), (kTextLength + 1) * sizeof(WCHAR), buffer};
  return STATUS_SUCCESS;
}

}  // extern "C"
