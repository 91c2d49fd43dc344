#pragma once
// Sections of driver images, opened by the Executive: a host never waits for its own disk.

#include <ob/handle_table.hpp>
#include <rtl/result.hpp>

namespace wdm {

// A handle in `handles` to an image section of the file. Statuses of NtOpenFile and NtCreateSection.
Result<HANDLE> OpenImageSection(ob::HandleTable &handles, ob::NameView path);

}  // namespace wdm
