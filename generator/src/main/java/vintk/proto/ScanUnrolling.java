package vintk.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.NodeLabel;
import vintk.onnx.Shape;
import vintk.onnx.UnsupportedOperatorException;

/** A Scan (opset 9 and later), unrolled over the extent of the axes that it scans. */
final class ScanUnrolling {
    private final NodeProto scan;
    private final ControlFlow.Knowledge known;
    private final Body body;
    private final GraphProto graph;
    private final int scanned;
    private final int states;

    ScanUnrolling(NodeProto scan, ControlFlow.Knowledge known, Body body) {
        this.scan = scan;
        this.known = known;
        this.body = body;
        this.graph = body.bare(Body.graph(scan, "body"), scan);
        if (body.opset() < 9) {
            throw new UnsupportedOperatorException(
                    NodeLabel.of(scan) + ": Scan of opset 8 is not handled; export with opset 9 or later");
        }
        long given = attribute("num_scan_inputs").getI();
        if (given < 1 || given > scan.getInputCount()) {
            throw new IllegalArgumentException(
                    NodeLabel.of(scan) + ": num_scan_inputs is " + given + " of " + scan.getInputCount() + " inputs");
        }
        this.scanned = (int) given;
        this.states = scan.getInputCount() - scanned;
        if (graph.getOutputCount() < Math.max(states, scan.getOutputCount())) {
            throw new IllegalArgumentException(NodeLabel.of(scan) + ": its body has " + graph.getOutputCount()
                    + " outputs, for " + states + " states and " + scan.getOutputCount() + " outputs of the Scan");
        }
    }

    private AttributeProto attribute(String name) {
        return scan.getAttributeList().stream()
                .filter(a -> a.getName().equals(name))
                .findFirst()
                .orElse(AttributeProto.getDefaultInstance());
    }

    private int integer(String name, int i) {
        List<Long> values = attribute(name).getIntsList();
        long value = i < values.size() ? values.get(i) : 0;
        if (value != (int) value) {
            throw new IllegalArgumentException(NodeLabel.of(scan) + ": " + name + " holds " + value);
        }
        return (int) value;
    }

    void run() {
        long extent = -1;
        int[] axes = new int[scanned];
        for (int i = 0; i < scanned; i++) {
            Shape shape = known.shape(scan.getInput(states + i));
            if (shape == null) {
                throw new UnsupportedOperatorException(NodeLabel.of(scan) + ": how often it runs depends on the data");
            }
            axes[i] = shape.axis(integer("scan_input_axes", i));
            extent = shape.dim(axes[i]);
        }
        Bounds.requireNodes(extent, graph.getNodeCount(), "its Scan, unrolled, has");
        String name = scan.getName().isEmpty() ? scan.getOutputList().toString() : scan.getName();
        List<String> state = scan.getInputList().subList(0, states);
        List<List<String>> rows = new ArrayList<>();
        for (long i = 0; i < extent; i++) {
            List<String> arguments = new ArrayList<>(state);
            for (int s = 0; s < scanned; s++) {
                long at = integer("scan_input_directions", s) == 1 ? extent - 1 - i : i;
                String part = body.fresh(name + "/" + i + "/in");
                Attributes axis = Attributes.NONE.with("axis", (long) axes[s]);
                String index = body.constant(name + "/at", at, false);
                body.add(Body.node("Gather", axis, part, scan.getInput(states + s), index));
                arguments.add(part);
            }
            List<String> made = body.inline(graph, arguments, scan, i + "/");
            state = made.subList(0, states);
            rows.add(made.subList(states, made.size()));
        }
        for (int i = 0; i < states && i < scan.getOutputCount(); i++) {
            body.identity(state.get(i), scan.getOutput(i));
        }
        for (int i = states; i < scan.getOutputCount(); i++) {
            if (!scan.getOutput(i).isEmpty()) {
                stack(rows, i - states);
            }
        }
    }

    private void stack(List<List<String>> rows, int index) {
        if (rows.isEmpty()) {
            throw new UnsupportedOperatorException(
                    NodeLabel.of(scan) + ": outputs of a Scan that runs no time are not handled");
        }
        List<String> values =
                new ArrayList<>(rows.stream().map(r -> r.get(index)).toList());
        if (integer("scan_output_directions", index) == 1) {
            Collections.reverse(values);
        }
        body.stack(values, integer("scan_output_axes", index), scan.getOutput(states + index));
    }
}
