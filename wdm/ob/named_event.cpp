// IoCreateNotificationEvent, IoCreateSynchronizationEvent: events with a name. They live in the host: drivers that
// share one see the same event; programs and other hosts do not.

#include "object.hpp"

#include <nt/ntrtl.h>

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

namespace {

constexpr uint32_t kTag = wdm::PoolTag("NEvt");

struct NamedEvent {
  KEVENT event;  // first: the object is the event
  LIST_ENTRY links;
  UNICODE_STRING name;
};

LIST_ENTRY named = {&named, &named};

}  // namespace

namespace wdm {

void DestroyNamedEvent(void *object) {
  auto *event = static_cast<NamedEvent *>(object);
  if (event->name.Buffer != nullptr) {
    ke::AtDispatch guard;
    RemoveEntryList(&event->links);
    wdm::PoolFree(event->name.Buffer);
  }
}

}  // namespace wdm

namespace {

NamedEvent *Find(PCUNICODE_STRING name) {
  for (LIST_ENTRY *links = named.Flink; links != &named; links = links->Flink) {
    auto *event = CONTAINING_RECORD(links, NamedEvent, links);
    if (RtlEqualUnicodeString(&event->name, name, TRUE)) {
      return event;
    }
  }
  return nullptr;
}

NamedEvent *Make(PCUNICODE_STRING name, EVENT_TYPE type) {
  auto *event = static_cast<NamedEvent *>(wdm::CreateObject(sizeof(NamedEvent), **ExEventObjectType));
  if (event == nullptr) {
    return nullptr;
  }
  KeInitializeEvent(&event->event, type, TRUE);
  event->name.Buffer = static_cast<PWCH>(wdm::PoolAllocate(name->Length, kTag));
  if (event->name.Buffer == nullptr) {
    ObDereferenceObject(event);
    return nullptr;
  }
  event->name.MaximumLength = name->Length;
  RtlCopyUnicodeString(&event->name, name);
  ke::AtDispatch guard;
  InsertTailList(&named, &event->links);
  return event;
}

PKEVENT Open(PUNICODE_STRING name, PHANDLE handle, EVENT_TYPE type) {
  NamedEvent *event = nullptr;
  {
    ke::AtDispatch guard;
    event = Find(name);
    if (event != nullptr) {
      ObReferenceObject(event);
    }
  }
  if (event == nullptr) {
    event = Make(name, type);
  }
  if (event == nullptr) {
    return nullptr;
  }
  *handle = wdm::MakeHandle(event);
  if (*handle == nullptr) {
    ObDereferenceObject(event);
    return nullptr;
  }
  return &event->event;
}

}  // namespace

extern "C" {

// learn.microsoft.com, "IoCreateNotificationEvent": made signaled when there is none of that name; the handle is what
// keeps it. Null: no memory.
PKEVENT NTAPI IoCreateNotificationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle) {
  return Open(EventName, EventHandle, NotificationEvent);
}

PKEVENT NTAPI IoCreateSynchronizationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle) {
  return Open(EventName, EventHandle, SynchronizationEvent);
}

}  // extern "C"
