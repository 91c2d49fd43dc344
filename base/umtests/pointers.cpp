// Pointers that a program must not use, and numbers that are no service.
#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

void Null() {
  CHECK_STATUS(NtQuerySystemTime(nullptr), STATUS_ACCESS_VIOLATION);
  CHECK_STATUS(NtCreateEvent(nullptr, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE), STATUS_ACCESS_VIOLATION);
}

void Unmapped() {
  CHECK_STATUS(NtQuerySystemTime(At<LARGE_INTEGER>(0x123450000)), STATUS_ACCESS_VIOLATION);
  CHECK_STATUS(NtQuerySystemTime(At<LARGE_INTEGER>(0x7ffffffffff8)), STATUS_ACCESS_VIOLATION);
}

void KernelHalf() {
  CHECK_STATUS(NtQuerySystemTime(At<LARGE_INTEGER>(0xffff800000001000)), STATUS_ACCESS_VIOLATION);
  CHECK_STATUS(NtQuerySystemTime(At<LARGE_INTEGER>(0xfffffffffffffff8)), STATUS_ACCESS_VIOLATION);
  CHECK_STATUS(NtQuerySystemTime(At<LARGE_INTEGER>(0x800000000000)), STATUS_ACCESS_VIOLATION);
  Handle event;
  CHECK_STATUS(
      NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, At<OBJECT_ATTRIBUTES>(0xffff800000000000), NotificationEvent, FALSE),
      STATUS_ACCESS_VIOLATION);
}

void Misaligned() {
  alignas(8) char bytes[32] = {};
  const NTSTATUS status = NtQuerySystemTime(reinterpret_cast<LARGE_INTEGER *>(bytes + 1));
  CHECK(status == STATUS_DATATYPE_MISALIGNMENT || status == STATUS_SUCCESS);  // a probe may ask for less than the type
}

void ReadOnly() {
  CHECK_STATUS(NtQuerySystemTime(At<LARGE_INTEGER>(USER_SHARED_DATA_ADDRESS)), STATUS_ACCESS_VIOLATION);
}

void NameBuffers() {
  UNICODE_STRING name{20, 20, At<WCHAR>(0x123450000)};
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, 0, nullptr, nullptr);
  Handle event;
  CHECK_STATUS(NtOpenEvent(event.Out(), EVENT_ALL_ACCESS, &attributes), STATUS_ACCESS_VIOLATION);
  attributes.ObjectName = At<UNICODE_STRING>(0xffff800000000000);
  CHECK_STATUS(NtOpenEvent(event.Out(), EVENT_ALL_ACCESS, &attributes), STATUS_ACCESS_VIOLATION);
  attributes.Length = 3;
  CHECK_STATUS(NtOpenEvent(event.Out(), EVENT_ALL_ACCESS, &attributes), STATUS_INVALID_PARAMETER);
}

void Buffers() {
  IO_STATUS_BLOCK io{};
  const HANDLE output = NtCurrentPeb()->ProcessParameters->StandardOutput;
  CHECK_STATUS(NtWriteFile(output, nullptr, nullptr, nullptr, &io, At<void>(0x123450000), 16, nullptr, nullptr),
               STATUS_ACCESS_VIOLATION);
  CHECK_STATUS(NtWriteFile(output, nullptr, nullptr, nullptr, &io, At<void>(0xffff800000000000), 16, nullptr, nullptr),
               STATUS_ACCESS_VIOLATION);
}

// By the transport of docs/architecture.md section 2: label = service number, four words.
NTSTATUS CallNumber(ULONGLONG number) {
  register ULONGLONG first __asm__("r10") = 0;
  register ULONGLONG second __asm__("r8") = 0;
  register ULONGLONG third __asm__("r9") = 0;
  ULONGLONG endpoint = 0;
  ULONGLONG info = number << 12 | 4;
  __asm__ volatile(
      "movq %%rsp, %%r15\n"
      "movq %%rsp, %%rbx\n"
      "syscall\n"
      "movq %%rbx, %%rsp\n"
      : "+r"(first), "+r"(second), "+r"(third), "+D"(endpoint), "+S"(info)
      : "d"(-1LL)
      : "rax", "rbx", "rcx", "r11", "r15", "memory");
  return static_cast<NTSTATUS>(first);
}

void UnknownService() {
  CHECK_STATUS(CallNumber(4000), STATUS_INVALID_SYSTEM_SERVICE);
  CHECK_STATUS(CallNumber(0xfffffffffffff), STATUS_INVALID_SYSTEM_SERVICE);
}

constexpr Test kTests[] = {
    {"pointer.null", "ProbeForWrite (DDI): STATUS_ACCESS_VIOLATION", Null},
    {"pointer.unmapped", "ProbeForWrite (DDI)", Unmapped},
    {"pointer.kernel-half", "ProbeForWrite (DDI)", KernelHalf},
    {"pointer.misaligned", "ProbeForWrite (DDI): STATUS_DATATYPE_MISALIGNMENT", Misaligned},
    {"pointer.read-only", "ProbeForWrite (DDI)", ReadOnly},
    {"pointer.names", "OBJECT_ATTRIBUTES structure", NameBuffers},
    {"pointer.buffers", "ProbeForRead (DDI)", Buffers},
    {"pointer.unknown-service", "NTSTATUS values: STATUS_INVALID_SYSTEM_SERVICE", UnknownService},
};

}  // namespace

constinit const std::span<const Test> kPointerTests = kTests;

}  // namespace umtests
