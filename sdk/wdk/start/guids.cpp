// The GUIDs of wdmguid.h for drivers that do not define them with initguid.h; what the WDK has in wdmguid.lib.
#include <ntddk.h>
// Behind ntddk.h: only the definitions of this header are wanted here.
#include <initguid.h>
#include <wdmguid.h>
