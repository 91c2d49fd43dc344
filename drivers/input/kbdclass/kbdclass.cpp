// kbdclass.sys: \Device\KeyboardClassN above any keyboard port. The work is in class_common.

#include <initguid.h>

#include "../class_common/pnp.hpp"

namespace {

struct Keyboard {
  using InputData = KEYBOARD_INPUT_DATA;
  static constexpr wchar_t kBaseName[] = L"KeyboardClass";
  static constexpr wchar_t kQueueValue[] = L"KeyboardDataQueueSize";
  static constexpr ULONG kDeviceType = FILE_DEVICE_KEYBOARD;
  static constexpr ULONG kConnect = IOCTL_INTERNAL_KEYBOARD_CONNECT;

  static const GUID &Interface() { return GUID_DEVINTERFACE_KEYBOARD; }

  static bool ForPort(ULONG code) {
    switch (code) {
      case IOCTL_KEYBOARD_QUERY_ATTRIBUTES:
      case IOCTL_KEYBOARD_QUERY_EXTENDED_ATTRIBUTES:
      case IOCTL_KEYBOARD_QUERY_INDICATORS:
      case IOCTL_KEYBOARD_QUERY_INDICATOR_TRANSLATION:
      case IOCTL_KEYBOARD_QUERY_TYPEMATIC:
      case IOCTL_KEYBOARD_SET_INDICATORS:
      case IOCTL_KEYBOARD_SET_TYPEMATIC:
      case IOCTL_KEYBOARD_QUERY_IME_STATUS:
      case IOCTL_KEYBOARD_SET_IME_STATUS:
        return true;
      default:
        return false;
    }
  }
};

}  // namespace

extern "C" DRIVER_INITIALIZE DriverEntry;

/// Fills the dispatch table. Source: DRIVER_INITIALIZE (WDK).
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
  return input_class::Pnp<Keyboard>::Entry(driver, registry_path);
}
