#pragma once
// The devices of a PC as its tables tell them.

#include "source.hpp"
#include "tables.hpp"

namespace acpibus {

class PcSource final : public DeviceSource {
 public:
  explicit PcSource(const Machine &machine) : machine_(machine) {}
  NTSTATUS Enumerate(DeviceSink &sink) const override;

 private:
  const Machine &machine_;
};

}  // namespace acpibus
