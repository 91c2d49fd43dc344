#pragma once
// The registry as one tree over several hives, free of handles and user memory.

#include <hive/hive.hpp>
#include <rtl/ref.hpp>

#include <boost/intrusive/avl_set.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <memory>
#include <string_view>

namespace cm {

class Registry;

// A hive and the place in the tree where it hangs.
struct MountedHive {
  explicit MountedHive(hive::Hive &&from) : hive(std::move(from)) {}

  hive::Hive hive;
  hive::Key mount_point = hive::Key::kNone;  // a key of the master hive
  bool has_file = false;                     // what changes would have to reach a disk
  bool dirty = false;
};

// A key that somebody uses: the one Node of that key, alive while there is a Ref. It outlives the key's deletion, and
// then answers STATUS_KEY_DELETED. Keeps its ancestors alive.
class Node final : public RefCounted, public boost::intrusive::avl_set_base_hook<> {
 public:
  hive::Hive &Hive() const { return mounted_->hive; }
  hive::Key Key() const { return key_; }
  bool Deleted() const { return deleted_; }
  // Null for the root of the registry.
  const Ref<Node> &Parent() const { return parent_; }
  // The name without its path; empty for the root and for a deleted key.
  hive::Name Name() const;
  // The key is about to change, or has changed: its hive's file is behind, if there is one.
  void MarkDirty() { mounted_->dirty |= !Hive().IsVolatile(key_); }
  const MountedHive &Mounted() const { return *mounted_; }

 private:
  friend class Registry;
  struct Identity {
    const MountedHive *mounted;
    hive::Key key;
    friend auto operator<=>(const Identity &, const Identity &) = default;
  };
  struct IdentityOf {
    using type = Identity;
    Identity operator()(const Node &node) const { return {node.mounted_, node.key_}; }
  };

  Node(Registry &registry, MountedHive &mounted, hive::Key key, Ref<Node> parent)
      : registry_(registry), mounted_(&mounted), key_(key), parent_(std::move(parent)) {}
  ~Node() override;

  Registry &registry_;
  MountedHive *mounted_;
  hive::Key key_;
  Ref<Node> parent_;
  bool deleted_ = false;
};

using WatchHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Somebody who wants to know when a key changes, or with `tree` anything below it. Leaves when destroyed.
class Watch : public WatchHook {
 public:
  Watch(const Watch &) = delete;
  Watch &operator=(const Watch &) = delete;

 protected:
  // `filter`: REG_NOTIFY_CHANGE_...
  Watch(Ref<Node> node, std::uint32_t filter, bool tree) : node_(std::move(node)), filter_(filter), tree_(tree) {}
  ~Watch() = default;
  // What they do must not change the registry or other watches.
  virtual void Changed() = 0;
  virtual void Deleted() = 0;

 private:
  friend class Registry;
  Ref<Node> node_;
  std::uint32_t filter_;
  bool tree_;
};

// Where a path leads.
struct Parsed {
  explicit Parsed(hive::Allocator &allocator) : reparse(allocator) {}

  // The key; with a `leaf`, the key below which that name is missing.
  Ref<Node> node;
  std::u16string_view leaf;
  // Not empty: a link was met, and this is the absolute path to go on with.
  hive::Array<char16_t> reparse;
};

// Owns all hives. The root of the tree is a volatile master hive with MACHINE and USER, in which other hives are
// mounted.
class Registry {
 public:
  static constexpr std::size_t kMaxHives = 32;

  // The allocator outlives the registry. STATUS_INSUFFICIENT_RESOURCES.
  static Result<std::unique_ptr<Registry>> Create(hive::Allocator &allocator, std::uint64_t time);
  ~Registry();

  const Ref<Node> &Root() const { return root_; }
  hive::Allocator &Memory() const { return allocator_; }

  // Hangs a hive below `parent`, a key of the master hive. STATUS_OBJECT_NAME_COLLISION,
  // STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Mount(const Ref<Node> &parent, std::u16string_view name, hive::Hive hive, bool has_file,
                     std::uint64_t time);

  // Follows `path` from a key. A link ends the walk with a reparse, the last one only without `open_link`. Only the
  // last name may be missing. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_INVALID_PARAMETER (a name too long),
  // STATUS_KEY_DELETED, STATUS_INSUFFICIENT_RESOURCES.
  Result<Parsed> Parse(const Ref<Node> &from, std::u16string_view path, bool open_link);

  // The key at an absolute path below the root (`MACHINE\...`), through links. For the Executive itself.
  Result<Ref<Node>> Open(std::u16string_view path);

  // STATUS_NO_MORE_ENTRIES, STATUS_INSUFFICIENT_RESOURCES.
  Result<Ref<Node>> ChildAt(const Ref<Node> &parent, std::uint32_t index);

  // As hive::Hive::CreateChild, and STATUS_KEY_DELETED, STATUS_ACCESS_DENIED (below a link),
  // STATUS_INVALID_PARAMETER (in the sealed master hive).
  Result<Ref<Node>> CreateKey(const Ref<Node> &parent, std::u16string_view name, const hive::NewKey &how);
  // STATUS_CANNOT_DELETE (sub-keys, root of a hive), STATUS_KEY_DELETED.
  Result<void> DeleteKey(Node &node, std::uint64_t time);
  // STATUS_CANNOT_DELETE (taken name, root of a hive), STATUS_KEY_DELETED, STATUS_INSUFFICIENT_RESOURCES.
  Result<void> RenameKey(Node &node, std::u16string_view name, std::uint64_t time);

  // STATUS_ACCESS_DENIED: a link has no value but SymbolicLinkValue of type REG_LINK.
  Result<void> SetValue(Node &node, std::u16string_view name, std::uint32_t type, std::span<const std::byte> data,
                        std::uint64_t time);
  Result<void> DeleteValue(Node &node, std::u16string_view name, std::uint64_t time);

  // From now on no key can be made in the master hive: MACHINE and USER have hives below them and nothing else.
  void SealMaster() { master_sealed_ = true; }

  // From now on the watch is told of changes.
  void AddWatch(Watch &watch) { watches_.push_back(watch); }

  // The whole path, `\REGISTRY\...`, in UTF-16 units. STATUS_INSUFFICIENT_RESOURCES.
  Result<hive::Array<char16_t>> PathOf(const Node &node);

 private:
  friend class Node;
  using Nodes = boost::intrusive::avl_set<Node, boost::intrusive::key_of_value<Node::IdentityOf>,
                                          boost::intrusive::constant_time_size<false>>;

  explicit Registry(hive::Allocator &allocator) : allocator_(allocator) {}

  MountedHive *MountedAt(hive::Key mount_point);
  Result<Ref<Node>> NodeOf(MountedHive &mounted, hive::Key key, const Ref<Node> &parent);
  Result<Ref<Node>> Child(const Ref<Node> &parent, hive::Key key);
  void Report(const Node &changed, std::uint32_t what);
  void ReportDeleted(const Node &deleted);
  Result<void> FollowLink(Node &link, std::u16string_view rest, Parsed &parsed);

  hive::Allocator &allocator_;
  boost::intrusive::list<Watch, boost::intrusive::constant_time_size<false>> watches_;
  Nodes nodes_;                                                // before root_: nodes leave it when they die
  std::array<std::unique_ptr<MountedHive>, kMaxHives> hives_;  // the first is the master
  Ref<Node> root_;
  bool master_sealed_ = false;
};

}  // namespace cm
