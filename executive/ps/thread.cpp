#include <ps/thread.hpp>

#include <ps/kernel_thread.hpp>
#include <ps/process.hpp>
#include <ps/system_images.hpp>

#include <cap/invoke.hpp>
#include <ke/clock.hpp>
#include <ke/cspace.hpp>
#include <ke/vspace.hpp>
#include <rtl/checked.hpp>

#include <algorithm>
#include <new>

namespace ps {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kDefaultStackReserve = 0x10'0000;
constexpr std::uint64_t kDefaultStackCommit = 0x2000;
constexpr std::uint64_t kLargestStack = std::uint64_t{1} << 32;
// What RtlUserThreadStart finds: RSP is 8 below a multiple of 16, as after a call, with room for its callee's home
// slots.
constexpr std::uint64_t kInitialFrame = 0x28;
constexpr ULONG kMaximumSuspendCount = 127;
constexpr USHORT kDefaultFpuControl = 0x27f;
constexpr ULONG kDefaultMxCsr = 0x1f80;

constinit Thread *current_thread = nullptr;
constinit std::size_t running_threads = 0;

template <typename T>
Result<void> Put(mm::AddressSpace &space, std::uint64_t address, const T &value) {
  return ke::CopyToUser(space, address, &value, sizeof(value));
}

}  // namespace

constinit ob::Type Thread::kType{
    .name = u"Thread",
    .mapping = {STANDARD_RIGHTS_READ | THREAD_GET_CONTEXT | THREAD_QUERY_INFORMATION,
                STANDARD_RIGHTS_WRITE | THREAD_TERMINATE | THREAD_SUSPEND_RESUME | THREAD_ALERT |
                    THREAD_SET_INFORMATION | THREAD_SET_CONTEXT,
                STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | THREAD_QUERY_LIMITED_INFORMATION | THREAD_RESUME,
                THREAD_ALL_ACCESS},
    .valid_access = THREAD_ALL_ACCESS,
};

Thread *CurrentThread() { return current_thread; }
void SetCurrentThread(Thread *thread) { current_thread = thread; }
std::size_t RunningThreads() { return running_threads; }

Thread::Thread(const Ref<Process> &process)
    : WaitableObject(kType),
      Caller(&process->Space(), &process->Handles(), &waiter_own_),
      process_(process),
      waiter_own_(SystemDispatcher()) {}

Thread::~Thread() {
  if (kernel_ != nullptr) {
    kernel_->Free();
  }
}

Result<Ref<Thread>> Thread::Create(const Ref<Process> &process, const Start &start) {
  if (process->Exiting()) {
    return Fail(STATUS_PROCESS_IS_TERMINATING);
  }
  Ref<Thread> thread = Adopt(new (std::nothrow) Thread(process));
  if (!thread) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  CLIENT_ID id{reinterpret_cast<HANDLE>(process->Id()), reinterpret_cast<HANDLE>(NewId())};
  thread->waiter_own_.SetId(id);
  thread->start_address_ = reinterpret_cast<std::uint64_t>(start.routine);
  thread->create_time_ = static_cast<LONGLONG>(ke::clock::SystemTime());
  thread->kernel_ = TRY(KernelThread::Allocate(*thread));
  if (process->Role() != nullptr) {
    TRY(process->Role()->PrepareThread(*thread));
    thread->counted_ = false;
  } else {
    TRY(thread->kernel_->SetSpace(process->Space().Kernel().Root()));
  }
  TRY(thread->MakeTeb(start));
  TRY(thread->MakeStack(start));
  if ((start.flags & THREAD_CREATE_FLAGS_CREATE_SUSPENDED) != 0) {
    thread->suspend_count_ = 1;
  }
  process->AddThread(*thread);
  return thread;
}

Result<Ref<Thread>> Thread::CreateFiber(const Ref<Process> &process) {
  Ref<Thread> thread = Adopt(new (std::nothrow) Thread(process));
  if (!thread) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  thread->waiter_own_.SetId({reinterpret_cast<HANDLE>(process->Id()), reinterpret_cast<HANDLE>(NewId())});
  thread->state_ = ThreadState::kService;
  return thread;
}

