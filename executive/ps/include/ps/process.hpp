#pragma once
// Processes: an address space, handles and threads.

#include <mm/address_space.hpp>
#include <ob/handle_table.hpp>
#include <ps/thread.hpp>

#include <boost/intrusive/list.hpp>

namespace ps {

struct AllProcessesTag;
using AllProcessesHook = boost::intrusive::list_base_hook<boost::intrusive::tag<AllProcessesTag>,
                                                          boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// What makes a process more than a program: a driver host. Implemented by wdm; lives as long as the process runs.
class ProcessRole {
 public:
  // Gives a new thread its address space, CSpace and priority (KernelThread::SetSpace). STATUS_ACCESS_DENIED: the
  // process may have no more threads.
  virtual Result<void> PrepareThread(Thread &thread) = 0;
  // The process is about to end: its threads do not run any more, its memory is still there. Called once; the role may
  // delete itself.
  virtual void ProcessEnds(Process &process) = 0;

 protected:
  ~ProcessRole() = default;
};

class Process final : public ob::WaitableObject<ke::Event>, public AllProcessesHook {
 public:
  static ob::Type kType;

  using Threads = boost::intrusive::list<Thread, boost::intrusive::base_hook<ProcessListHook>,
                                         boost::intrusive::constant_time_size<false>>;
  using All = boost::intrusive::list<Process, boost::intrusive::base_hook<AllProcessesHook>,
                                     boost::intrusive::constant_time_size<false>>;

  // A process with `image` and ntdll mapped and no thread yet; in the list of processes. `image_path`: NT path.
  // Statuses of mm::AddressSpace::MapView, STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<Process>> Create(const Ref<mm::Segment> &image, std::u16string_view image_path,
                                     const Ref<Process> &parent);
  static All &List();

  std::uint64_t Id() const { return id_; }
  std::uint64_t ParentId() const { return parent_id_; }
  ob::NameView ImagePath() const { return image_path_.View(); }
  // The last part of the image's path.
  ob::NameView ImageName() const;
  mm::AddressSpace &Space() const { return *space_; }
  const Ref<mm::AddressSpace> &SpaceRef() const { return space_; }
  ob::HandleTable &Handles() { return handles_; }
  Result<ob::HandleTable *> OwnHandles() override;
  Threads &ThreadList() { return threads_; }
  std::size_t ThreadCount() const { return threads_.size(); }
  const pe::ImageInfo &Image() const { return image_->Image(); }
  std::uint64_t ImageBase() const { return image_base_; }
  std::uint64_t Peb() const { return peb_; }
  NTSTATUS ExitStatus() const { return exit_status_; }
  bool Exiting() const { return exiting_; }
  LONGLONG CreateTime() const { return create_time_; }
  LONGLONG ExitTime() const { return exit_time_; }
  KPRIORITY BasePriority() const { return 8; }
  UCHAR priority_class = 2;  // PROCESS_PRIORITY_CLASS_NORMAL
  ULONG hard_error_mode = 1;
  ULONG break_on_termination = 0;
  ULONG cookie = 0;
  bool exception_shown = false;

  // The role of a process that has one, set before its first thread is made.
  ProcessRole *Role() const { return role_; }
  void TakeRole(ProcessRole *role) { role_ = role; }

  // Makes the PEB and copies the process parameters, which begin at `parameters` in `from`'s memory (0: none).
  Result<void> MakePeb(ke::UserSpace *from, std::uint64_t parameters);

  // The process is to end: every thread is told. The last one takes the rest away.
  void Terminate(NTSTATUS status);
  void AddThread(Thread &thread);
  void ThreadGone(Thread &thread, NTSTATUS status);

 private:
  class Pseudo final : public ob::PseudoHandles {
   public:
    explicit Pseudo(Process &process) : process_(process) {}
    Ref<ob::Object> Resolve(HANDLE handle) override;

   private:
    Process &process_;
  };
  class Ending;
  void BeginEnding();

  explicit Process(const Ref<mm::Segment> &image)
      : WaitableObject(kType), pseudo_(*this), handles_(&pseudo_), image_(image) {}
  ~Process() override;

  Pseudo pseudo_;
  ob::HandleTable handles_;
  Ref<mm::Segment> image_;
  Ref<mm::AddressSpace> space_;
  Threads threads_;
  ob::Name image_path_;
  std::uint64_t id_ = 0;
  std::uint64_t parent_id_ = 0;
  std::uint64_t image_base_ = 0;
  std::uint64_t peb_ = 0;
  ProcessRole *role_ = nullptr;
  NTSTATUS exit_status_ = STATUS_PENDING;
  bool exiting_ = false;
  bool ended_ = false;
  LONGLONG create_time_ = 0;
  LONGLONG exit_time_ = 0;
};

// By id. Null when there is none. Threads that have ended are not found.
Ref<Process> FindProcess(std::uint64_t id);
Ref<Thread> FindThread(std::uint64_t id);
// A new id for a process or thread: multiples of 4, never used twice.
std::uint64_t NewId();

}  // namespace ps
