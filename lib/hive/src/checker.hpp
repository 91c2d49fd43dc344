#pragma once
// Proof that a loaded hive can be trusted: every cell that can be reached is one whole allocated cell, large enough
// for what it claims to hold, and belongs to one owner.

#include <hive/hive.hpp>

namespace hive {

// Works on the stable storage of a hive that nobody uses yet. While it runs it sets the fields that a file may not
// decide: volatile lists, reference counts of descriptors, maxima.
class Checker {
 public:
  explicit Checker(Hive &hive) : hive_(hive), unclaimed_(*hive.allocator_), rings_(*hive.allocator_) {}

  // STATUS_REGISTRY_CORRUPT, STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Run(std::uint32_t root);

 private:
  // One bit for each place where a cell can begin.
  using Bits = Array<std::uint64_t>;
  bool TakeBit(Bits &bits, std::uint32_t cell);
  void SetBit(Bits &bits, std::uint32_t cell) { bits[cell / 512] |= 1ull << (cell / 8 % 64); }
  bool Bit(const Bits &bits, std::uint32_t cell) const;
  Result<void> MakeBits(Bits &bits);

  // The content of a cell that nobody claimed before, at least `bytes` long.
  Result<std::span<std::byte>> Claim(std::uint32_t cell, std::size_t bytes);
  template <typename T>
  Result<T *> ClaimAs(std::uint32_t cell, std::uint16_t signature);

  Result<void> ClaimRing(std::uint32_t first);
  Result<void> ClaimKey(std::uint32_t cell, Key parent);
  Result<void> ClaimName(std::span<const std::byte> stored, bool compressed, std::size_t most);
  Result<void> ClaimClass(RegfKey &node);
  Result<void> ClaimSecurity(RegfKey &node);
  Result<void> ClaimValues(RegfKey &node);
  Result<void> ClaimValue(RegfKey &node, std::uint32_t cell);
  Result<void> ClaimData(const RegfValue &value);
  Result<void> ClaimBigData(const RegfValue &value);
  Result<void> ClaimChildren(Key key);
  Result<std::uint32_t> ClaimLeaf(Key key, std::uint32_t cell, Key &previous);

  Hive &hive_;
  Bits unclaimed_;
  Bits rings_;  // descriptors in the ring
};

}  // namespace hive
