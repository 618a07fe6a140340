"""Writes NumPy's answers as data: one JSON file for each family of operations, one case a line.

    /usr/bin/python3 tools/goldens/generate.py packages/testing/goldens

A case names a method of Tensor, the tensors it is called on and with, plain arguments, and the result. Contents are
base64 of little-endian bytes. Floating-point results are computed in double from the inputs as their dtype holds them
and rounded once; `tolerance` says how far an answer may be from that, and is absent where it must be the same bits.
"""

import base64
import json
import math
import pathlib
import sys

import numpy as np

NAMES = {
    "bool": "bool", "int8": "i8", "uint8": "u8", "int16": "i16", "uint16": "u16", "int32": "i32", "uint32": "u32",
    "int64": "i64", "uint64": "u64", "float16": "f16", "float32": "f32", "float64": "f64",
}
# The second input, among the arguments.
INPUT = {"input": 1}
random = np.random.default_rng(20240607)


def encode(array):
    array = np.asarray(array)
    little = array.astype(array.dtype.newbyteorder("<"))
    return {"dtype": NAMES[array.dtype.name], "shape": list(array.shape), "data": base64.b64encode(little.tobytes()).decode()}


class Family:
    def __init__(self, name):
        self.name = name
        self.cases = []

    def add(self, name, method, inputs, expected, *args, tolerance=None):
        """The method is called on the first input with the others and then `args`; where an argument is an input, they come as they stand."""
        if INPUT not in args:
            args = [{"input": i} for i in range(1, len(inputs))] + list(args)
        case = {"name": name, "method": method, "inputs": [encode(x) for x in inputs], "args": list(args), "output": encode(expected)}
        if tolerance is not None:
            case["tolerance"] = tolerance
        self.cases.append(case)

    def write(self, folder):
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        text = '{"family":%s,"numpy":%s,"cases":[\n%s\n]}\n' % (json.dumps(self.name), json.dumps(np.__version__), lines)
        (folder / f"{self.name}.json").write_text(text)
        return len(self.cases), len(text)


def normal(dtype, *shape):
    return random.normal(size=shape).astype(dtype)


def integers(dtype, *shape, low=None, high=None):
    info = np.iinfo(dtype)
    return random.integers(info.min if low is None else low, info.max if high is None else high, size=shape, dtype=dtype, endpoint=True)


def wide(x):
    return x.astype(np.float64)


