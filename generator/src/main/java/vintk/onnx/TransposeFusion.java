package vintk.onnx;

import java.util.Arrays;
import java.util.List;

/**
 * Lets ONNX Runtime's {@code com.microsoft.FusedMatMul} read transposed operands in place instead of a Transpose before
 * a MatMul. For graphs that this program runs itself: files for others keep standard operators. Float32 only, as the
 * operator is.
 */
public final class TransposeFusion {
    private TransposeFusion() {}

    public static Graph apply(Graph graph) {
        return Rewrite.apply(graph, (node, inputs) -> fused(node, inputs).outputs());
    }

    private static Node fused(Node node, List<Value> inputs) {
        boolean product = node.opType().equals("MatMul") && node.domain().isEmpty();
        if (!product || node.output().dataType() != DataType.FLOAT) {
            return Rewrite.with(node, inputs);
        }
        // The batch may be exchanged only where both operands have one.
        boolean batch = inputs.get(0).shape().rank() == inputs.get(1).shape().rank();
        Operand a = Operand.of(inputs.get(0), batch);
        Operand b = Operand.of(inputs.get(1), batch);
        if (!a.isTransposed() && !b.isTransposed()) {
            return Rewrite.with(node, inputs);
        }
        Attributes attributes = Attributes.NONE
                .with("transA", a.rows ? 1L : 0L)
                .with("transB", b.rows ? 1L : 0L)
                .with("transBatchA", a.batch ? 1L : 0L)
                .with("transBatchB", b.batch ? 1L : 0L);
        return Rewrite.with(node, "com.microsoft", "FusedMatMul", List.of(a.value, b.value), attributes);
    }

    /** An operand of a product: what it is read from, whether its last two axes, or its first axis and the batch, change places. */
    private record Operand(Value value, boolean rows, boolean batch) {
        static Operand of(Value value, boolean mayBatch) {
            if (!Ops.isNode(value, "Transpose")) {
                return new Operand(value, false, false);
            }
            long[] perm = value.node().attributes().integers("perm");
            Value source = value.node().input(0);
            int rank = perm.length;
            for (boolean batch : new boolean[] {false, true}) {
                for (boolean rows : new boolean[] {false, true}) {
                    if (batch && (rank < 3 || !mayBatch) || !Arrays.equals(perm, permutation(rank, rows, batch))) {
                        continue;
                    }
                    return new Operand(source, rows, batch);
                }
            }
            return new Operand(value, false, false);
        }

        /** The permutation that FusedMatMul's flags stand for: first axis 0 behind the batch, then the last two swapped. */
        private static long[] permutation(int rank, boolean rows, boolean batch) {
            long[] perm = new long[rank];
            for (int i = 0; i < rank; i++) {
                perm[i] = i;
            }
            if (batch) {
                for (int i = 0; i < rank - 2; i++) {
                    perm[i] = i + 1;
                }
                perm[rank - 2] = 0;
            }
            if (rows) {
                long last = perm[rank - 1];
                perm[rank - 1] = perm[rank - 2];
                perm[rank - 2] = last;
            }
            return perm;
        }

        boolean isTransposed() {
            return rows || batch;
        }
    }
}
