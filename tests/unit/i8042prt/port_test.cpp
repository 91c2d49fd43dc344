#include "sim_8042.hpp"

using namespace i8042;

namespace {

TEST_F(PortTest, KeysReachTheClassDriver) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  EXPECT_EQ(chip.indicators, 0);
  EXPECT_EQ(chip.typematic, 0);
  Open(keyboard);
  for (int byte : {0x1E, 0x9E, 0xE0, 0x48, 0xE0, 0xC8}) {
    chip.Key(static_cast<UCHAR>(byte));
  }
  fake::Settle();
  ASSERT_EQ(keys.size(), 4u);
  EXPECT_EQ(keys[0].MakeCode, 0x1E);
  EXPECT_EQ(keys[1].Flags, KEY_BREAK);
  EXPECT_EQ(keys[3].Flags, KEY_BREAK | KEY_E0);
}

TEST_F(PortTest, KeysAreThrownAwayWhileNobodyListens) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  chip.Key(0x1E);
  Open(keyboard);
  fake::Settle();
  EXPECT_TRUE(keys.empty());
}

TEST_F(PortTest, TenThousandKeysWithAClassDriverThatIsBusy) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  Open(keyboard);
  unsigned sent = 0;
  while (sent < 20'000) {
    appetite = sent % 7;
    for (int i = 0; i < 40; i++) {
      chip.Key(static_cast<UCHAR>((sent % 0x50 + 1) | (sent / 0x50 % 2 == 0 ? 0 : 0x80)));
      sent++;
    }
    fake::Settle();
    appetite = 1000;
    fake::Advance(20);
  }
  ASSERT_EQ(keys.size(), 20'000u);
  for (unsigned i = 0; i < keys.size(); i++) {
    ASSERT_EQ(keys[i].MakeCode, i % 0x50 + 1) << i;
  }
}

TEST_F(PortTest, AFullRingIsTold) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  Open(keyboard);
  appetite = 0;
  for (unsigned i = 0; i < 150; i++) {
    chip.Key(static_cast<UCHAR>(i % 0x50 + 1));
  }
  appetite = 1000;
  fake::Advance(20);
  EXPECT_EQ(keys.size(), 100u);
  chip.Key(0x1E);
  fake::Settle();
  ASSERT_EQ(keys.size(), 102u);
  EXPECT_EQ(keys[100].MakeCode, KEYBOARD_OVERRUN_MAKE_CODE);
  EXPECT_EQ(keys[101].MakeCode, 0x1E);
}

TEST_F(PortTest, AControllerThatCannotTranslate) {
  chip.cannot_translate = true;
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  Open(keyboard);
  for (int byte : {0x1C, 0xF0, 0x1C}) {
    chip.Key(static_cast<UCHAR>(byte));
  }
  fake::Settle();
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].MakeCode, 0x1E);
  EXPECT_EQ(keys[1].Flags, KEY_BREAK);
}

TEST_F(PortTest, AKeyWhileSetUpEndsDoesNotBlockTheNext) {
  chip.key_at_enable = true;
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  Open(keyboard);
  chip.Key(0x1F);
  fake::Settle();
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].MakeCode, 0x1F);
}

TEST_F(PortTest, NoController) {
  chip.absent = true;
  EXPECT_EQ(StartKeyboard(), STATUS_NO_SUCH_DEVICE);
  EXPECT_EQ(fake::Connected(), 0u);
}

TEST_F(PortTest, AControllerThatTakesNothing) {
  chip.stuck = true;
  EXPECT_EQ(StartKeyboard(), STATUS_IO_TIMEOUT);
}

TEST_F(PortTest, NoKeyboard) {
  chip.keyboard_absent = true;
  EXPECT_EQ(StartKeyboard(), STATUS_IO_TIMEOUT);
  EXPECT_EQ(StartMouse(), STATUS_SUCCESS);  // the ports are known
  Open(mouse);
  chip.Mouse({0x08, 1, 2, 0});
  fake::Settle();
  EXPECT_EQ(moves.size(), 1u);
}