def unary():
    family = Family("unary")
    functions = {
        "exp": np.exp, "exp2": np.exp2, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "square": np.square, "reciprocal": np.reciprocal,
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "silu": lambda x: x / (1 + np.exp(-x)), "softplus": lambda x: np.log1p(np.exp(x)),
        "gelu": lambda x: x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2))), "erf": np.vectorize(math.erf),
        "relu": lambda x: np.maximum(x, 0), "elu": lambda x: np.where(x < 0, np.expm1(x), x), "leakyRelu": lambda x: np.where(x < 0, 0.01 * x, x),
    }
    for name, function in functions.items():
        for dtype in (np.float32, np.float64):
            x = (normal(dtype, 5, 7) * 3).astype(dtype)
            # erf is a rational approximation, to 2e-7; the others are compositions of a few rounded steps.
            coarse = name in ("erf", "gelu")
            tolerance = {"relative": 2e-6, "absolute": 2e-6} if coarse else {"relative": 32 * float(np.finfo(dtype).eps), "absolute": 4 * float(np.finfo(dtype).eps)}
            family.add(f"{name} of {NAMES[np.dtype(dtype).name]}", name, [x], function(wide(x)).astype(dtype), tolerance=tolerance)
    for name, function in {"log": np.log, "log2": np.log2, "log10": np.log10, "sqrt": np.sqrt, "rsqrt": lambda x: 1 / np.sqrt(x)}.items():
        for dtype in (np.float32, np.float64):
            x = np.exp(normal(dtype, 30) * 4).astype(dtype)
            tolerance = None if name == "sqrt" else {"relative": 8 * float(np.finfo(dtype).eps), "absolute": 2 * float(np.finfo(dtype).eps)}
            family.add(f"{name} of {NAMES[np.dtype(dtype).name]}", name, [x], function(wide(x)).astype(dtype), tolerance=tolerance)
    halves = np.array([-2.5, -1.5, -0.5, -0.4, 0.5, 0.6, 1.5, 2.5, 3.49, 1e6 + 0.5, -7.0, 1e9])
    for name, function in {"floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "round": np.rint, "neg": np.negative, "abs": np.abs, "sign": np.sign}.items():
        for dtype in (np.float32, np.float64):
            x = np.concatenate([halves, normal(np.float64, 12) * 50]).astype(dtype)
            family.add(f"{name} of {NAMES[np.dtype(dtype).name]}", name, [x], function(x), tolerance={"relative": 0, "absolute": 0})
    for dtype in (np.int8, np.int16, np.int32, np.int64):
        x = integers(dtype, 20)
        family.add(f"neg of {NAMES[np.dtype(dtype).name]}", "neg", [x], np.negative(x))
        family.add(f"abs of {NAMES[np.dtype(dtype).name]}", "abs", [x], np.abs(x))
    for dtype in (np.uint8, np.int32, np.int64):
        x = integers(dtype, 20)
        family.add(f"bitwiseNot of {NAMES[np.dtype(dtype).name]}", "bitwiseNot", [x], np.invert(x))
    odd = np.array([np.nan, np.inf, -np.inf, 0.0, 1.0], dtype=np.float32)
    family.add("isNaN", "isNaN", [odd], np.isnan(odd))
    family.add("isFinite", "isFinite", [odd], np.isfinite(odd))
    family.add("logicalNot", "logicalNot", [np.array([True, False, True])], np.array([False, True, False]))
    return family


def binary():
    family = Family("binary")
    float_functions = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "maximum": np.maximum, "minimum": np.minimum, "fmod": np.fmod}
    for name, function in float_functions.items():
        for dtype in (np.float32, np.float64):
            a, b = normal(dtype, 4, 6), normal(dtype, 4, 6)
            family.add(f"{name} of {NAMES[np.dtype(dtype).name]}", name, [a, b], function(a, b))
    a, b = normal(np.float16, 5, 5), normal(np.float16, 5, 5)
    for name in ("add", "sub", "mul", "div"):
        family.add(f"{name} of f16", name, [a, b], float_functions[name](a, b))
    exact_functions = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "maximum": np.maximum, "minimum": np.minimum, "bitwiseAnd": np.bitwise_and, "bitwiseOr": np.bitwise_or, "bitwiseXor": np.bitwise_xor}
    for dtype in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64):
        a, b = integers(dtype, 24), integers(dtype, 24)
        for name, function in exact_functions.items():
            family.add(f"{name} of {NAMES[np.dtype(dtype).name]}", name, [a, b], function(a, b))
    for dtype in (np.int8, np.int32, np.uint32, np.int64):
        a, b = integers(dtype, 24), integers(dtype, 24, low=1 if dtype == np.uint32 else -9, high=9)
        b[b == 0] = 3
        family.add(f"floorDivide of {NAMES[np.dtype(dtype).name]}", "floorDivide", [a, b], np.floor_divide(a, b))
        family.add(f"mod of {NAMES[np.dtype(dtype).name]}", "mod", [a, b], np.mod(a, b))
        family.add(f"fmod of {NAMES[np.dtype(dtype).name]}", "fmod", [a, b], np.fmod(a, b))
        count = (np.abs(b) % 7).astype(dtype)
        family.add(f"shiftLeft of {NAMES[np.dtype(dtype).name]}", "shiftLeft", [a, count], np.left_shift(a, count))
        family.add(f"shiftRight of {NAMES[np.dtype(dtype).name]}", "shiftRight", [a, count], np.right_shift(a, count))
    for name, function in {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "gt": np.greater, "le": np.less_equal, "ge": np.greater_equal}.items():
        for dtype in (np.float32, np.int32):
            a, b = (integers(np.int32, 30, low=-2, high=2).astype(dtype) for _ in range(2))
            if dtype == np.float32:
                a[3], b[4], a[5], b[5] = np.nan, np.nan, np.nan, np.nan
            family.add(f"{name} of {NAMES[np.dtype(dtype).name]}", name, [a, b], function(a, b))
    for dtype in (np.float32, np.float64):
        a, b = np.abs(normal(dtype, 20)) + dtype(0.1), normal(dtype, 20)
        steps = {"relative": 64 * float(np.finfo(dtype).eps), "absolute": 0}
        family.add(f"pow of {NAMES[np.dtype(dtype).name]}", "pow", [a, b], np.power(wide(a), wide(b)).astype(dtype), tolerance=steps)
        family.add(f"pow of {NAMES[np.dtype(dtype).name]} by 3", "pow", [a], np.power(wide(a), 3).astype(dtype), 3, tolerance={"relative": 4 * float(np.finfo(dtype).eps), "absolute": 0})
    shapes = [((3, 1), (1, 4)), ((4,), (3, 4)), ((), (2, 2)), ((2, 1, 3), (5, 1)), ((1,), (3, 2)), ((0, 3), (1, 3)), ((2, 3, 4), (4,))]
    for left, right in shapes:
        a, b = normal(np.float32, *left), normal(np.float32, *right)
        family.add(f"add broadcasts {list(left)} with {list(right)}", "add", [a, b], a + b)
    promoted = [(np.int8, np.int32), (np.uint8, np.int8), (np.bool_, np.int16), (np.float32, np.float64), (np.uint16, np.int16), (np.uint32, np.int32)]
    for left, right in promoted:
        a, b = (random.integers(0, 2, size=8).astype(d) for d in (left, right))
        family.add(f"{NAMES[np.dtype(left).name]} + {NAMES[np.dtype(right).name]}", "add", [a, b], a + b)
    flags = [np.array([True, True, False, False]), np.array([True, False, True, False])]
    family.add("logicalAnd", "logicalAnd", flags, np.logical_and(*flags))
    family.add("logicalOr", "logicalOr", flags, np.logical_or(*flags))
    return family


