#pragma once
// What the registry says about the session.

#include <native/string.hpp>
#include <rtl/result.hpp>

namespace smss {

// The command line of the shell: value `Shell` of the Session Manager key, variables expanded.
Result<native::String> ShellCommandLine();

// Sets the variables of `Session Manager\Environment` in this process; programs inherit them.
Result<void> LoadEnvironment();

}  // namespace smss
