#pragma once
// A namespace, one process with a thread, and OBJECT_ATTRIBUTES made from literals.

#include <nt/nt.h>
#include <ex/objects.hpp>
#include <ex/services.hpp>
#include <ob/attributes.hpp>
#include <ob/services.hpp>
#include <support/executive.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

// A process object as far as NtDuplicateObject needs one.
class FakeProcess final : public ob::Object {
 public:
  static ob::Type kType;
  FakeProcess() : Object(kType) {}
  Result<ob::HandleTable *> OwnHandles() override { return &table; }
  ob::HandleTable table;
};
inline constinit ob::Type FakeProcess::kType{.name = u"Process", .mapping = {}, .valid_access = PROCESS_ALL_ACCESS};

// Something that parses names, such as a device.
class FakeDevice final : public ob::Object {
 public:
  static ob::Type kType;
  FakeDevice() : Object(kType) {}
};
inline constinit ob::Type FakeDevice::kType{
    .name = u"Device", .mapping = {}, .valid_access = 0x1F01FF, .parses_names = true};

class ObTest : public testing::Test, public ob::PseudoHandles {
 protected:
  ObTest() {
    ob::UseNamespace(names.get());
    EXPECT_TRUE(ex::RegisterTypes(*names));
    handles.SetPseudoHandles(this);
  }
  ~ObTest() override { support::FailAllocationsAfter(-1); }

  Ref<ob::Object> Resolve(HANDLE handle) override { return handle == NtCurrentProcess() ? process : nullptr; }

  // Valid until the test ends.
  UserIn<OBJECT_ATTRIBUTES> Attributes(std::u16string_view name, ULONG flags = 0, HANDLE root = nullptr) {
    texts.emplace_back(name);
    auto bytes = static_cast<USHORT>(name.size() * 2);
    strings.push_back({.Length = bytes, .MaximumLength = bytes, .Buffer = texts.back().data()});
    attributes.push_back({.Length = sizeof(OBJECT_ATTRIBUTES),
                          .RootDirectory = root,
                          .ObjectName = &strings.back(),
                          .Attributes = flags,
                          .SecurityDescriptor = nullptr,
                          .SecurityQualityOfService = nullptr});
    return thread.In(&attributes.back());
  }
  UserIn<OBJECT_ATTRIBUTES> Unnamed(ULONG flags = 0, HANDLE root = nullptr) {
    UserIn<OBJECT_ATTRIBUTES> pointer = Attributes(u"", flags, root);
    attributes.back().ObjectName = nullptr;
    return pointer;
  }
  UserIn<UNICODE_STRING> String(std::u16string_view text) {
    texts.emplace_back(text);
    auto bytes = static_cast<USHORT>(text.size() * 2);
    strings.push_back(
        {.Length = bytes, .MaximumLength = static_cast<USHORT>(bytes + 2), .Buffer = texts.back().data()});
    return thread.In(&strings.back());
  }

  static constexpr ACCESS_MASK kAll = GENERIC_ALL;
  NTSTATUS CreateEvent(UserIn<OBJECT_ATTRIBUTES> of, HANDLE *to = nullptr, ACCESS_MASK access = kAll) {
    return ToNtStatus(
        ex::NtCreateEvent(thread, thread.Out(to != nullptr ? to : &last), access, of, SynchronizationEvent, FALSE));
  }
  NTSTATUS OpenEvent(UserIn<OBJECT_ATTRIBUTES> of, HANDLE *to = nullptr, ACCESS_MASK access = kAll) {
    return ToNtStatus(ex::NtOpenEvent(thread, thread.Out(to != nullptr ? to : &last), access, of));
  }
  NTSTATUS CreateMutant(UserIn<OBJECT_ATTRIBUTES> of, HANDLE *to = nullptr) {
    return ToNtStatus(ex::NtCreateMutant(thread, thread.Out(to != nullptr ? to : &last), kAll, of, FALSE));
  }
  NTSTATUS CreateDirectory(UserIn<OBJECT_ATTRIBUTES> of, HANDLE *to = nullptr) {
    return ToNtStatus(ob::NtCreateDirectoryObject(thread, thread.Out(to != nullptr ? to : &last), kAll, of));
  }
  NTSTATUS OpenDirectory(UserIn<OBJECT_ATTRIBUTES> of, HANDLE *to = nullptr) {
    return ToNtStatus(ob::NtOpenDirectoryObject(thread, thread.Out(to != nullptr ? to : &last), kAll, of));
  }
  NTSTATUS CreateLink(UserIn<OBJECT_ATTRIBUTES> of, std::u16string_view target, HANDLE *to = nullptr) {
    return ToNtStatus(
        ob::NtCreateSymbolicLinkObject(thread, thread.Out(to != nullptr ? to : &last), kAll, of, String(target)));
  }
  NTSTATUS OpenLink(UserIn<OBJECT_ATTRIBUTES> of, HANDLE *to = nullptr) {
    return ToNtStatus(ob::NtOpenSymbolicLinkObject(thread, thread.Out(to != nullptr ? to : &last), kAll, of));
  }
  NTSTATUS Close(HANDLE handle) { return ToNtStatus(ob::NtClose(thread, handle)); }

  support::System system;
  support::Memory memory;
  std::unique_ptr<ob::Namespace> names = std::move(*ob::Namespace::Create());
  Ref<FakeProcess> process = Adopt(new FakeProcess());
  ob::HandleTable &handles = process->table;
  support::Thread thread{memory, handles, system.dispatcher};
  HANDLE last = nullptr;
  std::deque<std::u16string> texts;
  std::deque<UNICODE_STRING> strings;
  std::deque<OBJECT_ATTRIBUTES> attributes;
};
