// Address spaces: paging structures, mappings, their errors, ASIDs.
#include "env.hpp"

using namespace test;

namespace {

constexpr Word kFar = 0x500000000000;

Result MapTable(Cptr table, Word label, Cptr vspace, Word address) {
  return Invoke(table, label, {address, 0}, {vspace});
}

Cptr NewSpace() {
  const Cptr vspace = New(seL4_X64_PML4Object);
  Invoke(seL4_CapInitThreadASIDPool, X86ASIDPoolAssign, {}, {vspace});
  return vspace;
}

volatile Word *At(Word address) { return reinterpret_cast<volatile Word *>(address); }

Word value_read;
void ReadAt(Word address) { value_read = *At(address); }
void WriteAt(Word address) { *At(address) = 99; }

/// Runs an access in another thread. True: it faulted (the fault is left in `fault`).
Message fault;
bool Faults(void (*access)(Word), Word address) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Thread thread = StartThread(access, address, {.priority = 200, .fault_endpoint = endpoint});
  fault = Recv(endpoint);
  Invoke(thread.tcb, TCBSuspend);
  return fault.Label() == seL4_Fault_VMFault;
}

}  // namespace

TEST(missing_levels_are_named) {
  const Cptr vspace = NewSpace();
  const Cptr frame = New(seL4_X86_4K);
  const auto expect_level = [&](Word level) {
    const Result result = MapFrame(frame, vspace, kFar);
    return result.error == seL4_FailedLookup && result.words[0] == 0 && result.words[1] == seL4_MissingCapability &&
           result.words[2] == level;
  };
  EXPECT(expect_level(SEL4_MAPPING_LOOKUP_NO_PDPT));
  const Cptr table = New(seL4_X86_PageTableObject);
  const Cptr directory = New(seL4_X86_PageDirectoryObject);
  const Cptr pdpt = New(seL4_X86_PDPTObject);
  Result result = MapTable(table, X86PageTableMap, vspace, kFar);
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[2], 39);
  EXPECT_OK(MapTable(pdpt, X86PDPTMap, vspace, kFar));
  EXPECT(expect_level(SEL4_MAPPING_LOOKUP_NO_PD));
  EXPECT_OK(MapTable(directory, X86PageDirectoryMap, vspace, kFar));
  EXPECT(expect_level(SEL4_MAPPING_LOOKUP_NO_PT));
  EXPECT_OK(MapTable(table, X86PageTableMap, vspace, kFar));
  EXPECT_OK(MapFrame(frame, vspace, kFar));
}

