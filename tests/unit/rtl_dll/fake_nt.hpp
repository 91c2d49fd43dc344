// Stands in for the Executive under the run-time library's unit tests.
#pragma once
#include <nt/nt_services.h>

#include <string>

namespace fake {

/// A fresh PEB with a process heap; call at the start of each test that allocates.
void Reset();

/// The current directory, with a backslash at its end.
void SetDirectory(std::u16string_view path);

/// The process's environment block.
void SetEnvironment(const char16_t *block);

/// What the fake file system has, by NT name.
void AddDirectory(std::u16string_view nt_path);
void AddFile(std::u16string_view nt_path);

/// What the last NtCreateUserProcess was asked for.
extern std::u16string created_image;
extern size_t created_attributes;

/// Makes the n-th virtual memory request from now on fail, and all after it; -1: none.
void FailMemoryAfter(int count);

/// Bytes that are reserved now.
size_t ReservedBytes();

/// Bytes that are committed now.
size_t CommittedBytes();

/// The status that RtlRaiseStatus was last called with, once.
NTSTATUS TakeRaised();

/// Open handles of fake events and files.
size_t OpenHandles();

/// A counted string over a literal or variable that outlives it.
inline UNICODE_STRING Us(std::u16string_view text) {
  return {static_cast<USHORT>(text.size() * 2), static_cast<USHORT>(text.size() * 2),
          const_cast<char16_t *>(text.data())};
}

inline std::u16string Text(const UNICODE_STRING &string) { return {string.Buffer, string.Length / 2u}; }

}  // namespace fake

extern "C" BOOLEAN RtlpInitializeProcessHeap(PPEB peb);
