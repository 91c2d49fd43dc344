#include <asm/prctl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runner.hpp"

namespace runner {

Options options;

namespace {

uint64_t exception_dispatcher;
uint64_t initialize_thunk;
Mapping ntdll_image;
uint64_t service_sites[8];
unsigned service_site_count;

// A syscall instruction of ours has the number -1 in RDX loaded and RSP saved in RBX just before it.
bool IsServiceSite(const unsigned char *at) {
  static const unsigned char kSaveRsp[] = {0x48, 0x89, 0xE3};
  static const unsigned char kCall[] = {0x48, 0xC7, 0xC2, 0xFF, 0xFF, 0xFF, 0xFF};
  return std::memcmp(at - 3, kSaveRsp, 3) == 0 || std::memcmp(at - 7, kCall, 7) == 0;
}

void PatchServiceSites() {
  for (size_t i = 0x1000; i + 2 < ntdll_image.size && service_site_count < 8; i += 1) {
    auto *at = reinterpret_cast<unsigned char *>(ntdll_image.base + i);
    if (at[0] == 0x0F && at[1] == 0x05 && IsServiceSite(at)) {
      auto *page = reinterpret_cast<char *>(reinterpret_cast<uint64_t>(at) & ~0xFFFull);
      mprotect(page, 8192, PROT_READ | PROT_WRITE | PROT_EXEC);
      at[1] = 0x0B;  // UD2
      mprotect(page, 8192, PROT_READ | PROT_EXEC);
      service_sites[service_site_count] = reinterpret_cast<uint64_t>(at);
      service_site_count += 1;
    }
  }
}

greg_t &Reg(ucontext_t *context, int index) { return context->uc_mcontext.gregs[index]; }
uint64_t Value(ucontext_t *context, int index) { return static_cast<uint64_t>(Reg(context, index)); }

bool IsService(uint64_t rip) {
  for (unsigned i = 0; i < service_site_count; i += 1) {
    if (service_sites[i] == rip) {
      return true;
    }
  }
  return false;
}

// seL4_Call on slot 0, as the Executive and the kernel do it together.
void OnService(ucontext_t *context) {
  uint64_t info = Value(context, REG_RSI);
  if (static_cast<int64_t>(Value(context, REG_RDX)) != -1 || Value(context, REG_RDI) != 0 || (info & 0xFFF) != 4) {
    std::printf("runner: bad service call, rdx %llx rdi %llx rsi %llx\n", Reg(context, REG_RDX), Reg(context, REG_RDI),
                Reg(context, REG_RSI));
    _exit(3);
  }
  Call call = {
      info >> 12, {Value(context, REG_R10), Value(context, REG_R8), Value(context, REG_R9)}, Value(context, REG_R15)};
  bool has_apc = false;
  Apc apc = {};
  NTSTATUS status = Serve(call, &has_apc, &apc);
  auto word = static_cast<uint64_t>(static_cast<uint32_t>(status));
  if (has_apc) {
    Reg(context, REG_RSI) = static_cast<greg_t>(((word << 8 | 1) << 12) | 4);
    Reg(context, REG_R10) = static_cast<greg_t>(apc.routine);
    Reg(context, REG_R8) = static_cast<greg_t>(apc.context);
    Reg(context, REG_R9) = static_cast<greg_t>(apc.argument1);
    Reg(context, REG_R15) = static_cast<greg_t>(apc.argument2);
  } else {
    Reg(context, REG_RSI) = 1;
    Reg(context, REG_R10) = static_cast<greg_t>(word);
    Reg(context, REG_R8) = Reg(context, REG_R9) = Reg(context, REG_R15) = 0x5A5A5A5A;
  }
  Reg(context, REG_RDI) = 0;
  Reg(context, REG_RCX) = Reg(context, REG_R11) = 0x5A5A5A5A;
  Reg(context, REG_RSP) = 0;
  Reg(context, REG_RIP) += 2;
}

void ToContext(ucontext_t *from, CONTEXT *to) {
  to->ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_SEGMENTS;
  to->Rax = Value(from, REG_RAX), to->Rcx = Value(from, REG_RCX), to->Rdx = Value(from, REG_RDX);
  to->Rbx = Value(from, REG_RBX), to->Rsp = Value(from, REG_RSP), to->Rbp = Value(from, REG_RBP);
  to->Rsi = Value(from, REG_RSI), to->Rdi = Value(from, REG_RDI), to->R8 = Value(from, REG_R8);
  to->R9 = Value(from, REG_R9), to->R10 = Value(from, REG_R10), to->R11 = Value(from, REG_R11);
  to->R12 = Value(from, REG_R12), to->R13 = Value(from, REG_R13), to->R14 = Value(from, REG_R14);
  to->R15 = Value(from, REG_R15), to->Rip = Value(from, REG_RIP);
  to->EFlags = static_cast<ULONG>(Value(from, REG_EFL));
  to->SegCs = 0x33;
  to->SegSs = 0x2B;
}

void Describe(int signal, siginfo_t *info, ucontext_t *context, EXCEPTION_RECORD *record) {
  record->ExceptionAddress = reinterpret_cast<PVOID>(Value(context, REG_RIP));
  switch (signal) {
    case SIGSEGV:
    case SIGBUS: {
      record->ExceptionCode = STATUS_ACCESS_VIOLATION;
      record->NumberParameters = 2;
      auto error = Value(context, REG_ERR);
      record->ExceptionInformation[0] = (error & 2) != 0 ? 1 : (error & 16) != 0 ? 8 : 0;
      record->ExceptionInformation[1] = reinterpret_cast<uint64_t>(info->si_addr);
      break;
    }
    case SIGFPE:
      record->ExceptionCode = STATUS_INTEGER_DIVIDE_BY_ZERO;
      break;
    case SIGTRAP:
      record->ExceptionCode = STATUS_BREAKPOINT;
      record->NumberParameters = 1;
      Reg(context, REG_RIP) -= 1;  // NT's context points at the INT3
      record->ExceptionAddress = reinterpret_cast<PVOID>(Value(context, REG_RIP));
      break;
    default:
      record->ExceptionCode = STATUS_ILLEGAL_INSTRUCTION;
      break;
  }
}

void OnSignal(int signal, siginfo_t *info, void *opaque) {
  auto *context = static_cast<ucontext_t *>(opaque);
  if (signal == SIGILL && IsService(Value(context, REG_RIP))) {
    OnService(context);
    return;
  }
  EXCEPTION_RECORD record = {};
  Describe(signal, info, context, &record);
  TEB *teb = CurrentTeb();
  uint64_t rsp = Value(context, REG_RSP);
  if (rsp < reinterpret_cast<uint64_t>(teb->NtTib.StackLimit) + KI_EXCEPTION_FRAME_SIZE ||
      rsp > reinterpret_cast<uint64_t>(teb->NtTib.StackBase)) {
    std::printf("runner: no stack for exception %08X at %p, rsp %llx\n", static_cast<unsigned>(record.ExceptionCode),
                record.ExceptionAddress, static_cast<unsigned long long>(rsp));
    EndProcess(STATUS_BAD_STACK);
  }
  uint64_t frame = (rsp - KI_EXCEPTION_FRAME_SIZE) & ~15ull;
  std::memset(reinterpret_cast<void *>(frame), 0xA5, KI_EXCEPTION_FRAME_SIZE);
  auto *nt = reinterpret_cast<CONTEXT *>(frame);
  ToContext(context, nt);
  *reinterpret_cast<EXCEPTION_RECORD *>(frame + KI_EXCEPTION_FRAME_RECORD) = record;
  *reinterpret_cast<MACHINE_FRAME *>(frame + KI_EXCEPTION_FRAME_MACHINE) = {nt->Rip, 0x33,    {},   nt->EFlags,
                                                                            0,       nt->Rsp, 0x2B, {}};
  Reg(context, REG_RSP) = static_cast<greg_t>(frame);
  Reg(context, REG_RIP) = static_cast<greg_t>(exception_dispatcher);
}

void InstallSignals() {
  struct sigaction action = {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (int signal : {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP}) {
    sigaction(signal, &action, nullptr);
  }
}

[[noreturn]] void Enter(CONTEXT *context, TEB *teb) {
  stack_t alternate = {};
  alternate.ss_size = 1 << 18;
  alternate.ss_sp = mmap(nullptr, alternate.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  sigaltstack(&alternate, nullptr);
  syscall(SYS_arch_prctl, ARCH_SET_GS, teb);
  uint64_t rsp = reinterpret_cast<uint64_t>(context) - 0x48;  // 8 mod 16, home space above
  *reinterpret_cast<uint64_t *>(rsp) = 0;
  asm volatile(
      "movq %0, %%rsp\n\t"
      "movq %1, %%rcx\n\t"
      "movq %2, %%rdx\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "jmp *%3"
      :
      : "a"(rsp), "b"(context), "S"(ntdll_image.base), "D"(initialize_thunk)
      : "rcx", "rdx", "memory");
  __builtin_unreachable();
}

struct Start {
  CONTEXT *context;
  TEB *teb;
};

void *ThreadMain(void *opaque) {
  auto start = *static_cast<Start *>(opaque);
  delete static_cast<Start *>(opaque);
  Enter(start.context, start.teb);
}

}  // namespace

TEB *CurrentTeb() {
  TEB *teb;
  asm("movq %%gs:0x30, %0" : "=r"(teb));
  return teb;
}

bool StartThread(CONTEXT *context, TEB *teb) {
  context->Rip = FindExport(ntdll_image.base, "RtlUserThreadStart");
  pthread_t thread;
  return pthread_create(&thread, nullptr, ThreadMain, new Start{context, teb}) == 0;
}

void EndProcess(NTSTATUS status) {
  std::printf("exit 0x%08X\n", static_cast<unsigned>(status));
  std::fflush(stdout);
  _exit(status & 0xFF);
}

int Main() {
  ntdll_image = MapImage(options.system_directory + "/ntdll.dll", false);
  Mapping program = MapImage(options.program_directory + "/" + options.program, true);
  if (ntdll_image.base == nullptr || !ntdll_image.at_base || program.base == nullptr) {
    std::fprintf(stderr, "runner: ntdll.dll or the program cannot be mapped\n");
    return 2;
  }
  PatchServiceSites();
  exception_dispatcher = FindExport(ntdll_image.base, "KiUserExceptionDispatcher");
  initialize_thunk = FindExport(ntdll_image.base, "LdrInitializeThunk");
  PEB *peb = MakePeb(program);
  TEB *teb = nullptr;
  CONTEXT *context = MakeThread(peb, FindExport(ntdll_image.base, "RtlUserThreadStart"), 0, &teb);
  context->Rcx = reinterpret_cast<uint64_t>(program.base) + program.entry;
  context->Rdx = reinterpret_cast<uint64_t>(peb);
  InstallSignals();
  Enter(context, teb);
}

}  // namespace runner

int main(int count, char **arguments) {
  using runner::options;
  // A fixed layout keeps ntdll's base free.
  if ((personality(0xFFFFFFFF) & ADDR_NO_RANDOMIZE) == 0) {
    personality(static_cast<unsigned long>(personality(0xFFFFFFFF)) | ADDR_NO_RANDOMIZE);
    execv("/proc/self/exe", arguments);
  }
  std::vector<std::string> words(arguments + 1, arguments + count);
  if (!words.empty() && words[0] == "--shift") {
    options.shift = true;
    words.erase(words.begin());
  }
  if (words.size() < 2) {
    std::fprintf(stderr, "usage: ntdll_runner [--shift] DIRECTORY PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  options.system_directory = options.program_directory = words[0];
  options.program = words[1];
  for (size_t i = 1; i < words.size(); i += 1) {
    options.command_line += (i == 1 ? "" : " ") + words[i];
  }
  setvbuf(stdout, nullptr, _IOLBF, 0);
  return runner::Main();
}
