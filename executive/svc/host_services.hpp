#pragma once
// Services that driver hosts may not call: a driver works through its devices, not on programs or on the system
// (ARCHITECTURE.md 2.4, authority).

#include <nt/services.hpp>

#include <array>

namespace svc {

inline constexpr std::array<bool, nt::kServiceCount> kDeniedToHosts = [] {
  std::array<bool, nt::kServiceCount> denied = {};
  for (const char *name :
       {"NtCreateUserProcess", "NtGetNextProcess", "NtGetNextThread", "NtOpenProcess", "NtOpenThread",
        "NtPlugPlayControl", "NtSetSystemInformation", "NtSetSystemTime", "NtShutdownSystem"}) {
    if (nt::ServiceNumber(name) != nt::kServiceCount) {
      denied[nt::ServiceNumber(name)] = true;
    }
  }
  return denied;
}();

}  // namespace svc
