// badimport.exe: imports a function that ntdll.dll does not export, so it never gets here.
#include <nt/nt_services.h>

#include <native/program.hpp>

extern "C" __declspec(dllimport) NTSTATUS NtNoSuchExport();

NTSTATUS native::ProgramMain(const Vector<String> &) { return NtNoSuchExport(); }
