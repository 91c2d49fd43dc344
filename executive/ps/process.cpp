#include <ps/process.hpp>

#include <ps/system_images.hpp>

#include <nt/nt.h>
#include <ke/clock.hpp>

#include <new>
#include <utility>

namespace ps {
namespace {

constinit std::uint64_t last_id = 0;
alignas(Process::All) constinit std::byte list_storage[sizeof(Process::All)] = {};
constinit Process::All *list = nullptr;

}  // namespace

constinit ob::Type Process::kType{
    .name = u"Process",
    .mapping = {STANDARD_RIGHTS_READ | PROCESS_VM_READ | PROCESS_QUERY_INFORMATION,
                STANDARD_RIGHTS_WRITE | PROCESS_CREATE_PROCESS | PROCESS_CREATE_THREAD | PROCESS_VM_OPERATION |
                    PROCESS_VM_WRITE | PROCESS_DUP_HANDLE | PROCESS_TERMINATE | PROCESS_SET_QUOTA |
                    PROCESS_SET_INFORMATION | PROCESS_SUSPEND_RESUME,
                STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_ALL_ACCESS},
    .valid_access = PROCESS_ALL_ACCESS,
};

// Takes an ended process apart, a piece at each turn of the event loop, so that no run of the Executive is long.
class Process::Ending final : public ke::Runnable {
 public:
  explicit Ending(Process &process) : process_(&process) {}

 private:
  static constexpr std::size_t kHandles = 64;
  static constexpr std::size_t kPages = 128;
  void Run() override {
    if (process_->handles_.CloseSome(kHandles) || process_->space_->RunDown(kPages)) {
      SystemDispatcher().Runs().Push(*this);
      return;
    }
    process_->exit_time_ = static_cast<LONGLONG>(ke::clock::SystemTime());
    process_->ended_ = true;
    process_->Set();
    process_->AllProcessesHook::unlink();
    Process *process = process_.Leak();
    delete this;
    process->Release();
  }
  Ref<Process> process_;
};

std::uint64_t NewId() { return last_id += 4; }

Process::All &Process::List() {
  if (list == nullptr) {
    list = new (list_storage) All;
  }
  return *list;
}

Ref<ob::Object> Process::Pseudo::Resolve(HANDLE handle) {
  if (handle == NtCurrentProcess()) {
    return Ref<ob::Object>(&process_);
  }
  Thread *thread = CurrentThread();
  if (handle == NtCurrentThread() && thread != nullptr && &thread->Owner() == &process_) {
    return Ref<ob::Object>(thread);
  }
  return nullptr;
}

Process::~Process() = default;

Result<Ref<Process>> Process::Create(const Ref<mm::Segment> &image, std::u16string_view image_path,
                                     const Ref<Process> &parent) {
  Ref<Process> process = Adopt(new (std::nothrow) Process(image));
  if (!process) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  process->image_path_ = TRY(ob::Name::Create(image_path));
  process->space_ = TRY(mm::AddressSpace::Create());
  process->id_ = NewId();
  process->parent_id_ = parent ? parent->Id() : 0;
  process->create_time_ = static_cast<LONGLONG>(ke::clock::SystemTime());
  process->cookie = static_cast<ULONG>(ke::clock::InterruptTime() * 0x9e37'79b9'7f4a'7c15u >> 32);
  mm::AddressSpace &space = *process->space_;
  Ref<mm::Section> section = TRY(mm::Section::Create(image, image->Size(), PAGE_EXECUTE_WRITECOPY, SEC_IMAGE));
  mm::Range view;
  TRY(space.MapView(section, view, 0, {}, PAGE_EXECUTE_WRITECOPY, 0));
  process->image_base_ = view.start;
  mm::Range ntdll{Ntdll().base, 0};
  TRY(space.MapView(NtdllSection(), ntdll, 0, {.address = Ntdll().base}, PAGE_EXECUTE_WRITECOPY, 0));
  TRY(space.MapShared(mm::kSharedUserData, SharedDataFrame()));
  List().push_back(*process);
  return process;
}

ob::NameView Process::ImageName() const {
  ob::NameView path = ImagePath();
  std::size_t slash = path.rfind(u'\\');
  return slash == ob::NameView::npos ? path : path.substr(slash + 1);
}

Result<ob::HandleTable *> Process::OwnHandles() {
  if (exiting_) {
    return Fail(STATUS_PROCESS_IS_TERMINATING);
  }
  return &handles_;
}

void Process::AddThread(Thread &thread) {
  thread.WaitableObject<ke::Event>::AddRef();  // the list's, until ThreadGone()
  threads_.push_back(thread);
}

void Process::Terminate(NTSTATUS status) {
  if (!exiting_) {
    exiting_ = true;
    exit_status_ = status;
  }
  Ref<Process> self(this);
  bool had_threads = !threads_.empty();
  for (auto it = threads_.begin(); it != threads_.end();) {
    Thread &thread = *it;
    ++it;
    thread.Terminate(status);
  }
  if (!had_threads && !ended_) {
    BeginEnding();
  }
}

void Process::BeginEnding() {
  if (ProcessRole *role = std::exchange(role_, nullptr); role != nullptr) {
    role->ProcessEnds(*this);
  }
  auto *ending = new (std::nothrow) Ending(*this);
  if (ending != nullptr) {
    SystemDispatcher().Runs().Push(*ending);
  }
}

void Process::ThreadGone(Thread &thread, NTSTATUS status) {
  static_cast<ProcessListHook &>(thread).unlink();
  if (threads_.empty()) {
    if (!exiting_) {
      exiting_ = true;
      exit_status_ = status;
    }
    BeginEnding();
  }
  thread.WaitableObject<ke::Event>::Release();
}

Ref<Process> FindProcess(std::uint64_t id) {
  for (Process &process : Process::List()) {
    if (process.Id() == id) {
      return Ref<Process>(&process);
    }
  }
  return nullptr;
}

Ref<Thread> FindThread(std::uint64_t id) {
  for (Process &process : Process::List()) {
    for (Thread &thread : process.ThreadList()) {
      if (reinterpret_cast<std::uint64_t>(thread.Id().UniqueThread) == id) {
        return Ref<Thread>(&thread);
      }
    }
  }
  return nullptr;
}

}  // namespace ps
