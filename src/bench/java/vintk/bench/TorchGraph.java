package vintk.bench;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/**
 * A graph as PyTorch runs the same network: each operator by PyTorch's own, a product with a bias by one call of {@code linear} with
 * weights [out, in]. Only operators that the networks of this package have.
 */
final class TorchGraph implements TorchNetwork {
    private static final String STATISTICS = ".*\\.running_(mean|var)";

    private final Graph graph;
    private final Map<Value, Tensor> constants = new IdentityHashMap<>();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();

    TorchGraph(Graph graph) {
        this.graph = graph;
        for (Value constant : graph.constants()) {
            boolean floats = constant.dataType() == DataType.FLOAT;
            long[] shape = constant.shape().dims();
            Tensor tensor = floats
                    ? Tensor.create(constant.constant().toFloats(), shape)
                    : Tensor.create(constant.constant().integers(), shape);
            constants.put(constant, tensor);
        }
        for (Node node : graph.nodes()) {
            if (isLinear(node)) {
                constants.computeIfPresent(
                        node.input(1), (value, stored) -> stored.t().contiguous());
            }
        }
        constants.forEach((constant, tensor) -> {
            if (constant.name() != null && !constant.name().matches(STATISTICS)) {
                parameters.put(constant.name(), tensor.set_requires_grad(true));
            }
        });
    }

    private static boolean isLinear(Node node) {
        return node.opType().equals("MatMul") && node.input(1).isConstant();
    }

    @Override
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    @Override
    public boolean hasFusedForm() {
        return false;
    }

    @Override
    public Tensor forward(Tensor images, boolean fused) {
        Map<Value, Tensor> values = new IdentityHashMap<>(constants);
        values.put(graph.inputs().get(0), images);
        return value(graph.outputs().values().iterator().next(), values);
    }

    /** By need, so that a product that has its bias in {@code linear} is not computed twice. */
    private Tensor value(Value value, Map<Value, Tensor> values) {
        Tensor known = values.get(value);
        if (known == null) {
            known = node(value.node(), values);
            values.put(value, known);
        }
        return known;
    }

    private Tensor node(Node node, Map<Value, Tensor> values) {
        return switch (node.opType()) {
            case "Conv" -> convolution(node, values);
            case "BatchNormalization" ->
                torch.batch_norm(
                        input(node, 0, values),
                        optional(node, 1, values),
                        optional(node, 2, values),
                        optional(node, 3, values),
                        optional(node, 4, values),
                        false,
                        0.1,
                        epsilon(node),
                        false);
            case "LayerNormalization" ->
                torch.layer_norm(
                        input(node, 0, values),
                        new long[] {node.input(0).shape().dim(-1)},
                        optional(node, 1, values),
                        optional(node, 2, values),
                        epsilon(node),
                        false);
            case "Relu" -> input(node, 0, values).relu();
            case "Gelu" -> torch.gelu(input(node, 0, values));
            case "Softmax" ->
                torch.softmax(input(node, 0, values), node.attributes().integer("axis", -1));
            case "MaxPool" ->
                torch.max_pool2d(
                        input(node, 0, values),
                        node.attributes().integers("kernel_shape"),
                        node.attributes().integers("strides"),
                        pads(node),
                        new long[] {1, 1},
                        false);
            case "GlobalAveragePool" -> torch.adaptive_avg_pool2d(input(node, 0, values), 1, 1);
            case "Add" -> sum(node, values);
            case "Mul" -> input(node, 0, values).mul(new Scalar(Ops.scalarOf(node.input(1))));
            case "MatMul" ->
                isLinear(node)
                        ? torch.linear(input(node, 0, values), input(node, 1, values))
                        : input(node, 0, values).matmul(input(node, 1, values));
            case "Reshape" -> {
                long[] shape = node.output().shape().dims();
                // Single samples go through as well.
                shape[0] = -1;
                yield input(node, 0, values).reshape(shape);
            }
            case "Transpose" -> input(node, 0, values).permute(node.attributes().integers("perm"));
            case "Slice" -> {
                long start = number(node, 1);
                yield input(node, 0, values).narrow(number(node, 3), start, number(node, 2) - start);
            }
            case "Concat" -> {
                Tensor[] parts =
                        node.inputs().stream().map(v -> value(v, values)).toArray(Tensor[]::new);
                yield torch.cat(new TensorVector(parts), node.attributes().integer("axis", 0));
            }
            case "Gather" ->
                torch.index_select(
                        input(node, 0, values), node.attributes().integer("axis", 0), input(node, 1, values));
            default -> throw new IllegalArgumentException("no operator of PyTorch is known here for " + node);
        };
    }

    private Tensor convolution(Node node, Map<Value, Tensor> values) {
        return torch.conv2d(
                input(node, 0, values),
                input(node, 1, values),
                node.inputs().size() > 2 ? optional(node, 2, values) : new TensorOptional(),
                node.attributes().integers("strides"),
                pads(node),
                new long[] {1, 1},
                node.attributes().integer("group", 1));
    }

    /** Of both axes, the same on both sides. */
    private static long[] pads(Node node) {
        return Arrays.copyOf(node.attributes().integers("pads", 0, 0), 2);
    }

    private Tensor sum(Node node, Map<Value, Tensor> values) {
        Value product = node.input(0);
        boolean linear = product.node() != null && isLinear(product.node());
        if (linear && node.input(1).isConstant() && node.input(1).shape().rank() == 1) {
            return torch.linear(
                    input(product.node(), 0, values), input(product.node(), 1, values), optional(node, 1, values));
        }
        return input(node, 0, values).add(input(node, 1, values));
    }

    private Tensor input(Node node, int at, Map<Value, Tensor> values) {
        return value(node.input(at), values);
    }

    private TensorOptional optional(Node node, int at, Map<Value, Tensor> values) {
        return new TensorOptional(input(node, at, values));
    }

    private static double epsilon(Node node) {
        return node.attributes().real("epsilon", 1e-5f);
    }

    private static long number(Node node, int at) {
        return node.input(at).constant().integers()[0];
    }
}
