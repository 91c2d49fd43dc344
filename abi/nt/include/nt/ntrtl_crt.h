// C runtime exports of ntdll.dll, beside those that lib/crt's <string.h> declares. Only Windows' ABI: elsewhere wchar_t
// is not 16 bits and the C library is the system's own. Source: the Win32 C run-time reference.
#pragma once

#include <nt/ntdef.h>

#if defined(_WIN32)
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

NT_EXTERN_C_BEGIN

char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t size);
char *strcat(char *to, const char *from);
char *strncat(char *to, const char *from, size_t limit);
size_t strnlen(const char *text, size_t limit);
size_t strspn(const char *text, const char *set);
size_t strcspn(const char *text, const char *set);
char *strtok_s(char *text, const char *delimiters, char **context);
int strcpy_s(char *to, size_t size, const char *from);
int strcat_s(char *to, size_t size, const char *from);
int strncpy_s(char *to, size_t size, const char *from, size_t limit);
int strncat_s(char *to, size_t size, const char *from, size_t limit);
int _stricmp(const char *left, const char *right);
int _strcmpi(const char *left, const char *right);
int _strnicmp(const char *left, const char *right, size_t limit);
int _memicmp(const void *left, const void *right, size_t size);
void *_memccpy(void *to, const void *from, int byte, size_t size);
char *_strlwr(char *text);
char *_strupr(char *text);

size_t wcslen(const WCHAR *text);
size_t wcsnlen(const WCHAR *text, size_t limit);
int wcscmp(const WCHAR *left, const WCHAR *right);
int wcsncmp(const WCHAR *left, const WCHAR *right, size_t limit);
int _wcsicmp(const WCHAR *left, const WCHAR *right);
int _wcsnicmp(const WCHAR *left, const WCHAR *right, size_t limit);
WCHAR *wcscpy(WCHAR *to, const WCHAR *from);
WCHAR *wcsncpy(WCHAR *to, const WCHAR *from, size_t size);
WCHAR *wcscat(WCHAR *to, const WCHAR *from);
WCHAR *wcsncat(WCHAR *to, const WCHAR *from, size_t limit);
WCHAR *wcschr(const WCHAR *text, WCHAR character);
WCHAR *wcsrchr(const WCHAR *text, WCHAR character);
WCHAR *wcsstr(const WCHAR *text, const WCHAR *part);
WCHAR *wcspbrk(const WCHAR *text, const WCHAR *set);
size_t wcsspn(const WCHAR *text, const WCHAR *set);
size_t wcscspn(const WCHAR *text, const WCHAR *set);
WCHAR *wcstok_s(WCHAR *text, const WCHAR *delimiters, WCHAR **context);
int wcscpy_s(WCHAR *to, size_t size, const WCHAR *from);
int wcscat_s(WCHAR *to, size_t size, const WCHAR *from);
int wcsncpy_s(WCHAR *to, size_t size, const WCHAR *from, size_t limit);
int wcsncat_s(WCHAR *to, size_t size, const WCHAR *from, size_t limit);
WCHAR *_wcslwr(WCHAR *text);
WCHAR *_wcsupr(WCHAR *text);
WCHAR towlower(WCHAR character);
WCHAR towupper(WCHAR character);

int isalnum(int character);
int isalpha(int character);
int iscntrl(int character);
int isdigit(int character);
int isgraph(int character);
int islower(int character);
int isprint(int character);
int ispunct(int character);
int isspace(int character);
int isupper(int character);
int isxdigit(int character);
int tolower(int character);
int toupper(int character);
int iswalnum(WCHAR character);
int iswalpha(WCHAR character);
int iswctype(WCHAR character, unsigned short mask);
int iswdigit(WCHAR character);
int iswlower(WCHAR character);
int iswspace(WCHAR character);
int iswxdigit(WCHAR character);

long strtol(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);
long long _strtoi64(const char *text, char **end, int base);
unsigned long long _strtoui64(const char *text, char **end, int base);
long wcstol(const WCHAR *text, WCHAR **end, int base);
unsigned long wcstoul(const WCHAR *text, WCHAR **end, int base);
long long _wcstoi64(const WCHAR *text, WCHAR **end, int base);
unsigned long long _wcstoui64(const WCHAR *text, WCHAR **end, int base);
int atoi(const char *text);
long atol(const char *text);
long long _atoi64(const char *text);
int _wtoi(const WCHAR *text);
long _wtol(const WCHAR *text);
long long _wtoi64(const WCHAR *text);
char *_itoa(int value, char *buffer, int radix);
char *_ltoa(long value, char *buffer, int radix);
char *_ultoa(unsigned long value, char *buffer, int radix);
char *_i64toa(long long value, char *buffer, int radix);
char *_ui64toa(unsigned long long value, char *buffer, int radix);
WCHAR *_itow(int value, WCHAR *buffer, int radix);
WCHAR *_ltow(long value, WCHAR *buffer, int radix);
WCHAR *_ultow(unsigned long value, WCHAR *buffer, int radix);
WCHAR *_i64tow(long long value, WCHAR *buffer, int radix);
WCHAR *_ui64tow(unsigned long long value, WCHAR *buffer, int radix);
int abs(int value);
long labs(long value);

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
void qsort_s(void *base, size_t count, size_t size, int (*compare)(void *, const void *, const void *), void *context);
void *bsearch(const void *key, const void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
void *bsearch_s(const void *key, const void *base, size_t count, size_t size,
                int (*compare)(void *, const void *, const void *), void *context);

// The old names leave a full buffer without terminator and answer -1; the _s names always terminate. %n is refused.
int _snprintf(char *buffer, size_t count, const char *format, ...);
int _snwprintf(WCHAR *buffer, size_t count, const WCHAR *format, ...);
int _vsnprintf(char *buffer, size_t count, const char *format, va_list arguments);
int _vsnwprintf(WCHAR *buffer, size_t count, const WCHAR *format, va_list arguments);
int sprintf(char *buffer, const char *format, ...);
int swprintf(WCHAR *buffer, const WCHAR *format, ...);
int vsprintf(char *buffer, const char *format, va_list arguments);
int vswprintf(WCHAR *buffer, const WCHAR *format, va_list arguments);
int _scprintf(const char *format, ...);
int _scwprintf(const WCHAR *format, ...);
int _vscprintf(const char *format, va_list arguments);
int _vscwprintf(const WCHAR *format, va_list arguments);
int sprintf_s(char *buffer, size_t size, const char *format, ...);
int swprintf_s(WCHAR *buffer, size_t size, const WCHAR *format, ...);
int vsprintf_s(char *buffer, size_t size, const char *format, va_list arguments);
int vswprintf_s(WCHAR *buffer, size_t size, const WCHAR *format, va_list arguments);
int _snprintf_s(char *buffer, size_t size, size_t limit, const char *format, ...);
int _snwprintf_s(WCHAR *buffer, size_t size, size_t limit, const WCHAR *format, ...);
int _vsnprintf_s(char *buffer, size_t size, size_t limit, const char *format, va_list arguments);
int _vsnwprintf_s(WCHAR *buffer, size_t size, size_t limit, const WCHAR *format, va_list arguments);

NT_EXTERN_C_END
#endif
