#pragma once
// The thread that calls a service, as the services see it. ps::Thread derives from it.

#include <ke/user.hpp>

namespace ob {
class HandleTable;
}

namespace ke {

class Waiter;

// Owned by ps; lives as long as the thread. A service that waits may find that its process has ended meanwhile: the
// wait then returns STATUS_THREAD_IS_TERMINATING and the service must return at once.
class Caller {
 public:
  UserSpace &Space() { return *space_; }
  ob::HandleTable &Handles() { return *handles_; }
  // The thread's wait state: what WaitOne and WaitMany take.
  Waiter &Wait() { return *waiter_; }

 protected:
  Caller(UserSpace *space, ob::HandleTable *handles, Waiter *waiter)
      : space_(space), handles_(handles), waiter_(waiter) {}
  ~Caller() = default;

  UserSpace *space_;
  ob::HandleTable *handles_;
  Waiter *waiter_;
};

}  // namespace ke
