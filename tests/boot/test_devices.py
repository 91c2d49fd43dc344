"""The device tree as the bus drivers report it: the registry's Enum key on both of QEMU's machines."""

import case

ENUM = r"HKLM\SYSTEM\CurrentControlSet\Enum"


class Devices(case.BootCase):
    def keys(self, path):
        """The names of the keys directly below."""
        lines = self.shell(rf"reg query {ENUM}\{path}")
        start = rf"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Enum\{path}" + "\\"
        return [line[len(start) :] for line in lines if line.startswith(start)]

    def values(self, path):
        """The values of a key as a dictionary of texts."""
        found = {}
        for line in self.shell(rf"reg query {ENUM}\{path}"):
            parts = line.split(None, 2)
            if line.startswith("    ") and len(parts) >= 2 and parts[1].startswith("REG_"):
                found[parts[0]] = parts[2] if len(parts) == 3 else ""
        return found


class Pc(Devices):
    """The i440fx: no enhanced configuration space. A bridge with a device behind it."""

    options = {
        "extra": [
            "-device", "edu,addr=5",
            "-device", "pci-bridge,id=bridge,chassis_nr=1,addr=6",
            "-device", "edu,bus=bridge,addr=1",
        ]
    }  # fmt: skip

    def test_board(self):
        devices = self.keys("ACPI")
        for name in ("PNP0303", "PNP0F13", "PNP0501", "PNP0800", "PNP0200", "PNP0B00", "PNP0103", "FixedButton", "PNP0A03"):
            self.assertIn(name, devices)
        self.assertEqual(self.values(r"ACPI\PNP0A03\0")["Service"], "pci")
        self.assertEqual(self.values(r"ACPI\PNP0A03\0\Control")["ActiveService"], "pci")
        self.assertEqual(self.values(r"ACPI\PNP0303\0")["HardwareID"], r"ACPI\PNP0303\0*PNP0303")

    def test_functions(self):
        functions = self.keys("PCI")
        self.assertIn("VEN_8086&DEV_1237&SUBSYS_11001AF4&REV_02", functions)
        self.assertIn("VEN_1B36&DEV_0001&SUBSYS_00000000&REV_00", functions)
        edu = "VEN_1234&DEV_11E8&SUBSYS_11001AF4&REV_10"
        self.assertIn(edu, functions)
        instances = [rf"PCI\{edu}\{instance}" for instance in self.keys(rf"PCI\{edu}")]
        places = {self.values(instance)["LocationInformation"] for instance in instances}
        self.assertEqual(places, {"PCI bus 0, device 5, function 0", "PCI bus 1, device 1, function 0"})
        ids = self.values(instances[0])
        self.assertTrue(ids["CompatibleIDs"].endswith(r"PCI\CC_00FF00\0PCI\CC_00FF"), ids)


class Q35(Devices):
    """PCI Express: enhanced configuration space, a root port with a device on its link."""

    options = {
        "extra": [
            "-machine", "q35",
            "-device", "pcie-root-port,id=link,chassis=1,addr=4",
            "-device", "nec-usb-xhci,bus=link",
        ]
    }  # fmt: skip

    def test_functions(self):
        self.assertEqual(self.values(r"ACPI\PNP0A08\0")["Service"], "pci")
        functions = self.keys("PCI")
        xhci = [name for name in functions if name.startswith("VEN_1033&DEV_0194")]
        self.assertEqual(len(xhci), 1, functions)
        values = self.values("PCI\\" + xhci[0] + "\\" + self.keys("PCI\\" + xhci[0])[0])
        self.assertEqual(values["LocationInformation"], "PCI bus 1, device 0, function 0")
        self.assertIn(r"PCI\CC_0C0330&DT_0", values["CompatibleIDs"])
        self.assertEqual(values["DeviceDesc"], "USB Controller")


if __name__ == "__main__":
    case.main()
