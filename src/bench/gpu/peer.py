#!/usr/bin/env python3
"""PyTorch's turn: the networks, weights and images that DeviceBench left in a folder, in plain PyTorch.

    peer.py WORK --device cuda|cpu --models deit-tiny,deit-small --batches 64,256 --until SECONDS

Appends to WORK/results.jsonl: the peak of float32 matrix products; per model and batch a forward pass, one training
step (forward, cross-entropy, backward, SGD), the kernel by torch.func (vmap of grad, as PyTorch's tutorial on neural
tangent kernels has it) and by one backward pass a sample through the whole batch (TE-NAS; a few passes are timed, the
rest is multiplied out). Medians. Then prints all of WORK/results.jsonl as a table. Stops to measure when the time is up.
"""

import argparse
import json
import pathlib
import statistics
import time

import numpy as np
import onnx
import onnx.numpy_helper
import torch
from torch.nn import functional as F

try:
    from torch.func import grad, vmap
except ImportError:  # before PyTorch 2.0
    vmap = None

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def forward(w, x, heads, fused):
    """Logits [N, classes] of a DeiT; w by name, matrices stored [in, out]."""
    depth = 1 + max(int(name.split(".")[1]) for name in w if name.startswith("blocks."))

    def norm(t, name):
        return F.layer_norm(t, t.shape[-1:], w[name + ".weight"], w[name + ".bias"], 1e-6)

    def linear(t, name):
        return t @ w[name + ".weight"] + w[name + ".bias"]

    x = F.conv2d(x, w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], stride=16).flatten(2).transpose(1, 2)
    x = torch.cat([w["cls_token"].expand(x.shape[0], -1, -1), x], 1) + w["pos_embed"]
    for b in range(depth):
        name = f"blocks.{b}."
        n, t, width = x.shape
        qkv = linear(norm(x, name + "norm1"), name + "attn.qkv")
        q, k, v = qkv.reshape(n, t, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        if fused:
            mixed = F.scaled_dot_product_attention(q, k, v)
        else:
            mixed = torch.softmax((q * (width // heads) ** -0.5) @ k.transpose(-2, -1), -1) @ v
        x = x + linear(mixed.transpose(1, 2).reshape(n, t, width), name + "attn.proj")
        x = x + linear(F.gelu(linear(norm(x, name + "norm2"), name + "mlp.fc1")), name + "mlp.fc2")
    return linear(norm(x, "norm")[:, 0], "head")


class Bench:
    def __init__(self, args):
        self.work = pathlib.Path(args.work)
        self.device = torch.device(args.device)
        self.end = time.monotonic() + args.until
        self.facts = {"device": self.name(), "torch": torch.__version__}

    def name(self):
        return torch.cuda.get_device_name(0) if self.device.type == "cuda" else "cpu"

    def line(self, **row):
        print(json.dumps(row), flush=True)
        with open(self.work / "results.jsonl", "a") as out:
            out.write(json.dumps(row) + "\n")

    def synchronize(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def median(self, body, repeats=5, warmup=2):
        for _ in range(warmup):
            body()
        times = []
        for _ in range(repeats):
            self.synchronize()
            start = time.monotonic()
            body()
            self.synchronize()
            times.append(time.monotonic() - start)
            if time.monotonic() > self.end:
                break
        return statistics.median(times)

    def measure(self, what, body, **more):
        """One line of results; what does not fit into memory says so."""
        if time.monotonic() > self.end:
            self.line(what=what, failed="no time left", **more)
            return None
        try:
            seconds = self.median(body)
            self.line(what=what, median=seconds, **self.facts, **more)
            return seconds
        except RuntimeError as e:
            self.line(what=what, failed=str(e).splitlines()[0][:120], **more)
        torch.cuda.empty_cache()
        return None

    def peak(self):
        side = 8192 if self.device.type == "cuda" else 2048
        a = torch.randn(side, side, device=self.device)
        seconds = self.median(lambda: a @ a)
        self.line(what="gemm", median=seconds, gflop=2e-9 * side**3, **self.facts)

    def model(self, model, batch):
        stored = onnx.load(self.work / f"{model}.onnx").graph.initializer
        arrays = {i.name: onnx.numpy_helper.to_array(i) for i in stored}
        w = {n: torch.tensor(a, device=self.device) for n, a in arrays.items() if a.dtype == np.float32 and a.ndim > 0}
        x = torch.tensor(np.load(self.work / f"images-{batch}.npy"), device=self.device)
        heads = w["pos_embed"].shape[-1] // 64
        labels = torch.arange(batch, device=self.device) % 1000
        more = {"model": model, "batch": batch}
        ways = (False, True) if hasattr(F, "scaled_dot_product_attention") else (False,)
        with torch.no_grad():
            for fused in ways:
                name = "torch-forward" + ("-fused" if fused else "")
                self.measure(name, lambda: forward(w, x, heads, fused), **more)
        learned = {n: p.clone().requires_grad_() for n, p in w.items()}
        optimiser = torch.optim.SGD(learned.values(), 1e-3)
        for fused in ways:

            def step():
                optimiser.zero_grad()
                F.cross_entropy(forward(learned, x, heads, fused), labels).backward()
                optimiser.step()

            self.measure("torch-step" + ("-fused" if fused else ""), step, **more)
        torch.backends.cuda.matmul.allow_tf32 = True
        self.measure("torch-step-tf32", step, **more)
        torch.backends.cuda.matmul.allow_tf32 = False
        del learned, optimiser
        self.functional(w, x, heads, more)
        self.loop(w, x, heads, more)

    def functional(self, w, x, heads, more):
        def value(parameters, image):
            return forward(parameters, image.unsqueeze(0), heads, False).sum()

        def kernel(chunk):
            rows = vmap(grad(value), in_dims=(None, 0), chunk_size=chunk)(w, x)
            total = 0
            for row in rows.values():
                flat = row.flatten(1)
                total = total + flat @ flat.T
            return total

        if vmap is None:
            self.line(what="torch-func", failed="this PyTorch has no torch.func", **more)
            return
        ours = np.load(self.work / f"kernel-{more['model']}-{more['batch']}.npy")
        for chunk in (None, 32):
            error = {}

            def body():
                error["kernel"] = kernel(chunk)

            name = "torch-func" + (f"-chunk{chunk}" if chunk else "")
            if self.measure(name, body, **more) is not None:
                theirs = error["kernel"].double().cpu().numpy()
                difference = float(np.linalg.norm(theirs - ours) / np.linalg.norm(ours))
                self.line(what=name + "-difference", relative=difference, **more)

    def loop(self, w, x, heads, more):
        leaves = {n: p.clone().requires_grad_() for n, p in w.items()}
        passes = min(3, x.shape[0])

        def body():
            logits = forward(leaves, x, heads, False)
            for i in range(passes):
                torch.autograd.grad(logits[i].sum(), list(leaves.values()), retain_graph=True)

        def first():
            forward(leaves, x, heads, False)

        if time.monotonic() > self.end:
            return
        try:
            forward_seconds = self.median(first, 3, 1)
            some = self.median(body, 3, 1)
        except RuntimeError as e:
            self.line(what="te-nas-loop", failed=str(e).splitlines()[0][:120], **more)
            torch.cuda.empty_cache()
            return
        whole = forward_seconds + (some - forward_seconds) / passes * x.shape[0]
        self.line(what="te-nas-loop", median=whole, note=f"{passes} of {x.shape[0]} passes timed", **self.facts, **more)


def table(work):
    rows = [json.loads(line) for line in open(pathlib.Path(work) / "results.jsonl")]
    gold = [r for r in rows if r["what"] == "gold"]
    timed = [r for r in rows if r["what"] not in ("gold",)]
    steps = {}
    for r in timed:
        if r["what"] in ("torch-step", "torch-step-fused") and "median" in r:
            key = r["model"], r["batch"]
            steps[key] = min(steps.get(key, r["median"]), r["median"])
    print(f"\n{'model':<12}{'N':>4} {'what':<26}{'ms':>9}{'/ step':>8}{'TFLOP/s':>9}  notes")
    for r in timed:
        key = r.get("model", ""), r.get("batch", "")
        ms = f"{1e3 * r['median']:.1f}" if "median" in r else ""
        ratio = f"{r['median'] / steps[key]:.2f}" if "median" in r and key in steps else ""
        rate = f"{r['gflop'] / r['median'] / 1e3:.1f}" if "gflop" in r and "median" in r else ""
        kept = ("failed", "relative", "relative_error", "note", "on_processor", "per_minute")
        notes = ", ".join(f"{k} {r[k]}" for k in kept if r.get(k) not in (None, ""))
        if "open" in r:
            notes = f"opened {1e3 * r['open']:.0f} ms, first run {1e3 * r['first']:.0f} ms {notes}"
        print(f"{key[0]:<12}{key[1]:>4} {r['what']:<26}{ms:>9}{ratio:>8}{rate:>9}  {notes}")
    if gold:
        held = [r for r in gold if r.get("holds")]
        print(f"\ngold kernels: {len(held)} of {len(gold)} within tolerance, worst", end=" ")
        print(max((float(r["worst"]) for r in held), default=0))
        for r in gold:
            if not r.get("holds") or r.get("on_processor"):
                print("  ", r["model"], r.get("worst", ""), r.get("failed", ""), r.get("on_processor", ""))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("work")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--models", default="deit-tiny,deit-small")
    parser.add_argument("--batches", default="64,256")
    parser.add_argument("--until", type=float, default=300)
    parser.add_argument("--table-only", action="store_true")
    arguments = parser.parse_args()
    if not arguments.table_only:
        bench = Bench(arguments)
        bench.peak()
        for some_model in arguments.models.split(","):
            for some_batch in arguments.batches.split(","):
                bench.model(some_model, int(some_batch))
    table(arguments.work)
