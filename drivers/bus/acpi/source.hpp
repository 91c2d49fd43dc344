#pragma once
// Where acpi.sys learns which devices the machine has. Today the tables say it; a reader of AML will be another source.

#include <ntddk.h>

#include <cstddef>
#include <string_view>

namespace acpibus {

// One resource that the device has, for certain. Both ends included.
struct Resource {
  enum class Kind : UCHAR { kPorts, kMemory, kInterrupt, kDma, kBuses, kPortWindow, kMemoryWindow };
  Kind kind = Kind::kPorts;
  ULONGLONG first = 0;
  ULONGLONG last = 0;

  friend bool operator==(const Resource &, const Resource &) = default;
};

// A device, as a source describes it. The texts live as long as the driver.
struct DeviceRecord {
  static constexpr std::size_t kRoom = 12;

  std::u16string_view hardware_id;    // PNP0303, FixedButton
  std::u16string_view compatible_id;  // or empty
  std::u16string_view description;
  ULONG unique_id = 0;  // tells devices of one hardware ID apart
  std::size_t count = 0;
  Resource resources[kRoom];

  // False when there is no more room.
  bool Add(Resource::Kind kind, ULONGLONG first, ULONGLONG last) {
    if (count == kRoom) {
      return false;
    }
    resources[count] = {kind, first, last};
    count += 1;
    return true;
  }
  bool Is(const DeviceRecord &other) const { return hardware_id == other.hardware_id && unique_id == other.unique_id; }
};

class DeviceSink {
 public:
  virtual NTSTATUS Found(const DeviceRecord &record) = 0;

 protected:
  ~DeviceSink() = default;
};

class DeviceSource {
 public:
  // Hands every device to the sink, the same ones in the same order each time unless the machine has changed. What the
  // sink failed with.
  virtual NTSTATUS Enumerate(DeviceSink &sink) const = 0;

 protected:
  ~DeviceSource() = default;
};

}  // namespace acpibus
