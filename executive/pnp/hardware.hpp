#pragma once
// What the manager does to hardware itself, and what the firmware tells; tests have their own.

#include "arbiter.hpp"

namespace pnp {

class Hardware {
 public:
  // What must never be assigned (memory, the Executive's own ports and pins), and the interrupt routes.
  virtual Result<void> Describe(Arbiters &arbiters) = 0;
  // The resources of the fixed hardware that a firmware table describes, such as `FACP`. STATUS_OBJECT_NAME_NOT_FOUND.
  virtual Result<ResourceList> FirmwareResources(std::u16string_view table) = 0;

  // Takes the pages of the function's MSI-X table out of what its driver may map.
  virtual Result<void> KeepMessageTable(PciAddress function, AssignedResources &resources) = 0;
  // Programs the function's messages and turns them on, or lets it use its line. STATUS_NOT_SUPPORTED: it has not that
  // many messages.
  virtual Result<void> PrepareInterrupts(PciAddress function, const AssignedResources &resources) = 0;
  virtual void DisableMessages(PciAddress function) = 0;
  // Ends all DMA and interrupts of the function, at once.
  virtual void DisableBusMaster(PciAddress function) = 0;
  // Starts a reset of the function: how long (100 ns) it must be left alone then, until RestoreFunction; 0: it cannot
  // be reset alone.
  virtual std::uint64_t ResetFunction(PciAddress function) = 0;
  virtual void RestoreFunction(PciAddress function) = 0;
  // Whether the Executive's own console is among them: its serial line is not given away.
  virtual bool UsesConsole(const AssignedResources &resources) = 0;

 protected:
  ~Hardware() = default;
};

// The machine's.
Hardware &Machine();

// What remains of the memory when the pages that [start, start + length) touches are taken out.
// STATUS_INSUFFICIENT_RESOURCES.
Result<Array<AssignedMemory>> WithoutPages(const Array<AssignedMemory> &memory, std::uint64_t start,
                                           std::uint64_t length);

}  // namespace pnp
