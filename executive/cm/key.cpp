#include <cm/key.hpp>

#include <nt/ntregapi.h>
#include "notifier.hpp"

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

KeyObject::KeyObject(Ref<Node> node) : Object(kType), node_(std::move(node)) {}
KeyObject::~KeyObject() = default;

void KeyObject::HandleClosed(ob::HandleTable &table, ACCESS_MASK, bool last) {
  if (last) {
    notifier_.reset();
  } else if (notifier_ != nullptr) {
    notifier_->Abandon(table);
  }
}

Result<Notifier *> KeyObject::Notifications(ULONG filter, bool tree) {
  if (node_->Deleted()) {
    return Fail(STATUS_KEY_DELETED);
  }
  if (notifier_ == nullptr) {
    notifier_.reset(new (std::nothrow) Notifier(node_, filter, tree));
    if (notifier_ == nullptr) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    CurrentRegistry().AddWatch(*notifier_);
  }
  return notifier_.get();
}

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
