// CNodes: copying, moving, deleting capabilities; guards; the derivation tree.
#include "env.hpp"

using namespace test;

namespace {

constexpr Word kAll = 15;

Result CopyIn(Cptr root, Word index, Word depth, Cptr from) {
  return Invoke(root, CNodeCopy, {index, depth, from, kDepth, kAll}, {kRootCNode});
}

Result Mutate(Cptr to, Cptr from, Word data) {
  return Invoke(kRootCNode, CNodeMutate, {to, kDepth, from, kDepth, data}, {kRootCNode});
}

Result Rotate(Cptr to, Word to_data, Cptr pivot, Word pivot_data, Cptr from, Word depth = kDepth) {
  // Order of the words: destination, badge of the pivot's new capability first.
  return Invoke(kRootCNode, CNodeRotate, {to, depth, to_data, pivot, depth, pivot_data, from, depth},
                {kRootCNode, kRootCNode});
}

Word BadgeOf(Cptr endpoint_cap, Cptr receive) {
  // Signals are the easiest way to see a badge.
  Signal(endpoint_cap);
  return Poll(receive);
}

}  // namespace

TEST(cnode_copy) {
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr slot = NewSlot();
  EXPECT_OK(Copy(slot, notification));
  Signal(slot);
  EXPECT_EQ(Poll(notification), 0);
  EXPECT_ERROR(Copy(slot, notification), seL4_DeleteFirst);
  Result result = Copy(NewSlot(), NewSlot());
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_EQ(result.words[1], seL4_MissingCapability);
  EXPECT_EQ(result.words[2], kDepth);
  EXPECT_ERROR(Invoke(kRootCNode, CNodeCopy, {NewSlot(), kDepth, notification}, {kRootCNode}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(kRootCNode, CNodeCopy, {NewSlot(), kDepth, notification, kDepth}, {kRootCNode}),
               seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(kRootCNode, CNodeCopy, {NewSlot(), kDepth, notification, kDepth, kAll}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(kRootCNode, CNodeCopy, {NewSlot()}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(kRootCNode, UntypedRetype, {NewSlot(), kDepth}), seL4_IllegalOperation);
}

TEST(cnode_lookup_errors) {
  const Cptr node = New(seL4_CapTableObject, 4);
  const Cptr notification = New(seL4_NotificationObject);
  EXPECT_OK(CopyIn(node, 3, 4, notification));
  for (const Word depth : {Word{0}, Word{65}}) {
    const Result result = CopyIn(node, 4, depth, notification);
    EXPECT_ERROR(result, seL4_RangeError);
    EXPECT_EQ(result.words[0], 1);
    EXPECT_EQ(result.words[1], 64);
  }
  Result result = CopyIn(node, 4, 3, notification);
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_EQ(result.words[1], seL4_DepthMismatch);
  EXPECT_EQ(result.words[2], 3);
  EXPECT_EQ(result.words[3], 4);
  // Too deep: bits are left at a capability that is no CNode.
  result = CopyIn(node, 3 << 2, 6, notification);
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[1], seL4_DepthMismatch);
  EXPECT_EQ(result.words[2], 2);
  EXPECT_EQ(result.words[3], 0);
  // A guard that does not match.
  const Cptr guarded = NewSlot();
  EXPECT_OK(Mint(guarded, node, seL4_CNode_CapData_new(5, 3).words[0]));
  result = CopyIn(guarded, 4 << 4 | 4, 7, notification);
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[1], seL4_GuardMismatch);
  EXPECT_EQ(result.words[2], 7);
  EXPECT_EQ(result.words[3], 5);
  EXPECT_EQ(boot_info->ipcBuffer->msg[4], 3);
  EXPECT_OK(CopyIn(guarded, 5 << 4 | 4, 7, notification));
  result = Invoke(kRootCNode, CNodeCopy, {NewSlot(), kDepth, 1, kDepth, kAll}, {notification});
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_EQ(result.words[1], seL4_InvalidRoot);
}

TEST(cnode_two_levels) {
  const Cptr outer = New(seL4_CapTableObject, 4);
  const Cptr inner = New(seL4_CapTableObject, 8);
  const Cptr notification = New(seL4_NotificationObject);
  EXPECT_OK(CopyIn(inner, 0xab, 8, notification));
  const Cptr guarded = NewSlot();
  EXPECT_OK(Mint(guarded, inner, seL4_CNode_CapData_new(0, 52).words[0]));
  EXPECT_OK(CopyIn(outer, 7, 4, guarded));
  const Cptr slot = NewSlot();
  EXPECT_OK(Invoke(kRootCNode, CNodeCopy, {slot, kDepth, Word{7} << 60 | 0xab, 64, kAll}, {outer}));
  EXPECT_OK(Invoke(outer, CNodeDelete, {Word{7} << 60 | 0xab, 64}));
  const Result result = Invoke(kRootCNode, CNodeCopy, {NewSlot(), kDepth, Word{7} << 60 | 0xab, 64, kAll}, {outer});
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[1], seL4_MissingCapability);
}

