#pragma once
// User APCs of one thread. Only the data: the event loop puts what Take() yields into the reply (docs/architecture.md
// section 2), and ke::Waiter knows the rules of alertable waits.

#include <nt/ntdef.h>

#include <boost/intrusive/list.hpp>

#include <optional>

namespace ke {

// What KiUserApcDispatcher gets.
struct ApcCall {
  PVOID normal_routine = nullptr;
  PVOID normal_context = nullptr;
  PVOID system_argument1 = nullptr;
  PVOID system_argument2 = nullptr;
};

// One user APC: part of its owner (a timer, an I/O request) or, as AllocatedApc, on its own. Queued at most once;
// leaves its queue when destroyed.
class Apc : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  explicit Apc(const ApcCall &what = {}) : call(what) {}
  Apc(const Apc &) = delete;
  Apc &operator=(const Apc &) = delete;

  bool Queued() const { return is_linked(); }
  // Takes it from its queue; false when it was not queued. Left() is not called.
  bool Remove();

  ApcCall call;

 protected:
  ~Apc() = default;
  // It left its queue, taken for delivery or dropped with its thread: the owner may release its memory here.
  virtual void Left(bool delivered) = 0;

 private:
  friend class ApcQueue;
};

// An APC that belongs to nobody, such as NtQueueApcThread's: made with new (std::nothrow), freed when it left.
class AllocatedApc final : public Apc {
 public:
  using Apc::Apc;

 private:
  void Left(bool) override { delete this; }
};

class ApcQueue {
 public:
  ApcQueue() = default;
  ~ApcQueue() { Flush(); }
  ApcQueue(const ApcQueue &) = delete;
  ApcQueue &operator=(const ApcQueue &) = delete;

  bool Empty() const { return apcs_.empty(); }
  // Appends; false when the APC is queued already (it stays where it is, as KeInsertQueueApc says).
  bool Queue(Apc &apc);
  // The oldest one, for delivery.
  std::optional<ApcCall> Take();
  // Drops all.
  void Flush();

 private:
  boost::intrusive::list<Apc, boost::intrusive::constant_time_size<false>> apcs_;
};

}  // namespace ke
