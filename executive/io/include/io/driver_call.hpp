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
  using State = ke::Standalone<ke::Event>;

  // Signalled when the dispatch routine has returned STATUS_PENDING or the request has ended; when it has ended.
  const Ref<State> &Answered() const { return answered_; }
  const Ref<State> &Ended() const { return ended_; }
  bool HasEnded() const { return ended_->Signalled(); }
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
  DriverCall(Ref<State> answered, Ref<State> ended) : answered_(std::move(answered)), ended_(std::move(ended)) {}
  ~DriverCall() override = default;
  void SetPending() { answered_->Set(); }
  void SetEnded(const Outcome &outcome);

 private:
  Ref<State> answered_;
  Ref<State> ended_;
  Outcome end_;
  std::unique_ptr<Continuation> continuation_;
};

}  // namespace io
