// Where the unwind data of an address are: the loaded modules and what programs add.
#pragma once

#include <nt/nt.h>

namespace seh {

/// Makes the .pdata of a module known. `table` has `count` sorted entries. Called under the loader lock.
void AddModule(ULONG_PTR base, ULONG size, const RUNTIME_FUNCTION *table, ULONG count);

/// Forgets a module.
void RemoveModule(ULONG_PTR base);

}  // namespace seh
