#pragma once
// The handles of one process.

#include <ob/object.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace ob {

// Resolves NtCurrentProcess() and NtCurrentThread(); implemented by ps.
class PseudoHandles {
 public:
  // The object of -1 or -2 for the thread that is being served; all access is granted. Null: STATUS_INVALID_HANDLE.
  virtual Ref<Object> Resolve(HANDLE handle) = 0;

 protected:
  ~PseudoHandles() = default;
};

// Handles are multiples of 4, the lower two bits are the program's. A closed value is used again as late as possible.
// Owned by the process object.
class HandleTable {
 public:
  struct Entry {
    Ref<Object> object;
    ACCESS_MASK access = 0;
    ULONG attributes = 0;  // OBJ_INHERIT, OBJ_PROTECT_CLOSE
  };
  static constexpr ULONG kProtectFromClose = 0x00000001u;  // OBJ_PROTECT_CLOSE
  static constexpr std::size_t kMaximumHandles = 1u << 20;

  explicit HandleTable(PseudoHandles *pseudo = nullptr) : pseudo_(pseudo) {}
  ~HandleTable();
  HandleTable(const HandleTable &) = delete;
  HandleTable &operator=(const HandleTable &) = delete;

  // A new handle with rights that were granted already. Attributes: OBJ_INHERIT, OBJ_EXCLUSIVE, kProtectFromClose;
  // others are ignored. STATUS_INSUFFICIENT_RESOURCES, STATUS_ACCESS_DENIED (exclusive object).
  Result<HANDLE> Insert(const Ref<Object> &object, ACCESS_MASK granted, ULONG attributes = 0);

  // What the handle stands for. STATUS_INVALID_HANDLE.
  Result<Entry> Lookup(HANDLE handle) const;

  // The object as a T, when the handle has all rights of `access`. STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
  // STATUS_ACCESS_DENIED.
  template <typename T = Object>
  Result<Ref<T>> Reference(HANDLE handle, ACCESS_MASK access) const {
    Entry entry = TRY(Lookup(handle));
    Ref<T> object = TRY(As<T>(entry.object));
    if ((access & ~entry.access) != 0) {
      return Fail(STATUS_ACCESS_DENIED);
    }
    return object;
  }

  // The dispatcher object to wait for: SYNCHRONIZE is needed. STATUS_OBJECT_TYPE_MISMATCH when it has none.
  Result<Ref<ke::Waitable>> ReferenceWaitable(HANDLE handle) const;

  // STATUS_INVALID_HANDLE, STATUS_HANDLE_NOT_CLOSABLE.
  Result<void> Close(HANDLE handle);
  // Sets OBJ_INHERIT and kProtectFromClose anew. STATUS_INVALID_HANDLE.
  Result<void> SetAttributes(HANDLE handle, ULONG attributes);

  // Process exit: closes up to `limit` handles, protected ones too; whether there are more.
  bool CloseSome(std::size_t limit);
  // Process creation, into an empty table: copies the handles with OBJ_INHERIT, values and all.
  // STATUS_INSUFFICIENT_RESOURCES; the table then has some of them.
  Result<void> InheritFrom(const HandleTable &parent);

  // The handle at or after `handle` (multiples of 4), null when there is none: for enumeration.
  HANDLE Next(HANDLE handle) const;
  std::size_t Count() const { return count_; }
  void SetPseudoHandles(PseudoHandles *pseudo) { pseudo_ = pseudo; }

 private:
  struct Slot {
    Object *object = nullptr;  // holds a reference; null: free
    ACCESS_MASK access = 0;
    std::uint32_t attributes_or_next = 0;
  };
  static constexpr std::size_t kPageSlots = 128;
  static constexpr std::size_t kNodePages = 128;
  struct Page {
    std::array<Slot, kPageSlots> slots;
  };
  struct Node {
    std::array<Page *, kNodePages> pages = {};
  };
  static constexpr std::size_t kNodes = kMaximumHandles / (kPageSlots * kNodePages);

  Slot *Find(HANDLE handle) const;
  Slot &At(std::uint32_t index) const;
  Result<void> Grow();
  Result<void> Admit(Object &object, ULONG attributes);
  void Fill(Slot &slot, Object &object, ACCESS_MASK granted, ULONG attributes);
  void Free(std::uint32_t index);
  void Clear(std::uint32_t index);

  std::array<Node *, kNodes> nodes_ = {};
  PseudoHandles *pseudo_;
  std::uint32_t size_ = 0;        // slots there are; slot 0 is never used
  std::uint32_t first_free_ = 0;  // 0: none
  std::uint32_t last_free_ = 0;
  std::uint32_t close_cursor_ = 0;
  std::size_t count_ = 0;
};

}  // namespace ob
