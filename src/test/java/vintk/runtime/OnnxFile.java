package vintk.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import vintk.onnx.Tensor;

/** A file in ONNX Runtime, as other people run it: with every optimisation, and nothing of this program's engine. */
public final class OnnxFile implements AutoCloseable {
    private final GraphRun run;

    public OnnxFile(Path file) throws IOException {
        run = new GraphRun(
                new Session(Files.readAllBytes(file), SessionSettings.of(0).withOptimised()));
    }

    /** All outputs by name. */
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        return run.run(inputs);
    }

    @Override
    public void close() {
        run.close();
    }
}
