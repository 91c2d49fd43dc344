#include "device_node.hpp"

#include <ke/log.hpp>
#include <rtl/upcase.hpp>

#include <new>

namespace pnp {

void DeviceNode::SetProblem(ULONG code, NTSTATUS status) {
  problem = code;
  problem_status = status;
  if (service.Empty() || code == CM_PROB_USED_BY_DEBUGGER) {
    return;  // nobody wanted to drive it, or nobody may: that is no news
  }
  ke::Line line;
  line << "pnp: " << Instance() << " (" << service.View() << "): problem " << code << ", ";
  ke::Log(line.Status(status));
}

Result<Key> DeviceNode::Registry() const { return Key::OpenControlSet({u"Enum", instance.View()}); }

DeviceTree::~DeviceTree() {
  if (!root_) {
    return;
  }
  if (Result<Array<Ref<DeviceNode>>> all = BottomUp(*root_)) {
    for (const Ref<DeviceNode> &node : *all) {
      if (node.Get() != root_.Get()) {
        Remove(*node);
      }
    }
  }
}

Result<void> DeviceTree::Create() {
  auto *node = new (std::nothrow) DeviceNode(next_owner_, DeviceId::kNone);
  if (node == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  next_owner_ += 1;
  root_ = Adopt(node);
  root_->instance = TRY(Text::Create(u"HTREE\\ROOT\\0"));
  root_->state = NodeState::kStarted;
  return {};
}

Result<Ref<DeviceNode>> DeviceTree::Add(DeviceNode &parent, DeviceId pdo) {
  auto *node = new (std::nothrow) DeviceNode(next_owner_, pdo);
  if (node == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  next_owner_ += 1;
  node->parent = &parent;
  parent.children.push_back(*node);  // the tree's own reference is the one that it was born with
  return Ref<DeviceNode>(node);
}

void DeviceTree::Remove(DeviceNode &node) {
  node.state = NodeState::kDeleted;
  node.parent->children.erase(node.parent->children.iterator_to(node));
  node.parent = nullptr;
  node.Release();
}

DeviceNode *DeviceTree::NextBelow(DeviceNode *node, DeviceNode *top) const {
  if (!node->children.empty()) {
    return &node->children.front();
  }
  while (node != top && node->parent != nullptr) {
    auto next = node->parent->children.iterator_to(*node);
    ++next;
    if (next != node->parent->children.end()) {
      return &*next;
    }
    node = node->parent;
  }
  return nullptr;
}

DeviceNode *DeviceTree::Next(DeviceNode *node) { return NextBelow(node, root_.Get()); }

Ref<DeviceNode> DeviceTree::FindPdo(DeviceId pdo) {
  for (DeviceNode *node = root_.Get(); node != nullptr && pdo != DeviceId::kNone; node = Next(node)) {
    if (node->pdo == pdo) {
      return Ref<DeviceNode>(node);
    }
  }
  return {};
}

Ref<DeviceNode> DeviceTree::FindInstance(std::u16string_view instance) {
  for (DeviceNode *node = root_.Get(); node != nullptr; node = Next(node)) {
    if (rtl::EqualNoCase(node->Instance(), instance)) {
      return Ref<DeviceNode>(node);
    }
  }
  return {};
}

Result<Array<Ref<DeviceNode>>> DeviceTree::BottomUp(DeviceNode &top) {
  Array<Ref<DeviceNode>> nodes;
  for (DeviceNode *node = &top; node != nullptr; node = NextBelow(node, &top)) {
    TRY(nodes.Append(Ref<DeviceNode>(node)));
  }
  // Depth first with parents before their children, read backwards.
  for (std::size_t i = 0; i < nodes.Size() / 2; i += 1) {
    std::swap(nodes[i], nodes[nodes.Size() - 1 - i]);
  }
  return nodes;
}

Owner DeviceTree::ParentOf(Owner owner) const {
  for (DeviceNode *node = root_.Get(); node != nullptr; node = NextBelow(node, root_.Get())) {
    if (node->owner == owner) {
      return node->parent == nullptr ? kSystem : node->parent->owner;
    }
  }
  return kSystem;
}

}  // namespace pnp
