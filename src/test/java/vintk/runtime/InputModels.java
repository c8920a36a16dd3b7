package vintk.runtime;

import java.util.Arrays;
import java.util.stream.Stream;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** How samples go in: other inputs, other types, and where the batch is. */
final class InputModels {
    private InputModels() {}

    static Stream<ExportedModel> cases() {
        return Stream.of(
                new ExportedModel("a second input with rows", second(-1, 2), 3).rows("meta", 2),
                new ExportedModel("a second input with rows, of one sample", second(1, 2), 3)
                        .rows("meta", 2)
                        .fixed(1),
                new ExportedModel("a second input that is the same for all", second(0, 2), 3).filled("meta", 0.5, 2),
                new ExportedModel("ids", ids(), 4).ids(5),
                new ExportedModel("batch on axis 1, found", turned(4, -1, 3), 4, 3).axis(1, false),
                new ExportedModel("batch on axis 1, given", turned(-1, -1, 3), 4, 3).axis(1, true),
                new ExportedModel("no batch", vector(), 3).axis(-1, false).perSample(),
                new ExportedModel("one sample, flattened", flattened(), 2, 3).fixed(1),
                new ExportedModel("one sample, mixed over rows", rows(new long[] {-1, 3}), 6)
                        .fixed(1)
                        .perSample(),
                new ExportedModel("one sample, in two rows", rows(new long[] {2, 3}), 6)
                        .fixed(1)
                        .perSample(),
                new ExportedModel("two samples at a time", rowsOfTwo(), 3)
                        .fixed(2)
                        .perSample(),
                new ExportedModel("two images of one channel at a time", channel(2, 1, 2, 3), 1, 2, 3)
                        .fixed(2)
                        .perSample(),
                new ExportedModel(
                                "the same of a file that says no shapes behind",
                                channel(2, 1, 2, 3).unsaid(),
                                1,
                                2,
                                3)
                        .fixed(2)
                        .perSample(),
                new ExportedModel("two signals of one channel at a time", channel(2, 1, 6), 1, 6)
                        .fixed(2)
                        .perSample(),
                new ExportedModel("a sequence of two steps", steps(), 2, 3)
                        .axis(1, false)
                        .fixed(1),
                new ExportedModel("a token copied for two samples at a time", tokenOfTwo(true, -0.6f), 3, 4)
                        .like(tokenOfTwo(false, -0.6f))
                        .fixed(2)
                        .perSample(),
                new ExportedModel("the same of one number, untied: it stays one", tokenOfTwo(true, 0.3f), 3, 4)
                        .untied()
                        .like(tokenOfTwo(false, 0.3f))
                        .fixed(2)
                        .perSample(),
                new ExportedModel("a mask stored for two samples at a time", maskOfTwo(), 4)
                        .fixed(2)
                        .perSample(),
                new ExportedModel("a mean by a factor of more axes", meanOfMoreAxes(), 4, 3).without("fifth"),
                new ExportedModel("a mask made for the batch", masked(), 3),
                new ExportedModel("copies for as many heads as there are samples", heads(), 3, 4),
                new ExportedModel("a token made for the batch, which is on axis 1", tokens(), 4, 3),
                new ExportedModel("double", dense(DataType.DOUBLE), 3),
                new ExportedModel("half", dense(DataType.FLOAT16), 3).coarse(),
                new ExportedModel("half inside", mixed(), 3).coarse(),
                new ExportedModel("double inside", doubleInside(), 3));
    }

    /** Attention's mask as PyTorch's exporter writes it: expanded to the batch before it is made a number. */
    private static TestModel masked() {
        return TestModel.opset(18)
                .input("x", -1, 3)
                .weight("w", 3, 4)
                .layer("h", "x", "w")
                .constant("row", Tensor.longs(Shape.of(1, 4), 0, 1, 2, 3))
                .scalarLong("two", 2)
                .node("Shape", "n", "x")
                .with("end", 1)
                .longs("four", 4)
                .node("Concat", "shape", "n", "four")
                .with("axis", 0)
                .node("Less", "less", "row", "two")
                .node("Expand", "keep", "less", "shape")
                .scalar("none", 0)
                .scalar("away", -2)
                .node("Where", "mask", "keep", "none", "away")
                .node("Add", "scores", "h", "mask")
                .node("Softmax", "p", "scores")
                .node("Mul", "y", "p", "p")
                .output("y");
    }

    /** [T, N, D] with a learned row in front, as networks have it that count the steps first. */
    private static TestModel tokens() {
        return TestModel.opset(18)
                .input("x", -1, 4, 3)
                .weight("w", 3, 2)
                .layer("h", "x", "w")
                .node("Transpose", "t", "h")
                .with("perm", new long[] {1, 0, 2})
                .weight("token", 1, 1, 2)
                .node("Shape", "n", "x")
                .with("end", 1)
                .longs("one", 1)
                .node("Concat", "shape", "one", "n", "one")
                .with("axis", 0)
                .node("Expand", "row", "token", "shape")
                .node("Concat", "c", "row", "t")
                .with("axis", 0)
                .node("Tanh", "a", "c")
                .longs("first", 0)
                .node("ReduceSum", "y", "a", "first")
                .with("keepdims", 0)
                .output("y");
    }

