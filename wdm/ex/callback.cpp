// Callback objects: learn.microsoft.com, "Callback Objects". They live in the host: drivers of one host call each
// other. The system's own (\Callback\PowerState ...) exist and are never notified, since nothing of what they tell
// happens yet.

#include "../ob/object.hpp"

#include <nt/ntrtl.h>
#include <ntifs.h>

#include <wdmp/fiber.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

#include <initializer_list>

struct _CALLBACK_OBJECT {
  LIST_ENTRY links;  // of the named ones
  LIST_ENTRY registrations;
  UNICODE_STRING name;
  bool multiple;
};

namespace {

constexpr uint32_t kTag = wdm::PoolTag("Call");

struct Registration {
  LIST_ENTRY links;
  PCALLBACK_OBJECT object;
  PCALLBACK_FUNCTION function;
  PVOID context;
  ULONG busy;           // running calls
  bool gone;            // unregistered: frees itself with the last call
  ke::Parking *waiter;  // ExUnregisterCallback waits for the calls
};

LIST_ENTRY named = {&named, &named};

void Destroy(void *object) {
  auto *callback = static_cast<PCALLBACK_OBJECT>(object);
  ke::AtDispatch guard;
  if (callback->name.Buffer != nullptr) {
    RemoveEntryList(&callback->links);
    wdm::PoolFree(callback->name.Buffer);
  }
}

wdm::Type callback_type = {u"Callback", Destroy};

PCALLBACK_OBJECT FindNamed(PCUNICODE_STRING name) {
  for (LIST_ENTRY *links = named.Flink; links != &named; links = links->Flink) {
    auto *callback = CONTAINING_RECORD(links, _CALLBACK_OBJECT, links);
    if (RtlEqualUnicodeString(&callback->name, name, TRUE)) {
      return callback;
    }
  }
  return nullptr;
}

bool IsSystemName(PCUNICODE_STRING name) {
  for (const char16_t *known : {u"\\Callback\\PowerState", u"\\Callback\\SetSystemTime", u"\\Callback\\ProcessorAdd"}) {
    UNICODE_STRING text;
    RtlInitUnicodeString(&text, reinterpret_cast<PCWSTR>(known));
    if (RtlEqualUnicodeString(&text, name, TRUE)) {
      return true;
    }
  }
  return false;
}

PCALLBACK_OBJECT Make(PCUNICODE_STRING name, bool multiple) {
  auto *callback = static_cast<PCALLBACK_OBJECT>(wdm::CreateObject(sizeof(_CALLBACK_OBJECT), callback_type));
  if (callback == nullptr) {
    return nullptr;
  }
  InitializeListHead(&callback->registrations);
  callback->multiple = multiple;
  if (name != nullptr && name->Length != 0) {
    callback->name.Buffer = static_cast<PWCH>(wdm::PoolAllocate(name->Length, kTag));
    if (callback->name.Buffer == nullptr) {
      ObDereferenceObject(callback);
      return nullptr;
    }
    callback->name.MaximumLength = name->Length;
    RtlCopyUnicodeString(&callback->name, name);
    ke::AtDispatch guard;
    InsertTailList(&named, &callback->links);
  }
  return callback;
}

}  // namespace

extern "C" {

// STATUS_OBJECT_NAME_NOT_FOUND: there is none of that name and Create is false. STATUS_UNSUCCESSFUL: neither name nor
// Create.
NTSTATUS NTAPI ExCreateCallback(PCALLBACK_OBJECT *CallbackObject, POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN Create,
                                BOOLEAN AllowMultipleCallbacks) {
  PUNICODE_STRING name = ObjectAttributes != nullptr ? ObjectAttributes->ObjectName : nullptr;
  const bool has_name = name != nullptr && name->Length != 0;
  *CallbackObject = nullptr;
  if (has_name) {
    ke::AtDispatch guard;
    if (PCALLBACK_OBJECT found = FindNamed(name)) {
      ObReferenceObject(found);
      *CallbackObject = found;
      return STATUS_SUCCESS;
    }
  }
  const bool system = has_name && IsSystemName(name);
  if (!Create && !system) {
    return has_name ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_UNSUCCESSFUL;
  }
  *CallbackObject = Make(name, system || AllowMultipleCallbacks);
  return *CallbackObject != nullptr ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

// Null: no memory, or somebody is registered with an object that takes one only.
PVOID NTAPI ExRegisterCallback(PCALLBACK_OBJECT CallbackObject, PCALLBACK_FUNCTION CallbackFunction,
                               PVOID CallbackContext) {
  auto *registration = static_cast<Registration *>(wdm::PoolAllocateZero(sizeof(Registration), kTag));
  if (registration == nullptr) {
    return nullptr;
  }
  registration->object = CallbackObject;
  registration->function = CallbackFunction;
  registration->context = CallbackContext;
  {
    ke::AtDispatch guard;
    if (CallbackObject->multiple || IsListEmpty(&CallbackObject->registrations)) {
      InsertTailList(&CallbackObject->registrations, &registration->links);
      ObReferenceObject(CallbackObject);
      return registration;
    }
  }
  wdm::PoolFree(registration);
  return nullptr;
}

// Waits for calls that run.
VOID NTAPI ExUnregisterCallback(PVOID CallbackRegistration) {
  auto *registration = static_cast<Registration *>(CallbackRegistration);
  ke::Parking parking;
  bool wait = false;
  {
    ke::AtDispatch guard;
    registration->gone = true;
    wait = registration->busy != 0;
    registration->waiter = wait ? &parking : nullptr;
  }
  if (wait) {
    ke::Park(parking);
  }
  PCALLBACK_OBJECT object = registration->object;
  {
    ke::AtDispatch guard;
    RemoveEntryList(&registration->links);
  }
  wdm::PoolFree(registration);
  ObDereferenceObject(object);
}

// Calls everybody in the order of registration, at the caller's IRQL.
VOID NTAPI ExNotifyCallback(PVOID CallbackObject, PVOID Argument1, PVOID Argument2) {
  auto *callback = static_cast<PCALLBACK_OBJECT>(CallbackObject);
  KIRQL old = KeRaiseIrqlToDpcLevel();
  LIST_ENTRY *links = callback->registrations.Flink;
  while (links != &callback->registrations) {
    auto *registration = CONTAINING_RECORD(links, Registration, links);
    if (!registration->gone) {
      registration->busy += 1;  // it stays in the list meanwhile
      KeLowerIrql(old);
      registration->function(registration->context, Argument1, Argument2);
      KeRaiseIrqlToDpcLevel();
      registration->busy -= 1;
    }
    links = links->Flink;
    if (registration->gone && registration->busy == 0 && registration->waiter != nullptr) {
      ke::Unpark(*registration->waiter);
      registration->waiter = nullptr;
    }
  }
  KeLowerIrql(old);
}

}  // extern "C"
