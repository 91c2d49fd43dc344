// Object directories and symbolic links.
#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

void CreateAndLookUp() {
  Handle directory;
  Named name(L"\\umtests");
  CHECK_SUCCESS(NtCreateDirectoryObject(directory.Out(), DIRECTORY_ALL_ACCESS, &name));
  Handle event;
  Named relative(L"inner", OBJ_CASE_INSENSITIVE, directory.Get());
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, &relative, NotificationEvent, FALSE));
  Handle opened;
  Named full(L"\\UMTESTS\\Inner");
  CHECK_SUCCESS(NtOpenEvent(opened.Out(), EVENT_ALL_ACCESS, &full));
  Named sensitive(L"\\umtests\\INNER", 0);
  Handle other;
  CHECK_STATUS(NtOpenEvent(other.Out(), EVENT_ALL_ACCESS, &sensitive), STATUS_OBJECT_NAME_NOT_FOUND);
  Named missing(L"\\umtests\\a\\b");
  CHECK_STATUS(NtOpenEvent(other.Out(), EVENT_ALL_ACCESS, &missing), STATUS_OBJECT_PATH_NOT_FOUND);
  Named no_slash(L"umtests");
  CHECK_STATUS(NtOpenEvent(other.Out(), EVENT_ALL_ACCESS, &no_slash), STATUS_OBJECT_PATH_SYNTAX_BAD);
}

void List() {
  Handle directory;
  Named name(L"\\umtests-list");
  CHECK_SUCCESS(NtCreateDirectoryObject(directory.Out(), DIRECTORY_ALL_ACCESS, &name));
  Handle first;
  Handle second;
  Named first_name(L"one", OBJ_CASE_INSENSITIVE, directory.Get());
  Named second_name(L"two", OBJ_CASE_INSENSITIVE, directory.Get());
  CHECK_SUCCESS(NtCreateEvent(first.Out(), EVENT_ALL_ACCESS, &first_name, NotificationEvent, FALSE));
  CHECK_SUCCESS(NtCreateMutant(second.Out(), MUTANT_ALL_ACCESS, &second_name, FALSE));
  alignas(8) char buffer[1024];
  ULONG context = 0;
  unsigned found = 0;
  NTSTATUS status = NtQueryDirectoryObject(directory.Get(), buffer, sizeof buffer, TRUE, TRUE, &context, nullptr);
  for (; NT_SUCCESS(status);
       status = NtQueryDirectoryObject(directory.Get(), buffer, sizeof buffer, TRUE, FALSE, &context, nullptr)) {
    const auto &entry = *reinterpret_cast<const OBJECT_DIRECTORY_INFORMATION *>(buffer);
    UNICODE_STRING one = RTL_CONSTANT_STRING(L"one");
    UNICODE_STRING event = RTL_CONSTANT_STRING(L"Event");
    if (RtlEqualUnicodeString(&entry.Name, &one, FALSE)) {
      CHECK(RtlEqualUnicodeString(&entry.TypeName, &event, FALSE));
    }
    ++found;
    CHECK(found <= 2);
  }
  CHECK_STATUS(status, STATUS_NO_MORE_ENTRIES);
  CHECK(found == 2);
}

void Links() {
  UNICODE_STRING target = RTL_CONSTANT_STRING(L"\\umtests-target");
  Handle link;
  Named link_name(L"\\umtests-link");
  CHECK_SUCCESS(NtCreateSymbolicLinkObject(link.Out(), SYMBOLIC_LINK_ALL_ACCESS, &link_name, &target));
  Handle event;
  Named through(L"\\umtests-link");
  CHECK_STATUS(NtOpenEvent(event.Out(), EVENT_ALL_ACCESS, &through), STATUS_OBJECT_NAME_NOT_FOUND);
  Handle made;
  Named target_name(L"\\umtests-target");
  CHECK_SUCCESS(NtCreateEvent(made.Out(), EVENT_ALL_ACCESS, &target_name, NotificationEvent, FALSE));
  CHECK_SUCCESS(NtOpenEvent(event.Out(), EVENT_ALL_ACCESS, &through));
  WCHAR text[64];
  UNICODE_STRING read{0, sizeof text, text};
  CHECK_SUCCESS(NtQuerySymbolicLinkObject(link.Get(), &read, nullptr));
  CHECK(RtlEqualUnicodeString(&read, &target, FALSE));
  UNICODE_STRING small{0, 4, text};
  CHECK_STATUS(NtQuerySymbolicLinkObject(link.Get(), &small, nullptr), STATUS_BUFFER_TOO_SMALL);
}

void LinkLoop() {
  UNICODE_STRING target = RTL_CONSTANT_STRING(L"\\umtests-loop");
  Handle link;
  Named name(L"\\umtests-loop");
  CHECK_SUCCESS(NtCreateSymbolicLinkObject(link.Out(), SYMBOLIC_LINK_ALL_ACCESS, &name, &target));
  Handle event;
  CHECK(!NT_SUCCESS(NtOpenEvent(event.Out(), EVENT_ALL_ACCESS, &name)));  // and it comes back at all
}

void LongestName() {
  static WCHAR path[32767];
  path[0] = L'\\';
  for (std::size_t i = 1; i < 32767; ++i) {
    path[i] = L'n';
  }
  UNICODE_STRING name{65532, 65534, path};
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  Handle event;
  CHECK_STATUS(NtOpenEvent(event.Out(), EVENT_ALL_ACCESS, &attributes), STATUS_OBJECT_NAME_NOT_FOUND);
  // No room for a terminator, or half a character.
  for (const USHORT length : {USHORT{65534}, USHORT{65531}}) {
    name.Length = length;
    CHECK_STATUS(NtOpenEvent(event.Out(), EVENT_ALL_ACCESS, &attributes), STATUS_OBJECT_NAME_INVALID);
  }
}

constexpr Test kTests[] = {
    {"directory.look-up", "ZwCreateDirectoryObject; OBJECT_ATTRIBUTES", CreateAndLookUp},
    {"directory.list", "NtQueryDirectoryObject", List},
    {"directory.links", "ZwOpenSymbolicLinkObject, ZwQuerySymbolicLinkObject", Links},
    {"directory.link-loop", "own: a loop must end", LinkLoop},
    {"directory.longest-name", "UNICODE_STRING structure", LongestName},
};

}  // namespace

constinit const std::span<const Test> kDirectoryTests = kTests;

}  // namespace umtests
