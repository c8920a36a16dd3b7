package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Ops;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Forms of attention that ONNX Runtime has on other processors only: packed operands are those apart, stacked. */
class PackedAttentionTest {
    private static final Attributes HEADS = Attributes.NONE.with("num_heads", 2L);

    private static Value attention(Value... operands) {
        return Adapted.of("com.microsoft", "MultiHeadAttention", 1, HEADS, operands)
                .get(0);
    }

    private static Value tokens(int seed) {
        return Ops.constant(Sampling.uniform(TensorType.of(DataType.DOUBLE, 2, 3, 8), new Random(seed)));
    }

    /** [N, tokens, heads · channels] as one of [N, tokens, heads, 1, channels]. */
    private static Value part(Value x) {
        return Ops.reshape(x, 2, 3, 2, 1, 4);
    }

    private static double[] numbers(Value value) {
        return Runner.run(new Graph("attention", List.of(), Map.of("y", value)), Map.of())
                .get("y")
                .numbers();
    }

    @Test
    void packedOperandsAreThoseApart() {
        Value q = tokens(1);
        Value k = tokens(2);
        Value v = tokens(3);
        double[] apart = numbers(attention(q, k, v));
        assertArrayEquals(apart, numbers(attention(Ops.concat(3, part(q), part(k), part(v)))), 1e-12);
        assertArrayEquals(apart, numbers(attention(q, Ops.concat(3, part(k), part(v)))), 1e-12);
    }
}
