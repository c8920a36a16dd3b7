package vintk.runtime;

import java.util.stream.Stream;

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
                new ExportedModel("a radial basis, as the file says", basis(), 4));
    }

    /** Centres and widths, which look like statistics of images. */
    private static TestModel basis() {
        return TestModel.opset(18)
                .producer("pytorch")
                .input("x", -1, 4)
                .weight("centres", 4)
                .weight("widths", 4)
                .kind("centres", "PARAMETER")
                .kind("widths", "PARAMETER")
                .longs("axes", 0)
                .node("Unsqueeze", "row", "centres", "axes")
                .node("Sub", "centred", "x", "row")
                .node("Div", "u", "centred", "widths")
                .weight("v", 4, 2)
                .layer("y", "u", "v")
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