TEST_F(PortTest, NoMouse) {
  chip.mouse_absent = true;
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  EXPECT_EQ(StartMouse(), STATUS_IO_TIMEOUT);
  Open(keyboard);
  chip.Key(0x1E);
  fake::Settle();
  EXPECT_EQ(keys.size(), 1u);
  EXPECT_EQ(fake::Connected(), 1u);
}

TEST_F(PortTest, AMouseThatStartsFirstWaitsForThePorts) {
  EXPECT_EQ(StartMouse(), STATUS_SUCCESS);
  EXPECT_EQ(fake::Connected(), 0u);
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  EXPECT_EQ(fake::Connected(), 2u);
  Open(mouse);
  chip.Mouse({0x08, 1, 2, 0});
  fake::Settle();
  EXPECT_EQ(moves.size(), 1u);
}

TEST_F(PortTest, AWaitingMouseThatIsNotThereIsReported) {
  chip.mouse_absent = true;
  EXPECT_EQ(StartMouse(), STATUS_SUCCESS);
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  EXPECT_EQ(fake::InvalidatedDevices(), 1u);
}

TEST_F(PortTest, KeysAndMouseTogether) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  EXPECT_EQ(StartMouse(), STATUS_SUCCESS);
  Open(keyboard);
  Open(mouse);
  for (int i = 0; i < 100; i++) {
    chip.Key(0x1E);
    chip.Mouse({0x09, static_cast<UCHAR>(i), 0, 0});
    chip.Key(0x9E);
    if (i % 20 == 19) {
      fake::Settle();
    }
  }
  EXPECT_EQ(keys.size(), 200u);
  ASSERT_EQ(moves.size(), 100u);
  EXPECT_EQ(moves[0].ButtonFlags, MOUSE_LEFT_BUTTON_DOWN);
  EXPECT_EQ(moves[1].ButtonFlags, 0);
  EXPECT_EQ(moves[99].LastX, 99);
}

TEST_F(PortTest, MouseMovesButtonsAndWheel) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  EXPECT_EQ(StartMouse(), STATUS_SUCCESS);
  Open(mouse);
  chip.Mouse({0x2A, 3, 0xFF, 0x0F});  // right button, down by one, wheel away from the user
  chip.Mouse({0x08, 0, 0, 0x11});     // fourth button, wheel +1
  fake::Settle();
  ASSERT_EQ(moves.size(), 2u);
  EXPECT_EQ(moves[0].ButtonFlags, MOUSE_RIGHT_BUTTON_DOWN | MOUSE_WHEEL);
  EXPECT_EQ(static_cast<SHORT>(moves[0].ButtonData), 120);
  EXPECT_EQ(moves[0].LastX, 3);
  EXPECT_EQ(moves[0].LastY, 1);
  EXPECT_EQ(moves[1].ButtonFlags, MOUSE_RIGHT_BUTTON_UP | MOUSE_BUTTON_4_DOWN | MOUSE_WHEEL);
  EXPECT_EQ(static_cast<SHORT>(moves[1].ButtonData), -120);
  fake::Request *request = Control(mouse, IOCTL_MOUSE_QUERY_ATTRIBUTES, nullptr, 0, sizeof(MOUSE_ATTRIBUTES));
  const auto *attributes = reinterpret_cast<MOUSE_ATTRIBUTES *>(request->buffer.data());
  EXPECT_EQ(attributes->MouseIdentifier, WHEELMOUSE_I8042_HARDWARE);
  EXPECT_EQ(attributes->NumberOfButtons, 5);
  fake::Free(request);
}

TEST_F(PortTest, APlainMouseSendsThreeBytes) {
  chip.best_mouse = 0;
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  EXPECT_EQ(StartMouse(), STATUS_SUCCESS);
  Open(mouse);
  chip.Mouse({0x08, 1, 1, 0x08, 2, 2});
  fake::Settle();
  EXPECT_EQ(moves.size(), 2u);
}

