// The printf family. The old names end a full buffer without a terminator and answer -1; the _s names always terminate.
#include "format.hpp"

using namespace ntcrt;

namespace {

constexpr size_t kTruncate = SIZE_MAX;

int Answer(uint64_t length) { return length > INT32_MAX ? -1 : static_cast<int>(length); }

// _vsnprintf and _vsnwprintf.
template <typename Char>
int PrintCounted(Char *buffer, size_t count, const Char *format, va_list arguments) {
  if (format == nullptr || (buffer == nullptr && count != 0)) {
    return -1;
  }
  Sink<Char> sink{buffer, count};
  if (!Format(sink, format, arguments)) {
    return -1;
  }
  if (sink.length < count) {
    buffer[sink.length] = 0;
  } else if (count != 0 && sink.length > count) {
    return -1;
  }
  return Answer(sink.length);
}

// vsprintf_s when `limit` is the buffer's size, _vsnprintf_s otherwise.
template <typename Char>
int PrintChecked(Char *buffer, size_t size, size_t limit, const Char *format, va_list arguments) {
  if (buffer == nullptr || size == 0 || format == nullptr) {
    return -1;
  }
  Sink<Char> sink{buffer, size - 1};
  const bool allowed = Format(sink, format, arguments);
  if (allowed && sink.length <= limit && sink.length < size) {
    buffer[sink.length] = 0;
    return Answer(sink.length);
  }
  if (!allowed || (limit != kTruncate && limit >= size)) {
    buffer[0] = 0;  // does not fit and may not be cut
    return -1;
  }
  const size_t kept = limit < size - 1 ? limit : size - 1;
  buffer[kept] = 0;
  return -1;
}

// Counts only.
template <typename Char>
int PrintLength(const Char *format, va_list arguments) {
  Sink<Char> sink{nullptr, 0};
  return format != nullptr && Format(sink, format, arguments) ? Answer(sink.length) : -1;
}

}  // namespace

#define WITH_ARGUMENTS(call)   \
  va_list arguments;           \
  va_start(arguments, format); \
  const int result = call;     \
  va_end(arguments);           \
  return result

extern "C" {

int NTCRT(_vsnprintf)(char *buffer, size_t count, const char *format, va_list arguments) {
  return PrintCounted(buffer, count, format, arguments);
}
int NTCRT(_vsnwprintf)(Wide *buffer, size_t count, const Wide *format, va_list arguments) {
  return PrintCounted(buffer, count, format, arguments);
}
int NTCRT(vsprintf)(char *buffer, const char *format, va_list arguments) {
  return PrintCounted(buffer, SIZE_MAX, format, arguments);
}
int NTCRT(vswprintf)(Wide *buffer, const Wide *format, va_list arguments) {
  return PrintCounted(buffer, SIZE_MAX, format, arguments);
}
int NTCRT(_vscprintf)(const char *format, va_list arguments) { return PrintLength(format, arguments); }
int NTCRT(_vscwprintf)(const Wide *format, va_list arguments) { return PrintLength(format, arguments); }
int NTCRT(vsprintf_s)(char *buffer, size_t size, const char *format, va_list arguments) {
  return PrintChecked(buffer, size, size, format, arguments);
}
int NTCRT(vswprintf_s)(Wide *buffer, size_t size, const Wide *format, va_list arguments) {
  return PrintChecked(buffer, size, size, format, arguments);
}
int NTCRT(_vsnprintf_s)(char *buffer, size_t size, size_t limit, const char *format, va_list arguments) {
  return PrintChecked(buffer, size, limit, format, arguments);
}
int NTCRT(_vsnwprintf_s)(Wide *buffer, size_t size, size_t limit, const Wide *format, va_list arguments) {
  return PrintChecked(buffer, size, limit, format, arguments);
}

int NTCRT(_snprintf)(char *buffer, size_t count, const char *format, ...) {
  WITH_ARGUMENTS(PrintCounted(buffer, count, format, arguments));
}
int NTCRT(_snwprintf)(Wide *buffer, size_t count, const Wide *format, ...) {
  WITH_ARGUMENTS(PrintCounted(buffer, count, format, arguments));
}
int NTCRT(sprintf)(char *buffer, const char *format, ...) {
  WITH_ARGUMENTS(PrintCounted(buffer, SIZE_MAX, format, arguments));
}
int NTCRT(swprintf)(Wide *buffer, const Wide *format, ...) {
  WITH_ARGUMENTS(PrintCounted(buffer, SIZE_MAX, format, arguments));
}
int NTCRT(_scprintf)(const char *format, ...) { WITH_ARGUMENTS(PrintLength(format, arguments)); }
int NTCRT(_scwprintf)(const Wide *format, ...) { WITH_ARGUMENTS(PrintLength(format, arguments)); }
int NTCRT(sprintf_s)(char *buffer, size_t size, const char *format, ...) {
  WITH_ARGUMENTS(PrintChecked(buffer, size, size, format, arguments));
}
int NTCRT(swprintf_s)(Wide *buffer, size_t size, const Wide *format, ...) {
  WITH_ARGUMENTS(PrintChecked(buffer, size, size, format, arguments));
}
int NTCRT(_snprintf_s)(char *buffer, size_t size, size_t limit, const char *format, ...) {
  WITH_ARGUMENTS(PrintChecked(buffer, size, limit, format, arguments));
}
int NTCRT(_snwprintf_s)(Wide *buffer, size_t size, size_t limit, const Wide *format, ...) {
  WITH_ARGUMENTS(PrintChecked(buffer, size, limit, format, arguments));
}

}  // extern "C"
