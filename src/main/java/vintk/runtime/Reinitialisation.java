package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import vintk.onnx.DataType;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;
import vintk.opset.Fans;
import vintk.opset.Marks;
import vintk.opset.Parameter;
import vintk.opset.ParameterUse;
import vintk.opset.Role;
import vintk.opset.Roles;
import vintk.space.RandomStream;

/**
 * A model with its parameters drawn anew. Every tensor has a stream of its own, keyed by (seed, name): its numbers depend
 * neither on the order of the file nor on the other tensors. What a file shares (tied parameters, vectors that an exporter
 * wrote once because they were equal) stays shared.
 *
 * @param model as it is at initialisation
 * @param left parameters without a role that says how they begin (factors of layers, gains): as in the file
 */
record Reinitialisation(ModelProto model, List<String> left) {

    static Reinitialisation of(ModelProto model, Initialisation scheme, long seed) {
        Map<String, TensorProto> drawn = new HashMap<>();
        List<String> left = new ArrayList<>();
        Set<String> buffers = Marks.buffers(model);
        // Tables and masks stay what they are, as do statistics of images; running statistics begin anew.
        List<Parameter> parameters = Roles.parameters(model).stream()
                .filter(p -> p.role() == Role.STATISTIC || !p.role().isFixed() && !buffers.contains(p.name()))
                .toList();
        requireSize(parameters);
        for (Parameter parameter : parameters) {
            TensorProto tensor = draw(parameter, scheme, seed);
            if (tensor != null) {
                drawn.put(parameter.name(), tensor);
            } else if (parameter.source() == Parameter.Source.INITIALIZER
                    && parameter.type().shape().rank() > 0) {
                left.add(parameter.name());
            }
        }
        ModelProto.Builder builder = model.toBuilder();
        GraphProto.Builder graph = builder.getGraphBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = drawn.get(graph.getInitializer(i).getName());
            if (tensor != null) {
                graph.setInitializer(i, tensor);
            }
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            TensorProto tensor = node.getOutputCount() == 1 ? drawn.get(node.getOutput(0)) : null;
            if (tensor != null) {
                graph.setNode(i, ModelWriter.constantNode(tensor));
            }
        }
        return new Reinitialisation(builder.build(), left);
    }

    /** Weights that a few bytes of a file describe (ConstantOfShape) may be any number. */
    private static void requireSize(List<Parameter> parameters) {
        double bytes = 0;
        for (Parameter parameter : parameters) {
            double size = parameter.type().dataType().bytes();
            for (long dim : parameter.type().shape().dims()) {
                size *= dim;
            }
            bytes += size;
        }
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("--reinit: the model has more than 2 GiB of weights");
        }
    }

    /** At most this many names are said. */
    private static final int NAMES = 3;

    /** What stays, in a sentence. */
    String remark() {
        String names = left.stream().limit(NAMES).collect(Collectors.joining(", "));
        return "--reinit left " + left.size() + (left.size() == 1 ? " tensor" : " tensors")
                + " as in the file, neither weights, biases, embeddings nor parts of normalisations: " + names
                + (left.size() > NAMES ? " ..." : "");
    }

    /** A tensor with numbers drawn, or null where it stays. */
    private static TensorProto draw(Parameter parameter, Initialisation scheme, long seed) {
        TensorType type = parameter.type();
        float[] numbers = new float[Math.toIntExact(type.shape().elements())];
        RandomStream stream = RandomStream.of(seed, "weights/" + parameter.name());
        if (!scheme.draw(deciding(parameter), stream, numbers)) {
            return null;
        }
        return TensorWriter.write(parameter.name(), new Tensor(type, bytes(numbers, type.dataType())));
    }

    /** The use by which a tensor begins: a vector that is also a running statistic must begin as such a one. */
    private static ParameterUse deciding(Parameter parameter) {
        ParameterUse use = parameter.uses().stream()
                .filter(u -> u.role() == Role.STATISTIC)
                .findFirst()
                .orElse(parameter.use());
        if (use.role() == Role.WEIGHT && use.fans().in() == 0) {
            // The way to the reader is too long to follow: as a kernel [out, in ...].
            Shape shape = parameter.type().shape();
            long out = shape.rank() == 0 ? 1 : Math.max(1, shape.dim(0));
            long in = Math.max(1, shape.elements() / out);
            return new ParameterUse(use.role(), use.reader(), use.input(), new Fans(in, out, in, out));
        }
        return use;
    }

    private static ByteBuffer bytes(float[] numbers, DataType type) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(numbers.length, type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float number : numbers) {
            switch (type) {
                case FLOAT -> bytes.putFloat(number);
                case DOUBLE -> bytes.putDouble(number);
                case FLOAT16 -> bytes.putShort(Fp16Conversions.floatToFp16(number));
                case BFLOAT16 -> bytes.putShort(Fp16Conversions.floatToBf16(number));
                default -> throw new IllegalArgumentException("parameters of type " + type + " are not drawn");
            }
        }
        return bytes.flip();
    }
}
