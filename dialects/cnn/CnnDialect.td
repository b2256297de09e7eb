// SPDX-License-Identifier: Apache-2.0
// The dialect itself, and the base class of its operators.
#ifndef CNN_DIALECT_TD
#define CNN_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/cnn/CnnInterfaces.td"

def Cnn_Dialect : Dialect {
  let name = "cnn";
  let cppNamespace = "::cnnc::cnn";
  let summary = "What a convolutional network is";
  let description = [{
    Operators on tensors of static shape with the meaning of NCHW, whatever layout a value's type carries.
    Integers keep ONNX's signedness (`si64`, `ui8`), booleans are `i1`.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    /// Names of discardable attributes: the name of a network's input or output,
    /// and the mark of a module whose leading dimension is the caller's to choose.
    static constexpr ::llvm::StringLiteral kName = "cnn.name";
    static constexpr ::llvm::StringLiteral kFreeBatch = "cnn.free_batch";
    /// The witness of a free batch, until it is proven: the network as it is for two images, where @main takes one.
    static constexpr ::llvm::StringLiteral kTwoImages = "two_images";
    /// On an input: the caller gives 8-bit NHWC, and the network is to see (byte - mean) * scale. A dictionary of two
    /// lists of floats, one number a channel or one for all.
    static constexpr ::llvm::StringLiteral kBytes = "cnn.bytes";
    /// On a region: the text of the plan that it is to get, as --emit=plans prints it.
    static constexpr ::llvm::StringLiteral kWantedPlan = "cnn.wanted_plan";
    /// On a region: the weights of later ones that its phase asks for: how many bytes behind its own, and how many.
    static constexpr ::llvm::StringLiteral kAhead = "cnn.ahead";
    void registerAttributes();
  }];
}

/// A tensor of static shape.
def Cnn_Tensor : Type<And<[AnyRankedTensor.predicate, CPred<"::llvm::cast<::mlir::ShapedType>($_self).hasStaticShape()">]>,
                      "tensor of static shape", "::mlir::RankedTensorType">;
/// A tensor of floating-point numbers.
def Cnn_FloatTensor : Type<And<[Cnn_Tensor.predicate, CPred<"::llvm::isa<::mlir::FloatType>(::llvm::cast<::mlir::ShapedType>($_self).getElementType())">]>,
                           "tensor of floats of static shape", "::mlir::RankedTensorType">;

/// Elementwise operators on the result may run behind it, in its own loops.
def Cnn_TakesEpilogue : NativeOpTrait<"TakesEpilogue"> { let cppNamespace = "::cnnc::cnn"; }

/// Each element of the results is one of an operand's, of any type: elementwise operators behind it may change the type.
def Cnn_MovesElements : NativeOpTrait<"MovesElements"> { let cppNamespace = "::cnnc::cnn"; }

/// Whole channels may be all that it moves.
def Cnn_MovesChannels : DeclareOpInterfaceMethods<ChannelOpInterface>;

/// It sums up products.
def Cnn_Product : DeclareOpInterfaceMethods<ProductOpInterface>;
/// Its pixels see windows of its first operand.
def Cnn_SeesWindows : DeclareOpInterfaceMethods<WindowOpInterface>;
/// Some of its operands are statistics.
def Cnn_HoldsStatistics : DeclareOpInterfaceMethods<StatisticOpInterface>;
/// An argument of an operator as its signature says it: name, kind, and default.
class Cnn_Argument<string name, Constraint constraint> {
  bit isAttribute = !isa<Attr>(constraint);
  Attr attribute = !if(isAttribute, !cast<Attr>(constraint), I64Attr);
  Attr base = !if(!initialized(attribute.baseAttr), attribute.baseAttr, attribute);
  string kind = !if(isAttribute,
    !cond(!eq(!cast<string>(base), "I64Attr"): "int", !eq(!cast<string>(base), "F64Attr"): "float",
          !eq(!cast<string>(base), "BoolAttr"): "bool", !eq(!cast<string>(base), "StrAttr"): "string",
          !eq(!cast<string>(base), "TypeAttr"): "dtype", !eq(!cast<string>(base), "DenseI64ArrayAttr"): "ints",
          !eq(!cast<string>(base), "DenseF64ArrayAttr"): "floats", true: "attribute"),
    !if(!isa<Variadic>(constraint), "tensors", "tensor"));
  string default = !cond(!initialized(attribute.defaultValue): " = " # attribute.defaultValue,
                         !or(attribute.isOptional, !isa<Optional>(constraint)): " = none", true: "");
  string text = name # ": " # kind # default;
}

class Cnn_Op<string mnemonic, list<Trait> traits = []> : Op<Cnn_Dialect, mnemonic, traits> {
  code classDeclaration = "";
  /// How it is called (LayerOpInterface): the arguments as they are, unless it says otherwise.
  string signature = !interleave(!foreach(i, !range(!size(arguments)),
    Cnn_Argument<!getdagname(arguments, i), !getdagarg<Constraint>(arguments, i)>.text), ", ");
  /// Whether it completes calls, and describes itself as one.
  bit completes = 0;
  let extraClassDeclaration = [{
    /// A layout is how a value is stored, not what it is: types agree without it.
    static bool isCompatibleReturnTypes(::mlir::TypeRange lhs, ::mlir::TypeRange rhs) {
      return ::cnnc::cnn::compatibleIgnoringLayout(lhs, rhs);
    }
  }] # classDeclaration # "static ::llvm::StringRef getSignature() { return R\"td(" # signature # ")td\"; }\n" #
  "static ::llvm::StringRef getSummary() { return R\"td(" # summary # ")td\"; }\n" #
  "static ::llvm::StringRef getDescription() { return R\"td(" # description # ")td\"; }\n" #
  !if(completes, "static ::llvm::LogicalResult complete(::cnnc::cnn::LayerCall &call);\n"
                 "void describe(::mlir::NamedAttrList &arguments);\n", "");
}

/// An operator that computes: it infers its type, tells its cost and its plain meaning. `answers` are methods of
/// LowerableOpInterface that it answers otherwise than by default.
class Cnn_ComputeOp<string mnemonic, list<Trait> traits = [], list<string> answers = []> : Cnn_Op<mnemonic, !listconcat(traits, [
    Pure, InferTypeOpAdaptor, LayerOpInterface, DeclareOpInterfaceMethods<CostOpInterface, ["getFlops"]>,
    DeclareOpInterfaceMethods<LowerableOpInterface, !listconcat(["lowerPlain"], answers)>])> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

/// An elementwise operator: emitElement() is all that it adds, and whether it keeps zeros.
class Cnn_ElementwiseOp<string mnemonic, list<Trait> traits = []> : Cnn_Op<mnemonic, !listconcat(traits, [
    Pure, InferTypeOpAdaptor, LayerOpInterface, DeclareOpInterfaceMethods<CostOpInterface, ["getFlops"]>,
    DeclareOpInterfaceMethods<LowerableOpInterface, ["lowerPlain", "isPerImage"]>,
    DeclareOpInterfaceMethods<ElementwiseOpInterface, ["emitElement", "preservesZero"]>])> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif
