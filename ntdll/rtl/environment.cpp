// Environment blocks. Every change makes a new block, so readers of the old text (under the PEB lock) never see half of
// one. A variable's name may begin with '=' (the shell's "=X:").
#include <nt/ntrtl_process.h>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

// The process's block when it was made here; the first one belongs to whoever created the process.
PVOID own_block;

struct Variable {
  const WCHAR *text;
  size_t name_count;
  size_t value_at;
  size_t count;  // all, without terminator

  const WCHAR *Value() const { return text + value_at; }
  size_t ValueCount() const { return count - value_at; }
};

Variable Parse(const WCHAR *text) {
  Variable variable{text, 0, 0, WideLength(text)};
  size_t at = 1;  // '=' as the first character belongs to the name
  while (at < variable.count && text[at] != '=') {
    ++at;
  }
  variable.name_count = at < variable.count ? at : variable.count;
  variable.value_at = at < variable.count ? at + 1 : variable.count;
  return variable;
}

// Characters with the block's own terminator.
size_t BlockCount(const WCHAR *block) {
  if (block == nullptr) {
    return 1;
  }
  size_t at = 0;
  while (block[at] != 0) {
    at += WideLength(block + at) + 1;
  }
  return at + 1;
}

LONG CompareNames(const WCHAR *left, size_t left_count, const WCHAR *right, size_t right_count) {
  return RtlCompareUnicodeStrings(left, left_count, right, right_count, TRUE);
}

const WCHAR *Block(PVOID environment) {
  return static_cast<const WCHAR *>(environment != nullptr ? environment
                                                           : CurrentPeb()->ProcessParameters->Environment);
}

// The PEB lock for the process's own block; other blocks belong to their user.
class BlockGuard {
 public:
  explicit BlockGuard(bool needed) : needed_(needed) {
    if (needed_) {
      RtlAcquirePebLock();
    }
  }
  ~BlockGuard() {
    if (needed_) {
      RtlReleasePebLock();
    }
  }
  BlockGuard(const BlockGuard &) = delete;
  BlockGuard &operator=(const BlockGuard &) = delete;

 private:
  bool needed_;
};

bool Find(const WCHAR *block, const WCHAR *name, size_t name_count, Variable &found) {
  if (block == nullptr || name_count == 0) {
    return false;
  }
  for (size_t at = 0; block[at] != 0;) {
    found = Parse(block + at);
    if (CompareNames(found.text, found.name_count, name, name_count) == 0) {
      return true;
    }
    at += found.count + 1;
  }
  return false;
}

void UseBlock(PVOID block) {
  RTL_USER_PROCESS_PARAMETERS *const parameters = CurrentPeb()->ProcessParameters;
  parameters->Environment = block;
  parameters->EnvironmentSize = BlockCount(static_cast<WCHAR *>(block)) * sizeof(WCHAR);
  ++parameters->EnvironmentVersion;
}

// A copy of `block` without the variable `name`, and with `value` for it when that is not null.
WCHAR *Rebuild(const WCHAR *block, const WCHAR *name, size_t name_count, const WCHAR *value, size_t value_count) {
  const size_t added = value != nullptr ? name_count + value_count + 2 : 0;
  auto *const made = static_cast<WCHAR *>(Allocate((BlockCount(block) + added) * sizeof(WCHAR)));
  if (made == nullptr) {
    return nullptr;
  }
  WCHAR *cursor = made;
  bool pending = value != nullptr;
  const auto insert = [&] {
    memcpy(cursor, name, name_count * sizeof(WCHAR));
    cursor += name_count;
    *cursor++ = '=';
    memcpy(cursor, value, value_count * sizeof(WCHAR));
    cursor += value_count;
    *cursor++ = 0;
    pending = false;
  };
  for (size_t at = 0; block != nullptr && block[at] != 0;) {
    const Variable variable = Parse(block + at);
    at += variable.count + 1;
    const LONG order = CompareNames(variable.text, variable.name_count, name, name_count);
    if (order >= 0 && pending) {
      insert();
    }
    if (order != 0) {
      memcpy(cursor, variable.text, (variable.count + 1) * sizeof(WCHAR));
      cursor += variable.count + 1;
    }
  }
  if (pending) {
    insert();
  }
  *cursor = 0;
  return made;
}

bool ValidName(const WCHAR *name, size_t count) {
  if (name == nullptr || count == 0) {
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    if (name[i] == 0 || (name[i] == '=' && i != 0)) {
      return false;
    }
  }
  return true;
}

/// Output of an expansion: counts all, keeps what fits.
struct Expansion {
  WCHAR *to;
  size_t capacity;
  size_t count = 0;

  void Put(const WCHAR *text, size_t length) {
    for (size_t i = 0; i < length; ++i, ++count) {
      if (count < capacity) {
        to[count] = text[i];
      }
    }
  }
};

