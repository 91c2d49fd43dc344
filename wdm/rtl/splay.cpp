// Splay links: learn.microsoft.com, "RtlSplay" and its family. The root is its own parent. The rotations are those of
// Sleator and Tarjan's paper of 1985.

#include <ntifs.h>

namespace {

using Links = PRTL_SPLAY_LINKS;

void Replace(Links old, Links replacement) {
  // `replacement` (may be null) takes the place of `old` under its parent.
  Links parent = old->Parent;
  if (parent == old) {
    if (replacement != nullptr) {
      replacement->Parent = replacement;
    }
    return;
  }
  (parent->LeftChild == old ? parent->LeftChild : parent->RightChild) = replacement;
  if (replacement != nullptr) {
    replacement->Parent = parent;
  }
}

// Lifts `node` above its parent.
void Rotate(Links node) {
  Links parent = node->Parent;
  const bool left = parent->LeftChild == node;
  Links inner = left ? node->RightChild : node->LeftChild;
  Replace(parent, node);
  (left ? parent->LeftChild : parent->RightChild) = inner;
  if (inner != nullptr) {
    inner->Parent = parent;
  }
  (left ? node->RightChild : node->LeftChild) = parent;
  parent->Parent = node;
}

}  // namespace

extern "C" {

// Makes `Links` the root, which is returned.
PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS Links) {
  while (!RtlIsRoot(Links)) {
    PRTL_SPLAY_LINKS parent = RtlParent(Links);
    if (!RtlIsRoot(parent)) {
      const bool same_side = RtlIsLeftChild(Links) == RtlIsLeftChild(parent);
      Rotate(same_side ? parent : Links);
    }
    Rotate(Links);
  }
  return Links;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS Links) {
  PRTL_SPLAY_LINKS node = RtlRightChild(Links);
  while (node != nullptr && RtlLeftChild(node) != nullptr) {
    node = RtlLeftChild(node);
  }
  return node;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS Links) {
  PRTL_SPLAY_LINKS node = RtlLeftChild(Links);
  while (node != nullptr && RtlRightChild(node) != nullptr) {
    node = RtlRightChild(node);
  }
  return node;
}

PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS Links) {
  if (RtlRightChild(Links) != nullptr) {
    return RtlSubtreeSuccessor(Links);
  }
  while (!RtlIsRoot(Links) && RtlIsRightChild(Links)) {
    Links = RtlParent(Links);
  }
  return RtlIsRoot(Links) ? nullptr : RtlParent(Links);
}

PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS Links) {
  if (RtlLeftChild(Links) != nullptr) {
    return RtlSubtreePredecessor(Links);
  }
  while (!RtlIsRoot(Links) && RtlIsLeftChild(Links)) {
    Links = RtlParent(Links);
  }
  return RtlIsRoot(Links) ? nullptr : RtlParent(Links);
}

// Takes the node out; `Root` is the tree's root before and after, null for an empty tree.
VOID NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS Links, PRTL_SPLAY_LINKS *Root) {
  PRTL_SPLAY_LINKS replacement = RtlLeftChild(Links) != nullptr ? RtlLeftChild(Links) : RtlRightChild(Links);
  if (RtlLeftChild(Links) != nullptr && RtlRightChild(Links) != nullptr) {
    // The predecessor, which has no right child, takes the node's place.
    replacement = RtlSubtreePredecessor(Links);
    Replace(replacement, RtlLeftChild(replacement));
    replacement->LeftChild = Links->LeftChild;
    replacement->RightChild = Links->RightChild;
    if (replacement->LeftChild != nullptr) {
      replacement->LeftChild->Parent = replacement;
    }
    replacement->RightChild->Parent = replacement;
  }
  const bool was_root = RtlIsRoot(Links);
  Replace(Links, replacement);
  if (was_root) {
    *Root = replacement;
  }
}

// Takes the node out and splays what was above it. The new root, null for an empty tree.
PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS Links) {
  PRTL_SPLAY_LINKS parent = RtlIsRoot(Links) ? nullptr : RtlParent(Links);
  PRTL_SPLAY_LINKS root = nullptr;
  RtlDeleteNoSplay(Links, &root);
  return parent != nullptr ? RtlSplay(parent) : root;
}

}  // extern "C"
