#pragma once
// A capability pointer with a type (STYLE.md practice 19).

#include <sel4/sel4.h>

namespace cap {

struct Untyped;
struct Tcb;
struct Endpoint;
struct Notification;
struct CNode;
struct Frame;
struct PageTable;
struct PageDirectory;
struct Pdpt;
struct Pml4;
struct AsidPool;
struct AsidControl;
struct IrqHandler;
struct IrqControl;
struct IoPort;
struct IoPortControl;
struct Reply;

// Names a slot of the Executive's CSpace that holds a `Kind`. Null by default. Does not own the slot.
template <typename Kind>
class Cap {
 public:
  constexpr Cap() = default;
  constexpr explicit Cap(seL4_CPtr pointer) : pointer_(pointer) {}
  constexpr seL4_CPtr Pointer() const { return pointer_; }
  constexpr explicit operator bool() const { return pointer_ != 0; }
  friend constexpr bool operator==(Cap, Cap) = default;

 private:
  seL4_CPtr pointer_ = 0;
};

// A slot as CNode invocations name it: `index` is resolved from `root` for `depth` bits.
struct Slot {
  Cap<CNode> root;
  seL4_Word index = 0;
  seL4_Word depth = 0;
};

// The IPC buffer of this thread.
extern seL4_IPCBuffer *ipc_buffer;

}  // namespace cap
