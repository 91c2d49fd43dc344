#pragma once
// A machine for the plug and play manager: a registry, a clock set by hand, hardware that only keeps accounts, and
// drivers that are tables (fake_port.hpp).

#include "fake_port.hpp"

#include "manager.hpp"

#include <cm/key.hpp>
#include <ob/namespace.hpp>
#include <support/executive.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace pnp_test {

class HeapAllocator final : public hive::Allocator {
 public:
  void *Allocate(std::size_t bytes) override { return std::aligned_alloc(16, (bytes + 15) / 16 * 16); }
  void Free(void *memory, std::size_t) override { std::free(memory); }
};

class FakeHardware final : public pnp::Hardware {
 public:
  Result<void> Describe(pnp::Arbiters &arbiters) override;
  Result<pnp::ResourceList> FirmwareResources(std::u16string_view table) override;
  Result<void> KeepMessageTable(pnp::PciAddress, pnp::AssignedResources &) override { return {}; }
  Result<void> PrepareInterrupts(pnp::PciAddress function, const pnp::AssignedResources &resources) override;
  void DisableMessages(pnp::PciAddress) override {}
  void DisableBusMaster(pnp::PciAddress function) override { quiet.push_back(function); }
  std::uint64_t ResetFunction(pnp::PciAddress function) override {
    resets.push_back(function);
    return 1'000'000;
  }
  void RestoreFunction(pnp::PciAddress) override { restored += 1; }
  bool UsesConsole(const pnp::AssignedResources &) override { return false; }

  std::vector<pnp::PciAddress> quiet;
  std::vector<pnp::PciAddress> resets;
  std::vector<pnp::PciAddress> prepared;
  int restored = 0;
};

class Machine : public testing::Test {
 protected:
  Machine();
  ~Machine() override;

  // Values of the registry below CurrentControlSet; the key is made.
  void SetText(std::u16string key, std::u16string value, std::u16string text);
  void SetMulti(std::u16string key, std::u16string value, std::u16string text);
  void SetDword(std::u16string key, std::u16string value, std::uint32_t number);
  std::u16string GetText(std::u16string key, std::u16string value);
  std::uint32_t GetDword(std::u16string key, std::u16string value);
  bool HasValue(std::u16string key, std::u16string value);
  // A service with an image, and perhaps a device of the tree below Enum\Root.
  void AddService(std::u16string name, std::uint32_t start = 3, std::u16string group = u"", std::u16string host = u"");
  void AddRootDevice(std::u16string name, std::u16string service);
  // Who drives devices with this ID.
  void AddMatch(std::u16string id, std::u16string service, std::u16string class_guid = u"");

  // The first pass, and everything that comes of it.
  void Boot();
  void Run() { system.Run(); }
  Ref<pnp::DeviceNode> Node(std::u16string instance) { return manager->Tree().FindInstance(instance); }
  // Queues and runs it: its status.
  NTSTATUS Do(pnp::ActionKind kind, const Ref<pnp::DeviceNode> &node);
  NTSTATUS DoText(pnp::ActionKind kind, std::u16string text);
  std::size_t CountNodes();

  support::System system;
  HeapAllocator allocator;
  std::unique_ptr<cm::Registry> registry;
  std::unique_ptr<ob::Namespace> names;
  FakePort port;
  FakeHardware hardware;
  std::unique_ptr<pnp::Manager> manager;
};

// What the console was told since the last call.
std::string TakeLog();

}  // namespace pnp_test
