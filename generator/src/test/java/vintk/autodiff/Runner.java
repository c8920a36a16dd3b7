package vintk.autodiff;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Runs a graph in ONNX Runtime on one thread, without optimisations: what is tested is the graph as written. */
public final class Runner implements AutoCloseable {
    private final OrtSession session;

    private Runner(OrtSession session) {
        this.session = session;
    }

    public static Runner of(Graph graph) {
        return of(ModelWriter.model(graph));
    }

    public static Runner of(ModelProto model) {
        return open((environment, options) -> environment.createSession(model.toByteArray(), options));
    }

    public static Runner of(Path file) {
        return open((environment, options) -> environment.createSession(file.toString(), options));
    }

    /** The outputs of one run, by name. */
    public static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
        try (Runner runner = of(graph)) {
            return runner.run(inputs);
        }
    }

    @FunctionalInterface
    private interface Opening {
        OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions options) throws OrtException;
    }

    private static Runner open(Opening opening) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            options.setIntraOpNumThreads(1);
            return new Runner(opening.open(environment(), options));
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static OrtEnvironment environment() {
        return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "vintk-test");
    }

    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                feeds.put(input.getKey(), feed(input.getValue()));
            }
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(feeds)) {
                for (Map.Entry<String, OnnxValue> output : result) {
                    outputs.put(output.getKey(), read((OnnxTensor) output.getValue()));
                }
            }
            return outputs;
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    /** The types that ONNX Runtime inferred for the outputs. */
    public Map<String, TensorType> outputTypes() {
        Map<String, TensorType> types = new LinkedHashMap<>();
        try {
            session.getOutputInfo().forEach((name, info) -> types.put(name, type((TensorInfo) info.getInfo())));
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        return types;
    }

    private static OnnxTensor feed(Tensor tensor) throws OrtException {
        ByteBuffer direct = ByteBuffer.allocateDirect(tensor.data().remaining()).order(ByteOrder.LITTLE_ENDIAN);
        direct.put(tensor.data()).flip();
        long[] dims = tensor.shape().dims();
        return switch (tensor.type().dataType()) {
            case FLOAT -> OnnxTensor.createTensor(environment(), direct.asFloatBuffer(), dims);
            case DOUBLE -> OnnxTensor.createTensor(environment(), direct.asDoubleBuffer(), dims);
            case INT64 -> OnnxTensor.createTensor(environment(), direct.asLongBuffer(), dims);
            case BOOL -> OnnxTensor.createTensor(environment(), direct, dims, OnnxJavaType.BOOL);
            default -> throw new IllegalArgumentException("inputs of type " + tensor.type() + " are not fed");
        };
    }

    private static Tensor read(OnnxTensor tensor) {
        return new Tensor(type(tensor.getInfo()), tensor.getByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }

    private static TensorType type(TensorInfo info) {
        DataType dataType =
                switch (info.type) {
                    case FLOAT -> DataType.FLOAT;
                    case DOUBLE -> DataType.DOUBLE;
                    case INT64 -> DataType.INT64;
                    case INT32 -> DataType.INT32;
                    case INT16 -> DataType.INT16;
                    case INT8 -> DataType.INT8;
                    case UINT8 -> DataType.UINT8;
                    case BOOL -> DataType.BOOL;
                    default -> throw new IllegalArgumentException("outputs of type " + info + " are not read");
                };
        return new TensorType(dataType, Shape.of(info.getShape()));
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
