package vintk.runtime;

import java.util.stream.Stream;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/** Where weights lie, and what files compute from them before they are used. */
final class ParameterModels {
    private static final String FILLER = "/norm/Constant_1_output_0";

    private ParameterModels() {}

    static Stream<ExportedModel> cases() {
        return Stream.of(
                new ExportedModel("nodes out of order", dense().reversed(), 3),
                new ExportedModel("initializers among the inputs", dense().ir(3).initializersAmongInputs(), 3),
                new ExportedModel("constants that are weights and others that are not", constants(), 3)
                        .without("mean", "deviation"),
                new ExportedModel(
                        "a domain with another name",
                        dense(TestModel.opset(13).withoutImports().imports("ai.onnx", 13)),
                        3),
                new ExportedModel("Constant nodes of a domain with another name", otherDomain(), 3),
                new ExportedModel(
                        "a domain imported twice", dense(TestModel.opset(13).imports("", 13)), 3),
                new ExportedModel("weights of ConstantOfShape", ofShape(true), 3).like(ofShape(false)),
                new ExportedModel("scale and variance merged", norm(true, 0.6f, 1.2f, 0.9f), 3, 2)
                        .like(norm(false, 0.6f, 1.2f, 0.9f))
                        .without("mean", "variance"),
                new ExportedModel("scale and variance merged, and untied", norm(true, 1, 1, 1), 3, 2)
                        .untied()
                        .like(norm(false, 1, 1, 1))
                        .without("mean", "variance"),
                new ExportedModel("shared scales and biases", shared(Sharing.ONCE, 0), 3),
                new ExportedModel("shared scales and biases, untied", shared(Sharing.ONCE, 0), 3)
                        .untied()
                        .like(shared(Sharing.APART, 0)),
                new ExportedModel("shared behind Identity, untied", shared(Sharing.IDENTITY, 0), 3)
                        .untied()
                        .like(shared(Sharing.APART, 0)),
                new ExportedModel("biases of numbers that differ stay shared", shared(Sharing.ONCE, 0.5f), 3).untied(),
                new ExportedModel("a normalisation without bias, as PyTorch has it", bare("pytorch", FILLER, 0), 3)
                        .without(FILLER),
                new ExportedModel("the same, folded from parameters", optimised("val_12"), 3),
                new ExportedModel("a bias of zeros, folded by the older exporter", optimised("onnx::Add_12"), 3),
                new ExportedModel("group normalisation without scale and bias", grouped("val_1", "val_2"), 3, 4)
                        .without("val_1", "val_2"),
                new ExportedModel(
                                "the same, of Constant nodes that an optimiser stored",
                                grouped(FILLER, "/Constant_output_0"),
                                3,
                                4)
                        .without(FILLER, "/Constant_output_0"),
                new ExportedModel(
                                "a number of a Constant node that an optimiser stored",
                                scaled("/a/Constant_10_output_0"),
                                3)
                        .without("/a/Constant_10_output_0"),
                new ExportedModel("a number that is a parameter", scaled("temperature"), 3),
                new ExportedModel("instance normalisation with both", grouped("n.weight", "n.bias"), 3, 4),
                new ExportedModel("a bias of zeros, as others have it", bare("paddle", FILLER, 0), 3),
                new ExportedModel("a bias of zeros, as PyTorch 1.7 has it", bare("pytorch", "13", 0), 3),
                new ExportedModel("a bias in a Constant node, as PyTorch has it", bare("pytorch", FILLER, 0.5f), 3),
                new ExportedModel("weights that BatchNormalization standardises", standardised(), 4, 5).without(FILLER),
                new ExportedModel("a weight that is pruned, and one that begins as the unit matrix", pruned(), 4)
                        .without("mask"),
                new ExportedModel(
                        "a normalisation in front, of an opset whose means take their axes as an input",
                        normalisedFirst(),
                        3,
                        16),
                new ExportedModel("positions as sines and cosines", positions(), 4, 8).without("table"),
                new ExportedModel("tokens turned by sines and cosines", turned(), 4, 8).without("sines", "cosines"),
                behind("Identity", 3, 2, m -> m.node("Identity", "u", "p")),
                behind("Cast", 3, 2, m -> m.node("Cast", "wide", "p")
                        .with("to", 11)
                        .node("Cast", "u", "wide")
                        .with("to", 1)),
                behind("Transpose", 2, 3, m -> m.node("Transpose", "u", "p").with("perm", new long[] {1, 0})),
                behind("Reshape", 6, 1, m -> m.longs("shape", 3, -1).node("Reshape", "u", "p", "shape")),
                behind("Slice", 5, 4, ParameterModels::slice),
                behind("Gather", 2, 2, m -> m.longs("rows", 1, 0, 1).node("Gather", "u", "p", "rows")),
                behind("Expand", 3, 1, m -> m.longs("shape", 3, 2).node("Expand", "u", "p", "shape")),
                behind("Clip", 3, 2, m -> m.scalar("low", -0.4f)
                        .scalar("high", 0.4f)
                        .node("Clip", "u", "p", "low", "high")),
                behind("Div", 3, 2, m -> m.numbers("by", 0.7f, -1.3f).node("Div", "u", "p", "by"))
                        .without("by"),
                behind("Exp", 3, 2, m -> m.node("Exp", "u", "p")),
                behind("weight normalisation", 3, 2, ParameterModels::normalised));
    }

