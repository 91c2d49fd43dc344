#pragma once
// The Tab key: file names.

#include "line_editor.hpp"

namespace ntcmd {

// Completes the word before the cursor with the names in its directory that begin with it: what they have in common;
// rings the bell when that adds nothing.
void Complete(LineEditor &editor, native::String &out);

}  // namespace ntcmd
