#pragma once
// A request while a driver works on it. Implemented by wdm.

#include <nt/nt.h>
#include <ke/dispatcher.hpp>
#include <rtl/ref.hpp>

#include <memory>

namespace io {

// How an operation ended: what goes into the IO_STATUS_BLOCK. `status` may be a warning.
struct Outcome {
  NTSTATUS status = STATUS_SUCCESS;
  ULONG_PTR information = 0;
};

// A request that a driver has. Counted: the driver may answer long after the one who asked has gone.
class DriverCall : public RefCounted {
 public:
  // Signalled when the dispatch routine has returned STATUS_PENDING or the request has ended; when it has ended.
  Ref<ke::Waitable> Answered() { return Ref<ke::Waitable>(&answered_); }
  Ref<ke::Waitable> Ended() { return Ref<ke::Waitable>(&ended_); }
  bool HasAnswered() const { return answered_.Signalled(); }
  bool HasEnded() const { return ended_.Signalled(); }
  // Of a request that has ended.
  const Outcome &End() const { return end_; }

  // Asks the driver to cancel it; it ends in its own time. Nothing when it has ended.
  virtual void Cancel() = 0;
  // Nobody waits any more: the outcome goes nowhere, no memory of the owner is written.
  virtual void Abandon() = 0;

  // Called once at the end of a request nobody waits for.
  class Continuation {
   public:
    virtual ~Continuation() = default;
    virtual void Run(const Outcome &outcome) = 0;
  };
  void Then(std::unique_ptr<Continuation> continuation) { continuation_ = std::move(continuation); }

 protected:
  DriverCall() = default;
  ~DriverCall() override = default;
  void SetPending() { answered_.Set(); }
  void SetEnded(const Outcome &outcome);

 private:
  // Counted with the call it is part of.
  class Stage final : public ke::Event {
   public:
    explicit Stage(DriverCall &call) : call_(call) {}
    void AddRef() override { call_.AddRef(); }
    void Release() override { call_.Release(); }

   private:
    DriverCall &call_;
  };

  Stage answered_{*this};
  Stage ended_{*this};
  Outcome end_;
  std::unique_ptr<Continuation> continuation_;
};

}  // namespace io
