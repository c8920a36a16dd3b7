package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.TensorReader;

/** A file in ONNX Runtime, with nothing of this program's import; and its Jacobian by finite differences. */
final class PerturbedModel {
    private final ModelProto model;
    private final String output;

    PerturbedModel(ModelProto model) {
        this.model = model;
        this.output = model.getGraph().getOutput(0).getName();
    }

    /** What a model is given: numbers and shape by the name of the input. */
    record Feed(long[] shape, float[] data) {}

    double[] run(Map<String, Feed> feeds) {
        return run(model, feeds);
    }

    private double[] run(ModelProto of, Map<String, Feed> feeds) {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try (Session session =
                new Session(of.toByteArray(), SessionSettings.of(1).withOptimised())) {
            session.inputInfo().forEach((name, info) -> {
                Feed feed = feeds.get(name);
                if (feed != null) {
                    tensors.put(name, tensor(Tensors.dataType((TensorInfo) info.getInfo()), feed));
                }
            });
            try (OrtSession.Result result = session.run(tensors)) {
                return Tensors.copy((OnnxTensor) result.get(output).orElseThrow())
                        .numbers();
            }
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(DataType type, Feed feed) {
        if (type != DataType.FLOAT16) {
            return Tensors.of(type, Shape.of(feed.shape()), 0, feed.data());
        }
        ByteBuffer halves = ByteBuffer.allocateDirect(2 * feed.data().length).order(ByteOrder.nativeOrder());
        for (float value : feed.data()) {
            halves.putShort(Fp16Conversions.floatToFp16(value));
        }
        try {
            return OnnxTensor.createTensor(Session.environment(), halves.rewind(), feed.shape(), OnnxJavaType.FLOAT16);
        } catch (OrtException e) {
            throw Session.failure(e);
        }
    }

    /** All float tensors of rank 1 or more that are stored anywhere in the file, with what is in them, by name. */
    Map<String, TensorProto> stored() {
        Map<String, TensorProto> found = new LinkedHashMap<>();
        collect(model, found);
        return found;
    }

    private static void collect(Message message, Map<String, TensorProto> found) {
        if (message instanceof TensorProto tensor) {
            if (DataType.of(tensor.getDataType()).isFloating() && tensor.getDimsCount() > 0) {
                found.put(tensor.getName(), tensor);
            }
            return;
        }
        for (Object value : message.getAllFields().values()) {
            List<?> values = value instanceof List<?> list ? list : List.of(value);
            values.forEach(v -> {
                if (v instanceof Message inner) {
                    collect(inner, found);
                }
            });
        }
    }

    /** The message with a tensor replaced, wherever it is. */
    private static Message replaced(Message message, TensorProto by) {
        if (message instanceof TensorProto tensor) {
            return tensor.getName().equals(by.getName()) ? by : tensor;
        }
        if (!(message instanceof ModelProto || message instanceof GraphProto || message instanceof NodeProto)
                && message.getAllFields().isEmpty()) {
            return message;
        }
        Message.Builder builder = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            if (field.getKey().isRepeated()) {
                List<Object> inner = new ArrayList<>();
                ((List<?>) field.getValue()).forEach(m -> inner.add(replaced((Message) m, by)));
                builder.setField(field.getKey(), inner);
            } else {
                builder.setField(field.getKey(), replaced((Message) field.getValue(), by));
            }
        }
        return builder.build();
    }

    /**
     * d(sum of a sample's outputs) by each element of some tensors, by name.
     *
     * @param rounds inputs; each run gives {@code block} samples, along the output's first axis
     */
    Map<String, double[][]> jacobian(List<Map<String, Feed>> rounds, int block, float step) {
        Map<String, double[][]> rows = new HashMap<>();
        stored().forEach((name, tensor) -> {
            double[] numbers = TensorReader.read(tensor).numbers();
            double[][] columns = new double[numbers.length][];
            for (int i = 0; i < numbers.length; i++) {
                double[] up = sums(changed(tensor, numbers, i, step), rounds, block);
                double[] down = sums(changed(tensor, numbers, i, -step), rounds, block);
                columns[i] = new double[up.length];
                for (int s = 0; s < up.length; s++) {
                    columns[i][s] = (up[s] - down[s]) / (2 * step);
                }
            }
            rows.put(name, columns);
        });
        return rows;
    }

    private ModelProto changed(TensorProto tensor, double[] numbers, int at, float by) {
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (numbers[i] + (i == at ? by : 0));
        }
        long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        return (ModelProto)
                replaced(model, TestModel.proto(tensor.getName(), DataType.of(tensor.getDataType()), dims, values));
    }

    private double[] sums(ModelProto of, List<Map<String, Feed>> rounds, int block) {
        double[] sums = new double[rounds.size() * block];
        for (int r = 0; r < rounds.size(); r++) {
            double[] numbers = run(of, rounds.get(r));
            for (int k = 0; k < numbers.length; k++) {
                sums[r * block + k / (numbers.length / block)] += numbers[k];
            }
        }
        return sums;
    }
}
