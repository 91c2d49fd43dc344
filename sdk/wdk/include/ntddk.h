// wdm.h and what legacy drivers know beyond it.
#pragma once

#include <bugcodes.h>
#include <wdk/legacy.h>
#include <wdm.h>
