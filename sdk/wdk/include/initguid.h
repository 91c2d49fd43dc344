// Before a header with GUIDs: DEFINE_GUID defines instead of declaring.
#define INITGUID
#include <guiddef.h>
