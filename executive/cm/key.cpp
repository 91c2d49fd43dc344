#include <cm/key.hpp>

#include <nt/ntregapi.h>

#include <new>

namespace cm {
namespace {

constinit Registry *current = nullptr;

}  // namespace

Registry &CurrentRegistry() { return *current; }
void UseRegistry(Registry *registry) { current = registry; }

constinit ob::Type KeyObject::kType{
    .name = u"Key",
    .mapping = {KEY_READ, KEY_WRITE, KEY_EXECUTE, KEY_ALL_ACCESS},
    .valid_access = KEY_ALL_ACCESS | SYNCHRONIZE,
    .parses_names = true,
};

Result<Ref<KeyObject>> KeyObject::Create(Ref<Node> node) {
  auto *object = new (std::nothrow) KeyObject(std::move(node));
  if (object == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return Adopt(object);
}

Result<ob::Name> KeyObject::FullName() const {
  if (node_->Deleted()) {
    return Fail(STATUS_KEY_DELETED);
  }
  const auto path = TRY(CurrentRegistry().PathOf(*node_));
  return ob::Name::Create({path.Items().data(), path.Size()});
}

}  // namespace cm
