"""A kernel of another configuration is refused with a sentence (kernels named by NEPTUNE_SEL4_WRONG_KERNEL_AMD64)."""

import unittest

import case
import machine


class WrongKernel(unittest.TestCase):
    def test_refused(self):
        for kernel in case.kernels_from(case.WRONG):
            with self.subTest(kernel=kernel.name), machine.Machine(kernel, cpu="max") as system:
                match = system.expect(r"(?m)^[^\r\n]*(?:not the reference configuration|cannot run on this kernel)[^\r\n]*")
                print(match.group(0))
                self.assertNotIn("> ", match.group(0))


if __name__ == "__main__":
    case.kernels_from(case.WRONG)
    case.main()
