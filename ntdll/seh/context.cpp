// Contexts as data: copying parts of them, and the extended form. The kernel contract has FXSAVE state only, so no
// context holds extended features: their masks are 0 and asking for them is refused.

#include "../ntdllp.hpp"

#include <cstring>

namespace {

constexpr ULONG kArchitecture = CONTEXT_AMD64;
constexpr ULONG kXState = CONTEXT_XSTATE & ~CONTEXT_AMD64;
constexpr ULONG_PTR kAlignment = alignof(CONTEXT);

bool Has(ULONG flags, ULONG part) { return (flags & part) == part; }

void CopyControl(PCONTEXT to, const CONTEXT *from) {
  to->Rip = from->Rip;
  to->Rsp = from->Rsp;
  to->EFlags = from->EFlags;
  to->SegCs = from->SegCs;
  to->SegSs = from->SegSs;
}

void CopyInteger(PCONTEXT to, const CONTEXT *from) {
  ULONG64 rsp = to->Rsp;  // lies between the others
  std::memcpy(&to->Rax, &from->Rax, offsetof(CONTEXT, Rip) - offsetof(CONTEXT, Rax));
  to->Rsp = rsp;
}

void CopySegments(PCONTEXT to, const CONTEXT *from) {
  to->SegDs = from->SegDs;
  to->SegEs = from->SegEs;
  to->SegFs = from->SegFs;
  to->SegGs = from->SegGs;
}

void CopyFloatingPoint(PCONTEXT to, const CONTEXT *from) {
  to->MxCsr = from->MxCsr;
  to->FltSave = from->FltSave;
}

void CopyDebugRegisters(PCONTEXT to, const CONTEXT *from) {
  std::memcpy(&to->Dr0, &from->Dr0, offsetof(CONTEXT, Rax) - offsetof(CONTEXT, Dr0));
}

NTSTATUS CheckFlags(ULONG flags) {
  if ((flags & kArchitecture) == 0) {
    return STATUS_INVALID_PARAMETER;
  }
  return (flags & kXState) != 0 ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

}  // namespace

extern "C" {

// Copies the parts that `ContextFlags` names. STATUS_INVALID_PARAMETER: a context of another machine.
NTSTATUS NTAPI RtlCopyContext(PCONTEXT Destination, ULONG ContextFlags, PCONTEXT Source) {
  if ((ContextFlags & kArchitecture) == 0 || (Destination->ContextFlags & kArchitecture) == 0) {
    return STATUS_INVALID_PARAMETER;
  }
  if (Has(ContextFlags, CONTEXT_CONTROL)) {
    CopyControl(Destination, Source);
  }
  if (Has(ContextFlags, CONTEXT_INTEGER)) {
    CopyInteger(Destination, Source);
  }
  if (Has(ContextFlags, CONTEXT_SEGMENTS)) {
    CopySegments(Destination, Source);
  }
  if (Has(ContextFlags, CONTEXT_FLOATING_POINT)) {
    CopyFloatingPoint(Destination, Source);
  }
  if (Has(ContextFlags, CONTEXT_DEBUG_REGISTERS)) {
    CopyDebugRegisters(Destination, Source);
  }
  Destination->ContextFlags |= ContextFlags;
  return STATUS_SUCCESS;
}

ULONG64 NTAPI RtlGetEnabledExtendedFeatures(ULONG64 FeatureMask) {
  (void)FeatureMask;
  return 0;
}

// STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED: extended features.
NTSTATUS NTAPI RtlGetExtendedContextLength2(ULONG ContextFlags, PULONG ContextLength, ULONG64 XStateCompactionMask) {
  (void)XStateCompactionMask;
  NTSTATUS status = CheckFlags(ContextFlags);
  if (NT_SUCCESS(status)) {
    *ContextLength = static_cast<ULONG>(sizeof(CONTEXT) + sizeof(CONTEXT_EX) + kAlignment - 1);
  }
  return status;
}

NTSTATUS NTAPI RtlGetExtendedContextLength(ULONG ContextFlags, PULONG ContextLength) {
  return RtlGetExtendedContextLength2(ContextFlags, ContextLength, ~ULONG64{0});
}

// Lays out a context in a buffer of RtlGetExtendedContextLength2 bytes; statuses as there.
NTSTATUS NTAPI RtlInitializeExtendedContext2(PVOID Context, ULONG ContextFlags, PCONTEXT_EX *ContextEx,
                                             ULONG64 XStateCompactionMask) {
  (void)XStateCompactionMask;
  NTSTATUS status = CheckFlags(ContextFlags);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  ULONG_PTR aligned = (reinterpret_cast<ULONG_PTR>(Context) + kAlignment - 1) & ~(kAlignment - 1);
  auto *context = reinterpret_cast<PCONTEXT>(aligned);
  context->ContextFlags = ContextFlags;
  auto *extended = reinterpret_cast<PCONTEXT_EX>(context + 1);
  constexpr auto kContext = static_cast<LONG>(sizeof(CONTEXT));
  extended->All = {-kContext, static_cast<ULONG>(sizeof(CONTEXT) + sizeof(CONTEXT_EX))};
  extended->Legacy = {-kContext, static_cast<ULONG>(sizeof(CONTEXT))};
  extended->XState = {static_cast<LONG>(sizeof(CONTEXT_EX)), 0};
  *ContextEx = extended;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeExtendedContext(PVOID Context, ULONG ContextFlags, PCONTEXT_EX *ContextEx) {
  return RtlInitializeExtendedContext2(Context, ContextFlags, ContextEx, ~ULONG64{0});
}

PCONTEXT NTAPI RtlLocateLegacyContext(PCONTEXT_EX ContextEx, PULONG Length) {
  if (Length != nullptr) {
    *Length = ContextEx->Legacy.Length;
  }
  return reinterpret_cast<PCONTEXT>(reinterpret_cast<char *>(ContextEx) + ContextEx->Legacy.Offset);
}

// Null: the context has no such feature.
PVOID NTAPI RtlLocateExtendedFeature(PCONTEXT_EX ContextEx, ULONG FeatureId, PULONG Length) {
  (void)ContextEx;
  (void)FeatureId;
  if (Length != nullptr) {
    *Length = 0;
  }
  return nullptr;
}

ULONG64 NTAPI RtlGetExtendedFeaturesMask(PCONTEXT_EX ContextEx) {
  (void)ContextEx;
  return 0;
}

VOID NTAPI RtlSetExtendedFeaturesMask(PCONTEXT_EX ContextEx, ULONG64 FeatureMask) {
  (void)ContextEx;  // no context has room for a mask
  (void)FeatureMask;
}

}  // extern "C"
