// The basic types.
#pragma once

#include <wdk/base.h>