TEST(table_map_errors) {
  const Cptr vspace = NewSpace();
  const Cptr plain = New(seL4_X64_PML4Object);
  const Cptr pdpt = New(seL4_X86_PDPTObject);
  EXPECT_ERROR(Invoke(pdpt, X86PDPTMap, {kFar}, {vspace}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(pdpt, X86PDPTMap, {kFar, 0}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(pdpt, X86PageTableMap, {kFar, 0}, {vspace}), seL4_IllegalOperation);
  for (const Cptr wrong : {plain, pdpt, kRootCNode}) {
    const Result result = MapTable(pdpt, X86PDPTMap, wrong, kFar);
    EXPECT_ERROR(result, seL4_InvalidCapability);
    EXPECT_EQ(result.words[0], 1);
  }
  Result result = MapTable(pdpt, X86PDPTMap, vspace, 0xffff800000000000);
  EXPECT_ERROR(result, seL4_InvalidArgument);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_OK(MapTable(pdpt, X86PDPTMap, vspace, kFar + 0x123456));
  result = MapTable(pdpt, X86PDPTMap, vspace, kFar);
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_ERROR(MapTable(New(seL4_X86_PDPTObject), X86PDPTMap, vspace, kFar), seL4_DeleteFirst);
  const Cptr directory = New(seL4_X86_PageDirectoryObject);
  EXPECT_OK(MapTable(directory, X86PageDirectoryMap, vspace, kFar));
  EXPECT_ERROR(MapTable(New(seL4_X86_PageDirectoryObject), X86PageDirectoryMap, vspace, kFar), seL4_DeleteFirst);
  const Cptr table = New(seL4_X86_PageTableObject);
  EXPECT_OK(MapTable(table, X86PageTableMap, vspace, kFar));
  EXPECT_ERROR(MapTable(New(seL4_X86_PageTableObject), X86PageTableMap, vspace, kFar), seL4_DeleteFirst);
  EXPECT_ERROR(Invoke(vspace, X86PDPTMap), seL4_IllegalOperation);
}

TEST(table_unmap) {
  const Cptr vspace = NewSpace();
  const Cptr pdpt = New(seL4_X86_PDPTObject);
  // A copy of an unmapped structure cannot be made; of a mapped one it can, and then it is not final.
  EXPECT_ERROR(Copy(NewSlot(), pdpt), seL4_IllegalOperation);
  EXPECT_OK(MapTable(pdpt, X86PDPTMap, vspace, kFar));
  const Cptr copy = NewSlot();
  EXPECT_OK(Copy(copy, pdpt));
  EXPECT_ERROR(Invoke(pdpt, X86PDPTUnmap), seL4_RevokeFirst);
  EXPECT_OK(Delete(copy));
  EXPECT_OK(Invoke(pdpt, X86PDPTUnmap));
  EXPECT_OK(Invoke(pdpt, X86PDPTUnmap));
  EXPECT_OK(MapTable(pdpt, X86PDPTMap, vspace, kFar));
  EXPECT_OK(Delete(pdpt));
  EXPECT_OK(MapTable(New(seL4_X86_PDPTObject), X86PDPTMap, vspace, kFar));
}

TEST(unmapping_a_table_hides_its_pages) {
  constexpr Word kOwn = kScratch + 0x200000;
  const Cptr table = New(seL4_X86_PageTableObject);
  EXPECT_OK(MapTable(table, X86PageTableMap, kRootVSpace, kOwn));
  const Cptr frame = New(seL4_X86_4K);
  EXPECT_OK(MapFrame(frame, kRootVSpace, kOwn));
  *At(kOwn) = 1;
  EXPECT_OK(Invoke(table, X86PageTableUnmap));
  EXPECT(Faults(ReadAt, kOwn));
  EXPECT_OK(MapTable(table, X86PageTableMap, kRootVSpace, kOwn));
  EXPECT(Faults(ReadAt, kOwn));
  EXPECT_OK(Invoke(frame, X86PageUnmap));
  EXPECT_OK(MapFrame(frame, kRootVSpace, kOwn));
  EXPECT_EQ(*At(kOwn), 1);
}

TEST(page_map_errors) {
  const Cptr vspace = NewSpace();
  const Cptr frame = New(seL4_X86_4K);
  EXPECT_ERROR(Invoke(frame, X86PageMap, {kScratch, 3}, {kRootVSpace}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(frame, X86PageMap, {kScratch, 3, 0}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(frame, X86PageTableMap, {kScratch, 0}, {kRootVSpace}), seL4_IllegalOperation);
  Result result = MapFrame(frame, kRootCNode, kScratch);
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_ERROR(MapFrame(frame, kRootVSpace, kScratch + 8), seL4_AlignmentError);
  for (const Word address : {Word{0xffffffff80000000}, Word{0x7ffffffff000}, Word{0x800000000000}}) {
    result = MapFrame(frame, kRootVSpace, address);
    EXPECT_ERROR(result, seL4_InvalidArgument);
    EXPECT_EQ(result.words[0], 0);
  }
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch));
  result = MapFrame(frame, kRootVSpace, kScratch + 0x1000);
  EXPECT_ERROR(result, seL4_InvalidArgument);
  EXPECT_EQ(result.words[0], 0);
  result = MapFrame(frame, vspace, kScratch);
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch));
  EXPECT_OK(Invoke(frame, X86PageUnmap));
  EXPECT_OK(Invoke(frame, X86PageUnmap));
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch + 0x1000));
}

TEST(aliases_and_unmapping) {
  const Cptr frame = New(seL4_X86_4K);
  const Cptr copy = NewSlot();
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch));
  EXPECT_OK(Copy(copy, frame));
  EXPECT_OK(MapFrame(copy, kRootVSpace, kScratch + 0x1000));
  *At(kScratch) = 0x55;
  EXPECT_EQ(*At(kScratch + 0x1000), 0x55);
  EXPECT_EQ(Invoke(copy, X86PageGetAddress).words[0], Invoke(frame, X86PageGetAddress).words[0]);
  EXPECT_OK(Delete(copy));
  EXPECT(Faults(ReadAt, kScratch + 0x1000));
  EXPECT_EQ(*At(kScratch), 0x55);
  EXPECT_OK(Invoke(frame, X86PageUnmap));
  EXPECT(Faults(ReadAt, kScratch));
}

