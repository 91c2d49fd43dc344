// Information about values.

#include "writer.hpp"

#include <rtl/checked.hpp>

namespace cm {
namespace {

constexpr ULONG kNoOffset = 0xFFFFFFFFu;

struct Subject {
  hive::Hive &hive;
  hive::Value value;
  hive::ValueInfo info;

  Subject(hive::Hive &in, hive::Value which) : hive(in), value(which), info(in.Describe(which)) {}
  ULONG NameBytes() const { return static_cast<ULONG>(info.name.ByteLength()); }
};

Result<Formatted> Basic(const Subject &value, Output &out, ULONG length) {
  constexpr std::size_t kFixed = offsetof(KEY_VALUE_BASIC_INFORMATION, Name);
  Writer writer(out, length, kFixed, kFixed + value.NameBytes());
  KEY_VALUE_BASIC_INFORMATION head{};
  head.Type = value.info.type;
  head.NameLength = value.NameBytes();
  TRY(writer.PutHead(head));
  TRY(writer.PutName(kFixed, value.info.name));
  return writer.Done();
}

Result<Formatted> Full(const Subject &value, std::size_t alignment, Output &out, ULONG length) {
  constexpr std::size_t kFixed = offsetof(KEY_VALUE_FULL_INFORMATION, Name);
  const std::size_t name_end = kFixed + value.NameBytes();
  const std::size_t data_at = AlignUp(name_end, alignment);
  const bool has_data = value.info.length != 0;
  Writer writer(out, length, kFixed, has_data ? data_at + value.info.length : name_end);
  KEY_VALUE_FULL_INFORMATION head{};
  head.Type = value.info.type;
  head.DataOffset = has_data ? static_cast<ULONG>(data_at) : kNoOffset;
  head.DataLength = value.info.length;
  head.NameLength = value.NameBytes();
  TRY(writer.PutHead(head));
  TRY(writer.PutName(kFixed, value.info.name));
  TRY(writer.PutData(data_at, value.hive, value.value));
  return writer.Done();
}

Result<Formatted> Partial(const Subject &value, Output &out, ULONG length) {
  constexpr std::size_t kFixed = offsetof(KEY_VALUE_PARTIAL_INFORMATION, Data);
  Writer writer(out, length, kFixed, kFixed + value.info.length);
  KEY_VALUE_PARTIAL_INFORMATION head{};
  head.Type = value.info.type;
  head.DataLength = value.info.length;
  TRY(writer.PutHead(head));
  TRY(writer.PutData(kFixed, value.hive, value.value));
  return writer.Done();
}

Result<Formatted> PartialAlign64(const Subject &value, Output &out, ULONG length) {
  constexpr std::size_t kFixed = offsetof(KEY_VALUE_PARTIAL_INFORMATION_ALIGN64, Data);
  Writer writer(out, length, kFixed, kFixed + value.info.length);
  KEY_VALUE_PARTIAL_INFORMATION_ALIGN64 head{};
  head.Type = value.info.type;
  head.DataLength = value.info.length;
  TRY(writer.PutHead(head));
  TRY(writer.PutData(kFixed, value.hive, value.value));
  return writer.Done();
}

Result<Formatted> Format(const Subject &value, KEY_VALUE_INFORMATION_CLASS information_class, Output &out,
                         ULONG length) {
  switch (information_class) {
    case KeyValueBasicInformation:
      return Basic(value, out, length);
    case KeyValueFullInformation:
      return Full(value, sizeof(ULONG), out, length);
    case KeyValuePartialInformation:
      return Partial(value, out, length);
    case KeyValueFullInformationAlign64:
      return Full(value, sizeof(ULONGLONG), out, length);
    case KeyValuePartialInformationAlign64:
      return PartialAlign64(value, out, length);
    case KeyValueLayerInformation:
    case MaxKeyValueInfoClass:
      break;
  }
  return Fail(STATUS_INVALID_PARAMETER);
}

}  // namespace

Result<Formatted> QueryValue(Node &node, std::u16string_view name, KEY_VALUE_INFORMATION_CLASS information_class,
                             Output &out, ULONG length) {
  if (node.Deleted()) {
    return Fail(STATUS_KEY_DELETED);
  }
  const Subject value(node.Hive(), TRY(node.Hive().FindValue(node.Key(), name)));
  return Format(value, information_class, out, length);
}

Result<Formatted> EnumerateValue(Node &node, ULONG index, KEY_VALUE_INFORMATION_CLASS information_class, Output &out,
                                 ULONG length) {
  if (node.Deleted()) {
    return Fail(STATUS_KEY_DELETED);
  }
  const Subject value(node.Hive(), TRY(node.Hive().ValueAt(node.Key(), index)));
  return Format(value, information_class, out, length);
}

}  // namespace cm
