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

    /** Operators whose second operand, where it is constant, ONNX Runtime brings into another order when it opens a session. */
    private static final Set<String> PACKING = Set.of("MatMul", "FusedMatMul", "Gemm", "ConvTranspose");

    /** Inputs that hold extents and places: they differ between candidates. */
    private static final Map<String, Set<Integer>> EXTENTS =
            Map.of("Reshape", Set.of(1), "Expand", Set.of(1), "Slice", Set.of(1, 2), "Pad", Set.of(1));

    /**
     * A model whose inputs have no shapes. ONNX Runtime then infers none when it opens a session, which takes it as long as all the
     * rest, or ten times as long where weights are inputs; it takes shapes from the tensors themselves.
     */
    private static ModelProto withoutShapes(ModelProto model) {
        ModelProto.Builder bare = model.toBuilder();
        bare.getGraphBuilder()
                .getInputBuilderList()
                .forEach(input -> input.getTypeBuilder().getTensorTypeBuilder().clearShape());
        return bare.build();
    }

    static Skeleton of(ModelProto whole) {
        return new Taking(whole, Set.of()).skeleton();
    }

    /** What opens fastest of one model: the same, without the shapes of its inputs, but with the weights of {@link #PACKING}. */
    static Skeleton withFactors(ModelProto whole) {
        Set<String> factors = new HashSet<>();
        for (NodeProto node : whole.getGraph().getNodeList()) {
            if (PACKING.contains(node.getOpType()) && node.getInputCount() > 1) {
                factors.add(node.getInput(1));
            }
        }
        Skeleton skeleton = new Taking(whole, factors).skeleton();
        return new Skeleton(withoutShapes(skeleton.model), skeleton.tensors);
    }

    /** One model being taken apart. */
    private static final class Taking {
        private final ModelProto whole;
        private final Set<String> kept;
        private final Map<String, TensorProto> stored = new HashMap<>();
        private final Set<String> weights = new HashSet<>();
        private final Map<String, String> renamed = new HashMap<>();
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();
        private final GraphProto.Builder graph;

        /** @param kept names of tensors that stay */
        Taking(ModelProto whole, Set<String> kept) {
            this.whole = whole;
            this.kept = kept;
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
                if (tensor != null && kept.contains(node.getInput(i))) {
                    keep(node.getInput(i), tensor);
                } else if (tensor != null) {
                    // Names of constants count what came before, which differs: that of the place does not.
                    String place = node.getOutput(0) + "#" + i;
                    bare.setInput(i, input(node.getInput(i), tensor, place, extents.contains(i)));
                }
            }
            return bare.build();
        }

        private void keep(String name, TensorProto tensor) {
            if (renamed.putIfAbsent(name, name) == null) {
                graph.addInitializer(tensor.toBuilder().setName(name));
            }
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

        /** Makes a tensor an input, without a shape: see {@link #withoutShapes}. */
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
