// ntddk.h and what file systems know beyond it; Cc and FsRtl come with the file system work.
#pragma once
#define _NTIFS_
#define _NTIFS_INCLUDED_

#include <ntddk.h>
#include <wdk/ifs.h>
