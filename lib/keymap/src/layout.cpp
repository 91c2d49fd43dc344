#include "keymap/layout.hpp"

#include <cstring>

namespace keymap {

namespace {

/// Records may lie unaligned in the registry's data.
template <typename T>
T Record(std::span<const std::byte> records, size_t index) {
  T record;
  std::memcpy(&record, records.data() + index * sizeof(T), sizeof(T));
  return record;
}

unsigned Order(const KeyRecord &key) { return key.code * 2u + ((key.flags & kExtended) != 0 ? 1 : 0); }
uint32_t Order(const Composition &composition) { return uint32_t{composition.accent} << 16 | composition.base; }

bool Surrogate(uint16_t unit) { return unit >= 0xD800 && unit < 0xE000; }

/// Strictly ascending, so that the search finds each once.
template <typename T>
bool Ascending(std::span<const std::byte> records, size_t count) {
  for (size_t i = 1; i < count; i++) {
    if (Order(Record<T>(records, i - 1)) >= Order(Record<T>(records, i))) {
      return false;
    }
  }
  return true;
}

/// The index of the record with this order, or count.
template <typename T>
size_t Search(std::span<const std::byte> records, size_t count, uint32_t order) {
  size_t low = 0;
  size_t high = count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const uint32_t there = Order(Record<T>(records, middle));
    if (there == order) {
      return middle;
    }
    if (there < order) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return count;
}

}  // namespace

std::optional<Layout> Layout::Parse(std::span<const std::byte> data) {
  if (data.size() < sizeof(Header)) {
    return std::nullopt;
  }
  const auto header = Record<Header>(data, 0);
  const size_t keys = header.keys * sizeof(KeyRecord);
  const size_t compositions = header.compositions * sizeof(Composition);
  if (header.magic != kMagic || header.version != kVersion || data.size() - sizeof(Header) != keys + compositions) {
    return std::nullopt;
  }
  const auto key_records = data.subspan(sizeof(Header), keys);
  const auto composition_records = data.subspan(sizeof(Header) + keys);
  if (!Ascending<KeyRecord>(key_records, header.keys) ||
      !Ascending<Composition>(composition_records, header.compositions)) {
    return std::nullopt;
  }
  for (size_t i = 0; i < header.keys; i++) {
    const auto key = Record<KeyRecord>(key_records, i);
    for (uint16_t unit : key.characters) {
      if (Surrogate(unit)) {
        return std::nullopt;
      }
    }
  }
  for (size_t i = 0; i < header.compositions; i++) {
    if (Surrogate(Record<Composition>(composition_records, i).result)) {
      return std::nullopt;
    }
  }
  return Layout(header, key_records, composition_records);
}

std::optional<KeyRecord> Layout::Find(uint8_t code, bool extended) const {
  const size_t index = Search<KeyRecord>(keys_, header_.keys, code * 2u + (extended ? 1 : 0));
  if (index == header_.keys) {
    return std::nullopt;
  }
  return Record<KeyRecord>(keys_, index);
}

char16_t Layout::Compose(char16_t accent, char16_t base) const {
  const size_t index = Search<Composition>(compositions_, header_.compositions, uint32_t{accent} << 16 | base);
  return index == header_.compositions ? u'\0' : char16_t{Record<Composition>(compositions_, index).result};
}

}  // namespace keymap
