#pragma once
// Shared by the tests of lib/hive: an allocator that can be told to fail, and short forms.

#include <hive/hive.hpp>

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace hive_test {

// Heap memory with accounts: it can fail from the n-th request on and knows whether all was given back.
class TestAllocator final : public hive::Allocator {
 public:
  void *Allocate(std::size_t bytes) override {
    if (requests_left == 0) {
      return nullptr;
    }
    requests_left--;
    outstanding += bytes;
    return std::aligned_alloc(16, (bytes + 15) / 16 * 16);
  }
  void Free(void *memory, std::size_t bytes) override {
    outstanding -= bytes;
    std::free(memory);
  }

  std::size_t requests_left = std::numeric_limits<std::size_t>::max();
  std::size_t outstanding = 0;
};

inline std::u16string ToString(const hive::Name &name) {
  std::u16string text(name.Length(), u'?');
  name.CopyTo(std::as_writable_bytes(std::span(text)));
  return text;
}

inline std::u16string Number(const char *prefix, unsigned number) {
  const std::string text = prefix + std::to_string(number);
  return {text.begin(), text.end()};
}

inline std::vector<std::byte> Bytes(std::size_t count, unsigned seed = 1) {
  std::vector<std::byte> bytes(count);
  for (auto &byte : bytes) {
    seed = seed * 1103515245 + 12345;
    byte = static_cast<std::byte>(seed >> 16);
  }
  return bytes;
}

inline std::vector<std::byte> Data(hive::Hive &hive, hive::Value value) {
  std::vector<std::byte> bytes(hive.Describe(value).length);
  hive.ReadData(value, bytes);
  return bytes;
}

inline std::vector<std::byte> File(hive::Hive &hive) {
  std::vector<std::byte> file(hive.FileSize());
  hive.WriteFile(file, u"test", 1, 1);
  return file;
}

// Allocated cells in the file: those of an empty hive are two, its root and a descriptor.
inline unsigned AllocatedCells(const std::vector<std::byte> &file) {
  unsigned count = 0;
  for (std::size_t bin = 4096; bin < file.size();) {
    std::uint32_t bin_size;
    std::memcpy(&bin_size, file.data() + bin + 8, 4);
    for (std::size_t cell = bin + 32; cell < bin + bin_size;) {
      std::int32_t size;
      std::memcpy(&size, file.data() + cell, 4);
      count += size < 0 ? 1 : 0;
      cell += static_cast<std::size_t>(size < 0 ? -size : size);
    }
    bin += bin_size;
  }
  return count;
}

// A self-relative descriptor as far as the hive cares.
inline const std::vector<std::byte> kSecurity = Bytes(48, 7);

}  // namespace hive_test
