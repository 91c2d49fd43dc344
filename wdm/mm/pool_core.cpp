#include "pool_core.hpp"

namespace wdm {
namespace {

constexpr uint16_t kAllocated = 0xA110;
constexpr uint16_t kReleased = 0xF4EE;
constexpr size_t kMaximumChunkPages = 256;
constexpr size_t kMaximumSize = size_t{1} << (sizeof(size_t) * 8 - 2);

// Sizes of blocks with their headers. But for the first they are multiples of 64 and begin 48 bytes into the page, so
// that what follows the header is 64-byte aligned.
constexpr uint16_t kSizes[] = {32, 64, 128, 192, 256, 320, 384, 448, 640, 768, 960, 1344, 1984};

constexpr size_t StartOf(size_t size_class) { return size_class == 0 ? 0 : 48; }
constexpr size_t CountOf(size_t size_class) { return (kPoolPage - StartOf(size_class)) / kSizes[size_class]; }

// A page of one block that does not fit a class: header at the start of the page.
constexpr uint8_t kWholePage = sizeof(kSizes) / sizeof(kSizes[0]);

constexpr uint16_t Mark(uint16_t state, size_t offset) { return static_cast<uint16_t>(state ^ offset); }

PoolFault Caller(uintptr_t kind, uintptr_t second, uintptr_t third, uintptr_t fourth) {
  return {kBadPoolCaller, {kind, second, third, fourth}};
}

}  // namespace

size_t PoolCore::ClassOf(size_t bytes, bool cache_aligned) {
  for (size_t i = cache_aligned ? 1 : 0; i < kClasses; i += 1) {
    if (bytes + kPoolHeader <= kSizes[i]) {
      return i;
    }
  }
  return kClasses;
}

void PoolCore::Link(Page **list, Page *page) {
  page->previous = nullptr;
  page->next = *list;
  if (*list != nullptr) {
    (*list)->previous = page;
  }
  *list = page;
}

void PoolCore::Unlink(Page **list, Page *page) {
  (page->previous == nullptr ? *list : page->previous->next) = page->next;
  if (page->next != nullptr) {
    page->next->previous = page->previous;
  }
}

const PoolCore::Chunk *PoolCore::Find(const void *address) const {
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  for (size_t i = 0; i < chunk_count_; i += 1) {
    const size_t pages = __atomic_load_n(&chunks_[i].pages, __ATOMIC_ACQUIRE);
    if (wanted - reinterpret_cast<uintptr_t>(chunks_[i].base) < pages * kPoolPage) {
      return &chunks_[i];
    }
  }
  return nullptr;
}

bool PoolCore::Physical(const void *address, uint64_t *physical) const {
  const Chunk *chunk = Find(address);
  if (chunk == nullptr) {
    return false;
  }
  *physical = chunk->physical + static_cast<uint64_t>(static_cast<const char *>(address) - chunk->base);
  return true;
}

char *PoolCore::AddressOf(const Page *page) const {
  // Descriptors stand in the chunk that they describe.
  const Chunk *chunk = Find(page);
  return chunk->base + static_cast<size_t>(page - chunk->descriptors) * kPoolPage;
}

bool PoolCore::Grow(size_t pages) {
  size_t slot = 0;
  while (slot < chunk_count_ && chunks_[slot].pages != 0) {
    slot += 1;
  }
  if (slot == kMaximumChunks) {
    return false;
  }
  const size_t descriptor_pages =
      ((pages + 1) * sizeof(Page) + kPoolPage - sizeof(Page) - 1) / (kPoolPage - sizeof(Page));
  size_t total = pages + descriptor_pages;
  size_t reserved = descriptor_pages;
  if (total <= next_chunk_pages_) {
    total = next_chunk_pages_;
    reserved = (total * sizeof(Page) + kPoolPage - 1) / kPoolPage;
  }
  void *base = nullptr;
  uint64_t physical = 0;
  if (!source_.allocate(total * kPoolPage, &base, &physical)) {
    if (total == pages + descriptor_pages) {
      return false;
    }
    total = pages + descriptor_pages;  // memory is short: only what is asked for
    reserved = descriptor_pages;
    if (!source_.allocate(total * kPoolPage, &base, &physical)) {
      return false;
    }
  }
  if (total == next_chunk_pages_ && next_chunk_pages_ < kMaximumChunkPages) {
    next_chunk_pages_ *= 2;
  }
  Chunk &chunk = chunks_[slot];
  chunk.base = static_cast<char *>(base);
  chunk.physical = physical;
  chunk.descriptors = static_cast<Page *>(base);
  for (size_t i = 0; i < total; i += 1) {
    chunk.descriptors[i] = Page{};  // Kind::kDescriptors
  }
  bytes_held_ += total * kPoolPage;
  __atomic_store_n(&chunk.pages, total, __ATOMIC_RELEASE);
  if (slot == chunk_count_) {
    __atomic_store_n(&chunk_count_, slot + 1, __ATOMIC_RELEASE);
  }
  ReturnRun(chunk, chunk.descriptors + reserved, total - reserved, true);
  return true;
}

// Makes [first, first + pages) a free run, joined with the ones beside it. A large chunk that is free as a whole goes
// back.
void PoolCore::ReturnRun(Chunk &chunk, Page *first, size_t pages, bool fresh) {
  Page *end = chunk.descriptors + chunk.pages;
  Page *after = first + pages;
  if (after < end && after->kind == Kind::kFree) {
    pages += after->pages;
    Unlink(&free_runs_, after);
  }
  // The page before is a descriptor page at worst: there is always one.
  Page *before = first - 1;
  if (before->kind == Kind::kFree) {
    Page *head = first - before->pages;
    pages += head->pages;
    Unlink(&free_runs_, head);
    first = head;
  }
  const size_t reserved = static_cast<size_t>(first - chunk.descriptors);
  if (!fresh && chunk.pages > kMaximumChunkPages && reserved + pages == chunk.pages &&
      chunk.descriptors[reserved - 1].kind == Kind::kDescriptors) {
    bytes_held_ -= chunk.pages * kPoolPage;
    __atomic_store_n(&chunk.pages, size_t{0}, __ATOMIC_RELEASE);
    source_.release(chunk.base);
    return;
  }
  for (Page *page = first; page < first + pages; page += 1) {
    page->kind = Kind::kFree;
  }
  first->pages = static_cast<uint32_t>(pages);
  first[pages - 1].pages = static_cast<uint32_t>(pages);
  Link(&free_runs_, first);
}

// The smallest free run that is large enough.
PoolCore::Page *PoolCore::FindRun(size_t pages) {
  Page *best = nullptr;
  for (Page *run = free_runs_; run != nullptr; run = run->next) {
    if (run->pages >= pages && (best == nullptr || run->pages < best->pages)) {
      best = run;
    }
    if (run->pages == pages) {
      break;
    }
  }
  return best;
}

void *PoolCore::AllocatePages(size_t pages, Kind kind, uint32_t tag) {
  Page *run = FindRun(pages);
  if (run == nullptr) {
    if (!Grow(pages)) {
      return nullptr;
    }
    run = FindRun(pages);
  }
  Unlink(&free_runs_, run);
  if (run->pages > pages) {
    Page *rest = run + pages;
    rest->pages = run->pages - static_cast<uint32_t>(pages);
    rest[rest->pages - 1].pages = rest->pages;
    Link(&free_runs_, rest);
  }
  for (size_t i = 0; i < pages; i += 1) {
    run[i].kind = i == 0 ? kind : Kind::kRunTail;
  }
  run->pages = static_cast<uint32_t>(pages);
  run->tag = tag;
  return AddressOf(run);
}

PoolCore::Page *PoolCore::MakeSlab(size_t size_class) {
  auto *base = static_cast<char *>(AllocatePages(1, Kind::kSlab, 0));
  if (base == nullptr) {
    return nullptr;
  }
  const Chunk *chunk = Find(base);
  Page *page = chunk->descriptors + static_cast<size_t>(base - chunk->base) / kPoolPage;
  page->size_class = static_cast<uint8_t>(size_class);
  page->used = 0;
  // Offsets are those of what follows the header, which is never 0.
  uint16_t next = 0;
  for (size_t i = CountOf(size_class); i > 0; i -= 1) {
    const size_t offset = StartOf(size_class) + (i - 1) * kSizes[size_class];
    *HeaderAt(base, offset) = Header{0, Mark(kReleased, offset), next, 0};
    next = static_cast<uint16_t>(offset + kPoolHeader);
  }
  page->first_free = next;
  Link(&partial_[size_class], page);
  return page;
}

void *PoolCore::AllocateSmall(size_t size_class, uint32_t tag) {
  Page *page = partial_[size_class];
  if (page == nullptr) {
    page = MakeSlab(size_class);
    if (page == nullptr) {
      return nullptr;
    }
  }
  char *base = AddressOf(page);
  const size_t offset = page->first_free - kPoolHeader;
  Header *header = HeaderAt(base, offset);
  const size_t stride = header->next - kPoolHeader - StartOf(size_class);
  if (header->state != Mark(kReleased, offset) ||
      (header->next != 0 && (header->next >= kPoolPage || stride % kSizes[size_class] != 0))) {
    // Somebody wrote over a free block. Nobody can be told here: leave this page's free blocks alone for good.
    Unlink(&partial_[size_class], page);
    page->first_free = 0;
    return AllocateSmall(size_class, tag);
  }
  page->first_free = header->next;
  page->used = static_cast<uint16_t>(page->used + 1);
  if (page->first_free == 0) {
    Unlink(&partial_[size_class], page);
  }
  *header = Header{tag, Mark(kAllocated, offset), 0, 0};
  bytes_in_use_ += kSizes[size_class];
  blocks_in_use_ += 1;
  return base + offset + kPoolHeader;
}

void *PoolCore::Allocate(size_t size, uint32_t tag, bool cache_aligned) {
  if (size > kMaximumSize) {
    return nullptr;
  }
  const size_t size_class = ClassOf(size, cache_aligned);
  if (size_class < kClasses) {
    return AllocateSmall(size_class, tag);
  }
  const bool with_header = size + kPoolHeader <= kPoolPage && !cache_aligned;
  const size_t pages = (size + kPoolPage - 1) / kPoolPage;
  auto *base = static_cast<char *>(AllocatePages(pages, with_header ? Kind::kSlab : Kind::kRun, tag));
  if (base == nullptr) {
    return nullptr;
  }
  bytes_in_use_ += pages * kPoolPage;
  blocks_in_use_ += 1;
  if (!with_header) {
    return base;
  }
  const Chunk *chunk = Find(base);
  chunk->descriptors[static_cast<size_t>(base - chunk->base) / kPoolPage].size_class = kWholePage;
  *HeaderAt(base, 0) = Header{tag, Mark(kAllocated, 0), 0, 0};
  return base + kPoolHeader;
}

PoolFault PoolCore::FreePages(Chunk &chunk, Page *page, char *block, uint32_t tag) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  if (page->kind == Kind::kFree) {
    return Caller(0x07, 0, 0, address);
  }
  if (page->kind != Kind::kRun) {
    return Caller(0x46, address, 0, 0);
  }
  if (tag != 0 && tag != page->tag) {
    return Caller(0x0A, address, page->tag, tag);
  }
  bytes_in_use_ -= page->pages * kPoolPage;
  blocks_in_use_ -= 1;
  ReturnRun(chunk, page, page->pages, false);
  return {};
}

