package vintk.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import vintk.file.AtomicFile;

/**
 * Writes a {@link Graph} as ONNX. The same graph gives the same bytes: nodes in topological order, names counted per
 * operator, constants in order of first use, equal unnamed constants once. Float initializers are weights or scalars: other
 * constants are Constant nodes, at the front.
 */
public final class ModelWriter {
    /** IR version 8 is the one that goes with opset 17; later opsets do not need a later one. */
    private static final int IR_VERSION = 8;

    /** Above this many bytes of weights, these go to a file beside the model (a protobuf message ends at 2 GiB). */
    public static final long EXTERNAL_DATA_THRESHOLD = 1L << 30;

    private static final String PRODUCER = "vintk";

    private final Graph graph;
    private final boolean freeBatch;
    private final Map<Value, String> names = new IdentityHashMap<>();
    private final Map<Tensor, Value> shared = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> counters = new HashMap<>();

    private ModelWriter(Graph graph, boolean freeBatch) {
        this.graph = graph;
        this.freeBatch = freeBatch;
    }

    /** The model, weights inside. */
    public static ModelProto model(Graph graph) {
        return new ModelWriter(graph, false).write();
    }

    /** The model of a graph that takes any batch: axis 0 of inputs and outputs is symbolic, {@code N}. */
    public static ModelProto modelOfFreeBatch(Graph graph) {
        return new ModelWriter(graph, true).write();
    }

    /**
     * Writes a file; weights of more than {@link #EXTERNAL_DATA_THRESHOLD} bytes go to {@code <file>.data} beside it. The
     * model appears only when it is whole, after its weights.
     */
    public static void write(Graph graph, Path file) throws IOException {
        write(model(graph), file, EXTERNAL_DATA_THRESHOLD);
    }

    /** The same for a model that is built already. */
    public static void write(ModelProto model, Path file) throws IOException {
        write(model, file, EXTERNAL_DATA_THRESHOLD);
    }

    static void write(ModelProto model, Path file, long threshold) throws IOException {
        if (weightBytes(model) <= threshold) {
            AtomicFile.write(file, part -> writeInOne(model, part));
            return;
        }
        // The weights of the model that is written may lie in the very file that is replaced.
        Path data = file.resolveSibling(file.getFileName() + ".data");
        AtomicFile.write(
                file,
                part -> AtomicFile.write(
                        data,
                        weights -> writeInOne(
                                externalise(model, weights, data.getFileName().toString()), part)));
    }

    /** Bytes of the weights inside a model. */
    public static long weightBytes(ModelProto model) {
        return model.getGraph().getInitializerList().stream()
                .mapToLong(t -> t.getRawData().size())
                .sum();
    }

