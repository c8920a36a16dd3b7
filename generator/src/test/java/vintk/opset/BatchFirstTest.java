package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.proto.Preparation;

/** Layout 1 against layout 0 with operands and results transposed here: T = 3, N = 2, I = 4, H = 5. */
class BatchFirstTest {
    private static int gates(String operator) {
        return Map.of("RNN", 1, "GRU", 3, "LSTM", 4).get(operator);
    }

    private static OneNode node(String operator, int layout, boolean both) {
        int directions = both ? 2 : 1;
        int rows = 5 * gates(operator);
        OneNode node = OneNode.of(operator, 14);
        node = layout == 1 ? node.x(2, 3, 4) : node.x(3, 2, 4);
        node.x(directions, rows, 4).x(directions, rows, 5).absent().absent();
        node = layout == 1 ? node.x(2, directions, 5) : node.x(directions, 2, 5);
        return node.with("hidden_size", 5)
                .with("layout", layout)
                .with("direction", both ? "bidirectional" : "forward")
                .outputs(operator.equals("LSTM") ? 3 : 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RNN", "GRU", "LSTM"})
    void batchFirstIsTransposed(String operator) {
        for (boolean both : List.of(false, true)) {
            ModelProto given = node(operator, 1, both).model();
            Map<String, Tensor> first = new LinkedHashMap<>();
            Random random = new Random(5);
            node(operator, 1, both).inputs().forEach((name, type) -> first.put(name, Sampling.uniform(type, random)));
            Map<String, Tensor> second = new HashMap<>(first);
            second.put("x0", transposed(first.get("x0"), 1, 0, 2));
            second.put("x5", transposed(first.get("x5"), 1, 0, 2));
            try (Runner rewritten = Runner.of(Preparation.of(given));
                    Runner plain = Runner.of(node(operator, 0, both).model())) {
                Map<String, Tensor> found = rewritten.run(first);
                Map<String, Tensor> expected = plain.run(second);
                assertEquals(expected.keySet(), found.keySet());
                expected.forEach((name, tensor) -> {
                    Tensor own = name.equals("y0") ? transposed(tensor, 2, 0, 1, 3) : transposed(tensor, 1, 0, 2);
                    assertEquals(own.type(), found.get(name).type());
                    assertArrayEquals(own.numbers(), found.get(name).numbers(), name);
                });
            }
        }
    }

    @Test
    void otherModelsStay() {
        ModelProto model = node("LSTM", 0, false).model();
        assertEquals(model.getGraph(), Preparation.of(model).getGraph());
    }

    private static Tensor transposed(Tensor tensor, int... permutation) {
        Shape from = tensor.shape();
        int rank = from.rank();
        long[] dims = new long[rank];
        for (int i = 0; i < rank; i++) {
            dims[i] = from.dim(permutation[i]);
        }
        Shape to = Shape.of(dims);
        double[] values = new double[(int) to.elements()];
        for (int i = 0; i < values.length; i++) {
            long source = 0;
            for (int j = 0; j < rank; j++) {
                long at = i / to.product(j + 1, rank) % dims[j];
                source += at * from.product(permutation[j] + 1, rank);
            }
            values[i] = tensor.number(source);
        }
        return Tensor.of(new TensorType(DataType.FLOAT, to), values);
    }
}
