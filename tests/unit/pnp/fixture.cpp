#include "fixture.hpp"

#include <nt/ntregapi.h>
#include <ke/clock.hpp>
#include <ke/console.hpp>

namespace ke::clock {
std::uint64_t SystemTime() { return 0x01DC000000000000; }
}  // namespace ke::clock

namespace {

class TextConsole final : public ke::Console {
 public:
  void Write(std::string_view bytes) override { text += bytes; }
  std::size_t TryRead(std::span<char>) override { return 0; }
  ke::Waitable &InputReady() override { std::abort(); }
  std::string text;
};
TextConsole console;
bool passed = false;

}  // namespace

namespace ke {
Console &BootConsole() { return console; }
}  // namespace ke

namespace pnp_test {

std::string TakeLog() { return std::exchange(console.text, {}); }

Result<void> FakeHardware::Describe(pnp::Arbiters &arbiters) {
  TRY(arbiters.memory.Reserve({.first = 0, .last = 0xfff'ffff}));
  arbiters.interrupts.ReservePin(2);
  arbiters.interrupts.ReservePin(8);
  return {};
}

Result<pnp::ResourceList> FakeHardware::FirmwareResources(std::u16string_view table) {
  if (table != u"FACP") {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  pnp::ResourceList list;
  pnp::Resource ports;
  ports.type = CmResourceTypePort;
  ports.start = 0x600;
  ports.length = 4;
  TRY(list.Append(ports));
  return list;
}

Result<void> FakeHardware::PrepareInterrupts(pnp::PciAddress function, const pnp::AssignedResources &) {
  prepared.push_back(function);
  return {};
}

Machine::Machine() {
  TakeLog();
  names = *ob::Namespace::Create();
  ob::UseNamespace(names.get());
  registry = *cm::Registry::Create(allocator, 1);
  cm::UseRegistry(registry.get());
  auto hive = *hive::Hive::Create(allocator, u"SYSTEM", {.is_volatile = true, .time = 1});
  EXPECT_TRUE(registry->Mount(*registry->Open(u"MACHINE"), u"SYSTEM", std::move(hive), false, 1));
  EXPECT_TRUE(pnp::Key(*registry->Open(u"MACHINE\\SYSTEM")).Create(u"CurrentControlSet\\Services"));
  EXPECT_TRUE(pnp::Key::CreateControlSet({u"Enum"}));
  manager = std::make_unique<pnp::Manager>(system.dispatcher, port, hardware);
  port.events = manager.get();
  EXPECT_TRUE(manager->Create());
  pnp::UseManager(manager.get());
}

Machine::~Machine() {
  pnp::UseManager(nullptr);
  manager.reset();
  cm::UseRegistry(nullptr);
  ob::UseNamespace(nullptr);
  EXPECT_EQ(support::LiveFrames(), 0);
}

void Machine::SetText(std::u16string key, std::u16string value, std::u16string text) {
  ASSERT_TRUE(pnp::Key::CreateControlSet({key})->WriteText(value, text));
}
void Machine::SetMulti(std::u16string key, std::u16string value, std::u16string text) {
  ASSERT_TRUE(pnp::Key::CreateControlSet({key})->WriteMulti(value, text));
}
void Machine::SetDword(std::u16string key, std::u16string value, std::uint32_t number) {
  ASSERT_TRUE(pnp::Key::CreateControlSet({key})->WriteDword(value, number));
}
std::u16string Machine::GetText(std::u16string key, std::u16string value) {
  const auto found = pnp::Key::OpenControlSet({key});
  const auto text = found ? found->ReadText(value) : Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  return text ? std::u16string(text->View()) : u"(none)";
}
std::uint32_t Machine::GetDword(std::u16string key, std::u16string value) {
  const auto found = pnp::Key::OpenControlSet({key});
  return found ? found->ReadDword(value).value_or(~0u) : ~0u;
}
bool Machine::HasValue(std::u16string key, std::u16string value) {
  const auto found = pnp::Key::OpenControlSet({key});
  return found && found->Has(value);
}

void Machine::AddService(std::u16string name, std::uint32_t start, std::u16string group, std::u16string host) {
  const std::u16string key = u"Services\\" + name;
  SetDword(key, u"Type", 1);
  SetDword(key, u"Start", start);
  if (!group.empty()) {
    SetText(key, u"Group", group);
  }
  if (!host.empty()) {
    SetText(key, u"HostGroup", host);
  }
}

void Machine::AddRootDevice(std::u16string name, std::u16string service) {
  SetText(u"Enum\\Root\\" + name + u"\\0000", u"Service", service);
}

void Machine::AddMatch(std::u16string id, std::u16string service, std::u16string class_guid) {
  for (char16_t &unit : id) {
    unit = unit == u'\\' ? u'#' : unit;
  }
  SetText(u"Control\\CriticalDeviceDatabase\\" + id, u"Service", service);
  if (!class_guid.empty()) {
    SetText(u"Control\\CriticalDeviceDatabase\\" + id, u"ClassGUID", class_guid);
  }
}

void Machine::Boot() {
  passed = false;
  ASSERT_TRUE(manager->Start([] { passed = true; }));
  Run();
  for (int i = 0; i < 100 && !passed; i += 1) {
    system.Advance(pnp::kDriverPatience);
  }
  EXPECT_TRUE(passed);
  EXPECT_TRUE(manager->Idle());
}

NTSTATUS Machine::Do(pnp::ActionKind kind, const Ref<pnp::DeviceNode> &node) {
  const Ref<pnp::Action> action = *manager->MakeAction(kind);
  action->node = node;
  manager->Queue(action);
  Run();
  for (int i = 0; i < 100 && !manager->Idle(); i += 1) {
    system.Advance(pnp::kDriverPatience);
  }
  return action->status;
}

NTSTATUS Machine::DoText(pnp::ActionKind kind, std::u16string text) {
  const Ref<pnp::Action> action = *manager->MakeAction(kind);
  action->text = *pnp::Text::Create(text);
  manager->Queue(action);
  Run();
  for (int i = 0; i < 100 && !manager->Idle(); i += 1) {
    system.Advance(pnp::kDriverPatience);
  }
  return action->status;
}

std::size_t Machine::CountNodes() {
  std::size_t count = 0;
  for (pnp::DeviceNode *node = &manager->Tree().Root(); node != nullptr; node = manager->Tree().Next(node)) {
    count += 1;
  }
  return count;
}

}  // namespace pnp_test
