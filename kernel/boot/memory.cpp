#include "boot/memory.hpp"

#include "base/print.hpp"

namespace kernel::boot {

void RegionList::Insert(Word index, Region region) {
  if (count_ == kCapacity) {
    Fatal("the memory map has too many regions");
  }
  for (Word i = count_; i > index; --i) {
    regions_[i] = regions_[i - 1];
  }
  regions_[index] = region;
  ++count_;
}

void RegionList::Erase(Word index) {
  for (Word i = index + 1; i < count_; ++i) {
    regions_[i - 1] = regions_[i];
  }
  --count_;
}

void RegionList::Add(Region region) {
  if (region.start >= region.end) {
    return;
  }
  Word i = 0;
  while (i < count_ && regions_[i].end < region.start) {
    ++i;
  }
  while (i < count_ && regions_[i].start <= region.end) {
    region = {Min(region.start, regions_[i].start), Max(region.end, regions_[i].end)};
    Erase(i);
  }
  Insert(i, region);
}

void RegionList::Remove(Region region) {
  for (Word i = 0; i < count_;) {
    const Region old = regions_[i];
    if (region.start >= region.end || old.end <= region.start || old.start >= region.end) {
      ++i;
      continue;
    }
    Erase(i);
    if (old.start < region.start) {
      Insert(i++, {old.start, region.start});
    }
    if (region.end < old.end) {
      Insert(i++, {region.end, old.end});
    }
  }
}

}  // namespace kernel::boot
