#include <ke/vspace.hpp>

#include <cap/invoke.hpp>

#include <new>

namespace ke {
namespace {

constinit VSpace own{cap::Cap<cap::Pml4>(seL4_CapInitThreadVSpace)};

seL4_Error MapTable(TableLevel level, seL4_CPtr table, cap::Cap<cap::Pml4> root, std::uint64_t address) {
  switch (level) {
    case TableLevel::kPageTable:
      return cap::Map(cap::Cap<cap::PageTable>(table), root, address);
    case TableLevel::kPageDirectory:
      return cap::Map(cap::Cap<cap::PageDirectory>(table), root, address);
    case TableLevel::kPdpt:
      return cap::Map(cap::Cap<cap::Pdpt>(table), root, address);
  }
  __builtin_unreachable();
}

void UnmapTable(TableLevel level, seL4_CPtr table) {
  // The Executive holds the only capability of each table, so unmapping cannot fail.
  switch (level) {
    case TableLevel::kPageTable:
      (void)cap::Unmap(cap::Cap<cap::PageTable>(table));
      return;
    case TableLevel::kPageDirectory:
      (void)cap::Unmap(cap::Cap<cap::PageDirectory>(table));
      return;
    case TableLevel::kPdpt:
      (void)cap::Unmap(cap::Cap<cap::Pdpt>(table));
      return;
  }
  __builtin_unreachable();
}

}  // namespace

VSpace &OwnVSpace() { return own; }

Result<void> VSpace::Initialise() {
  root_ = TRY(AllocatePml4());
  return {};
}

VSpace::~VSpace() {
  if (this == &own || !root_) {
    return;
  }
  while (true) {
    // Newest first: lower tables were made after the ones above them.
    for (std::size_t i = newest_->count; i-- > 0;) {
      Table &table = newest_->tables[i];
      UnmapTable(table.level, table.object);
      FreeTable(table.level, table.object);
    }
    if (newest_ == &first_) {
      break;
    }
    Block *block = newest_;
    newest_ = block->next;
    delete block;
  }
  FreePml4(root_);
}

Result<void> VSpace::Remember(Table table) {
  if (newest_->count == newest_->tables.size()) {
    auto *block = new (std::nothrow) Block;
    if (block == nullptr) {
      return Fail(STATUS_NO_MEMORY);
    }
    block->next = newest_;
    newest_ = block;
  }
  newest_->tables[newest_->count++] = table;
  return {};
}

Result<void> VSpace::AddTable(seL4_Word missing_bits, std::uint64_t address) {
  TableLevel level;
  switch (missing_bits) {
    case SEL4_MAPPING_LOOKUP_NO_PT:
      level = TableLevel::kPageTable;
      break;
    case SEL4_MAPPING_LOOKUP_NO_PD:
      level = TableLevel::kPageDirectory;
      break;
    case SEL4_MAPPING_LOOKUP_NO_PDPT:
      level = TableLevel::kPdpt;
      break;
    default:
      return Fail(STATUS_UNSUCCESSFUL);
  }
  seL4_CPtr table = TRY(AllocateTable(level));
  if (MapTable(level, table, root_, address) != seL4_NoError) {
    FreeTable(level, table);
    return Fail(STATUS_NO_MEMORY);
  }
  if (this == &own) {
    return {};  // Tables of our own space are never given back.
  }
  Result<void> remembered = Remember({table, level});
  if (!remembered) {
    UnmapTable(level, table);
    FreeTable(level, table);
  }
  return remembered;
}

Result<void> VSpace::Map(seL4_CPtr frame, std::uint64_t address, Protection protection,
                         seL4_X86_VMAttributes attributes) {
  seL4_CapRights_t rights = protection == Protection::kReadWrite ? seL4_ReadWrite : seL4_CanRead;
  // A missing level is reported one at a time, the highest first: at most three rounds.
  for (int round = 0; round < 4; round += 1) {
    cap::Message message;
    seL4_Error error = cap::Invoke(message, frame, X86PageMap, {root_.Pointer()}, address, rights.words[0], attributes);
    if (error == seL4_NoError) {
      return {};
    }
    if (error != seL4_FailedLookup) {
      return Fail(STATUS_UNSUCCESSFUL);
    }
    TRY(AddTable(message.words[SEL4_MAPPING_LOOKUP_LEVEL], address));
  }
  return Fail(STATUS_NO_MEMORY);
}

}  // namespace ke
