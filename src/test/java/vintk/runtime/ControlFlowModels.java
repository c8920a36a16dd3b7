package vintk.runtime;

import java.util.stream.Stream;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/** If, Loop and Scan with weights inside and outside. */
final class ControlFlowModels {
    private ControlFlowModels() {}

    static Stream<ExportedModel> cases() {
        return Stream.of(
                new ExportedModel("if true", knownIf(true), 3),
                new ExportedModel("if false", knownIf(false), 3),
                new ExportedModel("if on data, of one sample", dataIf(1, 0), 3)
                        .fixed(1)
                        .perSample(),
                new ExportedModel("if on data, the same in all samples", dataIf(-1, -100), 3)
                        .perSample()
                        .counting(27),
                new ExportedModel("if in an if", nestedIf(), 3).fixed(1).perSample(),
                new ExportedModel("loop", counted(13), 3),
                new ExportedModel("loop of opset 11", counted(11), 3),
                new ExportedModel("loop with scan outputs", scanned(13), 3),
                new ExportedModel("loop with scan outputs of opset 11", scanned(11), 3),
                new ExportedModel("loop whose condition is known", peeled(true, ""), 3),
                new ExportedModel("loop with a note like those that count its rounds", peeled(true, "peeled/3"), 3),
                new ExportedModel("loop whose condition is known, without a bound", peeled(false, ""), 3),
                new ExportedModel("loop that stops on data", guarded(), 3)
                        .fixed(1)
                        .perSample(),
                new ExportedModel("scan", scan(3, 0, 0), 4, 3),
                new ExportedModel("scan in reverse", scan(3, 1, 0), 4, 3),
                new ExportedModel("scan with outputs in reverse", scan(3, 0, 1), 4, 3),
                new ExportedModel("scan behind a weight of many numbers", scan(20, 0, 0), 4, 20),
                new ExportedModel("loop in a loop", nestedLoop(), 3));
    }

    private static TestModel start(long batch, long opset) {
        return TestModel.opset(opset).input("x", batch, 3).weight("w", 3, 3).layer("h", "x", "w");
    }

    private static TestModel knownIf(boolean value) {
        TestModel model = start(-1, 13).weight("outer", 3, 2).truth("cond", value);
        TestModel yes = model.body().weight("inside", 3, 2).layer("yes", "h", "inside");
        TestModel no = model.body().layer("no", "h", "outer");
        return model.node("If", "y", "cond")
                .with("then_branch", yes.output("yes"))
                .with("else_branch", no.output("no"))
                .output("y");
    }

    private static TestModel greater(TestModel model, String of, float threshold, String to) {
        return model.node("ReduceSum", of + "/sum", of)
                .with("keepdims", 0)
                .scalar(of + "/threshold", threshold)
                .node("Greater", to, of + "/sum", of + "/threshold");
    }

    private static TestModel dataIf(long batch, float threshold) {
        TestModel model = greater(start(batch, 13).weight("outer", 3, 2), "x", threshold, "cond");
        TestModel yes = model.body().weight("inside", 3, 2).layer("yes", "h", "inside");
        TestModel no = model.body().weightNode("constant", 3, 2).node("MatMul", "p", "h", "constant");
        no.node("MatMul", "q", "h", "outer").node("Mul", "pq", "p", "q").node("Tanh", "no", "pq");
        return model.node("If", "y", "cond")
                .with("then_branch", yes.output("yes"))
                .with("else_branch", no.output("no"))
                .output("y");
    }

    private static TestModel nestedIf() {
        TestModel model = greater(start(1, 13).weight("outer", 3, 2).truth("known", true), "x", 0, "cond");
        TestModel yes = model.body().layer("yes", "g", "outer").output("yes");
        TestModel no = model.body().weight("inside", 3, 2).layer("no", "g", "inside");
        TestModel then = model.body()
                .weight("middle", 3, 3)
                .layer("g", "h", "middle")
                .node("If", "chosen", "cond")
                .with("then_branch", yes)
                .with("else_branch", no.output("no"));
        TestModel other = model.body().layer("never", "h", "outer").output("never");
        return model.node("If", "y", "known")
                .with("then_branch", then.output("chosen"))
                .with("else_branch", other)
                .output("y");
    }

    /** The iteration's body: one layer with a weight of its own and one of the graph around. */
    private static TestModel step(TestModel model) {
        return model.body()
                .input(DataType.INT64, "i")
                .input(DataType.BOOL, "go")
                .arguments("state")
                .weight("inside", 3, 3)
                .weightNode("bias", 3)
                .node("MatMul", "p", "state", "inside")
                .node("Add", "pb", "p", "bias")
                .node("Tanh", "t", "pb")
                .layer("next", "t", "w");
    }

