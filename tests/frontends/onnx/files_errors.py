# SPDX-License-Identifier: Apache-2.0
"""Files that are damaged, lie elsewhere, or are no models at all."""
import random
import unittest

from onnx import TensorProto

from refusal import Refusal, network


def external(**entries):
    """The sound model with its weight in another file."""
    result = network()
    tensor = result.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=value)
    return result


class DamagedFiles(Refusal):
    def test_is_no_model(self):
        self.refuse_model(b"", "the file is empty")
        self.refuse_model(b"hello, this is no model\n", "not a valid ONNX file: at byte 2, this is not a protobuf field")
        self.refuse_model(b"\x08\xff", "not a valid ONNX file: at byte 1, a number is cut off")
        self.refuse_model(b"\x08" + b"\xff" * 11, "not a valid ONNX file: at byte 1, a number has too many bytes")
        self.refuse_model(b"\x3a" + b"\xff" * 9 + b"\x01", "not a valid ONNX file: at byte 0, a field of 18446744073709551615 bytes is cut off")
        self.refuse_model(b"\x3a\x00", "the model does not say which opset it uses")
        self.refuse_model(b"\x08\x07", "not a valid ONNX file: it holds no graph")

    def test_nests_too_deeply(self):
        content = b""
        for key in (*[0x32, 0x2a, 0x0a] * 40, 0x3a):  # a graph in an attribute in a node, again and again, in the model
            content = bytes([key, len(content) & 127 | 128, len(content) >> 7]) + content
        self.refuse_model(content,
                          "not a valid ONNX file: at byte 195, messages nest too deeply")

    def test_is_cut_off(self):
        whole = network().SerializeToString()
        for size in range(1, len(whole), 17):
            self.write("model.onnx", whole[:size])
            result = self.run_cnnc("model.onnx", "-o", "model.so")
            self.assertRegex(result.stderr, r"\Acnnc: model\.onnx: [^\n]+\n\Z")
            self.assertEqual(result.returncode, 1)
            self.assertEqual(self.files(), ["model.onnx"])

    def test_holds_random_bytes(self):
        """Refused in one line, or compiled where the bytes do no harm."""
        whole, chance = network().SerializeToString(), random.Random(1)
        contents = [chance.randbytes(chance.randrange(1, 600)) for _ in range(15)]
        for _ in range(60):
            spoilt = bytearray(whole)
            for _ in range(chance.randrange(1, 6)):
                spoilt[chance.choice([chance.randrange(90), chance.randrange(len(spoilt))])] = chance.randrange(256)
            contents.append(bytes(spoilt))
        for content in contents:
            self.write("model.onnx", content)
            result = self.run_cnnc("model.onnx", "-o", "-", "--emit=loops")
            if result.returncode:
                self.assertRegex(result.stderr, r"\Acnnc: model\.onnx: [^\n]+\n\Z", content)
                self.assertEqual(result.returncode, 1)
            self.assertEqual(self.files(), ["model.onnx"])

    def test_holds_other_data_than_it_says(self):
        def refuse(message, **fields):
            spoilt = network()
            for field, value in fields.items():
                if field == "dims":
                    spoilt.graph.initializer[0].dims[:] = value
                else:
                    setattr(spoilt.graph.initializer[0], field, value)
            self.refuse_model(spoilt, "initializer 'w': " + message)
        refuse("holds 3 bytes where its shape and type need 432", raw_data=b"123")
        refuse("dimension -4 is negative", dims=[-4, 3, 3, 3])
        refuse("a tensor of 4611686018427387904x4x4x4 elements is too large", dims=[1 << 62, 4, 4, 4])
        refuse("elements of unknown type 77", data_type=77)
        refuse("elements of type complex64 are not supported", data_type=TensorProto.COMPLEX64)

    def test_prints_no_control_characters(self):
        spoilt = network()
        spoilt.graph.node[0].name, spoilt.graph.node[0].op_type = "a\nb\x1b[31m", "Foo"
        self.refuse_model(spoilt, "node 'a b [31m' (Foo): operator Foo of opset 17 is not supported")


class ExternalData(Refusal):
    def refuse_entries(self, message, **entries):
        self.refuse_model(external(**entries), "initializer 'w': external data " + message)

    def setUp(self):
        super().setUp()
        self.write("w.bin", bytes(432))
        (self.folder / "sub").mkdir()
        (self.folder / "link").symlink_to("/etc/passwd")

    def test_is_missing(self):
        self.refuse_entries("'no.bin': cannot read no.bin: No such file or directory", location="no.bin")
        self.refuse_entries("'sub': cannot read sub: Is a directory", location="sub")
        self.refuse_entries("without a location")

    def test_leaves_the_models_folder(self):
        for location in ("../w.bin", "/etc/passwd", "sub/../../w.bin"):
            self.refuse_entries(f"'{location}': the path leaves the model's folder", location=location)
        self.refuse_entries("'link': a link leaves the model's folder", location="link")

    def test_lies_beyond_the_end(self):
        def refuse(offset, length="", size=432):
            self.refuse_entries(f"'w.bin': bytes {offset} to {offset}+{size} lie beyond its end, 432",
                                location="w.bin", offset=offset, length=length)
        refuse("4")
        refuse("18446744073709551615")
        refuse("18446744073709551612", "432")
        refuse("0", "18446744073709551615", 18446744073709551615)

    def test_is_not_said_in_numbers(self):
        for offset in ("-4", "18446744073709551616", "four"):
            self.refuse_entries(f"'w.bin': offset '{offset}' or length '' is not a number", location="w.bin", offset=offset)

    def test_has_another_size(self):
        self.refuse_model(external(location="w.bin", length="400"),
                          "initializer 'w': holds 400 bytes where its shape and type need 432")


if __name__ == "__main__":
    unittest.main()
