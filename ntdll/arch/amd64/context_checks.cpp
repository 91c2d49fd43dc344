// The offsets that the assembly uses are those of the structures; the number it needs of the service table.

#include "context_offsets.inc"

#include <nt/ntcontext.h>
#include <nt/services.hpp>

static_assert(CX_P1 == offsetof(CONTEXT, P1Home) && CX_P4 == offsetof(CONTEXT, P4Home));
static_assert(CX_FLAGS == offsetof(CONTEXT, ContextFlags) && CX_MXCSR == offsetof(CONTEXT, MxCsr));
static_assert(CX_SEGCS == offsetof(CONTEXT, SegCs) && CX_SEGSS == offsetof(CONTEXT, SegSs));
static_assert(CX_EFLAGS == offsetof(CONTEXT, EFlags) && CX_RAX == offsetof(CONTEXT, Rax));
static_assert(CX_RBX == offsetof(CONTEXT, Rbx) && CX_RSP == offsetof(CONTEXT, Rsp) && CX_RBP == offsetof(CONTEXT, Rbp));
static_assert(CX_R8 == offsetof(CONTEXT, R8) && CX_R15 == offsetof(CONTEXT, R15) && CX_RIP == offsetof(CONTEXT, Rip));
static_assert(CX_FLTSAVE == offsetof(CONTEXT, FltSave) && CX_XMM6 == offsetof(CONTEXT, Xmm6));
static_assert(CX_SIZE == sizeof(CONTEXT) && CX_FULL_SEGMENTS == (CONTEXT_FULL | CONTEXT_SEGMENTS));
static_assert(offsetof(DISPATCHER_CONTEXT, LanguageHandler) == 0x30);
static_assert(KI_EXCEPTION_FRAME_RECORD == 0x4F0 && KI_EXCEPTION_FRAME_MACHINE == 0x590);

static_assert(nt::ServiceNumber("NtTestAlert") < nt::kServiceCount);
extern "C" const ULONG KiTestAlertService = static_cast<ULONG>(nt::ServiceNumber("NtTestAlert"));
