#pragma once
// Statements of .reg files, carried out on a hive.

#include "reg_file.hpp"

#include <hive/hive.hpp>

#include <cstdlib>

// The heap.
class HeapAllocator final : public hive::Allocator {
 public:
  void *Allocate(std::size_t bytes) override { return std::malloc(bytes); }
  void Free(void *memory, std::size_t) override { std::free(memory); }
};

// Carries the statements of one file out. `root` is the path that the hive's root stands for, such as
// HKEY_LOCAL_MACHINE\SYSTEM; keys elsewhere are an error.
std::expected<void, Error> Apply(hive::Hive &hive, std::u16string_view root, std::uint64_t time,
                                 const std::string &file, const std::vector<Statement> &statements);