TEST(cnode_mint_badges) {
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr badged = NewSlot();
  EXPECT_OK(Mint(badged, notification, 0xfedcba9876543210));
  EXPECT_EQ(BadgeOf(badged, notification), 0xfedcba9876543210);
  // A badge is for good.
  EXPECT_ERROR(Mint(NewSlot(), badged, 1), seL4_IllegalOperation);
  EXPECT_ERROR(Mutate(NewSlot(), notification, 1), seL4_IllegalOperation);
  EXPECT_ERROR(Invoke(kRootCNode, CNodeMint, {NewSlot(), kDepth, notification, kDepth, kAll}, {kRootCNode}),
               seL4_TruncatedMessage);
  const Cptr copy = NewSlot();
  EXPECT_OK(Copy(copy, badged));
  EXPECT_EQ(BadgeOf(copy, notification), 0xfedcba9876543210);
  // Guards that do not fit.
  const Cptr node = New(seL4_CapTableObject, 8);
  EXPECT_ERROR(Mint(NewSlot(), node, seL4_CNode_CapData_new(0, 57).words[0]), seL4_IllegalOperation);
  const Cptr moved = NewSlot();
  EXPECT_OK(Mutate(moved, node, seL4_CNode_CapData_new(0, 56).words[0]));
  EXPECT(SlotEmpty(node));
}

TEST(cnode_rights) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr receive_only = WithRights(endpoint, 2);
  Result result = Invoke(receive_only, 0);
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 0);
  // Rights do not come back.
  const Cptr again = NewSlot();
  EXPECT_OK(Copy(again, receive_only, kAll));
  EXPECT_ERROR(Invoke(again, 0), seL4_InvalidCapability);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr wait_only = WithRights(notification, 2);
  EXPECT_ERROR(Invoke(wait_only, 0), seL4_InvalidCapability);
}

TEST(cnode_move) {
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr badged = Badged(notification, 5);
  const Cptr to = NewSlot();
  EXPECT_OK(Move(to, notification));
  EXPECT(SlotEmpty(notification));
  // The tree moved along.
  EXPECT_OK(RevokeSlot(to));
  EXPECT(SlotEmpty(badged));
  EXPECT_ERROR(Move(to, to), seL4_DeleteFirst);
  EXPECT_ERROR(Move(NewSlot(), notification), seL4_FailedLookup);
  EXPECT_ERROR(Invoke(kRootCNode, CNodeMove, {NewSlot(), kDepth, to}, {kRootCNode}), seL4_TruncatedMessage);
}

TEST(cnode_rotate) {
  const Cptr n1 = New(seL4_NotificationObject);
  const Cptr n2 = New(seL4_NotificationObject);
  const Cptr b1 = Badged(n1, 1);
  const Cptr b2 = Badged(n2, 2);
  const Cptr empty = NewSlot();
  const Cptr node = New(seL4_CapTableObject, 4);
  // Swap: destination is the source.
  EXPECT_ERROR(Rotate(b1, 0, b1, 0, b1), seL4_IllegalOperation);
  EXPECT_ERROR(Rotate(empty, 0, b1, 0, b1), seL4_IllegalOperation);
  EXPECT_ERROR(Rotate(n2, 0, b1, 0, b2), seL4_DeleteFirst);
  Result result = Rotate(empty, 0, b1, 0, NewSlot());
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[0], 1);
  result = Rotate(empty, 0, NewSlot(), 0, b1);
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_ERROR(Rotate(b1, 0, b2, 0, b1), seL4_IllegalOperation);  // badges may not change
  EXPECT_ERROR(Invoke(kRootCNode, CNodeRotate, {empty, kDepth, 3, 4, 5, 6, 7}, {kRootCNode, kRootCNode}),
               seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(kRootCNode, CNodeRotate, {empty, kDepth, 3, 4, 5, 6, 7, 8}, {kRootCNode}), seL4_TruncatedMessage);
  const Cptr node2 = New(seL4_CapTableObject, 5);
  EXPECT_OK(Rotate(empty, seL4_CNode_CapData_new(0, 10).words[0], node, seL4_CNode_CapData_new(0, 3).words[0], node2));
  // The pivot's capability went to `empty`, the source's to the pivot.
  EXPECT(SlotEmpty(node2));
  EXPECT_OK(CopyIn(empty, 3, 14, n1));
  EXPECT_OK(CopyIn(node, 3, 8, n1));
}

