#pragma once
// Threads: an NT thread is a seL4 thread, what it waits for, and the service it is in.

#include <nt/nt.h>
#include <ke/caller.hpp>
#include <ke/dispatcher.hpp>
#include <ob/object.hpp>

#include <sel4/sel4.h>

#include <boost/intrusive/list.hpp>

#include <cstdint>

namespace ps {

class Process;
class KernelThread;

using ProcessListHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Where a thread is, as the Executive knows it.
enum class ThreadState : std::uint8_t {
  kInitialized,  // never ran
  kUser,         // in user mode, or its next message is on the way
  kService,      // in a service (it waits for our reply)
  kHeld,         // its service has ended, but it is suspended: the reply is kept back
  kTerminated,
};

// The answer to a service, as docs/architecture.md section 2 describes it.
struct ServiceReply {
  seL4_Word label = 0;
  seL4_Word length = 1;
  seL4_Word words[4] = {};
};

class Thread final : public ob::WaitableObject<ke::Event>, public ke::Caller, public ProcessListHook {
 public:
  static ob::Type kType;

  struct Start {
    PVOID routine = nullptr;
    PVOID argument = nullptr;
    std::uint64_t stack_reserve = 0;  // 0: as the image says
    std::uint64_t stack_commit = 0;
    ULONG flags = 0;  // THREAD_CREATE_FLAGS_...
  };
  // A thread of `process` that has not run yet. STATUS_INSUFFICIENT_RESOURCES, STATUS_NO_MEMORY,
  // STATUS_COMMITMENT_LIMIT, STATUS_PROCESS_IS_TERMINATING.
  static Result<Ref<Thread>> Create(const Ref<Process> &process, const Start &start);

  // A caller of services that no kernel thread stands behind: a parked fiber of a driver host. It is in no list; who
  // made it ends its waits. STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<Thread>> CreateFiber(const Ref<Process> &process);

  Process &Owner() const { return *process_; }
  const Ref<Process> &OwnerRef() const { return process_; }
  CLIENT_ID Id() const { return waiter_own_.Id(); }
  std::uint64_t Teb() const { return teb_; }
  std::uint64_t StartAddress() const { return start_address_; }
  ThreadState State() const { return state_; }
  NTSTATUS ExitStatus() const { return exit_status_; }
  ULONG SuspendCount() const { return suspend_count_; }
  KPRIORITY Priority() const { return priority_; }
  void SetPriority(KPRIORITY priority);
  LONGLONG CreateTime() const { return create_time_; }
  LONGLONG ExitTime() const { return exit_time_; }
  KernelThread &Kernel() const { return *kernel_; }

  // Lets a new thread run, unless it is suspended.
  void Launch();

  // The thread called: from here until Finish() it is in a service.
  void EnterService(std::uint64_t number) {
    state_ = ThreadState::kService;
    last_service_ = number;
  }
  std::uint64_t LastService() const { return last_service_; }
  // Keeps the caller's reply, because the service waits.
  void KeepReply();
  // Ends the service. An answer to be sent by the event loop itself (the thread is the current caller and may run) is
  // put into `answer` and true returned; otherwise it is sent, held or dropped here.
  bool Finish(NTSTATUS status, ServiceReply &answer);
  // Ends a service without an answer: the thread's registers were set anew (exceptions, NtSetContextThread on itself).
  void ForgetReply();

  // The fault is resolved. True: the event loop's empty reply lets the thread go on.
  bool LeaveFault();

  // STATUS_SUSPEND_COUNT_EXCEEDED; the count before.
  Result<ULONG> Suspend();
  ULONG Resume();

  // Ends the thread. A thread in a wait ends when the wait has unwound.
  void Terminate(NTSTATUS status);
  // The service that it was in is over, or it was in none: the thread leaves its process.
  void RunDown();

  // Registers in user mode (of a thread in a service: as they will be after it). STATUS_THREAD_IS_TERMINATING.
  Result<void> ReadContext(CONTEXT &context);
  Result<void> WriteContext(const CONTEXT &context);
  // The thread is stopped at a fault: lets it go on at other registers.
  void ResumeAt(const seL4_UserContext &registers);

 private:
  explicit Thread(const Ref<Process> &process);
  ~Thread() override;
  Result<void> MakeTeb(const Start &start);
  Result<void> MakeStack(const Start &start);

  Ref<Process> process_;
  ke::Waiter waiter_own_;
  KernelThread *kernel_ = nullptr;
  ThreadState state_ = ThreadState::kInitialized;
  bool reply_kept_ = false;
  bool terminating_ = false;
  bool counted_ = true;  // among the running threads; those of driver hosts wait outside the Executive
  ServiceReply held_;
  NTSTATUS exit_status_ = STATUS_PENDING;
  ULONG suspend_count_ = 0;
  KPRIORITY priority_ = 8;
  std::uint64_t teb_ = 0;
  std::uint64_t stack_top_ = 0;
  std::uint64_t start_address_ = 0;
  std::uint64_t last_service_ = 0;
  LONGLONG create_time_ = 0;
  LONGLONG exit_time_ = 0;
};

// What LastService() says of a thread that is stopped at a fault.
inline constexpr std::uint64_t kFaultService = ~std::uint64_t{0};

// The thread whose service runs now; null between services.
Thread *CurrentThread();
void SetCurrentThread(Thread *thread);

// Number of threads that run user code: while it is not zero, the clock page is kept up to date.
std::size_t RunningThreads();

}  // namespace ps
