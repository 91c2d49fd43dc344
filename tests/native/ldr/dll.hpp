// The test DLLs note who was called when in t_dll_base.dll, which everybody imports.
#pragma once

#include <nt/nt.h>

extern "C" {
__declspec(dllimport) void Record(int event);
__declspec(dllimport) int RecordedCount();
__declspec(dllimport) int Recorded(int index);
__declspec(dllimport) void ClearRecord();
}
