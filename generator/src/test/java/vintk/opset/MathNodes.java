package vintk.opset;

import static vintk.autodiff.Sampling.APART;
import static vintk.autodiff.Sampling.AWAY_FROM_ZERO;
import static vintk.autodiff.Sampling.POSITIVE;
import static vintk.autodiff.Sampling.WIDE;
import static vintk.opset.OneNode.microsoft;
import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.DataType;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Arithmetic, products, reductions and activations, in their old and new forms. */
final class MathNodes {
    private MathNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        for (String operator : List.of("Sum", "Mean", "Max", "Min")) {
            nodes.add(of(operator, 8).x(2, 3).sampled(APART));
            nodes.add(of(operator, 8).x(2, 3).x(3).sampled(APART));
            nodes.add(of(operator, 13).x(1, 3).x(2, 1).x(2, 3).sampled(APART));
        }
        nodes.add(of("Pow", 7).x(2, 3).number(3).sampled(AWAY_FROM_ZERO));
        nodes.add(of("Pow", 13).x(2, 3).longs(2).noted("integer exponent").sampled(AWAY_FROM_ZERO));
        nodes.add(of("Pow", 15)
                .x(2, 3)
                .constant(Tensor.longs(2, -1, 5))
                .noted("integer exponents")
                .sampled(POSITIVE));
        nodes.add(
                of("Pow", 15).x(2, 3).x(3).noted("exponents that are an input").sampled(POSITIVE));
        // Kinks in the gaps of the APART grid, 0.08 k + [0.03, 0.05).
        nodes.add(of("Clip", 7).x(3, 4).with("min", -0.16f).with("max", 0.24f).sampled(APART));
        nodes.add(of("Clip", 10).x(3, 4).with("max", 0.24f).noted("max only").sampled(APART));
        nodes.add(of("Clip", 11).x(3, 4).number(-0.16f).number(0.24f).sampled(APART));
        nodes.add(
                of("Clip", 13).x(3, 4).absent().number(0.24f).noted("max only").sampled(APART));
        nodes.add(of("Clip", 13).x(3, 4).number(0).noted("min only").sampled(APART));
        nodes.add(of("Clip", 13).x(3, 4).noted("no bounds"));
        Tensor half = Tensor.of(TensorType.of(DataType.BOOL, 3), 1, 0, 1);
        nodes.add(of("Where", 9).constant(half).x(2, 3).x(3));
        products(nodes);
        reductions(nodes);
        activations(nodes);
        return nodes;
    }

    private static void products(List<OneNode> nodes) {
        nodes.add(of("MatMul", 13).x(2, 3).x(3, 4));
        nodes.add(of("MatMul", 13).x(3).x(3));
        nodes.add(of("MatMul", 13).x(3).x(3, 4));
        nodes.add(of("MatMul", 13).x(2, 3).x(3));
        nodes.add(of("MatMul", 9).x(3).x(2, 3, 4));
        nodes.add(of("MatMul", 13).x(2, 4, 3).x(3));
        nodes.add(of("MatMul", 13).x(2, 1, 2, 3).x(3, 3, 2));
        nodes.add(of("Gemm", 7).x(2, 3).x(3, 4).x(4));
        nodes.add(of("Gemm", 11).x(2, 3).x(3, 4).noted("without C"));
        nodes.add(of("Gemm", 13)
                .x(3, 2)
                .x(4, 3)
                .x(2, 1)
                .with("transA", 1)
                .with("transB", 1)
                .with("alpha", 0.5f)
                .with("beta", -2f)
                .noted("all flags"));
        nodes.add(of("Gemm", 13).x(2, 3).x(4, 3).x().with("transB", 1).noted("scalar C"));
        nodes.add(of("Gemm", 13)
                .x(3, 2)
                .x(3, 4)
                .x(2, 4)
                .with("transA", 1)
                .with("beta", 0f)
                .noted("beta 0"));
    }

    private static void reductions(List<OneNode> nodes) {
        for (String operator :
                List.of("ReduceSum", "ReduceMean", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSum")) {
            boolean early = operator.equals("ReduceSum");
            nodes.add(reduce(operator, 11).with("axes", new long[] {1}).noted("axes as an attribute"));
            nodes.add(reduce(operator, 11)
                    .with("axes", new long[] {-1, 0})
                    .with("keepdims", 0)
                    .noted("axes as an attribute, dropped"));
            nodes.add(reduce(operator, 9).noted("all"));
            nodes.add(reduce(operator, 9).with("keepdims", 0).noted("all, dropped"));
            nodes.add(reduce(operator, early ? 13 : 18).longs(-2).noted("axes as an input"));
            nodes.add(reduce(operator, early ? 13 : 18)
                    .longs(0, 2)
                    .with("keepdims", 0)
                    .noted("axes as an input, dropped"));
            nodes.add(reduce(operator, 18).noted("all, no input"));
        }
        nodes.add(reduce("ReduceSum", 13).with("noop_with_empty_axes", 1).noted("of nothing"));
        nodes.add(reduce("ReduceMean", 18).with("noop_with_empty_axes", 1).noted("of nothing"));
        for (String operator : List.of("Softmax", "LogSoftmax")) {
            nodes.add(of(operator, 11).x(2, 3, 4).noted("axes from 1 on together"));
            nodes.add(of(operator, 11).x(2, 3, 4).with("axis", 0).noted("everything together"));
            nodes.add(of(operator, 11).x(2, 3, 4).with("axis", 2).noted("last axis"));
            nodes.add(of(operator, 9).x(2, 3, 1).with("axis", 1).noted("axes from 1 on, the last of extent 1"));
            nodes.add(of(operator, 9).x(2, 1, 3).with("axis", 1).noted("axes from 1 on, all but the last of extent 1"));
            nodes.add(of(operator, 13).x(2, 3, 4).noted("last axis by default"));
            nodes.add(of(operator, 13).x(2, 3, 4).with("axis", 1));
            nodes.add(of(operator, 13).x(2, 3, 4).with("axis", -3));
        }
    }

    private static OneNode reduce(String operator, long opset) {
        return of(operator, opset).x(2, 3, 4).sampled(operator.equals("ReduceL1") ? AWAY_FROM_ZERO : POSITIVE);
    }

    private static void activations(List<OneNode> nodes) {
        nodes.add(of("Gelu", 20).x(3, 5).sampled(APART));
        nodes.add(
                of("Gelu", 20).x(3, 5).with("approximate", "tanh").noted("tanh").sampled(APART));
        nodes.add(microsoft("Gelu").x(3, 5).sampled(APART));
        nodes.add(microsoft("FastGelu").x(3, 5).sampled(APART));
        nodes.add(microsoft("FastGelu").x(3, 5).x(5).sampled(APART));
        nodes.add(microsoft("BiasGelu").x(3, 5).x(5).sampled(APART));
        nodes.add(microsoft("QuickGelu").x(3, 5).sampled(APART));
        nodes.add(microsoft("QuickGelu")
                .x(3, 5)
                .with("alpha", 0.8f)
                .noted("other slope")
                .sampled(APART));
        nodes.add(of("HardSwish", 14).x(4, 5).sampled(WIDE).noted("between and past its kinks"));
    }
}
