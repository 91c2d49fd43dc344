// The first code of every process and thread, and the last.

#include "init.hpp"

#include "module.hpp"

extern "C" {
extern IMAGE_DOS_HEADER __ImageBase;  // the linker's name for our own headers
void RtlUserThreadStart(PUSER_THREAD_START_ROUTINE, PVOID);
}

namespace ldr {
namespace {

bool process_started;  // under the loader lock: threads that come meanwhile wait there

constexpr WCHAR kNtdllPath[] = NT_TEXT("\\SystemRoot\\System32\\ntdll.dll");

UNICODE_STRING Literal(const WCHAR *text, size_t size) {
  auto bytes = static_cast<USHORT>(size - sizeof(WCHAR));
  return {bytes, static_cast<USHORT>(size), const_cast<PWSTR>(text)};
}

[[noreturn]] void EndProcess(NTSTATUS status) {
  for (;;) {
    NtTerminateProcess(NtCurrentProcess(), status);
  }
}

// Says why the program does not start: which file, which symbol, which status.
void Announce(NTSTATUS status, const Failure &failure) {
  Failure program = {};
  program.Set(BaseName(ntdll::Peb().ProcessParameters->ImagePathName));
  const char *name = program.module;
  switch (status) {
    case STATUS_DLL_NOT_FOUND:
      ntdll::DisplayFormat("%s: cannot start: %s was not found (STATUS_DLL_NOT_FOUND)\n", name, failure.module);
      break;
    case STATUS_ENTRYPOINT_NOT_FOUND:
      ntdll::DisplayFormat("%s: cannot start: no entry point %s in %s (STATUS_ENTRYPOINT_NOT_FOUND)\n", name,
                           failure.symbol, failure.module);
      break;
    case STATUS_ORDINAL_NOT_FOUND:
      ntdll::DisplayFormat("%s: cannot start: no ordinal %s in %s (STATUS_ORDINAL_NOT_FOUND)\n", name, failure.symbol,
                           failure.module);
      break;
    case STATUS_DLL_INIT_FAILED:
      ntdll::DisplayFormat("%s: cannot start: %s failed to initialise (STATUS_DLL_INIT_FAILED)\n", name,
                           failure.module);
      break;
    case STATUS_INVALID_IMAGE_FORMAT:
      ntdll::DisplayFormat("%s: cannot start: %s is not a valid image (STATUS_INVALID_IMAGE_FORMAT)\n", name,
                           failure.module);
      break;
    default:
      ntdll::DisplayFormat("%s: cannot start: %s: status 0x%08X\n", name, failure.module,
                           static_cast<unsigned>(status));
      break;
  }
}

Result<Module *> AddProgram() {
  PEB &peb = ntdll::Peb();
  Module *program = TRY(AddModule(peb.ImageBaseAddress, 0, peb.ProcessParameters->ImagePathName, false));
  program->references = kPinned;
  program->entry.ObsoleteLoadCount = 0xFFFF;
  return program;
}

Result<void> AddNtdll(PVOID base) {
  Module *self = TRY(AddModule(base, 0, Literal(kNtdllPath, sizeof(kNtdllPath)), false));
  self->references = kPinned;
  self->entry.ObsoleteLoadCount = 0xFFFF;
  self->entry.EntryPoint = nullptr;
  self->state = State::kReady;
  self->entry.Flags |= LDRP_ENTRY_PROCESSED;
  InsertTailList(&ntdll::Peb().Ldr->InInitializationOrderModuleList, &self->entry.InInitializationOrderLinks);
  return {};
}

Result<void> StartProcess(PVOID ntdll_base, Failure *failure) {
  // The Executive starts its own first process without parameters.
  static RTL_USER_PROCESS_PARAMETERS none;
  PEB &peb = ntdll::Peb();
  if (peb.ProcessParameters == nullptr) {
    none.MaximumLength = none.Length = sizeof(none);
    none.Flags = RTL_USER_PROC_PARAMS_NORMALIZED;
    peb.ProcessParameters = &none;
  }
  InitialiseLists();
  Result<Module *> program = AddProgram();
  if (!program) {
    failure->Set(BaseName(peb.ProcessParameters->ImagePathName));
    return std::unexpected(program.error());
  }
  TRY(AddNtdll(ntdll_base));
  TRY(ntdll::InitialiseRuntime());
  TRY(Snap(*program, failure));
  TRY(InitialiseThreadTls());
  peb.Ldr->Initialized = TRUE;
  return InitialiseGraph(*program, true, failure);
}

// Everything a process needs before its program runs. Ends the process when that fails.
void StartFirstThread(PVOID ntdll_base) {
  Failure failure = {};
  Result<void> result = StartProcess(ntdll_base, &failure);
  if (!result) {
    NTSTATUS status = result.error().Code();
    Announce(status, failure);
    EndProcess(status);
  }
}

void StartThread() {
  Result<void> tls = InitialiseThreadTls();
  if (!tls) {
    NtTerminateThread(NtCurrentThread(), tls.error().Code());
  }
  if ((ntdll::Teb().SameTebFlags & TEB_SKIP_THREAD_ATTACH) == 0) {
    NotifyThread(DLL_THREAD_ATTACH);
  }
}

// A context made by the Executive names no floating point state; one that claims to but has none would load garbage.
void RepairContext(PCONTEXT context) {
  if ((context->ContextFlags & CONTEXT_FLOATING_POINT & ~CONTEXT_AMD64) != 0 && context->FltSave.MxCsr == 0 &&
      context->FltSave.ControlWord == 0) {
    context->ContextFlags &= ~0x8u;
  }
  context->ContextFlags |= CONTEXT_CONTROL | CONTEXT_INTEGER;
  if ((context->Rsp & 15) == 0) {  // as after a call, with an end of the stack
    context->Rsp -= 8;
    *reinterpret_cast<ULONG64 *>(context->Rsp) = 0;
  }
}

}  // namespace
}  // namespace ldr

namespace ntdll {

PVOID ImageBase() { return &__ImageBase; }

}  // namespace ntdll

extern "C" {

// LdrInitializeThunk comes here.
DECLSPEC_NORETURN void LdrpInitialize(PCONTEXT context, PVOID ntdll_base) {
  (void)ntdll_base;  // our own headers say it too
  constexpr ULONG kMxCsr = 0x1F80;
  constexpr USHORT kControlWord = 0x27F;
  asm volatile("ldmxcsr %0; fldcw %1" : : "m"(kMxCsr), "m"(kControlWord));
  ldr::LoaderLock::Acquire();
  if (!ldr::process_started) {
    ldr::process_started = true;
    ldr::StartFirstThread(ntdll::ImageBase());
  } else {
    ldr::StartThread();
  }
  ldr::LoaderLock::ReleaseLock();
  ldr::RepairContext(context);
  NTSTATUS status = NtContinue(context, TRUE);
  ldr::EndProcess(status);
}

NTSTATUS NTAPI LdrShutdownThread(VOID) {
  ldr::LoaderLock lock;
  ldr::NotifyThread(DLL_THREAD_DETACH);
  ntdll::ReleaseThreadData();
  ldr::FreeThreadTls();
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrShutdownProcess(VOID) {
  PPEB_LDR_DATA data = ntdll::Peb().Ldr;
  if (data->ShutdownInProgress) {
    return STATUS_SUCCESS;
  }
  data->ShutdownThreadId = ntdll::Teb().ClientId.UniqueThread;
  data->ShutdownInProgress = TRUE;
  ntdll::ReleaseThreadData();
  ldr::DetachAll();
  return STATUS_SUCCESS;
}

}  // extern "C"
