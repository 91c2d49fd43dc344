// The counted string routines for one character type; ntstrsafe.h includes this twice. STRSAFE_CHAR is the type,
// STRSAFE_NAME(Cch, Copy, Ex) the routine's name with its A or W, STRSAFE_PRINT the formatter.
// Every destination is terminated; what does not fit is cut off and answered with STATUS_BUFFER_OVERFLOW.

FORCEINLINE NTSTATUS STRSAFE_NAME(Worker, Check, )(SIZE_T count) {
  return count == 0 || count > NTSTRSAFE_MAX_CCH ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

FORCEINLINE SIZE_T STRSAFE_NAME(Worker, Length, )(const STRSAFE_CHAR *text, SIZE_T limit) {
  SIZE_T length = 0;
  while (length < limit && text[length] != 0) {
    ++length;
  }
  return length;
}

// Appends at most `limit` characters of source behind the first `used` of the destination's `count`.
FORCEINLINE NTSTATUS STRSAFE_NAME(Worker, Append, )(STRSAFE_CHAR *destination, SIZE_T count, SIZE_T used,
                                                    const STRSAFE_CHAR *source, SIZE_T limit) {
  SIZE_T at = used;
  SIZE_T from = 0;
  while (from < limit && source[from] != 0) {
    if (at + 1 >= count) {
      destination[at] = 0;
      return STATUS_BUFFER_OVERFLOW;
    }
    destination[at++] = source[from++];
  }
  destination[at] = 0;
  return STATUS_SUCCESS;
}

FORCEINLINE NTSTATUS STRSAFE_NAME(Worker, VPrintf, )(STRSAFE_CHAR *destination, SIZE_T count,
                                                     const STRSAFE_CHAR *format, va_list arguments) {
  const int written = STRSAFE_PRINT(destination, count - 1, format, arguments);
  if (written < 0 || (SIZE_T)written >= count) {
    destination[count - 1] = 0;
    return STATUS_BUFFER_OVERFLOW;
  }
  destination[written] = 0;
  return STATUS_SUCCESS;
}

// What the Ex forms add: empty sources for NULL, the end of the text, the bytes left, filling.
FORCEINLINE NTSTATUS STRSAFE_NAME(Worker, Finish, )(NTSTATUS status, STRSAFE_CHAR *destination, SIZE_T count,
                                                    STRSAFE_CHAR **end, SIZE_T *remaining, ULONG flags) {
  SIZE_T length;
  if (!NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW) {
    if (flags & (STRSAFE_NO_TRUNCATION | STRSAFE_NULL_ON_FAILURE)) {
      destination[0] = 0;
    }
    if ((flags & STRSAFE_FILL_ON_FAILURE) != 0) {
      __builtin_memset(destination, (int)(flags & 0xFFu), count * sizeof(STRSAFE_CHAR));
      destination[(flags & 0xFFu) == 0 ? 0 : count - 1] = 0;
    }
  }
  length = STRSAFE_NAME(Worker, Length, )(destination, count);
  if (NT_SUCCESS(status) && status != STATUS_BUFFER_OVERFLOW && (flags & STRSAFE_FILL_BEHIND_NULL) != 0) {
    if (length + 1 < count) {
      __builtin_memset(destination + length + 1, (int)(flags & 0xFFu), (count - length - 1) * sizeof(STRSAFE_CHAR));
    }
  }
  if (end != NULL) {
    *end = destination + length;
  }
  if (remaining != NULL) {
    *remaining = count - length;
  }
  return status;
}

// One routine in its Cch and Cb forms, each plain and Ex.
#define STRSAFE_APPEND_(unit, divide)                                                                                  \
  FORCEINLINE NTSTATUS STRSAFE_NAME(unit, Copy, )(STRSAFE_CHAR * destination, SIZE_T size,                             \
                                                  const STRSAFE_CHAR *source) {                                        \
    const SIZE_T count = size / (divide);                                                                              \
    const NTSTATUS status = STRSAFE_NAME(Worker, Check, )(count);                                                      \
    return NT_SUCCESS(status) ? STRSAFE_NAME(Worker, Append, )(destination, count, 0, source, NTSTRSAFE_MAX_CCH)       \
                              : status;                                                                                \
  }                                                                                                                    \
  FORCEINLINE NTSTATUS STRSAFE_NAME(unit, CopyN, )(STRSAFE_CHAR * destination, SIZE_T size,                            \
                                                   const STRSAFE_CHAR *source, SIZE_T limit) {                         \
    const SIZE_T count = size / (divide);                                                                              \
    const NTSTATUS status = STRSAFE_NAME(Worker, Check, )(count);                                                      \
    return NT_SUCCESS(status) ? STRSAFE_NAME(Worker, Append, )(destination, count, 0, source, limit / (divide))        \
                              : status;                                                                                \
  }                                                                                                                    \
  FORCEINLINE NTSTATUS STRSAFE_NAME(unit, Cat, )(STRSAFE_CHAR * destination, SIZE_T size,                              \
                                                 const STRSAFE_CHAR *source) {                                         \
    const SIZE_T count = size / (divide);                                                                              \
    const SIZE_T used = STRSAFE_NAME(Worker, Length, )(destination, count);                                            \
    return NT_SUCCESS(STRSAFE_NAME(Worker, Check, )(count)) && used < count                                            \
               ? STRSAFE_NAME(Worker, Append, )(destination, count, used, source, NTSTRSAFE_MAX_CCH)                   \
               : STATUS_INVALID_PARAMETER;                                                                             \
  }                                                                                                                    \
  FORCEINLINE NTSTATUS STRSAFE_NAME(unit, CatN, )(STRSAFE_CHAR * destination, SIZE_T size, const STRSAFE_CHAR *source, \
                                                  SIZE_T limit) {                                                      \
    const SIZE_T count = size / (divide);                                                                              \
    const SIZE_T used = STRSAFE_NAME(Worker, Length, )(destination, count);                                            \
    return NT_SUCCESS(STRSAFE_NAME(Worker, Check, )(count)) && used < count                                            \
               ? STRSAFE_NAME(Worker, Append, )(destination, count, used, source, limit / (divide))                    \
               : STATUS_INVALID_PARAMETER;                                                                             \
  }                                                                                                                    \
  FORCEINLINE NTSTATUS STRSAFE_NAME(unit, VPrintf, )(STRSAFE_CHAR * destination, SIZE_T size,                          \
                                                     const STRSAFE_CHAR *format, va_list arguments) {                  \
    const SIZE_T count = size / (divide);                                                                              \
    const NTSTATUS status = STRSAFE_NAME(Worker, Check, )(count);                                                      \
    return NT_SUCCESS(status) ? STRSAFE_NAME(Worker, VPrintf, )(destination, count, format, arguments) : status;       \
  }                                                                                                                    \
  static inline __attribute__((unused)) NTSTATUS STRSAFE_NAME(unit, Printf, )(STRSAFE_CHAR * destination, SIZE_T size, \
                                                                              const STRSAFE_CHAR *format, ...) {       \
    va_list arguments;                                                                                                 \
    NTSTATUS status;                                                                                                   \
    va_start(arguments, format);                                                                                       \
    status = STRSAFE_NAME(unit, VPrintf, )(destination, size, format, arguments);                                      \
    va_end(arguments);                                                                                                 \
    return status;                                                                                                     \
  }                                                                                                                    \
  FORCEINLINE NTSTATUS STRSAFE_NAME(unit, Length, )(const STRSAFE_CHAR *text, SIZE_T max, SIZE_T *length) {            \
    const SIZE_T count = text == NULL ? 0 : STRSAFE_NAME(Worker, Length, )(text, max / (divide));                      \
    if (length != NULL) {                                                                                              \
      *length = text != NULL && count < max / (divide) ? count * (divide) : 0;                                         \
    }                                                                                                                  \
    return text != NULL && max / (divide) <= NTSTRSAFE_MAX_CCH && count < max / (divide) ? STATUS_SUCCESS              \
                                                                                         : STATUS_INVALID_PARAMETER;   \
  }                                                                                                                    \
  FORCEINLINE NTSTATUS STRSAFE_NAME(unit, CopyEx, )(STRSAFE_CHAR * destination, SIZE_T size,                           \
                                                    const STRSAFE_CHAR *source, STRSAFE_CHAR **end, SIZE_T *remaining, \
                                                    ULONG flags) {                                                     \
    static const STRSAFE_CHAR nothing[1] = {0};                                                                        \
    const STRSAFE_CHAR *from = source == NULL && (flags & STRSAFE_IGNORE_NULLS) ? nothing : source;                    \
    NTSTATUS status = STRSAFE_NAME(unit, Copy, )(destination, size, from);                                             \
    if (status == STATUS_INVALID_PARAMETER) {                                                                          \
      return status;                                                                                                   \
    }                                                                                                                  \
    status = STRSAFE_NAME(Worker, Finish, )(status, destination, size / (divide), end, remaining, flags);              \
    if (remaining != NULL) {                                                                                           \
      *remaining *= (divide);                                                                                          \
    }                                                                                                                  \
    return status;                                                                                                     \
  }                                                                                                                    \
  FORCEINLINE NTSTATUS STRSAFE_NAME(unit, CatEx, )(STRSAFE_CHAR * destination, SIZE_T size,                            \
                                                   const STRSAFE_CHAR *source, STRSAFE_CHAR **end, SIZE_T *remaining,  \
                                                   ULONG flags) {                                                      \
    static const STRSAFE_CHAR nothing[1] = {0};                                                                        \
    const STRSAFE_CHAR *from = source == NULL && (flags & STRSAFE_IGNORE_NULLS) ? nothing : source;                    \
    NTSTATUS status = STRSAFE_NAME(unit, Cat, )(destination, size, from);                                              \
    if (status == STATUS_INVALID_PARAMETER) {                                                                          \
      return status;                                                                                                   \
    }                                                                                                                  \
    status = STRSAFE_NAME(Worker, Finish, )(status, destination, size / (divide), end, remaining, flags);              \
    if (remaining != NULL) {                                                                                           \
      *remaining *= (divide);                                                                                          \
    }                                                                                                                  \
    return status;                                                                                                     \
  }                                                                                                                    \
  FORCEINLINE NTSTATUS STRSAFE_NAME(unit, VPrintfEx, )(STRSAFE_CHAR * destination, SIZE_T size, STRSAFE_CHAR * *end,   \
                                                       SIZE_T * remaining, ULONG flags, const STRSAFE_CHAR *format,    \
                                                       va_list arguments) {                                            \
    NTSTATUS status = STRSAFE_NAME(unit, VPrintf, )(destination, size, format, arguments);                             \
    if (status == STATUS_INVALID_PARAMETER) {                                                                          \
      return status;                                                                                                   \
    }                                                                                                                  \
    status = STRSAFE_NAME(Worker, Finish, )(status, destination, size / (divide), end, remaining, flags);              \
    if (remaining != NULL) {                                                                                           \
      *remaining *= (divide);                                                                                          \
    }                                                                                                                  \
    return status;                                                                                                     \
  }                                                                                                                    \
  static inline __attribute__((unused)) NTSTATUS STRSAFE_NAME(unit, PrintfEx, )(                                       \
      STRSAFE_CHAR * destination, SIZE_T size, STRSAFE_CHAR * *end, SIZE_T * remaining, ULONG flags,                   \
      const STRSAFE_CHAR *format, ...) {                                                                               \
    va_list arguments;                                                                                                 \
    NTSTATUS status;                                                                                                   \
    va_start(arguments, format);                                                                                       \
    status = STRSAFE_NAME(unit, VPrintfEx, )(destination, size, end, remaining, flags, format, arguments);             \
    va_end(arguments);                                                                                                 \
    return status;                                                                                                     \
  }
STRSAFE_APPEND_(Cch, 1)
STRSAFE_APPEND_(Cb, sizeof(STRSAFE_CHAR))
#undef STRSAFE_APPEND_
