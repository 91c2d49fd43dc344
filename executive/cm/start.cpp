#include <cm/build.hpp>
#include <cm/key.hpp>

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
constinit Registry *current = nullptr;

}  // namespace

Registry &CurrentRegistry() { return *current; }
void UseRegistry(Registry *registry) { current = registry; }

Result<void> Start(std::span<const std::byte> system_hive) {
  auto registry = TRY(BuildRegistry(pool, system_hive, ke::clock::SystemTime()));
  const Ref<ob::Object> root = TRY(KeyObject::Create(registry->Root()));
  TRY(ob::CurrentNamespace().Register(KeyObject::kType));
  TRY(ob::CurrentNamespace().Publish(u"\\REGISTRY", root));
  UseRegistry(registry.release());  // from here on it lives as long as the system
  return {};
}

}  // namespace cm
