#pragma once
// No floating point library: libc++ includes the name only.
typedef float float_t;
typedef double double_t;
#define HUGE_VAL __builtin_huge_val()
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define FP_NAN 0
#define FP_INFINITE 1
#define FP_ZERO 2
#define FP_SUBNORMAL 3
#define FP_NORMAL 4
#ifdef __cplusplus
// Named by libc++'s <cmath> for integers; nothing defines them.
extern "C++" {
bool isnan(double value);
bool isinf(double value);
}
#endif
