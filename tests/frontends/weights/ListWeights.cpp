// SPDX-License-Identifier: Apache-2.0
// Prints what a file of weights holds: name, type, and a checksum of the elements in order.
#include "frontends/onnx/TensorData.h"
#include "frontends/weights/WeightFile.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CRC.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  mlir::MLIRContext context;
  int exitCode = 0;
  for (llvm::StringRef path : llvm::ArrayRef(argv, argc).drop_front()) {
    auto file = cnnc::weights::WeightFile::open(context, path);
    if (!file) {
      llvm::errs() << llvm::toString(file.takeError()) << '\n';
      exitCode = 1;
      continue;
    }
    for (const cnnc::weights::Weight &weight : file->weights()) {
      std::string storage;
      llvm::StringRef bytes = cnnc::onnx::bytesOf(weight.elements(), storage);
      llvm::outs() << weight.name << ' ' << weight.type << ' '
                   << llvm::crc32(llvm::arrayRefFromStringRef<uint8_t>(bytes)) << '\n';
    }
  }
  return exitCode;
}