    /** The sum of what is expanded to three heads and of what is expanded to the batch, which is three samples. */
    private static TestModel heads() {
        return TestModel.opset(18)
                .input("x", -1, 3, 4)
                .weight("w", 4, 4)
                .layer("h", "x", "w")
                .weight("p", 1, 1, 4)
                .longs("heads", 1, 3, 4)
                .node("Expand", "rows", "p", "heads")
                .weight("q", 1, 3, 4)
                .node("Shape", "n", "x")
                .with("end", 1)
                .longs("rest", 3, 4)
                .node("Concat", "batch", "n", "rest")
                .with("axis", 0)
                .node("Expand", "samples", "q", "batch")
                .node("Add", "bias", "rows", "samples")
                .node("Add", "b", "h", "bias")
                .node("Tanh", "y", "b")
                .output("y");
    }

    private static TestModel meanOfMoreAxes() {
        return TestModel.opset(13)
                .input("x", -1, 4, 3)
                .weight("w", 3, 5)
                .layer("h", "x", "w")
                .longs("last", 2)
                .node("ReduceSum", "sum", "h", "last")
                .with("keepdims", 0)
                .constant("fifth", Tensor.floats(Shape.of(1, 1, 1), 0.2f))
                .node("Mul", "mean", "sum", "fifth")
                .node("ReduceSum", "y", "mean", "last")
                .with("keepdims", 0)
                .output("y");
    }

    private static TestModel dense(DataType type) {
        return TestModel.opset(13)
                .floats(type)
                .input("x", -1, 3)
                .weight("w", 3, 4)
                .weightNode("b", 4)
                .weight("v", 4, 2)
                .node("MatMul", "p", "x", "w")
                .node("Add", "pb", "p", "b")
                .node("Tanh", "h", "pb")
                .layer("y", "h", "v")
                .output("y");
    }

    private static TestModel mixed() {
        return TestModel.opset(13)
                .input("x", -1, 3)
                .weight("w", 3, 4)
                .layer("h", "x", "w")
                .node("Cast", "half", "h")
                .with("to", 10)
                .floats(DataType.FLOAT16)
                .weight("v", 4, 2)
                .layer("g", "half", "v")
                .node("Cast", "y", "g")
                .with("to", 1)
                .output("y");
    }

    private static TestModel doubleInside() {
        return TestModel.opset(13)
                .input("x", -1, 3)
                .weight("w", 3, 4)
                .layer("h", "x", "w")
                .node("Cast", "wide", "h")
                .with("to", 11)
                .floats(DataType.DOUBLE)
                .scalar("two", 2)
                .node("Mul", "twice", "wide", "two")
                .node("Cast", "g", "twice")
                .with("to", 1)
                .floats(DataType.FLOAT)
                .weight("v", 4, 2)
                .layer("y", "g", "v")
                .output("y");
    }

    /** @param batch of the second input too; 0 where it has none */
    private static TestModel second(long batch, long width) {
        TestModel model = TestModel.opset(13).input("x", batch == 0 ? -1 : batch, 3);
        if (batch == 0) {
            model.input("meta", width);
        } else {
            model.input("meta", batch, width);
        }
        return model.weight("w", 3, 4)
                .weight("v", width, 4)
                .node("MatMul", "a", "x", "w")
                .node("MatMul", "b", "meta", "v")
                .node("Add", "sum", "a", "b")
                .node("Tanh", "h", "sum")
                .weight("u", 4, 2)
                .layer("y", "h", "u")
                .output("y");
    }

    private static TestModel ids() {
        return TestModel.opset(13)
                .input(DataType.INT64, "ids", -1, 4)
                .weight("table", 5, 3)
                .node("Gather", "tokens", "table", "ids")
                .weight("w", 3, 3)
                .layer("h", "tokens", "w")
                .node("ReduceMean", "pooled", "h")
                .with("axes", new long[] {1})
                .with("keepdims", 0)
                .weight("v", 3, 2)
                .layer("y", "pooled", "v")
                .output("y");
    }

    private static TestModel turned(long... dims) {
        return TestModel.opset(13)
                .input("x", dims)
                .weight("w", 3, 3)
                .layer("h", "x", "w")
                .weight("places", 4, 1, 3)
                .node("Mul", "placed", "h", "places")
                .node("ReduceMean", "pooled", "placed")
                .with("axes", new long[] {0})
                .with("keepdims", 0)
                .weight("v", 3, 2)
                .layer("y", "pooled", "v")
                .output("y");
    }

