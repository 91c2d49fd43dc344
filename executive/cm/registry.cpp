#include <cm/registry.hpp>

#include <nt/ntregapi.h>

#include <rtl/upcase.hpp>

#include <algorithm>
#include <new>

namespace cm {
namespace {

constexpr std::u16string_view kLinkValue = u"SymbolicLinkValue";
constexpr std::size_t kMaxLinks = 32;

bool IsLink(Node &node) { return (node.Hive().Describe(node.Key()).flags & REGF_KEY_SYM_LINK) != 0; }

Result<void> NotDeleted(const Node &node) {
  if (node.Deleted()) {
    return Fail(STATUS_KEY_DELETED);
  }
  return {};
}

// Takes the first name off the path, with the separators around it.
std::u16string_view TakeName(std::u16string_view &path) {
  const std::size_t begin = std::min(path.find_first_not_of(u'\\'), path.size());
  const std::size_t end = std::min(path.find(u'\\', begin), path.size());
  const auto name = path.substr(begin, end - begin);
  path.remove_prefix(std::min(path.find_first_not_of(u'\\', end), path.size()));
  return name;
}

}  // namespace

Node::~Node() {
  if (!deleted_) {
    registry_.nodes_.erase(registry_.nodes_.iterator_to(*this));
  }
}

hive::Name Node::Name() const {
  if (!parent_ || deleted_) {
    return {};
  }
  if (key_ == Hive().Root()) {
    return parent_->Hive().Describe(mounted_->mount_point).name;
  }
  return Hive().Describe(key_).name;
}

Result<std::unique_ptr<Registry>> Registry::Create(hive::Allocator &allocator, std::uint64_t time) {
  std::unique_ptr<Registry> registry(new (std::nothrow) Registry(allocator));
  if (registry == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  auto master = TRY(hive::Hive::Create(allocator, u"REGISTRY", {.is_volatile = true, .time = time}));
  registry->hives_[0].reset(new (std::nothrow) MountedHive(std::move(master)));
  if (registry->hives_[0] == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  MountedHive &mounted = *registry->hives_[0];
  registry->root_ = TRY(registry->NodeOf(mounted, mounted.hive.Root(), nullptr));
  for (std::u16string_view name : {u"MACHINE", u"USER"}) {
    TRY(registry->CreateKey(registry->root_, name, {.is_volatile = true, .time = time}));
  }
  return registry;
}

Registry::~Registry() = default;

MountedHive *Registry::MountedAt(hive::Key mount_point) {
  const auto found = std::ranges::find_if(
      hives_, [&](const auto &mounted) { return mounted != nullptr && mounted->mount_point == mount_point; });
  return found == hives_.end() ? nullptr : found->get();
}

Result<void> Registry::Mount(const Ref<Node> &parent, std::u16string_view name, hive::Hive hive, bool has_file,
                             std::uint64_t time) {
  const auto slot = std::ranges::find_if(hives_, [](const auto &hive_slot) { return hive_slot == nullptr; });
  if (slot == hives_.end()) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  std::unique_ptr<MountedHive> mounted(new (std::nothrow) MountedHive(std::move(hive)));
  if (mounted == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  auto &master = parent->Hive();
  mounted->mount_point = TRY(master.CreateChild(parent->Key(), name, {.is_volatile = true, .time = time}));
  mounted->has_file = has_file;
  master.SetHiveExit(mounted->mount_point, true);
  *slot = std::move(mounted);
  return {};
}

// The node of a key, a new one if nobody uses the key yet.
Result<Ref<Node>> Registry::NodeOf(MountedHive &mounted, hive::Key key, const Ref<Node> &parent) {
  const auto found = nodes_.find(Node::Identity{&mounted, key});
  if (found != nodes_.end()) {
    return Ref<Node>(&*found);
  }
  auto *node = new (std::nothrow) Node(*this, mounted, key, parent);
  if (node == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  nodes_.insert(*node);
  return Adopt(node);
}

// The node of a key of the parent's hive, or of the hive that hangs there.
Result<Ref<Node>> Registry::Child(const Ref<Node> &parent, hive::Key key) {
  if ((parent->Hive().Describe(key).flags & REGF_KEY_HIVE_EXIT) != 0) {
    MountedHive &mounted = *MountedAt(key);
    return NodeOf(mounted, mounted.hive.Root(), parent);
  }
  return NodeOf(*parent->mounted_, key, parent);
}

Result<Ref<Node>> Registry::ChildAt(const Ref<Node> &parent, std::uint32_t index) {
  TRY(NotDeleted(*parent));
  return Child(parent, TRY(parent->Hive().ChildAt(parent->Key(), index)));
}

// Makes the path to go on with: the link's target and the rest. A link without a target leads nowhere.
Result<void> Registry::FollowLink(Node &link, std::u16string_view rest, Parsed &parsed) {
  auto &hive = link.Hive();
  const auto value = hive.FindValue(link.Key(), kLinkValue);
  if (!value || hive.Describe(*value).type != REG_LINK) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  const std::uint32_t length = hive.Describe(*value).length / 2;
  if (length == 0 || length + 1 + rest.size() > UNICODE_STRING_MAX_CHARS) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  TRY(parsed.reparse.Resize(rest.empty() ? length : length + 1 + rest.size()));
  const auto text = parsed.reparse.Items();
  hive.ReadData(*value, std::as_writable_bytes(text.first(length)));
  if (!rest.empty()) {
    text[length] = u'\\';
    std::ranges::copy(rest, text.begin() + length + 1);
  }
  return {};
}

Result<Parsed> Registry::Parse(const Ref<Node> &from, std::u16string_view path, bool open_link) {
  Parsed parsed(allocator_);
  parsed.node = from;
  TRY(NotDeleted(*from));
  while (!path.empty()) {
    const auto name = TakeName(path);
    if (name.empty()) {
      break;  // separators only
    }
    if (name.size() > hive::kMaxKeyName) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    const auto key = parsed.node->Hive().FindChild(parsed.node->Key(), name);
    if (!key) {
      if (!path.empty()) {
        return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
      }
      parsed.leaf = name;
      return parsed;
    }
    parsed.node = TRY(Child(parsed.node, *key));
    if (IsLink(*parsed.node) && !(open_link && path.empty())) {
      TRY(FollowLink(*parsed.node, path, parsed));
      return parsed;
    }
  }
  return parsed;
}

Result<Ref<Node>> Registry::Open(std::u16string_view path) {
  constexpr std::u16string_view kPrefix = u"\\REGISTRY\\";
  hive::Array<char16_t> text(allocator_);
  for (std::size_t links = 0; links <= kMaxLinks; links++) {
    Parsed parsed = TRY(Parse(root_, path, false));
    if (parsed.reparse.Size() == 0) {
      return parsed.leaf.empty() ? Result<Ref<Node>>(parsed.node) : Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    }
    text = std::move(parsed.reparse);
    path = {text.Items().data(), text.Size()};
    if (!rtl::EqualNoCase(path.substr(0, kPrefix.size()), kPrefix)) {
      return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    }
    path.remove_prefix(kPrefix.size());
  }
  return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
}

Result<Ref<Node>> Registry::CreateKey(const Ref<Node> &parent, std::u16string_view name, const hive::NewKey &how) {
  TRY(NotDeleted(*parent));
  if (master_sealed_ && parent->mounted_ == hives_[0].get()) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  if (IsLink(*parent)) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  const hive::Key key = TRY(parent->Hive().CreateChild(parent->Key(), name, how));
  const auto node = NodeOf(*parent->mounted_, key, parent);
  if (!node) {
    MUST(parent->Hive().Delete(key, how.time));  // it was made just now and has no sub-keys
    return node;
  }
  (*node)->MarkDirty();
  Report(*parent, REG_NOTIFY_CHANGE_NAME);
  return node;
}

Result<void> Registry::DeleteKey(Node &node, std::uint64_t time) {
  TRY(NotDeleted(node));
  auto &hive = node.Hive();
  // MACHINE and USER are as much part of the system as the roots of hives.
  if (!node.parent_ || !node.parent_->parent_) {
    return Fail(STATUS_CANNOT_DELETE);
  }
  const bool lasting = !hive.IsVolatile(node.key_);
  TRY(hive.Delete(node.key_, time));
  node.mounted_->dirty |= lasting;
  nodes_.erase(nodes_.iterator_to(node));
  node.deleted_ = true;
  ReportDeleted(node);
  Report(*node.parent_, REG_NOTIFY_CHANGE_NAME);
  return {};
}

Result<void> Registry::RenameKey(Node &node, std::u16string_view name, std::uint64_t time) {
  TRY(NotDeleted(node));
  if (!node.parent_ || !node.parent_->parent_) {
    return Fail(STATUS_CANNOT_DELETE);
  }
  const auto renamed = node.Hive().Rename(node.key_, name, time);
  if (!renamed) {
    return Fail(renamed.error().Code() == STATUS_OBJECT_NAME_COLLISION ? STATUS_CANNOT_DELETE : renamed.error().Code());
  }
  nodes_.erase(nodes_.iterator_to(node));
  node.key_ = *renamed;
  nodes_.insert(node);
  node.MarkDirty();
  Report(*node.parent_, REG_NOTIFY_CHANGE_NAME);
  return {};
}

Result<void> Registry::SetValue(Node &node, std::u16string_view name, std::uint32_t type,
                                std::span<const std::byte> data, std::uint64_t time) {
  TRY(NotDeleted(node));
  if (IsLink(node) && (type != REG_LINK || !rtl::EqualNoCase(name, kLinkValue))) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  TRY(node.Hive().SetValue(node.key_, name, type, data, time));
  node.MarkDirty();
  Report(node, REG_NOTIFY_CHANGE_LAST_SET);
  return {};
}

Result<void> Registry::DeleteValue(Node &node, std::u16string_view name, std::uint64_t time) {
  TRY(NotDeleted(node));
  TRY(node.Hive().DeleteValue(node.key_, name, time));
  node.MarkDirty();
  Report(node, REG_NOTIFY_CHANGE_LAST_SET);
  return {};
}

void Registry::Report(const Node &changed, std::uint32_t what) {
  for (Watch &watch : watches_) {
    if ((watch.filter_ & what) == 0) {
      continue;
    }
    const Node *at = &changed;
    while (watch.tree_ && at != nullptr && at != watch.node_.Get()) {
      at = at->parent_.Get();
    }
    if (at == watch.node_.Get()) {
      watch.Changed();
    }
  }
}

void Registry::ReportDeleted(const Node &deleted) {
  for (Watch &watch : watches_) {
    if (watch.node_.Get() == &deleted) {
      watch.Deleted();
    }
  }
}

Result<hive::Array<char16_t>> Registry::PathOf(const Node &node) {
  constexpr std::u16string_view kRoot = u"\\REGISTRY";
  std::size_t length = kRoot.size();
  for (const Node *at = &node; at->parent_; at = at->parent_.Get()) {
    length += 1 + at->Name().Length();
  }
  hive::Array<char16_t> path(allocator_);
  TRY(path.Resize(length));
  std::ranges::copy(kRoot, path.Items().begin());
  // From the end, since only the way up is known.
  for (const Node *at = &node; at->parent_; at = at->parent_.Get()) {
    const hive::Name name = at->Name();
    length -= name.Length();
    name.CopyTo(std::as_writable_bytes(path.Items().subspan(length, name.Length())));
    path[--length] = u'\\';
  }
  return path;
}

}  // namespace cm