def casts():
    family = Family("casts")
    types = [np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float16, np.float32, np.float64]
    for source in types:
        for target in types:
            if source == target:
                continue
            # In range of both: what lies outside is not NumPy's to say.
            values = np.array([0, 1, 2, 3, 100, 7, 0, 1] if np.dtype(source).kind in "bu" or np.dtype(target).kind in "bu" else [-100, -3, -1, 0, 1, 2, 3, 127])
            x = values.astype(source)
            family.add(f"{NAMES[np.dtype(source).name]} to {NAMES[np.dtype(target).name]}", "cast", [x], x.astype(target), {"dtype": NAMES[np.dtype(target).name]})
    for target in (np.int8, np.uint8, np.int16, np.uint16, np.uint32):
        x = integers(np.int64, 16)
        family.add(f"i64 wraps to {NAMES[np.dtype(target).name]}", "cast", [x], x.astype(target), {"dtype": NAMES[np.dtype(target).name]})
    x = (normal(np.float64, 40) * np.exp(normal(np.float64, 40) * 4))
    family.add("f64 rounds to f16", "cast", [x], x.astype(np.float16), {"dtype": "f16"})
    family.add("f64 rounds to f32", "cast", [x], x.astype(np.float32), {"dtype": "f32"})
    small = (normal(np.float32, 40) * np.float32(2.0**-16))
    family.add("f32 rounds to subnormal f16", "cast", [small], small.astype(np.float16), {"dtype": "f16"})
    patterns = np.arange(0, 65536, 97, dtype=np.uint16)
    finite = patterns[np.isfinite(patterns.view(np.float16))]
    family.add("f16 patterns to f32", "cast", [finite.view(np.float16)], finite.view(np.float16).astype(np.float32), {"dtype": "f32"})
    for source, target in ((np.float32, np.int32), (np.float64, np.int64), (np.uint8, np.int8), (np.uint64, np.float64)):
        x = normal(source, 10) if np.dtype(source).kind == "f" else integers(source, 10, high=100)
        family.add(f"{NAMES[np.dtype(source).name]} bits as {NAMES[np.dtype(target).name]}", "bitcast", [x], x.view(target), {"dtype": NAMES[np.dtype(target).name]})
    return family


