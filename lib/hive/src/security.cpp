// Security descriptors: each is stored once per storage, in a ring, and counts the keys that use it.

#include "internal.hpp"

namespace hive {
namespace {

std::span<const std::byte> Descriptor(const RegfSecurity &cell) {
  return {reinterpret_cast<const std::byte *>(&cell + 1), cell.descriptor_length};
}

}  // namespace

std::span<const std::byte> Hive::Security(Key key) {
  const std::uint32_t cell = Node(key).security;
  return cell == REGF_NIL ? std::span<const std::byte>() : Descriptor(As<RegfSecurity>(cell));
}

// A cell with this descriptor and one more reference.
Result<std::uint32_t> Hive::FindOrMakeSecurity(std::size_t which, std::span<const std::byte> descriptor) {
  std::uint32_t &ring = security_[which];
  if (ring != REGF_NIL) {
    std::uint32_t cell = ring;
    do {
      auto &security = As<RegfSecurity>(cell);
      if (std::ranges::equal(Descriptor(security), descriptor)) {
        security.reference_count++;
        return cell;
      }
      cell = security.next;
    } while (cell != ring);
  }
  const std::uint32_t cell = TRY(Allocate(which, sizeof(RegfSecurity) + descriptor.size()));
  auto &security = As<RegfSecurity>(cell);
  security.signature = REGF_SECURITY;
  security.next = cell;
  security.previous = cell;
  security.reference_count = 1;
  security.descriptor_length = static_cast<std::uint32_t>(descriptor.size());
  std::memcpy(&security + 1, descriptor.data(), descriptor.size());
  if (ring == REGF_NIL) {
    ring = cell;
    return cell;
  }
  auto &first = As<RegfSecurity>(ring);
  security.next = ring;
  security.previous = first.previous;
  As<RegfSecurity>(first.previous).next = cell;
  first.previous = cell;
  return cell;
}

void Hive::ReleaseSecurity(std::uint32_t cell) {
  auto &security = As<RegfSecurity>(cell);
  if (--security.reference_count != 0) {
    return;
  }
  std::uint32_t &ring = security_[Which(cell)];
  if (security.next == cell) {
    ring = REGF_NIL;
  } else {
    As<RegfSecurity>(security.previous).next = security.next;
    As<RegfSecurity>(security.next).previous = security.previous;
    if (ring == cell) {
      ring = security.next;
    }
  }
  Free(cell);
}

Result<void> Hive::SetSecurity(Key key, std::span<const std::byte> descriptor) {
  const std::uint32_t cell = TRY(FindOrMakeSecurity(Which(static_cast<std::uint32_t>(key)), descriptor));
  const std::uint32_t old = Node(key).security;
  Node(key).security = cell;
  if (old != REGF_NIL) {
    ReleaseSecurity(old);
  }
  return {};
}

}  // namespace hive
