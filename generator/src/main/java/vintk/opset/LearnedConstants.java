package vintk.opset;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which values that nodes make of nothing are weights. Some exporters (paddle2onnx, jax2onnx) store weights in Constant
 * nodes, and some files have them replaced by ConstantOfShape to be small; most Constant nodes hold epsilons, shapes and
 * masks. What an operator reads in the place of a weight, bias, scale or slope is one; so is what is added to a product.
 */
final class LearnedConstants {
    /** Inputs that hold parameters, by operator. */
    private static final Map<String, Set<Integer>> PLACES = Map.ofEntries(
            Map.entry("Conv", Set.of(1, 2)),
            Map.entry("ConvTranspose", Set.of(1, 2)),
            Map.entry("DeformConv", Set.of(1, 3)),
            Map.entry("FusedConv", Set.of(1, 2)),
            Map.entry("Gemm", Set.of(0, 1, 2)),
            Map.entry("FusedGemm", Set.of(0, 1, 2)),
            Map.entry("MatMul", Set.of(0, 1)),
            Map.entry("FusedMatMul", Set.of(0, 1)),
            Map.entry("BatchNormalization", Set.of(1, 2)),
            Map.entry("LayerNormalization", Set.of(1, 2)),
            Map.entry("SimplifiedLayerNormalization", Set.of(1)),
            Map.entry("SkipLayerNormalization", Set.of(2, 3, 4)),
            Map.entry("RMSNormalization", Set.of(1)),
            Map.entry("InstanceNormalization", Set.of(1, 2)),
            Map.entry("GroupNormalization", Set.of(1, 2)),
            Map.entry("PRelu", Set.of(1)),
            Map.entry("BiasGelu", Set.of(1)),
            Map.entry("FastGelu", Set.of(1)),
            Map.entry("Attention", Set.of(1, 2)),
            Map.entry("LSTM", Set.of(1, 2, 3)),
            Map.entry("GRU", Set.of(1, 2, 3)),
            Map.entry("RNN", Set.of(1, 2, 3)));

    private static final Set<String> LAYOUT =
            Set.of("Identity", "Cast", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten");

    private static final Set<String> PRODUCTS =
            Set.of("MatMul", "FusedMatMul", "Gemm", "Conv", "ConvTranspose", "Einsum");

    private final Map<String, List<Reader>> readers = new HashMap<>();
    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Set<String> stored = new HashSet<>();

    private static final Set<String> ELEMENTWISE = Set.of("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum");

    private record Reader(NodeProto node, int input) {}

    LearnedConstants(GraphProto graph) {
        graph.getInitializerList().forEach(tensor -> stored.add(tensor.getName()));
        for (NodeProto node : graph.getNodeList()) {
            for (int i = 0; i < node.getInputCount(); i++) {
                readers.computeIfAbsent(node.getInput(i), name -> new ArrayList<>())
                        .add(new Reader(node, i));
            }
            node.getOutputList().forEach(output -> producers.put(output, node));
            if (node.getOpType().equals("Constant")) {
                stored.addAll(node.getOutputList());
            }
        }
    }

    /** Whether a value lies in the file: an initializer, or that of a Constant node. */
    boolean isStored(String name) {
        return stored.contains(name);
    }

    /** Whether the value of a Constant node is a weight. */
    boolean isWeight(String name) {
        return anyReader(name, false);
    }

    /** The same for a ConstantOfShape: where it stands for a tensor, its factors and terms were tensors too. */
    boolean isWeightOfShape(String name) {
        return anyReader(name, true);
    }

    private boolean anyReader(String name, boolean elementwise) {
        Set<String> seen = new HashSet<>(Set.of(name));
        Deque<String> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            for (Reader reader : readers.getOrDefault(open.pop(), List.of())) {
                NodeProto node = reader.node();
                if (PLACES.getOrDefault(node.getOpType(), Set.of()).contains(reader.input()) || isBias(reader)) {
                    return true;
                }
                if (elementwise
                        && (node.getOpType().equals("Mul") || node.getOpType().equals("Add"))) {
                    return true;
                }
                if (LAYOUT.contains(node.getOpType()) && reader.input() == 0 && seen.add(node.getOutput(0))) {
                    open.push(node.getOutput(0));
                }
            }
        }
        return false;
    }

    /** A term added to a product. */
    private boolean isBias(Reader reader) {
        if (!reader.node().getOpType().equals("Add")) {
            return false;
        }
        if (reader.node().getInputCount() != 2) {
            return false;
        }
        NodeProto other = producers.get(reader.node().getInput(1 - reader.input()));
        while (other != null && LAYOUT.contains(other.getOpType())) {
            other = producers.get(other.getInput(0));
        }
        return other != null && PRODUCTS.contains(other.getOpType());
    }

    /**
     * Whether an initializer of one element is a number of the exporter's, as tf2onnx, paddle2onnx and others store them:
     * an operand of arithmetic, but not added to a product. PyTorch stores parameters as initializers and its own numbers as Constant nodes.
     */
    boolean isNumber(String name) {
        return readers.getOrDefault(name, List.of()).stream()
                .allMatch(r -> ELEMENTWISE.contains(r.node().getOpType()) && !isBias(r));
    }

    /** Whether an InstanceNormalization reads it: exporters write normalisations without parameters with constants there. */
    boolean isOnlyOfInstanceNormalization(String name) {
        return readers.getOrDefault(name, List.of()).stream()
                .allMatch(r -> r.node().getOpType().equals("InstanceNormalization"));
    }
}
