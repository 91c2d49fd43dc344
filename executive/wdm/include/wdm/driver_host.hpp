#pragma once
// A driver host: a process of wdmhost.exe, the area and the arena it shares with the Executive, its capabilities and
// the requests it has.

#include <cap/cap.hpp>
#include <ob/name.hpp>
#include <ps/process.hpp>
#include <wdm/arena.hpp>
#include <wdm/grants.hpp>
#include <wdm/host_call.hpp>
#include <wdm/host_service.hpp>

#include <boost/intrusive/list.hpp>

#include <array>
#include <memory>

namespace wdm {

struct HostObjects;
class DriverDevice;

class DriverHost final : public RefCounted,
                         public ps::ProcessRole,
                         public ke::Runnable,
                         public boost::intrusive::list_base_hook<boost::intrusive::tag<DriverHost>> {
 public:
  // A new process with nothing but its rings. STATUS_OBJECT_NAME_NOT_FOUND (no wdmhost.exe),
  // STATUS_INSUFFICIENT_RESOURCES, STATUS_NO_MEMORY.
  static Result<Ref<DriverHost>> Start(std::u16string_view name);

  std::uint32_t Id() const { return id_; }
  ob::NameView Name() const { return name_.View(); }
  bool Dead() const { return dead_; }
  // Null when it is dead.
  ps::Process *Process() const { return process_.Get(); }
  mm::AddressSpace &Space() const { return process_->Space(); }
  Arena &Buffers() { return arena_; }

  // Puts a request into the ring, or behind those that wait for room, and rings the host if it sleeps.
  void Post(const host::Request &request);
  // Commands without a record.
  void Tell(host::Command command, std::uint64_t device, std::uint64_t cookie);

  // The table of requests. Enter: the id. STATUS_INSUFFICIENT_RESOURCES.
  Result<std::uint32_t> Enter(const Ref<HostCall> &call);
  // The request with this id; null when the host made it up.
  HostCall *Find(std::uint32_t id) const;
  void Leave(std::uint32_t id);
  std::size_t Outstanding() const { return outstanding_; }

  // Takes what the host has put into its ring. From the event loop.
  void Drain();
  // The protocol was broken, or time ran out: says so and ends the process.
  void Kill(std::string_view reason, NTSTATUS status);

  // A fiber waits for a service; FiberService::Done() takes it out.
  void AddFiber(FiberService &fiber) {
    fiber.AddRef();
    fibers_.push_back(fiber);
  }
  // Devices of other hosts that this one may call and attach to: opened (WdmOpenDevice) or given to AddDevice.
  bool HasOpened(std::uint64_t device) const;
  Result<void> AddOpened(std::uint64_t device);

  // What its devices were assigned.
  Grants &Granted() { return grants_; }

  // The next WdmSetTimer deadline.
  void SetTimer(ke::InterruptTime due);

  // Interrupts and ports (host_objects.cpp).
  HostObjects &Objects() { return *objects_; }
  host::Area &Area() const { return *area_; }
  // Where the host sees its area and its arena.
  std::uint64_t AreaAddress() const { return area_address_; }
  std::uint64_t ArenaAddress() const { return arena_address_; }
  // A second thread may be made: the interrupt thread.
  void AllowInterruptThread() { interrupt_thread_allowed_ = true; }
  bool HasInterruptThread() const { return threads_ > 1; }

  // ps::ProcessRole.
  Result<void> PrepareThread(ps::Thread &thread) override;
  void ProcessEnds(ps::Process &process) override;

 private:
  class Alarm;
  class Heartbeat;
  void Beat();
  struct Slot {
    Ref<HostCall> call;
    std::uint16_t generation = 1;
    std::uint16_t next_free = 0;
  };
  struct Waiting;
  static constexpr std::size_t kChunk = 64;
  static constexpr std::size_t kChunks = 64;

  DriverHost() = default;
  ~DriverHost() override;
  Result<void> Map();
  // interrupt_threads.cpp
  Result<void> EnterInterruptThread(cap::Cap<cap::Tcb> tcb);
  void LeaveInterruptThread();
  bool Push(const host::Request &request);
  void Ring();
  void Flush();
  void Handle(const host::Message &message);
  void Run() override;
  void Bury();
  Slot *SlotOf(std::uint32_t id) const;

  std::uint32_t id_ = 0;
  ob::Name name_;
  bool dead_ = false;
  bool interrupt_thread_allowed_ = false;
  unsigned threads_ = 0;
  Ref<ps::Process> process_;
  HostObjects *objects_ = nullptr;
  Ref<mm::Segment> area_pages_;
  host::Area *area_ = nullptr;
  Arena arena_;
  std::uint64_t area_address_ = 0;
  std::uint64_t arena_address_ = 0;
  std::uint32_t request_tail_ = 0;  // ours; what the area says is only for the host
  std::uint32_t message_head_ = 0;
  Waiting *first_waiting_ = nullptr;
  Waiting *last_waiting_ = nullptr;
  std::array<std::unique_ptr<Slot[]>, kChunks> slots_;
  std::size_t slot_count_ = 0;
  std::uint16_t free_slot_ = 0;  // index + 1
  std::size_t outstanding_ = 0;
  std::unique_ptr<Alarm> alarm_;
  std::unique_ptr<Heartbeat> heartbeat_;
  boost::intrusive::list<FiberService, boost::intrusive::constant_time_size<false>> fibers_;
  Grants grants_{*this};
  struct Opened {
    std::unique_ptr<Opened> next;
    std::uint64_t device = 0;
  };
  std::unique_ptr<Opened> opened_;
  NTSTATUS exit_status_ = STATUS_SUCCESS;
};

// The Executive's bound notification, whose upper bits are the hosts' doorbells; set once at start.
void UseNotification(cap::Cap<cap::Notification> notification);
// Badges of the doorbells: bit kFirstDoorbell + id modulo kDoorbells.
inline constexpr unsigned kFirstDoorbell = 8;
inline constexpr unsigned kDoorbells = 54;
void Doorbells(std::uint64_t bits);

// The host that calls. STATUS_ACCESS_DENIED: a process that is none.
Result<DriverHost *> HostOf(ke::Caller &caller);

// Who hears of a host's end: `dies` before any frame it could reach is free for others (bus mastering is switched off),
// `buried` when its requests have been answered and its devices are gone. Both from the event loop; set once at start.
struct HostEnding {
  void (*dies)(DriverHost &host) = nullptr;
  void (*buried)(DriverHost &host, NTSTATUS status) = nullptr;
};
void UseHostEnding(const HostEnding &ending);

using Hosts = boost::intrusive::list<
    DriverHost, boost::intrusive::base_hook<boost::intrusive::list_base_hook<boost::intrusive::tag<DriverHost>>>,
    boost::intrusive::constant_time_size<false>>;
Hosts &AllHosts();

}  // namespace wdm