    private static TestModel counted(long opset) {
        TestModel model = start(-1, opset)
                .constant("trips", Tensor.longs(Shape.SCALAR, 3))
                .truth("true", true);
        TestModel body = step(model).node("Identity", "on", "go").output("on", "next");
        return model.node("Loop", "y", "trips", "true", "h").with("body", body).output("y");
    }

    private static TestModel scanned(long opset) {
        TestModel model = start(-1, opset)
                .constant("trips", Tensor.longs(Shape.SCALAR, 3))
                .truth("true", true);
        TestModel body = step(model)
                .node("Cast", "number", "i")
                .with("to", 1)
                .node("Add", "numbered", "next", "number")
                .node("Sin", "row", "numbered")
                .node("Identity", "on", "go");
        return model.node("Loop", "last,rows", "trips", "true", "h")
                .with("body", body.output("on", "next", "row"))
                .node("Transpose", "y", "rows")
                .with("perm", new long[] {1, 0, 2})
                .output("y");
    }

    private static TestModel peeled(boolean bound, String note) {
        TestModel model = start(-1, 13)
                .constant("trips", Tensor.longs(Shape.SCALAR, 100))
                .constant("most", Tensor.longs(Shape.SCALAR, 2))
                .truth("true", true);
        TestModel body = step(model).note(note).node("Less", "on", "i", "most").output("on", "next");
        return model.node("Loop", "y", bound ? "trips" : "", "true", "h")
                .with("body", body)
                .output("y");
    }

    private static TestModel guarded() {
        TestModel model =
                start(1, 13).constant("trips", Tensor.longs(Shape.SCALAR, 4)).truth("true", true);
        TestModel body = greater(step(model), "next", 0, "on").output("on", "next");
        return model.node("Loop", "y", "trips", "true", "h").with("body", body).output("y");
    }

    /** Its end depends on the data, and nothing says how often it runs at most. */
    static TestModel endless() {
        TestModel model = start(1, 13).truth("true", true);
        TestModel body = greater(step(model), "next", 0, "on").output("on", "next");
        return model.node("Loop", "y", "", "true", "h").with("body", body).output("y");
    }

    private static TestModel nestedLoop() {
        TestModel model =
                start(-1, 13).constant("trips", Tensor.longs(Shape.SCALAR, 2)).truth("true", true);
        TestModel inner = model.body()
                .input(DataType.INT64, "j")
                .input(DataType.BOOL, "inner/go")
                .arguments("inner/state")
                .weight("innermost", 3, 3)
                .layer("inner/next", "inner/state", "innermost")
                .truth("inner/on", true);
        TestModel body = step(model)
                .node("Loop", "through", "trips", "true", "next")
                .with("body", inner.output("inner/on", "inner/next"))
                .node("Identity", "on", "go");
        return model.node("Loop", "y", "trips", "true", "h")
                .with("body", body.output("on", "through"))
                .output("y");
    }

    /** [N, T, width] scanned along axis 1, with two states. */
    private static TestModel scan(long width, long reversed, long reversedOutput) {
        TestModel model = TestModel.opset(13)
                .input("x", -1, 4, width)
                .node("ReduceMean", "mean", "x")
                .with("axes", new long[] {1})
                .with("keepdims", 0)
                .weight("w", width, width)
                .layer("h", "mean", "w")
                .weight("v", width, 2)
                .layer("c", "mean", "v");
        TestModel body = model.body()
                .arguments("h/in", "c/in", "row")
                .weight("inside", width, width)
                .node("Add", "sum", "h/in", "row")
                .layer("h/out", "sum", "inside")
                .weight("narrow", width, 2)
                .node("MatMul", "n", "h/out", "narrow")
                .node("Mul", "nc", "n", "c/in")
                .node("Tanh", "c/out", "nc")
                .node("Identity", "step", "c/out")
                .output("h/out", "c/out", "step");
        return model.node("Scan", "h/last,c/last,steps", "h", "c", "x")
                .with("body", body)
                .with("num_scan_inputs", 1)
                .with("scan_input_axes", new long[] {1})
                .with("scan_input_directions", new long[] {reversed})
                .with("scan_output_axes", new long[] {1})
                .with("scan_output_directions", new long[] {reversedOutput})
                .weight("weights", 4, 1)
                .node("Mul", "weighted", "steps", "weights")
                .node("ReduceMean", "all", "weighted")
                .with("axes", new long[] {1})
                .with("keepdims", 0)
                .node("ReduceMean", "one", "h/last")
                .with("axes", new long[] {1})
                .node("Add", "y", "all", "one")
                .output("y");
    }
}
