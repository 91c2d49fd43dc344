#pragma once
// Bins and cells of one storage (stable or volatile) of a hive, in memory.

#include <disk/regf.h>
#include <hive/allocator.hpp>

#include <array>
#include <span>

namespace hive {

// Cells by their offset from the first bin. A cell never crosses a bin and a bin is contiguous in memory, so a cell's
// content is one span. Free cells of 16 bytes and more are on lists by size, linked through their own content.
class Storage {
 public:
  explicit Storage(Allocator &allocator) : allocator_(&allocator), blocks_(allocator) { lists_.fill(REGF_NIL); }
  Storage(Storage &&other) noexcept
      : allocator_(other.allocator_), blocks_(std::move(other.blocks_)), lists_(other.lists_) {}
  Storage &operator=(Storage &&other) noexcept {
    std::swap(allocator_, other.allocator_);
    std::swap(blocks_, other.blocks_);
    std::swap(lists_, other.lists_);
    return *this;
  }
  ~Storage();

  // Takes the bins of a file over, checking their heads and the sizes of their cells, and makes the free lists.
  // STATUS_REGISTRY_CORRUPT, STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Load(std::span<const std::byte> bins);

  // A zeroed cell with room for `bytes` of content. STATUS_INSUFFICIENT_RESOURCES.
  Result<std::uint32_t> Allocate(std::size_t bytes);
  // Gives an allocated cell back, joined with its free neighbours.
  void Free(std::uint32_t cell);

  // The content of an allocated cell, without its size word.
  std::span<std::byte> Content(std::uint32_t cell) {
    std::byte *at = At(cell);
    return {at + 4, static_cast<std::size_t>(-Size(at)) - 4};
  }

  std::size_t ByteLength() const { return blocks_.Size() * REGF_BLOCK_SIZE; }
  // The file image of the bins into `to`, ByteLength() bytes; the content of free cells is written as zeros.
  void Write(std::span<std::byte> to) const;

  // For each allocated cell, in order: visit(cell).
  template <typename F>
  void ForEachAllocated(F visit) {
    for (std::uint32_t bin = 0; bin < ByteLength(); bin += BinSize(bin)) {
      for (std::uint32_t cell = bin + sizeof(RegfBin); cell < bin + BinSize(bin); cell += Span(cell)) {
        if (Size(At(cell)) < 0) {
          visit(cell);
        }
      }
    }
  }

 private:
  struct Block {
    std::byte *memory;
    std::uint32_t bin;  // offset of the bin that the block belongs to
  };
  static constexpr std::size_t kExactLists = 31;  // 16, 24, ... 256
  static constexpr std::size_t kLists = kExactLists + 24;

  static std::int32_t Size(const std::byte *at) {
    std::int32_t size;
    std::memcpy(&size, at, 4);
    return size;
  }
  static void SetSize(std::byte *at, std::int32_t size) { std::memcpy(at, &size, 4); }
  static std::size_t ListOf(std::uint32_t size);

  std::byte *At(std::uint32_t offset) const {
    return blocks_[offset / REGF_BLOCK_SIZE].memory + offset % REGF_BLOCK_SIZE;
  }
  std::uint32_t Span(std::uint32_t cell) const {
    const std::int32_t size = Size(At(cell));
    return static_cast<std::uint32_t>(size < 0 ? -size : size);
  }
  std::uint32_t BinSize(std::uint32_t bin) const;
  std::uint32_t &Link(std::uint32_t cell, std::size_t which) {
    return *reinterpret_cast<std::uint32_t *>(At(cell) + 4 + which * 4);
  }
  // Adds a bin whose memory is not set yet.
  Result<std::byte *> AppendBin(std::uint32_t size);
  Result<void> LoadCells(std::uint32_t bin, std::uint32_t size);
  void MakeFree(std::uint32_t cell, std::uint32_t size);
  void Unlink(std::uint32_t cell);
  Result<std::uint32_t> FindFree(std::uint32_t size);

  Allocator *allocator_;
  Array<Block> blocks_;
  std::array<std::uint32_t, kLists> lists_;
};

}  // namespace hive
