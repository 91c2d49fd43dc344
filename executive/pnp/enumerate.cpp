// From the relations that a bus driver reports to nodes of the tree and keys of the registry.

#include "manager.hpp"

#include <nt/ntregapi.h>
#include <wdm/irp_codes.h>
#include <ke/log.hpp>
#include <rtl/upcase.hpp>

#include <algorithm>
#include <cstring>

namespace pnp {
namespace {

constexpr std::size_t kLongestId = 200;      // MAX_DEVICE_ID_LEN
constexpr std::size_t kLongestList = 0x400;  // characters of a list of IDs
constexpr std::size_t kMostChildren = 256;
constexpr std::size_t kDeepest = 32;
constexpr std::uint64_t kEnglish = 0x409;  // LCID of the texts

// The characters that NT takes in device and instance IDs: from blank to 0x7f, without the comma.
bool ValidId(std::u16string_view id, std::size_t backslashes) {
  const auto bad = [](char16_t unit) { return unit < 0x20 || unit > 0x7f || unit == u','; };
  return !id.empty() && id.size() <= kLongestId && std::ranges::none_of(id, bad) &&
         static_cast<std::size_t>(std::ranges::count(id, u'\\')) == backslashes && id.front() != u'\\' &&
         id.back() != u'\\';
}

// A list as it goes into the registry: each string once, valid, and a zero at the end.
Result<Text> CleanList(std::u16string_view from) {
  const MultiString list(from);
  Text clean;
  std::size_t position = 0;
  while (const auto id = list.Next(position)) {
    if (!id->empty() && id->size() <= kLongestId && clean.View().size() + id->size() + 2 <= kLongestList) {
      TRY(clean.Append(*id));
      TRY(clean.Append(std::u16string_view(u"\0", 1)));
    }
  }
  TRY(clean.Append(std::u16string_view(u"\0", 1)));
  return clean;
}

std::size_t DepthOf(const DeviceNode &node) {
  std::size_t depth = 0;
  for (const DeviceNode *at = node.parent; at != nullptr; at = at->parent) {
    depth += 1;
  }
  return depth;
}

// What makes the instances of two equal buses different: made once from the parent's path.
Result<Text> ParentPrefix(DeviceNode &parent) {
  const Result<Key> key = parent.Registry();
  if (key) {
    if (Result<Text> prefix = key->ReadText(u"ParentIdPrefix")) {
      return prefix;
    }
  }
  std::uint32_t hash = 0x811c9dc5;  // FNV-1a
  for (const char16_t unit : parent.Instance()) {
    hash = (hash ^ rtl::Upcase(unit)) * 0x01000193;
  }
  char16_t text[] = u"0&00000000&0";
  text[0] = u"0123456789abcdef"[DepthOf(parent) & 15];
  for (std::size_t i = 0; i < 8; i += 1) {
    text[2 + i] = u"0123456789abcdef"[hash >> (28 - 4 * i) & 15];
  }
  const std::u16string_view prefix(text, std::size(text) - 1);
  if (key) {
    TRY(key->WriteText(u"ParentIdPrefix", prefix));
  }
  return Text::Create(prefix);
}

struct Relations {
  std::uint64_t count = 0;
  std::span<const std::byte> entries;
  host::DeviceRelation At(std::size_t index) const {
    host::DeviceRelation relation;
    std::memcpy(&relation, entries.data() + index * sizeof(relation), sizeof(relation));
    return relation;
  }
};

Result<Relations> ParseRelations(const Bytes &bytes) {
  Relations relations;
  if (bytes.Empty()) {
    return relations;
  }
  if (bytes.Size() < sizeof(std::uint64_t)) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  std::memcpy(&relations.count, bytes.begin(), sizeof(std::uint64_t));
  relations.entries = bytes.Items().subspan(sizeof(std::uint64_t));
  if (relations.count > kMostChildren || relations.count > relations.entries.size() / sizeof(host::DeviceRelation)) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return relations;
}

}  // namespace

// One request to the node's stack; a failure that a driver reports is a failure.
coro::Task<Result<PnpAnswer>> Manager::Ask(Ref<DeviceNode> node, PnpRequest request) {
  if (node->pdo == DeviceId::kNone) {
    co_return Fail(STATUS_NO_SUCH_DEVICE);
  }
  PnpAnswer answer = CO_TRY(co_await Timed(dispatcher_, kDriverPatience, port_.SendPnp(node->pdo, std::move(request))));
  if (!NT_SUCCESS(answer.status)) {
    co_return Fail(answer.status);
  }
  co_return answer;
}

// Asks for the children, makes nodes of the new ones and takes those away that are not there any more.
coro::Task<Manager::Done> Manager::Enumerate(Ref<DeviceNode> node) {
  if (node.Get() == &tree_.Root()) {
    const Array<DeviceId> devices = CO_TRY(root_.MakeDevices(port_));
    for (const DeviceId pdo : devices) {
      (void)co_await AddChild(node, pdo);
    }
    co_return Done();
  }
  PnpRequest request{.minor = IRP_MN_QUERY_DEVICE_RELATIONS, .parameters = {BusRelations}, .room = host::kPnpBuffer};
  const Result<PnpAnswer> answer = co_await Ask(node, std::move(request));
  // No answer says nothing about the children: those that are known stay.
  if (!answer) {
    co_return Done();
  }
  const Relations relations = CO_TRY(ParseRelations(answer->output));
  for (DeviceNode &child : node->children) {
    child.reported = false;
  }
  Array<DeviceId> fresh;
  for (std::size_t i = 0; i < relations.count; i += 1) {
    const auto pdo = static_cast<DeviceId>(relations.At(i).device);
    const Ref<DeviceNode> known = tree_.FindPdo(pdo);
    if (known && known->parent == node.Get()) {
      known->reported = true;
    } else if (!known) {
      CO_TRY(fresh.Append(pdo));
    }
  }
  // One at a time and from the start each time: the list changes while a removal waits.
  for (;;) {
    Ref<DeviceNode> missing;
    for (DeviceNode &child : node->children) {
      if (!child.reported) {
        missing = Ref<DeviceNode>(&child);
        break;
      }
    }
    if (!missing) {
      break;
    }
    (void)co_await SurpriseRemove(missing);
  }
  for (const DeviceId pdo : fresh) {
    if (!node->Started()) {
      break;
    }
    (void)co_await AddChild(node, pdo);
  }
  co_return Done();
}

coro::Task<Manager::Done> Manager::AddChild(Ref<DeviceNode> parent, DeviceId pdo) {
  // A bus driver may only report devices of its own process.
  const DeviceFacts facts = CO_TRY(port_.Describe(pdo));
  const bool root = parent.Get() == &tree_.Root();
  if (!root && (facts.host == HostId::kNone || facts.host != parent->host)) {
    ke::Line line;
    line << "pnp: " << parent->Instance() << " reports a device that is not its driver's";
    ke::Log(line);
    co_return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  if (DepthOf(*parent) >= kDeepest || tree_.FindPdo(pdo)) {
    co_return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  const Ref<DeviceNode> node = CO_TRY(tree_.Add(*parent, pdo));
  node->root_enumerated = root;
  node->parent_host = facts.host;
  const Done identified = co_await Identify(node);
  if (!identified && !node->Deleted()) {
    ke::Line line;
    line << "pnp: a device on " << parent->Instance() << " cannot be identified: ";
    ke::Log(line.Status(identified.error().Code()));
    arbiters_.Release(node->owner, true);
    tree_.Remove(*node);
  }
  co_return identified;
}

// An ID or a text; without the zero when it is one string.
coro::Task<Result<Text>> Manager::QueryText(Ref<DeviceNode> node, std::uint8_t minor, std::uint64_t type) {
  PnpRequest request{.minor = minor, .parameters = {type, kEnglish}, .room = host::kPnpBuffer};
  if (minor == IRP_MN_QUERY_ID) {
    request.parameters[1] = 0;
  }
  const PnpAnswer answer = CO_TRY(co_await Ask(node, std::move(request)));
  Array<char16_t> units;
  CO_TRY(units.Resize(answer.output.Size() / sizeof(char16_t)));
  if (!units.Empty()) {
    std::memcpy(units.begin(), answer.output.begin(), units.Size() * sizeof(char16_t));
  }
  std::u16string_view text(units.begin(), units.Size());
  const bool list = minor == IRP_MN_QUERY_ID && (type == BusQueryHardwareIDs || type == BusQueryCompatibleIDs);
  if (!list) {
    text = text.substr(0, text.find(u'\0'));
  }
  co_return Text::Create(text);
}

// `PCI\VEN_...\3&267a616a&0&08`: with the parent's prefix unless the bus says that the ID is unique in the machine.
Result<Text> Manager::InstanceOf(DeviceNode &node, std::u16string_view device_id, std::u16string_view instance_id) {
  if (node.capabilities.UniqueID || node.root_enumerated) {
    return Text::Join({device_id, u"\\", instance_id});
  }
  const Text prefix = TRY(ParentPrefix(*node.parent));
  return Text::Join({device_id, u"\\", prefix.View(), u"&", instance_id});
}

// What the bus knows of the device: its name first, then everything else into its key.
coro::Task<Manager::Done> Manager::Identify(Ref<DeviceNode> node) {
  const Text device_id = CO_TRY(co_await QueryText(node, IRP_MN_QUERY_ID, BusQueryDeviceID));
  if (!ValidId(device_id.View(), 1)) {
    co_return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  Text instance_id = (co_await QueryText(node, IRP_MN_QUERY_ID, BusQueryInstanceID)).value_or(Text());
  if (instance_id.Empty()) {
    instance_id = CO_TRY(Text::Create(u"0"));
  }
  if (!ValidId(instance_id.View(), 0)) {
    co_return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  PnpRequest request{.minor = IRP_MN_QUERY_CAPABILITIES, .room = sizeof(DEVICE_CAPABILITIES)};
  DEVICE_CAPABILITIES capabilities{};
  capabilities.Size = sizeof(capabilities);
  capabilities.Version = 1;
  capabilities.Address = ~ULONG{0};
  capabilities.UINumber = ~ULONG{0};
  CO_TRY(request.input.AppendAll(std::as_bytes(std::span(&capabilities, 1))));
  if (const Result<PnpAnswer> answer = co_await Ask(node, std::move(request));
      answer && answer->output.Size() >= sizeof(capabilities)) {
    std::memcpy(&capabilities, answer->output.begin(), sizeof(capabilities));
  }
  node->capabilities = capabilities;
  Text instance = CO_TRY(InstanceOf(*node, device_id.View(), instance_id.View()));
  if (tree_.FindInstance(instance.View())) {
    co_return Fail(STATUS_OBJECT_NAME_COLLISION);
  }
  node->instance = std::move(instance);
  const Key key = CO_TRY(Key::CreateControlSet({u"Enum", node->Instance()}));
  CO_TRY(co_await Describe(node, key));
  CO_TRY(co_await QueryResources(node, key));
  node->state = NodeState::kInitialized;
  co_return Done();
}

// IDs, texts and bus of a new device; and its driver, when this is the first time that it is seen.
coro::Task<Manager::Done> Manager::Describe(Ref<DeviceNode> node, Key key) {
  const Text hardware = (co_await QueryText(node, IRP_MN_QUERY_ID, BusQueryHardwareIDs)).value_or(Text());
  const Text compatible = (co_await QueryText(node, IRP_MN_QUERY_ID, BusQueryCompatibleIDs)).value_or(Text());
  const Text hardware_list = CO_TRY(CleanList(hardware.View()));
  const Text compatible_list = CO_TRY(CleanList(compatible.View()));
  const Text description = (co_await QueryText(node, IRP_MN_QUERY_DEVICE_TEXT, DeviceTextDescription)).value_or(Text());
  const Text location =
      (co_await QueryText(node, IRP_MN_QUERY_DEVICE_TEXT, DeviceTextLocationInformation)).value_or(Text());
  if (const Result<PnpAnswer> answer =
          co_await Ask(node, {.minor = IRP_MN_QUERY_BUS_INFORMATION, .room = sizeof(PNP_BUS_INFORMATION)});
      answer && answer->output.Size() >= sizeof(PNP_BUS_INFORMATION)) {
    std::memcpy(&node->bus, answer->output.begin(), sizeof(node->bus));
    node->has_bus = true;
  }
  FindFunction(*node);
  if (hardware_list.View().size() > 1) {
    CO_TRY(key.WriteMulti(u"HardwareID", hardware_list.View()));
  }
  if (compatible_list.View().size() > 1) {
    CO_TRY(key.WriteMulti(u"CompatibleIDs", compatible_list.View()));
  }
  if (!description.Empty() && !key.Has(u"DeviceDesc")) {
    CO_TRY(key.WriteText(u"DeviceDesc", description.View()));
  }
  if (!location.Empty()) {
    CO_TRY(key.WriteText(u"LocationInformation", location.View()));
  }
  ULONG capability_bits = 0;
  std::memcpy(&capability_bits, reinterpret_cast<const std::byte *>(&node->capabilities) + 4, sizeof(capability_bits));
  CO_TRY(key.WriteDword(u"Capabilities", capability_bits));
  if (!key.Has(u"ConfigFlags")) {
    CO_TRY(key.WriteDword(u"ConfigFlags", 0));
  }
  CO_TRY(InstallDriver(key, hardware_list.View(), compatible_list.View()));
  node->service = key.ReadText(u"Service").value_or(Text());
  co_return Done();
}

// The firmware's configuration, reserved at once, and what the device could do with.
coro::Task<Manager::Done> Manager::QueryResources(Ref<DeviceNode> node, Key key) {
  const Key configuration = CO_TRY(key.Create(u"LogConf"));
  Result<PnpAnswer> boot = co_await Ask(node, {.minor = IRP_MN_QUERY_RESOURCES, .room = host::kPnpBuffer});
  if (boot && !boot->output.Empty()) {
    Result<ResourceList> list = ParseResources(boot->output.Items());
    if (list) {
      CO_TRY(arbiters_.ReserveBoot(node->owner, *list));
      CO_TRY(configuration.WriteBytes(u"BootConfig", REG_RESOURCE_LIST, boot->output.Items()));
      node->boot_resources = std::move(*list);
      node->boot_list = std::move(boot->output);
    }
  }
  Result<PnpAnswer> wanted =
      co_await Ask(node, {.minor = IRP_MN_QUERY_RESOURCE_REQUIREMENTS, .room = host::kPnpBuffer});
  if (wanted && !wanted->output.Empty()) {
    CO_TRY(configuration.WriteBytes(u"BasicConfigVector", REG_RESOURCE_REQUIREMENTS_LIST, wanted->output.Items()));
    node->requirements_list = std::move(wanted->output);
  }
  co_return Done();
}

// A PCI function is one whose bus an ancestor was assigned: a driver's word alone gives no configuration space.
void Manager::FindFunction(DeviceNode &node) {
  node.pci.reset();
  const ULONG device = node.capabilities.Address >> 16;
  const ULONG function = node.capabilities.Address & 0xffff;
  if (!node.has_bus || node.bus.LegacyBusType != PCIBus || node.bus.BusNumber > 255 || device > 31 || function > 7) {
    return;
  }
  for (const DeviceNode *above = node.parent; above != nullptr; above = above->parent) {
    for (const AssignedBusNumbers &buses : above->resources.buses) {
      if (above->host == node.parent_host && node.bus.BusNumber >= buses.first && node.bus.BusNumber <= buses.last) {
        node.pci = PciAddress{static_cast<std::uint8_t>(node.bus.BusNumber), static_cast<std::uint8_t>(device),
                              static_cast<std::uint8_t>(function)};
        return;
      }
    }
  }
}

}  // namespace pnp
