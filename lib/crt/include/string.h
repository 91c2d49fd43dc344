#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
void *memchr(const void *block, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
void *memcpy(void *__restrict to, const void *__restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *block, int byte, size_t size);
char *strchr(const char *text, int character);
int strcmp(const char *left, const char *right);
size_t strlen(const char *text);
int strncmp(const char *left, const char *right, size_t limit);
char *strpbrk(const char *text, const char *set);
char *strrchr(const char *text, int character);
char *strstr(const char *text, const char *part);
#ifdef __cplusplus
}
#endif
