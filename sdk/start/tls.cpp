// The TLS directory of an image. The linker finds `_tls_used`, sorts the sections .tls* by their suffix between our two
// bounds, and .CRT$XL* likewise (callbacks). Source: learn.microsoft.com, "PE Format", section ".tls".
#include <nt/ntdef.h>

#if NT_64BIT
#define SYMBOL(name) name
#else
#define SYMBOL(name) name  // the compiler adds the underscore of 32-bit names
#endif

#pragma section(".tls", read, write)
#pragma section(".tls$ZZZ", read, write)
#pragma section(".CRT$XLA", read)
#pragma section(".CRT$XLZ", read)
#pragma section(".rdata$T", read)

extern "C" {

__declspec(allocate(".tls")) char _tls_start = 0;
__declspec(allocate(".tls$ZZZ")) char _tls_end = 0;
ULONG _tls_index = 0;

using TlsCallback = void(NTAPI *)(PVOID image, ULONG reason, PVOID reserved);
__declspec(allocate(".CRT$XLA")) extern const TlsCallback __xl_a = nullptr;
__declspec(allocate(".CRT$XLZ")) extern const TlsCallback __xl_z = nullptr;

struct TlsDirectory {
  const void *start;
  const void *end;
  const ULONG *index;
  const TlsCallback *callbacks;
  ULONG zero_fill;
  ULONG characteristics;
};
__declspec(allocate(".rdata$T")) extern const TlsDirectory _tls_used = {&_tls_start, &_tls_end, &_tls_index,
                                                                        &__xl_a + 1, 0,         0};
}
