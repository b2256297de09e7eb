// SPDX-License-Identifier: Apache-2.0
// The opcodes that pickles of protocols 2 to 5 have for plain values.
#include "frontends/weights/Pickle.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

using namespace cnnc::weights;
using namespace llvm;
using Kind = PyValue::Kind;

/// A pickle of more values is no checkpoint.
static constexpr size_t kMostValues = 4 << 20;

const PyValue *PyValue::find(StringRef key) const {
  for (size_t i = 0; i + 1 < items.size(); i += 2)
    if (items[i]->kind == String && items[i]->text == key)
      return items[i + 1];
  return nullptr;
}

StringRef Unpickler::take(uint64_t count) {
  if (count > rest.size())
    broken = true, count = rest.size();
  StringRef taken = rest.substr(0, count);
  rest = rest.drop_front(count);
  return taken;
}

template <typename Number>
Number Unpickler::number() {
  StringRef bytes = take(sizeof(Number));
  return broken ? Number() : support::endian::read<Number>(bytes.data(), endianness::little);
}

StringRef Unpickler::line() {
  size_t end = rest.find('\n');
  StringRef text = take(end == StringRef::npos ? rest.size() + 1 : end + 1);
  return text.rtrim('\n');
}

PyValue &Unpickler::push(Kind kind, int64_t number, StringRef text) {
  PyValue &value = values.emplace_back();
  value.kind = kind;
  value.number = number;
  value.text = text;
  stack.push_back(&value);
  return value;
}

const PyValue *Unpickler::pop() {
  static const PyValue none;
  if (stack.empty()) {
    broken = true;
    return &none;
  }
  return stack.pop_back_val();
}

size_t Unpickler::popMark() {
  for (size_t i = stack.size(); i--;)
    if (stack[i]->kind == Kind::Mark) {
      stack.erase(stack.begin() + i);
      return i;
    }
  broken = true;
  return stack.size();
}

void Unpickler::collect(Kind kind, size_t from) {
  if (from > stack.size()) {
    broken = true;
    return;
  }
  std::vector<const PyValue *> items(stack.begin() + from, stack.end());
  stack.truncate(from);
  push(kind).items = std::move(items);
}

Error Unpickler::pushGlobal(StringRef module, StringRef name) {
  bool isTensor = module == "torch._utils" &&
                  (name == "_rebuild_tensor" || name == "_rebuild_tensor_v2" || name == "_rebuild_parameter");
  bool isStorage = (module == "torch" || module == "torch.cuda") && name.ends_with("Storage");
  if (!isTensor && !isStorage && !(module == "collections" && name == "OrderedDict"))
    return createStringError("the pickle asks for '" + module + "." + name +
                             "'; only tensors are read: save the state_dict alone");
  push(Kind::Global, 0, name);
  return Error::success();
}

/// What a call would give; none is made.
Error Unpickler::reduce() {
  const PyValue *arguments = pop(), *callee = pop();
  if (broken || callee->kind != Kind::Global || arguments->kind != Kind::Tuple)
    return createStringError("the pickle calls what is no function");
  ArrayRef<const PyValue *> items = arguments->items;
  if (callee->text == "OrderedDict") {
    push(Kind::Dict);
  } else if (callee->text == "_rebuild_parameter") {
    if (items.empty() || items[0]->kind != Kind::Tensor)
      return createStringError("the pickle makes a parameter of what is no tensor");
    push(Kind::Tensor).items = items[0]->items;
  } else if (callee->text.starts_with("_rebuild_tensor")) {
    if (items.size() < 4 || items[0]->kind != Kind::Storage || items[1]->kind != Kind::Int ||
        items[2]->kind != Kind::Tuple || items[3]->kind != Kind::Tuple)
      return createStringError("the pickle makes a tensor of what is no storage");
    push(Kind::Tensor).items = items.take_front(4);
  } else {
    return createStringError("the pickle calls '" + callee->text + "'");
  }
  return Error::success();
}

/// ("storage", type, key, location, elements), and in old files a view, which is none.
Error Unpickler::findStorage() {
  const PyValue *id = pop();
  ArrayRef<const PyValue *> items = id->items;
  if (id->kind != Kind::Tuple || items.size() < 5 || items[0]->text != "storage" || items[1]->kind != Kind::Global ||
      items[2]->kind != Kind::String || items[4]->kind != Kind::Int || items[4]->number < 0 ||
      (items.size() > 5 && items[5]->kind != Kind::None))
    return createStringError("the pickle refers to what is no storage");
  push(Kind::Storage, items[4]->number, items[2]->text).items = {items[1]};
  return Error::success();
}

Error Unpickler::setItems(size_t from) {
  if (from == 0 || from > stack.size() || (stack.size() - from) % 2 || stack[from - 1]->kind != Kind::Dict)
    return createStringError("the pickle puts items into what is no dictionary");
  llvm::append_range(stack[from - 1]->items, ArrayRef(stack).drop_front(from));
  stack.truncate(from);
  return Error::success();
}