    private static void writeInOne(ModelProto model, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            model.writeTo(out);
        }
    }

    private static ModelProto externalise(ModelProto model, Path data, String location) throws IOException {
        ModelProto.Builder builder = model.toBuilder();
        try (FileChannel channel = FileChannel.open(
                data, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (TensorProto.Builder tensor : builder.getGraphBuilder().getInitializerBuilderList()) {
                if (tensor.getRawData().size() < 1024) {
                    continue;
                }
                long offset = channel.position();
                for (ByteBuffer part : tensor.getRawData().asReadOnlyByteBufferList()) {
                    while (part.hasRemaining()) {
                        channel.write(part);
                    }
                }
                tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(entry("location", location))
                        .addExternalData(entry("offset", Long.toString(offset)))
                        .addExternalData(entry("length", Long.toString(channel.position() - offset)))
                        .clearRawData();
            }
        }
        return builder.build();
    }

    private ModelProto write() {
        GraphProto.Builder proto = GraphProto.newBuilder().setName(graph.name());
        List<Node> nodes = graph.nodes();
        List<Value> constants = graph.constants();
        nameFixed(nodes, constants);
        for (Value input : graph.inputs()) {
            proto.addInput(valueInfo(input, names.get(input)));
        }
        Set<Value> written = new HashSet<>();
        for (Value constant : constants) {
            Value representative = share(constant);
            names.putIfAbsent(representative, fresh("const"));
            names.put(constant, names.get(representative));
            if (written.add(representative)) {
                TensorProto tensor = TensorWriter.write(names.get(representative), representative.constant());
                if (looksLikeWeight(representative)) {
                    proto.addNode(constantNode(tensor));
                } else {
                    proto.addInitializer(tensor);
                }
            }
        }
        Set<String> domains = new TreeSet<>();
        long opset = CanonicalOpset.BASE;
        for (Node node : nodes) {
            opset = Math.max(opset, node.opset());
            proto.addNode(node(node));
            domains.add(node.domain());
        }
        for (Map.Entry<String, Value> output : graph.outputs().entrySet()) {
            String name = names.get(output.getValue());
            if (!name.equals(output.getKey())) {
                proto.addNode(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .addInput(name)
                        .addOutput(output.getKey()));
            }
            proto.addOutput(valueInfo(output.getValue(), output.getKey()));
        }
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName(PRODUCER)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(proto);
        domains.stream()
                .filter(domain -> !domain.isEmpty())
                .forEach(domain -> model.addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1)));
        graph.metadata().forEach((key, value) -> model.addMetadataProps(entry(key, value)));
        return model.build();
    }

    /** Names that values bring along come first, so that a counted name never takes one of them. */
    private void nameFixed(List<Node> nodes, List<Value> constants) {
        graph.inputs().forEach(input -> claim(input, input.name()));
        // Outputs are the contract: another value of that name (a weight called "kernel") is renamed.
        graph.outputs().forEach((name, value) -> {
            boolean own = value.node() == null && name.equals(value.name());
            if (!taken.add(name) && !name.equals(names.get(value))) {
                throw new IllegalArgumentException(
                        "the graph has an input and another output named '" + name + "': rename the input");
            }
            if (value.node() != null || own) {
                names.putIfAbsent(value, name);
            }
        });
        constants.stream().filter(c -> c.name() != null).forEach(c -> claim(c, c.name()));
        for (Node node : nodes) {
            for (Value output : node.outputs()) {
                if (output.name() != null && !output.name().isEmpty()) {
                    claim(output, output.name());
                }
            }
        }
    }

    private void claim(Value value, String name) {
        if (names.containsKey(value)) {
            return;
        }
        names.put(value, taken.add(name) ? name : fresh(name));
    }

    private String fresh(String stem) {
        String name;
        do {
            name = stem + "_" + counters.merge(stem, 1, Integer::sum);
        } while (!taken.add(name));
        return name;
    }

    /** The value that stands for a constant in the file: named ones for themselves, others for all of equal content. */
    private Value share(Value constant) {
        if (constant.name() != null) {
            return constant;
        }
        return shared.computeIfAbsent(constant.constant(), key -> constant);
    }

    /**
     * Whether a reader would take a constant for a parameter if it stood among the initializers: those are float and no
     * scalars (METHOD §1). It becomes a Constant node.
     */
    private static boolean looksLikeWeight(Value constant) {
        return constant.name() == null
                && constant.dataType().isFloating()
                && constant.shape().rank() > 0;
    }

    /** A Constant node under the name of its tensor. */
    public static NodeProto constantNode(TensorProto tensor) {
        return NodeProto.newBuilder()
                .setName(tensor.getName())
                .setOpType("Constant")
                .addOutput(tensor.getName())
                .addAttribute(AttributeProto.newBuilder()
                        .setName("value")
                        .setType(AttributeProto.AttributeType.TENSOR)
                        .setT(tensor.toBuilder().clearName()))
                .build();
    }

    private NodeProto node(Node node) {
        NodeProto.Builder proto =
                NodeProto.newBuilder().setOpType(node.opType()).setDomain(node.domain());
        for (Value input : node.inputs()) {
            proto.addInput(input == null ? "" : names.get(input));
        }
        for (Value output : node.outputs()) {
            proto.addOutput(names.computeIfAbsent(output, v -> fresh(node.opType())));
        }
        proto.setName(proto.getOutput(0));
        return proto.addAllAttribute(node.attributes().all()).build();
    }

    private ValueInfoProto valueInfo(Value value, String name) {
        ValueInfoProto info = TensorWriter.info(name, value.type());
        if (!freeBatch || value.shape().rank() == 0) {
            return info;
        }
        ValueInfoProto.Builder free = info.toBuilder();
        free.getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(0)
                .setDimParam("N");
        return free.build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
