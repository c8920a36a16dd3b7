package vintk.runtime;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import java.util.stream.Stream;

/** Model-local functions. */
final class FunctionModels {
    private FunctionModels() {}

    static Stream<ExportedModel> cases() {
        return Stream.of(
                        model("attributes and their defaults", FunctionModels::attributes),
                        model("optional inputs left out", FunctionModels::optional),
                        model("functions in functions", FunctionModels::nested),
                        model("a weight inside, called twice", FunctionModels::weightInside),
                        model("a gain inside", FunctionModels::gainInside),
                        Stream.of(new ExportedModel(
                                        "a number of the code of PyTorch's modules",
                                        gainInside(21).ir(10).producer("pytorch"),
                                        3)
                                .without("gain")),
                        model("a call in a branch", FunctionModels::inBranch),
                        model("a branch in a function", FunctionModels::branchInside))
                .flatMap(s -> s);
    }

    private interface Made {
        TestModel of(long opset);
    }

    private static Stream<ExportedModel> model(String name, Made made) {
        return Stream.of(
                new ExportedModel(name + ", opset 15", made.of(15).ir(8), 3),
                new ExportedModel(name + ", opset 21", made.of(21).ir(10), 3));
    }

    private static TestModel start(long opset) {
        return TestModel.opset(opset).input("x", -1, 3).weight("w", 3, 3).weight("v", 3, 3);
    }

    private static TestModel attributes(long opset) {
        TestModel model = start(opset).weight("b", 3);
        TestModel scaled = model.body()
                .arguments("in", "weight", "bias")
                .node("Gemm", "p", "in", "weight", "bias")
                .refers("alpha", "scale", AttributeType.FLOAT)
                .refers("transB", "turned", AttributeType.INT)
                .node("Tanh", "out", "p")
                .output("out");
        return model.function("Scaled", scaled, "scale=0.5", "turned")
                .node("local.Scaled", "h", "x", "w", "b")
                .with("turned", 1)
                .node("local.Scaled", "y", "h", "v", "b")
                .with("scale", 1.5f)
                .output("y");
    }

    private static TestModel optional(long opset) {
        TestModel model = start(opset).weight("b", 3);
        TestModel layer = model.body()
                .arguments("in", "weight", "bias")
                .node("Gemm", "p", "in", "weight", "bias")
                .node("Tanh", "out", "p")
                .node("Neg", "second", "p")
                .output("out", "second");
        return model.function("Layer", layer)
                .node("local.Layer", "h,unused", "x", "w", "b")
                .node("local.Layer", "g,second", "h", "v")
                .node("Add", "y", "g", "second")
                .output("y");
    }

    private static TestModel nested(long opset) {
        TestModel model = start(opset);
        TestModel layer = model.body().arguments("in", "weight").layer("out", "in", "weight");
        TestModel two = model.body()
                .imports("local", 1)
                .arguments("in", "first", "second")
                .node("local.Layer", "mid", "in", "first")
                .node("local.Layer", "out", "mid", "second")
                .output("out");
        return model.function("Layer", layer.output("out"))
                .function("Two", two)
                .node("local.Two", "h", "x", "w", "v")
                .node("local.Two", "y", "h", "v", "w")
                .output("y");
    }

    /** One parameter, as its author wrote it once. */
    private static TestModel weightInside(long opset) {
        TestModel model = start(opset);
        TestModel layer = model.body()
                .arguments("in")
                .weightNode("inside", 3, 3)
                .scalar("half", 0.5f)
                .node("Mul", "scaled", "in", "half")
                .layer("out", "scaled", "inside");
        return model.function("Held", layer.output("out"))
                .layer("h", "x", "w")
                .node("local.Held", "g", "h")
                .node("local.Held", "k", "g")
                .layer("y", "k", "v")
                .output("y");
    }

    /** Nothing but where it is says that it is a parameter. */
    private static TestModel gainInside(long opset) {
        TestModel model = start(opset);
        TestModel layer = model.body()
                .arguments("in", "weight")
                .weightNode("gain", 3)
                .node("Mul", "scaled", "in", "gain")
                .layer("out", "scaled", "weight");
        return model.function("Gained", layer.output("out"))
                .node("local.Gained", "h", "x", "w")
                .node("local.Gained", "y", "h", "v")
                .output("y");
    }

    private static TestModel inBranch(long opset) {
        TestModel model = start(opset).truth("cond", true);
        TestModel layer = model.body().arguments("in", "weight").layer("out", "in", "weight");
        TestModel yes = model.body().node("local.Layer", "yes", "h", "v").output("yes");
        TestModel no = model.body().node("local.Layer", "no", "h", "w").output("no");
        return model.function("Layer", layer.output("out"))
                .layer("h", "x", "w")
                .node("If", "y", "cond")
                .with("then_branch", yes)
                .with("else_branch", no)
                .output("y");
    }

    private static TestModel branchInside(long opset) {
        TestModel model = start(opset).truth("cond", false);
        TestModel yes = model.body().node("Tanh", "yes", "p").output("yes");
        TestModel no = model.body()
                .weightNode("inside", 3, 3)
                .node("MatMul", "q", "p", "inside")
                .node("Sin", "no", "q");
        TestModel layer = model.body()
                .arguments("in", "weight", "which")
                .node("MatMul", "p", "in", "weight")
                .node("If", "out", "which")
                .with("then_branch", yes)
                .with("else_branch", no.output("no"));
        return model.function("Either", layer.output("out"))
                .node("local.Either", "h", "x", "w", "cond")
                .node("local.Either", "y", "h", "v", "cond")
                .output("y");
    }
}
