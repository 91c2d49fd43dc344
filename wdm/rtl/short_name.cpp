// RtlGenerate8dot3Name: learn.microsoft.com, the routine's page: letters become upper case, what a short name cannot
// have becomes '_' or goes, and successive calls with one context give NAMEXX~1 ... NAMEXX~4, then NA1A2B~1 with a hash
// of the long name. The hash is our own: which one NT takes is not documented, and nobody may depend on it.

#include <ntifs.h>

#include <string.h>

#ifndef STATUS_FILE_SYSTEM_LIMITATION
#define STATUS_FILE_SYSTEM_LIMITATION ((NTSTATUS)0xC0000427)  // [MS-ERREF]
#endif

namespace {

// GENERATE_NAME_CONTEXT of ntifs.h: the caller zeroes it before the first call for a name.
struct Context {
  USHORT checksum;
  BOOLEAN checksum_inserted;
  UCHAR name_length;
  WCHAR name[8];
  ULONG extension_length;  // with its dot
  WCHAR extension[4];
  ULONG last_index;
};

constexpr ULONG kPlainNames = 4;  // so many without the hash
constexpr ULONG kBaseRoom = 6;    // of 8: the rest is ~1
constexpr ULONG kLargestIndex = 999'999;

bool IsDropped(WCHAR character) { return character == L' ' || character == L'.'; }

// The character as a short name has it.
WCHAR Short(WCHAR character, bool extended) {
  constexpr char kIllegal[] = "\"*+,/:;<=>?[\\]|";
  if (character < 0x20 || (character >= 0x7F && !extended)) {
    return L'_';
  }
  for (char illegal : kIllegal) {
    if (character == static_cast<WCHAR>(illegal)) {
      return L'_';
    }
  }
  return RtlUpcaseUnicodeChar(character);
}

USHORT Hash(PCUNICODE_STRING name) {
  ULONG hash = 0x811C'9DC5;  // FNV-1a
  for (USHORT i = 0; i < name->Length / sizeof(WCHAR); i += 1) {
    hash = (hash ^ RtlUpcaseUnicodeChar(name->Buffer[i])) * 0x0100'0193;
  }
  return static_cast<USHORT>(hash ^ hash >> 16);
}

// Where the extension begins: at the last dot that has something before it; the length when there is none.
ULONG FindExtension(const WCHAR *text, ULONG length, ULONG first) {
  for (ULONG i = length; i > first + 1; i -= 1) {
    if (text[i - 1] == L'.') {
      return i - 1;
    }
  }
  return length;
}

void Begin(Context *context, PCUNICODE_STRING name, bool extended) {
  const WCHAR *text = name->Buffer;
  const ULONG length = name->Length / sizeof(WCHAR);
  ULONG first = 0;
  while (first < length && text[first] == L'.') {
    first += 1;
  }
  const ULONG dot = FindExtension(text, length, first);
  for (ULONG i = first; i < dot && context->name_length < kBaseRoom; i += 1) {
    if (!IsDropped(text[i])) {
      context->name[context->name_length] = Short(text[i], extended);
      context->name_length += 1;
    }
  }
  if (dot + 1 < length) {
    context->extension[0] = L'.';
    context->extension_length = 1;
    for (ULONG i = dot + 1; i < length && context->extension_length < 4; i += 1) {
      if (!IsDropped(text[i])) {
        context->extension[context->extension_length] = Short(text[i], extended);
        context->extension_length += 1;
      }
    }
  }
  context->checksum = Hash(name);
}

// The first two characters and the hash in place of the base.
void InsertChecksum(Context *context) {
  const auto kept = static_cast<UCHAR>(context->name_length < 2 ? context->name_length : 2);
  for (UCHAR i = 0; i < 4; i += 1) {
    const auto digit = static_cast<WCHAR>(context->checksum >> (12 - 4 * i) & 15);
    context->name[kept + i] = static_cast<WCHAR>(digit < 10 ? L'0' + digit : L'A' + digit - 10);
  }
  context->name_length = static_cast<UCHAR>(kept + 4);
  context->checksum_inserted = TRUE;
  context->last_index = 1;
}

}  // namespace

extern "C" {

// STATUS_FILE_SYSTEM_LIMITATION: no name is left.
NTSTATUS NTAPI RtlGenerate8dot3Name(PCUNICODE_STRING Name, BOOLEAN AllowExtendedCharacters, PVOID Context_,
                                    PUNICODE_STRING Name8dot3) {
  auto *context = static_cast<Context *>(Context_);
  if (context->last_index == 0) {
    Begin(context, Name, AllowExtendedCharacters);
  }
  context->last_index += 1;
  if (context->last_index > kPlainNames && !context->checksum_inserted) {
    InsertChecksum(context);
  }
  if (context->last_index > kLargestIndex) {
    return STATUS_FILE_SYSTEM_LIMITATION;
  }
  WCHAR index[7];
  ULONG digits = 0;
  for (ULONG rest = context->last_index; rest != 0; rest /= 10) {
    index[digits] = static_cast<WCHAR>(L'0' + rest % 10);
    digits += 1;
  }
  const ULONG room = 7 - digits;
  const ULONG base = context->name_length < room ? context->name_length : room;
  WCHAR *out = Name8dot3->Buffer;
  memcpy(out, context->name, base * sizeof(WCHAR));
  out += base;
  *out++ = L'~';
  while (digits != 0) {
    digits -= 1;
    *out++ = index[digits];
  }
  memcpy(out, context->extension, context->extension_length * sizeof(WCHAR));
  out += context->extension_length;
  Name8dot3->Length = static_cast<USHORT>((out - Name8dot3->Buffer) * static_cast<LONG>(sizeof(WCHAR)));
  return STATUS_SUCCESS;
}

}  // extern "C"
