package vintk.opset;

import static vintk.opset.OneNode.microsoft;
import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Attention and rotary embeddings, ONNX' own and ONNX Runtime's. */
final class AttentionNodes {
    private AttentionNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        own(nodes);
        stages(nodes);
        rotary(nodes);
        packed(nodes);
        multiHead(nodes);
        return nodes;
    }

    private static Tensor numbers(DataType type, Shape shape, double... values) {
        return Tensor.of(new TensorType(type, shape), values);
    }

    private static Tensor ints(Shape shape, double... values) {
        return numbers(DataType.INT32, shape, values);
    }

    private static OneNode flat(long opset) {
        return of("Attention", opset)
                .x(2, 3, 8)
                .x(2, 4, 8)
                .x(2, 4, 6)
                .with("q_num_heads", 2)
                .with("kv_num_heads", 2);
    }

    private static void own(List<OneNode> nodes) {
        Tensor triangle = numbers(DataType.BOOL, Shape.of(3, 4), 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1);
        for (long opset : new long[] {23, 24}) {
            nodes.add(flat(opset).noted("tokens"));
            nodes.add(of("Attention", opset).x(2, 2, 3, 4).x(2, 2, 5, 4).x(2, 2, 5, 3));
            nodes.add(flat(opset).with("is_causal", 1).noted("causal"));
            nodes.add(flat(opset).x(2, 1, 3, 4).noted("mask of numbers"));
            nodes.add(flat(opset).constant(triangle).noted("mask of truths"));
            nodes.add(flat(opset)
                    .constant(triangle)
                    .with("is_causal", 1)
                    .with("scale", 0.3f)
                    .noted("mask, causal, scale"));
            nodes.add(of("Attention", opset)
                    .x(1, 3, 16)
                    .x(1, 4, 8)
                    .x(1, 4, 4)
                    .with("q_num_heads", 4)
                    .with("kv_num_heads", 2)
                    .noted("shared keys"));
        }
        nodes.add(flat(23).x(3, 4).with("softcap", 0.6f).noted("mask, soft cap"));
        nodes.add(flat(23).constant(numbers(DataType.BOOL, Shape.of(3, 4), 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1))
                .noted("a query without keys"));
        nodes.add(flat(23).given(numbers(DataType.BOOL, Shape.of(3, 4), 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0))
                .with("is_causal", 1)
                .noted("queries without keys, as the data decide"));
        nodes.add(flat(23).constant(numbers(DataType.BOOL, Shape.of(3, 4), 0, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 1))
                .with("is_causal", 1)
                .with("qk_matmul_output_mode", 3)
                .output()
                .absentOutput()
                .absentOutput()
                .output()
                .noted("a query without keys before it"));
        nodes.add(flat(23).with("softmax_precision", 1).noted("softmax precision"));
        nodes.add(of("Attention", 23).x(2, 4, 3, 4).x(2, 2, 5, 4).x(2, 2, 5, 3).noted("shared keys"));
        nodes.add(flat(23).absent().x(2, 2, 2, 4).x(2, 2, 2, 3).outputs(3).noted("past"));
        nodes.add(flat(23).absent()
                .x(2, 2, 2, 4)
                .x(2, 2, 2, 3)
                .with("is_causal", 1)
                .outputs(3)
                .noted("past, causal"));
        nodes.add(flat(24).constant(numbers(DataType.BOOL, Shape.of(3, 4), 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1))
                .absent()
                .absent()
                .longs(4, 3)
                .noted("numbers of keys"));
        for (long[] ends : new long[][] {{4, 4}, {4, 3}, {2, 4}, {0, 3}}) {
            nodes.add(flat(24).absent()
                    .absent()
                    .absent()
                    .longs(ends)
                    .with("is_causal", 1)
                    .noted("numbers of keys, causal: " + ends[0] + ", " + ends[1]));
        }
    }

    private static void stages(List<OneNode> nodes) {
        for (int mode = 0; mode < 4; mode++) {
            nodes.add(flat(23).x(3, 4)
                    .with("qk_matmul_output_mode", mode)
                    .with("softcap", 0.7f)
                    .output()
                    .absentOutput()
                    .absentOutput()
                    .output()
                    .noted("scores, stage " + mode));
            nodes.add(flat(24).x(3, 4)
                    .with("qk_matmul_output_mode", mode)
                    .with("is_causal", mode == 3 ? 1 : 0)
                    .output()
                    .absentOutput()
                    .absentOutput()
                    .output()
                    .noted("scores, not capped, stage " + mode));
        }
    }

    private static void rotary(List<OneNode> nodes) {
        Tensor same = Tensor.longs(Shape.of(2, 3), 1, 0, 3, 1, 0, 3);
        Tensor differing = Tensor.longs(Shape.of(2, 3), 1, 0, 3, 2, 2, 4);
        for (int interleaved = 0; interleaved < 2; interleaved++) {
            for (Tensor positions : List.of(same, differing)) {
                nodes.add(of("RotaryEmbedding", 23)
                        .x(2, 2, 3, 4)
                        .x(5, 2)
                        .x(5, 2)
                        .constant(positions)
                        .with("interleaved", interleaved)
                        .noted("interleaved " + interleaved + positions.number(3)));
                nodes.add(microsoft("RotaryEmbedding")
                        .x(2, 3, 8)
                        .constant(positions)
                        .x(5, 2)
                        .x(5, 2)
                        .with("interleaved", interleaved)
                        .noted("interleaved " + interleaved + positions.number(3)));
            }
            nodes.add(of("RotaryEmbedding", 23)
                    .x(2, 3, 12)
                    .x(5, 2)
                    .x(5, 2)
                    .constant(same)
                    .with("interleaved", interleaved)
                    .with("rotary_embedding_dim", 4)
                    .with("num_heads", 2)
                    .noted("a part, interleaved " + interleaved));
            nodes.add(microsoft("RotaryEmbedding")
                    .x(2, 3, 12)
                    .longs(1)
                    .x(5, 2)
                    .x(5, 2)
                    .with("interleaved", interleaved)
                    .with("rotary_embedding_dim", 4)
                    .with("num_heads", 2)
                    .noted("a part, first position, interleaved " + interleaved));
        }
        nodes.add(of("RotaryEmbedding", 23)
                .x(2, 3, 8)
                .x(2, 3, 2)
                .x(2, 3, 2)
                .with("num_heads", 2)
                .noted("no positions"));
        nodes.add(microsoft("RotaryEmbedding")
                .x(2, 2, 3, 4)
                .longs(0)
                .x(5, 2)
                .x(5, 2)
                .noted("heads apart"));
    }

    private static void packed(List<OneNode> nodes) {
        nodes.add(microsoft("Attention")
                .x(2, 3, 4)
                .x(4, 18)
                .x(18)
                .with("num_heads", 2)
                .noted("merged"));
        nodes.add(microsoft("Attention")
                .x(2, 3, 4)
                .x(4, 20)
                .x(20)
                .with("num_heads", 2)
                .with("qkv_hidden_sizes", new long[] {8, 8, 4})
                .noted("sizes"));
        nodes.add(microsoft("Attention")
                .x(2, 3, 4)
                .x(4, 12)
                .x(12)
                .with("num_heads", 2)
                .with("unidirectional", 1)
                .with("scale", 0.3f)
                .noted("causal"));
        nodes.add(masked(ints(Shape.of(2), 3, 2), "lengths"));
        nodes.add(masked(ints(Shape.of(4), 3, 2, 1, 0), "ends and starts"));
        nodes.add(masked(ints(Shape.of(2, 3), 1, 1, 0, 0, 1, 1), "mask"));
        nodes.add(masked(ints(Shape.of(2, 3), 1, 1, 0, 1, 1, 0), "equal masks"));
        nodes.add(masked(
                ints(Shape.of(2, 3, 3), 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1), "mask of queries"));
        nodes.add(masked(ints(Shape.of(2), 3, 2), "causal, lengths").with("unidirectional", 1));
        nodes.add(masked(ints(Shape.of(2), 3, 2), "a filter of its own").with("mask_filter_value", -1f));
        nodes.add(microsoft("Attention")
                .x(2, 3, 4)
                .x(4, 12)
                .x(12)
                .absent()
                .absent()
                .x(1, 2, 3, 3)
                .with("num_heads", 2)
                .noted("bias of scores"));
    }

    private static OneNode masked(Tensor mask, String note) {
        return microsoft("Attention")
                .x(2, 3, 4)
                .x(4, 12)
                .x(12)
                .constant(mask)
                .with("num_heads", 2)
                .noted(note);
    }

    private static void multiHead(List<OneNode> nodes) {
        nodes.add(microsoft("MultiHeadAttention")
                .x(2, 3, 8)
                .x(2, 4, 8)
                .x(2, 4, 6)
                .with("num_heads", 2)
                .noted("apart"));
        nodes.add(microsoft("MultiHeadAttention")
                .x(2, 3, 8)
                .x(2, 3, 8)
                .x(2, 3, 6)
                .x(22)
                .with("num_heads", 2)
                .with("unidirectional", 1)
                .with("scale", 0.4f)
                .noted("bias, causal"));
        nodes.add(microsoft("MultiHeadAttention")
                .x(2, 3, 8)
                .x(2, 2, 4, 4)
                .x(2, 2, 4, 4)
                .with("num_heads", 2)
                .noted("heads apart"));
        nodes.add(microsoft("MultiHeadAttention")
                .x(2, 3, 8)
                .x(2, 4, 8)
                .x(2, 4, 8)
                .absent()
                .constant(ints(Shape.of(2, 4), 1, 1, 0, 1, 0, 1, 1, 1))
                .x(2, 1, 3, 4)
                .with("num_heads", 2)
                .noted("mask, bias of scores"));
        nodes.add(microsoft("MultiHeadAttention")
                .x(2, 3, 8)
                .x(2, 4, 8)
                .x(2, 4, 8)
                .absent()
                .constant(ints(Shape.of(2), 4, 2))
                .with("num_heads", 2)
                .noted("lengths"));
        nodes.add(microsoft("MultiHeadAttention")
                .x(2, 3, 8)
                .x(2, 3, 8)
                .x(2, 3, 8)
                .absent()
                .absent()
                .absent()
                .x(2, 2, 2, 4)
                .x(2, 2, 2, 4)
                .with("num_heads", 2)
                .with("unidirectional", 1)
                .outputs(3)
                .noted("past"));
    }
}
