# SPDX-License-Identifier: Apache-2.0
"""The networks of models/*.cnn: parameters, multiply-adds, and who published them.

Multiply-adds are those of convolutions and fully connected layers. What only training needs (second heads, their weights)
does not count.
"""
import dataclasses
import pathlib

MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"

# Exact numbers of their documentation (num_params) or of their modules without second heads.
TORCHVISION = "torchvision 0.14"
# pytorchcv 0.0.67 and timm 0.6.13: parameters of the module, and multiply-adds counted by hooks on its layers. Keras has the
# same trainable parameters of MobileNet, Xception and NASNet (whose paper has 564 M multiply-adds), and pytorchcv puts the stride
# where we do in what it calls "b".
PYTORCHCV, TIMM = "pytorchcv", "timm"


@dataclasses.dataclass
class Network:
    file: str
    parameters: int
    multiply_adds: int
    source: str
    settings: dict = dataclasses.field(default_factory=dict)
    reference: str = ""  # PACKAGE/NAME of the same in PyTorch
    small: bool = False  # compiled and compared in every run of the tests

    @property
    def path(self):
        return MODELS / f"{self.file}.cnn"

    @property
    def flags(self):
        return [word for name, value in self.settings.items() for word in ("-D", f"{name}={value}")]

    @property
    def name(self):
        return self.file + "".join(f"-{name}{value}" for name, value in self.settings.items())


def of_torchvision(name, file, parameters, multiply_adds, small=False, **settings):
    return Network(file, parameters, multiply_adds, TORCHVISION, settings, f"torchvision/{name}", small)


def of_timm(name, file, parameters, multiply_adds, **settings):
    return Network(file, parameters, multiply_adds, TIMM, settings, f"timm/{name}")


def of_pytorchcv(name, file, parameters, multiply_adds, small=False, **settings):
    return Network(file, parameters, multiply_adds, PYTORCHCV, settings, f"pytorchcv/{name}", small)


