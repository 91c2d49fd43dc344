#include <io/node.hpp>

namespace io {

ShareAccess::Wants ShareAccess::WantsOf(ACCESS_MASK access) {
  return {.read = (access & (FILE_READ_DATA | FILE_EXECUTE)) != 0,
          .write = (access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0,
          .remove = (access & DELETE) != 0};
}

Result<void> ShareAccess::Add(ACCESS_MASK access, ULONG share) {
  const Wants wants = WantsOf(access);
  if (!wants.Any()) {
    return {};  // attributes only: never in anybody's way
  }
  const bool read = (share & FILE_SHARE_READ) != 0;
  const bool write = (share & FILE_SHARE_WRITE) != 0;
  const bool remove = (share & FILE_SHARE_DELETE) != 0;
  if ((wants.read && share_read_ < opens_) || (wants.write && share_write_ < opens_) ||
      (wants.remove && share_delete_ < opens_) || (readers_ != 0 && !read) || (writers_ != 0 && !write) ||
      (deleters_ != 0 && !remove)) {
    return Fail(STATUS_SHARING_VIOLATION);
  }
  opens_ += 1;
  readers_ += wants.read;
  writers_ += wants.write;
  deleters_ += wants.remove;
  share_read_ += read;
  share_write_ += write;
  share_delete_ += remove;
  return {};
}

void ShareAccess::Remove(ACCESS_MASK access, ULONG share) {
  const Wants wants = WantsOf(access);
  if (!wants.Any()) {
    return;
  }
  opens_ -= 1;
  readers_ -= wants.read;
  writers_ -= wants.write;
  deleters_ -= wants.remove;
  share_read_ -= (share & FILE_SHARE_READ) != 0;
  share_write_ -= (share & FILE_SHARE_WRITE) != 0;
  share_delete_ -= (share & FILE_SHARE_DELETE) != 0;
}

}  // namespace io
