#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

void BadHandles() {
  CHECK_STATUS(NtClose(nullptr), STATUS_INVALID_HANDLE);
  CHECK_STATUS(NtClose(At<void>(0xbad0)), STATUS_INVALID_HANDLE);
  CHECK_STATUS(NtClose(At<void>(0x7ffffffffffffff0)), STATUS_INVALID_HANDLE);
  CHECK_STATUS(NtSetEvent(At<void>(0xbad0), nullptr), STATUS_INVALID_HANDLE);
  CHECK_STATUS(NtWaitForSingleObject(At<void>(0xbad0), FALSE, nullptr), STATUS_INVALID_HANDLE);
}

void CloseTwice() {
  HANDLE event = nullptr;
  CHECK_SUCCESS(NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  CHECK_SUCCESS(NtClose(event));
  CHECK_STATUS(NtClose(event), STATUS_INVALID_HANDLE);
}

void WrongType() {
  CHECK_STATUS(NtSetEvent(NtCurrentProcess(), nullptr), STATUS_OBJECT_TYPE_MISMATCH);
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  CHECK_STATUS(NtReleaseMutant(event.Get(), nullptr), STATUS_OBJECT_TYPE_MISMATCH);
  CHECK_STATUS(NtTerminateThread(event.Get(), STATUS_SUCCESS), STATUS_OBJECT_TYPE_MISMATCH);
}

void GrantedAccess() {
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_QUERY_STATE, nullptr, NotificationEvent, FALSE));
  EVENT_BASIC_INFORMATION information{};
  CHECK_SUCCESS(NtQueryEvent(event.Get(), EventBasicInformation, &information, sizeof information, nullptr));
  CHECK_STATUS(NtSetEvent(event.Get(), nullptr), STATUS_ACCESS_DENIED);
  LARGE_INTEGER now = Milliseconds(0);
  CHECK_STATUS(NtWaitForSingleObject(event.Get(), FALSE, &now), STATUS_ACCESS_DENIED);
}

void Duplicate() {
  Handle event;
  Handle copy;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  CHECK_SUCCESS(NtDuplicateObject(NtCurrentProcess(), event.Get(), NtCurrentProcess(), copy.Out(),
                                  EVENT_QUERY_STATE | SYNCHRONIZE, 0, 0));
  CHECK(copy.Get() != event.Get());
  CHECK_STATUS(NtSetEvent(copy.Get(), nullptr), STATUS_ACCESS_DENIED);
  CHECK_SUCCESS(NtSetEvent(event.Get(), nullptr));
  EVENT_BASIC_INFORMATION information{};
  CHECK_SUCCESS(NtQueryEvent(copy.Get(), EventBasicInformation, &information, sizeof information, nullptr));
  CHECK(information.EventState == 1);  // one object, two handles
}

void DuplicateCloseSource() {
  HANDLE event = nullptr;
  CHECK_SUCCESS(NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  Handle copy;
  CHECK_SUCCESS(NtDuplicateObject(NtCurrentProcess(), event, NtCurrentProcess(), copy.Out(), 0, 0,
                                  DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS));
  CHECK(copy);
  if (copy.Get() != event) {
    CHECK_STATUS(NtClose(event), STATUS_INVALID_HANDLE);
  }
  CHECK_SUCCESS(NtSetEvent(copy.Get(), nullptr));
}

void QueryObject() {
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  OBJECT_BASIC_INFORMATION basic{};
  CHECK_SUCCESS(NtQueryObject(event.Get(), ObjectBasicInformation, &basic, sizeof basic, nullptr));
  CHECK(basic.GrantedAccess == EVENT_ALL_ACCESS);
  CHECK(basic.HandleCount == 1);
  alignas(8) char buffer[512];
  CHECK_SUCCESS(NtQueryObject(event.Get(), ObjectTypeInformation, buffer, sizeof buffer, nullptr));
  const auto &type = *reinterpret_cast<OBJECT_TYPE_INFORMATION *>(buffer);
  UNICODE_STRING expected = RTL_CONSTANT_STRING(L"Event");
  CHECK(RtlEqualUnicodeString(&type.TypeName, &expected, FALSE));
}

constexpr Test kTests[] = {
    {"handle.bad", "ZwClose: STATUS_INVALID_HANDLE", BadHandles},
    {"handle.close-twice", "ZwClose", CloseTwice},
    {"handle.wrong-type", "ObReferenceObjectByHandle (DDI): STATUS_OBJECT_TYPE_MISMATCH", WrongType},
    {"handle.access", "ObReferenceObjectByHandle (DDI): STATUS_ACCESS_DENIED", GrantedAccess},
    {"handle.duplicate", "ZwDuplicateObject", Duplicate},
    {"handle.duplicate-close", "ZwDuplicateObject: DUPLICATE_CLOSE_SOURCE", DuplicateCloseSource},
    {"handle.query", "NtQueryObject", QueryObject},
};

}  // namespace

constinit const std::span<const Test> kHandleTests = kTests;

}  // namespace umtests
