#pragma once
#include <stddef.h>
#include <uchar.h>
typedef int wint_t;
#ifndef WEOF
#define WEOF ((wint_t) - 1)
#endif
