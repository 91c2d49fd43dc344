#pragma once
// The registry as it is when the system starts, without the object namespace.

#include <cm/registry.hpp>

namespace cm {

// Mounts the boot hive as MACHINE\SYSTEM (a copy, kept in memory), makes the volatile hive MACHINE\HARDWARE and the
// link SYSTEM\CurrentControlSet to the control set that SYSTEM\Select names. STATUS_REGISTRY_CORRUPT,
// STATUS_OBJECT_NAME_NOT_FOUND (no Select, or no such control set), STATUS_INSUFFICIENT_RESOURCES.
Result<std::unique_ptr<Registry>> BuildRegistry(hive::Allocator &allocator, std::span<const std::byte> system_hive,
                                                std::uint64_t time);

}  // namespace cm