PoolFault PoolCore::FreeSmall(Chunk &chunk, Page *page, char *block, uint32_t tag) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  const size_t in_page = address & (kPoolPage - 1);
  char *base = block - in_page;
  const bool whole = page->size_class == kWholePage;
  const size_t offset = in_page - kPoolHeader;
  const size_t start = whole ? 0 : StartOf(page->size_class);
  const size_t size = whole ? kPoolPage : kSizes[page->size_class];
  if (in_page < start + kPoolHeader || (offset - start) % size != 0 || offset + size > kPoolPage) {
    return Caller(0x46, address, 0, 0);
  }
  Header *header = HeaderAt(base, offset);
  if (header->state == Mark(kReleased, offset)) {
    return Caller(0x07, 0, header->tag, address);
  }
  // Like NT, look at the header of the next block too: a block written beyond its end shows there.
  const size_t after = offset + size;
  const bool next_good = after + size > kPoolPage || HeaderAt(base, after)->state == Mark(kAllocated, after) ||
                         HeaderAt(base, after)->state == Mark(kReleased, after);
  if (header->state != Mark(kAllocated, offset) || !next_good) {
    return {kBadPoolHeader,
            {0x20, reinterpret_cast<uintptr_t>(header), reinterpret_cast<uintptr_t>(base + after), header->state}};
  }
  if (tag != 0 && tag != header->tag) {
    return Caller(0x0A, address, header->tag, tag);
  }
  bytes_in_use_ -= size;
  blocks_in_use_ -= 1;
  if (whole) {
    header->state = Mark(kReleased, offset);
    ReturnRun(chunk, page, 1, false);
    return {};
  }
  *header = Header{header->tag, Mark(kReleased, offset), page->first_free, 0};
  if (page->first_free == 0) {
    Link(&partial_[page->size_class], page);
  }
  page->first_free = static_cast<uint16_t>(in_page);
  page->used = static_cast<uint16_t>(page->used - 1);
  // The last page of a class with room stays: the next request needs it.
  if (page->used == 0 && (page->next != nullptr || page->previous != nullptr)) {
    Unlink(&partial_[page->size_class], page);
    ReturnRun(chunk, page, 1, false);
  }
  return {};
}

