// The string routines that allocate. ntdll's take the process heap; a driver may free such a buffer with ExFreePool,
// and give pool to RtlFreeUnicodeString, so here they take pool. Exported under their names without "Wdmp".

#include <ntifs.h>

#include <wdmp/pool.hpp>

#include <limits.h>

namespace {

constexpr uint32_t kTag = wdm::PoolTag("Strg");

bool IsPool(const void *buffer) {
  uint64_t physical = 0;
  return wdm::PhysicalOf(buffer, &physical);
}

// Frees what is either pool or, from a routine of ntdll itself, heap.
template <typename String>
void FreeBuffer(String *string) {
  if (string->Buffer != nullptr) {
    if (IsPool(string->Buffer)) {
      wdm::PoolFree(string->Buffer);
    } else {
      RtlFreeHeap(NtCurrentPeb()->ProcessHeap, 0, string->Buffer);
    }
  }
  *string = {};
}

// `convert(target, FALSE)` into a buffer of `size` bytes that is allocated here.
template <typename String, typename Convert>
NTSTATUS Allocated(String *target, SIZE_T size, Convert convert) {
  if (size > USHRT_MAX) {
    return STATUS_INVALID_PARAMETER_2;
  }
  String result = {};
  result.MaximumLength = static_cast<USHORT>(size);
  result.Buffer = static_cast<decltype(result.Buffer)>(wdm::PoolAllocate(size, kTag));
  if (result.Buffer == nullptr) {
    return STATUS_NO_MEMORY;
  }
  NTSTATUS status = convert(&result);
  if (!NT_SUCCESS(status)) {
    wdm::PoolFree(result.Buffer);
    return status;
  }
  *target = result;
  return status;
}

}  // namespace

