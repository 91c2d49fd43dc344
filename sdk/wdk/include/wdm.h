// The Windows Driver Model as driver sources know it: types, inline routines and imports. The parts are in wdk/.
// What a user process cannot do inline (IRQL by CR8, ports, the current thread by GS) is an import here.
#pragma once
#define _WDMDDK_
#define _WDM_INCLUDED_
#define _NTDDK_

#include <wdk/base.h>
#include <wdk/dma.h>
#include <wdk/ex.h>
#include <wdk/fast_io.h>
#include <wdk/io.h>
#include <wdk/ke.h>
#include <wdk/mm.h>
#include <wdk/objects.h>
#include <wdk/pnp.h>
#include <wdk/registry.h>
#include <wdk/rtl.h>
#include <wdk/trace.h>
#include <wdk/zw.h>
