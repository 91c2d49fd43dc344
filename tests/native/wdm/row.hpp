// One row of the tables: a routine or one of its documented failures.
#pragma once

#include <ntifs.h>

namespace wdmtest {

struct Row {
  const char *name;
  const char *source;    // the public text that says what must happen
  const char *(*run)();  // null, or what did not hold
};

struct Table {
  const Row *rows;
  unsigned count;
};

extern const Table kEventRows;
extern const Table kDpcRows;
extern const Table kIrqlRows;

inline LARGE_INTEGER Milliseconds(LONGLONG count) {
  LARGE_INTEGER time;
  time.QuadPart = -count * 10000;
  return time;
}

inline NTSTATUS WaitFor(PVOID object, LONGLONG milliseconds) {
  LARGE_INTEGER time = Milliseconds(milliseconds);
  return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, &time);
}

}  // namespace wdmtest

#define EXPECT(condition) \
  do {                    \
    if (!(condition)) {   \
      return #condition;  \
    }                     \
  } while (false)
