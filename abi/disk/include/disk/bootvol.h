#pragma once
// The boot volume: a read-only file tree that is linked into `ntos`, page aligned. Our own format, little endian.
//
//   page 0...   BOOTVOL_HEADER, then EntryCount BOOTVOL_ENTRYs at EntryTableOffset, then the names (UTF-16, packed)
//   then        the data of each file, each beginning on a page; what is left of its last page is zero
//
// Entry 0 is the root directory. The entries of a directory stand together, sorted by
// upper-cased name (rtl::CompareNoCase), no two equal. All offsets are from the start of the image.

#include <stddef.h>
#include <stdint.h>

#define BOOTVOL_MAGIC "NTBOOTV1"
#define BOOTVOL_PAGE_SIZE 4096
#define BOOTVOL_MAXIMUM_NAME 255  // UTF-16 units of one name, and of the label at most
#define BOOTVOL_MAXIMUM_LABEL 32  // UTF-16 units
#define BOOTVOL_MAXIMUM_DEPTH 64  // directories below the root
#define BOOTVOL_MAXIMUM_ENTRIES 0x10000

typedef struct _BOOTVOL_HEADER {
  char Magic[8];  // BOOTVOL_MAGIC without its zero
  uint32_t EntryCount;
  uint32_t EntryTableOffset;  // multiple of 8
  uint32_t NamesOffset;       // multiple of 2
  uint32_t NamesSize;         // bytes
  uint64_t ImageSize;         // bytes, a page multiple
  int64_t CreationTime;       // 100 ns since 1601, as all times here
  uint32_t SerialNumber;
  uint16_t LabelLength;  // bytes
  uint16_t Reserved;
  uint16_t Label[BOOTVOL_MAXIMUM_LABEL];
} BOOTVOL_HEADER;

typedef struct _BOOTVOL_ENTRY {
  uint32_t NameOffset;  // from NamesOffset, bytes
  uint16_t NameLength;  // bytes; 0 for the root only
  uint16_t Reserved;
  uint32_t Attributes;  // FILE_ATTRIBUTE_*; FILE_ATTRIBUTE_DIRECTORY says which kind it is
  uint32_t Parent;      // index of the directory; of the root: 0
  int64_t CreationTime;
  int64_t LastWriteTime;
  uint64_t Start;  // file: offset of the data, a page multiple; directory: index of its first entry
  uint64_t Size;   // file: bytes; directory: number of entries
} BOOTVOL_ENTRY;

#ifdef __cplusplus
static_assert(sizeof(BOOTVOL_HEADER) == 112 && offsetof(BOOTVOL_HEADER, ImageSize) == 24);
static_assert(sizeof(BOOTVOL_ENTRY) == 48 && offsetof(BOOTVOL_ENTRY, Start) == 32);
#endif
