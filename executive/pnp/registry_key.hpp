#pragma once
// The manager's own view of registry keys: values of the types that drivers are described with.

#include <cm/registry.hpp>
#include <pnp/array.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pnp {

// A REG_MULTI_SZ, or one that a driver reported: strings, each with its zero. Iteration ends at an empty string or at
// the end of the text, whichever comes first.
class MultiString {
 public:
  MultiString() = default;
  explicit MultiString(Text text) : text_(std::move(text)) {}
  explicit MultiString(std::u16string_view text) : view_(text) {}

  // The string that begins at `position`, which moves behind it; nothing at the end.
  std::optional<std::u16string_view> Next(std::size_t &position) const;
  bool Contains(std::u16string_view text) const;  // without regard to case
  std::u16string_view View() const { return text_.Empty() ? view_ : text_.View(); }

 private:
  Text text_;
  std::u16string_view view_;
};

class Key {
 public:
  Key() = default;
  explicit Key(Ref<cm::Node> node) : node_(std::move(node)) {}
  explicit operator bool() const { return static_cast<bool>(node_); }
  const Ref<cm::Node> &Node() const { return node_; }

  // By its path below \Registry. STATUS_OBJECT_NAME_NOT_FOUND.
  static Result<Key> Open(std::u16string_view path);
  // The pieces joined by backslashes, below CurrentControlSet.
  static Result<Key> OpenControlSet(std::initializer_list<std::u16string_view> pieces);
  // As OpenControlSet; what is missing is made.
  static Result<Key> CreateControlSet(std::initializer_list<std::u16string_view> pieces);

  // STATUS_OBJECT_NAME_NOT_FOUND.
  Result<Key> Child(std::u16string_view name) const;
  // The child, made when it is missing; `name` may be a path.
  Result<Key> Create(std::u16string_view name, bool is_volatile = false) const;
  // STATUS_NO_MORE_ENTRIES.
  Result<Key> ChildAt(std::uint32_t index) const;
  Result<Text> Name() const;

  // Values. Reading one of another type fails with STATUS_OBJECT_TYPE_MISMATCH; STATUS_OBJECT_NAME_NOT_FOUND.
  Result<std::uint32_t> ReadDword(std::u16string_view name) const;
  // REG_SZ or REG_EXPAND_SZ, without its zero.
  Result<Text> ReadText(std::u16string_view name) const;
  // REG_MULTI_SZ; a REG_SZ is one string.
  Result<MultiString> ReadMulti(std::u16string_view name) const;
  Result<Bytes> ReadBytes(std::u16string_view name) const;
  bool Has(std::u16string_view name) const;

  Result<void> WriteDword(std::u16string_view name, std::uint32_t value) const;
  Result<void> WriteText(std::u16string_view name, std::u16string_view value) const;
  // The text of a multi-string, with all its zeros.
  Result<void> WriteMulti(std::u16string_view name, std::u16string_view value) const;
  Result<void> WriteBytes(std::u16string_view name, std::uint32_t type, std::span<const std::byte> value) const;
  void Delete(std::u16string_view name) const;

 private:
  Ref<cm::Node> node_;
};

// The number of a REG_DWORD, or `otherwise`.
std::uint32_t ReadDwordOr(const Key &key, std::u16string_view name, std::uint32_t otherwise);

}  // namespace pnp
