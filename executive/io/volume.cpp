#include <io/volume.hpp>

#include <algorithm>

namespace io {
namespace {

constexpr std::size_t kLongestComponent = 255;

// [MS-FSCC] 2.1.5.2: what a component of a path may be. A stream name ("file:stream") is none of ours.
bool LegalComponent(std::u16string_view name) {
  if (name.empty() || name.size() > kLongestComponent || name == u"." || name == u"..") {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](char16_t unit) {
    return unit >= u' ' && std::u16string_view(u"\"*/:<>?|").find(unit) == std::u16string_view::npos;
  });
}

// Takes the first component off `path`; a backslash is between it and the rest.
std::u16string_view TakeComponent(std::u16string_view &path) {
  const std::size_t divider = path.find(u'\\');
  const std::u16string_view first = path.substr(0, divider);
  path = divider == std::u16string_view::npos ? std::u16string_view() : path.substr(divider + 1);
  return first;
}

// The whole name is judged before any of it is looked up ([MS-FSA] 2.1.5.1, phase 1).
Result<void> CheckNames(std::u16string_view path) {
  while (!path.empty()) {
    const bool more = path.find(u'\\') != std::u16string_view::npos;
    if (!LegalComponent(TakeComponent(path)) || (more && path.empty())) {
      return Fail(STATUS_OBJECT_NAME_INVALID);
    }
  }
  return {};
}

// The path below the directory where it begins. A path from the device's name begins with a backslash, one from a
// RootDirectory must not, and nothing is below a volume that was opened itself.
Result<std::u16string_view> WithoutRoot(const OpenRequest &request) {
  std::u16string_view path = request.path;
  if (request.relative != nullptr) {
    const bool below_volume = !path.empty() && request.relative->NodeKind() == Node::Kind::kVolume;
    if (path.starts_with(u'\\') || below_volume) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    return path;
  }
  // Win32 cannot avoid two backslashes at the front: one too many is forgiven, as file systems of NT do.
  if (path.starts_with(u"\\\\")) {
    path.remove_prefix(1);
  }
  if (!path.starts_with(u'\\')) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return path.substr(1);
}

}  // namespace

Result<Opened> Volume::Open(const OpenRequest &request) {
  if ((request.options & FILE_OPEN_BY_FILE_ID) != 0) {
    return Fail(STATUS_NOT_IMPLEMENTED);
  }
  if (request.relative == nullptr && request.path.empty()) {
    return OpenItself(request);
  }
  std::u16string_view path = TRY(WithoutRoot(request));
  const bool trailing_backslash = path.size() > 1 && path.ends_with(u'\\');
  if (trailing_backslash) {
    path.remove_suffix(1);
  }
  TRY(CheckNames(path));
  if (trailing_backslash && (request.options & FILE_NON_DIRECTORY_FILE) != 0) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  const Ref<Node> from = request.relative != nullptr ? Ref<Node>(request.relative) : TRY(Root());
  auto node = Walk(from, path);
  if (node) {
    return OpenExisting(std::move(*node), request, trailing_backslash);
  }
  const bool creates = request.disposition != FILE_OPEN && request.disposition != FILE_OVERWRITE;
  if (node.error().Code() == STATUS_OBJECT_NAME_NOT_FOUND && creates && ReadOnly()) {
    return Fail(STATUS_MEDIA_WRITE_PROTECTED);
  }
  return std::unexpected(node.error());
}

Result<Ref<Node>> Volume::Walk(Ref<Node> from, std::u16string_view path) {
  while (!path.empty()) {
    const bool last = path.find(u'\\') == std::u16string_view::npos;
    if (!from->IsDirectory()) {
      return Fail(STATUS_OBJECT_PATH_NOT_FOUND);
    }
    auto next = Lookup(*from, TakeComponent(path));
    if (!next) {
      const bool missing = next.error().Code() == STATUS_OBJECT_NAME_NOT_FOUND;
      return Fail(missing && !last ? STATUS_OBJECT_PATH_NOT_FOUND : next.error().Code());
    }
    from = std::move(*next);
  }
  return from;
}

Result<Opened> Volume::OpenItself(const OpenRequest &request) {
  if (request.disposition != FILE_OPEN && request.disposition != FILE_OPEN_IF) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  if ((request.options & FILE_DIRECTORY_FILE) != 0) {
    return Fail(STATUS_NOT_A_DIRECTORY);
  }
  Opened opened;
  opened.granted = TRY(Grant(request.access));
  opened.node = TRY(Itself());
  return opened;
}

Result<Opened> Volume::OpenExisting(Ref<Node> node, const OpenRequest &request, bool trailing_backslash) {
  const bool directory = node->IsDirectory();
  if (!directory && trailing_backslash) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  if (!directory && (request.options & FILE_DIRECTORY_FILE) != 0) {
    return Fail(request.disposition == FILE_CREATE ? STATUS_OBJECT_NAME_COLLISION : STATUS_NOT_A_DIRECTORY);
  }
  if (directory && (request.options & FILE_NON_DIRECTORY_FILE) != 0) {
    return Fail(STATUS_FILE_IS_A_DIRECTORY);
  }
  if (request.disposition == FILE_CREATE) {
    return Fail(STATUS_OBJECT_NAME_COLLISION);
  }
  if (request.disposition != FILE_OPEN && request.disposition != FILE_OPEN_IF) {
    return Fail(directory ? STATUS_OBJECT_NAME_COLLISION : STATUS_MEDIA_WRITE_PROTECTED);
  }
  if ((request.options & FILE_DELETE_ON_CLOSE) != 0 && ReadOnly()) {
    return Fail(STATUS_CANNOT_DELETE);
  }
  Opened opened;
  opened.granted = TRY(Grant(request.access));
  opened.node = std::move(node);
  return opened;
}

// [MS-FSA] 2.1.5.1.2.1: MAXIMUM_ALLOWED leaves out what a read-only volume cannot do; asking for it by name fails.
Result<ACCESS_MASK> Volume::Grant(ACCESS_MASK access) const {
  const bool maximum = (access & MAXIMUM_ALLOWED) != 0;
  const ACCESS_MASK asked = access & ~MAXIMUM_ALLOWED;
  if (ReadOnly() && (asked & kWriteAccess) != 0) {
    return Fail(STATUS_MEDIA_WRITE_PROTECTED);
  }
  if (!maximum) {
    return asked;
  }
  return asked | (ReadOnly() ? FILE_ALL_ACCESS & ~kWriteAccess : FILE_ALL_ACCESS);
}

}  // namespace io
