#!/usr/bin/env python3
"""Kernels of torchvision's networks beside PyTorch's training step: same weights, images, threads and allocator, in turn.

    python3 src/bench/torchvision/steps.py --batch 8 resnet18 mobilenet_v2

Takes PyTorch, torchvision and onnx, the built target/vintk.jar and a JDK. A step is forward, backward and SGD in inference mode
(batch normalisation by its statistics, as the kernel has it), of untrained weights. Prints the medians in seconds, and kernel / step.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[3]
# As in src/pom.xml.
TUNED = ":".join([
    "glibc.malloc.mmap_threshold=17179869184", "glibc.malloc.trim_threshold=17179869184",
    "glibc.malloc.hugetlb=1", "glibc.malloc.arena_max=1"])

DEIT_HEADS = {"deit_tiny": 3, "deit_small": 6, "deit_base": 12}


def median(work, rounds):
    times = []
    for number in range(rounds + 2):
        start = time.perf_counter()
        work()
        if number >= 2:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def network(name, size):
    """A network of torchvision.models, or a DeiT, which is its VisionTransformer of other widths (Touvron et al. 2021)."""
    import torchvision

    if name in DEIT_HEADS:
        heads = DEIT_HEADS[name]
        return torchvision.models.VisionTransformer(size, 16, 12, heads, 64 * heads, 256 * heads)
    return torchvision.models.get_model(name, weights=None)


def torch_times(name, folder, batch, size, threads, rounds):
    """Writes model.onnx and input.npy; returns seconds of a forward pass and of a step."""
    import numpy
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = network(name, size).eval()
    images = torch.randn(batch, 3, size, size)
    # The exporter knows no operator for attention's fast path.
    torch.backends.mha.set_fastpath_enabled(False)
    torch.onnx.export(
        model, images, str(folder / "model.onnx"), input_names=["input"], output_names=["output"],
        dynamic_axes={"input": {0: "N"}, "output": {0: "N"}},
        training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, dynamo=False)
    torch.backends.mha.set_fastpath_enabled(True)
    numpy.save(folder / "input.npy", images.numpy())
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-9)

    def step():
        optimiser.zero_grad()
        model(images).sum().backward()
        optimiser.step()

    def forward():
        with torch.no_grad():
            model(images)

    return median(forward, rounds), median(step, rounds)


def kernel_time(folder, jar):
    times = ["java", "-cp", jar, str(ROOT / "src/bench/java/vintk/bench/FileTimes.java"), str(folder)]
    run = subprocess.run(times, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return float(run.stdout.splitlines()[-1].split()[5].rstrip("m")) / 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", help="names of torchvision.models; deit_tiny, deit_small, deit_base")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--jar", default=str(ROOT / "target/vintk.jar"))
    options = parser.parse_args()
    if os.environ.get("GLIBC_TUNABLES") != TUNED:
        # The allocator reads it when a process begins.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "GLIBC_TUNABLES": TUNED})
    # PyTorch's newer exporter needs a package more, and its older one says so for every model.
    warnings.simplefilter("ignore")
    threads = len(os.sched_getaffinity(0))
    print(f"N = {options.batch}, {options.size}x{options.size}, {threads} threads, seconds")
    print(f"{'model':24} {'forward':>8} {'step':>8} {'kernel':>8} {'/ step':>7}", flush=True)
    for name in options.models:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            forward, step = torch_times(name, path, options.batch, options.size, threads, options.rounds)
            kernel = kernel_time(path, options.jar)
        print(f"{name:24} {forward:8.3f} {step:8.3f} {kernel:8.3f} {kernel / step:7.2f}", flush=True)


if __name__ == "__main__":
    main()
