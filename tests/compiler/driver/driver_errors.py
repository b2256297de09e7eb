# SPDX-License-Identifier: Apache-2.0
"""What the command line refuses, and what happens when an output cannot be written."""
import os
import pathlib
import resource
import signal
import unittest

import numpy
from onnx import TensorProto, numpy_helper

from refusal import PROGRAMS, Refusal, model, network, node, tensor


def least_space(size):
    """Files of the program can grow to `size` bytes, as on a disk that is nearly full."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


class Driver(Refusal):
    def setUp(self):
        super().setUp()
        self.write("model.onnx", network())


class Options(Driver):
    def refuse_option(self, message, *arguments):
        self.refuse("model.onnx", *arguments, message=message + " (see cnnc --help)", code=2)

    def test_models(self):
        self.refuse("-o", "m.so", message="MODEL is required (see cnnc --help)", code=2)
        self.refuse("none.onnx", "-o", "m.so", message="none.onnx: cannot read: No such file or directory")
        (self.folder / "folder.onnx").mkdir()
        self.refuse("folder.onnx", "-o", "m.so", message="folder.onnx: cannot read: Is a directory")
        self.write("model.txt", b"x")
        self.refuse("model.txt", "-o", "m.so", message="model.txt: neither an .onnx, a .cnn nor an .mlir file")
        self.write("bad.mlir", b"hello")
        self.refuse("bad.mlir", "-o", "m.so", message="bad.mlir:1:1: custom op 'hello' is unknown (tried 'builtin.hello' as well)")
        self.write("empty.mlir", b"")
        self.refuse("empty.mlir", "-o", "m.so", message="empty.mlir: holds no function 'main'")

    def test_words(self):
        self.refuse_option("-o: name the library to write, such as -o model.so")
        self.refuse_option("-o: 'm.txt' ends in none of .so, .a and .o", "-o", "m.txt")
        self.refuse_option("The following argument was not expected: --frob", "-o", "m.so", "--frob")
        self.refuse_option("--prefix: '9a' is no C identifier", "-o", "m.so", "--prefix=9a")
        self.refuse("model.onnx", "-o", "m.so", "--mtriple=riscv64-linux-gnu",
                    message="model.onnx: no kernels for riscv64-unknown-linux-gnu; cnnc knows x86_64 and aarch64")

    def test_shapes(self):
        for shape in ("x", "x=", "=1x3", "x=0x3x8x8", "x=-1x3x8x8", "x=1xax8x8", "x=1x3x8x8x", "x=1x3x8x99999999999999999999"):
            self.refuse_option(f"--shape: '{shape}' is not of the form NAME=1x3x224x224", "-o", "m.so", "--shape", shape)
        for shape in ("1x3x8", "1x3x8x9"):
            self.refuse("model.onnx", "-o", "m.so", "--shape", "x=" + shape,
                        message="model.onnx: --shape x: the model declares another shape for this input")
        self.refuse("model.onnx", "-o", "m.so", "--shape", "z=1", message="model.onnx: --shape z: the model has no such input")
        self.write("model.onnx", model([node("Relu")], [tensor("x", ["N", 3, "H", "W"])]))
        self.refuse("model.onnx", "-o", "m.so", "--shape", "x=1x3x2147483647x2147483647",
                    message="model.onnx: input 'x': a tensor of 1x3x2147483647x2147483647 elements is too large")

    def test_constants(self):
        self.write("model.onnx", model([node("Reshape", "x s")], [tensor("x", [1, 3, 8, 8]), tensor("s", [2], TensorProto.INT64)]))
        self.refuse("model.onnx", "-o", "m.so", message="model.onnx: node 'n' (Reshape): "
                    "input 1 must be constant: freeze the graph input with --const s=FILE.pb")
        for text in ("s", "s=", "=s.pb"):
            self.refuse_option(f"--const: '{text}' is not of the form NAME=FILE.pb", "-o", "m.so", "--const", text)
        self.refuse("model.onnx", "-o", "m.so", "--const", "q=s.pb", message="model.onnx: --const q: the model has no such input")

        def refuse(content, message):
            self.write("s.pb", content)
            self.refuse("model.onnx", "-o", "m.so", "--const", "s=s.pb", message="model.onnx: " + message)
        self.refuse("model.onnx", "-o", "m.so", "--const", "s=s.pb",
                    message="model.onnx: --const s: s.pb: cannot read: No such file or directory")
        refuse(b"", "--const s: s.pb: the file is empty")
        refuse(b"\xff\xff", "--const s: s.pb: not a valid ONNX file: at byte 0, a number is cut off")
        for values in (numpy.zeros(2, numpy.int32), numpy.zeros(3, numpy.int64), numpy.zeros((1, 2), numpy.int64)):
            refuse(numpy_helper.from_array(values), "--const s: s.pb: the tensor's type or shape differs from the input's")
        refuse(numpy_helper.from_array(numpy.array([3, 65])), "node 'n' (Reshape): 192 elements do not fit the new shape")


class Outputs(Driver):
    def test_places(self):
        (self.folder / "folder.so").mkdir()
        (self.folder / "taken.h").mkdir()
        for output, fault, reason in (("none/m.so", "none/m.h", "No such file or directory"),
                                      ("model.onnx/m.so", "model.onnx/m.h", "Not a directory"),
                                      ("folder.so", "folder.so", "Is a directory"),
                                      ("taken.so", "taken.h", "Is a directory")):
            self.refuse("model.onnx", "-o", output, message=f"model.onnx: cannot write '{fault}': {reason}")
        if os.geteuid():
            self.folder.chmod(0o500)
            self.refuse("model.onnx", "-o", "m.so", message="model.onnx: cannot write 'm.h': Permission denied")
            self.folder.chmod(0o700)

    def test_full_disk(self):
        """At every point where the disk can turn out to be full: in the header, the weights, the code and the link."""
        values = numpy.random.default_rng(1).random((500, 3, 3, 3), numpy.float32)
        self.write("model.onnx", model([node("Conv", "x w")], initializers=[numpy_helper.from_array(values, "w")]))
        for output in ("m.so", "m.a", "m.o"):
            self.assertEqual(self.run_cnnc("model.onnx", "-o", output).returncode, 0)
            size = (self.folder / output).stat().st_size
            header = (self.folder / "m.h").stat().st_size
            (self.folder / output).unlink()
            (self.folder / "m.h").unlink()
            links = f"cannot write '{output}': IO failure on output stream: File too large"
            for space, message in ((0, "cannot write 'm.h': File too large"),
                                   (header - 1, "cannot write 'm.h': File too large"),
                                   (header, f"cannot write '{output}': File too large"),
                                   (54000, f"cannot write '{output}': File too large"),
                                   (size - 1, links if output == "m.o" else f"cannot write '{output}': File too large")):
                self.refuse("model.onnx", "-o", output, preexec_fn=least_space(space), message="model.onnx: " + message)

    def test_full_disk_of_source(self):
        """No file of the folder is left, nor the folder itself."""
        result = self.run_cnnc("model.onnx", "--emit=cpp", "-o", "src", preexec_fn=least_space(100))
        self.assertRegex(result.stderr, r"\Acnnc: model\.onnx: cannot write 'src/[a-z0-9.]+': File too large\n\Z")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(self.files(), ["model.onnx"])
        self.write("src", b"a file")
        self.refuse("model.onnx", "--emit=cpp", "-o", "src", message="model.onnx: cannot make the folder 'src': File exists")
        self.refuse("model.onnx", "--emit=cpp", "-o", "none/src",
                    message="model.onnx: cannot make the folder 'none/src': No such file or directory")

    def test_full_disk_of_a_stage(self):
        for stage in ("cnn", "scheduled", "plans", "loops", "llvm"):
            self.refuse("model.onnx", f"--emit={stage}", "-o", "stage.txt", preexec_fn=least_space(10),
                        message="model.onnx: cannot write 'stage.txt': File too large")
            with open("/dev/full", "w") as full:
                self.refuse("model.onnx", f"--emit={stage}", stdout=full,
                            message="model.onnx: cannot write '-': No space left on device")
            self.refuse("model.onnx", f"--emit={stage}", "-o", "/dev/full",
                        message="model.onnx: cannot write '/dev/full': No space left on device")
            self.assertTrue(pathlib.Path("/dev/full").is_char_device())

    def test_folders(self):
        """C++ source is several files: none of them is there before all are."""
        self.write("file", b"")
        for output, reason in (("none/cpp", "No such file or directory"), ("model.onnx/cpp", "Not a directory"),
                               ("file", "File exists")):
            self.refuse("model.onnx", "--emit=cpp", "-o", output,
                        message=f"model.onnx: cannot make the folder '{output}': {reason}")
        (self.folder / "cpp" / "kernels.h").mkdir(parents=True)
        self.refuse("model.onnx", "--emit=cpp", "-o", "cpp", message="model.onnx: cannot write 'cpp/kernels.h': Is a directory")
        for space in (0, 10, 5000):
            result = self.run_cnnc("model.onnx", "--emit=cpp", "-o", "full", preexec_fn=least_space(space))
            self.assertRegex(result.stderr, r"^cnnc: model.onnx: cannot write 'full/[a-z./]+': File too large\n$")
            self.assertEqual(result.returncode, 1)
            self.assertFalse((self.folder / "full").exists())

    def test_keeps_what_was_there(self):
        self.write("m.so", b"old")
        self.write("m.h", b"older")
        self.write("model.onnx", b"broken")
        self.assertEqual(self.run_cnnc("model.onnx", "-o", "m.so").returncode, 1)
        self.assertEqual((self.folder / "m.so").read_bytes(), b"old")
        self.assertEqual((self.folder / "m.h").read_bytes(), b"older")

    def test_is_the_same_twice(self):
        libraries = []
        for _ in range(2):
            self.assertEqual(self.run_cnnc("model.onnx", "-o", "m.so").returncode, 0)
            libraries.append((self.folder / "m.so").read_bytes())
        self.assertEqual(libraries[0], libraries[1])


if __name__ == "__main__":
    unittest.main()
