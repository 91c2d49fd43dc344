#pragma once
// Physical memory at boot: RAM as the firmware says, minus what the kernel and the root task take.

#include "base/types.hpp"

namespace kernel::boot {

struct Region {
  Paddr start;
  Paddr end;
};

/// A small sorted list of disjoint regions.
class RegionList {
 public:
  static constexpr Word kCapacity = 128;

  void Clear() { count_ = 0; }
  /// Adds a region, merged with neighbours. Empty ones do nothing.
  void Add(Region region);
  /// Takes a region out.
  void Remove(Region region);
  const Region *begin() const { return regions_; }
  const Region *end() const { return regions_ + count_; }
  Word Count() const { return count_; }

 private:
  void Insert(Word index, Region region);
  void Erase(Word index);

  Region regions_[kCapacity]{};
  Word count_ = 0;
};

}  // namespace kernel::boot
