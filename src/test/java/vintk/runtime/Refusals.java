package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vintk.runtime.FuzzSeeds.body;
import static vintk.runtime.FuzzSeeds.graph;
import static vintk.runtime.FuzzSeeds.model;
import static vintk.runtime.FuzzSeeds.node;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import vintk.onnx.Shape;

/** Each model is refused in one line that says what is wrong, in bounded time. */
abstract class Refusals {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    static final long HUGE = 1L << 60;

    @TempDir
    Path folder;

    void assertRefused(GraphProto graph, String... words) throws IOException {
        assertRefused(model(graph).build(), words);
    }

    void assertRefused(GraphProto.Builder graph, String... words) throws IOException {
        assertRefused(graph.build(), words);
    }

    void assertRefused(ModelProto model, String... words) throws IOException {
        assertRefused(write("bad.onnx", model.toByteArray()), words);
    }

    Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    /** Read and differentiated, as every command does. */
    static void assertRefused(Path file, String... words) {
        ModelException refused = assertTimeoutPreemptively(
                LIMIT, () -> assertThrows(ModelException.class, () -> open(file).close()));
        String message = refused.getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), () -> "'" + word + "' in: " + message);
        }
        assertTrue(message.length() < 1000 && message.lines().count() == 1, message);
    }

    static KernelEngine open(Path file) {
        Network network = OnnxNetwork.read(file);
        return KernelEngine.open(network, 2, network.sampleShape(Shape.of(3, 8, 8)), KernelOptions.defaults());
    }

    static NodeProto conditional(GraphProto yes, GraphProto no) {
        return node("If", "y", "truth").toBuilder()
                .addAttribute(body("then_branch", yes))
                .addAttribute(body("else_branch", no))
                .build();
    }
}
