package vintk.autodiff;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/**
 * One row of the table of gradient checks.
 *
 * @param operator whose rule is checked
 * @param note what is special, for the name of the case
 * @param type DOUBLE wherever ONNX Runtime has all kernels in double
 * @param sampling of the operands
 * @param shapes of the operands
 * @param build the node (and what is needed around it)
 * @param batchOnly whether the rule is known for values that carry samples only, so not for parameters among themselves
 */
record GradientCase(
        String operator,
        String note,
        DataType type,
        Sampling sampling,
        List<Shape> shapes,
        Function<List<Value>, Value> build,
        boolean batchOnly) {

    /** An operator of one operand. */
    interface One extends Function<Value, Value> {}

    /** An operator of two operands. */
    interface Two {
        Value apply(Value a, Value b);
    }

    static GradientCase one(String operator, Sampling sampling, Shape shape, One build) {
        return new GradientCase(
                operator, "", DataType.DOUBLE, sampling, List.of(shape), x -> build.apply(x.get(0)), false);
    }

    static GradientCase two(String operator, Sampling sampling, Shape a, Shape b, Two build) {
        return new GradientCase(
                operator, "", DataType.DOUBLE, sampling, List.of(a, b), x -> build.apply(x.get(0), x.get(1)), false);
    }

    static GradientCase many(String operator, Function<List<Value>, Value> build, Shape... shapes) {
        return new GradientCase(operator, "", DataType.DOUBLE, Sampling.UNIFORM, List.of(shapes), build, false);
    }

    GradientCase inFloat() {
        return new GradientCase(operator, note, DataType.FLOAT, sampling, shapes, build, batchOnly);
    }

    GradientCase ofBatchOnly() {
        return new GradientCase(operator, note, type, sampling, shapes, build, true);
    }

    GradientCase noted(String what) {
        return new GradientCase(operator, what, type, sampling, shapes, build, batchOnly);
    }

    /** Of the largest element of a gradient: see {@link FiniteDifferences} for the errors of the differences. */
    double tolerance() {
        return type == DataType.DOUBLE ? 1e-7 : 3e-3;
    }

    static Shape shape(long... dims) {
        return Shape.of(dims);
    }

    @Override
    public String toString() {
        String operands = shapes.stream().map(Shape::toString).collect(Collectors.joining(", ", "(", ")"));
        return operator + operands + (note.isEmpty() ? "" : " " + note);
    }
}