extern "C" {

VOID NTAPI WdmpFreeUnicodeString(PUNICODE_STRING UnicodeString) { FreeBuffer(UnicodeString); }
VOID NTAPI WdmpFreeAnsiString(PANSI_STRING AnsiString) { FreeBuffer(AnsiString); }
VOID NTAPI WdmpFreeOemString(POEM_STRING OemString) { FreeBuffer(OemString); }

NTSTATUS NTAPI WdmpAnsiStringToUnicodeString(PUNICODE_STRING Target, PCANSI_STRING Source, BOOLEAN Allocate) {
  return !Allocate ? RtlAnsiStringToUnicodeString(Target, Source, FALSE)
                   : Allocated(Target, RtlxAnsiStringToUnicodeSize(Source), [=](PUNICODE_STRING result) {
                       return RtlAnsiStringToUnicodeString(result, Source, FALSE);
                     });
}

NTSTATUS NTAPI WdmpUnicodeStringToAnsiString(PANSI_STRING Target, PCUNICODE_STRING Source, BOOLEAN Allocate) {
  return !Allocate ? RtlUnicodeStringToAnsiString(Target, Source, FALSE)
                   : Allocated(Target, RtlxUnicodeStringToAnsiSize(Source), [=](PANSI_STRING result) {
                       return RtlUnicodeStringToAnsiString(result, Source, FALSE);
                     });
}

NTSTATUS NTAPI WdmpOemStringToUnicodeString(PUNICODE_STRING Target, PCOEM_STRING Source, BOOLEAN Allocate) {
  return !Allocate ? RtlOemStringToUnicodeString(Target, Source, FALSE)
                   : Allocated(Target, RtlxOemStringToUnicodeSize(Source), [=](PUNICODE_STRING result) {
                       return RtlOemStringToUnicodeString(result, Source, FALSE);
                     });
}

NTSTATUS NTAPI WdmpUnicodeStringToOemString(POEM_STRING Target, PCUNICODE_STRING Source, BOOLEAN Allocate) {
  return !Allocate ? RtlUnicodeStringToOemString(Target, Source, FALSE)
                   : Allocated(Target, RtlxUnicodeStringToOemSize(Source),
                               [=](POEM_STRING result) { return RtlUnicodeStringToOemString(result, Source, FALSE); });
}

NTSTATUS NTAPI WdmpUpcaseUnicodeStringToOemString(POEM_STRING Target, PCUNICODE_STRING Source, BOOLEAN Allocate) {
  return !Allocate ? RtlUpcaseUnicodeStringToOemString(Target, Source, FALSE)
                   : Allocated(Target, RtlxUnicodeStringToOemSize(Source), [=](POEM_STRING result) {
                       return RtlUpcaseUnicodeStringToOemString(result, Source, FALSE);
                     });
}

// The counted forms do not end with a zero.
NTSTATUS NTAPI WdmpOemStringToCountedUnicodeString(PUNICODE_STRING Target, PCOEM_STRING Source, BOOLEAN Allocate) {
  return !Allocate ? RtlOemStringToCountedUnicodeString(Target, Source, FALSE)
                   : Allocated(Target, RtlxOemStringToUnicodeSize(Source), [=](PUNICODE_STRING result) {
                       return RtlOemStringToCountedUnicodeString(result, Source, FALSE);
                     });
}

NTSTATUS NTAPI WdmpUnicodeStringToCountedOemString(POEM_STRING Target, PCUNICODE_STRING Source, BOOLEAN Allocate) {
  return !Allocate ? RtlUnicodeStringToCountedOemString(Target, Source, FALSE)
                   : Allocated(Target, RtlxUnicodeStringToOemSize(Source), [=](POEM_STRING result) {
                       return RtlUnicodeStringToCountedOemString(result, Source, FALSE);
                     });
}

NTSTATUS NTAPI WdmpUpcaseUnicodeStringToCountedOemString(POEM_STRING Target, PCUNICODE_STRING Source,
                                                         BOOLEAN Allocate) {
  return !Allocate ? RtlUpcaseUnicodeStringToCountedOemString(Target, Source, FALSE)
                   : Allocated(Target, RtlxUnicodeStringToOemSize(Source), [=](POEM_STRING result) {
                       return RtlUpcaseUnicodeStringToCountedOemString(result, Source, FALSE);
                     });
}

NTSTATUS NTAPI WdmpUpcaseUnicodeString(PUNICODE_STRING Target, PCUNICODE_STRING Source, BOOLEAN Allocate) {
  return !Allocate ? RtlUpcaseUnicodeString(Target, Source, FALSE)
                   : Allocated(Target, Source->Length,
                               [=](PUNICODE_STRING result) { return RtlUpcaseUnicodeString(result, Source, FALSE); });
}

NTSTATUS NTAPI WdmpDowncaseUnicodeString(PUNICODE_STRING Target, PCUNICODE_STRING Source, BOOLEAN Allocate) {
  return !Allocate ? RtlDowncaseUnicodeString(Target, Source, FALSE)
                   : Allocated(Target, Source->Length,
                               [=](PUNICODE_STRING result) { return RtlDowncaseUnicodeString(result, Source, FALSE); });
}

// Copies into pool what ntdll made on the heap.
static NTSTATUS FromHeap(PUNICODE_STRING Target, PUNICODE_STRING made) {
  NTSTATUS status = Allocated(Target, SIZE_T{made->Length} + sizeof(WCHAR), [=](PUNICODE_STRING result) {
    RtlCopyUnicodeString(result, made);
    result->Buffer[result->Length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
  });
  RtlFreeUnicodeString(made);
  return status;
}

NTSTATUS NTAPI WdmpStringFromGUID(const GUID *Guid, PUNICODE_STRING GuidString) {
  UNICODE_STRING made = {};
  NTSTATUS status = RtlStringFromGUID(Guid, &made);
  return NT_SUCCESS(status) ? FromHeap(GuidString, &made) : status;
}

NTSTATUS NTAPI WdmpDuplicateUnicodeString(ULONG Flags, PCUNICODE_STRING Source, PUNICODE_STRING Target) {
  UNICODE_STRING made = {};
  NTSTATUS status = RtlDuplicateUnicodeString(Flags, Source, &made);
  if (!NT_SUCCESS(status) || made.Buffer == nullptr) {
    *Target = made;
    return status;
  }
  const USHORT room = made.MaximumLength;
  status = FromHeap(Target, &made);
  if (NT_SUCCESS(status)) {
    Target->MaximumLength = room;
  }
  return status;
}

BOOLEAN NTAPI WdmpCreateUnicodeString(PUNICODE_STRING Target, PCWSTR Source) {
  UNICODE_STRING made;
  return NT_SUCCESS(RtlInitUnicodeStringEx(&made, Source)) &&
         NT_SUCCESS(Allocated(Target, SIZE_T{made.Length} + sizeof(WCHAR), [&](PUNICODE_STRING result) {
           RtlCopyUnicodeString(result, &made);
           result->Buffer[result->Length / sizeof(WCHAR)] = 0;
           return STATUS_SUCCESS;
         }));
}

NTSTATUS NTAPI WdmpConvertSidToUnicodeString(PUNICODE_STRING Target, PSID Sid, BOOLEAN Allocate) {
  if (!Allocate) {
    return RtlConvertSidToUnicodeString(Target, Sid, FALSE);
  }
  UNICODE_STRING made = {};
  NTSTATUS status = RtlConvertSidToUnicodeString(&made, Sid, TRUE);
  return NT_SUCCESS(status) ? FromHeap(Target, &made) : status;
}

}  // extern "C"
