#include "notifier.hpp"

namespace cm {

void Notifier::Changed() {
  if (requests_.empty()) {
    changed_ = true;
  } else {
    CompleteAll(STATUS_NOTIFY_ENUM_DIR);
  }
}

void Notifier::CompleteAll(NTSTATUS status) {
  while (!requests_.empty()) {
    Request &request = requests_.front();
    requests_.pop_front();
    request.Complete(status);
  }
}

void Notifier::Abandon(const ob::HandleTable &table) {
  for (auto at = requests_.begin(); at != requests_.end();) {
    Request &request = *at++;
    if (request.from_ == &table) {
      request.unlink();
      request.Complete(STATUS_NOTIFY_CLEANUP);
    }
  }
}

}  // namespace cm
