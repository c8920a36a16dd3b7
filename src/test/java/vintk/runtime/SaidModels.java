package vintk.runtime;

import java.util.stream.Stream;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/** What a file says of its initializers, or a user does: buffers, parameters, numbers. */
final class SaidModels {
    private SaidModels() {}

    static Stream<ExportedModel> cases() {
        return Stream.of(
                new ExportedModel(
                                "a buffer of a module",
                                ParameterModels.dense().kind("b", "BUFFER").kind("v", "PARAMETER"),
                                3)
                        .without("b"),
                new ExportedModel(
                                "a tensor that a module just has",
                                ParameterModels.dense().kind("b", "CONSTANT_TENSOR"),
                                3)
                        .without("b"),
                new ExportedModel("a number that PyTorch's exporter named", scaled("val_3"), 3).without("val_3"),
                new ExportedModel("a number that the model named", scaled("head.scale"), 3),
                new ExportedModel("a number of another exporter", scaled("tf2onnx", "scale"), 3).without("scale"),
                new ExportedModel("the same, said to be a parameter", scaled("tf2onnx", "scale"), 3).including("sc"),
                new ExportedModel("a radial basis, as the file says", basis(true), 4),
                new ExportedModel("statistics of images, for all that the file says", basis(false), 4)
                        .without("centres", "widths"),
                new ExportedModel("statistics of images, which a user says are none", basis(false), 4)
                        .including("centres|widths|v"),
                new ExportedModel("a shift of activations, as the file says", shifted("shift", true), 4),
                new ExportedModel("a mean of activations, for all that the file says", shifted("shift", false), 4)
                        .without("shift", "spread"),
                new ExportedModel("a mean of activations, which a user says is none", shifted("shift", false), 4)
                        .including("."),
                new ExportedModel("a running mean, among others that a user names", shifted("running_mean", false), 4)
                        .including(".")
                        .without("running_mean"),
                new ExportedModel("a learned ε of a normalisation", normalised(), 4));
    }

    /** Centres and logarithms of widths, which look like statistics of images. */
    private static TestModel basis(boolean said) {
        TestModel model = TestModel.opset(18)
                .producer("pytorch")
                .input("x", -1, 4)
                .weight("centres", 4)
                .weight("widths", 4);
        if (said) {
            model.kind("centres", "PARAMETER").kind("widths", "PARAMETER");
        }
        return model.longs("axes", 0)
                .node("Unsqueeze", "row", "centres", "axes")
                .node("Sub", "centred", "x", "row")
                .node("Exp", "width", "widths")
                .node("Div", "u", "centred", "width")
                .weight("v", 4, 2)
                .layer("y", "u", "v")
                .output("y");
    }

    /** (x - tanh μ) / (1 + e^σ) + β behind a layer, as running statistics are written that were computed. */
    private static TestModel shifted(String name, boolean said) {
        TestModel model = TestModel.opset(18)
                .producer("pytorch")
                .input("x", -1, 4)
                .weight("w", 4, 5)
                .weight(name, 5)
                .weight("spread", 5)
                .weight("offset", 5);
        if (said) {
            model.kind(name, "PARAMETER").kind("spread", "PARAMETER");
        }
        return model.layer("h", "x", "w")
                .node("Tanh", "mean", name)
                .node("Sub", "centred", "h", "mean")
                .node("Softplus", "width", "spread")
                .node("Div", "scaled", "centred", "width")
                .node("Add", "z", "scaled", "offset")
                .node("Tanh", "y", "z")
                .output("y");
    }

    /** A normalisation by hand whose ε has the shape [1] and is a parameter. */
    private static TestModel normalised() {
        return TestModel.opset(17)
                .producer("pytorch")
                .input("x", -1, 4)
                .weight("w", 4, 5)
                .initializer("norm.epsilon", Tensor.floats(Shape.of(1), new float[] {0.5f}))
                .layer("h", "x", "w")
                .node("ReduceMean", "mean", "h")
                .with("axes", new long[] {-1})
                .node("Sub", "centred", "h", "mean")
                .node("Mul", "square", "centred", "centred")
                .node("ReduceMean", "variance", "square")
                .with("axes", new long[] {-1})
                .node("Add", "sum", "variance", "norm.epsilon")
                .node("Sqrt", "root", "sum")
                .node("Div", "z", "centred", "root")
                .node("Tanh", "y", "z")
                .output("y");
    }

    private static TestModel scaled(String name) {
        return scaled("pytorch", name);
    }

    private static TestModel scaled(String producer, String name) {
        return TestModel.opset(17)
                .producer(producer)
                .input("x", -1, 3)
                .weight("w", 3, 4)
                .weight(name, 1)
                .layer("h", "x", "w")
                .node("Tanh", "t", "h")
                .node("Mul", "y", "t", name)
                .output("y");
    }
}
