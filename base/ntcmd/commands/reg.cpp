#include <nt/nt_services.h>

#include <native/console.hpp>
#include <optional>

#include "commands.hpp"
#include "reg_key.hpp"

namespace ntcmd {
namespace {

using native::String;
namespace console = native::console;

// A key nested deeper than the configuration manager allows does not exist.
constexpr unsigned kMaximumDepth = 512;

struct Query {
  std::optional<String> value;  // /v NAME, or /ve: the empty name
  bool recurse = false;         // /s
  unsigned matches = 0;
};

void PrintValue(const Value &value) {
  console::Print("    {}    {}    {}\n", value.name.empty() ? String("(Default)") : value.name, TypeName(value.type),
                 value.data);
}

Result<void> PrintValues(const RegistryKey &key, const KeyName &name, Query &query) {
  if (query.value) {
    const Result<Value> value = key.ValueNamed(*query.value);
    if (value) {
      console::Print("\n{}\n", name.shown);
      PrintValue(*value);
      ++query.matches;
    } else if (!query.recurse || value.error().Code() != STATUS_OBJECT_NAME_NOT_FOUND) {
      return Fail(value.error().Code());
    }
    return {};
  }
  console::Print("\n{}\n", name.shown);
  ++query.matches;
  for (ULONG index = 0;; ++index) {
    const Result<Value> value = key.ValueAt(index);
    if (!value) {
      return value.error().Code() == STATUS_NO_MORE_ENTRIES ? Result<void>() : Fail(value.error().Code());
    }
    PrintValue(*value);
  }
}

Result<void> PrintKey(const KeyName &name, Query &query, unsigned depth) {
  const RegistryKey key = TRY(RegistryKey::Open(name));
  TRY(PrintValues(key, name, query));
  if (query.value && !query.recurse) {
    return {};
  }
  if (!query.recurse) {
    console::Write("\n");
  }
  for (ULONG index = 0;; ++index) {
    const Result<String> child = key.SubKey(index);
    if (!child) {
      return child.error().Code() == STATUS_NO_MORE_ENTRIES ? Result<void>() : Fail(child.error().Code());
    }
    const KeyName child_name{name.nt + "\\" + *child, name.shown + "\\" + *child};
    if (!query.recurse) {
      console::Print("{}\n", child_name.shown);
    } else if (depth < kMaximumDepth) {
      TRY(PrintKey(child_name, query, depth + 1));
    }
  }
}

NTSTATUS Reg(const Context &context) {
  const auto &arguments = context.arguments;
  if (arguments.size() < 2 || !native::EqualIgnoringCase(arguments[0], "query")) {
    return Usage(context);
  }
  Query query;
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    const bool named = native::EqualIgnoringCase(arguments[i], "/v") && i + 1 < arguments.size();
    if (named && !query.value) {
      query.value = arguments[++i];
    } else if (native::EqualIgnoringCase(arguments[i], "/ve") && !query.value) {
      query.value = "";
    } else if (native::EqualIgnoringCase(arguments[i], "/s")) {
      query.recurse = true;
    } else {
      return Usage(context);
    }
  }
  const Result<KeyName> name = ParseKey(arguments[1]);
  if (!name) {
    return Report(context, name.error().Code(), arguments[1]);
  }
  const Result<void> printed = PrintKey(*name, query, 0);
  if (!printed) {
    return Report(context, printed.error().Code(), arguments[1]);
  }
  return query.matches != 0 ? STATUS_SUCCESS : Report(context, STATUS_OBJECT_NAME_NOT_FOUND, arguments[1]);
}

}  // namespace

constinit const Command kReg{"reg", "query KEY [/v NAME | /ve] [/s]", "Shows keys and values of the registry.",
                             "KEY       HKLM\\..., HKU\\..., HKCR\\..., or an NT path (\\Registry\\Machine\\...)\n"
                             "/v NAME   this value only; /ve the default value\n"
                             "/s        all subkeys too\n",
                             Reg};

}  // namespace ntcmd
