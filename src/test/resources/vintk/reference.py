#!/usr/bin/env python3
"""An independent opinion on the networks that `vintk generate` writes: PyTorch, float64, one sample at a time.

Of an ONNX file only the initializers (the weights, by name) and the metadata (which architecture) are read, never its
nodes. The networks are written here from their published descriptions, the literal way: relative positions as the full
tensors r[i, j, :], attention with every head spelled out, gradients by autograd of one scalar at a time.

    reference.py compute MODEL.onnx --images X.npy --out DIR [--vector V.npy] [--full] [--jacobian REGEX]
        logits.npy            [N, C]
        kernel.npy            [N, N], of the sum of logits
        kernel-vector.npy     [N, N], of <v, logits>
        kernel-full.npy       [N*C, N*C], of every logit, classes fastest
        jacobian/NAME.npy     [N, ...shape of the initializer], of the sum of logits, for names that match REGEX
    reference.py shake MODEL.onnx --out OTHER.onnx --seed S
        the same network with all weights large and random: biases away from 0, scales away from 1, attention far from
        uniform, so that no part of the network hides behind small weights
    reference.py check FILE.onnx...
        the ONNX checker, with strict shape inference
    reference.py serve
        commands as above, one JSON list of arguments a line; each is answered by a line "ok" or a traceback and "failed"

Everything is float64 but the stored weights.
"""

import argparse
import functools
import json
import pathlib
import re
import sys
import traceback

import numpy as np
import onnx
import onnx.checker
import onnx.numpy_helper
import torch
from torch.nn import functional as F


class Weights:
    """The float initializers of a file, by name; remembers which of them a network asked for."""

    def __init__(self, model):
        self.all = {}
        for initializer in model.graph.initializer:
            array = onnx.numpy_helper.to_array(initializer)
            if array.dtype == np.float32:
                self.all[initializer.name] = torch.tensor(array.astype(np.float64), requires_grad=True)
        self.used = {}

    def __call__(self, name, *shape):
        weight = self.all[name]
        if tuple(weight.shape) != shape:
            raise SystemExit(f"{name}: expected shape {shape}, got {tuple(weight.shape)}")
        self.used[name] = weight
        return weight

    def require_all_used(self):
        """Initializers are weights; only scalars may be constants of the graph."""
        left = [name for name, weight in self.all.items() if name not in self.used and weight.ndim > 0]
        if left:
            raise SystemExit(f"initializers that the network does not know: {left}")


# ---- parts of the networks; x is one sample, [tokens, width]


def linear(w, name, x, out):
    return x @ w(name + ".weight", x.shape[-1], out) + w(name + ".bias", out)


def layer_norm(w, name, x, epsilon):
    width = x.shape[-1]
    return F.layer_norm(x, (width,), w(name + ".weight", width), w(name + ".bias", width), epsilon)


def relative_positions(w, name, grid, distance, width):
    """r[i, j] = V[row offset] + H[column offset] for tokens i (query) and j (key); token 0 is the class token."""
    rows, columns = relative_rows(grid, distance)
    vertical = w(name + ".vertical", 2 * distance + 2, width)
    horizontal = w(name + ".horizontal", 2 * distance + 2, width)
    return vertical[rows] + horizontal[columns]


@functools.lru_cache
def relative_rows(grid, distance):
    """Which rows of the two tables belong to tokens i, j: row 0 with the class token, 1 ... for offsets from -distance."""
    tokens = grid * grid + 1
    rows = torch.zeros(tokens, tokens, dtype=torch.long)
    columns = torch.zeros(tokens, tokens, dtype=torch.long)
    for i in range(1, tokens):
        for j in range(1, tokens):
            down = (j - 1) // grid - (i - 1) // grid
            right = (j - 1) % grid - (i - 1) % grid
            rows[i, j] = max(-distance, min(distance, down)) + distance + 1
            columns[i, j] = max(-distance, min(distance, right)) + distance + 1
    return rows, columns


def attention(w, name, x, heads, head_width, relative=None):
    """Multi-head self-attention; relative = (grid, largest distance) for AutoFormer's relative positions."""
    tokens, width = x.shape
    inner = heads * head_width
    qkv = linear(w, name + ".qkv", x, 3 * inner)
    q, k, v = (part.reshape(tokens, heads, head_width) for part in qkv.split(inner, dim=1))
    scores = torch.einsum("ihd,jhd->hij", q, k)
    if relative:
        r_k = relative_positions(w, name + ".rel_k", *relative, head_width)
        scores = scores + torch.einsum("ihd,ijd->hij", q, r_k)
    weights = torch.softmax(scores / head_width**0.5, dim=-1)
    mixed = torch.einsum("hij,jhd->ihd", weights, v)
    if relative:
        r_v = relative_positions(w, name + ".rel_v", *relative, head_width)
        mixed = mixed + torch.einsum("hij,ijd->ihd", weights, r_v)
    return linear(w, name + ".proj", mixed.reshape(tokens, inner), width)


