// Everything of the NT native API but the services' prototypes, which tools/svcgen makes (<nt/nt_services.h>).
#pragma once

#include <nt/ntcontext.h>
#include <nt/ntdef.h>
#include <nt/ntexapi.h>
#include <nt/ntioapi.h>
#include <nt/ntkuser.h>
#include <nt/ntmmapi.h>
#include <nt/ntobapi.h>
#include <nt/ntpebteb.h>
#include <nt/ntplugplay.h>
#include <nt/ntpsapi.h>
#include <nt/ntregapi.h>
#include <nt/ntseapi.h>
#include <nt/ntstatus.h>

#if __has_include(<disk/pe.h>)
#include <nt/ntldr.h>
#include <nt/ntrtl.h>
#endif
