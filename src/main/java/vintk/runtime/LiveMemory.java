package vintk.runtime;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What the parts of a model take of memory that are run to find out its shapes. */
final class LiveMemory {
    private LiveMemory() {}

    /**
     * Refuses what would fill the machine before it runs.
     *
     * @param nodes in the order in which they run
     * @param bytes of a value; 0 where nobody knows
     * @param kept values that are still there at the end
     * @param most bytes that may live at one time
     */
    static void require(List<NodeProto> nodes, ToDoubleFunction<String> bytes, Set<String> kept, double most) {
        Map<String, Integer> lastUse = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String name : nodes.get(i).getInputList()) {
                lastUse.put(name, i);
            }
        }
        Map<String, Double> live = new HashMap<>();
        double sum = 0;
        for (int i = 0; i < nodes.size(); i++) {
            for (String name : nodes.get(i).getOutputList()) {
                live.put(name, bytes.applyAsDouble(name));
                sum += live.get(name);
            }
            if (sum > most) {
                throw new ModelException(
                        ModelException.Kind.OUT_OF_MEMORY,
                        String.format(
                                Locale.ROOT,
                                "what it computes of shapes and constants needs more than %.3g GB at one time, of %.3g GB that"
                                        + " may be taken; try a smaller --batch",
                                sum / 1e9,
                                most / 1e9));
            }
            int now = i;
            sum -= Stream.concat(nodes.get(i).getInputList().stream(), nodes.get(i).getOutputList().stream())
                    .filter(name -> lastUse.getOrDefault(name, now) == now)
                    .filter(name -> !kept.contains(name) && live.containsKey(name))
                    .mapToDouble(live::remove)
                    .sum();
        }
    }
}
