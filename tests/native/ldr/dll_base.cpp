#include <nt/nt.h>

namespace {
int events[64];
int count;
}  // namespace

extern "C" {

void Record(int event) {
  if (count < 64) {
    events[count] = event;
    count += 1;
  }
}

int RecordedCount() { return count; }
int Recorded(int index) { return index < count ? events[index] : -1; }
void ClearRecord() { count = 0; }

BOOLEAN DllMain(PVOID, ULONG reason, PVOID) {
  if (reason == DLL_PROCESS_ATTACH) {
    Record(1);
  }
  return TRUE;
}
}
