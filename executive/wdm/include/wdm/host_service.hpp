#pragma once
// Running services for parked fibers.

#include <coro/task.hpp>
#include <ps/thread.hpp>

#include <boost/intrusive/list.hpp>

namespace wdm {

// Runs service `number` (below nt::kServiceCount) with its words, which live until the task has ended; set once by svc.
using ServiceRunner = coro::Task<Result<NTSTATUS>> (*)(ke::Caller &caller, std::uint32_t number,
                                                       const std::uint64_t *words);
void UseServiceRunner(ServiceRunner run);

// One fiber that waits for its service; its host ends the wait when it dies.
class FiberService final
    : public RefCounted,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Ref<ps::Thread> thread;
  void Done() {
    unlink();
    Release();
  }
};

}  // namespace wdm
