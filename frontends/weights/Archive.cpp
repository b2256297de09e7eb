// SPDX-License-Identifier: Apache-2.0
// Zip archives: NumPy's .npz, and the checkpoints of PyTorch since version 1.6. Members that are stored as they are
// stay in the mapped file.
#include "frontends/weights/Checkpoint.h"

#include "llvm/ADT/ScopeExit.h"

#include <unzip.h>

using namespace cnnc;
using namespace cnnc::weights;
using namespace llvm;

namespace {
struct Member {
  StringRef bytes;
  std::shared_ptr<const void> owner;
};

/// The members of an archive by name, in order.
class Archive {
public:
  Error read(const std::string &path, const Bytes &file);

  std::vector<std::string> names;
  StringMap<Member> members;

private:
  Expected<Member> readMember(unzFile zip, const unz_file_info64 &info, const Bytes &file);
  uint64_t unpacked = 0;
};

/// Deflate packs no byte into less than a 1032nd; who claims more means harm.
bool isBomb(uint64_t unpacked, uint64_t packed) { return unpacked / 1032 > packed; }
} // namespace

Expected<Member> Archive::readMember(unzFile zip, const unz_file_info64 &info, const Bytes &file) {
  constexpr unsigned kEncrypted = 1, kStored = 0;
  if (info.flag & kEncrypted)
    return createStringError("is encrypted");
  if (unzOpenCurrentFile(zip) != UNZ_OK)
    return createStringError("is damaged or packed in an unknown way");
  llvm::scope_exit close([&] { unzCloseCurrentFile(zip); });
  StringRef all = file->getBuffer();
  if (info.compression_method == kStored) {
    uint64_t begin = unzGetCurrentFileZStreamPos64(zip);
    if (begin > all.size() || info.uncompressed_size > all.size() - begin)
      return createStringError("lies beyond the end of the archive");
    return Member{all.substr(begin, info.uncompressed_size), file};
  }
  unpacked += info.uncompressed_size;
  if (isBomb(info.uncompressed_size, info.compressed_size) || isBomb(unpacked, all.size()))
    return createStringError("claims to be larger than it can be");
  auto text = std::make_shared<std::string>(info.uncompressed_size, '\0');
  for (size_t at = 0; at != text->size();) {
    constexpr size_t kPart = 1 << 30;
    int count = unzReadCurrentFile(zip, text->data() + at, std::min(kPart, text->size() - at));
    if (count <= 0)
      return createStringError("is damaged");
    at += count;
  }
  return Member{*text, text};
}

Error Archive::read(const std::string &path, const Bytes &file) {
  unzFile zip = unzOpen64(path.c_str());
  if (!zip)
    return createStringError("the archive is cut off or damaged");
  llvm::scope_exit close([&] { unzClose(zip); });
  int status = unzGoToFirstFile(zip);
  for (; status == UNZ_OK; status = unzGoToNextFile(zip)) {
    unz_file_info64 info;
    char name[4096];
    if (unzGetCurrentFileInfo64(zip, &info, name, sizeof name, nullptr, 0, nullptr, 0) != UNZ_OK ||
        info.size_filename >= sizeof name)
      return createStringError("the archive is cut off or damaged");
    StringRef text(name, info.size_filename);
    Expected<Member> member = readMember(zip, info, file);
    if (!member)
      return createStringError("its member '" + text + "' " + toString(member.takeError()));
    if (members.try_emplace(text, std::move(*member)).second)
      names.push_back(text.str());
  }
  return status == UNZ_END_OF_LIST_OF_FILE ? Error::success() : createStringError("the archive is cut off or damaged");
}

static Weights readArrays(mlir::MLIRContext &context, const Archive &archive) {
  std::vector<Weight> weights;
  for (StringRef name : archive.names) {
    const Member &member = archive.members.find(name)->second;
    if (!name.consume_back(".npy"))
      return createStringError("its member '" + name + "' is no array of NumPy");
    Weights array = readNpy(context, member.bytes, member.owner, name);
    if (!array)
      return array.takeError();
    weights.push_back(std::move(array->front()));
  }
  return weights;
}

static Weights readCheckpoint(mlir::MLIRContext &context, const Archive &archive, StringRef folder) {
  auto find = [&](const Twine &name) {
    auto found = archive.members.find((folder + name).str());
    return found == archive.members.end() ? nullptr : &found->second;
  };
  if (const Member *order = find("byteorder"); order && order->bytes != "little")
    return createStringError("a checkpoint of a big-endian machine");
  Unpickler unpickler(find("data.pkl")->bytes);
  Expected<const PyValue *> root = unpickler.read();
  if (!root)
    return root.takeError();
  return collectTensors(context, **root, [&](const PyValue &storage) -> Expected<StorageBytes> {
    const Member *data = find("data/" + storage.text);
    if (!data)
      return createStringError("the archive has no member 'data/" + storage.text + "'");
    return StorageBytes{data->bytes, data->owner};
  });
}

Weights cnnc::weights::readArchive(mlir::MLIRContext &context, StringRef path, const Bytes &file) {
  Archive archive;
  if (Error error = archive.read(path.str(), file))
    return error;
  for (StringRef name : archive.names)
    if (StringRef folder = name; folder.consume_back("data.pkl") && (folder.empty() || folder.ends_with("/")))
      return readCheckpoint(context, archive, folder);
  return readArrays(context, archive);
}
