#include "native/status.hpp"

#include <nt/status_names.hpp>

#include "native/format.hpp"

namespace native {

String StatusText(NTSTATUS status) {
  const std::string_view name = nt::StatusToName(status);
  return name.empty() ? Format("0x{:08X}", status) : Format("{} (0x{:08X})", name, status);
}

}  // namespace native
