// nodll.exe: imports a DLL that does not exist, so it never gets here.
#include <nt/nt_services.h>

#include <native/program.hpp>

extern "C" __declspec(dllimport) NTSTATUS NoSuchFunction();

NTSTATUS native::ProgramMain(const Vector<String> &) { return NoSuchFunction(); }
