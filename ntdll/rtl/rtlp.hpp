// Shared by the files of the run-time library inside ntdll.dll: the process heap and the PEB and TEB of the caller. In
// the host's unit tests a fake PEB and TEB stand behind the same functions, and fake services behind the Nt* calls.
#pragma once
#include <nt/ntdef.h>
#include <nt/ntkuser.h>
#include <nt/ntpebteb.h>
#include <nt/ntrtl_basic.h>
#include <nt/ntrtl_heap.h>
#include <nt/ntrtl_string.h>
#include <nt/ntrtl_sync.h>
#include <nt/ntstatus.h>

#include <stdint.h>
#include <string.h>

namespace rtlp {

#if defined(NEPTUNE_HOST)
PEB *CurrentPeb();
TEB *CurrentTeb();
const volatile KUSER_SHARED_DATA *SharedData();
#else
inline TEB *CurrentTeb() {
  TEB *teb;
  asm("movq %%gs:0x30, %0" : "=r"(teb));
  return teb;
}
inline PEB *CurrentPeb() {
  PEB *peb;
  asm("movq %%gs:0x60, %0" : "=r"(peb));
  return peb;
}
/// The page the Executive keeps current; read each field once.
inline const volatile KUSER_SHARED_DATA *SharedData() { return USER_SHARED_DATA; }
#endif

/// Memory of the process heap, not zeroed; null when there is none.
void *Allocate(size_t size);

/// Memory of the process heap, zeroed; null when there is none.
void *AllocateZeroed(size_t size);

/// Gives back what Allocate returned; null is allowed.
void Free(void *block);

/// The lock behind RtlAcquirePebLock.
extern RTL_CRITICAL_SECTION peb_lock;

class PebLockGuard {
 public:
  PebLockGuard() { RtlEnterCriticalSection(&peb_lock); }
  ~PebLockGuard() { RtlLeaveCriticalSection(&peb_lock); }
  PebLockGuard(const PebLockGuard &) = delete;
  PebLockGuard &operator=(const PebLockGuard &) = delete;
};

/// A counted string of a literal.
inline UNICODE_STRING Literal(const WCHAR *text, size_t bytes_with_terminator) {
  return {static_cast<USHORT>(bytes_with_terminator - sizeof(WCHAR)), static_cast<USHORT>(bytes_with_terminator),
          const_cast<WCHAR *>(text)};
}
#define RTLP_LITERAL(text) (::rtlp::Literal(NT_TEXT(text), sizeof(NT_TEXT(text))))

/// Number of characters of a counted string.
inline size_t CharCount(const UNICODE_STRING &string) { return string.Length / sizeof(WCHAR); }

/// Characters before the terminator.
inline size_t WideLength(const WCHAR *text) {
  size_t length = 0;
  while (text[length] != 0) {
    ++length;
  }
  return length;
}

}  // namespace rtlp
