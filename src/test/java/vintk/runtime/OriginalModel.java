package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import vintk.onnx.DataType;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;
import vintk.onnx.Value;

/**
 * A model that was not imported, in ONNX Runtime, as a function of some of its inputs and initializers. Turned to float64,
 * where ONNX Runtime has the kernels and the numbers stay those of the model.
 */
final class OriginalModel implements AutoCloseable {
    /** Operators with a kernel for float64 that computes in float32. */
    private static final Set<String> ROUNDED = Set.of("Shrink");

    private final GraphRun run;
    private final boolean isDouble;

    private OriginalModel(GraphRun run, boolean isDouble) {
        this.run = run;
        this.isDouble = isDouble;
    }

    /**
     * Opens a model.
     *
     * @param model of float32 or float64
     * @param targets inputs and initializers that are given at every run
     * @param others all other inputs, which become constants
     */
    static OriginalModel open(ModelProto model, Collection<Value> targets, Map<String, Tensor> others) {
        ModelProto free = freed(model, targets, others);
        OriginalModel single = new OriginalModel(new GraphRun(free, SessionSettings.of(1)), false);
        if (model.getGraph().getNodeList().stream().anyMatch(n -> ROUNDED.contains(n.getOpType()))) {
            return single;
        }
        try {
            OriginalModel wide = new OriginalModel(new GraphRun(wide(free), SessionSettings.of(1)), true);
            if (agree(wide, single, targets, others)) {
                single.close();
                return wide;
            }
            wide.close();
        } catch (ModelException | IllegalArgumentException e) {
            // No kernel in float64 for one of the nodes: differences are taken in float32.
        }
        return single;
    }

    private static boolean agree(
            OriginalModel wide, OriginalModel single, Collection<Value> targets, Map<String, Tensor> others) {
        Map<String, Tensor> point = new LinkedHashMap<>();
        targets.forEach(t -> point.put(t.name(), t.isConstant() ? t.constant() : others.get(t.name())));
        Map<String, double[]> a = wide.run(point);
        Map<String, double[]> b = single.run(point);
        return b.entrySet().stream()
                .allMatch(e -> a.get(e.getKey()).length == e.getValue().length
                        && OperatorCheck.difference(a.get(e.getKey()), e.getValue()) < 1e-4);
    }

    boolean isDouble() {
        return isDouble;
    }

    /** All outputs as numbers. */
    Map<String, double[]> run(Map<String, Tensor> point) {
        Map<String, Tensor> given = new LinkedHashMap<>();
        point.forEach((name, tensor) -> given.put(
                name,
                Tensor.of(
                        new TensorType(isDouble ? DataType.DOUBLE : DataType.FLOAT, tensor.shape()),
                        tensor.numbers())));
        Map<String, double[]> outputs = new LinkedHashMap<>();
        run.run(given).forEach((name, tensor) -> outputs.put(name, tensor.numbers()));
        return outputs;
    }

    /** The model with the targets as its only inputs. */
    private static ModelProto freed(ModelProto model, Collection<Value> targets, Map<String, Tensor> others) {
        Set<String> names = new HashSet<>();
        targets.forEach(t -> names.add(t.name()));
        ModelProto.Builder builder = model.toBuilder();
        GraphProto.Builder graph =
                builder.getGraphBuilder().clearInput().clearInitializer().clearValueInfo();
        targets.forEach(t -> graph.addInput(TensorWriter.info(t.name(), t.type())));
        model.getGraph().getInitializerList().stream()
                .filter(t -> !names.contains(t.getName()))
                .forEach(graph::addInitializer);
        others.forEach((name, tensor) -> {
            if (!names.contains(name)) {
                graph.addInitializer(TensorWriter.write(name, tensor));
            }
        });
        return builder.build();
    }

    private static ModelProto wide(ModelProto model) {
        ModelProto.Builder builder = model.toBuilder();
        GraphProto.Builder graph = builder.getGraphBuilder();
        graph.clearInput().clearInitializer().clearOutput().clearNode();
        GraphProto from = model.getGraph();
        from.getInputList().forEach(i -> graph.addInput(wide(i)));
        from.getInitializerList().forEach(t -> graph.addInitializer(wide(t)));
        from.getOutputList().forEach(o -> graph.addOutput(wide(o)));
        from.getNodeList().forEach(n -> graph.addNode(wide(n)));
        return builder.build();
    }

    private static ValueInfoProto wide(ValueInfoProto info) {
        ValueInfoProto.Builder builder = info.toBuilder();
        if (info.getType().getTensorType().getElemType() == DataType.FLOAT.code()) {
            builder.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.DOUBLE.code());
        }
        return builder.build();
    }

    private static TensorProto wide(TensorProto proto) {
        return proto.getDataType() == DataType.FLOAT.code()
                ? TensorWriter.write(proto.getName(), DoubleGraph.wide(TensorReader.read(proto)))
                : proto;
    }

    private static NodeProto wide(NodeProto node) {
        return node.toBuilder()
                .clearAttribute()
                .addAllAttribute(
                        node.getAttributeList().stream().map(DoubleGraph::wide).toList())
                .build();
    }

    @Override
    public void close() {
        run.close();
    }
}
