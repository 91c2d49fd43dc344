// Making a function quiet: no access to it, none by it.

#include "pci.hpp"

#include <array>

namespace pcibus {
namespace {

constexpr LONGLONG kMillisecond = -10'000;
constexpr unsigned kResetDelay = 100;  // PCIe 5.0, 6.6.2: a function may need 100 ms
constexpr unsigned kAnswerTries = 10;  // then it is to answer within a second
constexpr unsigned kPendingTries = 4;  // and its last requests end before the reset within 100 ms each
constexpr unsigned kPowerDelay = 10;   // PCI Power Management 1.2, 5.6.1: D3 to D0

void Sleep(unsigned milliseconds) {
  LARGE_INTEGER interval;
  interval.QuadPart = kMillisecond * milliseconds;
  KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

// The header's registers that software sets, in the order in which they are put back: the command comes last.
class SavedHeader {
 public:
  explicit SavedHeader(pci::Config &config) {
    for (unsigned i = 0; i < kWords; i += 1) {
      words_[i] = config.Read32(4 * i);
    }
  }
  void Restore(pci::Config &config) const {
    for (unsigned i = kWords; i-- > 3;) {
      config.Write32(4 * i, words_[i]);
    }
    config.Write16(pci::kCommand, static_cast<std::uint16_t>(words_[1]));
  }

 private:
  static constexpr unsigned kWords = 16;
  std::array<std::uint32_t, kWords> words_;
};

bool Answers(pci::Config &config) {
  for (unsigned i = 0; i < kAnswerTries; i += 1) {
    if (config.Read16(0) != 0xFFFF) {
      return true;
    }
    Sleep(kResetDelay);
  }
  return false;
}

}  // namespace

void Silence(Function *function) {
  if (function->identity.base_class == 0x06) {
    return;  // the machine, or what is behind the bridge, hangs on it
  }
  HalConfig config = function->Config();
  const std::uint16_t command = config.Read16(pci::kCommand);
  if (command == 0xFFFF) {
    return;
  }
  constexpr std::uint16_t kOff = pci::kCommandIo | pci::kCommandMemory | pci::kCommandMaster;
  config.Write16(pci::kCommand, static_cast<std::uint16_t>((command & ~kOff) | pci::kCommandInterruptDisable));
}

void Reset(Function *function) {
  Silence(function);
  HalConfig config = function->Config();
  const std::optional<pci::FunctionReset> reset = pci::FindFunctionReset(config);
  if (!reset || function->identity.IsBridge()) {
    return;
  }
  const SavedHeader saved(config);
  for (unsigned i = 0; i < kPendingTries && pci::TransactionsPending(config, *reset); i += 1) {
    Sleep(kResetDelay);
  }
  pci::StartFunctionReset(config, *reset);
  Sleep(kResetDelay);
  if (Answers(config)) {
    saved.Restore(config);
  }
}

NTSTATUS SetPower(Function *function, DEVICE_POWER_STATE state) {
  if (state < PowerDeviceD0 || state > PowerDeviceD3) {
    return STATUS_INVALID_PARAMETER;
  }
  HalConfig config = function->Config();
  const auto wanted = static_cast<std::uint8_t>(state - PowerDeviceD0);
  const std::optional<std::uint8_t> now = pci::PowerState(config);
  // A function without power management, and the bridges that others hang on, are in D0 as far as the hardware goes.
  if (now && *now != wanted && function->identity.base_class != 0x06) {
    const SavedHeader saved(config);
    pci::SetPowerState(config, wanted);
    Sleep(kPowerDelay);
    if (wanted == 0) {
      saved.Restore(config);  // D3 to D0 may have reset it
    }
  }
  function->power = state;
  POWER_STATE told;
  told.DeviceState = state;
  PoSetPowerState(function->self, DevicePowerState, told);
  return STATUS_SUCCESS;
}

}  // namespace pcibus
