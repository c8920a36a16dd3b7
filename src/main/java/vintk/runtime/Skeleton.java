package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;

/**
 * What models of one structure have in common: their nodes, with weights and extents as inputs. Candidates of a space that differ in
 * widths, heads and ratios only have equal skeletons, so that one session serves them all.
 *
 * @param model without the tensors; equal ones mean equal structure
 * @param tensors what makes it one model again, by input name
 */
record Skeleton(ModelProto model, Map<String, Tensor> tensors) {
    private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

    /** Inputs that hold extents and places: they differ between candidates. */
    private static final Map<String, Set<Integer>> EXTENTS =
            Map.of("Reshape", Set.of(1), "Expand", Set.of(1), "Slice", Set.of(1, 2), "Pad", Set.of(1));

    static Skeleton of(ModelProto whole) {
        return new Taking(whole).skeleton();
    }

    /**
     * Of one model alone, without the shapes of its inputs: ONNX Runtime then infers none when it opens a session, which takes it as long
     * as all the rest; it takes shapes from the tensors themselves. On CUDA devices it has not been measured what that wins.
     */
    static Skeleton alone(ModelProto whole, Device device) {
        ModelProto.Builder bare = whole.toBuilder();
        if (!device.isCuda()) {
            bare.getGraphBuilder().getInputBuilderList().forEach(input -> input.getTypeBuilder()
                    .getTensorTypeBuilder()
                    .clearShape());
        }
        return new Skeleton(bare.build(), Map.of());
    }

    /** One model being taken apart. */
    private static final class Taking {
        private final ModelProto whole;
        private final Map<String, TensorProto> stored = new HashMap<>();
        private final Set<String> weights = new HashSet<>();
        private final Map<String, String> renamed = new HashMap<>();
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();
        private final GraphProto.Builder graph;

        Taking(ModelProto whole) {
            this.whole = whole;
            this.graph = whole.getGraph().toBuilder().clearInitializer().clearNode();
            for (TensorProto tensor : whole.getGraph().getInitializerList()) {
                stored.put(tensor.getName(), tensor);
                if (tensor.getDataType() == FLOAT && tensor.getDimsCount() > 0) {
                    weights.add(tensor.getName());
                }
            }
            for (NodeProto node : whole.getGraph().getNodeList()) {
                if (isConstant(node)) {
                    stored.put(node.getOutput(0), node.getAttribute(0).getT());
                }
            }
        }

        private static boolean isConstant(NodeProto node) {
            return node.getOpType().equals("Constant") && node.getAttribute(0).hasT();
        }

        Skeleton skeleton() {
            for (NodeProto node : whole.getGraph().getNodeList()) {
                if (!isConstant(node)) {
                    graph.addNode(bare(node));
                }
            }
            // Neither the name of the model nor what it says of itself is structure.
            graph.setName("skeleton");
            return new Skeleton(
                    whole.toBuilder().setGraph(graph).clearMetadataProps().build(), tensors);
        }

        private NodeProto bare(NodeProto node) {
            NodeProto.Builder bare = node.toBuilder();
            Set<Integer> extents = EXTENTS.getOrDefault(node.getOpType(), Set.of());
            for (int i = 0; i < node.getInputCount(); i++) {
                TensorProto tensor = stored.get(node.getInput(i));
                if (tensor != null) {
                    // Names of constants count what came before, which differs: that of the place does not.
                    String place = node.getOutput(0) + "#" + i;
                    bare.setInput(i, input(node.getInput(i), tensor, place, extents.contains(i)));
                }
            }
            return bare.build();
        }

        private String input(String name, TensorProto tensor, String place, boolean extent) {
            if (extent) {
                return lifted(place, tensor);
            }
            if (weights.contains(name)) {
                return tensors.containsKey(name) ? name : lifted(name, tensor);
            }
            String known = renamed.putIfAbsent(name, place);
            if (known != null) {
                return known;
            }
            if (tensor.getDataType() == FLOAT && tensor.getDimsCount() > 0) {
                return lifted(place, tensor);
            }
            graph.addInitializer(tensor.toBuilder().setName(place));
            return place;
        }

        /** Makes a tensor an input, without a shape: with shapes inference takes ten times as long where weights are inputs. */
        private String lifted(String name, TensorProto tensor) {
            graph.addInput(ValueInfoProto.newBuilder()
                    .setName(name)
                    .setType(TypeProto.newBuilder()
                            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(tensor.getDataType()))));
            tensors.put(name, TensorReader.read(tensor));
            return name;
        }
    }
}
