#!/usr/bin/env python3
"""Kernels of exported networks beside those of their modules by PyTorch's autograd.

    python3 src/bench/exports/kernels.py timm:vit_tiny_patch16_224 transformers:PoolFormer keras:MobileNetV2

Takes PyTorch, onnxscript, and the libraries that are named (timm, torchvision, transformers, keras 3, pytorchcv, vit_pytorch,
segmentation_models_pytorch), the built target/vintk.jar and a JDK. Networks are untrained, with some noise on tensors of one number
throughout, which exporters write once, and on running statistics. Prints the parameters of the module, those that were counted, and the
largest difference from the kernel in float64 over its largest entry, of vintk's kernel and of PyTorch's own in float32: 1e-7 to 1e-6 is
rounding, more of it mostly a ReLU or a maximum on the other side of a kink. Where both are far off, float32 does not suffice for the
network. Of Keras the reference is in float32.
"""

import argparse
import copy
import importlib
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[3]


def noisy(module):
    """What training would have made different: else an exporter takes it for one tensor."""
    import torch

    with torch.no_grad():
        for parameter in module.parameters():
            if float(parameter.min()) == float(parameter.max()):
                parameter.add_(0.02 * torch.randn_like(parameter))
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                buffer.add_(0.1 * torch.randn_like(buffer))
            if name.endswith("running_var"):
                buffer.mul_(0.5 + torch.rand_like(buffer))


def pytorch(module, shape, batch, file):
    """Exports as README says, by the older exporter where the newer one does not know the network."""
    import torch

    noisy(module.eval())
    images = torch.randn(batch, *shape)
    names = {"input_names": ["input"], "output_names": ["output"]}
    try:
        torch.onnx.export(
            module, (images,), file, **names, dynamic_shapes=({0: torch.export.Dim("N")},),
            dynamo=True, optimize=False, external_data=False, verbose=False)
    except Exception:
        torch.onnx.export(
            module, images, file, **names, dynamic_axes={"input": {0: "N"}, "output": {0: "N"}},
            training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, dynamo=False)
    return images, [p for p in module.parameters() if p.requires_grad], module


def first(module):
    """Of several outputs the first."""
    import torch

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.module = module

        def forward(self, images):
            output = self.module(images)
            while not torch.is_tensor(output):
                output = output[0]
            return output

    return Network()


def timm(name, batch, file):
    import timm as library

    module = library.create_model(name, pretrained=False)
    return pytorch(module, module.pretrained_cfg.get("input_size", (3, 224, 224)), batch, file)


def torchvision(name, batch, file):
    import torchvision as library

    return pytorch(library.models.get_model(name, weights=None), (3, 224, 224), batch, file)


def transformers(name, batch, file):
    """A classifier of images of the default configuration."""
    import torch
    import transformers as library

    class Logits(torch.nn.Module):
        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, images):
            return self.model(pixel_values=images).logits

    config = getattr(library, name + "Config")()
    module = Logits(library.AutoModelForImageClassification.from_config(config))
    size = getattr(config, "image_size", None)
    return pytorch(module, (3, size, size) if isinstance(size, int) else (3, 224, 224), batch, file)


def keras(name, batch, file):
    """A network of keras.applications, at 96x96: its exporter is the older one of PyTorch."""
    import keras as library
    import numpy
    import torch

    model = getattr(library.applications, name)(weights=None, input_shape=(96, 96, 3), classifier_activation=None)
    draw = numpy.random.default_rng(0)
    for variable in model.variables:
        number = numpy.array(variable)
        if number.dtype == numpy.float32 and number.min() == number.max():
            scale, shift = (0.05, number) if variable.trainable or number.max() == 0 else (0, number * draw.uniform(0.5, 1.5, number.shape))
            variable.assign(shift + scale * draw.standard_normal(number.shape))
    images = torch.randn(batch, 96, 96, 3)
    model(images)
    model.export(file, format="onnx", verbose=False)
    return images, [v.value for v in model.trainable_variables], lambda x: model(x, training=False)