NETWORKS = [
    Network("lenet", 61_706, 416_520, "LeCun et al., 1998, as commonly counted", small=True),
    Network("alexnet", 60_965_224, 724_406_816, "Caffe's bvlc_alexnet, as ONNX's model zoo has it, on 227 pixels"),
    of_torchvision("alexnet", "alexnet_single", 61_100_840, 714_188_480),
    Network("zfnet", 62_357_608, 1_168_032_896, PYTORCHCV),
    of_torchvision("vgg11", "vgg", 132_863_336, 7_609_090_048, depth=11),
    of_torchvision("vgg13", "vgg", 133_047_848, 11_308_466_176, depth=13),
    of_torchvision("vgg16", "vgg", 138_357_544, 15_470_264_320),
    of_torchvision("vgg19", "vgg", 143_667_240, 19_632_062_464, depth=19),
    of_torchvision("vgg11_bn", "vgg", 132_868_840, 7_609_090_048, depth=11, norm="true"),
    of_torchvision("vgg13_bn", "vgg", 133_053_736, 11_308_466_176, depth=13, norm="true"),
    of_torchvision("vgg16_bn", "vgg", 138_365_992, 15_470_264_320, norm="true"),
    of_torchvision("vgg19_bn", "vgg", 143_678_248, 19_632_062_464, depth=19, norm="true"),
    Network("nin", 966_986, 222_486_528, PYTORCHCV, small=True),
    of_torchvision("googlenet", "googlenet", 6_624_904, 1_498_376_192),
    of_torchvision("inception_v3", "inception_v3", 23_834_568, 5_713_216_096),
    of_timm("inception_v4", "inception_v4", 42_679_816, 12_253_974_624),
    of_timm("inception_resnet_v2", "inception_resnet_v2", 55_843_464, 13_155_794_016),
    of_torchvision("resnet18", "resnet", 11_689_512, 1_814_073_344, small=True, depth=18),
    of_torchvision("resnet34", "resnet", 21_797_672, 3_663_761_408, depth=34),
    of_torchvision("resnet50", "resnet", 25_557_032, 4_089_184_256),
    of_torchvision("resnet101", "resnet", 44_549_160, 7_801_405_440, depth=101),
    of_torchvision("resnet152", "resnet", 60_192_808, 11_513_626_624, depth=152),
    of_pytorchcv("resnet200b", "resnet", 64_673_832, 15_007_481_856, depth=200),
    of_pytorchcv("preresnet18", "preresnet", 11_687_848, 1_814_073_344, depth=18),
    of_pytorchcv("preresnet34", "preresnet", 21_796_008, 3_663_761_408, depth=34),
    of_pytorchcv("preresnet50b", "preresnet", 25_549_480, 4_089_184_256),
    of_pytorchcv("preresnet101b", "preresnet", 44_541_608, 7_801_405_440, depth=101),
    of_pytorchcv("preresnet152b", "preresnet", 60_185_256, 11_513_626_624, depth=152),
    of_pytorchcv("preresnet200b", "preresnet", 64_666_280, 15_007_481_856, depth=200),
    of_pytorchcv("resnet110_cifar10", "stochastic_resnet", 1_730_714, 253_149_824, small=True),
    of_torchvision("wide_resnet50_2", "wide_resnet", 68_883_240, 11_398_021_120),
    of_torchvision("wide_resnet101_2", "wide_resnet", 126_886_696, 22_753_050_624, depth=101),
    of_torchvision("resnext50_32x4d", "resnext", 25_028_904, 4_230_479_872),
    of_torchvision("resnext101_32x8d", "resnext", 88_791_336, 16_414_015_488, depth=101, width=8),
    of_torchvision("resnext101_64x4d", "resnext", 83_455_272, 15_460_270_080, depth=101, groups=64),
    of_pytorchcv("seresnet50", "se_resnet", 28_088_024, 3_860_488_192),
    of_pytorchcv("seresnet101", "se_resnet", 49_326_872, 7_574_937_600, depth=101),
    of_pytorchcv("seresnet152", "se_resnet", 66_821_848, 11_288_993_792, depth=152),
    of_timm("legacy_senet154", "senet154", 115_088_984, 20_688_363_520),
    of_torchvision("densenet121", "densenet", 7_978_856, 2_834_161_664),
    of_torchvision("densenet161", "densenet", 28_681_000, 7_727_907_072, depth=161),
    of_torchvision("densenet169", "densenet", 14_149_480, 3_359_843_328, depth=169),
    of_torchvision("densenet201", "densenet", 20_013_928, 4_291_365_888, depth=201),
    of_torchvision("squeezenet1_0", "squeezenet", 1_248_424, 818_924_576, version=1.0),
    of_torchvision("squeezenet1_1", "squeezenet", 1_235_496, 349_151_936, small=True),
    of_pytorchcv("mobilenet_w1", "mobilenet_v1", 4_231_976, 568_740_352),
    of_pytorchcv("mobilenet_w3d4", "mobilenet_v1", 2_585_560, 325_400_448, width=0.75),
    of_pytorchcv("mobilenet_wd2", "mobilenet_v1", 1_331_592, 149_497_088, width=0.5),
    of_pytorchcv("mobilenet_wd4", "mobilenet_v1", 470_072, 41_030_272, width=0.25),
    of_torchvision("mobilenet_v2", "mobilenet_v2", 3_504_872, 300_774_272, small=True),
    of_torchvision("mobilenet_v3_large", "mobilenet_v3", 5_483_032, 216_589_760),
    of_torchvision("mobilenet_v3_small", "mobilenet_v3", 2_542_856, 56_510_400, small=True, variant="small"),
    of_pytorchcv("shufflenet_g1_w1", "shufflenet_v1", 1_531_936, 143_078_976, groups=1),
    of_pytorchcv("shufflenet_g2_w1", "shufflenet_v1", 1_733_848, 140_836_512, groups=2),
    of_pytorchcv("shufflenet_g3_w1", "shufflenet_v1", 1_865_728, 137_460_672, small=True),
    of_pytorchcv("shufflenet_g4_w1", "shufflenet_v1", 1_968_344, 134_339_776, groups=4),
    of_pytorchcv("shufflenet_g8_w1", "shufflenet_v1", 2_434_768, 138_365_952, groups=8),
    of_torchvision("shufflenet_v2_x0_5", "shufflenet_v2", 1_366_792, 40_476_448, small=True, width=0.5),
    of_torchvision("shufflenet_v2_x1_0", "shufflenet_v2", 2_278_604, 144_907_992),
    of_torchvision("shufflenet_v2_x1_5", "shufflenet_v2", 3_503_624, 295_759_392, width=1.5),
    of_torchvision("shufflenet_v2_x2_0", "shufflenet_v2", 7_393_996, 583_253_464, width=2.0),
    of_timm("xception", "xception", 22_855_952, 8_357_403_496),
    of_torchvision("mnasnet0_5", "mnasnet", 2_218_512, 104_455_968, width=0.5),
    of_torchvision("mnasnet0_75", "mnasnet", 3_170_208, 215_493_104, width=0.75),
    of_torchvision("mnasnet1_0", "mnasnet", 4_383_312, 314_415_872),
    of_torchvision("mnasnet1_3", "mnasnet", 6_282_256, 526_362_432, width=1.3),
    of_pytorchcv("nasnet_4a1056", "nasnet_mobile", 5_289_978, 563_638_816),
    of_torchvision("efficientnet_b0", "efficientnet", 5_288_548, 385_814_752),
    of_torchvision("efficientnet_b1", "efficientnet", 7_794_184, 686_802_832, b=1),
    of_torchvision("efficientnet_b2", "efficientnet", 9_109_994, 993_561_872, b=2),
    of_torchvision("efficientnet_b3", "efficientnet", 12_233_232, 1_827_141_392, b=3),
    of_torchvision("efficientnet_b4", "efficientnet", 19_341_616, 4_393_771_024, b=4),
    of_torchvision("efficientnet_b5", "efficientnet", 30_389_784, 10_266_384_752, b=5),
    of_torchvision("efficientnet_b6", "efficientnet", 43_040_704, 19_067_593_536, b=6),
    of_torchvision("efficientnet_b7", "efficientnet", 66_347_960, 37_745_884_192, b=7),
    of_timm("tf_efficientnet_lite0", "efficientnet-lite0", 4_652_008, 385_187_552),
    of_timm("tf_efficientnet_lite1", "efficientnet-lite0", 5_416_680, 600_185_232, lite=1),
    of_timm("tf_efficientnet_lite2", "efficientnet-lite0", 6_092_072, 859_736_272, lite=2),
    of_timm("tf_efficientnet_lite3", "efficientnet-lite0", 8_197_096, 1_607_554_544, lite=3, size=300),
    of_timm("tf_efficientnet_lite4", "efficientnet-lite0", 13_006_568, 3_943_564_112, lite=4, size=380),
    of_timm("resnetrs50", "resnet_rs", 35_691_912, 2_278_629_376),
    of_timm("resnetrs101", "resnet_rs", 63_618_696, 6_012_157_952, depth=101),
    of_timm("resnetrs152", "resnet_rs", 86_621_576, 15_527_886_848, depth=152),
    of_timm("resnetrs200", "resnet_rs", 93_209_992, 20_093_386_752, depth=200),
    of_timm("resnetrs270", "resnet_rs", 129_861_448, 26_950_189_056, depth=270),
    of_timm("resnetrs350", "resnet_rs", 163_956_168, 43_493_793_792, depth=350),
    of_timm("resnetrs420", "resnet_rs", 191_891_656, 63_942_344_704, depth=420),
    Network("unet", 31_037_698, 48_171_581_440, "the next, and another class of 64 weights and a bias"),
    Network("unet", 31_037_633, 48_167_387_136, "Pytorch-UNet with transposed convolutions, parameters only", {"classes": 1}),
    of_torchvision("deeplabv3_resnet50", "deeplab_v3", 39_638_869, 168_731_205_888),
    Network("ensemble", 25_557_032 + 7_978_856, 2 * (4_089_184_256 + 2_834_161_664), "the sums of its parts"),
    Network("crops", 6_624_904 + 138_357_544, 10 * (1_498_376_192 + 15_470_264_320), "the sums of its parts"),
]
