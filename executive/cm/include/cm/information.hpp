#pragma once
// The information classes of keys and values, written piece by piece into a buffer of limited length.

#include <cm/registry.hpp>

#include <nt/ntregapi.h>

namespace cm {

// Where the pieces go: a program's memory, or a test's.
class Output {
 public:
  virtual Result<void> Put(std::size_t offset, std::span<const std::byte> bytes) = 0;

 protected:
  ~Output() = default;
};

// `required` is what the whole structure takes (ResultLength). STATUS_BUFFER_TOO_SMALL: not even the fixed part fitted
// and nothing was written. STATUS_BUFFER_OVERFLOW: as much as fitted was written.
struct Formatted {
  NTSTATUS status;
  ULONG required;
};

// NtQueryKey. STATUS_INVALID_PARAMETER (class), STATUS_KEY_DELETED, STATUS_INSUFFICIENT_RESOURCES, what `out` fails
// with.
Result<Formatted> QueryKey(Registry &registry, Node &node, KEY_INFORMATION_CLASS information_class, Output &out,
                           ULONG length);

// NtEnumerateKey: basic, node and full information only. Adds STATUS_NO_MORE_ENTRIES.
Result<Formatted> EnumerateKey(Registry &registry, const Ref<Node> &node, ULONG index,
                               KEY_INFORMATION_CLASS information_class, Output &out, ULONG length);

// NtQueryValueKey. STATUS_INVALID_PARAMETER (class), STATUS_KEY_DELETED, STATUS_OBJECT_NAME_NOT_FOUND.
Result<Formatted> QueryValue(Node &node, std::u16string_view name, KEY_VALUE_INFORMATION_CLASS information_class,
                             Output &out, ULONG length);

// NtEnumerateValueKey. STATUS_NO_MORE_ENTRIES instead of STATUS_OBJECT_NAME_NOT_FOUND.
Result<Formatted> EnumerateValue(Node &node, ULONG index, KEY_VALUE_INFORMATION_CLASS information_class, Output &out,
                                 ULONG length);

}  // namespace cm
