package vintk.opset;

import java.util.List;
import org.junit.jupiter.params.provider.Arguments;

/** Normalisations as operators and as arithmetic, by what is computed of samples and by statistics; see {@link RoleSketches}. */
final class NormalisationSketches {
    private NormalisationSketches() {}

    static List<Arguments> all() {
        Sketch arithmetic = new Sketch()
                .floats("norm_scale", 4)
                .floats("norm_bias", 4)
                .constant("other", 1e-5f)
                .constant("other2", 2)
                .node("mean", "ReduceMean", "x")
                .node("centred", "Sub", "x", "mean")
                .node("square", "Pow", "centred", "other2")
                .node("variance", "ReduceMean", "square")
                .node("safe", "Add", "variance", "other")
                .node("root", "Sqrt", "safe");
        return List.of(
                Arguments.of(
                        "BatchNormalization",
                        new Sketch()
                                .floats("norm_scale", 4)
                                .floats("norm_bias", 4)
                                .floats("statistic1", 4)
                                .floats("statistic2", 4)
                                .node(
                                        "y",
                                        "BatchNormalization",
                                        "x",
                                        "norm_scale",
                                        "norm_bias",
                                        "statistic1",
                                        "statistic2")),
                Arguments.of(
                        "a vector of ones shared by scale and variance",
                        new Sketch()
                                .floats("norm_scale", 4)
                                .floats("norm_bias", 4)
                                .node(
                                        "y",
                                        "BatchNormalization",
                                        "x",
                                        "norm_scale",
                                        "norm_bias",
                                        "norm_bias",
                                        "norm_scale")),
                Arguments.of(
                        "SkipLayerNormalization",
                        new Sketch()
                                .floats("norm_scale", 4)
                                .floats("norm_bias", 4)
                                .floats("bias", 4)
                                .node(
                                        "y",
                                        "com.microsoft.SkipLayerNormalization",
                                        "x",
                                        "x",
                                        "norm_scale",
                                        "norm_bias",
                                        "bias")),
                Arguments.of(
                        "arithmetic, as PyTorch writes it",
                        arithmetic
                                .node("n", "Div", "centred", "root")
                                .node("s", "Mul", "n", "norm_scale")
                                .node("y", "Add", "s", "norm_bias")),
                Arguments.of(
                        "arithmetic, as TensorFlow writes it",
                        new Sketch()
                                .floats("norm_scale", 4)
                                .floats("norm_bias", 4)
                                .constant("other", 1e-5f)
                                .node("mean", "ReduceMean", "x")
                                .node("square", "Mul", "x", "x")
                                .node("variance", "ReduceMean", "square")
                                .node("safe", "Add", "variance", "other")
                                .node("root", "Sqrt", "safe")
                                .node("inverse", "Reciprocal", "root")
                                .node("factor", "Mul", "inverse", "norm_scale")
                                .node("scaled", "Mul", "x", "factor")
                                .node("moved", "Mul", "mean", "factor")
                                .node("offset", "Sub", "norm_bias", "moved")
                                .node("y", "Add", "scaled", "offset")),
                Arguments.of(
                        "GroupNorm, as PyTorch writes it",
                        new Sketch()
                                .constant("other1", 1, 2)
                                .constant("other2", 0, 2)
                                .floats("norm_scale", 4)
                                .floats("norm_bias", 4)
                                .longs("shape", 0, 2, -1)
                                .node("r", "Reshape", "x", "shape")
                                .node("n", "InstanceNormalization", "r", "other1", "other2")
                                .node("b", "Reshape", "n", "shape")
                                .node("s", "Mul", "b", "norm_scale")
                                .node("y", "Add", "s", "norm_bias")),
                Arguments.of(
                        "BatchNormalization, as Keras writes it, the root and its scale being one",
                        new Sketch()
                                .floats("weight", 4, 3, 1, 1)
                                .floats("statistic", 1, 1, 1, 4)
                                .floats("norm_scale", 1, 1, 1, 4)
                                .floats("norm_bias", 1, 1, 1, 4)
                                .node("c", "Conv", "x", "weight")
                                .node("cast", "Cast", "statistic")
                                .node("centred", "Sub", "c", "cast")
                                .node("moved", "Transpose", "centred")
                                .node("n", "Mul", "norm_scale", "moved")
                                .node("y", "Add", "n", "norm_bias")),
                Arguments.of(
                        "BatchNormalization by a deviation",
                        new Sketch()
                                .floats("weight", 3, 4)
                                .floats("statistic1", 4)
                                .floats("statistic2", 4)
                                .floats("norm_scale", 4)
                                .floats("norm_bias", 4)
                                .node("c", "MatMul", "x", "weight")
                                .node("centred", "Sub", "c", "statistic1")
                                .node("n", "Div", "centred", "statistic2")
                                .node("s", "Mul", "n", "norm_scale")
                                .node("y", "Add", "s", "norm_bias")),
                Arguments.of(
                        "a shift and a scale, without an offset for all that reads them",
                        new Sketch()
                                .floats("weight", 4, 4)
                                .floats("other1", 4)
                                .floats("other2", 4)
                                .floats("other3", 4)
                                .node("h", "MatMul", "x", "weight")
                                .node("centred", "Sub", "h", "other1")
                                .node("scaled", "Div", "centred", "other2")
                                .node("y", "Tanh", "scaled")
                                .node("z", "Add", "scaled", "other3")),
                Arguments.of(
                        "images of bytes, times the reciprocal of their deviation",
                        new Sketch()
                                .constant("other", 255)
                                .floats("image_statistic1", 1, 3, 1, 1)
                                .floats("image_statistic2", 1, 3, 1, 1)
                                .node("scaled", "Div", "x", "other")
                                .node("centred", "Sub", "scaled", "image_statistic1")
                                .node("y", "Mul", "centred", "image_statistic2")),
                Arguments.of(
                        "a learned scale and offset of images",
                        new Sketch()
                                .floats("other1", 3, 1, 1)
                                .floats("other2", 3, 1, 1)
                                .node("a", "Mul", "x", "other1")
                                .node("y", "Add", "a", "other2")),
                Arguments.of(
                        "what is subtracted, and not for the whole to be scaled alone",
                        new Sketch()
                                .floats("other1", 4)
                                .floats("other2", 4)
                                .floats("other3", 4)
                                .floats("other4", 3, 4)
                                .floats("other5", 4)
                                .constant("other6", 2)
                                .floats("other7", 3, 4)
                                .floats("other8", 4)
                                .node("whole", "Div", "x", "other8")
                                .node("a", "Sub", "whole", "other1")
                                .node("b", "Mul", "a", "other2")
                                .node("c", "Tanh", "a")
                                .node("d", "Sub", "c", "other3")
                                .node("e", "Mul", "d", "d")
                                .node("f", "Sub", "b", "other4")
                                .node("g", "Mul", "f", "other5")
                                .node("h", "Sub", "other5", "e")
                                .node("i", "Mul", "h", "other5")
                                .node("j", "Sub", "i", "other5")
                                .node("k", "Mul", "j", "other6")
                                .node("l", "Sub", "k", "other5")
                                .node("y", "Div", "l", "other7")));
    }
}
