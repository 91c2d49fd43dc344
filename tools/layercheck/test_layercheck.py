"""Unit test of layercheck: small trees with allowed and forbidden includes."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADERS = (
    "abi/nt/include/nt/ntdef.h",
    "abi/sel4/include/sel4/sel4.h",
    "abi/disk/include/disk/gpt.h",
    "lib/crt/include/string.h",
    "lib/rtl/include/rtl/result.hpp",
    "lib/rtl/include/rtl/pure/bits.hpp",
    "lib/pe/include/pe/image.hpp",
    "lib/fat/include/fat/volume.hpp",
    "lib/cap/include/cap/cap.hpp",
    "kernel/object/tcb.hpp",
    "executive/ke/include/ke/wait.hpp",
    "executive/ke/private.hpp",
    "executive/ob/include/ob/object.hpp",
    "executive/ps/include/ps/process.hpp",
    "ntdll/include/ntdll/ntdll.h",
    "ntdll/loader.hpp",
    "wdm/include/wdm/wdm.h",
    "base/lib/include/base/print.hpp",
    "base/ntcmd/line.hpp",
    "drivers/storage/null/null.hpp",
)

FORBIDDEN = (
    ("kernel/api/x.cpp", "<rtl/result.hpp>"),  # only the pure part
    ("kernel/api/x.cpp", "<nt/ntdef.h>"),
    ("kernel/api/x.cpp", "<cap/cap.hpp>"),
    ("executive/ob/x.cpp", "<ps/process.hpp>"),  # to the right
    ("executive/ob/x.cpp", '"../ke/private.hpp"'),  # left, but private
    ("executive/ob/x.cpp", '"executive/ke/private.hpp"'),
    ("executive/ob/x.cpp", "<ntdll/ntdll.h>"),
    ("ntdll/x.cpp", "<cap/cap.hpp>"),
    ("ntdll/x.cpp", "<ke/wait.hpp>"),
    ("base/ntcmd/x.cpp", "<sel4/sel4.h>"),
    ("base/ntcmd/x.cpp", '"../../ntdll/loader.hpp"'),
    ("base/smss/x.cpp", '"../ntcmd/line.hpp"'),
    ("drivers/storage/null/x.cpp", "<cap/cap.hpp>"),
    ("drivers/storage/null/x.cpp", "<sel4/sel4.h>"),
    ("drivers/storage/null/x.cpp", "<fat/volume.hpp>"),  # not its own format
    ("drivers/storage/null/x.cpp", "<ob/object.hpp>"),
    ("lib/rtl/x.cpp", "<pe/image.hpp>"),
    ("lib/pe/x.cpp", "<sel4/sel4.h>"),
    ("lib/pe/x.cpp", "<fat/volume.hpp>"),
    ("lib/crt/x.cpp", "<rtl/result.hpp>"),
    ("abi/nt/include/nt/x.h", "<rtl/result.hpp>"),
    ("abi/nt/include/nt/x.h", "<string.h>"),
    ("tools/mk/x.cpp", "<cap/cap.hpp>"),
    ("tools/mk/x.cpp", "<ob/object.hpp>"),
    ("sdk/include/x.h", "<rtl/result.hpp>"),
)

ALLOWED = (
    ("kernel/api/x.cpp", "<rtl/pure/bits.hpp>"),
    ("kernel/api/x.cpp", '"../object/tcb.hpp"'),
    ("executive/ps/x.cpp", "<ob/object.hpp>"),
    ("executive/ps/x.cpp", "<pe/image.hpp>"),
    ("executive/ke/x.cpp", '"private.hpp"'),
    ("executive/svc/x.cpp", "<ps/process.hpp>"),
    ("ntdll/x.cpp", "<string.h>"),
    ("ntdll/x.cpp", "<sel4/sel4.h>"),
    ("ntdll/rtl/x.cpp", '"../loader.hpp"'),
    ("base/ntcmd/x.cpp", "<base/print.hpp>"),
    ("base/ntcmd/x.cpp", "<ntdll/ntdll.h>"),
    ("drivers/filesystem/fat/x.cpp", "<fat/volume.hpp>"),
    ("drivers/storage/null/x.cpp", "<wdm/wdm.h>"),
    ("lib/pe/x.cpp", "<rtl/result.hpp>"),
    ("tools/mk/x.cpp", "<fat/volume.hpp>"),
    ("tests/unit/ob/x.cpp", '"executive/ke/private.hpp"'),
    ("lib/rtl/x.cpp", "<vector>"),
)


def check(source, text):
    """Exit status and output of layercheck on the headers above plus one source file."""
    with tempfile.TemporaryDirectory() as root:
        for name in HEADERS:
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("#pragma once\n")
        path = Path(root, source)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        done = subprocess.run(
            [sys.executable, HERE / "layercheck.py", root], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout


class Layers(unittest.TestCase):
    def test_forbidden(self):
        for source, include in FORBIDDEN:
            with self.subTest(source=source, include=include):
                status, output = check(source, f"// comment\n#include {include}\n")
                self.assertEqual(status, 1)
                self.assertIn(f"{source}:2: error:", output)

    def test_allowed(self):
        for source, include in ALLOWED:
            with self.subTest(source=source, include=include):
                self.assertEqual(check(source, f"#include {include}\n"), (0, ""))

    def test_odd_spelling_is_found(self):
        self.assertEqual(check("kernel/x.cpp", "  #  include   <nt/ntdef.h>\n")[0], 1)
        self.assertEqual(check("kernel/x.cpp", "/* a */\n/* b\n*/\n#include <nt/ntdef.h>\n")[0], 1)

    def test_comments_do_not_count(self):
        self.assertEqual(check("kernel/x.cpp", "// #include <nt/ntdef.h>\n/*\n#include <nt/ntdef.h>\n*/\n")[0], 0)

    def test_wrong_usage(self):
        done = subprocess.run([sys.executable, HERE / "layercheck.py"], capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
