// Which capability of the host is for which I/O port: host::Area::ports, written by the Executive as devices start.
#pragma once

#include <stdint.h>

namespace host {
struct Area;
}

namespace wdm {

inline constexpr uint32_t kNoPort = 0xffff'ffff;

/// Tells where the table is; called once by WdmHostMain.
void InitialisePorts(const host::Area *area);

/// Capability slot for an access of `width` bytes at `port`, or kNoPort. A driver that reaches for a port that it was
/// not given is ended like one that touches memory that is not its own. Any IRQL.
uint32_t PortSlot(uint32_t port, uint32_t width);

}  // namespace wdm
