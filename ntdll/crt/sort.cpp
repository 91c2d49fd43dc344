// qsort and bsearch. Heap sort: no recursion, no worst case beyond n log n, whatever the comparison function says.
#include "crtp.hpp"

namespace {

using Compare = int (*)(const void *, const void *);
using CompareContext = int (*)(void *, const void *, const void *);

void Swap(unsigned char *left, unsigned char *right, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const unsigned char kept = left[i];
    left[i] = right[i];
    right[i] = kept;
  }
}

template <typename Order>
void HeapSort(void *base, size_t count, size_t size, Order order) {
  auto *const bytes = static_cast<unsigned char *>(base);
  const auto at = [=](size_t index) { return bytes + index * size; };
  const auto sift = [&](size_t root, size_t end) {
    for (size_t child = 0; (child = 2 * root + 1) < end; root = child) {
      if (child + 1 < end && order(at(child), at(child + 1)) < 0) {
        ++child;
      }
      if (order(at(root), at(child)) >= 0) {
        return;
      }
      Swap(at(root), at(child), size);
    }
  };
  for (size_t root = count / 2; root-- > 0;) {
    sift(root, count);
  }
  for (size_t end = count; end-- > 1;) {
    Swap(at(0), at(end), size);
    sift(0, end);
  }
}

template <typename Order>
void *Search(const void *base, size_t count, size_t size, Order order) {
  const auto *bytes = static_cast<const unsigned char *>(base);
  while (count > 0) {
    const unsigned char *const middle = bytes + count / 2 * size;
    const int side = order(middle);
    if (side == 0) {
      return const_cast<unsigned char *>(middle);
    }
    if (side > 0) {
      bytes = middle + size;
      count -= count / 2 + 1;
    } else {
      count /= 2;
    }
  }
  return nullptr;
}

}  // namespace

extern "C" {

void NTCRT(qsort)(void *base, size_t count, size_t size, Compare compare) { HeapSort(base, count, size, compare); }

void NTCRT(qsort_s)(void *base, size_t count, size_t size, CompareContext compare, void *context) {
  HeapSort(base, count, size, [=](const void *left, const void *right) { return compare(context, left, right); });
}

void *NTCRT(bsearch)(const void *key, const void *base, size_t count, size_t size, Compare compare) {
  return Search(base, count, size, [=](const void *element) { return compare(key, element); });
}

void *NTCRT(bsearch_s)(const void *key, const void *base, size_t count, size_t size, CompareContext compare,
                       void *context) {
  return Search(base, count, size, [=](const void *element) { return compare(context, key, element); });
}

}  // extern "C"