def reductions():
    family = Family("reductions")
    shapes = [((7,), None), ((3, 5), 0), ((3, 5), 1), ((3, 5), None), ((2, 3, 4), 1), ((2, 3, 4), (0, 2)), ((1, 6), 0), ((17, 9), 0), ((4, 33), 1)]
    functions = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "var": np.var, "std": np.std, "prod": np.prod, "logsumexp": None}
    for shape, axis in shapes:
        for name, function in functions.items():
            x = normal(np.float32, *shape)
            expected = np.log(np.sum(np.exp(wide(x)), axis=axis)) if function is None else function(wide(x), axis=axis)
            exact = name in ("max", "min")
            where = [] if axis is None else [list(axis) if isinstance(axis, tuple) else axis]
            family.add(f"{name} of {list(shape)} over {axis}", name, [x], np.asarray(expected).astype(np.float32), *where, tolerance=None if exact else {"relative": 2e-5, "absolute": 2e-6})
    for shape, axis in [((7,), 0), ((3, 5), 0), ((3, 5), 1), ((2, 3, 4), 2)]:
        x = integers(np.int32, *shape, low=-3, high=3)
        family.add(f"argmax of {list(shape)} over {axis}", "argmax", [x], np.argmax(x, axis=axis).astype(np.int32), axis)
        family.add(f"argmin of {list(shape)} over {axis}", "argmin", [x], np.argmin(x, axis=axis).astype(np.int32), axis)
        family.add(f"any of {list(shape)} over {axis}", "any", [x], np.any(x, axis=axis), axis)
        family.add(f"all of {list(shape)} over {axis}", "all", [x], np.all(x, axis=axis), axis)
        family.add(f"sum of i32 {list(shape)} over {axis}, kept", "sum", [x], np.sum(x, axis=axis, keepdims=True, dtype=np.int32), axis, {"keepDims": True})
    for dtype in (np.int32, np.int64, np.uint64, np.uint32):
        x = integers(dtype, 6, 5)
        family.add(f"sum of {NAMES[np.dtype(dtype).name]} wraps", "sum", [x], np.sum(x, axis=0, dtype=dtype), 0)
        family.add(f"max of {NAMES[np.dtype(dtype).name]}", "max", [x], np.max(x, axis=1), 1)
    x = normal(np.float64, 8, 9)
    family.add("sum of f64", "sum", [x], np.array([math.fsum(row) for row in x]), 1, tolerance={"relative": 1e-14, "absolute": 1e-15})
    family.add("sample variance", "var", [x], np.var(x, axis=1, ddof=1), 1, {"correction": 1}, tolerance={"relative": 1e-13, "absolute": 0})
    nan = np.array([[1, np.nan, 2], [3, 4, 5]], dtype=np.float32)
    family.add("max takes NaN", "max", [nan], np.max(nan, axis=1), 1)
    family.add("sum of nothing", "sum", [np.zeros((3, 0), np.float32)], np.zeros(3, np.float32), 1)
    return family


def movement():
    family = Family("movement")
    for dtype in (np.float32, np.uint8, np.int64):
        x = np.arange(24).astype(dtype).reshape(2, 3, 4)
        kind = NAMES[np.dtype(dtype).name]
        family.add(f"reshape {kind}", "reshape", [x], x.reshape(6, 4), [6, 4])
        family.add(f"reshape {kind} with -1", "reshape", [x], x.reshape(4, -1), [4, -1])
        family.add(f"permute {kind}", "permute", [x], x.transpose(2, 0, 1), [2, 0, 1])
        family.add(f"transpose {kind}", "transpose", [x], x.swapaxes(0, 2), 0, 2)
        family.add(f"flip {kind}", "flip", [x], np.flip(x, (0, 2)), [0, 2])
        family.add(f"pad {kind}", "pad", [x], np.pad(x, ((1, 0), (0, 2), (1, 1))), [[1, 0], [0, 2], [1, 1]])
        family.add(f"pad {kind} with 7", "pad", [x], np.pad(x, ((0, 1), (2, 0), (0, 0)), constant_values=7), [[0, 1], [2, 0], [0, 0]], 7)
        family.add(f"shrink {kind}", "shrink", [x], x[0:1, 1:3, 2:4], [[0, 1], [1, 3], [2, 4]])
        family.add(f"expand {kind}", "expand", [x[:, :1]], np.broadcast_to(x[:, :1], (5, 2, 3, 4)), [5, 2, 3, 4])
        family.add(f"repeat {kind}", "repeat", [x], np.tile(x, (2, 1, 3)), [2, 1, 3])
        family.add(f"squeeze {kind}", "squeeze", [x[:1]], x[0], 0)
        family.add(f"unsqueeze {kind}", "unsqueeze", [x], x[:, None], 1)
        family.add(f"flatten {kind}", "flatten", [x], x.reshape(-1))
    return family


