#include "page_map.hpp"

#include <new>
#include <utility>

namespace mm {

PageMap::PageMap(PageMap &&other) noexcept
    : root_(std::exchange(other.root_, nullptr)), levels_(std::exchange(other.levels_, 0)) {}

PageMap::~PageMap() {
  if (root_ != nullptr) {
    Free(root_, levels_);
  }
}

void PageMap::Free(void *node, unsigned level) {
  if (level == 1) {
    delete static_cast<Leaf *>(node);
    return;
  }
  auto *inner = static_cast<Node *>(node);
  for (void *child : inner->children) {
    if (child != nullptr) {
      Free(child, level - 1);
    }
  }
  delete inner;
}

PageEntry *PageMap::Find(std::uint64_t index) const {
  if (!Covers(index)) {
    return nullptr;
  }
  void *node = root_;
  for (unsigned level = levels_; level > 1; level -= 1) {
    node = static_cast<Node *>(node)->children[index >> (kBits * (level - 1)) & (kFanout - 1)];
    if (node == nullptr) {
      return nullptr;
    }
  }
  return &static_cast<Leaf *>(node)->entries[index & (kFanout - 1)];
}

Result<PageEntry *> PageMap::Get(std::uint64_t index) {
  while (!Covers(index)) {
    if (levels_ == 0) {
      root_ = new (std::nothrow) Leaf;
      if (root_ == nullptr) {
        return Fail(STATUS_INSUFFICIENT_RESOURCES);
      }
    } else {
      auto *top = new (std::nothrow) Node;
      if (top == nullptr) {
        return Fail(STATUS_INSUFFICIENT_RESOURCES);
      }
      top->children[0] = root_;
      root_ = top;
    }
    levels_ += 1;
  }
  void *node = root_;
  for (unsigned level = levels_; level > 1; level -= 1) {
    void *&child = static_cast<Node *>(node)->children[index >> (kBits * (level - 1)) & (kFanout - 1)];
    if (child == nullptr) {
      child = level == 2 ? static_cast<void *>(new (std::nothrow) Leaf) : new (std::nothrow) Node;
      if (child == nullptr) {
        return Fail(STATUS_INSUFFICIENT_RESOURCES);
      }
    }
    node = child;
  }
  return &static_cast<Leaf *>(node)->entries[index & (kFanout - 1)];
}

std::uint64_t PageMap::NextIn(void *node, unsigned level, std::uint64_t index) {
  if (level == 1) {
    return index;
  }
  unsigned shift = kBits * (level - 1);
  auto *inner = static_cast<Node *>(node);
  for (std::uint64_t child = index >> shift; child < kFanout; child += 1) {
    if (inner->children[child] == nullptr) {
      continue;
    }
    std::uint64_t start = child << shift;
    std::uint64_t found = NextIn(inner->children[child], level - 1, index > start ? index - start : 0);
    if (found != ~std::uint64_t{0}) {
      return start + found;
    }
  }
  return ~std::uint64_t{0};
}

std::uint64_t PageMap::Next(std::uint64_t index) const {
  return Covers(index) ? NextIn(root_, levels_, index) : ~std::uint64_t{0};
}

}  // namespace mm
