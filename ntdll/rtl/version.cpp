// The version that the system says it is, product type and processor features: from the PEB and KUSER_SHARED_DATA.
#include "rtlp.hpp"

using namespace rtlp;

namespace {

constexpr ULONG kPlatformNt = 2;  // VER_PLATFORM_WIN32_NT
constexpr ULONG kFreeBuild = 0xF0000000;
constexpr ULONG kProductProfessional = 0x30;
constexpr unsigned kConditionBits = 3;

/// Position of the lowest set bit of a VER_* type: its condition's field in the mask.
unsigned FieldOf(ULONG type) { return static_cast<unsigned>(__builtin_ctz(static_cast<unsigned>(type))); }

bool Holds(ULONG actual, ULONG wanted, ULONG condition) {
  switch (condition) {
    case VER_EQUAL:
      return actual == wanted;
    case VER_GREATER:
      return actual > wanted;
    case VER_GREATER_EQUAL:
      return actual >= wanted;
    case VER_LESS:
      return actual < wanted;
    case VER_LESS_EQUAL:
      return actual <= wanted;
    default:
      return false;
  }
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW information) {
  if (information->dwOSVersionInfoSize != sizeof(RTL_OSVERSIONINFOW) &&
      information->dwOSVersionInfoSize != sizeof(RTL_OSVERSIONINFOEXW)) {
    return STATUS_INVALID_PARAMETER;
  }
  const PEB *const peb = CurrentPeb();
  const ULONG size = information->dwOSVersionInfoSize;
  memset(information, 0, size);
  information->dwOSVersionInfoSize = size;
  information->dwMajorVersion = peb->OSMajorVersion;
  information->dwMinorVersion = peb->OSMinorVersion;
  information->dwBuildNumber = peb->OSBuildNumber;
  information->dwPlatformId = kPlatformNt;
  if (peb->CSDVersion.Buffer != nullptr) {
    const size_t limit = RTL_NUMBER_OF(information->szCSDVersion) - 1;
    const size_t count = CharCount(peb->CSDVersion) < limit ? CharCount(peb->CSDVersion) : limit;
    memcpy(information->szCSDVersion, peb->CSDVersion.Buffer, count * sizeof(WCHAR));
  }
  if (size == sizeof(RTL_OSVERSIONINFOEXW)) {
    auto *const more = reinterpret_cast<PRTL_OSVERSIONINFOEXW>(information);
    more->wServicePackMajor = peb->OSCSDVersion >> 8;
    more->wServicePackMinor = peb->OSCSDVersion & 0xff;
    NT_PRODUCT_TYPE type = NtProductWinNt;
    RtlGetNtProductType(&type);
    more->wProductType = static_cast<UCHAR>(type);
  }
  return STATUS_SUCCESS;
}

VOID NTAPI RtlGetNtVersionNumbers(PULONG major, PULONG minor, PULONG build) {
  const PEB *const peb = CurrentPeb();
  if (major != nullptr) {
    *major = peb->OSMajorVersion;
  }
  if (minor != nullptr) {
    *minor = peb->OSMinorVersion;
  }
  if (build != nullptr) {
    *build = peb->OSBuildNumber | kFreeBuild;
  }
}

BOOLEAN NTAPI RtlGetNtProductType(NT_PRODUCT_TYPE *type) {
  const auto *const shared = SharedData();
  if (shared->ProductTypeIsValid == 0) {
    *type = NtProductWinNt;
    return FALSE;
  }
  *type = static_cast<NT_PRODUCT_TYPE>(shared->NtProductType);
  return TRUE;
}

BOOLEAN NTAPI RtlGetProductInfo(ULONG major, ULONG, ULONG, ULONG, PULONG type) {
  if (type == nullptr) {
    return FALSE;
  }
  if (major < 6) {
    *type = 0;  // PRODUCT_UNDEFINED: editions came with version 6
    return FALSE;
  }
  *type = kProductProfessional;
  return TRUE;
}

BOOLEAN NTAPI RtlIsProcessorFeaturePresent(ULONG feature) {
  return feature < PROCESSOR_FEATURE_MAX ? SharedData()->ProcessorFeatures[feature] : BOOLEAN{FALSE};
}

ULONGLONG NTAPI VerSetConditionMask(ULONGLONG mask, ULONG type, UCHAR condition) {
  // The documented routine takes one type a call; of several the highest counts.
  if ((type & 0xff) == 0) {
    return mask;
  }
  const unsigned field = 31 - static_cast<unsigned>(__builtin_clz(static_cast<unsigned>(type & 0xff)));
  return mask | ULONGLONG{condition & 7u} << (field * kConditionBits);
}

NTSTATUS NTAPI RtlVerifyVersionInfo(PRTL_OSVERSIONINFOEXW wanted, ULONG types, ULONGLONG conditions) {
  if (types == 0 || conditions == 0 || wanted->dwOSVersionInfoSize != sizeof(RTL_OSVERSIONINFOEXW)) {
    return STATUS_INVALID_PARAMETER;
  }
  RTL_OSVERSIONINFOEXW actual;
  actual.dwOSVersionInfoSize = sizeof(actual);
  RtlGetVersion(reinterpret_cast<PRTL_OSVERSIONINFOW>(&actual));
  const auto condition = [=](ULONG type) {
    return static_cast<ULONG>(conditions >> (FieldOf(type) * kConditionBits)) & 7;
  };
  if ((types & VER_SUITENAME) != 0) {
    const bool all = condition(VER_SUITENAME) == VER_AND;
    const unsigned common = actual.wSuiteMask & wanted->wSuiteMask;
    if (all ? common != wanted->wSuiteMask : common == 0 && wanted->wSuiteMask != 0) {
      return STATUS_REVISION_MISMATCH;
    }
  }
  struct Part {
    ULONG type;
    ULONG actual;
    ULONG wanted;
  };
  const Part single[] = {{VER_PRODUCT_TYPE, actual.wProductType, wanted->wProductType},
                         {VER_PLATFORMID, actual.dwPlatformId, wanted->dwPlatformId},
                         {VER_BUILDNUMBER, actual.dwBuildNumber, wanted->dwBuildNumber}};
  for (const auto &part : single) {
    if ((types & part.type) != 0 && !Holds(part.actual, part.wanted, condition(part.type))) {
      return STATUS_REVISION_MISMATCH;
    }
  }
  // Major, minor and service pack are one number in parts: the first unequal part decides, by the first part's
  // condition.
  const Part ordered[] = {{VER_MAJORVERSION, actual.dwMajorVersion, wanted->dwMajorVersion},
                          {VER_MINORVERSION, actual.dwMinorVersion, wanted->dwMinorVersion},
                          {VER_SERVICEPACKMAJOR, actual.wServicePackMajor, wanted->wServicePackMajor},
                          {VER_SERVICEPACKMINOR, actual.wServicePackMinor, wanted->wServicePackMinor}};
  ULONG leading = 0;
  for (const auto &part : ordered) {
    if ((types & part.type) == 0) {
      continue;
    }
    leading = leading != 0 ? leading : condition(part.type);
    if (part.actual != part.wanted) {
      return Holds(part.actual, part.wanted, leading) ? STATUS_SUCCESS : STATUS_REVISION_MISMATCH;
    }
  }
  return leading == 0 || Holds(0, 0, leading) ? STATUS_SUCCESS : STATUS_REVISION_MISMATCH;
}

}  // extern "C"
