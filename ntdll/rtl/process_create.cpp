// RtlCreateUserProcess: the older way to start a program, over NtCreateUserProcess.
#include <nt/nt_services.h>
#include <nt/ntrtl_process.h>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

constexpr size_t kMostAttributes = 6;

struct Attributes {
  SIZE_T total_length = sizeof(SIZE_T);
  PS_ATTRIBUTE list[kMostAttributes];

  void Add(ULONG_PTR attribute, PVOID value, SIZE_T size) {
    PS_ATTRIBUTE &entry = list[(total_length - sizeof(SIZE_T)) / sizeof(PS_ATTRIBUTE)];
    entry = {};
    entry.Attribute = attribute;
    entry.Size = size;
    entry.ValuePtr = value;
    total_length += sizeof(PS_ATTRIBUTE);
  }
  PPS_ATTRIBUTE_LIST Get() { return reinterpret_cast<PPS_ATTRIBUTE_LIST>(this); }
};
static_assert(offsetof(Attributes, list) == offsetof(PS_ATTRIBUTE_LIST, Attributes));

}  // namespace

extern "C" NTSTATUS NTAPI RtlCreateUserProcess(PCUNICODE_STRING image_path, ULONG,
                                               PRTL_USER_PROCESS_PARAMETERS parameters, PSECURITY_DESCRIPTOR process_sd,
                                               PSECURITY_DESCRIPTOR thread_sd, HANDLE parent, BOOLEAN inherit_handles,
                                               HANDLE debug_port, HANDLE token,
                                               PRTL_USER_PROCESS_INFORMATION information) {
  RtlNormalizeProcessParams(parameters);
  *information = {};
  information->Length = sizeof(*information);
  OBJECT_ATTRIBUTES process_attributes;
  OBJECT_ATTRIBUTES thread_attributes;
  InitializeObjectAttributes(&process_attributes, nullptr, 0, nullptr, process_sd);
  InitializeObjectAttributes(&thread_attributes, nullptr, 0, nullptr, thread_sd);
  PS_CREATE_INFO create_info{};
  create_info.Size = sizeof(create_info);
  Attributes attributes;
  attributes.Add(PS_ATTRIBUTE_IMAGE_NAME, image_path->Buffer, image_path->Length);
  attributes.Add(PS_ATTRIBUTE_CLIENT_ID, &information->ClientId, sizeof(CLIENT_ID));
  attributes.Add(PS_ATTRIBUTE_IMAGE_INFO, &information->ImageInformation, sizeof(SECTION_IMAGE_INFORMATION));
  if (parent != nullptr) {
    attributes.Add(PS_ATTRIBUTE_PARENT_PROCESS, parent, sizeof(HANDLE));
  }
  if (debug_port != nullptr) {
    attributes.Add(PS_ATTRIBUTE_DEBUG_OBJECT, debug_port, sizeof(HANDLE));
  }
  if (token != nullptr) {
    attributes.Add(PS_ATTRIBUTE_TOKEN, token, sizeof(HANDLE));
  }
  return NtCreateUserProcess(&information->ProcessHandle, &information->ThreadHandle, MAXIMUM_ALLOWED, MAXIMUM_ALLOWED,
                             &process_attributes, &thread_attributes,
                             inherit_handles != 0 ? PROCESS_CREATE_FLAGS_INHERIT_HANDLES : 0,
                             THREAD_CREATE_FLAGS_CREATE_SUSPENDED, parameters, &create_info, attributes.Get());
}
