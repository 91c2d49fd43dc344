// Generic tables over splay links: learn.microsoft.com, "RtlInitializeGenericTable" and its family. An element is
// preceded by its links: splay links for the order of keys, list links for the order of insertion.

#include <ntifs.h>

#include <string.h>

namespace {

struct Node {
  RTL_SPLAY_LINKS links;
  LIST_ENTRY order;
  LONGLONG element[1];  // the caller's bytes
};

constexpr ULONG kHeader = FIELD_OFFSET(Node, element);

Node *FromLinks(PRTL_SPLAY_LINKS links) { return CONTAINING_RECORD(links, Node, links); }
PVOID ElementOf(PRTL_SPLAY_LINKS links) { return FromLinks(links)->element; }

// Where `buffer` is, or under which node it belongs.
TABLE_SEARCH_RESULT Find(PRTL_GENERIC_TABLE table, PVOID buffer, PRTL_SPLAY_LINKS *node) {
  PRTL_SPLAY_LINKS at = table->TableRoot;
  if (at == nullptr) {
    *node = nullptr;
    return TableEmptyTree;
  }
  for (;;) {
    const RTL_GENERIC_COMPARE_RESULTS order = table->CompareRoutine(table, buffer, ElementOf(at));
    PRTL_SPLAY_LINKS next = order == GenericLessThan ? at->LeftChild : at->RightChild;
    if (order == GenericEqual || next == nullptr) {
      *node = at;
      return order == GenericEqual ? TableFoundNode : order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
    }
    at = next;
  }
}

PRTL_SPLAY_LINKS FirstNode(PRTL_GENERIC_TABLE table) {
  PRTL_SPLAY_LINKS node = table->TableRoot;
  while (node != nullptr && node->LeftChild != nullptr) {
    node = node->LeftChild;
  }
  return node;
}

}  // namespace

extern "C" {

VOID NTAPI RtlInitializeGenericTable(PRTL_GENERIC_TABLE Table, PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine,
                                     PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine,
                                     PRTL_GENERIC_FREE_ROUTINE FreeRoutine, PVOID TableContext) {
  memset(Table, 0, sizeof(*Table));
  InitializeListHead(&Table->InsertOrderList);
  Table->OrderedPointer = &Table->InsertOrderList;
  Table->CompareRoutine = CompareRoutine;
  Table->AllocateRoutine = AllocateRoutine;
  Table->FreeRoutine = FreeRoutine;
  Table->TableContext = TableContext;
}

// Null: the allocate routine gave nothing.
PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize,
                                             PBOOLEAN NewElement, PVOID NodeOrParent,
                                             TABLE_SEARCH_RESULT SearchResult) {
  auto *found = static_cast<PRTL_SPLAY_LINKS>(NodeOrParent);
  if (NewElement != nullptr) {
    *NewElement = SearchResult != TableFoundNode;
  }
  if (SearchResult != TableFoundNode) {
    auto *node = BufferSize > MAXULONG - kHeader
                     ? nullptr
                     : static_cast<Node *>(Table->AllocateRoutine(Table, BufferSize + kHeader));
    if (node == nullptr) {
      if (NewElement != nullptr) {
        *NewElement = FALSE;
      }
      return nullptr;
    }
    RtlInitializeSplayLinks(&node->links);
    InsertTailList(&Table->InsertOrderList, &node->order);
    Table->NumberGenericTableElements += 1;
    if (SearchResult == TableInsertAsLeft) {
      RtlInsertAsLeftChild(found, &node->links);
    } else if (SearchResult == TableInsertAsRight) {
      RtlInsertAsRightChild(found, &node->links);
    }
    memcpy(node->element, Buffer, BufferSize);
    found = &node->links;
  }
  Table->TableRoot = RtlSplay(found);
  return ElementOf(found);
}

PVOID NTAPI RtlInsertElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize,
                                         PBOOLEAN NewElement) {
  PRTL_SPLAY_LINKS node = nullptr;
  const TABLE_SEARCH_RESULT result = Find(Table, Buffer, &node);
  return RtlInsertElementGenericTableFull(Table, Buffer, BufferSize, NewElement, node, result);
}

BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer) {
  PRTL_SPLAY_LINKS found = nullptr;
  if (Find(Table, Buffer, &found) != TableFoundNode) {
    return FALSE;
  }
  Table->TableRoot = RtlDelete(found);
  RemoveEntryList(&FromLinks(found)->order);
  Table->NumberGenericTableElements -= 1;
  Table->WhichOrderedElement = 0;
  Table->OrderedPointer = &Table->InsertOrderList;
  Table->FreeRoutine(Table, FromLinks(found));
  return TRUE;
}

PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer, PVOID *NodeOrParent,
                                             TABLE_SEARCH_RESULT *SearchResult) {
  PRTL_SPLAY_LINKS found = nullptr;
  *SearchResult = Find(Table, Buffer, &found);
  *NodeOrParent = found;
  if (*SearchResult != TableFoundNode) {
    return nullptr;
  }
  Table->TableRoot = RtlSplay(found);
  return ElementOf(found);
}

PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer) {
  PVOID node = nullptr;
  TABLE_SEARCH_RESULT result = TableEmptyTree;
  return RtlLookupElementGenericTableFull(Table, Buffer, &node, &result);
}

// The next element in the order of keys is the root's successor: each call makes its element the root.
PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE Table, BOOLEAN Restart) {
  if (Table->TableRoot == nullptr) {
    return nullptr;
  }
  PRTL_SPLAY_LINKS next = Restart ? FirstNode(Table) : RtlRealSuccessor(Table->TableRoot);
  if (next == nullptr) {
    return nullptr;
  }
  Table->TableRoot = RtlSplay(next);
  return ElementOf(next);
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE Table, PVOID *RestartKey) {
  auto *last = static_cast<PRTL_SPLAY_LINKS>(*RestartKey);
  PRTL_SPLAY_LINKS next = last == nullptr ? FirstNode(Table) : RtlRealSuccessor(last);
  if (next == nullptr) {
    return nullptr;
  }
  *RestartKey = next;
  return ElementOf(next);
}

// The element that was inserted as number I, from 0.
PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE Table, ULONG I) {
  if (I >= Table->NumberGenericTableElements) {
    return nullptr;
  }
  // OrderedPointer is element number WhichOrderedElement (from 1); 0 is the head.
  const ULONG wanted = I + 1;
  while (Table->WhichOrderedElement < wanted) {
    Table->OrderedPointer = Table->OrderedPointer->Flink;
    Table->WhichOrderedElement += 1;
  }
  while (Table->WhichOrderedElement > wanted) {
    Table->OrderedPointer = Table->OrderedPointer->Blink;
    Table->WhichOrderedElement -= 1;
  }
  return CONTAINING_RECORD(Table->OrderedPointer, Node, order)->element;
}

ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE Table) { return Table->NumberGenericTableElements; }
BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE Table) { return Table->TableRoot == nullptr; }

}  // extern "C"
