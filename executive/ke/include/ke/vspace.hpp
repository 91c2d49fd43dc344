#pragma once
// The kernel's side of an address space: its page tables, made as mappings need them. What is mapped where is the
// business of the owner (mm keeps software page tables).

#include <ke/objects.hpp>

#include <cap/cap.hpp>
#include <rtl/result.hpp>

#include <array>
#include <cstdint>

namespace ke {

enum class Protection : unsigned char { kReadOnly, kReadWrite };

class VSpace {
 public:
  constexpr VSpace() = default;
  constexpr explicit VSpace(cap::Cap<cap::Pml4> root) : root_(root) {}
  VSpace(const VSpace &) = delete;
  VSpace &operator=(const VSpace &) = delete;
  // Every mapping has been removed by now.
  ~VSpace();

  // Gives the space its root. STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Initialise();

  // Maps the frame that this capability names at `address`, making the tables on the way. STATUS_NO_MEMORY.
  Result<void> Map(seL4_CPtr frame, std::uint64_t address, Protection protection,
                   seL4_X86_VMAttributes attributes = seL4_X86_WriteBack);

  cap::Cap<cap::Pml4> Root() const { return root_; }

 private:
  Result<void> AddTable(seL4_Word missing_bits, std::uint64_t address);

  struct Table {
    seL4_CPtr object = 0;
    TableLevel level = TableLevel::kPageTable;
  };
  struct Block {
    Block *next = nullptr;
    std::array<Table, 15> tables = {};
    std::size_t count = 0;
  };
  Result<void> Remember(Table table);

  cap::Cap<cap::Pml4> root_;
  Block first_;
  Block *newest_ = &first_;
};

// The Executive's own address space.
VSpace &OwnVSpace();

}  // namespace ke