PoolFault PoolCore::Free(void *block, uint32_t tag) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  auto *chunk = const_cast<Chunk *>(Find(block));
  if (chunk == nullptr || address % kPoolHeader != 0) {
    return Caller(0x46, address, 0, 0);
  }
  auto *bytes = static_cast<char *>(block);
  Page *page = chunk->descriptors + static_cast<size_t>(bytes - chunk->base) / kPoolPage;
  if (page->kind == Kind::kFree) {
    return Caller(0x07, 0, 0, address);
  }
  if (address % kPoolPage == 0) {
    return FreePages(*chunk, page, bytes, tag);
  }
  if (page->kind != Kind::kSlab) {
    return Caller(0x46, address, 0, 0);
  }
  return FreeSmall(*chunk, page, bytes, tag);
}

bool PoolCore::Query(const void *block, uint32_t *tag, size_t *room) const {
  const auto address = reinterpret_cast<uintptr_t>(block);
  const Chunk *chunk = Find(block);
  if (chunk == nullptr || address % kPoolHeader != 0) {
    return false;
  }
  const auto *bytes = static_cast<const char *>(block);
  const Page &page = chunk->descriptors[static_cast<size_t>(bytes - chunk->base) / kPoolPage];
  if (address % kPoolPage == 0) {
    *tag = page.tag;
    *room = page.pages * kPoolPage;
    return page.kind == Kind::kRun;
  }
  const size_t offset = address % kPoolPage - kPoolHeader;
  const auto *header = reinterpret_cast<const Header *>(bytes - kPoolHeader);
  if (page.kind != Kind::kSlab || header->state != Mark(kAllocated, offset)) {
    return false;
  }
  *tag = header->tag;
  *room = (page.size_class == kWholePage ? kPoolPage : kSizes[page.size_class]) - kPoolHeader;
  return true;
}

}  // namespace wdm
