// What the files of device.exe share.
#pragma once

#include <nt/nt_services.h>

#include <native/handle.hpp>
#include <native/string.hpp>

namespace device {

/// Opens a device for reading and writing; options are those of NtOpenFile.
NTSTATUS Open(const native::String &path, ULONG options, native::Handle *file);

/// Requests that a class driver or a serial port must refuse, time out or let go; a line each: "NAME STATUS".
void ClassRules(const native::String &path);
void PortRules(const native::String &path);

}  // namespace device
