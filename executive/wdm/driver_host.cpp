#include <wdm/driver_host.hpp>

#include "host_objects.hpp"

#include <cap/invoke.hpp>
#include <ke/frames.hpp>
#include <ke/log.hpp>
#include <ke/vspace.hpp>
#include <mm/section.hpp>
#include <ps/kernel_thread.hpp>
#include <ps/services.hpp>
#include <ps/system_images.hpp>
#include <wdm/message_handlers.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

namespace wdm {
namespace {

constexpr std::u16string_view kImage = u"\\SystemRoot\\System32\\wdmhost.exe";
constexpr std::size_t kAreaPages = (sizeof(host::Area) + ke::kPageSize - 1) / ke::kPageSize;
constexpr unsigned kIndexBits = 16;
constexpr unsigned kMessagesAtOnce = 64;

constinit std::uint32_t last_id = 0;
constinit HostEnding host_ending;
alignas(Hosts) constinit std::byte hosts_storage[sizeof(Hosts)] = {};
constinit Hosts *hosts = nullptr;

// The area is shared with somebody who may write it at any time.
template <typename T>
T Load(const T &shared) {
  return *const_cast<const volatile T *>(&shared);
}
template <typename T>
void Store(T &shared, T value) {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  *const_cast<volatile T *>(&shared) = value;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace

// A request that found the ring full.
struct DriverHost::Waiting {
  Waiting *next = nullptr;
  host::Request request;
};

// The host's next deadline (WdmSetTimer): rings it.
class DriverHost::Alarm final : public ke::TimerEntry {
 public:
  explicit Alarm(DriverHost &owner) : owner_(owner) {}

 private:
  void Expired(ke::InterruptTime) override { owner_.Ring(); }
  DriverHost &owner_;
};

// A host with something to do must take a step of its loop within kPatience.
class DriverHost::Heartbeat final : public ke::TimerEntry {
 public:
  explicit Heartbeat(DriverHost &owner) : owner_(owner) {}
  void Begin() {
    if (!Queued()) {
      turns_ = Load(owner_.area_->turns);
      Insert();
    }
  }

 private:
  static constexpr ke::InterruptTime kPatience = 10 * 10'000'000ull;
  void Insert() {
    ke::Dispatcher &dispatcher = ps::SystemDispatcher();
    dispatcher.Timers().Insert(*this, dispatcher.Time().Now() + kPatience);
  }
  void Expired(ke::InterruptTime) override {
    if (owner_.dead_ || Load(owner_.area_->baton_sleeps) != 0) {
      return;
    }
    const std::uint32_t turns = Load(owner_.area_->turns);
    if (turns == turns_) {
      owner_.Kill("does not answer any more", STATUS_DRIVER_INTERNAL_ERROR);
      return;
    }
    turns_ = turns;
    Insert();
  }
  DriverHost &owner_;
  std::uint32_t turns_ = 0;
};

Hosts &AllHosts() {
  if (hosts == nullptr) {
    hosts = new (hosts_storage) Hosts;
  }
  return *hosts;
}

void UseHostEnding(const HostEnding &ending) { host_ending = ending; }

DriverHost::~DriverHost() {
  if (objects_ != nullptr) {
    objects_->GiveBack();
  }
}

Result<Ref<DriverHost>> DriverHost::Start(std::u16string_view name) {
  auto made = Adopt(new (std::nothrow) DriverHost);
  if (!made) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  made->name_ = TRY(ob::Name::Create(name));
  made->id_ = ++last_id;
  made->objects_ = TRY(HostObjects::Take(made->id_));
  made->alarm_.reset(new (std::nothrow) Alarm(*made));
  made->heartbeat_.reset(new (std::nothrow) Heartbeat(*made));
  if (!made->alarm_ || !made->heartbeat_) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  made->area_pages_ = TRY(mm::Segment::CreateContiguous(kAreaPages, 0, ~std::uint64_t{0}, 0));
  for (std::size_t page = 0; page < kAreaPages; page += 1) {
    std::byte *bytes = TRY(ke::FrameBytes(TRY(made->area_pages_->Frame(page))));
    if (page == 0) {
      made->area_ = reinterpret_cast<host::Area *>(bytes);
    }
  }
  TRY(made->arena_.Create());
  made->process_ = TRY(ps::StartSystemProcess(kImage, *made));
  AllHosts().push_back(*made);
  made->AddRef();  // the running process's, until ProcessEnds()
  if (Result<void> mapped = made->Map(); !mapped) {
    made->process_->Terminate(mapped.error().Code());
    return std::unexpected(mapped.error());
  }
  return made;
}

Result<void> DriverHost::Map() {
  Ref<mm::Section> area = TRY(mm::Section::Create(area_pages_, area_pages_->Size(), PAGE_READWRITE, SEC_COMMIT));
  Ref<mm::Section> arena = TRY(mm::Section::Create(arena_.Pages(), host::kArenaSize, PAGE_READWRITE, SEC_COMMIT));
  mm::Range range;
  TRY(Space().MapView(area, range, 0, {}, PAGE_READWRITE, 0));
  area_address_ = range.start;
  range = {};
  TRY(Space().MapView(arena, range, 0, {}, PAGE_READWRITE, 0));
  arena_address_ = range.start;
  return {};
}

Result<void> DriverHost::PrepareThread(ps::Thread &thread) {
  if (threads_ == 0) {
    threads_ = 1;
    return thread.Kernel().SetSpace(thread.Owner().Space().Kernel().Root(), objects_->baton_cspace, host::kCNodeBits,
                                    ps::kHostPriority);
  }
  if (threads_ > 1 || !interrupt_thread_allowed_) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  threads_ = 2;
  TRY(EnterInterruptThread(thread.Kernel().Tcb()));
  return thread.Kernel().SetSpace(thread.Owner().Space().Kernel().Root(), objects_->interrupt_cspace, host::kCNodeBits,
                                  ps::kInterruptPriority);
}

void DriverHost::ProcessEnds(ps::Process &process) {
  dead_ = true;
  exit_status_ = process.ExitStatus();
  ps::SystemDispatcher().Timers().Cancel(*alarm_);
  ps::SystemDispatcher().Timers().Cancel(*heartbeat_);
  LeaveInterruptThread();
  // From the event loop, before the process's memory goes: whoever hears of it may be in the middle of something now.
  ke::RunHook::unlink();
  ps::SystemDispatcher().Runs().Push(*this);
}

void DriverHost::Bury() {
  Ref<DriverHost> self(this);
  if (host_ending.dies != nullptr) {
    host_ending.dies(*this);
  }
  HostGone(*this);
  for (std::size_t i = 0; i < slot_count_; i += 1) {
    Slot &slot = slots_[i / kChunk][i % kChunk];
    if (slot.call) {
      slot.call->Fail(STATUS_DRIVER_PROCESS_TERMINATED);
    }
  }
  // Their services unwind from the run queue; whoever they belonged to is not there any more.
  for (FiberService &fiber : fibers_) {
    fiber.thread->Wait().Terminate();
  }
  grants_.RevokeAll();
  while (first_waiting_ != nullptr) {
    Waiting *gone = first_waiting_;
    first_waiting_ = gone->next;
    delete gone;
  }
  last_waiting_ = nullptr;
  std::exchange(objects_, nullptr)->GiveBack();
  AllHosts().erase(AllHosts().iterator_to(*this));
  process_ = nullptr;
  if (host_ending.buried != nullptr) {
    host_ending.buried(*this, exit_status_);
  }
  RefCounted::Release();
}

// ---------------------------------------------------------------------------------------------- the ring to the host

bool DriverHost::Push(const host::Request &request) {
  const std::uint32_t head = Load(area_->to_host.head);
  const std::uint32_t used = request_tail_ - head;
  if (used > host::kRingSize) {
    Kill("moved the ring's head beyond its tail", STATUS_INVALID_DEVICE_STATE);
    return true;
  }
  if (used == host::kRingSize) {
    return false;
  }
  area_->to_host.entries[request_tail_ % host::kRingSize] = request;
  request_tail_ += 1;
  Store(area_->to_host.tail, request_tail_);
  return true;
}

void DriverHost::Ring() {
  Store(area_->baton_sleeps, std::uint32_t{0});
  cap::Signal(objects_->baton);
}

void DriverHost::Post(const host::Request &request) {
  if (dead_) {
    return;
  }
  if (first_waiting_ != nullptr || !Push(request)) {
    auto *waiting = new (std::nothrow) Waiting{nullptr, request};
    if (waiting == nullptr) {
      Kill("could not be told of a request: no memory", STATUS_INSUFFICIENT_RESOURCES);
      return;
    }
    (last_waiting_ == nullptr ? first_waiting_ : last_waiting_->next) = waiting;
    last_waiting_ = waiting;
  }
  if (!dead_ && Load(area_->baton_sleeps) != 0) {
    Ring();
  }
  if (!dead_) {
    heartbeat_->Begin();
  }
}

void DriverHost::Tell(host::Command command, std::uint64_t device, std::uint64_t cookie) {
  host::Request request{};
  request.command = command;
  request.device = device;
  request.cookie = cookie;
  request.buffer = request.pages = host::kNoBuffer;
  Post(request);
}

void DriverHost::Flush() {
  while (!dead_ && first_waiting_ != nullptr && Push(first_waiting_->request)) {
    Waiting *sent = first_waiting_;
    first_waiting_ = sent->next;
    if (first_waiting_ == nullptr) {
      last_waiting_ = nullptr;
    }
    delete sent;
  }
}

// ---------------------------------------------------------------------------------------------- requests

Result<std::uint32_t> DriverHost::Enter(const Ref<HostCall> &call) {
  if (free_slot_ == 0) {
    std::unique_ptr<Slot[]> &chunk = slots_[slot_count_ / kChunk];
    if (slot_count_ == kChunk * kChunks) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    if (!chunk) {
      chunk.reset(new (std::nothrow) Slot[kChunk]);
      if (!chunk) {
        return Fail(STATUS_INSUFFICIENT_RESOURCES);
      }
    }
    slot_count_ += 1;
    free_slot_ = static_cast<std::uint16_t>(slot_count_);
  }
  const auto index = static_cast<std::uint16_t>(free_slot_ - 1);
  Slot &slot = slots_[index / kChunk][index % kChunk];
  free_slot_ = slot.next_free;
  slot.call = call;
  outstanding_ += 1;
  return std::uint32_t{slot.generation} << kIndexBits | index;
}

DriverHost::Slot *DriverHost::SlotOf(std::uint32_t id) const {
  const std::size_t index = id & ((1u << kIndexBits) - 1);
  if (index >= slot_count_) {
    return nullptr;
  }
  Slot &slot = slots_[index / kChunk][index % kChunk];
  return slot.call && slot.generation == id >> kIndexBits ? &slot : nullptr;
}

HostCall *DriverHost::Find(std::uint32_t id) const {
  Slot *slot = SlotOf(id);
  return slot == nullptr ? nullptr : slot->call.Get();
}

void DriverHost::Leave(std::uint32_t id) {
  Slot *slot = SlotOf(id);
  if (slot == nullptr) {
    return;
  }
  slot->generation += 1;
  slot->generation += slot->generation == 0 ? 1 : 0;  // id 0 stays nobody's
  slot->next_free = free_slot_;
  free_slot_ = static_cast<std::uint16_t>((id & ((1u << kIndexBits) - 1)) + 1);
  outstanding_ -= 1;
  slot->call = nullptr;
}

// ---------------------------------------------------------------------------------------------- the ring from the host

void DriverHost::Drain() {
  Ref<DriverHost> self(this);
  unsigned taken = 0;
  while (!dead_) {
    const std::uint32_t tail = Load(area_->to_executive.tail);
    if (tail - message_head_ > host::kRingSize) {
      Kill("moved the ring's tail beyond its room", STATUS_INVALID_DEVICE_STATE);
      return;
    }
    if (tail == message_head_) {
      break;
    }
    if (taken == kMessagesAtOnce) {
      ps::SystemDispatcher().Runs().Push(*this);
      break;
    }
    host::Message message;
    std::memcpy(&message, &area_->to_executive.entries[message_head_ % host::kRingSize], sizeof(message));
    message_head_ += 1;
    Store(area_->to_executive.head, message_head_);
    taken += 1;
    Handle(message);
  }
  if (dead_) {
    return;
  }
  Flush();
  if (Load(area_->wants_room) != 0 && taken != 0) {
    Store(area_->wants_room, std::uint32_t{0});
    Ring();
  } else if (first_waiting_ == nullptr && Load(area_->baton_sleeps) != 0 &&
             Load(area_->to_host.head) != request_tail_) {
    Ring();
  }
}

void DriverHost::Run() {
  if (dead_) {
    Bury();
  } else {
    Drain();
  }
}

void DriverHost::Handle(const host::Message &message) {
  switch (message.answer) {
    case host::Answer::kDone:
      if (HostCall *call = Find(message.id); call != nullptr) {
        call->Complete(message);
        return;
      }
      Kill("ended a request that it does not have", STATUS_INVALID_DEVICE_STATE);
      return;
    case host::Answer::kPending:
      // It may have ended meanwhile: then there is nothing to say.
      if (HostCall *call = Find(message.id); call != nullptr) {
        call->Pending();
      }
      return;
    case host::Answer::kIrp:
      ForwardIrp(*this, message);
      return;
    case host::Answer::kCancel:
      CancelForwarded(*this, message.cookie);
      return;
    case host::Answer::kService:
      RunService(*this, message);
      return;
    case host::Answer::kNone:
      break;
  }
  Kill("put nonsense into its ring", STATUS_INVALID_DEVICE_STATE);
}

void DriverHost::Kill(std::string_view reason, NTSTATUS status) {
  if (dead_) {
    return;
  }
  ke::Line line;
  line << "Driver host " << Name() << " " << reason << ": ended.";
  ke::Log(line);
  process_->Terminate(status);
}

bool DriverHost::HasOpened(std::uint64_t device) const {
  for (const Opened *each = opened_.get(); each != nullptr; each = each->next.get()) {
    if (each->device == device) {
      return true;
    }
  }
  return false;
}

Result<void> DriverHost::AddOpened(std::uint64_t device) {
  if (HasOpened(device)) {
    return {};
  }
  std::unique_ptr<Opened> opened(new (std::nothrow) Opened);
  if (!opened) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  opened->device = device;
  opened->next = std::move(opened_);
  opened_ = std::move(opened);
  return {};
}

void DriverHost::SetTimer(ke::InterruptTime due) { ps::SystemDispatcher().Timers().Insert(*alarm_, due); }

void Doorbells(std::uint64_t bits) {
  for (auto it = AllHosts().begin(); it != AllHosts().end();) {
    DriverHost &each = *it;
    ++it;
    if ((bits >> (kFirstDoorbell + each.Id() % kDoorbells) & 1) != 0) {
      each.Drain();
    }
  }
}

Result<DriverHost *> HostOf(ke::Caller &caller) {
  ps::ProcessRole *role = static_cast<ps::Thread &>(caller).Owner().Role();
  if (role == nullptr) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  return static_cast<DriverHost *>(role);  // the only role there is
}

}  // namespace wdm