def block(w, name, x, heads, head_width, ratio, epsilon, relative=None):
    width = x.shape[-1]
    x = x + attention(w, name + ".attn", layer_norm(w, name + ".norm1", x, epsilon), heads, head_width, relative)
    hidden = F.gelu(linear(w, name + ".mlp.fc1", layer_norm(w, name + ".norm2", x, epsilon), int(width * ratio)))
    return x + linear(w, name + ".mlp.fc2", hidden, width)


def patch_map(w, image, width, stride):
    """[3, S, S] to [width, grid, grid]."""
    kernel = w("patch_embed.proj.weight", width, 3, 16, 16)
    return F.conv2d(image[None], kernel, w("patch_embed.proj.bias", width), stride=stride)[0]


def tokens_of(feature_map):
    """[width, grid, grid] to [grid * grid, width], row by row."""
    return feature_map.flatten(1).T


# ---- the networks: one image [3, S, S] to logits [C]


def plain(w, image, classes, width, heads, head_width, ratios, epsilon, patch_mean, distance=0):
    """One stage: DeiT (class token read) and the AutoFormers (mean over the patch tokens, the class token left out)."""
    feature_map = patch_map(w, image, width, 16)
    grid = feature_map.shape[-1]
    x = torch.cat([w("cls_token", 1, 1, width)[0], tokens_of(feature_map)])
    x = x + w("pos_embed", 1, grid * grid + 1, width)[0]
    relative = (grid, distance) if distance else None
    for i, (h, ratio) in enumerate(zip(heads, ratios)):
        x = block(w, f"blocks.{i}", x, h, head_width or width // h, ratio, epsilon, relative)
    x = layer_norm(w, "norm", x, epsilon)
    return linear(w, "head", x[1:].mean(dim=0) if patch_mean else x[0], classes)


def deit(w, image, classes, choices):
    heads = choices["num_heads"]
    return plain(w, image, classes, 64 * heads, [heads] * 12, None, [4] * 12, 1e-6, patch_mean=False)


def autoformer_absolute(w, image, classes, choices):
    heads, ratios = choices["num_heads"], choices["mlp_ratio"]
    assert len(heads) == len(ratios) == choices["depth"]
    return plain(w, image, classes, choices["hidden_dim"], heads, None, ratios, 1e-6, patch_mean=True)


def autoformer(w, image, classes, choices, patch_mean=True):
    heads, ratios = choices["num_heads"], choices["mlp_ratio"]
    assert len(heads) == len(ratios) == choices["depth"]
    return plain(w, image, classes, choices["embed_dim"], heads, 64, ratios, 1e-5, patch_mean=patch_mean, distance=14)


def pit(w, image, classes, choices):
    """Three stages; between them the map shrinks by a grouped convolution and the class token has a linear layer."""
    base, ratio = choices["base_dim"], choices["mlp_ratio"]
    widths = [base * heads for heads in choices["num_heads"]]
    feature_map = patch_map(w, image, widths[0], 8)
    feature_map = feature_map + w("pos_embed", 1, *feature_map.shape)[0]
    token = w("cls_token", 1, 1, widths[0])[0]
    for s, (heads, depth, width) in enumerate(zip(choices["num_heads"], choices["depth"], widths)):
        if s > 0:
            before = widths[s - 1]
            kernel = w(f"pools.{s - 1}.conv.weight", width, 1, 3, 3)
            bias = w(f"pools.{s - 1}.conv.bias", width)
            feature_map = F.conv2d(feature_map[None], kernel, bias, stride=2, padding=1, groups=before)[0]
            token = linear(w, f"pools.{s - 1}.fc", token, width)
        grid = feature_map.shape[-1]
        x = torch.cat([token, tokens_of(feature_map)])
        for b in range(depth):
            x = block(w, f"stages.{s}.blocks.{b}", x, heads, base, ratio, 1e-6)
        token = x[:1]
        feature_map = x[1:].T.reshape(width, grid, grid)
    return linear(w, "head", layer_norm(w, "norm", token, 1e-6)[0], classes)


NETWORKS = {
    "autoformer-tiny": autoformer,
    "autoformer-shallow": autoformer,
    "autoformer-small": autoformer,
    "autoformer-base": autoformer,
    "autoformer-class-token": functools.partial(autoformer, patch_mean=False),
    "autoformer-tiny-abs": autoformer_absolute,
    "pit": pit,
    "deit": deit,
}


# ---- commands


def compute(arguments):
    model = onnx.load(arguments.model)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    network = NETWORKS[metadata["vintk.space"]]
    choices = json.loads(metadata["vintk.candidate"])["choices"]
    w = Weights(model)
    classes = w.all["head.bias"].shape[0]
    images = torch.tensor(np.load(arguments.images).astype(np.float64))

    # Every kernel wanted is <a_i, K b_j> of the kernel K over these rows: the logits themselves, or just the directions.
    ones = torch.ones(classes, dtype=torch.float64)
    directions = {"kernel": ones}
    if arguments.vector:
        directions["kernel-vector"] = torch.tensor(np.load(arguments.vector).astype(np.float64))
    rows = list(torch.eye(classes, dtype=torch.float64)) if arguments.full else list(directions.values())

    logits = []
    gradients = []  # [sample][row][parameter]
    for image in images:
        output = network(w, image, classes, choices)
        w.require_all_used()
        logits.append(output.detach().numpy())
        parameters = list(w.used.values())
        gradients.append(
            [torch.autograd.grad(torch.dot(row, output), parameters, retain_graph=True) for row in rows]
        )

    out = pathlib.Path(arguments.out)
    (out / "jacobian").mkdir(parents=True, exist_ok=True)
    np.save(out / "logits.npy", np.stack(logits))
    gram = 0
    for p, name in enumerate(w.used):
        jacobian = torch.stack([torch.stack([g[p] for g in sample]) for sample in gradients])  # [N, rows, ...]
        flat = jacobian.reshape(len(images) * len(rows), -1)
        gram = gram + flat @ flat.T
        if arguments.jacobian and re.search(arguments.jacobian, name):
            of_sum = jacobian.sum(dim=1) if arguments.full else jacobian[:, 0]
            np.save(out / "jacobian" / f"{name}.npy", of_sum.numpy())
    if arguments.full:
        np.save(out / "kernel-full.npy", gram.numpy())
    gram = gram.reshape(len(images), len(rows), len(images), len(rows))
    for d, (name, direction) in enumerate(directions.items()):
        if arguments.full:
            kernel = torch.einsum("a,iajb,b->ij", direction, gram, direction)
        else:
            kernel = gram[:, d, :, d].contiguous()
        np.save(out / f"{name}.npy", kernel.numpy())


def shake(arguments):
    model = onnx.load(arguments.model)
    rng = np.random.default_rng(arguments.seed)
    for initializer in model.graph.initializer:
        if initializer.data_type != onnx.TensorProto.FLOAT or not initializer.dims:
            continue
        old = onnx.numpy_helper.to_array(initializer)
        noise = rng.standard_normal(old.shape)
        if re.search("rel_[kv]|pos_embed|cls_token", initializer.name):
            new = 0.5 * noise
        elif re.search(r"norm\d?\.weight$", initializer.name):
            new = 1 + 0.2 * noise
        elif old.ndim == 1:
            new = 0.3 * noise
        elif old.ndim == 2:
            new = noise / np.sqrt(old.shape[0])  # [in, out]
        else:
            new = noise / np.sqrt(np.prod(old.shape[1:]))  # [out, in, height, width]
        initializer.CopyFrom(onnx.numpy_helper.from_array(new.astype(np.float32), initializer.name))
    onnx.save(model, arguments.out)


def check(arguments):
    for file in arguments.files:
        onnx.checker.check_model(onnx.load(file), full_check=True)


def serve(arguments):
    for line in sys.stdin:
        try:
            main(json.loads(line))
            print("ok", flush=True)
        except (Exception, SystemExit):
            print(traceback.format_exc() + "failed", flush=True)


def main(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("compute")
    command.add_argument("model")
    command.add_argument("--images", required=True)
    command.add_argument("--out", required=True)
    command.add_argument("--vector")
    command.add_argument("--full", action="store_true")
    command.add_argument("--jacobian")
    command.set_defaults(run=compute)
    command = commands.add_parser("shake")
    command.add_argument("model")
    command.add_argument("--out", required=True)
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(run=shake)
    command = commands.add_parser("check")
    command.add_argument("files", nargs="+")
    command.set_defaults(run=check)
    command = commands.add_parser("serve")
    command.set_defaults(run=serve)
    arguments = parser.parse_args(words)
    arguments.run(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
