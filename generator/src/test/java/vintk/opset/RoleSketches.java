package vintk.opset;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Small models; the names of their tensors say the roles that they must be told to have. */
final class RoleSketches {
    private RoleSketches() {}

    private static Arguments of(String name, Sketch sketch) {
        return Arguments.of(name, sketch);
    }

    static Stream<Arguments> all() {
        return Stream.of(layers(), biases(), followed(), NormalisationSketches.all(), embeddings(), others())
                .flatMap(List::stream);
    }

    private static List<Arguments> layers() {
        return List.of(
                of(
                        "Conv",
                        new Sketch()
                                .floats("weight", 8, 3, 3, 3)
                                .floats("bias", 8)
                                .node("y", "Conv", "x", "weight", "bias")),
                of(
                        "Conv whose weight is a Constant node",
                        new Sketch().constant("weight", 2, 8, 3, 3, 3).node("y", "Conv", "x", "weight")),
                of(
                        "Conv whose weight is a ConstantOfShape",
                        new Sketch()
                                .longs("shape", 8, 3, 3, 3)
                                .node("weight", "ConstantOfShape", "shape")
                                .node("y", "Conv", "x", "weight")),
                of(
                        "DeformConv",
                        new Sketch()
                                .floats("weight", 8, 3, 3, 3)
                                .floats("bias", 8)
                                .node("y", "DeformConv", "x", "weight", "x", "bias")),
                of(
                        "Gemm, PRelu",
                        new Sketch()
                                .floats("weight", 8, 3)
                                .floats("bias", 3)
                                .floats("slope", 3)
                                .node("y", "Gemm", "x", "weight", "bias")
                                .node("z", "PRelu", "y", "slope")),
                of(
                        "LSTM",
                        new Sketch()
                                .floats("weight1", 1, 16, 3)
                                .floats("weight2", 1, 16, 4)
                                .floats("bias", 1, 32)
                                .node("y", "LSTM", "x", "weight1", "weight2", "bias")),
                of("weight on the left", new Sketch().floats("weight", 5, 4).node("y", "MatMul", "weight", "x")),
                of(
                        "Einsum of three",
                        new Sketch()
                                .floats("weight1", 5, 4)
                                .floats("weight2", 4, 4)
                                .node("y", "Einsum", "x", "weight1", "weight2")),
                of(
                        "Attention of com.microsoft",
                        new Sketch()
                                .floats("weight", 4, 12)
                                .floats("bias", 12)
                                .node("y", "com.microsoft.Attention", "x", "weight", "bias")),
                of(
                        "low-rank update",
                        new Sketch()
                                .floats("weight1", 8, 2)
                                .floats("weight2", 2, 8)
                                .node("w", "MatMul", "weight1", "weight2")
                                .node("y", "MatMul", "x", "w")));
    }

    private static List<Arguments> biases() {
        Sketch product = new Sketch().floats("weight", 4, 6).node("y", "MatMul", "x", "weight");
        return List.of(
                of("Add", product.floats("bias", 6).node("z", "Add", "bias", "y")),
                of(
                        "Add behind a Reshape",
                        new Sketch()
                                .floats("weight", 4, 6)
                                .floats("bias", 2, 1, 3)
                                .longs("shape", 0, 2, -1, 3)
                                .node("y", "MatMul", "x", "weight")
                                .node("r", "Reshape", "y", "shape")
                                .node("z", "Add", "r", "bias")),
                of(
                        "Add to a convolution, through an Unsqueeze",
                        new Sketch()
                                .floats("weight", 8, 3, 3, 3)
                                .floats("bias", 8)
                                .longs("axes", 1, 2)
                                .node("b", "Unsqueeze", "bias", "axes")
                                .node("y", "Conv", "x", "weight")
                                .node("z", "Add", "y", "b")),
                of(
                        "Add to a product times a number",
                        new Sketch()
                                .floats("weight", 4, 6)
                                .floats("other", 1)
                                .floats("bias", 6)
                                .node("y", "MatMul", "x", "weight")
                                .node("s", "Mul", "y", "other")
                                .node("z", "Add", "s", "bias")));
    }

    private static List<Arguments> followed() {
        return List.of(
                of(
                        "layout and conversion",
                        new Sketch()
                                .floats("weight", 4, 3)
                                .longs("shape", 4, 3, 1, 1)
                                .node("a", "Identity", "weight")
                                .node("b", "Cast", "a")
                                .node("c", "Reshape", "b", "shape")
                                .node("y", "Conv", "x", "c")),
                of(
                        "quantised and back",
                        new Sketch()
                                .floats("weight", 4, 3)
                                .floats("other")
                                .node("q", "QuantizeLinear", "weight", "other")
                                .node("d", "DequantizeLinear", "q", "other")
                                .node("y", "MatMul", "x", "d")),
                of(
                        "weight normalisation",
                        new Sketch()
                                .floats("weight", 8, 3, 3, 3)
                                .floats("other", 8, 1, 1, 1)
                                .node("n", "ReduceL2", "weight")
                                .node("s", "Div", "other", "n")
                                .node("w", "Mul", "weight", "s")
                                .node("y", "Conv", "x", "w")),
                of(
                        "weights concatenated",
                        new Sketch()
                                .floats("weight1", 4, 3)
                                .floats("weight2", 4, 3)
                                .node("w", "Concat", "weight1", "weight2")
                                .with("axis", 1)
                                .node("y", "MatMul", "x", "w")),
                of(
                        "selected row",
                        new Sketch()
                                .floats("weight", 3, 4, 4)
                                .longs("i", 1)
                                .longs("axes", 0)
                                .node("s", "Squeeze", "i", "axes")
                                .node("w", "Gather", "weight", "s")
                                .node("y", "MatMul", "x", "w")));
    }