    private static TestModel vector() {
        return TestModel.opset(13)
                .input("x", 3)
                .weight("w", 3, 4)
                .layer("h", "x", "w")
                .weight("v", 4, 2)
                .layer("y", "h", "v")
                .output("y");
    }

    private static TestModel flattened() {
        return TestModel.opset(13)
                .input("x", 1, 2, 3)
                .weight("w", 3, 3)
                .layer("h", "x", "w")
                .longs("flat", 1, -1)
                .node("Reshape", "row", "h", "flat")
                .weight("v", 6, 2)
                .layer("y", "row", "v")
                .output("y");
    }

    /** A softmax over the rows of what is one sample: with more samples it would run over all of them. */
    private static TestModel rows(long[] shape) {
        return TestModel.opset(13)
                .input("x", 1, 6)
                .longs("shape", shape)
                .node("Reshape", "rows", "x", "shape")
                .weight("w", 3, 3)
                .layer("h", "rows", "w")
                .node("Softmax", "s", "h")
                .with("axis", 0)
                .node("Mul", "hs", "h", "s")
                .longs("flat", 1, -1)
                .node("Reshape", "row", "hs", "flat")
                .weight("v", 6, 2)
                .layer("y", "row", "v")
                .output("y");
    }

    private static TestModel rowsOfTwo() {
        return TestModel.opset(13)
                .input("x", 2, 3)
                .weight("w", 3, 4)
                .layer("h", "x", "w")
                .longs("two", 2, 2, 2)
                .node("Reshape", "pairs", "h", "two")
                .weight("v", 2, 2)
                .layer("y", "pairs", "v")
                .output("y");
    }

    private static TestModel channel(long... dims) {
        return TestModel.opset(13)
                .input("x", dims)
                .node("Flatten", "flat", "x")
                .weight("w", 6, 4)
                .layer("h", "flat", "w")
                .longs("rows", 2, 2, 2)
                .node("Reshape", "pairs", "h", "rows")
                .weight("v", 2, 2)
                .layer("y", "pairs", "v")
                .node("Flatten", "logits", "y")
                .shaped("logits", 2, 4);
    }

    private static TestModel steps() {
        return TestModel.opset(13)
                .input("x", 2, 1, 3)
                .weight("w", 3, 4)
                .layer("h", "x", "w")
                .longs("first", 0)
                .node("ReduceSum", "y", "h", "first")
                .with("keepdims", 0)
                .shaped("y", 1, 4);
    }

    /**
     * A class token with attention's residual behind it, as PyTorch's exporter folds it for a batch of two, and a matrix of as many rows,
     * all the same, which is one, beside what is computed of parameters.
     *
     * @param copied whether the file holds a row a sample
     * @param second number of a row, the others are 0.3
     */
    private static TestModel tokenOfTwo(boolean copied, float second) {
        float[] row = {0.3f, second, 0.3f, 0.3f};
        float[] rows = Arrays.copyOf(row, 8);
        System.arraycopy(row, 0, rows, 4, 4);
        TestModel model = TestModel.opset(13).input("x", 2, 3, 4);
        if (copied) {
            model.initializer("tokens", Tensor.floats(Shape.of(2, 1, 4), rows));
        } else {
            model.initializer("token", Tensor.floats(Shape.of(1, 1, 4), row))
                    .longs("batch", 2, 1, 4)
                    .node("Expand", "tokens", "token", "batch");
        }
        return model.node("Concat", "all", "tokens", "x")
                .with("axis", 1)
                .weight("w", 4, 4)
                .layer("h", "all", "w")
                .longs("first", 0)
                .longs("second", 1)
                .node("Slice", "s", "h", "first", "second", "second")
                .node("Add", "sum", "tokens", "s")
                .longs("flat", 2, 4)
                .node("Reshape", "g", "sum", "flat")
                .weight("u", 4, 2)
                .layer("f", "g", "u")
                .initializer("v", Tensor.floats(Shape.of(2, 3), 1, 2, -0.5f, 1, 2, -0.5f))
                .weight("r", 2, 2)
                .node("Tanh", "t", "r")
                .node("Concat", "vt", "v", "t")
                .with("axis", 1)
                .layer("y", "f", "vt")
                .output("y");
    }

    private static TestModel maskOfTwo() {
        return TestModel.opset(18)
                .input("x", 2, 4)
                .weight("w", 4, 4)
                .layer("h", "x", "w")
                .initializer("keep", Tensor.of(TensorType.of(DataType.BOOL, 2, 4), 1, 1, 0, 1, 1, 1, 0, 1))
                .scalar("none", 0)
                .scalar("away", -2)
                .node("Where", "mask", "keep", "none", "away")
                .node("Add", "scores", "h", "mask")
                .node("Softmax", "p", "scores")
                .node("Mul", "y", "p", "p")
                .output("y");
    }
}
