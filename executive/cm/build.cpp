// The registry as it is when the system starts.

#include <cm/build.hpp>

#include <nt/ntregapi.h>
#include <hive/default_security.hpp>

namespace cm {
namespace {

// A DWORD value of a key.
Result<std::uint32_t> ReadDword(Node &node, std::u16string_view name) {
  auto &hive = node.Hive();
  const auto value = TRY(hive.FindValue(node.Key(), name));
  std::uint32_t number = 0;
  if (hive.Describe(value).type != REG_DWORD || hive.Describe(value).length != sizeof number) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  hive.ReadData(value, std::as_writable_bytes(std::span(&number, 1)));
  return number;
}

// SYSTEM\CurrentControlSet is a volatile link to the control set that Select\Current names.
Result<void> LinkCurrentControlSet(Registry &registry, std::uint64_t time) {
  const auto select = TRY(registry.Open(u"MACHINE\\SYSTEM\\Select"));
  const std::uint32_t current = TRY(ReadDword(*select, u"Current"));
  if (current > 999) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  char16_t target[] = u"\\Registry\\Machine\\SYSTEM\\ControlSet000";
  constexpr std::size_t kLength = std::size(target) - 1;
  constexpr std::size_t kPrefix = std::u16string_view(u"\\Registry\\").size();
  target[kLength - 3] = static_cast<char16_t>(u'0' + current / 100);
  target[kLength - 2] = static_cast<char16_t>(u'0' + current / 10 % 10);
  target[kLength - 1] = static_cast<char16_t>(u'0' + current % 10);
  TRY(registry.Open(std::u16string_view(target, kLength).substr(kPrefix)));
  const auto system = TRY(registry.Open(u"MACHINE\\SYSTEM"));
  const auto link =
      TRY(registry.CreateKey(system, u"CurrentControlSet", {.is_volatile = true, .is_link = true, .time = time}));
  return registry.SetValue(*link, u"SymbolicLinkValue", REG_LINK, std::as_bytes(std::span(target, kLength)), time);
}

}  // namespace

Result<std::unique_ptr<Registry>> BuildRegistry(hive::Allocator &allocator, std::span<const std::byte> system_hive,
                                                std::uint64_t time) {
  auto registry = TRY(Registry::Create(allocator, time));
  const auto machine = TRY(registry->Open(u"MACHINE"));
  auto system = TRY(hive::Hive::Load(allocator, system_hive));
  TRY(registry->Mount(machine, u"SYSTEM", std::move(system), true, time));
  auto hardware = TRY(hive::Hive::Create(allocator, u"HARDWARE",
                                         {.is_volatile = true, .time = time, .security = hive::DefaultSecurity()}));
  TRY(registry->Mount(machine, u"HARDWARE", std::move(hardware), false, time));
  TRY(LinkCurrentControlSet(*registry, time));
  registry->SealMaster();
  return registry;
}

}  // namespace cm
