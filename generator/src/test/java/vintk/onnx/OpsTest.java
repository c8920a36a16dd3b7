package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Needless nodes are left out, and a wrong shape is an error that names what came. */
class OpsTest {
    private static final Value X = Value.input("x", TensorType.of(DataType.FLOAT, 2, 3, 1));

    private static Arguments row(String name, UnaryOperator<Value> build) {
        return Arguments.of(name, build);
    }

    static Stream<Arguments> nothing() {
        return Stream.of(
                row("reshape to the same", x -> Ops.reshape(x, 2, 3, 1)),
                row("reshape there and back", x -> Ops.reshape(Ops.reshape(x, 6), 2, 3, 1)),
                row("transpose by the identity", x -> Ops.transpose(x, 0, 1, 2)),
                row("transpose there and back", x -> Ops.transpose(Ops.transpose(x, 1, 2, 0), 2, 0, 1)),
                row("extent 1 moved there and back", x -> Ops.moveAxis(Ops.moveAxis(x, 2, 0), 0, 2)),
                row("expand to the same", x -> Ops.expand(x, x.shape())),
                row("slice of everything", x -> Indexing.slice(x, 1, 0, 3)),
                row("split into one", x -> Indexing.split(x, 1, 3).get(0)),
                row("pad by nothing", x -> Indexing.pad(x, 0, 0, 0)),
                row("concat of one", x -> Ops.concat(0, x)),
                row("sum over extent 1", x -> Ops.reduceSum(x, true, 2)),
                row("sum over nothing", x -> Ops.reduceSum(x, true)),
                row("mean over extent 1", x -> Ops.reduceMean(x, -1)),
                row("add 0", x -> Ops.add(x, 0)),
                row("times 1", x -> Ops.mul(x, 1)),
                row("cast to its own type", x -> Ops.cast(x, DataType.FLOAT)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nothing")
    void isLeftOut(String name, UnaryOperator<Value> build) {
        assertSame(X, build.apply(X));
    }

    static Stream<Arguments> oneReshape() {
        return Stream.of(
                row("reshape of reshape", x -> Ops.reshape(Ops.reshape(Ops.reshape(x, 6), 3, 2), 6, 1)),
                row("transpose that moves an extent of 1", x -> Ops.transpose(x, 2, 0, 1)),
                row("expand by axes of extent 1", x -> Ops.expand(x, Shape.of(1, 2, 3, 1))),
                row("sum over extent 1, dropped", x -> Ops.reduceSum(x, false, 2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oneReshape")
    void isOneReshape(String name, UnaryOperator<Value> build) {
        Value made = build.apply(X);
        assertTrue(Ops.isNode(made, "Reshape"), name);
        assertSame(X, made.node().input(0));
    }

    @Test
    void transposesCompose() {
        Value wide = Value.input("x", TensorType.of(DataType.FLOAT, 2, 3, 4));
        Value twice = Ops.transpose(Ops.transpose(wide, 1, 2, 0), 1, 2, 0);
        assertEquals(1, Graph.nodes(List.of(twice)).size());
        assertEquals(Shape.of(4, 2, 3), twice.shape());
        assertSame(wide, twice.node().input(0));
    }

    static Stream<Arguments> wrong() {
        Value y = Value.input("y", TensorType.of(DataType.FLOAT, 4, 3));
        Value z = Value.input("z", TensorType.of(DataType.DOUBLE, 2, 3, 1));
        return Stream.of(
                row("shapes [2x3x1] and [4x2] do not broadcast", x -> Ops.add(x, Indexing.slice(y, 1, 0, 2))),
                row("Add expects operands of one type, got x:FLOAT[2x3x1] and z:DOUBLE[2x3x1]", x -> Ops.add(x, z)),
                row(
                        "MatMul expects [..., m, k] and [..., k, n], got x:FLOAT[2x3x1] and y:FLOAT[4x3]",
                        x -> Ops.matMul(x, y)),
                row("cannot reshape x:FLOAT[2x3x1] to [5]", x -> Ops.reshape(x, 5)),
                row("cannot expand x:FLOAT[2x3x1] to [3x3x1]", x -> Ops.expand(x, Shape.of(3, 3, 1))),
                row("cannot expand x:FLOAT[2x3x1] to [3x1]", x -> Ops.expand(x, Shape.of(3, 1))),
                row("a permutation of 3 axes is expected for x:FLOAT[2x3x1], got [1, 0]", x -> Ops.transpose(x, 1, 0)),
                row("cannot concatenate [x:FLOAT[2x3x1], y:FLOAT[4x3]] along axis 0", x -> Ops.concat(0, x, y)),
                row("cannot take 1:4:1 of axis 1 of x:FLOAT[2x3x1]", x -> Indexing.slice(x, 1, 1, 4)),
                row("cannot take 2:1:1 of axis 1 of x:FLOAT[2x3x1]", x -> Indexing.slice(x, 1, 2, 1)),
                row("axis 3 is outside of a tensor of shape [2x3x1]", x -> Ops.reduceSum(x, true, 3)),
                row("axis -4 is outside of a tensor of shape [2x3x1]", x -> Ops.softmax(x, -4)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void wrongShapesAreNamed(String message, UnaryOperator<Value> build) {
        Exception refused = assertThrows(IllegalArgumentException.class, () -> build.apply(X));
        assertEquals(message, refused.getMessage());
    }
}