TEST(page_rights) {
  const Cptr frame = New(seL4_X86_4K);
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch, 2));
  EXPECT(!Faults(ReadAt, kScratch));
  EXPECT(Faults(WriteAt, kScratch));
  EXPECT_EQ(fault.mr[seL4_VMFault_FSR], 7);
  // More rights need no unmapping.
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch, 3));
  EXPECT(!Faults(WriteAt, kScratch));
  EXPECT_OK(Invoke(frame, X86PageUnmap));
  for (const Word rights : {Word{0}, Word{1}}) {
    EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch, rights));
    EXPECT(Faults(ReadAt, kScratch));
    EXPECT_EQ(fault.mr[seL4_VMFault_FSR], 5);
    EXPECT_OK(Invoke(frame, X86PageUnmap));
  }
  // A read-only capability cannot be mapped writable.
  const Cptr weak = WithRights(frame, 2);
  EXPECT_OK(MapFrame(weak, kRootVSpace, kScratch, 3));
  EXPECT(!Faults(ReadAt, kScratch));
  EXPECT(Faults(WriteAt, kScratch));
}

TEST(unmap_and_map_lowers_rights) {
  const Cptr frame = New(seL4_X86_4K);
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch, 3));
  *At(kScratch) = 4;
  EXPECT_OK(Invoke(frame, X86PageUnmap));
  EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch, 2));
  EXPECT(Faults(WriteAt, kScratch));
}

TEST(a_mapping_replaces_another) {
  const Cptr first = New(seL4_X86_4K);
  const Cptr second = New(seL4_X86_4K);
  EXPECT_OK(MapFrame(first, kRootVSpace, kScratch));
  EXPECT_OK(MapFrame(second, kRootVSpace, kScratch));
  // The first one's unmap does not touch the second's mapping.
  EXPECT_OK(Invoke(first, X86PageUnmap));
  EXPECT(!Faults(WriteAt, kScratch));
  EXPECT_OK(MapFrame(first, kRootVSpace, kScratch + 0x1000));
}

TEST(large_pages) {
  constexpr Word kLarge = 0x20000000;
  const Cptr large = New(seL4_X86_LargePageObject);
  EXPECT_ERROR(MapFrame(large, kRootVSpace, kLarge + 0x1000), seL4_AlignmentError);
  // A page table is in the way.
  EXPECT_ERROR(MapFrame(large, kRootVSpace, kScratch), seL4_DeleteFirst);
  EXPECT_OK(MapFrame(large, kRootVSpace, kLarge));
  *At(kLarge + 0x1ffff8) = 6;
  EXPECT_EQ(*At(kLarge + 0x1ffff8), 6);
  EXPECT_EQ(*At(kLarge), 0);
  // A large page is in the way of a page table and of small pages.
  EXPECT_ERROR(MapTable(New(seL4_X86_PageTableObject), X86PageTableMap, kRootVSpace, kLarge), seL4_DeleteFirst);
  const Result result = MapFrame(New(seL4_X86_4K), kRootVSpace, kLarge);
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[2], 21);
  EXPECT_OK(Invoke(large, X86PageUnmap));
  EXPECT(Faults(ReadAt, kLarge));
}

TEST(memory_types) {
  const Cptr frame = New(seL4_X86_4K);
  for (const Word attributes : {Word{0}, Word{1}, Word{2}, Word{3}, Word{4}}) {
    EXPECT_OK(MapFrame(frame, kRootVSpace, kScratch, 3, attributes));
    *At(kScratch) = attributes + 1;
    EXPECT_EQ(*At(kScratch), attributes + 1);
    EXPECT_OK(Invoke(frame, X86PageUnmap));
  }
}

