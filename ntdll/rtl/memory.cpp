// Blocks of memory: compare, move, fill, check sums.
#include "rtlp.hpp"

extern "C" {

SIZE_T NTAPI RtlCompareMemory(const VOID *left, const VOID *right, SIZE_T size) {
  const auto *const a = static_cast<const unsigned char *>(left);
  const auto *const b = static_cast<const unsigned char *>(right);
  SIZE_T equal = 0;
  while (equal < size && a[equal] == b[equal]) {
    ++equal;
  }
  return equal;
}

SIZE_T NTAPI RtlCompareMemoryUlong(PVOID source, SIZE_T size, ULONG pattern) {
  const auto *const bytes = static_cast<const unsigned char *>(source);
  SIZE_T equal = 0;
  for (; size - equal >= sizeof(pattern); equal += sizeof(pattern)) {
    if (memcmp(bytes + equal, &pattern, sizeof(pattern)) != 0) {
      break;
    }
  }
  return equal;
}

VOID NTAPI RtlMoveMemory(PVOID to, const VOID *from, SIZE_T size) { memmove(to, from, size); }
// Programs of older compilers rely on RtlCopyMemory for overlapping blocks, as the Windows export does.
VOID NTAPI RtlCopyMemory(PVOID to, const VOID *from, SIZE_T size) { memmove(to, from, size); }
VOID NTAPI RtlCopyMemoryNonTemporal(PVOID to, const VOID *from, SIZE_T size) { memcpy(to, from, size); }
VOID NTAPI RtlFillMemory(PVOID to, SIZE_T size, ULONG fill) { memset(to, static_cast<int>(fill & 0xff), size); }
VOID NTAPI RtlZeroMemory(PVOID to, SIZE_T size) { memset(to, 0, size); }

VOID NTAPI RtlFillMemoryUlong(PVOID to, SIZE_T size, ULONG pattern) {
  for (SIZE_T i = 0; i + sizeof(pattern) <= size; i += sizeof(pattern)) {
    memcpy(static_cast<char *>(to) + i, &pattern, sizeof(pattern));
  }
}

VOID NTAPI RtlFillMemoryUlonglong(PVOID to, SIZE_T size, ULONGLONG pattern) {
  for (SIZE_T i = 0; i + sizeof(pattern) <= size; i += sizeof(pattern)) {
    memcpy(static_cast<char *>(to) + i, &pattern, sizeof(pattern));
  }
}

BOOLEAN NTAPI RtlIsZeroMemory(PVOID block, SIZE_T size) {
  const auto *const bytes = static_cast<const unsigned char *>(block);
  for (SIZE_T i = 0; i < size; ++i) {
    if (bytes[i] != 0) {
      return FALSE;
    }
  }
  return TRUE;
}

// CRC-32 of IEEE 802.3, reflected.
ULONG NTAPI RtlCrc32(const VOID *block, SIZE_T size, ULONG initial) {
  uint32_t crc = ~static_cast<uint32_t>(initial);
  const auto *const bytes = static_cast<const unsigned char *>(block);
  for (SIZE_T i = 0; i < size; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
    }
  }
  return ~crc;
}

ULONG NTAPI RtlComputeCrc32(ULONG initial, const VOID *block, ULONG size) { return RtlCrc32(block, size, initial); }

// CRC-64 with the polynomial of ECMA-182's "NVMe" form, reflected, as RtlCrc64 is documented to give.
ULONGLONG NTAPI RtlCrc64(const VOID *block, SIZE_T size, ULONGLONG initial) {
  uint64_t crc = ~initial;
  const auto *const bytes = static_cast<const unsigned char *>(block);
  for (SIZE_T i = 0; i < size; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x9a6c9329ac4bc9b5u : 0);
    }
  }
  return ~crc;
}

}  // extern "C"
