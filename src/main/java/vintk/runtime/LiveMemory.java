package vintk.runtime;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import vintk.onnx.TensorType;

/** What a model takes of memory as its file has it: the imported graph, which takes less, is compared with runs of that one. */
final class LiveMemory {
    private LiveMemory() {}

    /**
     * Refuses a model whose values alive at one time are larger than the machine's memory.
     *
     * @param nodes in the order in which they run
     * @param types of all values
     */
    static void require(List<NodeProto> nodes, Map<String, TensorType> types) {
        Map<String, Integer> lastUse = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String name : nodes.get(i).getInputList()) {
                lastUse.put(name, i);
            }
        }
        Map<String, Double> live = new HashMap<>();
        double bytes = 0;
        for (int i = 0; i < nodes.size(); i++) {
            for (String name : nodes.get(i).getOutputList()) {
                TensorType type = types.get(name);
                if (type != null) {
                    live.put(name, (double) type.bytes());
                    bytes += type.bytes();
                }
            }
            if (bytes > Machine.memory()) {
                throw new ModelException(
                        ModelException.Kind.OUT_OF_MEMORY,
                        String.format(
                                Locale.ROOT,
                                "its values need more than %.3g GB at one time, this machine has %.3g GB; try a smaller --batch",
                                bytes / 1e9,
                                Machine.memory() / 1e9));
            }
            int now = i;
            double freed = Stream.concat(nodes.get(i).getInputList().stream(), nodes.get(i).getOutputList().stream())
                    .filter(name -> lastUse.getOrDefault(name, now) == now && live.containsKey(name))
                    .mapToDouble(live::remove)
                    .sum();
            bytes -= freed;
        }
    }
}
