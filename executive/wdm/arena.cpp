#include <wdm/arena.hpp>

#include <ke/frames.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace wdm {

Result<void> Arena::Create() {
  pages_ = TRY(mm::Segment::CreateMemory(host::kArenaSize / kPage, mm::Commitment::kNone));
  bytes_.reset(new (std::nothrow) std::byte *[host::kArenaSize / kPage] {});
  if (!bytes_) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return {};
}

void Arena::Mark(std::uint32_t first, std::uint32_t count, bool taken) {
  for (std::uint32_t granule = first; granule < first + count; granule += 1) {
    std::uint64_t bit = std::uint64_t{1} << (granule % 64);
    map_[granule / 64] = taken ? map_[granule / 64] | bit : map_[granule / 64] & ~bit;
  }
}

Result<std::uint32_t> Arena::Allocate(std::size_t length) {
  if (length > kShared) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  const auto wanted = static_cast<std::uint32_t>((length + kGranule - 1) / kGranule);
  std::uint32_t run = 0;
  std::uint32_t granule = lowest_;
  while (granule < kGranules) {
    if (map_[granule / 64] == ~std::uint64_t{0} && granule % 64 == 0) {
      run = 0;
      granule += 64;
      continue;
    }
    run = Taken(granule) ? 0 : run + 1;
    granule += 1;
    if (run == wanted) {
      const std::uint32_t first = granule - run;
      Mark(first, run, true);
      if (first == lowest_) {
        lowest_ = granule;
      }
      used_ += run;
      return first * kGranule;
    }
  }
  return Fail(STATUS_INSUFFICIENT_RESOURCES);
}

void Arena::Free(std::uint32_t offset, std::size_t length) {
  const auto count = static_cast<std::uint32_t>((length + kGranule - 1) / kGranule);
  Mark(offset / kGranule, count, false);
  lowest_ = std::min(lowest_, offset / kGranule);
  used_ -= count;
}

Result<std::span<std::byte>> Arena::Bytes(std::uint32_t offset, std::size_t length) {
  std::byte *&page = bytes_[offset / kPage];
  if (page == nullptr) {
    page = TRY(ke::FrameBytes(TRY(pages_->Frame(offset / kPage))));
  }
  return std::span(page + offset % kPage, std::min<std::size_t>(length, kPage - offset % kPage));
}

Result<void> Arena::Fill(std::uint32_t offset, const UserPointer &from, std::size_t length) {
  for (std::size_t done = 0; done < length;) {
    std::span<std::byte> piece = TRY(Bytes(offset + static_cast<std::uint32_t>(done), length - done));
    TRY(from.Read(piece.data(), piece.size(), done));
    done += piece.size();
  }
  return {};
}

Result<void> Arena::Take(std::uint32_t offset, const UserPointer &to, std::size_t length) {
  for (std::size_t done = 0; done < length;) {
    std::span<std::byte> piece = TRY(Bytes(offset + static_cast<std::uint32_t>(done), length - done));
    TRY(to.Write(piece.data(), piece.size(), done));
    done += piece.size();
  }
  return {};
}

Result<void> Arena::Put(std::uint32_t offset, const void *from, std::size_t length) {
  for (std::size_t done = 0; done < length;) {
    std::span<std::byte> piece = TRY(Bytes(offset + static_cast<std::uint32_t>(done), length - done));
    std::memcpy(piece.data(), static_cast<const std::byte *>(from) + done, piece.size());
    done += piece.size();
  }
  return {};
}

Result<void> Arena::Get(std::uint32_t offset, void *to, std::size_t length) {
  for (std::size_t done = 0; done < length;) {
    std::span<std::byte> piece = TRY(Bytes(offset + static_cast<std::uint32_t>(done), length - done));
    std::memcpy(static_cast<std::byte *>(to) + done, piece.data(), piece.size());
    done += piece.size();
  }
  return {};
}

Result<void> Arena::Zero(std::uint32_t offset, std::size_t length) {
  for (std::size_t done = 0; done < length;) {
    std::span<std::byte> piece = TRY(Bytes(offset + static_cast<std::uint32_t>(done), length - done));
    std::memset(piece.data(), 0, piece.size());
    done += piece.size();
  }
  return {};
}

}  // namespace wdm