    /** Layer normalisation whose bias is one number in a Constant node. */
    private static TestModel bare(String producer, String name, float bias) {
        return normed(TestModel.opset(17).producer(producer).numbers(name, bias, bias, bias, bias), name);
    }

    /** Instance normalisation with ones and zeros in initializers. */
    private static TestModel grouped(String scale, String bias) {
        return ended(instances(scale, bias), "n");
    }

    /** Two of them that share both. */
    static TestModel groupedTwice(String scale, String bias) {
        TestModel again = instances(scale, bias).weight("u", 2, 2, 1).node("Conv", "k", "n", "u");
        return ended(again.node("InstanceNormalization", "o", "k", scale, bias), "o");
    }

    private static TestModel ended(TestModel model, String value) {
        return model.node("Tanh", "t", value)
                .weight("v", 4, 2)
                .layer("y", "t", "v")
                .output("y");
    }

    private static TestModel instances(String scale, String bias) {
        return TestModel.opset(17)
                .producer("pytorch")
                .initializer(scale, Tensor.floats(Shape.of(2), 1, 1))
                .initializer(bias, Tensor.floats(Shape.of(2), 0, 0))
                .input("x", -1, 3, 4)
                .weight("w", 2, 3, 1)
                .node("Conv", "h", "x", "w")
                .node("InstanceNormalization", "n", "h", scale, bias);
    }

    /** Layer normalisation with a bias of zeros in an initializer. */
    private static TestModel optimised(String name) {
        return normed(
                TestModel.opset(17).producer("pytorch").initializer(name, Tensor.floats(Shape.of(4), 0, 0, 0, 0)),
                name);
    }

    private static TestModel normed(TestModel model, String bias) {
        return model.input("x", -1, 3)
                .weight("w", 3, 4)
                .weight("scale", 4)
                .layer("h", "x", "w")
                .node("LayerNormalization", "n", "h", "scale", bias)
                .weight("v", 4, 2)
                .layer("y", "n", "v")
                .output("y");
    }

    /** Divided by an initializer of one element. */
    private static TestModel scaled(String number) {
        return TestModel.opset(17)
                .producer("pytorch")
                .initializer(number, Tensor.floats(Shape.of(1), 1.7f))
                .input("x", -1, 3)
                .weight("w", 3, 4)
                .layer("h", "x", "w")
                .node("Div", "y", "h", number)
                .output("y");
    }

    /** Times an initializer of one element. */
    static TestModel dense() {
        return dense(TestModel.opset(13));
    }

    private static TestModel dense(TestModel model) {
        return model.input("x", -1, 3)
                .weight("w", 3, 4)
                .weight("b", 4)
                .weight("v", 4, 2)
                .node("Gemm", "p", "x", "w", "b")
                .node("Tanh", "h", "p")
                .layer("y", "h", "v")
                .output("y");
    }

    /** In sub-graphs and functions ONNX Runtime does not take that name. */
    private static TestModel otherDomain() {
        return TestModel.opset(13)
                .ownDomain("ai.onnx")
                .input("x", -1, 3)
                .weightNode("w", 3, 4)
                .weight("v", 4, 2)
                .layer("h", "x", "w")
                .layer("y", "h", "v")
                .output("y");
    }

