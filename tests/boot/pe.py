"""Small, deliberate damage to PE images."""

import struct


class Pe:
    """The bytes of a PE32+ image, changeable in place."""

    def __init__(self, data):
        self.data = bytearray(data)
        self.nt = struct.unpack_from("<I", self.data, 0x3C)[0]
        assert self.data[self.nt : self.nt + 4] == b"PE\0\0"
        self.sections = self.nt + 24 + struct.unpack_from("<H", self.data, self.nt + 20)[0]

    def put(self, offset, form, *values):
        struct.pack_into("<" + form, self.data, offset, *values)
        return self

    def machine(self, value):
        return self.put(self.nt + 4, "H", value)

    def optional(self, offset, form, value):
        """Sets a field of the optional header."""
        return self.put(self.nt + 24 + offset, form, value)

    def section(self, index, offset, value):
        """Sets a 32-bit field of a section header: 8 VirtualSize, 12 VirtualAddress, 16 SizeOfRawData, 20 PointerToRawData."""
        return self.put(self.sections + index * 40 + offset, "I", value)

    def replace(self, old, new):
        """Replaces one text by another of the same length, everywhere."""
        assert len(old) == len(new) and old in self.data, old
        self.data = bytearray(bytes(self.data).replace(old, new))
        return self

    def bytes(self):
        return bytes(self.data)
