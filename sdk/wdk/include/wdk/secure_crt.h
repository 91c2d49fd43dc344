// C++: the string routines with a size find the size of an array themselves.
// Source: learn.microsoft.com, "Secure template overloads".
#pragma once

#ifdef __cplusplus
#include <nt/ntrtl_crt.h>

#define WDK_SECURE_(name, type)                                \
  template <size_t kSize>                                      \
  int name(type(&destination)[kSize], const type *source) {    \
    return static_cast<int>(name(destination, kSize, source)); \
  }
WDK_SECURE_(strcpy_s, char)
WDK_SECURE_(strcat_s, char)
WDK_SECURE_(wcscpy_s, wchar_t)
WDK_SECURE_(wcscat_s, wchar_t)
#undef WDK_SECURE_
#define WDK_SECURE_N_(name, type)                                         \
  template <size_t kSize>                                                 \
  int name(type(&destination)[kSize], const type *source, size_t count) { \
    return static_cast<int>(name(destination, kSize, source, count));     \
  }
WDK_SECURE_N_(strncpy_s, char)
WDK_SECURE_N_(strncat_s, char)
WDK_SECURE_N_(wcsncpy_s, wchar_t)
WDK_SECURE_N_(wcsncat_s, wchar_t)
#undef WDK_SECURE_N_
#define WDK_SECURE_PRINT_(name, vname, type)                          \
  template <size_t kSize>                                             \
  int name(type(&destination)[kSize], const type *format, ...) {      \
    va_list arguments;                                                \
    va_start(arguments, format);                                      \
    const int written = vname(destination, kSize, format, arguments); \
    va_end(arguments);                                                \
    return written;                                                   \
  }
WDK_SECURE_PRINT_(sprintf_s, vsprintf_s, char)
WDK_SECURE_PRINT_(swprintf_s, vswprintf_s, wchar_t)
#undef WDK_SECURE_PRINT_
#endif
