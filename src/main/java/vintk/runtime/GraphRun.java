package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import java.util.LinkedHashMap;
import java.util.Map;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Tensor;

/** A graph in ONNX Runtime, with tensors of this program going in and out. Close it. */
final class GraphRun implements AutoCloseable {
    private final Session session;

    /** @param session closed with this */
    GraphRun(Session session) {
        this.session = session;
    }

    GraphRun(ModelProto model, SessionSettings settings) {
        this(Session.of(model, settings));
    }

    GraphRun(Graph graph, SessionSettings settings) {
        this(ModelWriter.model(graph), settings);
    }

    /** All outputs by name. Of what is given, the graph takes the inputs that it has. */
    Map<String, Tensor> run(Map<String, Tensor> given) {
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            for (String name : session.inputInfo().keySet()) {
                feeds.put(name, Tensors.of(given.get(name)));
            }
            return runOn(feeds);
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    /** The same of tensors of ONNX Runtime, which stay the caller's. */
    Map<String, Tensor> runOn(Map<String, OnnxTensor> given) {
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>(given);
        feeds.keySet().retainAll(session.inputInfo().keySet());
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        try (OrtSession.Result result = session.run(feeds)) {
            for (Map.Entry<String, OnnxValue> output : result) {
                if (output.getValue() instanceof OnnxTensor tensor) {
                    outputs.put(output.getKey(), Tensors.copy(tensor));
                }
            }
        }
        return outputs;
    }

    /** The outputs of one run of a graph. */
    static Map<String, Tensor> run(Graph graph, Map<String, Tensor> given, SessionSettings settings) {
        try (GraphRun run = new GraphRun(graph, settings)) {
            return run.run(given);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