    private static List<Arguments> embeddings() {
        return List.of(
                of(
                        "class token and positions",
                        new Sketch()
                                .floats("embedding1", 1, 1, 6)
                                .floats("embedding2", 1, 5, 6)
                                .floats("weight", 6, 6)
                                .node("e", "Expand", "embedding1", "shape")
                                .node("c", "Concat", "e", "x")
                                .with("axis", 1)
                                .node("p", "Add", "c", "embedding2")
                                .node("y", "MatMul", "p", "weight")),
                of(
                        "class token added to zeros of a computed shape",
                        new Sketch()
                                .floats("embedding", 6)
                                .floats("weight", 6, 6)
                                .node("s", "Shape", "x")
                                .node("zeros", "ConstantOfShape", "s")
                                .node("e", "Add", "zeros", "embedding")
                                .node("c", "Concat", "e", "x")
                                .with("axis", 1)
                                .node("y", "MatMul", "c", "weight")),
                of(
                        "positions added to the patch embedding",
                        new Sketch()
                                .floats("weight1", 6, 3, 4, 4)
                                .floats("embedding", 1, 6, 2, 2)
                                .floats("weight2", 6, 6, 1, 1)
                                .node("e", "Conv", "x", "weight1")
                                .node("p", "Add", "e", "embedding")
                                .node("y", "Conv", "p", "weight2")),
                of(
                        "looked up by computed and by constant places",
                        new Sketch()
                                .floats("embedding1", 9, 6)
                                .floats("embedding2", 9, 6)
                                .longs("places", 0, 1, 2, 2)
                                .node("e", "Gather", "embedding1", "x")
                                .node("p", "Gather", "embedding2", "places")
                                .node("y", "Add", "e", "p")),
                of(
                        "relative positions added to scores divided by √d",
                        new Sketch()
                                .floats("embedding", 1, 2, 4, 4)
                                .constant("other", 64)
                                .node("k", "Transpose", "x")
                                .node("qk", "MatMul", "x", "k")
                                .node("root", "Sqrt", "other")
                                .node("s", "Div", "qk", "root")
                                .node("b", "Add", "s", "embedding")
                                .node("a", "Softmax", "b")
                                .node("y", "MatMul", "a", "x")),
                of(
                        "latent queries",
                        new Sketch()
                                .floats("embedding", 1, 4, 6)
                                .floats("weight", 6, 6)
                                .node("q", "MatMul", "embedding", "weight")
                                .node("y", "MatMul", "q", "x")));
    }

    private static List<Arguments> others() {
        return List.of(
                of(
                        "mean and deviation of the images, layer scale, a number",
                        new Sketch()
                                .floats("image_statistic1", 1, 3, 1, 1)
                                .floats("image_statistic2", 1, 3, 1, 1)
                                .floats("other1", 8, 1, 1)
                                .floats("other2")
                                .floats("weight", 8, 3, 1, 1)
                                .node("a", "Sub", "x", "image_statistic1")
                                .node("b", "Div", "a", "image_statistic2")
                                .node("c", "Conv", "b", "weight")
                                .node("d", "Mul", "c", "other1")
                                .node("y", "Mul", "d", "other2")),
                of(
                        "a number expanded to a matrix",
                        new Sketch()
                                .floats("other")
                                .node("w", "Expand", "other", "shape")
                                .node("y", "MatMul", "x", "w")),
                of("nobody reads it", new Sketch().floats("other", 3).node("y", "Relu", "x")),
                of(
                        "channels of zeros",
                        new Sketch()
                                .longs("shape", 1, 4, 2, 2)
                                .node("other", "ConstantOfShape", "shape")
                                .node("y", "Concat", "x", "other")
                                .with("axis", 1)),
                of(
                        "anchors of a detector: no layer follows",
                        new Sketch()
                                .floats("other", 1, 9, 4)
                                .floats("weight", 6, 4)
                                .node("b", "MatMul", "x", "weight")
                                .node("y", "Add", "b", "other")),
                of(
                        "a cycle ends",
                        new Sketch()
                                .floats("other", 3)
                                .node("a", "Identity", "b")
                                .node("b", "Identity", "a")
                                .node("c", "Add", "other", "a")));
    }

    /** Fan-in and fan-out by what reads a weight, and which way round. */
}
