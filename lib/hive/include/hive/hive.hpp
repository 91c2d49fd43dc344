#pragma once
// A registry hive in memory: the real regf cells, edited in place.

#include <hive/allocator.hpp>
#include <hive/name.hpp>
#include <hive/storage.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace hive {

// A key and a value of one hive, by their cells. They stay good until that key or value is deleted (or, for a key,
// renamed); a Hive never checks them again.
enum class Key : std::uint32_t { kNone = REGF_NIL };
enum class Value : std::uint32_t { kNone = REGF_NIL };

constexpr std::size_t kMaxKeyName = 255;      // UTF-16 units
constexpr std::size_t kMaxValueName = 16383;  // UTF-16 units
constexpr std::size_t kMaxDepth = 512;        // keys on one path

// How a key is made.
struct NewKey {
  std::u16string_view class_name = {};
  bool is_volatile = false;
  bool is_link = false;
  std::uint64_t time = 0;
  // A self-relative descriptor; empty: the parent's.
  std::span<const std::byte> security = {};
};

struct KeyInfo {
  std::uint64_t last_write;
  Name name;
  std::span<const std::byte> class_name;  // UTF-16
  std::uint16_t flags;                    // REGF_KEY_*
  std::uint16_t user_flags;
  std::uint32_t sub_keys;
  std::uint32_t values;
  std::uint32_t max_name;  // the maxima are bytes of UTF-16
  std::uint32_t max_class;
  std::uint32_t max_value_name;
  std::uint32_t max_value_data;
};

struct ValueInfo {
  Name name;
  std::uint32_t type;
  std::uint32_t length;  // of the data
};

// One hive with its stable storage, which a file holds, and its volatile storage, which is lost. Nothing of a loaded
// image is trusted: Load checks every cell that can be reached. Every change either happens as a whole or fails and
// leaves the hive as it was. Names given by callers obey kMaxKeyName, kMaxValueName and are not empty (values may be).
class Hive {
 public:
  // Takes over a copy of a primary hive file. STATUS_REGISTRY_CORRUPT: not a hive, torn, or a cell that lies;
  // STATUS_INSUFFICIENT_RESOURCES.
  static Result<Hive> Load(Allocator &allocator, std::span<const std::byte> image);

  // An empty hive. With `root.is_volatile` nothing of it can be written. STATUS_INSUFFICIENT_RESOURCES.
  static Result<Hive> Create(Allocator &allocator, std::u16string_view root_name, const NewKey &root);

  Key Root() const { return root_; }

  // STATUS_OBJECT_NAME_NOT_FOUND.
  Result<Key> FindChild(Key parent, std::u16string_view name);
  // In order of names, stable keys before volatile ones. STATUS_NO_MORE_ENTRIES.
  Result<Key> ChildAt(Key parent, std::uint32_t index);
  KeyInfo Describe(Key key);
  bool IsVolatile(Key key) const { return (static_cast<std::uint32_t>(key) & REGF_VOLATILE_CELL) != 0; }
  Key Parent(Key key) { return static_cast<Key>(Node(key).parent); }

  // STATUS_OBJECT_NAME_COLLISION, STATUS_CHILD_MUST_BE_VOLATILE (a stable key below a volatile one),
  // STATUS_INSUFFICIENT_RESOURCES.
  Result<Key> CreateChild(Key parent, std::u16string_view name, const NewKey &how);
  // Deletes a key without sub-keys and its values. STATUS_CANNOT_DELETE: it has sub-keys, or is the root.
  Result<void> Delete(Key key, std::uint64_t time);
  // The key has another cell afterwards, which is returned. STATUS_OBJECT_NAME_COLLISION,
  // STATUS_CANNOT_DELETE (the root), STATUS_INSUFFICIENT_RESOURCES.
  Result<Key> Rename(Key key, std::u16string_view name, std::uint64_t time);
  void SetLastWrite(Key key, std::uint64_t time) { Node(key).last_write = time; }
  void SetUserFlags(Key key, std::uint16_t flags) { Node(key).user_flags = flags; }
  // Marks a key of an in-memory hive as the place where another hive hangs (or takes the mark away).
  void SetHiveExit(Key key, bool exit);

  // STATUS_OBJECT_NAME_NOT_FOUND.
  Result<Value> FindValue(Key key, std::u16string_view name);
  // In order of creation. STATUS_NO_MORE_ENTRIES.
  Result<Value> ValueAt(Key key, std::uint32_t index);
  ValueInfo Describe(Value value);
  // The data from `offset` as far as it lies in one piece; empty at its end.
  std::span<const std::byte> DataAt(Value value, std::uint32_t offset);
  // Copies as much of the data as fits.
  void ReadData(Value value, std::span<std::byte> to);
  // STATUS_INSUFFICIENT_RESOURCES.
  Result<void> SetValue(Key key, std::u16string_view name, std::uint32_t type, std::span<const std::byte> data,
                        std::uint64_t time);
  // STATUS_OBJECT_NAME_NOT_FOUND.
  Result<void> DeleteValue(Key key, std::u16string_view name, std::uint64_t time);

