#include <ke/apc.hpp>

namespace ke {

bool Apc::Remove() {
  if (!is_linked()) {
    return false;
  }
  unlink();
  return true;
}

bool ApcQueue::Queue(Apc &apc) {
  if (apc.is_linked()) {
    return false;
  }
  apcs_.push_back(apc);
  return true;
}

std::optional<ApcCall> ApcQueue::Take() {
  if (apcs_.empty()) {
    return std::nullopt;
  }
  Apc &apc = apcs_.front();
  apcs_.pop_front();
  ApcCall call = apc.call;
  apc.Left(true);
  return call;
}

void ApcQueue::Flush() {
  while (!apcs_.empty()) {
    Apc &apc = apcs_.front();
    apcs_.pop_front();
    apc.Left(false);
  }
}

}  // namespace ke
