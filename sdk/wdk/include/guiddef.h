// GUIDs. INITGUID (initguid.h) is looked at on every inclusion, hence no #pragma once for DEFINE_GUID.
#include <nt/ntdef.h>

#undef DEFINE_GUID
#undef DEFINE_GUID_EXTERN_C_
#ifdef __cplusplus
#define DEFINE_GUID_EXTERN_C_ extern "C"
#else
#define DEFINE_GUID_EXTERN_C_ extern
#endif
#ifdef INITGUID
#ifdef __cplusplus
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
  extern "C" const GUID __declspec(selectany) name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
  const GUID __declspec(selectany) name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#endif
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) DEFINE_GUID_EXTERN_C_ const GUID name
#endif

#ifndef WDK_GUIDDEF_ONCE_
#define WDK_GUIDDEF_ONCE_
#define DEFINE_OLEGUID(name, l, w1, w2) DEFINE_GUID(name, l, w1, w2, 0xC0, 0, 0, 0, 0, 0, 0, 0x46)
#define GUID_NULL_INITIALIZER {0, 0, 0, {0, 0, 0, 0, 0, 0, 0, 0}}
#ifdef __cplusplus
#define REFGUID const GUID &
#define REFIID const GUID &
#define REFCLSID const GUID &
/// Whether two GUIDs are the same.
inline int IsEqualGUID(const GUID &left, const GUID &right) {
  return __builtin_memcmp(&left, &right, sizeof(GUID)) == 0;
}
inline int InlineIsEqualGUID(const GUID &left, const GUID &right) { return IsEqualGUID(left, right); }
inline bool operator==(const GUID &left, const GUID &right) { return IsEqualGUID(left, right) != 0; }
#else
#define REFGUID const GUID *
#define REFIID const GUID *
#define REFCLSID const GUID *
#define IsEqualGUID(left, right) (!__builtin_memcmp((left), (right), sizeof(GUID)))
#define InlineIsEqualGUID(left, right) IsEqualGUID(left, right)
#endif
#define IsEqualIID(left, right) IsEqualGUID(left, right)
#define IsEqualCLSID(left, right) IsEqualGUID(left, right)
typedef GUID IID, CLSID, FMTID;
#endif
