// What the parts of ntdll share. Everything that talks to the Executive includes this; what must run on the host does
// not.
#pragma once

#include <nt/nt.h>
#include <nt/nt_services.h>
#include <nt/ntstatus.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>

extern "C" {

// arch/
DECLSPEC_NORETURN void RtlpRestoreContext(PCONTEXT context);
EXCEPTION_DISPOSITION RtlpExecuteHandlerForException(PEXCEPTION_RECORD record, PVOID frame, PCONTEXT context,
                                                     PDISPATCHER_CONTEXT dispatcher);
EXCEPTION_DISPOSITION RtlpExecuteHandlerForUnwind(PEXCEPTION_RECORD record, PVOID frame, PCONTEXT context,
                                                  PDISPATCHER_CONTEXT dispatcher);

int _vsnprintf(char *buffer, size_t count, const char *format, va_list arguments);
}

namespace ntdll {

inline TEB &Teb() { return *NtCurrentTeb(); }
inline PEB &Peb() { return *NtCurrentTeb()->ProcessEnvironmentBlock; }

/// Writes text to the console through NtDisplayString. UTF-8; cut at some length.
void Display(const char *text, size_t length);

/// Display of formatted text.
void DisplayFormat(const char *format, ...);

/// The base of ntdll.dll itself.
PVOID ImageBase();

}  // namespace ntdll
