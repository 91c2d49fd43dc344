// The four memory functions that the compiler itself calls. Bulk moves use the widest `rep` form: QEMU and the
// counting rules of docs/status.md charge an instruction per iteration, hardware is fastest with it too.
#include <stdint.h>
#include <string.h>

namespace {

constexpr size_t kWord = sizeof(uintptr_t);

inline void RepMoveWords(void *&to, const void *&from, size_t words) {
#if defined(__x86_64__)
  asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
#else
  asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
#endif
}

inline void RepMoveBytes(void *&to, const void *&from, size_t bytes) {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

using UnalignedWord [[gnu::aligned(1), gnu::may_alias]] = uintptr_t;
using UnalignedHalf [[gnu::aligned(1), gnu::may_alias]] = uint32_t;

// Up to two words are done with two loads that may overlap: no loop, no rep start-up.
inline bool MoveShort(void *to, const void *from, size_t size) {
  auto *destination = static_cast<unsigned char *>(to);
  const auto *source = static_cast<const unsigned char *>(from);
  if (size >= kWord) {
    if (size > 2 * kWord) {
      return false;
    }
    const auto head = *reinterpret_cast<const UnalignedWord *>(source);
    const auto tail = *reinterpret_cast<const UnalignedWord *>(source + size - kWord);
    *reinterpret_cast<UnalignedWord *>(destination) = head;
    *reinterpret_cast<UnalignedWord *>(destination + size - kWord) = tail;
    return true;
  }
  if (size >= 4) {
    const auto head = *reinterpret_cast<const UnalignedHalf *>(source);
    const auto tail = *reinterpret_cast<const UnalignedHalf *>(source + size - 4);
    *reinterpret_cast<UnalignedHalf *>(destination) = head;
    *reinterpret_cast<UnalignedHalf *>(destination + size - 4) = tail;
    return true;
  }
  if (size == 0) {
    return true;
  }
  const unsigned char first = source[0];
  const unsigned char middle = source[size / 2];
  const unsigned char last = source[size - 1];
  destination[0] = first;
  destination[size / 2] = middle;
  destination[size - 1] = last;
  return true;
}

}  // namespace

extern "C" {

void *memcpy(void *__restrict to, const void *__restrict from, size_t size) {
  if (MoveShort(to, from, size)) {
    return to;
  }
  void *destination = to;
  const void *source = from;
  RepMoveWords(destination, source, size / kWord);
  if (const size_t rest = size % kWord; rest != 0) {
    RepMoveBytes(destination, source, rest);
  }
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  if (MoveShort(to, from, size)) {
    return to;
  }
  const auto distance = reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from);
  if (distance >= size) {
    return memcpy(to, from, size);
  }
  // The destination starts inside the source: backwards, whole words first, then the remaining head.
  auto *destination = static_cast<unsigned char *>(to) + size;
  const auto *source = static_cast<const unsigned char *>(from) + size;
  while (size >= kWord) {
    destination -= kWord;
    source -= kWord;
    size -= kWord;
    const auto word = *reinterpret_cast<const UnalignedWord *>(source);
    *reinterpret_cast<UnalignedWord *>(destination) = word;
  }
  while (size-- > 0) {
    *--destination = *--source;
  }
  return to;
}

void *memset(void *block, int byte, size_t size) {
  auto *destination = static_cast<unsigned char *>(block);
  const auto value = static_cast<unsigned char>(byte);
  if (size < 2 * kWord) {
    for (size_t i = 0; i < size; ++i) {
      static_cast<volatile unsigned char *>(destination)[i] = value;
    }
    return block;
  }
  const uintptr_t pattern = (~uintptr_t{0} / 0xff) * value;
  *reinterpret_cast<UnalignedWord *>(destination + size - kWord) = pattern;
  size_t words = size / kWord;
  void *cursor = destination;
#if defined(__x86_64__)
  asm volatile("rep stosq" : "+D"(cursor), "+c"(words) : "a"(pattern) : "memory");
#else
  asm volatile("rep stosl" : "+D"(cursor), "+c"(words) : "a"(pattern) : "memory");
#endif
  return block;
}

int memcmp(const void *left, const void *right, size_t size) {
  const auto *a = static_cast<const unsigned char *>(left);
  const auto *b = static_cast<const unsigned char *>(right);
  while (size >= kWord && *reinterpret_cast<const UnalignedWord *>(a) == *reinterpret_cast<const UnalignedWord *>(b)) {
    a += kWord;
    b += kWord;
    size -= kWord;
  }
  for (; size > 0; --size, ++a, ++b) {
    if (*a != *b) {
      return *a < *b ? -1 : 1;
    }
  }
  return 0;
}

}  // extern "C"
