#include "vad.hpp"

#include <bit>

namespace mm {

ULONG Vad::ProtectionOf(std::uint64_t page, const PageEntry *entry) const {
  if (entry != nullptr && entry->protection != 0) {
    return entry->protection;
  }
  if (kind == Kind::kView && section->Pages().IsImage()) {
    ULONG image = section->Pages().Protection(section_page + (page - first));
    return image == 0 ? PAGE_NOACCESS : image;
  }
  return protection & 0xff;
}

bool Vad::Committed(const PageEntry *entry) const {
  if (entry != nullptr && entry->state != PageState::kDefault) {
    return entry->state != PageState::kReserved;
  }
  return kind != Kind::kPrivate || committed;
}

bool CanRead(ULONG protection) { return (protection & 0xff) != PAGE_NOACCESS; }

bool CanWrite(ULONG protection) {
  return (protection & (PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)) != 0;
}

bool CanExecute(ULONG protection) {
  return (protection & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)) != 0;
}

bool IsCopyOnWrite(ULONG protection) { return (protection & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY)) != 0; }

bool ValidProtection(ULONG protection, bool views) {
  constexpr ULONG kFlags = PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE;
  ULONG value = protection & ~kFlags;
  if (value == 0 || value > 0x80 || !std::has_single_bit(value)) {
    return false;
  }
  if (value == PAGE_NOACCESS && (protection & kFlags) != 0) {
    return false;
  }
  if ((protection & PAGE_NOCACHE) != 0 && (protection & (PAGE_GUARD | PAGE_WRITECOMBINE)) != 0) {
    return false;
  }
  return views || !IsCopyOnWrite(value);
}

}  // namespace mm
