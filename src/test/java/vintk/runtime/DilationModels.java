package vintk.runtime;

import java.util.stream.Stream;

/** Dilated convolutions that say SAME, which ONNX Runtime refuses, and twins with their padding written out. */
final class DilationModels {
    private DilationModels() {}

    static Stream<ExportedModel> cases() {
        return Stream.of(
                new ExportedModel("upper", model("SAME_UPPER"), 2, 5, 6)
                        .like(model(1, 4, 2, 5))
                        .unrun(),
                new ExportedModel("lower", model("SAME_LOWER"), 2, 5, 6)
                        .like(model(2, 5, 1, 4))
                        .unrun());
    }

    private static TestModel model(String mode) {
        return last(first().with("auto_pad", mode));
    }

    private static TestModel model(long... pads) {
        return last(first().with("pads", pads));
    }

    private static TestModel first() {
        return TestModel.opset(18)
                .input("x", -1, 2, -1, -1)
                .weight("w", 3, 2, 2, 4)
                .node("Conv", "c", "x", "w")
                .with("kernel_shape", new long[] {2, 4})
                .with("dilations", new long[] {3, 3});
    }

    private static TestModel last(TestModel model) {
        return model.node("Tanh", "t", "c")
                .weight("v", 2, 3, 1, 1)
                .weight("b", 2)
                .node("Conv", "y", "t", "v", "b")
                .output("y");
    }
}
