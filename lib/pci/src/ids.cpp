#include <pci/ids.hpp>

namespace pci {
namespace {

Id Device(const Identity &identity) {
  Id id;
  id.Append(u"PCI\\VEN_");
  id.AppendHex(identity.vendor, 4);
  id.Append(u"&DEV_");
  id.AppendHex(identity.device, 4);
  return id;
}

Id Vendor(const Identity &identity) {
  Id id;
  id.Append(u"PCI\\VEN_");
  id.AppendHex(identity.vendor, 4);
  return id;
}

Id WithSubsystem(Id id, const Identity &identity) {
  id.Append(u"&SUBSYS_");
  id.AppendHex(identity.subsystem, 4);
  id.AppendHex(identity.subsystem_vendor, 4);
  return id;
}

Id WithRevision(Id id, const Identity &identity) {
  id.Append(u"&REV_");
  id.AppendHex(identity.revision, 2);
  return id;
}

// CC_ccss, or CC_ccsspp with the programming interface.
Id WithClass(Id id, const Identity &identity, bool interface) {
  id.Append(u"CC_");
  id.AppendHex(identity.base_class, 2);
  id.AppendHex(identity.sub_class, 2);
  if (interface) {
    id.AppendHex(identity.interface, 2);
  }
  return id;
}

Id Joined(Id id) {
  id.Append(u'&');
  return id;
}

Id Bus() {
  Id id;
  id.Append(u"PCI\\");
  return id;
}

// Device and port type of a PCI Express function.
Id WithType(Id id, const Identity &identity) {
  id.Append(u"&DT_");
  id.AppendHex(identity.express_type, 1);
  return id;
}

void Add(IdList &list, const Id &id) {
  list.Append(id.View());
  list.Append(u'\0');
}

struct KnownClass {
  std::uint8_t base_class;
  std::uint8_t sub_class;
  std::u16string_view name;
};

// PCI Code and ID Assignment Specification 1.11; a sub-class of FF stands for the others of its class.
constexpr KnownClass kClasses[] = {
    {0x01, 0x00, u"SCSI Controller"},
    {0x01, 0x01, u"IDE Controller"},
    {0x01, 0x06, u"SATA Controller"},
    {0x01, 0x08, u"NVM Express Controller"},
    {0x01, 0xFF, u"Mass Storage Controller"},
    {0x02, 0x00, u"Ethernet Controller"},
    {0x02, 0xFF, u"Network Controller"},
    {0x03, 0x00, u"VGA Controller"},
    {0x03, 0xFF, u"Display Controller"},
    {0x04, 0x03, u"High Definition Audio Controller"},
    {0x04, 0xFF, u"Multimedia Controller"},
    {0x05, 0xFF, u"Memory Controller"},
    {0x06, 0x00, u"Host Bridge"},
    {0x06, 0x01, u"ISA Bridge"},
    {0x06, 0x04, u"PCI-to-PCI Bridge"},
    {0x06, 0xFF, u"Bridge"},
    {0x07, 0x00, u"Serial Controller"},
    {0x07, 0xFF, u"Communications Controller"},
    {0x08, 0xFF, u"System Peripheral"},
    {0x09, 0xFF, u"Input Controller"},
    {0x0C, 0x03, u"USB Controller"},
    {0x0C, 0x05, u"SMBus Controller"},
    {0x0C, 0xFF, u"Serial Bus Controller"},
    {0x0D, 0xFF, u"Wireless Controller"},
};

}  // namespace

Id DeviceId(const Identity &identity) { return WithRevision(WithSubsystem(Device(identity), identity), identity); }

IdList HardwareIds(const Identity &identity) {
  IdList list;
  Add(list, DeviceId(identity));
  Add(list, WithSubsystem(Device(identity), identity));
  Add(list, WithClass(Joined(Device(identity)), identity, true));
  Add(list, WithClass(Joined(Device(identity)), identity, false));
  list.Append(u'\0');
  return list;
}

IdList CompatibleIds(const Identity &identity) {
  IdList list;
  Add(list, WithRevision(Device(identity), identity));
  Add(list, Device(identity));
  Add(list, WithClass(Joined(Vendor(identity)), identity, true));
  Add(list, WithClass(Joined(Vendor(identity)), identity, false));
  Add(list, Vendor(identity));
  for (const bool interface : {true, false}) {
    const Id id = WithClass(Bus(), identity, interface);
    if (identity.express) {
      Add(list, WithType(id, identity));
    }
    Add(list, id);
  }
  list.Append(u'\0');
  return list;
}

std::u16string_view ClassName(const Identity &identity) {
  for (const KnownClass &known : kClasses) {
    if (known.base_class == identity.base_class && (known.sub_class == identity.sub_class || known.sub_class == 0xFF)) {
      return known.name;
    }
  }
  return u"PCI Device";
}

}  // namespace pci
