#pragma once
// A broken invariant of our own traps in debug builds and is assumed away in release builds.
#if NEPTUNE_DEBUG
#define assert(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define assert(condition) ((void)0)
#endif
#ifndef __cplusplus
#define static_assert _Static_assert
#endif
