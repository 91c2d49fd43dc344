#pragma once
// Change notifications of one key object (what handles to it share).

#include <cm/registry.hpp>

#include <ob/handle_table.hpp>

namespace cm {

// One call of NtNotifyChangeKey that has not been answered. Leaves when destroyed.
class Request : public WatchHook {
 public:
  Request(const Request &) = delete;
  Request &operator=(const Request &) = delete;

 protected:
  explicit Request(const ob::HandleTable &from) : from_(&from) {}
  ~Request() = default;
  // STATUS_NOTIFY_ENUM_DIR: something changed; STATUS_NOTIFY_CLEANUP: it will not be known any more. The request has
  // left and may delete itself.
  virtual void Complete(NTSTATUS status) = 0;

 private:
  friend class Notifier;
  const ob::HandleTable *from_;
};

// Owned by the key object. A change that nobody waits for is kept for the next request.
class Notifier final : private Watch {
 public:
  Notifier(Ref<Node> node, ULONG filter, bool tree) : Watch(std::move(node), filter, tree) {}
  ~Notifier() { CompleteAll(STATUS_NOTIFY_CLEANUP); }

  // Whether something has changed since the last answer; forgets it.
  bool TakeChange() { return std::exchange(changed_, false); }
  void Add(Request &request) { requests_.push_back(request); }
  // A handle of this table was closed: its requests end.
  void Abandon(const ob::HandleTable &table);

 private:
  friend class KeyObject;
  void Changed() override;
  void Deleted() override { CompleteAll(STATUS_NOTIFY_CLEANUP); }
  void CompleteAll(NTSTATUS status);

  boost::intrusive::list<Request, boost::intrusive::constant_time_size<false>> requests_;
  bool changed_ = false;
};

}  // namespace cm
