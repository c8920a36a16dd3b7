package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import vintk.onnx.NodeLabel;

/** Sorts nodes so that each comes after those it reads from, as the standard asks and not all writers do. */
final class Order {
    private Order() {}

    /**
     * The graph sorted, nodes as far as possible in their own order.
     *
     * @throws IllegalArgumentException naming a cycle, or a value that is there twice
     */
    static GraphProto topological(GraphProto graph) {
        Map<String, Integer> producer = new HashMap<>();
        Map<String, TensorProto> stored = Declared.initializers(graph);
        List<NodeProto> nodes = graph.getNodeList();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).getOutputList()) {
                if (!output.isEmpty() && producer.put(output, i) != null) {
                    throw new IllegalArgumentException("value '" + output + "' is computed by two nodes");
                }
                if (stored.containsKey(output)) {
                    throw new IllegalArgumentException("value '" + output + "' is stored, and computed by "
                            + NodeLabel.of(nodes.get(i))
                            + " too: give the parameter another name (exporters call values"
                            + " by their operators)");
                }
            }
        }
        boolean sorted = true;
        List<TreeSet<Integer>> readers = new ArrayList<>();
        int[] waiting = new int[nodes.size()];
        nodes.forEach(n -> readers.add(new TreeSet<>()));
        for (int i = 0; i < nodes.size(); i++) {
            for (String input : (Iterable<String>) SubGraphs.reads(nodes.get(i))::iterator) {
                Integer from = producer.get(input);
                if (from != null && readers.get(from).add(i)) {
                    waiting[i]++;
                    sorted &= from < i;
                }
            }
        }
        return sorted ? graph : sorted(graph, readers, waiting);
    }

    private static GraphProto sorted(GraphProto graph, List<TreeSet<Integer>> readers, int[] waiting) {
        GraphProto.Builder result = graph.toBuilder().clearNode();
        Deque<Integer> ready = new ArrayDeque<>();
        for (int i = 0; i < waiting.length; i++) {
            if (waiting[i] == 0) {
                ready.add(i);
            }
        }
        while (!ready.isEmpty()) {
            int next = ready.poll();
            result.addNode(graph.getNode(next));
            for (int reader : readers.get(next)) {
                if (--waiting[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        for (int i = 0; i < waiting.length; i++) {
            if (waiting[i] > 0) {
                throw new IllegalArgumentException(
                        "node " + NodeLabel.of(graph.getNode(i)) + " depends on its own output: the graph has a cycle");
            }
        }
        return result.build();
    }
}
