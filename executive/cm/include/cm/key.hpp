#pragma once
// Keys as objects that can have handles, and the start of the configuration manager.

#include <cm/registry.hpp>

#include <ob/object.hpp>

namespace cm {

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

 private:
  explicit KeyObject(Ref<Node> node) : Object(kType), node_(std::move(node)) {}
  ~KeyObject() override = default;

  Ref<Node> node_;
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
