// What drivers ask of the memory manager besides memory.

#include <nt/nt_services.h>
#include <nt/ntrtl.h>
#include <ntifs.h>

#include <wdmp/loader.hpp>

extern "C" {

// learn.microsoft.com, "MmQuerySystemSize": an estimate, from the memory that there is.
MM_SYSTEMSIZE NTAPI MmQuerySystemSize(VOID) {
  constexpr SIZE_T kMedium = SIZE_T{128} << (20 - PAGE_SHIFT);
  constexpr SIZE_T kLarge = SIZE_T{512} << (20 - PAGE_SHIFT);
  SYSTEM_BASIC_INFORMATION basic;
  if (!NT_SUCCESS(NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof(basic), nullptr)) ||
      basic.NumberOfPhysicalPages < kMedium) {
    return MmSmallSystem;
  }
  return basic.NumberOfPhysicalPages < kLarge ? MmMediumSystem : MmLargeSystem;
}

BOOLEAN NTAPI MmIsThisAnNtAsSystem(VOID) {
  NT_PRODUCT_TYPE type = NtProductWinNt;
  return RtlGetNtProductType(&type) && type != NtProductWinNt;
}

// Drivers' images are resident: locking, unlocking and paging them are complete as they stand. The handle is the
// image's base.
PVOID NTAPI MmLockPagableDataSection(PVOID AddressWithinSection) {
  wdm::DriverImage *image = wdm::FindDriverImage(AddressWithinSection);
  return image != nullptr ? image->base : AddressWithinSection;
}

VOID NTAPI MmLockPagableSectionByHandle(PVOID ImageSectionHandle) { (void)ImageSectionHandle; }
VOID NTAPI MmUnlockPagableImageSection(PVOID ImageSectionHandle) { (void)ImageSectionHandle; }

PVOID NTAPI MmPageEntireDriver(PVOID AddressWithinSection) {
  wdm::DriverImage *image = wdm::FindDriverImage(AddressWithinSection);
  return image != nullptr ? image->base : nullptr;
}

VOID NTAPI MmResetDriverPaging(PVOID AddressWithinSection) { (void)AddressWithinSection; }

// learn.microsoft.com, "MmGetSystemRoutineAddress": null for what the system does not export.
PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName) {
  char name[128];
  const size_t length = SystemRoutineName->Length / sizeof(WCHAR);
  if (length > sizeof(name)) {
    return nullptr;
  }
  for (size_t i = 0; i < length; i += 1) {
    if (SystemRoutineName->Buffer[i] > 0x7E) {
      return nullptr;
    }
    name[i] = static_cast<char>(SystemRoutineName->Buffer[i]);
  }
  return wdm::FindSystemRoutine({name, length});
}

}  // extern "C"