void Expand(const WCHAR *block, const WCHAR *source, size_t count, Expansion &out) {
  for (size_t at = 0; at < count;) {
    size_t end = at + 1;
    if (source[at] == '%') {
      while (end < count && source[end] != '%') {
        ++end;
      }
      Variable found;
      if (end < count && Find(block, source + at + 1, end - at - 1, found)) {
        out.Put(found.Value(), found.ValueCount());
        at = end + 1;
        continue;
      }
      end = at + 1;  // stands for itself
    }
    out.Put(source + at, end - at);
    at = end;
  }
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlCreateEnvironment(BOOLEAN clone, PVOID *environment) {
  const BlockGuard guard(clone != 0);
  const WCHAR *const source = clone != 0 ? Block(nullptr) : nullptr;
  const size_t size = BlockCount(source) * sizeof(WCHAR);
  auto *const block = static_cast<WCHAR *>(AllocateZeroed(size));
  if (block == nullptr) {
    return STATUS_NO_MEMORY;
  }
  if (source != nullptr) {
    memcpy(block, source, size);
  }
  *environment = block;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDestroyEnvironment(PVOID environment) {
  Free(environment);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetCurrentEnvironment(PVOID environment, PVOID *previous) {
  const BlockGuard guard(true);
  PVOID const old = CurrentPeb()->ProcessParameters->Environment;
  UseBlock(environment);
  if (previous != nullptr) {
    *previous = old;
  } else if (old == own_block) {
    Free(old);
  }
  own_block = environment;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetEnvironmentVar(PVOID *environment, PCWSTR name, SIZE_T name_count, PCWSTR value,
                                    SIZE_T value_count) {
  constexpr SIZE_T kMost = 0x7fff'ffff;
  if (!ValidName(name, name_count) || name_count > kMost || value_count > kMost) {
    return STATUS_INVALID_PARAMETER;
  }
  for (SIZE_T i = 0; value != nullptr && i < value_count; ++i) {
    if (value[i] == 0) {
      value_count = i;  // what follows a terminator could not be read back
    }
  }
  const BlockGuard guard(environment == nullptr);
  const WCHAR *const old = environment != nullptr ? static_cast<const WCHAR *>(*environment) : Block(nullptr);
  if (Variable found; value == nullptr && !Find(old, name, name_count, found)) {
    return STATUS_VARIABLE_NOT_FOUND;
  }
  WCHAR *const block = Rebuild(old, name, name_count, value, value_count);
  if (block == nullptr) {
    return STATUS_NO_MEMORY;
  }
  if (environment != nullptr) {
    Free(*environment);
    *environment = block;
    return STATUS_SUCCESS;
  }
  if (old == own_block) {
    Free(own_block);
  }
  own_block = block;
  UseBlock(block);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetEnvironmentVariable(PVOID *environment, PCUNICODE_STRING name, PCUNICODE_STRING value) {
  return RtlSetEnvironmentVar(environment, name->Buffer, CharCount(*name), value != nullptr ? value->Buffer : nullptr,
                              value != nullptr ? CharCount(*value) : 0);
}

NTSTATUS NTAPI RtlQueryEnvironmentVariable(PVOID environment, PCWSTR name, SIZE_T name_count, PWSTR value,
                                           SIZE_T capacity, PSIZE_T length) {
  const BlockGuard guard(environment == nullptr);
  Variable found;
  if (!Find(Block(environment), name, name_count, found)) {
    *length = 0;
    return STATUS_VARIABLE_NOT_FOUND;
  }
  const size_t count = found.ValueCount();
  if (count >= capacity) {
    *length = count + 1;
    return STATUS_BUFFER_TOO_SMALL;
  }
  memcpy(value, found.Value(), count * sizeof(WCHAR));
  value[count] = 0;
  *length = count;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PVOID environment, PCUNICODE_STRING name, PUNICODE_STRING value) {
  const BlockGuard guard(environment == nullptr);
  value->Length = 0;
  Variable found;
  if (!Find(Block(environment), name->Buffer, CharCount(*name), found)) {
    return STATUS_VARIABLE_NOT_FOUND;
  }
  const size_t bytes = found.ValueCount() * sizeof(WCHAR);
  if (bytes > UNICODE_STRING_MAX_BYTES) {
    value->Length = UNICODE_STRING_MAX_BYTES;
    return STATUS_BUFFER_TOO_SMALL;
  }
  value->Length = static_cast<USHORT>(bytes);
  if (bytes > value->MaximumLength) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  memcpy(value->Buffer, found.Value(), bytes);
  if (bytes + sizeof(WCHAR) <= value->MaximumLength) {
    value->Buffer[bytes / sizeof(WCHAR)] = 0;
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlExpandEnvironmentStrings(PVOID environment, PCWSTR source, SIZE_T source_count, PWSTR to,
                                           SIZE_T capacity, PSIZE_T length) {
  const BlockGuard guard(environment == nullptr);
  Expansion out{to, capacity};
  Expand(Block(environment), source, source_count, out);
  if (length != nullptr) {
    *length = out.count + 1;
  }
  if (out.count >= capacity) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  to[out.count] = 0;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlExpandEnvironmentStrings_U(PVOID environment, PCUNICODE_STRING source, PUNICODE_STRING to,
                                             PULONG length) {
  SIZE_T count = 0;
  const NTSTATUS status = RtlExpandEnvironmentStrings(environment, source->Buffer, CharCount(*source), to->Buffer,
                                                      to->MaximumLength / sizeof(WCHAR), &count);
  if (length != nullptr) {
    *length = static_cast<ULONG>(count * sizeof(WCHAR));
  }
  if (NT_SUCCESS(status)) {
    to->Length = static_cast<USHORT>((count - 1) * sizeof(WCHAR));
  }
  return status;
}

}  // extern "C"
