#pragma once
// Device interfaces for the Executive itself.

#include <nt/nt.h>

#include <string_view>

namespace pnp {

// Called when an interface is enabled or disabled; `link` is its name below \??, valid during the call. Set once at
// start.
using InterfaceObserver = void (*)(const GUID &interface_class, std::u16string_view link, bool arrival);
void UseInterfaceObserver(InterfaceObserver observer);

}  // namespace pnp
