#pragma once
// Keys of the registry as reg.exe writes them.

#include <native/handle.hpp>
#include <native/string.hpp>
#include <rtl/result.hpp>

namespace ntcmd {

struct KeyName {
  native::String nt;     // \Registry\Machine\...
  native::String shown;  // HKEY_LOCAL_MACHINE\..., or the NT path when that was given
};

// HKLM\..., HKEY_LOCAL_MACHINE\..., HKU\..., HKCR\..., or an NT path below \Registry. STATUS_OBJECT_PATH_SYNTAX_BAD for
// anything else.
Result<KeyName> ParseKey(std::string_view text);

struct Value {
  native::String name;
  ULONG type;
  native::String data;  // as shown
};

class RegistryKey {
 public:
  static Result<RegistryKey> Open(const KeyName &name);
  // The next subkey's name, or value. STATUS_NO_MORE_ENTRIES at the end.
  Result<native::String> SubKey(ULONG index) const;
  Result<Value> ValueAt(ULONG index) const;
  Result<Value> ValueNamed(std::string_view name) const;
  // The value's data as they are stored.
  Result<native::Vector<unsigned char>> BytesNamed(std::string_view name) const;

 private:
  Result<native::Vector<ULONGLONG>> Query(std::string_view name) const;
  native::Handle handle_;
};

// "REG_SZ"; the number of a type that has no name.
native::String TypeName(ULONG type);

}  // namespace ntcmd
