package vintk.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import vintk.onnx.Tensor;

/** A file in ONNX Runtime, as other people run it: with every optimisation, and nothing of this program's engine. */
public final class OnnxFile implements AutoCloseable {
    private final Session session;

    public OnnxFile(Path file) throws IOException {
        session = new Session(Files.readAllBytes(file), SessionSettings.of(0).withOptimised());
    }

    /** All outputs for float inputs. */
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            inputs.forEach(
                    (name, tensor) -> feeds.put(name, Tensors.of(tensor.shape().dims(), tensor.toFloats())));
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(feeds)) {
                for (Map.Entry<String, OnnxValue> output : result) {
                    outputs.put(output.getKey(), Tensors.copy((OnnxTensor) output.getValue()));
                }
            }
            return outputs;
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
