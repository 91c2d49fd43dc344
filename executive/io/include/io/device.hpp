#pragma once
// Devices: named objects that open paths behind their name.

#include <io/node.hpp>
#include <ob/object.hpp>

#include <string_view>

namespace io {

// What NtCreateFile asks of a device. The views outlive the call.
struct OpenRequest {
  Node *relative = nullptr;  // the RootDirectory; null: `path` begins at the device's name
  std::u16string_view path;  // what follows the device's name, or the name below the RootDirectory
  ACCESS_MASK access = 0;    // generic rights mapped; may hold MAXIMUM_ALLOWED
  ULONG disposition = FILE_OPEN;
  ULONG options = 0;
  ULONG attributes = 0;  // of a file that is created
  ULONG share = 0;       // FILE_SHARE_*
};

// Who asks; ids of the process and the thread, 0 the Executive itself.
struct Requestor {
  std::uint32_t process = 0;
  std::uint32_t thread = 0;
};

struct Opened {
  Ref<Node> node;
  ACCESS_MASK granted = 0;
  ULONG information = FILE_OPENED;  // FILE_OPENED, FILE_CREATED, ...
};

// What NtQueryVolumeInformationFile tells. The views live as long as the device.
struct VolumeFacts {
  LONGLONG creation_time = 0;
  ULONG serial_number = 0;
  std::u16string_view label;
  std::u16string_view file_system;
  ULONG file_system_attributes = 0;  // FILE_UNICODE_ON_DISK, ...
  LONG longest_name = 255;
  std::uint64_t units = 0;
  std::uint64_t free_units = 0;
  ULONG sectors_per_unit = 1;
  ULONG bytes_per_sector = 512;
};

class Device : public ob::Object {
 public:
  static ob::Type kType;

  // The file or device that the request names. Statuses of NtCreateFile.
  virtual Result<Opened> Open(const OpenRequest &request) = 0;
  // Whether a driver answers: then opening takes time and this is asked instead of Open(). `waiter` and the views of
  // the request outlive the task.
  virtual bool Driven() const { return false; }
  virtual coro::Task<Result<Opened>> OpenDriven(OpenRequest, Requestor, ke::Waiter &) {
    co_return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  // STATUS_INVALID_DEVICE_REQUEST when it is no volume.
  virtual Result<VolumeFacts> Volume() const { return Fail(STATUS_INVALID_DEVICE_REQUEST); }

  ULONG DeviceType() const { return device_type_; }           // FILE_DEVICE_*
  ULONG Characteristics() const { return characteristics_; }  // FILE_READ_ONLY_DEVICE, ...
  ULONG AlignmentRequirement() const { return alignment_; }   // FILE_BYTE_ALIGNMENT, ...
  // Where it is published, such as `\Device\Console`: the beginning of its nodes' paths.
  std::u16string_view DevicePath() const { return path_; }

 protected:
  // What changes in the life of a driver's device. `path` lives as long as the device.
  void SetPath(std::u16string_view path) { path_ = path; }
  void SetKind(ULONG device_type, ULONG characteristics, ULONG alignment) {
    device_type_ = device_type;
    characteristics_ = characteristics;
    alignment_ = alignment;
  }
  // `path` must live for ever.
  Device(std::u16string_view path, ULONG device_type, ULONG characteristics)
      : Object(kType), path_(path), device_type_(device_type), characteristics_(characteristics) {}

 private:
  std::u16string_view path_;
  ULONG device_type_;
  ULONG characteristics_;
  ULONG alignment_ = 0;
};

}  // namespace io