TEST_F(PortTest, Indicators) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  KEYBOARD_INDICATOR_PARAMETERS wanted{0, KEYBOARD_CAPS_LOCK_ON};
  fake::Request *request = Control(keyboard, IOCTL_KEYBOARD_SET_INDICATORS, &wanted, sizeof(wanted), 0);
  EXPECT_TRUE(request->done);
  EXPECT_EQ(request->Status(), STATUS_SUCCESS);
  EXPECT_EQ(chip.indicators, 4);
  fake::Free(request);
  request = Control(keyboard, IOCTL_KEYBOARD_QUERY_INDICATORS, nullptr, 0, sizeof(wanted));
  EXPECT_EQ(reinterpret_cast<KEYBOARD_INDICATOR_PARAMETERS *>(request->buffer.data())->LedFlags, KEYBOARD_CAPS_LOCK_ON);
  fake::Free(request);
  wanted.LedFlags = 0x10;
  request = Control(keyboard, IOCTL_KEYBOARD_SET_INDICATORS, &wanted, sizeof(wanted), 0);
  EXPECT_EQ(request->Status(), STATUS_INVALID_PARAMETER);
  fake::Free(request);
}

TEST_F(PortTest, RequestsToTheKeyboardStandInLine) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  chip.resend = 2;
  std::vector<fake::Request *> requests;
  for (USHORT i = 0; i < 8; i++) {
    const KEYBOARD_INDICATOR_PARAMETERS wanted{0, i};
    requests.push_back(Control(keyboard, IOCTL_KEYBOARD_SET_INDICATORS, &wanted, sizeof(wanted), 0));
  }
  fake::Settle();
  for (fake::Request *request : requests) {
    EXPECT_EQ(request->Status(), STATUS_SUCCESS);
    fake::Free(request);
  }
  EXPECT_EQ(chip.indicators, 7);
}

TEST_F(PortTest, AKeyboardThatDoesNotAnswerIsGivenUp) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  chip.ignore_indicators = true;
  const KEYBOARD_INDICATOR_PARAMETERS wanted{0, 1};
  fake::Request *request = Control(keyboard, IOCTL_KEYBOARD_SET_INDICATORS, &wanted, sizeof(wanted), 0);
  EXPECT_FALSE(request->done);
  fake::Advance(1500);
  ASSERT_TRUE(request->done);
  EXPECT_EQ(request->Status(), STATUS_IO_TIMEOUT);
  fake::Free(request);
  chip.ignore_indicators = false;
  request = Control(keyboard, IOCTL_KEYBOARD_SET_INDICATORS, &wanted, sizeof(wanted), 0);
  EXPECT_EQ(request->Status(), STATUS_SUCCESS);
  fake::Free(request);
}

TEST_F(PortTest, Typematic) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  const KEYBOARD_TYPEMATIC_PARAMETERS slow{0, 2, 1000};
  fake::Request *request = Control(keyboard, IOCTL_KEYBOARD_SET_TYPEMATIC, &slow, sizeof(slow), 0);
  EXPECT_EQ(request->Status(), STATUS_SUCCESS);
  EXPECT_EQ(chip.typematic >> 5, 3);
  EXPECT_GE(chip.typematic & 0x1F, 0x1A);
  fake::Free(request);
  for (KEYBOARD_TYPEMATIC_PARAMETERS bad :
       {KEYBOARD_TYPEMATIC_PARAMETERS{0, 1, 500}, {0, 31, 500}, {0, 10, 200}, {0, 10, 1001}}) {
    request = Control(keyboard, IOCTL_KEYBOARD_SET_TYPEMATIC, &bad, sizeof(bad), 0);
    EXPECT_EQ(request->Status(), STATUS_INVALID_PARAMETER);
    fake::Free(request);
  }
}