Result<void> Thread::MakeTeb(const Start &) {
  mm::AddressSpace &space = process_->Space();
  mm::Range range{0, sizeof(TEB)};
  TRY(space.Allocate(range, {.limit = mm::kSharedUserData}, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
  teb_ = range.start;
  TRY(Put(space, teb_ + offsetof(TEB, NtTib) + offsetof(NT_TIB, Self), teb_));
  TRY(Put(space, teb_ + offsetof(TEB, ClientId), Id()));
  TRY(Put(space, teb_ + offsetof(TEB, ProcessEnvironmentBlock), process_->Peb()));
  return {};
}

Result<void> Thread::MakeStack(const Start &start) {
  mm::AddressSpace &space = process_->Space();
  const pe::ImageInfo &image = process_->Image();
  std::uint64_t reserve = start.stack_reserve != 0 ? start.stack_reserve : image.stack_reserve;
  std::uint64_t commit = start.stack_commit != 0 ? start.stack_commit : image.stack_commit;
  reserve = AlignUp(std::clamp(reserve == 0 ? kDefaultStackReserve : reserve, 4 * kPage, kLargestStack),
                    mm::kAllocationGranularity);
  commit =
      std::min(AlignUp(std::max(std::min(commit, kLargestStack), kDefaultStackCommit), kPage), reserve - 2 * kPage);
  mm::Range stack{0, reserve};
  TRY(space.Allocate(stack, {}, MEM_RESERVE, PAGE_READWRITE));
  std::uint64_t top = stack.End();
  mm::Range committed{top - commit, commit};
  TRY(space.Allocate(committed, {.address = committed.start}, MEM_COMMIT, PAGE_READWRITE));
  mm::Range guard{committed.start - kPage, kPage};
  TRY(space.Allocate(guard, {.address = guard.start}, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD));
  TRY(Put(space, teb_ + offsetof(TEB, NtTib) + offsetof(NT_TIB, StackBase), top));
  TRY(Put(space, teb_ + offsetof(TEB, NtTib) + offsetof(NT_TIB, StackLimit), committed.start));
  TRY(Put(space, teb_ + offsetof(TEB, DeallocationStack), stack.start));
  stack_top_ = top;

  CONTEXT context{};
  context.ContextFlags = CONTEXT_FULL;
  context.Rip = Ntdll().rtl_user_thread_start;
  context.Rcx = reinterpret_cast<std::uint64_t>(start.routine);
  context.Rdx = reinterpret_cast<std::uint64_t>(start.argument);
  context.Rsp = top - kInitialFrame;
  context.EFlags = 0x200;
  context.SegCs = 0x33;
  context.SegSs = 0x2b;
  context.MxCsr = kDefaultMxCsr;
  context.FltSave.ControlWord = kDefaultFpuControl;
  context.FltSave.MxCsr = kDefaultMxCsr;
  context.FltSave.MxCsr_Mask = 0xffff;
  std::uint64_t where = AlignDown(top - kInitialFrame - sizeof(CONTEXT), 16);
  TRY(Put(space, where, context));

  seL4_UserContext registers{};
  registers.rip = Ntdll().ldr_initialize_thunk;
  registers.rcx = where;
  registers.rdx = Ntdll().base;
  registers.rsp = where - kInitialFrame;
  registers.rflags = 0x200;
  registers.gs_base = teb_;
  if (cap::WriteRegisters(kernel_->Tcb(), false, registers) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  return {};
}

void Thread::SetPriority(KPRIORITY priority) {
  priority_ = priority;
  if (kernel_ != nullptr && counted_) {
    (void)cap::SetPriority(kernel_->Tcb(), cap::Cap<cap::Tcb>(seL4_CapInitThreadTCB),
                           kUserPriority + static_cast<seL4_Word>(priority));
  }
}

void Thread::Launch() {
  if (suspend_count_ != 0 || state_ != ThreadState::kInitialized) {
    return;
  }
  state_ = ThreadState::kUser;
  running_threads += counted_ ? 1 : 0;
  (void)cap::Resume(kernel_->Tcb());
}

void Thread::KeepReply() {
  if (!reply_kept_ && cap::SaveCaller(ke::SlotOf(kernel_->ReplySlot())) == seL4_NoError) {
    reply_kept_ = true;
    running_threads -= counted_ ? 1 : 0;
  }
}

bool Thread::Finish(NTSTATUS status, ServiceReply &answer) {
  if (terminating_) {
    RunDown();
    return false;
  }
  answer = {};
  std::optional<ke::ApcCall> apc;
  if (waiter_own_.ApcPending()) {
    apc = waiter_own_.TakeApc();
  }
  if (apc) {
    answer.label = 1 | static_cast<seL4_Word>(static_cast<ULONG>(status)) << 8;
    answer.length = 4;
    answer.words[0] = reinterpret_cast<seL4_Word>(apc->normal_routine);
    answer.words[1] = reinterpret_cast<seL4_Word>(apc->normal_context);
    answer.words[2] = reinterpret_cast<seL4_Word>(apc->system_argument1);
    answer.words[3] = reinterpret_cast<seL4_Word>(apc->system_argument2);
  } else {
    // NTSTATUS is sign-extended into RAX by nobody: the upper half is zero, as SYSCALL leaves EAX.
    answer.words[0] = static_cast<ULONG>(status);
  }
  if (suspend_count_ != 0) {
    KeepReply();
    held_ = answer;
    state_ = ThreadState::kHeld;
    return false;
  }
  state_ = ThreadState::kUser;
  if (!reply_kept_) {
    return true;
  }
  reply_kept_ = false;
  running_threads += counted_ ? 1 : 0;
  cap::Message message;
  std::copy_n(answer.words, 4, message.words);
  message.info = seL4_MessageInfo_new(answer.label, 0, 0, answer.length);
  cap::NbSend(cap::Cap<cap::Reply>(kernel_->ReplySlot()), message);
  return false;
}

bool Thread::LeaveFault() {
  if (terminating_) {
    RunDown();
    return false;
  }
  state_ = ThreadState::kUser;
  return true;
}

void Thread::ForgetReply() {
  reply_kept_ = false;
  state_ = ThreadState::kUser;
}

Result<ULONG> Thread::Suspend() {
  if (terminating_ || state_ == ThreadState::kTerminated) {
    return Fail(STATUS_THREAD_IS_TERMINATING);
  }
  if (suspend_count_ == kMaximumSuspendCount) {
    return Fail(STATUS_SUSPEND_COUNT_EXCEEDED);
  }
  suspend_count_ += 1;
  // Only a thread in user mode, or one whose message is still queued, is suspended by the kernel: one that waits for
  // our reply would lose it and call again.
  if (suspend_count_ == 1 && state_ == ThreadState::kUser) {
    (void)cap::Suspend(kernel_->Tcb());
    running_threads -= counted_ ? 1 : 0;
  }
  return suspend_count_ - 1;
}

ULONG Thread::Resume() {
  ULONG before = suspend_count_;
  if (before == 0 || state_ == ThreadState::kTerminated) {
    return before;
  }
  suspend_count_ -= 1;
  if (suspend_count_ != 0) {
    return before;
  }
  switch (state_) {
    case ThreadState::kInitialized:
      Launch();
      break;
    case ThreadState::kUser:
      running_threads += counted_ ? 1 : 0;
      (void)cap::Resume(kernel_->Tcb());
      break;
    case ThreadState::kHeld: {
      cap::Message message;
      std::copy_n(held_.words, 4, message.words);
      message.info = seL4_MessageInfo_new(held_.label, 0, 0, held_.length);
      state_ = ThreadState::kUser;
      reply_kept_ = false;
      running_threads += counted_ ? 1 : 0;
      cap::NbSend(cap::Cap<cap::Reply>(kernel_->ReplySlot()), message);
      break;
    }
    case ThreadState::kService:
    case ThreadState::kTerminated:
      break;
  }
  return before;
}

void Thread::Terminate(NTSTATUS status) {
  if (terminating_) {
    return;
  }
  terminating_ = true;
  exit_status_ = status;
  if (state_ == ThreadState::kService) {
    // The service unwinds first: its wait ends now, and Finish() runs the thread down.
    waiter_own_.Terminate();
    return;
  }
  RunDown();
}

void Thread::RunDown() {
  if (state_ == ThreadState::kTerminated) {
    return;
  }
  Ref<Thread> self(this);
  if ((state_ == ThreadState::kUser && suspend_count_ == 0) || (state_ == ThreadState::kService && !reply_kept_)) {
    running_threads -= counted_ ? 1 : 0;
  }
  (void)cap::Suspend(kernel_->Tcb());
  state_ = ThreadState::kTerminated;
  waiter_own_.Rundown();
  mm::Range teb{teb_, 0};
  (void)process_->Space().Free(teb, MEM_RELEASE);
  kernel_->Free();
  kernel_ = nullptr;
  exit_time_ = static_cast<LONGLONG>(ke::clock::SystemTime());
  if (current_thread == this) {
    current_thread = nullptr;
  }
  Set();
  process_->ThreadGone(*this, exit_status_);
}

}  // namespace ps
