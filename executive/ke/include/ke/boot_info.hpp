#pragma once
// What the kernel told us at start, and whether it is a kernel we can run on.

#include <sel4/sel4.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace ke {

// The kernel's boot information; set before anything else runs.
extern const seL4_BootInfo *boot_info;

// The chunk of the extra boot information with this id, header included, or nullptr.
const seL4_BootInfoHeader *FindBootChunk(seL4_Word id);

// Compares the kernel's boot information with the reference configuration (SEL4_ABI.md section 0): nullptr when it
// fits, otherwise a sentence for the person at the console. Calls the kernel only in ways every configuration has.
const char *RefuseKernel();

// Whether the kernel numbers the invocations of I/O ports (which come after those of every option that adds some) and
// the object types as ours does. Before the CSpace is ours.
bool PortsAreNumberedAsOurs();
bool TypesAreNumberedAsOurs();

// "Neptune OS cannot run on this kernel: REASON." on the serial line, whatever the numbers of this kernel's invocations
// are. Instead of the console, which needs the right ones.
void SayOnWrongKernel(std::string_view reason);

}  // namespace ke
