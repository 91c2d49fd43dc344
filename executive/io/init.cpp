#include <io/init.hpp>

#include <io/boot_volume.hpp>
#include <io/console_device.hpp>
#include <io/file_object.hpp>
#include <ps/system_images.hpp>

namespace io {

Result<void> Initialise(ob::Namespace &names, std::span<const std::byte> boot_volume, ke::Console &console) {
  TRY(names.Register(Device::kType));
  TRY(names.Register(FileObject::kType));
  const Ref<ConsoleDevice> console_device = TRY(ConsoleDevice::Create(console));
  TRY(names.Publish(ConsoleDevice::kPath, console_device));
  const Ref<BootVolume> volume = TRY(BootVolume::Mount(boot_volume));
  TRY(names.Publish(BootVolume::kPath, volume));
  TRY(names.MakeLink(u"\\SystemRoot", BootVolume::kPath));
  TRY(names.MakeLink(u"\\??\\X:", BootVolume::kPath));
  for (const std::u16string_view link : {u"\\??\\CON", u"\\??\\CONIN$", u"\\??\\CONOUT$"}) {
    TRY(names.MakeLink(link, ConsoleDevice::kPath));
  }
  mm::UseFileLookup(&BackingOf);
  ps::UseImageOpener(&OpenImage);
  return {};
}

}  // namespace io