TEST_F(PortTest, WrongRequests) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  struct {
    PDEVICE_OBJECT device;
    ULONG code;
    NTSTATUS status;
  } const rows[] = {
      {keyboard, IOCTL_KEYBOARD_QUERY_ATTRIBUTES, STATUS_BUFFER_TOO_SMALL},
      {keyboard, IOCTL_KEYBOARD_QUERY_INDICATORS, STATUS_BUFFER_TOO_SMALL},
      {keyboard, IOCTL_KEYBOARD_QUERY_INDICATOR_TRANSLATION, STATUS_BUFFER_TOO_SMALL},
      {keyboard, IOCTL_KEYBOARD_QUERY_TYPEMATIC, STATUS_BUFFER_TOO_SMALL},
      {keyboard, IOCTL_KEYBOARD_SET_INDICATORS, STATUS_BUFFER_TOO_SMALL},
      {keyboard, IOCTL_KEYBOARD_SET_TYPEMATIC, STATUS_BUFFER_TOO_SMALL},
      {keyboard, IOCTL_KEYBOARD_QUERY_IME_STATUS, STATUS_INVALID_DEVICE_REQUEST},
      {keyboard, IOCTL_MOUSE_QUERY_ATTRIBUTES, STATUS_INVALID_DEVICE_REQUEST},
      {keyboard, IOCTL_INTERNAL_KEYBOARD_CONNECT, STATUS_INVALID_DEVICE_REQUEST},
      {mouse, IOCTL_MOUSE_QUERY_ATTRIBUTES, STATUS_BUFFER_TOO_SMALL},
      {mouse, IOCTL_KEYBOARD_QUERY_ATTRIBUTES, STATUS_INVALID_DEVICE_REQUEST},
  };
  for (const auto &row : rows) {
    fake::Request *request = Control(row.device, row.code, nullptr, 0, 0);
    EXPECT_EQ(request->Status(), row.status) << std::hex << row.code;
    fake::Free(request);
  }
  fake::Request *again =
      Control(keyboard, IOCTL_INTERNAL_KEYBOARD_CONNECT, nullptr, 0, 0, IRP_MJ_INTERNAL_DEVICE_CONTROL);
  EXPECT_EQ(again->Status(), STATUS_SHARING_VIOLATION);
  fake::Free(again);
}

TEST_F(PortTest, StopAndStartAgain) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  EXPECT_EQ(StartMouse(), STATUS_SUCCESS);
  EXPECT_EQ(Pnp(keyboard, IRP_MN_STOP_DEVICE), STATUS_SUCCESS);
  EXPECT_EQ(fake::Connected(), 0u);  // the mouse has no ports any more
  chip.Key(0x1E);
  chip.Mouse({0x08, 1, 1, 0});
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  EXPECT_EQ(fake::Connected(), 2u);
  Open(keyboard);
  Open(mouse);
  keys.clear();
  chip.Key(0x1F);
  chip.Mouse({0x08, 7, 7, 0});
  fake::Settle();
  ASSERT_FALSE(keys.empty());
  EXPECT_EQ(keys.back().MakeCode, 0x1F);
  ASSERT_FALSE(moves.empty());
  EXPECT_EQ(moves.back().LastX, 7);
}

TEST_F(PortTest, SurpriseRemoval) {
  EXPECT_EQ(StartKeyboard(), STATUS_SUCCESS);
  chip.absent = true;
  EXPECT_EQ(Pnp(keyboard, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
  EXPECT_EQ(fake::Connected(), 0u);
}

TEST_F(PortTest, NoMemoryForTheRing) {
  PDEVICE_OBJECT device = nullptr;
  EXPECT_EQ(AddDevice(&driver, &bus), STATUS_SUCCESS);
  device = fake::LastDevice();
  CONNECT_DATA connection{device, nullptr};
  fake::Request *request = fake::NewRequest(IRP_MJ_INTERNAL_DEVICE_CONTROL, 0);
  request->Current()->Parameters.DeviceIoControl.IoControlCode = IOCTL_INTERNAL_KEYBOARD_CONNECT;
  request->Current()->Parameters.DeviceIoControl.InputBufferLength = sizeof(connection);
  request->Current()->Parameters.DeviceIoControl.Type3InputBuffer = &connection;
  fake::FailAllocation(1);
  EXPECT_EQ(DispatchControl(device, &request->irp), STATUS_INSUFFICIENT_RESOURCES);
  fake::Free(request);
  EXPECT_EQ(Pnp(device, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
}

}  // namespace
