// What stands in for the rest of wdm.dll and for the Executive.
#pragma once

#include <cstddef>
#include <map>

namespace fakes {

inline constexpr unsigned long long kBouncePhysical = 0x10'0000;

extern std::map<void *, size_t> contiguous;  // contiguous memory that is out
extern bool no_contiguous;
extern void *request_address;  // what WdmMapRequest says; null: no memory
extern int map_calls;

struct BugCheck {
  unsigned code;
};
struct Raised {
  int status;
};

}  // namespace fakes
