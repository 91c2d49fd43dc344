// wdmhost.exe: the program of a driver host process. Everything is in wdm.dll.

#include <nt/nt.h>

extern "C" __declspec(dllimport) void NTAPI WdmHostMain(void);

/// Entry point of the image.
extern "C" void NTAPI NtProcessStartup(PPEB) { WdmHostMain(); }
