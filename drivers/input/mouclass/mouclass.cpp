// mouclass.sys: \Device\PointerClassN above any mouse port. The work is in class_common.

#include <initguid.h>

#include "../class_common/pnp.hpp"

namespace {

struct Mouse {
  using InputData = MOUSE_INPUT_DATA;
  static constexpr wchar_t kBaseName[] = L"PointerClass";
  static constexpr wchar_t kQueueValue[] = L"MouseDataQueueSize";
  static constexpr ULONG kDeviceType = FILE_DEVICE_MOUSE;
  static constexpr ULONG kConnect = IOCTL_INTERNAL_MOUSE_CONNECT;

  static const GUID &Interface() { return GUID_DEVINTERFACE_MOUSE; }

  static bool ForPort(ULONG code) { return code == IOCTL_MOUSE_QUERY_ATTRIBUTES; }
};

}  // namespace

extern "C" DRIVER_INITIALIZE DriverEntry;

/// Fills the dispatch table. Source: DRIVER_INITIALIZE (WDK).
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
  return input_class::Pnp<Mouse>::Entry(driver, registry_path);
}