    /** A weight that is not used as it lies in the file. */
    private static TestModel pruned() {
        Tensor mask = Tensor.floats(Shape.of(4, 3), new float[] {1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1});
        Tensor unit = Tensor.floats(Shape.of(3, 3), new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1});
        return TestModel.opset(17)
                .input("x", -1, 4)
                .weight("w", 4, 3)
                .initializer("mask", mask)
                .initializer("unit", unit)
                .node("Mul", "kept", "w", "mask")
                .layer("h", "x", "kept")
                .layer("y", "h", "unit")
                .output("y");
    }

    /** Nothing that the kernel's graph keeps is of the file's opset. */
    private static TestModel normalisedFirst() {
        return TestModel.opset(20)
                .input("x", -1, 3, 16)
                .weight("scale", 16)
                .weight("offset", 16)
                .weight("w", 16, 16)
                .weight("b", 16)
                .weight("v", 16, 2)
                .node("LayerNormalization", "n", "x", "scale", "offset")
                .node("MatMul", "p", "n", "w")
                .node("Add", "h", "p", "b")
                .node("Gelu", "g", "h")
                .node("MatMul", "y", "g", "v")
                .output("y");
    }

    private static TestModel positions() {
        float[] table = new float[32];
        for (int i = 0; i < table.length; i++) {
            double angle = (i / 8 + 1) / Math.pow(10, i % 4);
            table[i] = (float) (i % 8 < 4 ? Math.sin(angle) : Math.cos(angle));
        }
        return TestModel.opset(17)
                .input("x", -1, 4, 8)
                .weight("w", 8, 3)
                .initializer("table", Tensor.floats(Shape.of(1, 4, 8), table))
                .node("Add", "h", "x", "table")
                .layer("y", "h", "w")
                .output("y");
    }

    private static TestModel turned() {
        float[] sines = new float[32];
        float[] cosines = new float[32];
        for (int i = 0; i < sines.length; i++) {
            sines[i] = (float) Math.sin((i / 8 + 1) / Math.pow(10, i % 8));
            cosines[i] = (float) Math.cos((i / 8 + 1) / Math.pow(10, i % 8));
        }
        return TestModel.opset(17)
                .input("x", -1, 4, 8)
                .weight("w", 8, 3)
                .initializer("sines", Tensor.floats(Shape.of(4, 8), sines))
                .initializer("cosines", Tensor.floats(Shape.of(4, 8), cosines))
                .node("Neg", "turned", "x")
                .node("Mul", "a", "x", "cosines")
                .node("Mul", "b", "turned", "sines")
                .node("Add", "h", "a", "b")
                .layer("y", "h", "w")
                .output("y");
    }

    private static ExportedModel behind(
            String name, long rows, long columns, java.util.function.UnaryOperator<TestModel> between) {
        TestModel model = TestModel.opset(13)
                .input("x", -1, 3)
                .weight("w", 3, 3)
                .layer("h", "x", "w")
                .weight("p", rows, columns);
        return new ExportedModel(
                "a weight behind " + name,
                between.apply(model).layer("y", "h", "u").output("y"),
                3);
    }

    private static TestModel slice(TestModel model) {
        return model.longs("from", 4, 1)
                .longs("to", -100, 3)
                .longs("axes", 0, 1)
                .longs("steps", -2, 1)
                .node("Slice", "u", "p", "from", "to", "axes", "steps");
    }

    /** g p / |p|, as torch.nn.utils.weight_norm is exported. */
    private static TestModel normalised(TestModel model) {
        return model.node("ReduceL2", "norm", "p")
                .with("axes", new long[] {0})
                .node("Div", "direction", "p", "norm")
                .weight("g", 1, 2)
                .node("Mul", "u", "direction", "g");
    }

    private static TestModel constants() {
        return TestModel.opset(13)
                .input("x", -1, 3)
                .numbers("mean", 0.2f, 0.1f, -0.1f)
                .numbers("deviation", 0.9f, 1.1f, 0.8f)
                .node("Sub", "centred", "x", "mean")
                .node("Div", "scaled", "centred", "deviation")
                .weightNode("w", 3, 4)
                .weightNode("b", 4)
                .node("MatMul", "p", "scaled", "w")
                .node("Add", "pb", "b", "p")
                .node("Tanh", "h", "pb")
                .weightNode("turned", 2, 4)
                .node("Transpose", "v", "turned")
                .with("perm", new long[] {1, 0})
                .layer("y", "h", "v")
                .output("y");
    }

    private static TestModel ofShape(boolean computed) {
        TestModel model =
                TestModel.opset(13).input("x", -1, 3).weight("w", 3, 4).layer("h", "x", "w");
        float[] values = new float[8];
        java.util.Arrays.fill(values, 0.3f);
        if (computed) {
            model.initializer("shape", Tensor.longs(4, 2))
                    .node("ConstantOfShape", "v", "shape")
                    .with("value", TestModel.proto("", DataType.FLOAT, new long[] {1}, new float[] {0.3f}));
        } else {
            model.initializer("v", Tensor.floats(Shape.of(4, 2), values));
        }
        return model.layer("y", "h", "v").output("y");
    }

    /** A convolution whose weights are divided by their deviation, as PyTorch writes its batch_norm of weights. */
    private static TestModel standardised() {
        return TestModel.opset(17)
                .producer("pytorch")
                .input("x", -1, 4, 5)
                .weight("w", 3, 4, 2)
                .longs("row", 1, 3, 8)
                .node("Reshape", "r", "w", "row")
                .weight("gain", 3)
                .numbers(FILLER, 0, 0, 0)
                .node("ReduceMean", "mean", "r")
                .with("axes", new long[] {0, 2})
                .with("keepdims", 0)
                .node("ReduceMean", "centre", "r")
                .with("axes", new long[] {0, 2})
                .node("Sub", "c", "r", "centre")
                .node("Mul", "s", "c", "c")
                .node("ReduceMean", "variance", "s")
                .with("axes", new long[] {0, 2})
                .with("keepdims", 0)
                .node("BatchNormalization", "n", "r", "gain", FILLER, "mean", "variance")
                .longs("shape", 3, 4, 2)
                .node("Reshape", "k", "n", "shape")
                .node("Conv", "v", "x", "k")
                .node("Tanh", "y", "v")
                .output("y");
    }

    /** BatchNormalization, in whose file scale and variance had equal numbers. */
    /** How a file has the equal biases of its layers. */
    enum Sharing {
        ONCE,
        IDENTITY,
        APART
    }

    /**
     * Three layers with biases of zeros, the first added twice.
     *
     * @param last of the numbers of the biases, but for the first three
     */
    static TestModel shared(Sharing sharing, float last) {
        Tensor zeros = Tensor.floats(Shape.of(4), 0, 0, 0, last);
        TestModel model = TestModel.opset(13).input("x", -1, 3).initializer("b", zeros);
        for (String other : new String[] {"c", "d", "e"}) {
            if (sharing == Sharing.APART) {
                model.initializer(other, zeros);
            } else if (sharing == Sharing.IDENTITY) {
                model.node("Identity", other, "b");
            }
        }
        boolean once = sharing == Sharing.ONCE;
        return model.weight("w", 3, 4)
                .weight("v", 4, 4)
                .weight("u", 4, 4)
                .node("Gemm", "p", "x", "w", "b")
                .node("Tanh", "h", "p")
                .node("Gemm", "q", "h", "v", once ? "b" : "c")
                .node("Tanh", "g", "q")
                .node("Add", "twice", once ? "b" : "d", once ? "b" : "e")
                .node("MatMul", "r", "g", "u")
                .node("Add", "y", "r", "twice")
                .output("y");
    }

    /** @param merged whether scale and variance, of the same numbers, are one tensor */
    private static TestModel norm(boolean merged, float... values) {
        Tensor numbers = Tensor.floats(Shape.of(3), values);
        TestModel model = TestModel.opset(13)
                .input("x", -1, 3, 2)
                .initializer("scale", numbers)
                .weight("offset", 3)
                .weight("mean", 3);
        if (!merged) {
            model.initializer("variance", numbers);
        }
        return model.node("BatchNormalization", "n", "x", "scale", "offset", "mean", merged ? "scale" : "variance")
                .node("Tanh", "t", "n")
                .weight("w", 2, 2)
                .layer("y", "t", "w")
                .output("y");
    }
}
