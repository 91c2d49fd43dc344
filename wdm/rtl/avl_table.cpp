// Generic tables over AVL trees: learn.microsoft.com, "RtlInitializeGenericTableAvl" and its family. The tree hangs as
// the right child of BalancedRoot, which is its own parent. Balance = height of the right subtree minus that of the
// left.

#include <ntifs.h>

#include <string.h>

namespace {

using Links = PRTL_BALANCED_LINKS;

struct Node {
  RTL_BALANCED_LINKS links;
  LONGLONG element[1];
};

constexpr ULONG kHeader = FIELD_OFFSET(Node, element);

PVOID ElementOf(Links links) { return CONTAINING_RECORD(links, Node, links)->element; }
Links Root(PRTL_AVL_TABLE table) { return table->BalancedRoot.RightChild; }

TABLE_SEARCH_RESULT Find(PRTL_AVL_TABLE table, PVOID buffer, Links *node) {
  Links at = Root(table);
  if (at == nullptr) {
    *node = &table->BalancedRoot;
    return TableEmptyTree;
  }
  for (;;) {
    const RTL_GENERIC_COMPARE_RESULTS order = table->CompareRoutine(table, buffer, ElementOf(at));
    Links next = order == GenericLessThan ? at->LeftChild : at->RightChild;
    if (order == GenericEqual || next == nullptr) {
      *node = at;
      return order == GenericEqual ? TableFoundNode : order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
    }
    at = next;
  }
}

void Replace(Links old, Links replacement) {
  Links parent = old->Parent;
  (parent->LeftChild == old ? parent->LeftChild : parent->RightChild) = replacement;
  if (replacement != nullptr) {
    replacement->Parent = parent;
  }
}

// Lifts `node` above its parent; balances are the caller's business.
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

// `node` is two deeper on the side `sign`. The subtree's new root; `*lower`: it is one lower than before.
Links Rebalance(Links node, int sign, bool *lower) {
  Links child = sign > 0 ? node->RightChild : node->LeftChild;
  *lower = true;
  if (child->Balance != -sign) {
    *lower = child->Balance != 0;
    Rotate(child);
    node->Balance = static_cast<CHAR>(*lower ? 0 : sign);
    child->Balance = static_cast<CHAR>(*lower ? 0 : -sign);
    return child;
  }
  Links inner = sign > 0 ? child->LeftChild : child->RightChild;
  Rotate(inner);
  Rotate(inner);
  node->Balance = static_cast<CHAR>(inner->Balance == sign ? -sign : 0);
  child->Balance = static_cast<CHAR>(inner->Balance == -sign ? sign : 0);
  inner->Balance = 0;
  return inner;
}

// `node` has been added: its ancestors grow until one takes it up.
void AfterInsert(PRTL_AVL_TABLE table, Links node) {
  while (node->Parent != &table->BalancedRoot) {
    Links parent = node->Parent;
    const int sign = parent->LeftChild == node ? -1 : 1;
    if (parent->Balance == sign) {
      bool lower = false;
      Rebalance(parent, sign, &lower);
      return;
    }
    parent->Balance = static_cast<CHAR>(parent->Balance + sign);
    if (parent->Balance == 0) {
      return;
    }
    node = parent;
  }
  table->DepthOfTree += 1;
}

// The subtree of `node` on the side `sign` has become one lower.
void AfterDelete(PRTL_AVL_TABLE table, Links node, int sign) {
  while (node != &table->BalancedRoot) {
    Links parent = node->Parent;
    const int next_sign = parent->LeftChild == node ? -1 : 1;
    if (node->Balance == 0) {
      node->Balance = static_cast<CHAR>(-sign);
      return;
    }
    if (node->Balance == sign) {
      node->Balance = 0;
    } else {
      bool lower = false;
      Rebalance(node, -sign, &lower);
      if (!lower) {
        return;
      }
    }
    node = parent;
    sign = next_sign;
  }
  table->DepthOfTree -= 1;
}

Links First(PRTL_AVL_TABLE table) {
  Links node = Root(table);
  while (node != nullptr && node->LeftChild != nullptr) {
    node = node->LeftChild;
  }
  return node;
}

Links Next(PRTL_AVL_TABLE table, Links node) {
  if (node->RightChild != nullptr) {
    node = node->RightChild;
    while (node->LeftChild != nullptr) {
      node = node->LeftChild;
    }
    return node;
  }
  while (node->Parent != &table->BalancedRoot && node->Parent->RightChild == node) {
    node = node->Parent;
  }
  return node->Parent == &table->BalancedRoot ? nullptr : node->Parent;
}

Links Previous(PRTL_AVL_TABLE table, Links node) {
  if (node->LeftChild != nullptr) {
    node = node->LeftChild;
    while (node->RightChild != nullptr) {
      node = node->RightChild;
    }
    return node;
  }
  while (node->Parent != &table->BalancedRoot && node->Parent->LeftChild == node) {
    node = node->Parent;
  }
  return node->Parent == &table->BalancedRoot ? nullptr : node->Parent;
}

// Takes a node out of the tree.
void Unlink(PRTL_AVL_TABLE table, Links node) {
  Links lost = node;  // whose place goes: it has at most one child
  if (node->LeftChild != nullptr && node->RightChild != nullptr) {
    lost = Next(table, node);
  }
  Links parent = lost->Parent;
  const int sign = parent->LeftChild == lost ? -1 : 1;
  Replace(lost, lost->LeftChild != nullptr ? lost->LeftChild : lost->RightChild);
  AfterDelete(table, parent, sign);
  if (lost != node) {
    *lost = *node;
    Replace(node, lost);
    if (lost->LeftChild != nullptr) {
      lost->LeftChild->Parent = lost;
    }
    if (lost->RightChild != nullptr) {
      lost->RightChild->Parent = lost;
    }
  }
}

}  // namespace

