#pragma once
// A device with a file system in the Executive: NT's rules for opening paths, in front of a few questions to the file
// system. Volumes that drivers serve implement Device::Open themselves; the file objects are the same.

#include <io/device.hpp>

namespace io {

class Volume : public Device {
 public:
  Result<Opened> Open(const OpenRequest &request) final;

 protected:
  using Device::Device;

  virtual bool ReadOnly() const = 0;
  // The node of the root directory; of the volume itself (opened without a path).
  virtual Result<Ref<Node>> Root() = 0;
  virtual Result<Ref<Node>> Itself() = 0;
  // What `directory` lists as `name`, without regard to case; `directory` is one of this volume's directories.
  // STATUS_OBJECT_NAME_NOT_FOUND.
  virtual Result<Ref<Node>> Lookup(Node &directory, std::u16string_view name) = 0;

 private:
  Result<Ref<Node>> Walk(Ref<Node> from, std::u16string_view path);
  Result<Opened> OpenItself(const OpenRequest &request);
  Result<Opened> OpenExisting(Ref<Node> node, const OpenRequest &request, bool trailing_backslash);
  Result<ACCESS_MASK> Grant(ACCESS_MASK access) const;
};

// Rights that change a file or directory.
inline constexpr ACCESS_MASK kWriteAccess = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES |
                                            FILE_DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER;

}  // namespace io