TEST(asid_pools) {
  const Cptr untyped = NewUntyped(12);
  const Cptr pool = NewSlot();
  EXPECT_ERROR(Invoke(seL4_CapASIDControl, X86ASIDControlMakePool, {pool}, {untyped, kRootCNode}),
               seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(seL4_CapASIDControl, X86ASIDControlMakePool, {pool, kDepth}, {untyped}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(seL4_CapASIDControl, X86ASIDPoolAssign, {pool, kDepth}, {untyped, kRootCNode}),
               seL4_IllegalOperation);
  Result result = Invoke(seL4_CapASIDControl, X86ASIDControlMakePool, {pool, kDepth}, {NewUntyped(13), kRootCNode});
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_ERROR(Invoke(seL4_CapASIDControl, X86ASIDControlMakePool, {kRootTcb, kDepth}, {untyped, kRootCNode}),
               seL4_DeleteFirst);
  EXPECT_OK(Invoke(seL4_CapASIDControl, X86ASIDControlMakePool, {pool, kDepth}, {untyped, kRootCNode}));
  EXPECT_ERROR(Invoke(seL4_CapASIDControl, X86ASIDControlMakePool, {NewSlot(), kDepth}, {untyped, kRootCNode}),
               seL4_RevokeFirst);
  const Cptr vspace = New(seL4_X64_PML4Object);
  EXPECT_ERROR(Invoke(pool, X86ASIDPoolAssign), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(pool, X86ASIDControlMakePool, {}, {vspace}), seL4_IllegalOperation);
  result = Invoke(pool, X86ASIDPoolAssign, {}, {kRootCNode});
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_OK(Invoke(pool, X86ASIDPoolAssign, {}, {vspace}));
  EXPECT_ERROR(Invoke(pool, X86ASIDPoolAssign, {}, {vspace}), seL4_InvalidCapability);
  EXPECT_OK(MapTable(New(seL4_X86_PDPTObject), X86PDPTMap, vspace, kFar));
  // With the pool goes the address space.
  EXPECT_OK(RevokeSlot(untyped));
  result = MapTable(New(seL4_X86_PDPTObject), X86PDPTMap, vspace, 0);
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[1], seL4_InvalidRoot);
}

TEST(asid_pools_run_out) {
  for (Word i = 0; i < 7; ++i) {
    EXPECT_OK(Invoke(seL4_CapASIDControl, X86ASIDControlMakePool, {NewSlot(), kDepth}, {NewUntyped(12), kRootCNode}));
  }
  EXPECT_ERROR(Invoke(seL4_CapASIDControl, X86ASIDControlMakePool, {NewSlot(), kDepth}, {NewUntyped(12), kRootCNode}),
               seL4_DeleteFirst);
}

TEST(deleting_a_running_address_space) {
  extern char code[] asm("ForeignCode");
  constexpr Word kCode = 0x40000000;
  const Cptr vspace = NewSpace();
  EXPECT_OK(MapTable(New(seL4_X86_PDPTObject), X86PDPTMap, vspace, kCode));
  EXPECT_OK(MapTable(New(seL4_X86_PageDirectoryObject), X86PageDirectoryMap, vspace, kCode));
  EXPECT_OK(MapTable(New(seL4_X86_PageTableObject), X86PageTableMap, vspace, kCode));
  const Cptr code_frame = NewSlot();
  EXPECT_OK(Copy(code_frame, ImageFrame(code), 2));
  EXPECT_OK(MapFrame(code_frame, vspace, kCode));
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr tcb = New(seL4_TCBObject);
  EXPECT_OK(Invoke(tcb, TCBSetSpace, {endpoint, 0, 0}, {kRootCNode, vspace}));
  EXPECT_OK(Invoke(tcb, TCBSetSchedParams, {200, 200}, {kRootTcb}));
  // It faults at once on its data (RBP = 0x1000, not mapped).
  EXPECT_OK(Invoke(tcb, TCBWriteRegisters, {1, 10, kCode, 0, 0, 0, 0, 0, 0, 0, endpoint, 0x1000}));
  Message message = Recv(endpoint);
  EXPECT_EQ(message.mr[seL4_VMFault_Addr], 0x1000);
  EXPECT_OK(Delete(vspace));
  EXPECT_OK(RevokeSlot(code_frame));
  // The thread's own capability keeps the address space; with that gone too it faults on its code.
  EXPECT_OK(Invoke(tcb, TCBSuspend));
  EXPECT_OK(Delete(code_frame));
  EXPECT_OK(Invoke(tcb, TCBResume));
  message = Recv(endpoint);
  EXPECT_EQ(message.Label(), seL4_Fault_VMFault);
  EXPECT_EQ(message.mr[seL4_VMFault_Addr] & ~Word{0xfff}, kCode);
}