TEST(revoke_takes_descendants_only) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr badge1 = Badged(endpoint, 1);
  const Cptr badge2 = Badged(endpoint, 2);
  const Cptr copy1 = WithRights(badge1, kAll);
  const Cptr copy2 = WithRights(badge2, kAll);
  EXPECT_OK(RevokeSlot(badge1));
  EXPECT(!SlotEmpty(badge1));
  EXPECT(SlotEmpty(copy1));
  EXPECT(!SlotEmpty(badge2));
  EXPECT(!SlotEmpty(copy2));
  // A copy of the original is its sibling's parent no more than itself.
  EXPECT_OK(RevokeSlot(copy2));
  EXPECT(!SlotEmpty(badge2));
  EXPECT_OK(RevokeSlot(endpoint));
  EXPECT(!SlotEmpty(endpoint));
  EXPECT(SlotEmpty(badge1));
  EXPECT(SlotEmpty(badge2));
  EXPECT(SlotEmpty(copy2));
}

TEST(families_of_one_badge_stay_apart) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr first = Badged(endpoint, 5);
  const Cptr copy = WithRights(first, kAll);
  const Cptr second = Badged(endpoint, 5);
  // The copy heads its family when the first one is gone: the other family's revocation ends before it.
  EXPECT_OK(Delete(first));
  EXPECT_OK(RevokeSlot(second));
  EXPECT(!SlotEmpty(copy));
  EXPECT_OK(RevokeSlot(endpoint));
  EXPECT(SlotEmpty(copy));
}

TEST(revoke_untyped_takes_everything) {
  const Cptr untyped = NewUntyped(16);
  Cptr slots[6];
  for (Cptr &slot : slots) {
    slot = NewSlot();
  }
  EXPECT_OK(Retype(untyped, seL4_UntypedObject, 13, slots[0]));
  EXPECT_OK(Retype(slots[0], seL4_CapTableObject, 4, slots[1]));
  EXPECT_OK(Retype(slots[0], seL4_TCBObject, 0, slots[2]));
  EXPECT_OK(Retype(slots[0], seL4_EndpointObject, 0, slots[3]));
  EXPECT_OK(Mint(slots[4], slots[3], 9));
  EXPECT_OK(CopyIn(slots[1], 2, 4, slots[2]));
  EXPECT_OK(CopyIn(slots[1], 3, 4, slots[1]));
  EXPECT_OK(CopyIn(slots[1], 4, 4, slots[3]));
  EXPECT_OK(RevokeSlot(untyped));
  for (Word i = 0; i < 5; ++i) {
    EXPECT(SlotEmpty(slots[i]));
  }
  EXPECT_OK(Retype(untyped, seL4_UntypedObject, 16, slots[5]));
}

TEST(delete_cnode_with_contents) {
  const Cptr outer = New(seL4_CapTableObject, 4);
  const Cptr inner = New(seL4_CapTableObject, 4);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr spare = NewSlot();
  EXPECT_OK(CopyIn(inner, 1, 4, notification));
  EXPECT_OK(CopyIn(inner, 2, 4, outer));
  EXPECT_OK(CopyIn(inner, 3, 4, inner));
  EXPECT_OK(CopyIn(outer, 1, 4, inner));
  EXPECT_OK(CopyIn(outer, 2, 4, outer));
  EXPECT_OK(CopyIn(outer, 3, 4, notification));
  EXPECT_OK(Delete(inner));
  EXPECT_OK(Delete(outer));
  // Cyclic: nobody outside holds them now but the untyped that CleanUp revokes.
  EXPECT_OK(Move(spare, notification));
  EXPECT_OK(RevokeSlot(spare));
}

TEST(delete_large_cnode) {
  const Cptr node = New(seL4_CapTableObject, 12);
  const Cptr endpoint = New(seL4_EndpointObject);
  for (Word i = 0; i < 4096; ++i) {
    EXPECT_OK(Invoke(node, CNodeMint, {i, 12, endpoint, kDepth, kAll, i + 1}, {kRootCNode}));
  }
  EXPECT_OK(Delete(node));
  EXPECT_OK(RevokeSlot(endpoint));
}

TEST(cancel_badged_sends_arguments) {
  const Cptr endpoint = New(seL4_EndpointObject);
  EXPECT_OK(Invoke(kRootCNode, CNodeCancelBadgedSends, {endpoint, kDepth}));
  const Cptr weak = WithRights(endpoint, 7);
  EXPECT_ERROR(Invoke(kRootCNode, CNodeCancelBadgedSends, {weak, kDepth}), seL4_IllegalOperation);
  EXPECT_ERROR(Invoke(kRootCNode, CNodeCancelBadgedSends, {NewSlot(), kDepth}), seL4_IllegalOperation);
}

TEST(null_capability_invocation) {
  const Result result = Invoke(NewSlot(), TCBResume);
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_EQ(result.length, 1);
}
