# SPDX-License-Identifier: Apache-2.0
# How lit runs the textual tests: with the tools of a build (--param build=DIR) before LLVM's.
import os
import shutil

import lit.formats

build = lit_config.params["build"]
config.name = "cnnc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(build, "tests", "lit")
config.excludes = ["Inputs"]
config.available_features.update(tool for tool in ["qemu-x86_64"] if shutil.which(tool))
python = lit_config.params.get("python", "python3")
config.substitutions.append(("%python", python))
# Writes the models that stand in a test behind //---, next to each other.
config.substitutions.append(("%write_models", f"{python} {config.test_source_root}/frontends/onnx/write_models.py"))
config.substitutions.append(("%bin", os.path.join(build, "bin")))
tools = [os.path.join(build, "bin"), lit_config.params["llvm_tools"], config.environment["PATH"]]
config.environment["PATH"] = os.pathsep.join(tools)
# Uninstrumented LLVM, MLIR and lld trip the checks of containers and allocators that both sides fill.
config.environment["ASAN_OPTIONS"] = "detect_container_overflow=0:allow_user_poisoning=0:detect_leaks=0"
