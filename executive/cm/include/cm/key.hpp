#pragma once
// Keys as objects that can have handles, and the start of the configuration manager.

#include <cm/registry.hpp>

#include <ob/object.hpp>

#include <memory>

namespace cm {

class Notifier;

// What a key handle stands for. Each open makes one; they share the Node. `\REGISTRY` is one as well, and takes the
// rest of the path itself.
class KeyObject final : public ob::Object {
 public:
  static ob::Type kType;
  // STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<KeyObject>> Create(Ref<Node> node);

  const Ref<Node> &Key() const { return node_; }
  // STATUS_KEY_DELETED, STATUS_INSUFFICIENT_RESOURCES.
  Result<ob::Name> FullName() const override;

  // What NtNotifyChangeKey waits at, made by its first call. `filter` and `tree` of that call hold for all later ones,
  // as in NT. STATUS_KEY_DELETED, STATUS_INSUFFICIENT_RESOURCES.
  Result<Notifier *> Notifications(ULONG filter, bool tree);

 private:
  explicit KeyObject(Ref<Node> node);
  ~KeyObject() override;
  void HandleClosed(ob::HandleTable &table, ACCESS_MASK access, bool last) override;

  Ref<Node> node_;
  std::unique_ptr<Notifier> notifier_;
};

// The registry that the services work on; there is none before Start.
Registry &CurrentRegistry();
// For tests, and for Start: null takes it away again.
void UseRegistry(Registry *registry);

// Builds the tree: mounts the boot hive as \Registry\Machine\SYSTEM, makes CurrentControlSet and HARDWARE, and
// publishes
// \REGISTRY in the object namespace. Runs once, after ob. STATUS_REGISTRY_CORRUPT (the hive is damaged),
// STATUS_OBJECT_NAME_NOT_FOUND (it lacks Select\Current or that control set), STATUS_INSUFFICIENT_RESOURCES.
Result<void> Start(std::span<const std::byte> system_hive);

}  // namespace cm