Error Unpickler::appendItems(size_t from) {
  if (from == 0 || from > stack.size() || stack[from - 1]->kind != Kind::List)
    return createStringError("the pickle appends to what is no list");
  llvm::append_range(stack[from - 1]->items, ArrayRef(stack).drop_front(from));
  stack.truncate(from);
  return Error::success();
}

Error Unpickler::step(uint8_t opcode) {
  auto memorize = [&](uint64_t index) {
    if (stack.empty())
      broken = true;
    else if (index < kMostValues)
      memo[index] = stack.back();
  };
  auto recall = [&](uint64_t index) {
    auto found = memo.find(index);
    if (found == memo.end())
      broken = true;
    else
      stack.push_back(found->second);
  };
  auto longInteger = [&](StringRef bytes) {
    if (bytes.size() > 8) {
      push(Kind::String, 0, bytes);
      return;
    }
    uint64_t value = bytes.empty() || bytes.back() >= 0 ? 0 : ~uint64_t(0);
    for (char byte : llvm::reverse(bytes))
      value = value << 8 | static_cast<uint8_t>(byte);
    push(Kind::Int, static_cast<int64_t>(value));
  };
  switch (opcode) {
  case 0x80: // PROTO
    take(1);
    break;
  case 0x95: // FRAME
    take(8);
    break;
  case '(':
    push(Kind::Mark);
    break;
  case '0': // POP
    pop();
    break;
  case '1': // POP_MARK
    stack.truncate(popMark());
    break;
  case 'N':
    push(Kind::None);
    break;
  case 0x88: // NEWTRUE
  case 0x89: // NEWFALSE
    push(Kind::Bool, opcode == 0x88);
    break;
  case 'J': // BININT
    push(Kind::Int, number<int32_t>());
    break;
  case 'K': // BININT1
    push(Kind::Int, number<uint8_t>());
    break;
  case 'M': // BININT2
    push(Kind::Int, number<uint16_t>());
    break;
  case 0x8a: // LONG1
    longInteger(take(number<uint8_t>()));
    break;
  case 'G': // BINFLOAT
    take(8);
    push(Kind::Float);
    break;
  case 'X': // BINUNICODE
  case 'B': // BINBYTES
  case 'T': // BINSTRING
    push(Kind::String, 0, take(number<uint32_t>()));
    break;
  case 0x8c: // SHORT_BINUNICODE
  case 'C':  // SHORT_BINBYTES
  case 'U':  // SHORT_BINSTRING
    push(Kind::String, 0, take(number<uint8_t>()));
    break;
  case '}':
    push(Kind::Dict);
    break;
  case ']':
    push(Kind::List);
    break;
  case ')':
    push(Kind::Tuple);
    break;
  case 't':
    collect(Kind::Tuple, popMark());
    break;
  case 'l':
    collect(Kind::List, popMark());
    break;
  case 0x85: // TUPLE1 to TUPLE3
  case 0x86:
  case 0x87:
    collect(Kind::Tuple, stack.size() - (opcode - 0x84));
    break;
  case 's': // SETITEM
    return setItems(stack.size() - 2);
  case 'u': // SETITEMS
    return setItems(popMark());
  case 'a': // APPEND
    return appendItems(stack.size() - 1);
  case 'e': // APPENDS
    return appendItems(popMark());
  case 'q': // BINPUT
    memorize(number<uint8_t>());
    break;
  case 'r': // LONG_BINPUT
    memorize(number<uint32_t>());
    break;
  case 0x94: // MEMOIZE
    memorize(memo.size());
    break;
  case 'h': // BINGET
    recall(number<uint8_t>());
    break;
  case 'j': // LONG_BINGET
    recall(number<uint32_t>());
    break;
  case 'c': { // GLOBAL
    StringRef module = line(), name = line();
    return pushGlobal(module, name);
  }
  case 0x93: { // STACK_GLOBAL
    StringRef name = pop()->text, module = pop()->text;
    return pushGlobal(module, name);
  }
  case 'R':
    return reduce();
  case 'Q': // BINPERSID
    return findStorage();
  case 'b': // BUILD: what else an object holds, such as the versions of modules
    pop();
    if (stack.empty() || stack.back()->kind != Kind::Dict)
      return createStringError("the pickle fills an object that is no dictionary");
    break;
  default:
    return createStringError("the pickle has the opcode 0x" + utohexstr(opcode, true, 2) + ", which no tensor needs");
  }
  return Error::success();
}

SmallVector<const PyValue *> Unpickler::storages() const {
  SmallVector<const PyValue *> found;
  for (const PyValue &value : values)
    if (value.kind == Kind::Storage)
      found.push_back(&value);
  return found;
}

Expected<const PyValue *> Unpickler::read() {
  stack.clear();
  memo.clear();
  while (!broken && !rest.empty()) {
    auto opcode = static_cast<uint8_t>(take(1)[0]);
    if (opcode == '.') {
      if (stack.empty() || stack.back()->kind == Kind::Mark)
        break;
      return stack.back();
    }
    if (Error error = step(opcode))
      return error;
    if (values.size() > kMostValues || stack.size() > kMostValues)
      return createStringError("the pickle is too large");
  }
  return createStringError("the pickle is cut off or damaged");
}