extern "C" {

VOID NTAPI RtlInitializeGenericTableAvl(PRTL_AVL_TABLE Table, PRTL_AVL_COMPARE_ROUTINE CompareRoutine,
                                        PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine, PRTL_AVL_FREE_ROUTINE FreeRoutine,
                                        PVOID TableContext) {
  memset(Table, 0, sizeof(*Table));
  Table->BalancedRoot.Parent = &Table->BalancedRoot;
  Table->CompareRoutine = CompareRoutine;
  Table->AllocateRoutine = AllocateRoutine;
  Table->FreeRoutine = FreeRoutine;
  Table->TableContext = TableContext;
}

// Null: the allocate routine gave nothing.
PVOID NTAPI RtlInsertElementGenericTableFullAvl(PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize,
                                                PBOOLEAN NewElement, PVOID NodeOrParent,
                                                TABLE_SEARCH_RESULT SearchResult) {
  auto *parent = static_cast<Links>(NodeOrParent);
  if (NewElement != nullptr) {
    *NewElement = FALSE;
  }
  if (SearchResult == TableFoundNode) {
    return ElementOf(parent);
  }
  auto *node = BufferSize > MAXULONG - kHeader
                   ? nullptr
                   : static_cast<Node *>(Table->AllocateRoutine(Table, BufferSize + kHeader));
  if (node == nullptr) {
    return nullptr;
  }
  memset(&node->links, 0, sizeof(node->links));
  memcpy(node->element, Buffer, BufferSize);
  parent = SearchResult == TableEmptyTree ? &Table->BalancedRoot : parent;
  node->links.Parent = parent;
  (SearchResult == TableInsertAsLeft ? parent->LeftChild : parent->RightChild) = &node->links;
  Table->NumberGenericTableElements += 1;
  Table->OrderedPointer = nullptr;
  Table->WhichOrderedElement = 0;
  AfterInsert(Table, &node->links);
  if (NewElement != nullptr) {
    *NewElement = TRUE;
  }
  return node->element;
}

PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement) {
  Links node = nullptr;
  const TABLE_SEARCH_RESULT result = Find(Table, Buffer, &node);
  return RtlInsertElementGenericTableFullAvl(Table, Buffer, BufferSize, NewElement, node, result);
}

BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer) {
  Links node = nullptr;
  if (Find(Table, Buffer, &node) != TableFoundNode) {
    return FALSE;
  }
  if (Table->RestartKey == node) {
    Table->RestartKey = Previous(Table, node);  // an enumeration goes on behind it
  }
  Unlink(Table, node);
  Table->NumberGenericTableElements -= 1;
  Table->DeleteCount += 1;
  Table->OrderedPointer = nullptr;
  Table->WhichOrderedElement = 0;
  Table->FreeRoutine(Table, CONTAINING_RECORD(node, Node, links));
  return TRUE;
}

PVOID NTAPI RtlLookupElementGenericTableFullAvl(PRTL_AVL_TABLE Table, PVOID Buffer, PVOID *NodeOrParent,
                                                TABLE_SEARCH_RESULT *SearchResult) {
  Links node = nullptr;
  *SearchResult = Find(Table, Buffer, &node);
  *NodeOrParent = node;
  return *SearchResult == TableFoundNode ? ElementOf(node) : nullptr;
}

PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer) {
  Links node = nullptr;
  return Find(Table, Buffer, &node) == TableFoundNode ? ElementOf(node) : nullptr;
}

// The first of several elements that the compare routine calls equal.
PVOID NTAPI RtlLookupFirstMatchingElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer, PVOID *RestartKey) {
  Links first = nullptr;
  for (Links at = Root(Table); at != nullptr;) {
    const RTL_GENERIC_COMPARE_RESULTS order = Table->CompareRoutine(Table, Buffer, ElementOf(at));
    if (order == GenericEqual) {
      first = at;
    }
    at = order == GenericGreaterThan ? at->RightChild : at->LeftChild;
  }
  *RestartKey = first;
  return first == nullptr ? nullptr : ElementOf(first);
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE Table, PVOID *RestartKey) {
  auto *last = static_cast<Links>(*RestartKey);
  Links next = last == nullptr ? First(Table) : Next(Table, last);
  if (next == nullptr) {
    return nullptr;
  }
  *RestartKey = next;
  return ElementOf(next);
}

PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE Table, BOOLEAN Restart) {
  PVOID key = Restart ? nullptr : Table->RestartKey;
  PVOID element = RtlEnumerateGenericTableWithoutSplayingAvl(Table, &key);
  if (element != nullptr) {
    Table->RestartKey = static_cast<Links>(key);
  }
  return element;
}

// The element of number I, from 0, in the order of keys.
PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE Table, ULONG I) {
  if (I >= Table->NumberGenericTableElements) {
    return nullptr;
  }
  auto *node = static_cast<Links>(Table->OrderedPointer);
  ULONG at = Table->WhichOrderedElement;
  if (node == nullptr) {
    node = First(Table);
    at = 0;
  }
  for (; at < I; at += 1) {
    node = Next(Table, node);
  }
  for (; at > I; at -= 1) {
    node = Previous(Table, node);
  }
  Table->OrderedPointer = node;
  Table->WhichOrderedElement = I;
  return ElementOf(node);
}

ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE Table) { return Table->NumberGenericTableElements; }
BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE Table) { return Table->NumberGenericTableElements == 0; }

}  // extern "C"
