#pragma once
#include <stddef.h>
#define EOF (-1)
typedef struct FILE FILE;
#ifdef __cplusplus
// libc++ re-exports the name beside its algorithm of the same name; nothing defines it.
extern "C" int remove(const char *path);
#endif
