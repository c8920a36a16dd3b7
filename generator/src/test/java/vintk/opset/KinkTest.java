package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static vintk.opset.OneNode.of;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.onnx.DataType;
import vintk.onnx.TensorType;

/** Gradients where differences cannot tell: at kinks and ties as PyTorch has them, at zeros, and far out. */
class KinkTest {
    private static Arguments at(OneNode node, double[] x, double... expected) {
        return Arguments.of(node, x, expected);
    }

    private static double[] x(double... x) {
        return x;
    }

    private static OneNode vector(String operator, long opset, int extent) {
        return of(operator, opset).x(extent);
    }

    static Stream<Arguments> points() {
        double scale = 1.05070102214813232421875 * 1.67326319217681884765625;
        return Stream.of(
                at(vector("ReduceMax", 18, 4).with("keepdims", 0), x(1, 3, 3, 2), 0, 0.5, 0.5, 0),
                at(vector("ReduceMin", 18, 4).with("keepdims", 0), x(1, 3, 1, 1), 1.0 / 3, 0, 1.0 / 3, 1.0 / 3),
                at(vector("ReduceL2", 18, 2).with("keepdims", 0), x(0, 0), 0, 0),
                at(vector("ReduceL1", 18, 2).with("keepdims", 0), x(0, -1), 0, -1),
                at(vector("ReduceProd", 18, 3).with("keepdims", 0), x(2, 0, 3), 0, 6, 0),
                at(vector("ReduceProd", 18, 3).with("keepdims", 0), x(0, 0, 3), 0, 0, 0),
                at(vector("ReduceLogSumExp", 18, 2).with("keepdims", 0), x(100, 100), 0.5, 0.5),
                at(vector("ReduceLogSumExp", 18, 2).with("keepdims", 0), x(-1000, -2000), 1, 0),
                at(vector("CumProd", 26, 3).longs(0), x(2, 0, 3), 1, 8, 0),
                at(vector("LpNormalization", 1, 2), x(0, 0), 0, 0),
                at(vector("LpNormalization", 1, 2).with("p", 1), x(0, 0), 0, 0),
                at(vector("Elu", 6, 3).with("alpha", 0.75f), x(0, 1000, -1000), 0.75, 1, 0),
                at(vector("Selu", 6, 3), x(0, 1000, -1000), scale, 1.05070102214813232421875, 0),
                at(vector("Celu", 12, 3).with("alpha", 0.01f), x(0, 1000, -1000), 1, 1, 0),
                at(vector("Softsign", 1, 2), x(0, 1e30), 1, 0),
                at(vector("ThresholdedRelu", 10, 2).with("alpha", 0.5f), x(0.5, 0.625), 0, 1),
                at(vector("Shrink", 9, 4), x(0.5, -0.5, 0.625, -0.625), 0, 0, 1, 1),
                at(vector("PRelu", 16, 3).number(0.25f), x(0, 1, -1), 0.25, 1, 0.25),
                at(vector("Mish", 18, 3), x(0, 1000, -1000), 0.6, 1, 0),
                at(vector("Swish", 24, 3), x(0, 1000, -1000), 0.5, 1, 0),
                at(vector("Asinh", 9, 1), x(1e30), 0));
    }

    @ParameterizedTest
    @MethodSource("points")
    void gradientIsThatOfPyTorch(OneNode node, double[] x, double[] expected) {
        boolean vector = !node.opType().startsWith("Reduce");
        TensorType type = vector ? TensorType.of(DataType.FLOAT, x.length) : TensorType.of(DataType.FLOAT);
        double[] found = Imported.of(node, type).gradients("y0", x).get("x0");
        assertArrayEquals(expected, found, 1e-5);
    }
}
