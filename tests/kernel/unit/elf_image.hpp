#pragma once
// Makes small ELF64 files.

#include <cstdint>
#include <cstring>
#include <vector>

struct Segment {
  uint64_t offset, vaddr, file_size, memory_size;
};

inline std::vector<uint8_t> MakeElf(const std::vector<Segment> &segments, uint64_t size = 0x3000) {
  std::vector<uint8_t> file(size);
  for (size_t i = 0; i < file.size(); ++i) {
    file[i] = static_cast<uint8_t>(i * 7 + 1);
  }
  const auto put = [&file](size_t at, auto value) { std::memcpy(file.data() + at, &value, sizeof(value)); };
  std::memset(file.data(), 0, 64 + 56 * segments.size());
  std::memcpy(file.data(), "\177ELF\2\1\1", 7);
  put(16, uint16_t{2});
  put(18, uint16_t{62});
  put(20, uint32_t{1});
  put(24, uint64_t{0x401000});
  put(32, uint64_t{64});
  put(52, uint16_t{64});
  put(54, uint16_t{56});
  put(56, static_cast<uint16_t>(segments.size()));
  for (size_t i = 0; i < segments.size(); ++i) {
    const size_t at = 64 + 56 * i;
    put(at, uint32_t{1});
    put(at + 8, segments[i].offset);
    put(at + 16, segments[i].vaddr);
    put(at + 32, segments[i].file_size);
    put(at + 40, segments[i].memory_size);
  }
  return file;
}
