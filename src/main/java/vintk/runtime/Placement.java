package vintk.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which nodes of a session for a CUDA device ran on the processor instead. A session is first opened with that forbidden:
 * then there are none. Where ONNX Runtime refuses, it is opened with its leave, and the profile of the first run tells.
 *
 * @param onProcessor names of the nodes with their operators, in the order in which they ran
 */
record Placement(List<String> onProcessor) {
    /** All nodes where they were meant to be. */
    static final Placement AS_MEANT = new Placement(List.of());

    private static final String PROCESSOR = "CPUExecutionProvider";

    /** From a profile of ONNX Runtime, which is deleted. */
    static Placement of(Path profile) {
        Set<String> nodes = new LinkedHashSet<>();
        try {
            for (JsonNode event : new ObjectMapper().readTree(profile.toFile())) {
                JsonNode args = event.path("args");
                if (PROCESSOR.equals(args.path("provider").asText())) {
                    String name = event.path("name").asText().replaceFirst("_kernel_time$", "");
                    nodes.add(args.path("op_name").asText() + " '" + name + "'");
                }
            }
            Files.deleteIfExists(profile);
        } catch (IOException e) {
            throw new ModelException(
                    ModelException.Kind.ERROR, "the profile of ONNX Runtime cannot be read: " + e.getMessage(), e);
        }
        return new Placement(new ArrayList<>(nodes));
    }

    /** A sentence for the reader of results, unless all nodes are where they were meant to be. */
    Optional<String> remark() {
        return onProcessor.isEmpty()
                ? Optional.empty()
                : Optional.of(onProcessor.size() + " nodes ran on the processor, where ONNX Runtime put them: "
                        + SomeNames.of(onProcessor));
    }
}
