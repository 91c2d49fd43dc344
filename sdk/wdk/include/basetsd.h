// Types of a stated size: part of <wdk/nt_extra.h>.
#pragma once

#include <wdk/nt_extra.h>
