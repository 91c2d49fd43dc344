#pragma once
// The standard handles. Output is collected and goes out in one call for many lines, because each call costs.

#include <native/format.hpp>
#include <rtl/result.hpp>

namespace native::console {

// Opens \Device\Console for each standard handle that this process was started without (the first process is). The
// handles are inheritable.
Result<void> Open();

// Adds to the output; it is sent when 4 KiB are there, at Flush and when the program ends.
void Write(std::string_view text);
void Flush();

template <typename... Arguments>
void Print(std::string_view format, const Arguments &...arguments) {
  String text;
  Append(text, format, arguments...);
  Write(text);
}

// Waits for input: at least one byte, at most what fits. STATUS_END_OF_FILE when there will be none.
Result<std::size_t> Read(std::span<char> buffer);

// The first failure of an output since the last call, or success: a command whose output went nowhere has failed.
NTSTATUS TakeError();

}  // namespace native::console