def indexing():
    family = Family("indexing")
    x = normal(np.float32, 5, 4, 3)
    for axis, shape in ((0, (7,)), (1, (2, 3)), (2, ()), (0, (0,))):
        indices = random.integers(0, x.shape[axis], size=shape).astype(np.int32)
        family.add(f"take {list(shape)} along {axis}", "take", [x, indices], np.take(x, indices, axis=axis), axis)
    for axis in range(3):
        indices = random.integers(0, x.shape[axis], size=x.shape).astype(np.int64)
        family.add(f"gather along {axis}", "gather", [x, indices], np.take_along_axis(x, indices, axis=axis), axis, INPUT)
    labels = np.array([0, 3, 1, 1], dtype=np.int32)
    family.add("oneHot", "oneHot", [labels], np.eye(4, dtype=bool)[labels], 4)
    condition = random.random((4, 5)) < 0.5
    a, b = normal(np.float32, 4, 5), normal(np.float32, 5)
    family.add("where", "where", [a, condition, b], np.where(condition, a, b))
    family.add("clip", "clip", [a], np.clip(a, -0.5, 0.25), -0.5, 0.25)
    return family


def contractions():
    family = Family("contractions")
    shapes = [((3, 4), (4, 5)), ((1, 7), (7, 1)), ((33,), (33,)), ((6,), (6, 3)), ((5, 6), (6,)), ((2, 3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((17, 19), (19, 23)), ((64, 65), (65, 33))]
    for left, right in shapes:
        for dtype in (np.float32, np.float64):
            a, b = normal(dtype, *left), normal(dtype, *right)
            size = left[-1]
            family.add(f"matmul {list(left)} by {list(right)} of {NAMES[np.dtype(dtype).name]}", "matmul", [a, b], np.matmul(wide(a), wide(b)).astype(dtype),
                       tolerance={"relative": 4 * float(np.finfo(dtype).eps), "absolute": size * 8 * float(np.finfo(dtype).eps)})
    a, b = integers(np.int32, 6, 7), integers(np.int32, 7, 5)
    family.add("matmul of i32 wraps", "matmul", [a, b], np.matmul(a, b))
    for options, groups in (({}, 1), ({"stride": 2}, 1), ({"padding": 1}, 1), ({"dilation": 2, "padding": [1, 2]}, 1), ({"stride": [2, 1], "padding": 2}, 1), ({"groups": 2}, 2)):
        x, weight = normal(np.float32, 2, 4, 7, 8), normal(np.float32, 6, 4 // groups, 3, 3)
        family.add(f"conv2d {json.dumps(options)}", "conv2d", [x, weight, normal(np.float32, 6)], np.zeros(0, np.float32), options, tolerance={"relative": 2e-5, "absolute": 2e-5})
        case = family.cases[-1]
        bias = np.frombuffer(base64.b64decode(case["inputs"][2]["data"]), np.float32)
        case["output"] = encode((convolve(wide(x), wide(weight), options, groups) + wide(bias)[None, :, None, None]).astype(np.float32))
    image = normal(np.float32, 2, 3, 6, 8)
    tiles = image.reshape(2, 3, 3, 2, 4, 2)
    family.add("maxPool2d 2", "maxPool2d", [image], tiles.max((3, 5)), 2)
    family.add("avgPool2d 2", "avgPool2d", [image], wide(tiles).mean((3, 5)).astype(np.float32), 2, tolerance={"relative": 1e-6, "absolute": 1e-6})
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3), axis=(2, 3))[:, :, ::2, ::2]
    family.add("maxPool2d 3, stride 2", "maxPool2d", [image], windows.max((4, 5)), 3, {"stride": 2})
    padded = np.pad(image, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    family.add("maxPool2d 3, padding 1", "maxPool2d", [image], np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3)).max((4, 5)), 3, {"stride": 1, "padding": 1})
    return family


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def convolve(x, weight, options, groups):
    """Cross-correlation by its definition."""
    (sy, sx), (py, px), (dy, dx) = (pair(options.get(k, d)) for k, d in (("stride", 1), ("padding", 0), ("dilation", 1)))
    x = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))
    outputs, per_group, ky, kx = weight.shape
    height, width = (x.shape[2] - dy * (ky - 1) - 1) // sy + 1, (x.shape[3] - dx * (kx - 1) - 1) // sx + 1
    result = np.zeros((x.shape[0], outputs, height, width))
    for o in range(outputs):
        first = (o // (outputs // groups)) * per_group
        for i in range(height):
            for j in range(width):
                patch = x[:, first:first + per_group, i * sy:i * sy + dy * (ky - 1) + 1:dy, j * sx:j * sx + dx * (kx - 1) + 1:dx]
                result[:, o, i, j] = (patch * weight[o]).sum((1, 2, 3))
    return result


def normalisation():
    family = Family("normalisation")
    for shape in ((5,), (3, 7), (2, 3, 4), (4, 129)):
        x = (normal(np.float32, *shape) * 4).astype(np.float32)
        e = np.exp(wide(x) - wide(x).max(-1, keepdims=True))
        soft = e / e.sum(-1, keepdims=True)
        fine = {"relative": 2e-5, "absolute": 2e-6}
        family.add(f"softmax of {list(shape)}", "softmax", [x], soft.astype(np.float32), tolerance=fine)
        family.add(f"logSoftmax of {list(shape)}", "logSoftmax", [x], np.log(soft).astype(np.float32), tolerance=fine)
        weight, bias = normal(np.float32, shape[-1]), normal(np.float32, shape[-1])
        centred = wide(x) - wide(x).mean(-1, keepdims=True)
        normed = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        family.add(f"layerNorm of {list(shape)}", "layerNorm", [x, weight, bias], (normed * wide(weight) + wide(bias)).astype(np.float32), tolerance={"relative": 5e-5, "absolute": 5e-6})
        scaled = wide(x) / np.sqrt((wide(x) ** 2).mean(-1, keepdims=True) + 1e-6)
        family.add(f"rmsNorm of {list(shape)}", "rmsNorm", [x, weight], (scaled * wide(weight)).astype(np.float32), 1e-6, tolerance={"relative": 5e-5, "absolute": 5e-6})
    big = np.array([1000.0, 1001.0, 999.0], dtype=np.float32)
    family.add("softmax does not overflow", "softmax", [big], (np.exp(wide(big) - 1001) / np.exp(wide(big) - 1001).sum()).astype(np.float32), tolerance={"relative": 1e-5, "absolute": 1e-7})
    logits, labels = normal(np.float32, 6, 5), np.array([0, 4, 2, 2, 1, 3], dtype=np.int32)
    losses = np.log(np.exp(wide(logits)).sum(1)) - wide(logits)[np.arange(6), labels]
    family.add("crossEntropy", "crossEntropy", [logits, labels], np.asarray(losses.mean(), np.float32), tolerance={"relative": 1e-5, "absolute": 1e-6})
    a, b = normal(np.float32, 4, 3), normal(np.float32, 4, 3)
    family.add("mse", "mse", [a, b], np.asarray(((wide(a) - wide(b)) ** 2).mean(), np.float32), tolerance={"relative": 1e-5, "absolute": 1e-6})
    q, k, v = (normal(np.float32, 2, 3, 6, 8) for _ in range(3))
    scores = np.einsum("bhid,bhjd->bhij", wide(q), wide(k)) / math.sqrt(8)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    family.add("scaledDotProductAttention", "scaledDotProductAttention", [q, k, v], np.einsum("bhij,bhjd->bhid", e / e.sum(-1, keepdims=True), wide(v)).astype(np.float32), tolerance={"relative": 5e-5, "absolute": 5e-6})
    return family


def scans():
    family = Family("scans")
    functions = {"cumsum": np.cumsum, "cumprod": np.cumprod, "cummax": np.maximum.accumulate}
    shapes = [((7,), 0), ((1,), 0), ((0,), 0), ((3, 5), 0), ((3, 5), 1), ((3, 5), -1), ((2, 3, 4), 1), ((2, 3, 4), -3), ((4, 0), 1), ((0, 4), 1), ((17, 33), 0), ((17, 33), 1)]
    for shape, axis in shapes:
        for name, function in functions.items():
            x = normal(np.float32, *shape)
            exact = name == "cummax"
            tolerance = None if exact else {"relative": 2e-5, "absolute": 2e-6}
            family.add(f"{name} of {list(shape)} along {axis}", name, [x], function(wide(x), axis=axis).astype(np.float32), axis, tolerance=tolerance)
    for dtype in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64):
        x = integers(dtype, 4, 9)
        kind = np.dtype(dtype).kind
        total = dtype if np.dtype(dtype).itemsize == 8 else np.uint32 if kind == "u" else np.int32
        family.add(f"cumsum of {NAMES[np.dtype(dtype).name]} wraps", "cumsum", [x], np.cumsum(x, axis=1, dtype=total), 1)
        family.add(f"cumprod of {NAMES[np.dtype(dtype).name]} wraps", "cumprod", [x], np.cumprod(x, axis=1, dtype=total), 1)
        family.add(f"cummax of {NAMES[np.dtype(dtype).name]}", "cummax", [x], np.maximum.accumulate(x, axis=1), 1)
    flags = np.array([[False, True, False], [True, True, False]])
    family.add("cumsum of bool", "cumsum", [flags], np.cumsum(flags, axis=1, dtype=np.int32), 1)
    for dtype in (np.float16, np.float64):
        x = normal(dtype, 3, 21)
        near = {"relative": 4 * float(np.finfo(dtype).eps), "absolute": 32 * float(np.finfo(dtype).eps)}
        family.add(f"cumsum of {NAMES[np.dtype(dtype).name]}", "cumsum", [x], np.cumsum(wide(x), axis=1).astype(dtype), 1, tolerance=near)
        family.add(f"cummax of {NAMES[np.dtype(dtype).name]}", "cummax", [x], np.maximum.accumulate(x, axis=1), 1)
    odd = np.array([[1, np.nan, 2, 3], [np.inf, -np.inf, 1, 2], [-1, -1, 0, 0]], dtype=np.float32)
    with np.errstate(invalid="ignore"):
        family.add("cumsum of NaN and infinities", "cumsum", [odd], np.cumsum(odd, axis=1), 1)
    family.add("cummax keeps NaN", "cummax", [odd], np.maximum.accumulate(odd, axis=1), 1)
    return family


