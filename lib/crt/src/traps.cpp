// What the language runtime calls when an impossible thing happened: each traps, so that the fault handler names it.
#include <stdlib.h>

#include <__verbose_abort>

_LIBCPP_BEGIN_NAMESPACE_STD
void __libcpp_verbose_abort(const char *, ...) { __builtin_trap(); }
_LIBCPP_END_NAMESPACE_STD

extern "C" {
[[noreturn]] void abort() { __builtin_trap(); }
#if defined(_WIN32)
int _purecall() { __builtin_trap(); }
#else
void __cxa_pure_virtual() { __builtin_trap(); }
int __cxa_atexit(void (*)(void *), void *, void *) { return 0; }  // images never exit: destructors never run
#endif
}
