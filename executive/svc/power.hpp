#pragma once
// The three ways to end.

namespace svc {

// Finds out how this machine is switched off (ACPI). Without ACPI only halting and rebooting work.
void InitialisePower();

[[noreturn]] void HaltSystem();
[[noreturn]] void Reboot();
[[noreturn]] void PowerOff();

}  // namespace svc
