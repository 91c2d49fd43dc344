// Symbolic links. A link lives as long as the host: it is a temporary object whose handle the host keeps, so that the
// links of a driver process that dies go with it and a restarted driver can make them anew.

#include "iop.hpp"

#include <nt/nt_services.h>
#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

#include <cstring>
#include <initializer_list>

namespace io {
namespace {

struct Link {
  LIST_ENTRY all;
  HANDLE handle;
  UNICODE_STRING name;
  WCHAR text[1];
};

LIST_ENTRY links = {&links, &links};

constexpr WCHAR kDosDevices[] = L"\\DosDevices\\";
constexpr WCHAR kQuestionMarks[] = L"\\??\\";

// Both spellings of the directory of drive letters are one name here.
bool SameName(UNICODE_STRING a, UNICODE_STRING b) {
  for (UNICODE_STRING *name : {&a, &b}) {
    for (const WCHAR *prefix : {kDosDevices, kQuestionMarks}) {
      UNICODE_STRING head;
      RtlInitUnicodeString(&head, prefix);
      if (RtlPrefixUnicodeString(&head, name, TRUE)) {
        name->Buffer += head.Length / sizeof(WCHAR) - 1;
        name->Length = static_cast<USHORT>(name->Length - head.Length + sizeof(WCHAR));
        break;
      }
    }
  }
  return RtlEqualUnicodeString(&a, &b, TRUE) != FALSE;
}

// The link of that name, taken out of the list, or null.
Link *TakeLink(const UNICODE_STRING &name) {
  ke::AtDispatch guard;
  for (LIST_ENTRY *entry = links.Flink; entry != &links; entry = entry->Flink) {
    auto *link = CONTAINING_RECORD(entry, Link, all);
    if (SameName(link->name, name)) {
      RemoveEntryList(entry);
      return link;
    }
  }
  return nullptr;
}

}  // namespace
}  // namespace io

extern "C" {

// WDK: IoCreateSymbolicLink. STATUS_OBJECT_NAME_COLLISION and the like. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName) {
  auto *link = static_cast<io::Link *>(wdm::PoolAllocateZero(sizeof(io::Link) + SymbolicLinkName->Length, io::kTag));
  if (link == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  memcpy(link->text, SymbolicLinkName->Buffer, SymbolicLinkName->Length);
  link->name = {.Length = SymbolicLinkName->Length, .MaximumLength = SymbolicLinkName->Length, .Buffer = link->text};
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, SymbolicLinkName, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  NTSTATUS status = NtCreateSymbolicLinkObject(&link->handle, SYMBOLIC_LINK_ALL_ACCESS, &attributes, DeviceName);
  if (!NT_SUCCESS(status)) {
    wdm::PoolFree(link);
    return status;
  }
  ke::AtDispatch guard;
  InsertTailList(&io::links, &link->all);
  return status;
}

// WDK: IoCreateUnprotectedSymbolicLink: as above; protection is the directory's.
NTSTATUS NTAPI IoCreateUnprotectedSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName) {
  return IoCreateSymbolicLink(SymbolicLinkName, DeviceName);
}

// WDK: IoDeleteSymbolicLink. STATUS_OBJECT_NAME_NOT_FOUND. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName) {
  if (io::Link *link = io::TakeLink(*SymbolicLinkName); link != nullptr) {
    NTSTATUS status = NtClose(link->handle);
    wdm::PoolFree(link);
    return status;
  }
  // Somebody else's, a permanent one.
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, SymbolicLinkName, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  HANDLE handle;
  NTSTATUS status = NtOpenSymbolicLinkObject(&handle, DELETE, &attributes);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  status = NtMakeTemporaryObject(handle);
  NtClose(handle);
  return status;
}

}  // extern "C"
