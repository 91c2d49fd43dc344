// Information about keys.

#include "writer.hpp"

#include <rtl/checked.hpp>

namespace cm {
namespace {

constexpr ULONG kNoOffset = 0xFFFFFFFFu;

// KEY_FLAGS_INFORMATION.KeyFlags
constexpr ULONG kFlagVolatile = 0x0001;  // REG_FLAG_VOLATILE
constexpr ULONG kFlagLink = 0x0002;      // REG_FLAG_LINK

// A key as its queries see it: the name of a hive's root is that of the place where it hangs.
struct Subject {
  hive::KeyInfo info;
  hive::Name name;

  explicit Subject(const Node &node) : info(node.Hive().Describe(node.Key())), name(node.Name()) {}
  LARGE_INTEGER LastWrite() const {
    LARGE_INTEGER time;
    time.QuadPart = static_cast<LONGLONG>(info.last_write);
    return time;
  }
  ULONG NameBytes() const { return static_cast<ULONG>(name.ByteLength()); }
  ULONG ClassBytes() const { return static_cast<ULONG>(info.class_name.size()); }
};

Result<Formatted> Basic(const Subject &key, Output &out, ULONG length) {
  constexpr std::size_t kFixed = offsetof(KEY_BASIC_INFORMATION, Name);
  Writer writer(out, length, kFixed, kFixed + key.NameBytes());
  KEY_BASIC_INFORMATION head{};
  head.LastWriteTime = key.LastWrite();
  head.NameLength = key.NameBytes();
  TRY(writer.PutHead(head));
  TRY(writer.PutName(kFixed, key.name));
  return writer.Done();
}

Result<Formatted> WithClass(const Subject &key, Output &out, ULONG length) {
  constexpr std::size_t kFixed = offsetof(KEY_NODE_INFORMATION, Name);
  const std::size_t name_end = kFixed + key.NameBytes();
  const std::size_t class_at = AlignUp(name_end, sizeof(ULONG));
  const bool has_class = key.ClassBytes() != 0;
  Writer writer(out, length, kFixed, has_class ? class_at + key.ClassBytes() : name_end);
  KEY_NODE_INFORMATION head{};
  head.LastWriteTime = key.LastWrite();
  head.ClassOffset = has_class ? static_cast<ULONG>(class_at) : kNoOffset;
  head.ClassLength = key.ClassBytes();
  head.NameLength = key.NameBytes();
  TRY(writer.PutHead(head));
  TRY(writer.PutName(kFixed, key.name));
  TRY(writer.Put(class_at, key.info.class_name));
  return writer.Done();
}

Result<Formatted> Full(const Subject &key, Output &out, ULONG length) {
  constexpr std::size_t kFixed = offsetof(KEY_FULL_INFORMATION, Class);
  Writer writer(out, length, kFixed, kFixed + key.ClassBytes());
  KEY_FULL_INFORMATION head{};
  head.LastWriteTime = key.LastWrite();
  head.ClassOffset = key.ClassBytes() != 0 ? static_cast<ULONG>(kFixed) : kNoOffset;
  head.ClassLength = key.ClassBytes();
  head.SubKeys = key.info.sub_keys;
  head.MaxNameLen = key.info.max_name;
  head.MaxClassLen = key.info.max_class;
  head.Values = key.info.values;
  head.MaxValueNameLen = key.info.max_value_name;
  head.MaxValueDataLen = key.info.max_value_data;
  TRY(writer.PutHead(head));
  TRY(writer.Put(kFixed, key.info.class_name));
  return writer.Done();
}

Result<Formatted> FullPath(Registry &registry, const Node &node, Output &out, ULONG length) {
  constexpr std::size_t kFixed = offsetof(KEY_NAME_INFORMATION, Name);
  const auto path = TRY(registry.PathOf(node));
  Writer writer(out, length, kFixed, kFixed + path.Size() * 2);
  KEY_NAME_INFORMATION head{};
  head.NameLength = static_cast<ULONG>(path.Size() * 2);
  TRY(writer.PutHead(head));
  TRY(writer.Put(kFixed, std::as_bytes(path.Items())));
  return writer.Done();
}

Result<Formatted> Cached(const Subject &key, Output &out, ULONG length) {
  Writer writer(out, length, sizeof(KEY_CACHED_INFORMATION), sizeof(KEY_CACHED_INFORMATION));
  KEY_CACHED_INFORMATION head{};
  head.LastWriteTime = key.LastWrite();
  head.SubKeys = key.info.sub_keys;
  head.MaxNameLen = key.info.max_name;
  head.Values = key.info.values;
  head.MaxValueNameLen = key.info.max_value_name;
  head.MaxValueDataLen = key.info.max_value_data;
  head.NameLength = key.NameBytes();
  TRY(writer.PutHead(head));
  return writer.Done();
}

template <std::size_t N>
Result<Formatted> Words(const ULONG (&words)[N], Output &out, ULONG length) {
  Writer writer(out, length, sizeof words, sizeof words);
  TRY(writer.Put(0, std::as_bytes(std::span(words))));
  return writer.Done();
}

Result<Formatted> Flags(const Subject &key, Output &out, ULONG length) {
  const ULONG flags = ((key.info.flags & REGF_KEY_VOLATILE) != 0 ? kFlagVolatile : 0) |
                      ((key.info.flags & REGF_KEY_SYM_LINK) != 0 ? kFlagLink : 0);
  const ULONG words[] = {0 /* Wow64Flags */, flags, 0 /* ControlFlags */};
  return Words(words, out, length);
}

}  // namespace

Result<Formatted> QueryKey(Registry &registry, Node &node, KEY_INFORMATION_CLASS information_class, Output &out,
                           ULONG length) {
  if (node.Deleted()) {
    return Fail(STATUS_KEY_DELETED);
  }
  const Subject key(node);
  switch (information_class) {
    case KeyBasicInformation:
      return Basic(key, out, length);
    case KeyNodeInformation:
      return WithClass(key, out, length);
    case KeyFullInformation:
      return Full(key, out, length);
    case KeyNameInformation:
      return FullPath(registry, node, out, length);
    case KeyCachedInformation:
      return Cached(key, out, length);
    case KeyFlagsInformation:
      return Flags(key, out, length);
    case KeyVirtualizationInformation:
    case KeyHandleTagsInformation:
    case KeyTrustInformation:
    case KeyLayerInformation:
      // One word of bits; none of these mechanisms exists here, so no key is subject to one.
      return Words({0}, out, length);
    case MaxKeyInfoClass:
      break;
  }
  return Fail(STATUS_INVALID_PARAMETER);
}

Result<Formatted> EnumerateKey(Registry &registry, const Ref<Node> &node, ULONG index,
                               KEY_INFORMATION_CLASS information_class, Output &out, ULONG length) {
  if (information_class != KeyBasicInformation && information_class != KeyNodeInformation &&
      information_class != KeyFullInformation) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  const Ref<Node> child = TRY(registry.ChildAt(node, index));
  return QueryKey(registry, *child, information_class, out, length);
}

}  // namespace cm