  // The key's security descriptor, self-relative; empty when the file had none.
  std::span<const std::byte> Security(Key key);
  // STATUS_INSUFFICIENT_RESOURCES.
  Result<void> SetSecurity(Key key, std::span<const std::byte> descriptor);

  // The file: volatile keys are left out. `to` has FileSize() bytes; `file_name` is a hint in the base block.
  std::size_t FileSize() const { return REGF_BLOCK_SIZE + stable_.ByteLength(); }
  void WriteFile(std::span<std::byte> to, std::u16string_view file_name, std::uint32_t sequence, std::uint64_t time);

 private:
  friend class Checker;

  // Where a child stands in the list of one storage.
  struct Position {
    std::uint32_t leaf = REGF_NIL;
    std::uint32_t index = 0;       // in the leaf
    std::uint32_t root_index = 0;  // of the leaf in the ri, if there is one
    bool found = false;
  };

  explicit Hive(Allocator &allocator) : allocator_(&allocator), stable_(allocator), volatile_(allocator) {}

  // cells
  static std::size_t Which(std::uint32_t cell) { return cell >> 31; }
  Storage &StorageOf(std::uint32_t cell) { return Which(cell) != 0 ? volatile_ : stable_; }
  std::span<std::byte> Content(std::uint32_t cell) { return StorageOf(cell).Content(cell & ~REGF_VOLATILE_CELL); }
  template <typename T>
  T &As(std::uint32_t cell) {
    return *reinterpret_cast<T *>(Content(cell).data());
  }
  std::uint32_t *Words(std::uint32_t cell) { return &As<std::uint32_t>(cell); }
  RegfKey &Node(Key key) { return As<RegfKey>(static_cast<std::uint32_t>(key)); }
  Result<std::uint32_t> Allocate(std::size_t which, std::size_t bytes);
  void Free(std::uint32_t cell);
  // As Free, for a cell that may be none.
  void FreeIfAny(std::uint32_t cell);

  // keys (key.cpp)
  Name NameOf(Key key);
  Result<Key> MakeNode(std::size_t which, std::u16string_view name);
  Result<void> SetClass(Key key, std::u16string_view class_name);
  void FreeNode(Key key);
  void AdoptChildren(Key key);
  template <typename F>
  void ForEachStableKey(F visit);

  // sub-key lists (index.cpp)
  std::uint32_t Entry(std::uint32_t leaf, std::uint32_t index);
  Key EntryKey(std::uint32_t leaf, std::uint32_t index) { return static_cast<Key>(Entry(leaf, index)); }
  std::uint32_t LeafCount(std::uint32_t list);
  std::uint32_t Leaf(std::uint32_t list, std::uint32_t index);
  Position FindIn(std::uint32_t list, std::u16string_view name);
  Result<void> InsertChild(Key parent, Key child, std::u16string_view name);
  Result<void> InsertIntoLeaf(std::uint32_t &list, const Position &position, const RegfHashEntry &entry,
                              std::size_t which);
  Result<void> SplitLeaf(std::uint32_t &list, const Position &position, const RegfHashEntry &entry, std::size_t which);
  Result<std::uint32_t> MakeLeaf(std::uint32_t from, std::uint32_t first, std::uint32_t count, std::uint32_t capacity,
                                 std::size_t which);
  void PutEntry(std::uint32_t leaf, std::uint32_t index, const RegfHashEntry &entry);
  void ReplaceLeaf(std::uint32_t &list, const Position &position, std::uint32_t leaf);
  void RemoveChild(Key parent, Key child);

  // values (value.cpp)
  std::optional<std::uint32_t> ValueIndex(Key key, std::u16string_view name);
  static bool IsInline(const RegfValue &value) { return (value.data_length & REGF_INLINE_DATA) != 0; }
  bool IsBig(const RegfValue &value);
  Result<RegfValue> StoreData(std::size_t which, std::span<const std::byte> data);
  Result<std::uint32_t> StoreBig(std::size_t which, std::span<const std::byte> data);
  void FreeBig(std::uint32_t cell);
  void FreeData(const RegfValue &value);
  Result<void> AddValue(Key key, std::u16string_view name, std::uint32_t type, std::span<const std::byte> data);
  Result<void> ReplaceData(std::uint32_t cell, std::uint32_t type, std::span<const std::byte> data);
  void FreeValues(Key key);

  // security (security.cpp)
  Result<std::uint32_t> FindOrMakeSecurity(std::size_t which, std::span<const std::byte> descriptor);
  void ReleaseSecurity(std::uint32_t cell);

  Allocator *allocator_;
  Storage stable_;
  Storage volatile_;
  Key root_ = Key::kNone;
  std::uint32_t security_[2] = {REGF_NIL, REGF_NIL};  // one descriptor of each storage's ring
};

// Depth first; needs no stack, since work_var counts the children done.
template <typename F>
void Hive::ForEachStableKey(F visit) {
  Key key = root_;
  Node(key).work_var = 0;
  visit(key);
  for (;;) {
    RegfKey &node = Node(key);
    if (node.work_var < node.sub_key_count[0]) {
      key = MUST(ChildAt(key, node.work_var++));  // below the count
      Node(key).work_var = 0;
      visit(key);
    } else if (key == root_) {
      return;
    } else {
      key = Parent(key);
    }
  }
}

}  // namespace hive
