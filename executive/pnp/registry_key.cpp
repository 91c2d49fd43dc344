#include "registry_key.hpp"

#include <nt/ntregapi.h>
#include <cm/key.hpp>
#include <ke/clock.hpp>
#include <rtl/upcase.hpp>

#include <algorithm>
#include <cstring>

namespace pnp {
namespace {

constexpr std::u16string_view kControlSet = u"MACHINE\\SYSTEM\\CurrentControlSet";
constexpr std::uint32_t kLongestValue = 0x1'0000;

// One value as it is stored.
struct Stored {
  std::uint32_t type = REG_NONE;
  Bytes data;
};

Result<Stored> ReadValue(cm::Node &node, std::u16string_view name) {
  if (node.Deleted()) {
    return Fail(STATUS_KEY_DELETED);
  }
  auto &hive = node.Hive();
  const hive::Value value = TRY(hive.FindValue(node.Key(), name));
  const hive::ValueInfo info = hive.Describe(value);
  if (info.length > kLongestValue) {
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }
  Stored stored{.type = info.type, .data = {}};
  TRY(stored.data.Resize(info.length));
  hive.ReadData(value, stored.data.Items());
  return stored;
}

Result<Text> ToText(const Bytes &bytes) {
  Array<char16_t> units;
  TRY(units.Resize(bytes.Size() / sizeof(char16_t)));
  if (!units.Empty()) {
    std::memcpy(units.begin(), bytes.begin(), units.Size() * sizeof(char16_t));
  }
  return Text::Create({units.begin(), units.Size()});
}

Result<Text> JoinPath(std::initializer_list<std::u16string_view> pieces) {
  Text path;
  for (const std::u16string_view piece : pieces) {
    if (!path.Empty()) {
      TRY(path.Append(u"\\"));
    }
    TRY(path.Append(piece));
  }
  return path;
}

}  // namespace

std::optional<std::u16string_view> MultiString::Next(std::size_t &position) const {
  const std::u16string_view text = View();
  if (position >= text.size() || text[position] == u'\0') {
    return {};
  }
  const std::size_t end = std::min(text.find(u'\0', position), text.size());
  const std::u16string_view found = text.substr(position, end - position);
  position = end + 1;
  return found;
}

bool MultiString::Contains(std::u16string_view text) const {
  std::size_t position = 0;
  while (const auto next = Next(position)) {
    if (rtl::EqualNoCase(*next, text)) {
      return true;
    }
  }
  return false;
}

Result<Key> Key::Open(std::u16string_view path) { return Key(TRY(cm::CurrentRegistry().Open(path))); }

Result<Key> Key::OpenControlSet(std::initializer_list<std::u16string_view> pieces) {
  const Text rest = TRY(JoinPath(pieces));
  const Text path = TRY(JoinPath({kControlSet, rest.View()}));
  return Open(path.View());
}

Result<Key> Key::CreateControlSet(std::initializer_list<std::u16string_view> pieces) {
  const Text path = TRY(JoinPath(pieces));
  const Key root = TRY(Open(kControlSet));
  return root.Create(path.View());
}

Result<Key> Key::Child(std::u16string_view name) const {
  cm::Parsed parsed = TRY(cm::CurrentRegistry().Parse(node_, name, false));
  if (!parsed.leaf.empty() || parsed.reparse.Size() != 0) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  return Key(std::move(parsed.node));
}

Result<Key> Key::Create(std::u16string_view name, bool is_volatile) const {
  cm::Registry &registry = cm::CurrentRegistry();
  Key at = *this;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find(u'\\'), name.size());
    const std::u16string_view piece = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
    if (piece.empty()) {
      continue;
    }
    Result<Key> next = at.Child(piece);
    if (!next && next.error().Code() == STATUS_OBJECT_NAME_NOT_FOUND) {
      next = Key(TRY(registry.CreateKey(at.node_, piece,
                                        {.is_volatile = is_volatile || at.node_->Hive().IsVolatile(at.node_->Key()),
                                         .time = ke::clock::SystemTime()})));
    }
    at = TRY(std::move(next));
  }
  return at;
}

Result<Key> Key::ChildAt(std::uint32_t index) const { return Key(TRY(cm::CurrentRegistry().ChildAt(node_, index))); }

Result<Text> Key::Name() const {
  const hive::Name name = node_->Name();
  Text text;
  for (std::size_t i = 0; i < name.Length(); i += 1) {
    const char16_t unit = name[i];
    TRY(text.Append({&unit, 1}));
  }
  return text;
}

Result<std::uint32_t> Key::ReadDword(std::u16string_view name) const {
  const Stored stored = TRY(ReadValue(*node_, name));
  std::uint32_t value = 0;
  if (stored.type != REG_DWORD || stored.data.Size() != sizeof(value)) {
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }
  std::memcpy(&value, stored.data.begin(), sizeof(value));
  return value;
}

Result<Text> Key::ReadText(std::u16string_view name) const {
  const Stored stored = TRY(ReadValue(*node_, name));
  if (stored.type != REG_SZ && stored.type != REG_EXPAND_SZ) {
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }
  const Text text = TRY(ToText(stored.data));
  return Text::Create(text.View().substr(0, text.View().find(u'\0')));
}

Result<MultiString> Key::ReadMulti(std::u16string_view name) const {
  const Stored stored = TRY(ReadValue(*node_, name));
  if (stored.type != REG_MULTI_SZ && stored.type != REG_SZ) {
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }
  return MultiString(TRY(ToText(stored.data)));
}

Result<Bytes> Key::ReadBytes(std::u16string_view name) const {
  Stored stored = TRY(ReadValue(*node_, name));
  return std::move(stored.data);
}

bool Key::Has(std::u16string_view name) const {
  return !node_->Deleted() && node_->Hive().FindValue(node_->Key(), name).has_value();
}

Result<void> Key::WriteDword(std::u16string_view name, std::uint32_t value) const {
  return WriteBytes(name, REG_DWORD, std::as_bytes(std::span(&value, 1)));
}

Result<void> Key::WriteText(std::u16string_view name, std::u16string_view value) const {
  Text text = TRY(Text::Join({value, std::u16string_view(u"\0", 1)}));
  return WriteBytes(name, REG_SZ, std::as_bytes(text.Units()));
}

Result<void> Key::WriteMulti(std::u16string_view name, std::u16string_view value) const {
  return WriteBytes(name, REG_MULTI_SZ, std::as_bytes(std::span(value.data(), value.size())));
}

Result<void> Key::WriteBytes(std::u16string_view name, std::uint32_t type, std::span<const std::byte> value) const {
  return cm::CurrentRegistry().SetValue(*node_, name, type, value, ke::clock::SystemTime());
}

void Key::Delete(std::u16string_view name) const {
  (void)cm::CurrentRegistry().DeleteValue(*node_, name, ke::clock::SystemTime());
}

std::uint32_t ReadDwordOr(const Key &key, std::u16string_view name, std::uint32_t otherwise) {
  return key.ReadDword(name).value_or(otherwise);
}

}  // namespace pnp