def pytorchcv(name, batch, file):
    from pytorchcv.model_provider import get_model

    module = get_model(name)
    size = getattr(module, "in_size", (224, 224))
    return pytorch(first(module), (3, *((size, size) if isinstance(size, int) else size)), batch, file)


def vit_pytorch(name, batch, file):
    """MODULE.CLASS, of 64x64 pixels in 8x8 patches, two blocks of 48 channels and three heads."""
    module, _, kind = name.partition(".")
    network = getattr(importlib.import_module("vit_pytorch." + module), kind)
    return pytorch(
        network(image_size=64, patch_size=8, num_classes=10, dim=48, depth=2, heads=3, mlp_dim=96), (3, 64, 64), batch, file)


def segmentation_models_pytorch(name, batch, file):
    """On a ResNet-18, at 128x128."""
    import segmentation_models_pytorch as library

    return pytorch(
        getattr(library, name)(encoder_name="resnet18", encoder_weights=None, classes=3), (3, 128, 128), batch, file)


LIBRARIES = {
    library.__name__: library
    for library in (timm, torchvision, transformers, keras, pytorchcv, vit_pytorch, segmentation_models_pytorch)
}


def autograd(network, parameters, images):
    """[N, N], the products of the gradients of each image's summed output.

    Of the whole batch: of one image alone PyTorch 2.13 has a wrong gradient of BatchNorm2d in inference mode on CPU, where what comes
    back lies channels last, as behind flatten(2).transpose(1, 2).
    """
    import torch

    rows = []
    output = network(images)
    for i in range(len(images)):
        gradients = torch.autograd.grad(output[i].sum(), parameters, retain_graph=True, allow_unused=True)
        rows.append(torch.cat([
            (torch.zeros_like(p) if g is None else g).flatten().double() for p, g in zip(parameters, gradients)]))
    jacobian = torch.stack(rows)
    return (jacobian @ jacobian.T).numpy()


def compared(library, name, batch, jar):
    import numpy
    import torch

    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        model, data, out = (f"{folder}/{part}" for part in ("model.onnx", "input.npy", "kernel.npy"))
        images, parameters, network = LIBRARIES[library](name, batch, model)
        numpy.save(data, images.numpy())
        single = expected = autograd(network, parameters, images)
        if isinstance(network, torch.nn.Module):
            # Some keep what they computed of their parameters, until they are trained.
            wide = copy.deepcopy(network.train().eval()).double()
            expected = autograd(wide, [p for p in wide.parameters() if p.requires_grad], images.double())
        run = subprocess.run(["java", "-jar", jar, "kernel", model, "--input", data, "--out", out], capture_output=True, text=True)
        if run.returncode:
            return run.stderr.strip()
        ours, theirs = (
            f"{abs(kernel - expected).max() / abs(expected).max():.1e}" for kernel in (numpy.load(out), single))
        counted = run.stdout.split(" parameters in ")[0].split()[-1].replace(",", "")
        return f"{sum(p.numel() for p in parameters):10} {counted:>10} {ours:>10} {'-' if single is expected else theirs:>10}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", help="LIBRARY:NAME, of " + ", ".join(LIBRARIES))
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--jar", default=str(ROOT / "target/vintk.jar"))
    options = parser.parse_args()
    for model in options.models:
        library, _, name = model.partition(":")
        if library not in LIBRARIES or not name:
            parser.error(f"expected LIBRARY:NAME, of {', '.join(LIBRARIES)}, got '{model}'")
    os.environ["KERAS_BACKEND"] = "torch"
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    print(f"{'model':40} {'parameters':>10} {'counted':>10} {'vintk':>10} {'PyTorch':>10}", flush=True)
    for model in options.models:
        library, name = model.split(":")
        print(f"{model:40} {compared(library, name, options.batch, options.jar)}", flush=True)


if __name__ == "__main__":
    main()
