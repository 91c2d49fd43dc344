// Invocations of the ASID control and of ASID pools.
#include <string.h>

#include "api/lookup.hpp"
#include "vspace/vspace.hpp"

namespace kernel::vspace {

Status DecodeAsidControl(const Arguments &arguments) {
  if (arguments.label != X86ASIDControlMakePool) {
    return Fail(seL4_IllegalOperation);
  }
  if (arguments.length < 2 || arguments.extra[0] == nullptr || arguments.extra[1] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  Word index = 0;
  while (index < Bit(seL4_NumASIDPoolsBits) && PoolAt(index) != nullptr) {
    ++index;
  }
  if (index == Bit(seL4_NumASIDPoolsBits)) {
    return Fail(seL4_DeleteFirst);
  }
  Slot &parent = *arguments.extra[0];
  if (!parent.cap.Is(CapType::kUntyped) || parent.cap.SizeBits() != seL4_ASIDPoolBits || parent.cap.UntypedDevice()) {
    return FailCapability(1);
  }
  if (const Status status = EnsureNoChildren(parent); status != Status::kOk) {
    return status;
  }
  Slot *slot;
  if (const Status status = LookupTargetSlot(arguments.extra[1]->cap, arguments[0], arguments[1], slot);
      status != Status::kOk) {
    return status;
  }
  if (const Status status = EnsureEmpty(*slot); status != Status::kOk) {
    return status;
  }
  arguments.Commit();
  auto *const pool = ToPointer<AsidPool>(parent.cap.Address());
  parent.cap = parent.cap.WithFree(Bit(seL4_ASIDPoolBits));
  memset(pool, 0, sizeof(AsidPool));
  const Word base = index << seL4_ASIDPoolIndexBits;
  InsertDerived(Cap::ForObject(CapType::kAsidPool, pool, 0, base), parent, *slot);
  InstallPool(*pool, base);
  return Status::kOk;
}

Status DecodeAsidPool(const Arguments &arguments) {
  if (arguments.label != X86ASIDPoolAssign) {
    return Fail(seL4_IllegalOperation);
  }
  if (arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  Cap &root = arguments.extra[0]->cap;
  if (!root.Is(CapType::kPml4) || root.MappedAsid() != 0) {
    return FailCapability(1);
  }
  const Cap &cap = arguments.slot->cap;
  AsidPool *const pool = PoolAt(cap.AsidBase() >> seL4_ASIDPoolIndexBits);
  if (pool == nullptr) {
    SetInvalidRoot();
    return FailLookup(false);
  }
  if (pool != cap.Object<AsidPool>()) {
    return FailCapability(0);
  }
  // ASID 0 means "none".
  Word index = cap.AsidBase() == 0 ? 1 : 0;
  while (index < Bit(seL4_ASIDPoolIndexBits) && pool->roots[index] != nullptr) {
    ++index;
  }
  if (index == Bit(seL4_ASIDPoolIndexBits)) {
    return Fail(seL4_DeleteFirst);
  }
  arguments.Commit();
  root = root.WithMapped(true).WithMapping(0, cap.AsidBase() + index);
  pool->roots[index] = root.Object<Word>();
  InitRoot(pool->roots[index]);
  return Status::kOk;
}

}  // namespace kernel::vspace
