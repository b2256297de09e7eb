// SPDX-License-Identifier: Apache-2.0
// Resampling of images.
#ifndef CNN_OPS_RESIZE_TD
#define CNN_OPS_RESIZE_TD
include "dialects/cnn/CnnDialect.td"

def Cnn_ResizeOp : Cnn_ComputeOp<"resize", [Cnn_SeesWindows]> {
  let summary = "x sampled at other sizes, as ONNX's Resize";
  let description = [{
    `mode` is `nearest` or `linear`; `coordinates` says how an output index x becomes an input coordinate:
    `half_pixel`, `half_pixel_symmetric`, `pytorch_half_pixel`, `align_corners`, `asymmetric`, `tf_half_pixel_for_nn` or
    `tf_crop_and_resize`, which spans `roi` (the start of each dimension, then its end, of the image's corners 0 and 1) and
    gives `extrapolation` outside of the image;
    `rounding` (of nearest): `round_prefer_floor`, `round_prefer_ceil`, `floor`, `ceil`. `scales[d]` is output / input, as given.
    A call gives the size of images, or how much larger they become (`resize(scale = 2)`); or `sizes` and `scales` of all dimensions.
  }];
  let arguments = (ins Cnn_FloatTensor:$x, DenseI64ArrayAttr:$sizes, DenseF64ArrayAttr:$scales,
                       DefaultValuedAttr<StrAttr, "\"nearest\"">:$mode,
                       DefaultValuedAttr<StrAttr, "\"half_pixel\"">:$coordinates,
                       DefaultValuedAttr<StrAttr, "\"round_prefer_floor\"">:$rounding,
                       DefaultValuedAttr<DenseF64ArrayAttr, "{}">:$roi,
                       DefaultValuedAttr<F64Attr, "0.0">:$extrapolation);
  let results = (outs Cnn_FloatTensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, size: spatial = none, scale: floats = none, mode: word[nearest, linear] = nearest, "
                  "coordinates: word[half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric, "
                  "tf_half_pixel_for_nn, tf_crop_and_resize] = half_pixel, "
                  "rounding: word[round_prefer_floor, round_prefer_ceil, floor, ceil] = round_prefer_floor, "
                  "sizes: ints = none, scales: floats = none, roi: floats = [], extrapolation: float = 0";
}
#endif
