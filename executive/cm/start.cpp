// Binds the registry to this machine: pool, clock, boot information, object namespace.

#include <cm/build.hpp>
#include <cm/hardware.hpp>
#include <cm/key.hpp>
#include <ke/boot_info.hpp>
#include <ke/clock.hpp>
#include <ob/namespace.hpp>

#include <new>

namespace cm {
namespace {

// The Executive's pool.
class PoolAllocator final : public hive::Allocator {
 public:
  void *Allocate(std::size_t bytes) override { return ::operator new(bytes, std::nothrow); }
  void Free(void *memory, std::size_t) override { ::operator delete(memory); }
};

constinit PoolAllocator pool;

Processor ThisProcessor() {
  Processor processor = ReadProcessor();
  const auto *chunk = ke::FindBootChunk(SEL4_BOOTINFO_HEADER_X86_TSC_FREQ);
  processor.megahertz = reinterpret_cast<const seL4_X86_BootInfo_TSC_freq_t *>(chunk)->freq_mhz;
  return processor;
}

}  // namespace

Result<void> Start(std::span<const std::byte> system_hive) {
  const std::uint64_t time = ke::clock::SystemTime();
  auto registry = TRY(BuildRegistry(pool, system_hive, time));
  TRY(DescribeHardware(*registry, ThisProcessor(), time));
  const Ref<ob::Object> root = TRY(KeyObject::Create(registry->Root()));
  TRY(ob::CurrentNamespace().Register(KeyObject::kType));
  TRY(ob::CurrentNamespace().Publish(u"\\REGISTRY", root));
  UseRegistry(registry.release());  // from here on it lives as long as the system
  return {};
}

}  // namespace cm
