// The file around the cells: base block, checksum, loading and writing.

#include "checker.hpp"
#include "internal.hpp"

namespace hive {
namespace {

std::uint32_t Checksum(const RegfBaseBlock &block) {
  std::uint32_t sum = 0;
  std::uint32_t words[offsetof(RegfBaseBlock, checksum) / sizeof(std::uint32_t)];
  std::memcpy(words, &block, sizeof words);
  for (std::uint32_t word : words) {
    sum ^= word;
  }
  return sum == 0 ? 1 : sum == 0xFFFFFFFF ? 0xFFFFFFFE : sum;
}

bool Plausible(const RegfBaseBlock &block, std::size_t image_size) {
  return block.signature == REGF_SIGNATURE && block.checksum == Checksum(block) && block.sequence1 == block.sequence2 &&
         block.major == 1 && block.minor >= 3 && block.minor <= 6 && block.type == 0 && block.format == 1 &&
         block.length != 0 && block.length % REGF_BLOCK_SIZE == 0 && block.length <= image_size - REGF_BLOCK_SIZE;
}

}  // namespace

Result<Hive> Hive::Load(Allocator &allocator, std::span<const std::byte> image) {
  if (image.size() < 2 * REGF_BLOCK_SIZE) {
    return Fail(STATUS_REGISTRY_CORRUPT);
  }
  RegfBaseBlock block;
  std::memcpy(&block, image.data(), sizeof block);
  if (!Plausible(block, image.size())) {
    return Fail(STATUS_REGISTRY_CORRUPT);
  }
  Hive hive(allocator);
  TRY(hive.stable_.Load(image.subspan(REGF_BLOCK_SIZE, block.length)));
  TRY(Checker(hive).Run(block.root_cell));
  return hive;
}

void Hive::WriteFile(std::span<std::byte> to, std::u16string_view file_name, std::uint32_t sequence,
                     std::uint64_t time) {
  std::memset(to.data(), 0, REGF_BLOCK_SIZE);
  auto &block = *reinterpret_cast<RegfBaseBlock *>(to.data());
  block.signature = REGF_SIGNATURE;
  block.sequence1 = sequence;
  block.sequence2 = sequence;
  block.time_stamp = time;
  block.major = 1;
  block.minor = 5;
  block.format = 1;
  block.root_cell = static_cast<std::uint32_t>(root_);
  block.length = static_cast<std::uint32_t>(stable_.ByteLength());
  block.cluster = 1;
  for (std::size_t i = 0; i < std::min(file_name.size(), std::size(block.file_name) - 1); i++) {
    block.file_name[i] = file_name[i];
  }
  block.checksum = Checksum(block);

  const auto bins = to.subspan(REGF_BLOCK_SIZE);
  stable_.Write(bins);
  ForEachStableKey([&](Key key) {
    // Volatile children are not there when the file is loaded again; work_var was used by this walk.
    auto &node = *reinterpret_cast<RegfKey *>(bins.data() + static_cast<std::uint32_t>(key) + 4);
    node.sub_key_count[1] = 0;
    node.sub_key_list[1] = REGF_NIL;
    node.work_var = 0;
  });
}

}  // namespace hive
