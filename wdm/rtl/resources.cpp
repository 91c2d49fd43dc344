// Resource descriptors with 64-bit lengths, and the system's version. learn.microsoft.com, "RtlIoDecodeMemIoResource"
// and its family: a memory range longer than 32 bits is told in units of 256 bytes, 64 KiB or 4 GiB.

#include <ntifs.h>

namespace {

constexpr USHORT kLengthFlags = CM_RESOURCE_MEMORY_LARGE;

// The unit of a large descriptor's length, as a shift.
unsigned ShiftOf(USHORT flags) {
  switch (flags & kLengthFlags) {
    case CM_RESOURCE_MEMORY_LARGE_40:
      return 8;
    case CM_RESOURCE_MEMORY_LARGE_48:
      return 16;
    case CM_RESOURCE_MEMORY_LARGE_64:
      return 32;
    default:
      return 0;
  }
}

// The smallest unit that `length` needs; false when it is no multiple of it.
bool Encode(ULONGLONG length, USHORT *flag, unsigned *shift) {
  *flag = 0;
  *shift = 0;
  if (length > MAXULONG) {
    *flag = length >> 40 == 0   ? CM_RESOURCE_MEMORY_LARGE_40
            : length >> 48 == 0 ? CM_RESOURCE_MEMORY_LARGE_48
                                : CM_RESOURCE_MEMORY_LARGE_64;
    *shift = ShiftOf(*flag);
  }
  return (length & ((ULONGLONG{1} << *shift) - 1)) == 0;
}

bool IsRange(UCHAR type) {
  return type == CmResourceTypePort || type == CmResourceTypeMemory || type == CmResourceTypeMemoryLarge;
}

}  // namespace

extern "C" {

ULONGLONG NTAPI RtlIoDecodeMemIoResource(PIO_RESOURCE_DESCRIPTOR Descriptor, PULONGLONG Alignment,
                                         PULONGLONG MinimumAddress, PULONGLONG MaximumAddress) {
  const unsigned shift = Descriptor->Type == CmResourceTypeMemoryLarge ? ShiftOf(Descriptor->Flags) : 0;
  if (Alignment != nullptr) {
    *Alignment = ULONGLONG{Descriptor->u.Generic.Alignment} << shift;
  }
  if (MinimumAddress != nullptr) {
    *MinimumAddress = static_cast<ULONGLONG>(Descriptor->u.Generic.MinimumAddress.QuadPart);
  }
  if (MaximumAddress != nullptr) {
    *MaximumAddress = static_cast<ULONGLONG>(Descriptor->u.Generic.MaximumAddress.QuadPart);
  }
  return ULONGLONG{Descriptor->u.Generic.Length} << shift;
}

// STATUS_INVALID_PARAMETER: no range of memory or ports, or a length that has no encoding.
NTSTATUS NTAPI RtlIoEncodeMemIoResource(PIO_RESOURCE_DESCRIPTOR Descriptor, UCHAR Type, ULONGLONG Length,
                                        ULONGLONG Alignment, ULONGLONG MinimumAddress, ULONGLONG MaximumAddress) {
  USHORT flag = 0;
  unsigned shift = 0;
  const bool memory = Type == CmResourceTypeMemory || Type == CmResourceTypeMemoryLarge;
  if (!IsRange(Type) || !Encode(Length, &flag, &shift) || (flag != 0 && !memory) || Alignment >> shift > MAXULONG) {
    return STATUS_INVALID_PARAMETER;
  }
  if (memory) {
    Type = flag != 0 ? CmResourceTypeMemoryLarge : CmResourceTypeMemory;
    Descriptor->Flags = static_cast<USHORT>((Descriptor->Flags & ~kLengthFlags) | flag);
  }
  Descriptor->Type = Type;
  Descriptor->u.Generic.Length = static_cast<ULONG>(Length >> shift);
  Descriptor->u.Generic.Alignment = static_cast<ULONG>(Alignment >> shift);
  Descriptor->u.Generic.MinimumAddress.QuadPart = static_cast<LONGLONG>(MinimumAddress);
  Descriptor->u.Generic.MaximumAddress.QuadPart = static_cast<LONGLONG>(MaximumAddress);
  return STATUS_SUCCESS;
}

ULONGLONG NTAPI RtlCmDecodeMemIoResource(PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor, PULONGLONG Start) {
  if (Start != nullptr) {
    *Start = static_cast<ULONGLONG>(Descriptor->u.Generic.Start.QuadPart);
  }
  const unsigned shift = Descriptor->Type == CmResourceTypeMemoryLarge ? ShiftOf(Descriptor->Flags) : 0;
  return ULONGLONG{Descriptor->u.Generic.Length} << shift;
}

NTSTATUS NTAPI RtlCmEncodeMemIoResource(PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor, UCHAR Type, ULONGLONG Length,
                                        ULONGLONG Start) {
  USHORT flag = 0;
  unsigned shift = 0;
  const bool memory = Type == CmResourceTypeMemory || Type == CmResourceTypeMemoryLarge;
  if (!IsRange(Type) || !Encode(Length, &flag, &shift) || (flag != 0 && !memory)) {
    return STATUS_INVALID_PARAMETER;
  }
  if (memory) {
    Type = flag != 0 ? CmResourceTypeMemoryLarge : CmResourceTypeMemory;
    Descriptor->Flags = static_cast<USHORT>((Descriptor->Flags & ~kLengthFlags) | flag);
  }
  Descriptor->Type = Type;
  Descriptor->u.Generic.Start.QuadPart = static_cast<LONGLONG>(Start);
  Descriptor->u.Generic.Length = static_cast<ULONG>(Length >> shift);
  return STATUS_SUCCESS;
}

// The next length, at or above SourceLength, that has an encoding.
NTSTATUS NTAPI RtlFindClosestEncodableLength(ULONGLONG SourceLength, PULONGLONG TargetLength) {
  USHORT flag = 0;
  unsigned shift = 0;
  while (!Encode(SourceLength, &flag, &shift)) {
    const ULONGLONG unit = ULONGLONG{1} << shift;
    const ULONGLONG rounded = (SourceLength + unit - 1) & ~(unit - 1);
    if (rounded < SourceLength) {
      return STATUS_INVALID_PARAMETER;
    }
    SourceLength = rounded;  // which may need the next unit
  }
  *TargetLength = SourceLength;
  return STATUS_SUCCESS;
}

// learn.microsoft.com, "RtlIsNtDdiVersionAvailable": only the version's upper half may be set.
BOOLEAN NTAPI RtlIsNtDdiVersionAvailable(ULONG Version) {
  RTL_OSVERSIONINFOEXW version = {};
  version.dwOSVersionInfoSize = sizeof(version);
  if ((Version & 0xFFFF) != 0 || !NT_SUCCESS(RtlGetVersion(reinterpret_cast<PRTL_OSVERSIONINFOW>(&version)))) {
    return FALSE;
  }
  return (version.dwMajorVersion << 24 | version.dwMinorVersion << 16) >= Version;
}

BOOLEAN NTAPI RtlIsServicePackVersionInstalled(ULONG Version) {
  RTL_OSVERSIONINFOEXW version = {};
  version.dwOSVersionInfoSize = sizeof(version);
  if (!NT_SUCCESS(RtlGetVersion(reinterpret_cast<PRTL_OSVERSIONINFOW>(&version)))) {
    return FALSE;
  }
  const ULONG here = version.dwMajorVersion << 24 | version.dwMinorVersion << 16;
  return here == (Version & 0xFFFF'0000) && ULONG{version.wServicePackMajor} << 8 >= (Version & 0xFF00);
}

}  // extern "C"
