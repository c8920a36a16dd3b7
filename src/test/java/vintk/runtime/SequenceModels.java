package vintk.runtime;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/** Sequences of tensors whose length and whose places are known. */
final class SequenceModels {
    private SequenceModels() {}

    static Stream<ExportedModel> cases() {
        return Stream.of(
                of("split into given parts", 18, SequenceModels::ends),
                of("split into given parts, opset 12", 12, SequenceModels::ends),
                of("split into parts of a size, and together again", 13, m -> m.scalarLong("four", 4)
                        .split("four")
                        .node("SequenceAt", "a", "s", "last")
                        .node("SequenceErase", "t", "s", "first")
                        .node("SequenceInsert", "r", "t", "h", "first")
                        .node("ConcatFromSequence", "c", "r")
                        .with("axis", 1)
                        .node("ReduceSum", "d", "c", "one")
                        .node("Mul", "u", "a", "d")),
                of("single elements, stacked", 13, m -> m.node("SplitToSequence", "s", "h")
                        .with("axis", -1)
                        .with("keepdims", 0)
                        .node("SequenceErase", "t", "s")
                        .node("ConcatFromSequence", "c", "t")
                        .with("axis", 1)
                        .with("new_axis", 1)
                        .node("ReduceSum", "d", "c", "one")
                        .node("Tanh", "u", "d")),
                of("single elements, opset 11", 11, m -> m.node("SplitToSequence", "s", "h")
                        .with("axis", 1)
                        .with("keepdims", 0)
                        .node("SequenceAt", "a", "s", "first")
                        .node("SequenceAt", "b", "s", "last")
                        .node("SequenceConstruct", "t", "a", "b")
                        .node("ConcatFromSequence", "c", "t")
                        .with("axis", -1)
                        .with("new_axis", 1)
                        .node("Tanh", "u", "c")),
                of("made one by one, and counted", 14, m -> m.node("SequenceEmpty", "e")
                        .node("SequenceInsert", "r", "e", "h")
                        .node("Identity", "i", "r")
                        .node("SequenceInsert", "t", "i", "x")
                        .node("SequenceLength", "n", "t")
                        .node("Cast", "f", "n")
                        .with("to", 1)
                        .node("ConcatFromSequence", "c", "t")
                        .with("axis", 1)
                        .node("Mul", "u", "c", "f")),
                // What shape a part has is known after the first look.
                of("parts of a part", 13, m -> m.scalarLong("four", 4)
                        .split("four")
                        .node("SequenceAt", "a", "s", "first")
                        .scalarLong("two", 2)
                        .node("SplitToSequence", "t", "a", "two")
                        .with("axis", -1)
                        .node("SequenceAt", "b", "t", "first")
                        .node("ConcatFromSequence", "c", "t")
                        .with("axis", 1)
                        .node("ReduceSum", "d", "c", "one")
                        .node("Mul", "u", "b", "d")),
                // Known only when the length is: a second look.
                of("taken from the end by its length", 15, m -> m.scalarLong("two", 2)
                        .split("two")
                        .node("SequenceLength", "n", "s")
                        .node("Sub", "at", "n", "two")
                        .node("SequenceAt", "u", "s", "at")));
    }

    private static Sequence ends(Sequence m) {
        return m.longs("parts", 3, 1, 2)
                .split("parts")
                .node("SequenceAt", "a", "s", "first")
                .node("SequenceAt", "b", "s", "last")
                .node("MatMul", "z", "a", "v")
                .node("Mul", "u", "z", "b");
    }

    /** Which element is taken depends on the data. */
    static TestModel unsupported() {
        return new Sequence(15)
                .scalarLong("three", 3)
                .split("three")
                .node("ReduceMax", "m", "x")
                .with("keepdims", 0)
                .node("Cast", "at", "m")
                .with("to", 7)
                .node("SequenceAt", "u", "s", "at")
                .last();
    }

    /** As a Constant node, as an initializer, and computed. */
    static List<TestModel> ofNoElements() {
        Sequence initializer = new Sequence(15);
        initializer.model.initializer("none", Tensor.longs(Shape.SCALAR, 0));
        Sequence computed = new Sequence(15).node("Sub", "none", "first", "first");
        return Stream.of(new Sequence(15).scalarLong("none", 0), initializer, computed)
                .map(m -> m.split("none").node("SequenceAt", "u", "s", "first").last())
                .toList();
    }

    private static ExportedModel of(String name, long opset, UnaryOperator<Sequence> between) {
        return new ExportedModel(name, between.apply(new Sequence(opset)).last(), 4);
    }

    /** A layer of six outputs, and the squares of what is made of them. */
    private static final class Sequence {
        private final TestModel model;

        Sequence(long opset) {
            model = TestModel.opset(opset)
                    .input("x", -1, 4)
                    .weight("w", 4, 6)
                    .weight("v", 3, 2)
                    .longs("one", 1)
                    .layer("h", "x", "w");
            scalarLong("first", 0).scalarLong("last", -1);
        }

        Sequence scalarLong(String name, long value) {
            model.scalarLong(name, value);
            return this;
        }

        Sequence longs(String name, long... values) {
            model.longs(name, values);
            return this;
        }

        Sequence split(String parts) {
            model.node("SplitToSequence", "s", "h", parts).with("axis", 1);
            return this;
        }

        Sequence node(String op, String outputs, String... inputs) {
            model.node(op, outputs, inputs);
            return this;
        }

        Sequence with(String name, long value) {
            model.with(name, value);
            return this;
        }

        TestModel last() {
            return model.node("Mul", "y", "u", "u").output("y");
        }
    }
}