def sorting():
    family = Family("sorting")

    def add(name, x, axis, descending=False, k=None):
        # A stable descending order is a stable ascending one of the reversed line, read from its end.
        order = np.argsort(x, axis=axis, kind="stable")
        if descending:
            order = x.shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis), axis=axis, kind="stable"), axis)
        order = np.take(order, np.arange(k if k is not None else x.shape[axis]), axis=axis)
        values, options = np.take_along_axis(x, order, axis), [{"descending": True}] if descending and k is None else []
        if k is None:
            family.add(f"sort {name}", "sort.values", [x], values, axis, *options)
            family.add(f"argsort {name}", "argsort", [x], order.astype(np.int32), axis, *options)
        else:
            family.add(f"topk {name}", "topk.values", [x], values, k, axis)
            family.add(f"topk of {name}, indices", "topk.indices", [x], order.astype(np.int32), k, axis)

    for shape, axis in [((7,), 0), ((1,), 0), ((0,), 0), ((3, 5), 0), ((3, 5), 1), ((3, 5), -1), ((2, 3, 4), 1), ((2, 3, 4), -3), ((4, 0), 1), ((0, 4), 1), ((5, 70), 1), ((130, 2), 0)]:
        x = normal(np.float32, *shape)
        add(f"{list(shape)} along {axis}", x, axis)
        add(f"{list(shape)} along {axis}, descending", x, axis, True)
        if x.size > 0:
            add(f"{min(3, shape[axis])} of {list(shape)} along {axis}", x, axis, True, min(3, shape[axis]))
    for dtype in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float16, np.float32, np.float64):
        for length in (30, 90):
            x = normal(dtype, 2, length) if np.dtype(dtype).kind == "f" else integers(dtype, 2, length)
            x[0, 3:12] = x[0, 20]
            add(f"{NAMES[np.dtype(dtype).name]} with ties, {length}", x, 1)
            add(f"{NAMES[np.dtype(dtype).name]} with ties, {length}, descending", x, 1, True)
    add("bool", random.integers(0, 2, size=(3, 20)).astype(np.bool_), 1)
    odd = np.array([[np.nan, 1, -0.0, 0.0, np.inf, -np.inf, -1, 0.0, -0.0, np.nan, 5], [-np.nan, 2, 2, 1, 1, -0.0, 0, 0, -5, 7, np.nan]], dtype=np.float32)
    add("NaN last, zeros in their order", odd, 1)
    add("all ties", np.zeros((2, 100), np.float32), 1)
    add("10 of all ties", np.zeros((2, 100), np.float32), 1, True, 10)
    return family


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    families = [f() for f in (unary, binary, casts, reductions, movement, indexing, contractions, normalisation, scans, sorting)]
    written = [f.write(folder) for f in families]
    print(f"{sum(n for n, _ in written)} cases, {sum(size for _, size in written)} bytes")


main()
