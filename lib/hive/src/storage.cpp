#include <hive/storage.hpp>

#include <rtl/checked.hpp>

#include <algorithm>
#include <bit>

namespace hive {
namespace {

constexpr std::uint32_t kSmallestListed = 16;  // size word and two links
// A hive's offsets have 31 bits; NT's own limit for one storage is 2 GB as well.
constexpr std::size_t kLargestStorage = 0x7FFF0000;

}  // namespace

Storage::~Storage() {
  for (std::uint32_t bin = 0; bin < ByteLength();) {
    const std::uint32_t size = BinSize(bin);
    allocator_->Free(At(bin), size);
    bin += size;
  }
}

std::size_t Storage::ListOf(std::uint32_t size) {
  if (size <= 256) {
    return size / 8 - 2;
  }
  return std::min<std::size_t>(kExactLists + static_cast<std::size_t>(std::bit_width(size - 1)) - 9, kLists - 1);
}

std::uint32_t Storage::BinSize(std::uint32_t bin) const { return reinterpret_cast<const RegfBin *>(At(bin))->size; }

Result<std::byte *> Storage::AppendBin(std::uint32_t size) {
  const auto offset = static_cast<std::uint32_t>(ByteLength());
  if (size > kLargestStorage - offset) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(blocks_.Reserve(blocks_.Size() + size / REGF_BLOCK_SIZE));
  auto *memory = static_cast<std::byte *>(allocator_->Allocate(size));
  if (memory == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  for (std::uint32_t block = 0; block < size; block += REGF_BLOCK_SIZE) {
    MUST(blocks_.Append({memory + block, offset}));  // reserved above
  }
  return memory;
}

Result<void> Storage::Load(std::span<const std::byte> bins) {
  for (std::size_t offset = 0; offset < bins.size();) {
    RegfBin head;
    if (bins.size() - offset < REGF_BLOCK_SIZE) {
      return Fail(STATUS_REGISTRY_CORRUPT);
    }
    std::memcpy(&head, bins.data() + offset, sizeof head);
    if (head.signature != REGF_BIN_SIGNATURE || head.offset != offset || head.size == 0 ||
        head.size % REGF_BLOCK_SIZE != 0 || head.size > bins.size() - offset) {
      return Fail(STATUS_REGISTRY_CORRUPT);
    }
    std::byte *memory = TRY(AppendBin(head.size));
    std::memcpy(memory, bins.data() + offset, head.size);
    TRY(LoadCells(head.offset, head.size));
    offset += head.size;
  }
  return {};
}

Result<void> Storage::LoadCells(std::uint32_t bin, std::uint32_t size) {
  const std::uint32_t end = bin + size;
  std::uint32_t free_since = REGF_NIL;  // start of the free run that ends at `cell`
  for (std::uint32_t cell = bin + sizeof(RegfBin); cell < end;) {
    const std::int32_t word = Size(At(cell));
    // The most negative word has no positive twin; as a magnitude it is too large anyway.
    const std::uint32_t span = word < 0 ? 0u - static_cast<std::uint32_t>(word) : static_cast<std::uint32_t>(word);
    if (span < 8 || span % 8 != 0 || span > end - cell) {
      return Fail(STATUS_REGISTRY_CORRUPT);
    }
    if (word > 0 && free_since == REGF_NIL) {
      free_since = cell;
    } else if (word < 0 && free_since != REGF_NIL) {
      MakeFree(free_since, cell - free_since);
      free_since = REGF_NIL;
    }
    cell += span;
  }
  if (free_since != REGF_NIL) {
    MakeFree(free_since, end - free_since);
  }
  return {};
}

void Storage::MakeFree(std::uint32_t cell, std::uint32_t size) {
  SetSize(At(cell), static_cast<std::int32_t>(size));
  if (size < kSmallestListed) {
    return;
  }
  std::uint32_t &head = lists_[ListOf(size)];
  Link(cell, 0) = head;
  Link(cell, 1) = REGF_NIL;
  if (head != REGF_NIL) {
    Link(head, 1) = cell;
  }
  head = cell;
}

void Storage::Unlink(std::uint32_t cell) {
  const std::uint32_t size = Span(cell);
  if (size < kSmallestListed) {
    return;
  }
  const std::uint32_t next = Link(cell, 0);
  const std::uint32_t previous = Link(cell, 1);
  if (next != REGF_NIL) {
    Link(next, 1) = previous;
  }
  (previous != REGF_NIL ? Link(previous, 0) : lists_[ListOf(size)]) = next;
}

Result<std::uint32_t> Storage::FindFree(std::uint32_t size) {
  for (std::size_t list = ListOf(size); list < kLists; list++) {
    for (std::uint32_t cell = lists_[list]; cell != REGF_NIL; cell = Link(cell, 0)) {
      if (Span(cell) >= size) {
        return cell;
      }
    }
  }
  const std::uint32_t bin_size = AlignUp(size + static_cast<std::uint32_t>(sizeof(RegfBin)), REGF_BLOCK_SIZE);
  const auto bin = static_cast<std::uint32_t>(ByteLength());
  std::byte *memory = TRY(AppendBin(bin_size));
  std::memset(memory, 0, bin_size);
  auto &head = *reinterpret_cast<RegfBin *>(memory);
  head.signature = REGF_BIN_SIGNATURE;
  head.offset = bin;
  head.size = bin_size;
  MakeFree(bin + sizeof(RegfBin), bin_size - sizeof(RegfBin));
  return bin + static_cast<std::uint32_t>(sizeof(RegfBin));
}

Result<std::uint32_t> Storage::Allocate(std::size_t bytes) {
  if (bytes > kLargestStorage / 2) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  const std::uint32_t size = std::max(AlignUp(static_cast<std::uint32_t>(bytes) + 4, 8u), kSmallestListed);
  const std::uint32_t cell = TRY(FindFree(size));
  const std::uint32_t found = Span(cell);
  Unlink(cell);
  std::uint32_t used = found;
  if (found - size >= 8) {
    used = size;
    MakeFree(cell + size, found - size);
  }
  std::memset(At(cell), 0, used);
  SetSize(At(cell), -static_cast<std::int32_t>(used));
  return cell;
}

void Storage::Free(std::uint32_t cell) {
  const std::uint32_t bin = blocks_[cell / REGF_BLOCK_SIZE].bin;
  const std::uint32_t end = bin + BinSize(bin);
  std::uint32_t size = Span(cell);
  if (cell + size < end && Size(At(cell + size)) > 0) {
    Unlink(cell + size);
    size += Span(cell + size);
  }
  // The format has no way back from a cell: look for the one before it from the start of the (mostly 4 KiB) bin.
  std::uint32_t previous = REGF_NIL;
  for (std::uint32_t at = bin + sizeof(RegfBin); at < cell; at += Span(at)) {
    previous = at;
  }
  if (previous != REGF_NIL && Size(At(previous)) > 0) {
    Unlink(previous);
    size += Span(previous);
    cell = previous;
  }
  MakeFree(cell, size);
}

void Storage::Write(std::span<std::byte> to) const {
  for (std::uint32_t block = 0; block < blocks_.Size(); block++) {
    std::memcpy(to.data() + block * REGF_BLOCK_SIZE, blocks_[block].memory, REGF_BLOCK_SIZE);
  }
  for (std::uint32_t bin = 0; bin < ByteLength(); bin += BinSize(bin)) {
    for (std::uint32_t cell = bin + sizeof(RegfBin); cell < bin + BinSize(bin); cell += Span(cell)) {
      if (Size(At(cell)) > 0) {
        std::memset(to.data() + cell + 4, 0, Span(cell) - 4);
      }
    }
  }
}

}  // namespace hive
