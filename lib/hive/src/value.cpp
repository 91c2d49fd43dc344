// Values: the list of a key, small data inside the value cell, large data in segments.

#include "internal.hpp"

#include <algorithm>

namespace hive {
namespace {

std::uint32_t SegmentCount(std::size_t length) {
  return static_cast<std::uint32_t>((length + REGF_BIG_SEGMENT - 1) / REGF_BIG_SEGMENT);
}

}  // namespace

// A file of version 1.3 keeps large data in one cell: a db cell is smaller than the data that it stands for.
bool Hive::IsBig(const RegfValue &value) {
  return value.data_length > REGF_BIG_SEGMENT && Content(value.data).size() < value.data_length;
}

std::optional<std::uint32_t> Hive::ValueIndex(Key key, std::u16string_view name) {
  const RegfKey &node = Node(key);
  for (std::uint32_t i = 0; i < node.value_count; i++) {
    if (Compare(name, ValueName(As<RegfValue>(Words(node.value_list)[i]))) == 0) {
      return i;
    }
  }
  return std::nullopt;
}

Result<Value> Hive::FindValue(Key key, std::u16string_view name) {
  const auto index = ValueIndex(key, name);
  if (!index) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  return ValueAt(key, *index);
}

Result<Value> Hive::ValueAt(Key key, std::uint32_t index) {
  const RegfKey &node = Node(key);
  if (index >= node.value_count) {
    return Fail(STATUS_NO_MORE_ENTRIES);
  }
  return static_cast<Value>(Words(node.value_list)[index]);
}

ValueInfo Hive::Describe(Value value) {
  const auto &cell = As<RegfValue>(static_cast<std::uint32_t>(value));
  return {.name = ValueName(cell), .type = cell.type, .length = cell.data_length & ~REGF_INLINE_DATA};
}

std::span<const std::byte> Hive::DataAt(Value value, std::uint32_t offset) {
  auto &cell = As<RegfValue>(static_cast<std::uint32_t>(value));
  const std::uint32_t length = cell.data_length & ~REGF_INLINE_DATA;
  if (offset >= length) {
    return {};
  }
  if (IsInline(cell)) {
    return std::as_bytes(std::span(&cell.data, 1)).subspan(offset, length - offset);
  }
  if (!IsBig(cell)) {
    return Content(cell.data).subspan(offset, length - offset);
  }
  const std::uint32_t index = offset / REGF_BIG_SEGMENT;
  const std::uint32_t end = std::min(length - index * REGF_BIG_SEGMENT, REGF_BIG_SEGMENT);
  const std::uint32_t inside = offset % REGF_BIG_SEGMENT;
  return Content(Words(As<RegfBigData>(cell.data).list)[index]).subspan(inside, end - inside);
}

void Hive::ReadData(Value value, std::span<std::byte> to) {
  for (std::uint32_t offset = 0; !to.empty();) {
    const auto piece = DataAt(value, offset);
    if (piece.empty()) {
      return;
    }
    const std::size_t part = std::min(piece.size(), to.size());
    std::memcpy(to.data(), piece.data(), part);
    to = to.subspan(part);
    offset += static_cast<std::uint32_t>(part);
  }
}

Result<std::uint32_t> Hive::StoreBig(std::size_t which, std::span<const std::byte> data) {
  const std::uint32_t count = SegmentCount(data.size());
  if (count > 0xFFFF) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  const std::uint32_t cell = TRY(Allocate(which, sizeof(RegfBigData)));
  auto &big = As<RegfBigData>(cell);
  big = {REGF_BIG_DATA, 0, REGF_NIL};
  const auto list = Allocate(which, count * sizeof(std::uint32_t));
  if (!list) {
    Free(cell);
    return list;
  }
  big.list = *list;
  for (; !data.empty(); big.count++) {
    const std::size_t part = std::min<std::size_t>(data.size(), REGF_BIG_SEGMENT);
    const auto segment = Allocate(which, part);
    if (!segment) {
      FreeBig(cell);
      return segment;
    }
    std::memcpy(Content(*segment).data(), data.data(), part);
    Words(*list)[big.count] = *segment;
    data = data.subspan(part);
  }
  return cell;
}

void Hive::FreeBig(std::uint32_t cell) {
  const auto &big = As<RegfBigData>(cell);
  for (std::uint32_t i = 0; i < big.count; i++) {
    Free(Words(big.list)[i]);
  }
  Free(big.list);
  Free(cell);
}

// Stores the data; only the members of the result that speak of it are set.
Result<RegfValue> Hive::StoreData(std::size_t which, std::span<const std::byte> data) {
  RegfValue value{};
  value.data_length = static_cast<std::uint32_t>(data.size());
  value.data = REGF_NIL;
  if (data.size() > REGF_BIG_SEGMENT) {
    value.data = TRY(StoreBig(which, data));
  } else if (data.size() > sizeof value.data) {
    value.data = TRY(Allocate(which, data.size()));
    std::memcpy(Content(value.data).data(), data.data(), data.size());
  } else {
    value.data_length |= REGF_INLINE_DATA;
    value.data = 0;
    if (!data.empty()) {
      std::memcpy(&value.data, data.data(), data.size());
    }
  }
  return value;
}

void Hive::FreeData(const RegfValue &value) {
  if (IsInline(value) || value.data_length == 0) {
    return;
  }
  if (IsBig(value)) {
    FreeBig(value.data);
  } else {
    Free(value.data);
  }
}

Result<void> Hive::AddValue(Key key, std::u16string_view name, std::uint32_t type, std::span<const std::byte> data) {
  const std::size_t which = Which(static_cast<std::uint32_t>(key));
  RegfKey &node = Node(key);
  // A longer list is made at once and stays even if the rest fails.
  if (node.value_count == 0) {
    node.value_list = TRY(Allocate(which, 2 * sizeof(std::uint32_t)));
  } else if (Content(node.value_list).size() < (node.value_count + 1) * sizeof(std::uint32_t)) {
    const std::uint32_t list = TRY(Allocate(which, (node.value_count * 2 + 2) * sizeof(std::uint32_t)));
    std::memcpy(Words(list), Words(node.value_list), node.value_count * sizeof(std::uint32_t));
    Free(node.value_list);
    node.value_list = list;
  }
  Defer undo_list([&] {
    if (node.value_count == 0) {
      Free(node.value_list);
      node.value_list = REGF_NIL;
    }
  });
  const std::size_t length = StoredLength(name);
  const std::uint32_t cell = TRY(Allocate(which, sizeof(RegfValue) + length));
  Defer undo_cell([&] { Free(cell); });
  RegfValue &value = As<RegfValue>(cell);
  value = TRY(StoreData(which, data));
  value.signature = REGF_VALUE;
  value.name_length = static_cast<std::uint16_t>(length);
  value.type = type;
  value.flags = Compressible(name) ? REGF_VALUE_COMP_NAME : 0;
  StoreName(reinterpret_cast<std::byte *>(&value + 1), name);
  Words(node.value_list)[node.value_count++] = cell;
  undo_cell.Dismiss();
  undo_list.Dismiss();
  return {};
}

Result<void> Hive::ReplaceData(std::uint32_t cell, std::uint32_t type, std::span<const std::byte> data) {
  RegfValue &value = As<RegfValue>(cell);
  const RegfValue stored = TRY(StoreData(Which(cell), data));
  FreeData(value);
  value.data = stored.data;
  value.data_length = stored.data_length;
  value.type = type;
  return {};
}

Result<void> Hive::SetValue(Key key, std::u16string_view name, std::uint32_t type, std::span<const std::byte> data,
                            std::uint64_t time) {
  RegfKey &node = Node(key);
  if (const auto index = ValueIndex(key, name)) {
    TRY(ReplaceData(Words(node.value_list)[*index], type, data));
  } else {
    TRY(AddValue(key, name, type, data));
  }
  Maximise(node.max_value_name, name.size() * 2);
  Maximise(node.max_value_data, data.size());
  node.last_write = time;
  return {};
}

Result<void> Hive::DeleteValue(Key key, std::u16string_view name, std::uint64_t time) {
  const auto index = ValueIndex(key, name);
  if (!index) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  RegfKey &node = Node(key);
  std::uint32_t *list = Words(node.value_list);
  const std::uint32_t cell = list[*index];
  FreeData(As<RegfValue>(cell));
  Free(cell);
  node.value_count--;
  std::memmove(list + *index, list + *index + 1, (node.value_count - *index) * sizeof(std::uint32_t));
  if (node.value_count == 0) {
    FreeValues(key);
  }
  node.last_write = time;
  return {};
}

void Hive::FreeValues(Key key) {
  RegfKey &node = Node(key);
  for (std::uint32_t i = 0; i < node.value_count; i++) {
    const std::uint32_t cell = Words(node.value_list)[i];
    FreeData(As<RegfValue>(cell));
    Free(cell);
  }
  FreeIfAny(node.value_list);
  node.value_list = REGF_NIL;
  node.value_count = 0;
  node.max_value_name = 0;
  node.max_value_data = 0;
}

}  // namespace hive
