#pragma once
// Driver objects and what the Executive asks of them.

#include <wdm.h>
#include <wdm/host.h>

namespace io {

// The driver object of the image that `address` is in, or null. For traces and bug checks.
PDRIVER_OBJECT DriverAt(const void *address);

// The driver object with that object name (`\Driver\x`), without a reference, or null.
PDRIVER_OBJECT FindDriver(PCUNICODE_STRING name);

// Command::kLoadDriver ... kStop, from Drain. Each posts its Answer::kDone.
void LoadDriver(const host::Request &request);
void UnloadDriver(const host::Request &request);
void AddDevice(const host::Request &request);

}  // namespace io
