// MDLs beyond what wdm.h says: how the pages of a request become one.
#pragma once

#include <ntifs.h>

#include <stddef.h>
#include <stdint.h>

namespace wdm {

/// The MDL of a direct I/O request: page frame numbers known, mapped (WdmMapRequest) only when a system address is
/// asked for. `pages` (host::Request::pages, `page_count` frame numbers) is copied. MmGetMdlVirtualAddress of it is an
/// address that is valid nowhere and serves as an index only, as the requestor's is on NT. `write_to_memory`: the
/// device writes it (IRP_MJ_READ). Null: no memory, or counts that contradict each other. IRQL up to DISPATCH_LEVEL.
PMDL CreateRequestMdl(uint32_t request_id, const uint64_t *pages, uint32_t page_count, uint32_t page_offset,
                      uint32_t length, bool write_to_memory);

/// Gives back an MDL of CreateRequestMdl when its IRP is done. The mapping itself ends with the request's record in the
/// Executive.
void FreeRequestMdl(PMDL mdl);

/// Whether the MDL (or the one that it is part of) came from CreateRequestMdl.
bool IsRequestMdl(const MDL *mdl);

/// Address in this process of the MDL's first byte, mapped when it must be; null: no memory. For
/// Message::direct_address.
void *MdlSystemAddress(PMDL mdl);

}  // namespace wdm
