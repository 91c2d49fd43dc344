// The narrow string functions that libc++'s <string_view> and <cstring> refer to.
#include <string.h>

extern "C" {

size_t strlen(const char *text) {
  const char *end = text;
  while (*end != '\0') {
    ++end;
  }
  return static_cast<size_t>(end - text);
}

void *memchr(const void *block, int byte, size_t size) {
  const auto *cursor = static_cast<const unsigned char *>(block);
  for (; size > 0; --size, ++cursor) {
    if (*cursor == static_cast<unsigned char>(byte)) {
      return const_cast<unsigned char *>(cursor);
    }
  }
  return nullptr;
}

int strncmp(const char *left, const char *right, size_t limit) {
  for (; limit > 0; --limit, ++left, ++right) {
    const auto a = static_cast<unsigned char>(*left);
    const auto b = static_cast<unsigned char>(*right);
    if (a != b) {
      return a < b ? -1 : 1;
    }
    if (a == 0) {
      break;
    }
  }
  return 0;
}

int strcmp(const char *left, const char *right) { return strncmp(left, right, static_cast<size_t>(-1)); }

char *strchr(const char *text, int character) {
  for (;; ++text) {
    if (*text == static_cast<char>(character)) {
      return const_cast<char *>(text);
    }
    if (*text == '\0') {
      return nullptr;
    }
  }
}

char *strrchr(const char *text, int character) {
  const char *found = nullptr;
  for (;; ++text) {
    if (*text == static_cast<char>(character)) {
      found = text;
    }
    if (*text == '\0') {
      return const_cast<char *>(found);
    }
  }
}

char *strpbrk(const char *text, const char *set) {
  for (; *text != '\0'; ++text) {
    if (strchr(set, *text) != nullptr) {
      return const_cast<char *>(text);
    }
  }
  return nullptr;
}

char *strstr(const char *text, const char *part) {
  const size_t length = strlen(part);
  for (;; ++text) {
    if (strncmp(text, part, length) == 0) {
      return const_cast<char *>(text);
    }
    if (*text == '\0') {
      return nullptr;
    }
  }
}

}  // extern "C"
