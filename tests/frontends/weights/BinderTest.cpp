// SPDX-License-Identifier: Apache-2.0
// Names find their weights, and the report says which did not.
#include "frontends/weights/Binder.h"

#include "frontends/onnx/TensorData.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

#include <gtest/gtest.h>

using namespace cnnc::weights;

namespace {
/// A file of safetensors whose weights all lie in the same 24 bytes: the floats 1 to 6.
class SafetensorsFile {
public:
  explicit SafetensorsFile(const std::string &header) {
    EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("weights", "safetensors", path));
    remover.setFile(path);
    std::error_code error;
    llvm::raw_fd_ostream os(path, error);
    uint64_t size = header.size();
    os.write(reinterpret_cast<const char *>(&size), sizeof size) << header;
    for (float value : {1, 2, 3, 4, 5, 6})
      os.write(reinterpret_cast<const char *>(&value), sizeof value);
  }
  llvm::SmallString<128> path;

private:
  llvm::FileRemover remover;
};

class Binding : public testing::Test {
protected:
  std::string entry(const std::string &name, const std::string &shape = "[2, 3]", const std::string &dtype = "F32") {
    return "\"" + name + "\": {\"dtype\": \"" + dtype + "\", \"shape\": " + shape + ", \"data_offsets\": [0, 24]}";
  }
  Binder open(const Sources &sources) {
    auto binder = Binder::open(context, sources);
    EXPECT_TRUE(static_cast<bool>(binder));
    return std::move(*binder);
  }
  std::vector<double> bind(Binder &binder, llvm::StringRef path, llvm::ArrayRef<int64_t> shape = {2, 3}) {
    auto type = mlir::RankedTensorType::get(shape, builder.getF32Type());
    auto values = binder.bind(path, type, builder.getStringAttr("zeros"));
    EXPECT_TRUE(static_cast<bool>(values));
    return *values ? cnnc::onnx::toDoubles(*values) : std::vector<double>();
  }
  std::string report(const Binder &binder) {
    std::string text;
    llvm::raw_string_ostream os(text);
    binder.report(os);
    return text;
  }

  mlir::MLIRContext context;
  mlir::Builder builder{&context};
  const std::vector<double> numbers{1, 2, 3, 4, 5, 6}, zeros = std::vector<double>(6);
};
} // namespace

TEST_F(Binding, FindsByPath) {
  SafetensorsFile file("{" + entry("a.weight") + ", " + entry("doubles", "[3]", "F64") + "}");
  Binder binder = open({{file.path.str().str()}, {}});
  EXPECT_EQ(bind(binder, "a.weight"), numbers);
  EXPECT_EQ(bind(binder, "doubles", {3}).size(), 3u);
  EXPECT_TRUE(binder.isComplete());
  EXPECT_EQ(report(binder), "weights: 2 from files, 0 initialized, 0 missing, 0 that do not fit, 0 unused\n");
}

TEST_F(Binding, InitializesWithoutFiles) {
  Binder binder = open({});
  EXPECT_EQ(bind(binder, "a.weight"), zeros);
  EXPECT_TRUE(binder.isComplete());
}

TEST_F(Binding, MapsNamesAndPrefixes) {
  SafetensorsFile one("{" + entry("backbone.0.weight") + "}"), other("{" + entry("weight") + "}");
  Binder binder = open({{one.path.str().str(), "r50.fc=" + other.path.str().str()},
                        {"features.*=backbone.*", "head.*=", "*.first.*=*.second.*.end"}});
  EXPECT_EQ(bind(binder, "features.0.weight"), numbers);
  EXPECT_EQ(bind(binder, "r50.fc.weight"), numbers);
  EXPECT_EQ(bind(binder, "head.weight"), zeros);
  EXPECT_TRUE(binder.isComplete());
  EXPECT_EQ(report(binder),
            "weights: 2 from files, 1 initialized, 0 missing, 0 that do not fit, 0 unused\n"
            "  no use: --map '*.first.*=*.second.*.end', whose left side fits no path of the network\n");
  EXPECT_EQ(NameMap::parse("*.first.*=*.second.*.end")->apply("a.first.b"), "a.second.b.end");
  EXPECT_EQ(NameMap::parse("*.first.*=*.second.*.end")->apply("a.last.b"), std::nullopt);
  EXPECT_EQ(NameMap::parse("a*a=b*")->apply("a"), std::nullopt);
}

TEST_F(Binding, ReportsWhatIsWrong) {
  SafetensorsFile file("{" + entry("conv1.weight") + ", " + entry("fc.weight", "[3, 2]") + ", " +
                       entry("index", "[6]", "I32") + ", " + entry("bn.num_batches_tracked", "[6]", "I32") + "}");
  Binder binder = open({{file.path.str().str()}, {}});
  EXPECT_TRUE(bind(binder, "conv.weight").empty());
  EXPECT_TRUE(bind(binder, "fc.weight").empty());
  EXPECT_TRUE(bind(binder, "index", {6}).empty());
  EXPECT_FALSE(binder.isComplete());
  EXPECT_EQ(report(binder), "weights: 0 from files, 0 initialized, 1 missing, 2 that do not fit, 1 unused\n"
                            "  missing: 'conv.weight' 2x3; did you mean 'conv1.weight'?\n"
                            "  does not fit: 'fc.weight' is 2x3 in the network and 3x2 in the file\n"
                            "  does not fit: 'index' holds no numbers that become weights\n"
                            "  unused: 'conv1.weight'\n");
}

TEST_F(Binding, RefusesMapsThatAreNone) {
  auto wrong = Binder::open(context, {{}, {"a.*"}});
  ASSERT_FALSE(static_cast<bool>(wrong));
  EXPECT_EQ(llvm::toString(wrong.takeError()), "--map: 'a.*' is not of the form 'features.*=backbone.*'");
  wrong = Binder::open(context, {{}, {"a=*"}});
  ASSERT_FALSE(static_cast<bool>(wrong));
  EXPECT_EQ(llvm::toString(wrong.takeError()), "--map: 'a=*' has more stars on the right than on the left");
  wrong = Binder::open(context, {{"none.npz"}, {}});
  ASSERT_FALSE(static_cast<bool>(wrong));
  EXPECT_EQ(llvm::toString(wrong.takeError()), "cannot read 'none.npz': No such file or directory");
}
