// wdm.h and what legacy drivers know beyond it.
#pragma once
#define _NTDDK_

#include <bugcodes.h>
#include <wdk/legacy.h>
#include <wdm.h>
