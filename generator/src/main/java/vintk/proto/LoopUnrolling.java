package vintk.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import vintk.onnx.NodeLabel;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.UnsupportedOperatorException;

/**
 * A Loop, unrolled. Three kinds: one that runs M times; one whose condition is known iteration by iteration, of which one is
 * peeled off at a time; one that may stop early depending on data, unrolled M times with every state held once the
 * condition has been false.
 */
final class LoopUnrolling {
    /** Iterations of a loop whose end depends on data: each is computed, whether it is needed or not. */
    private static final long GUARDED = 256;

    private final NodeProto loop;
    private final ControlFlow.Knowledge known;
    private final Body body;
    private final GraphProto graph;
    private final GraphProto bare;
    private final int states;
    private final int scans;
    private final String name;

    LoopUnrolling(NodeProto loop, ControlFlow.Knowledge known, Body body) {
        this.loop = loop;
        this.known = known;
        this.body = body;
        this.graph = Body.graph(loop, "body");
        this.bare = body.bare(graph, loop);
        this.states = loop.getInputCount() - 2;
        this.scans = graph.getOutputCount() - 1 - states;
        this.name = loop.getName().isEmpty() ? loop.getOutput(0) : loop.getName();
        if (states < 0 || scans < 0 || graph.getInputCount() != states + 2) {
            throw new IllegalArgumentException(
                    NodeLabel.of(loop) + ": its body's inputs and outputs do not fit those of the loop");
        }
    }

    void run() {
        Long trips = loop.getInput(0).isEmpty() ? Long.valueOf(Long.MAX_VALUE) : number(loop.getInput(0));
        Boolean first = loop.getInput(1).isEmpty() ? Boolean.TRUE : truth(loop.getInput(1));
        List<String> initial = loop.getInputList().subList(2, loop.getInputCount());
        if (Boolean.FALSE.equals(first) || Objects.equals(trips, 0L)) {
            requireNoScans("that runs no time");
            results(initial);
        } else if (Boolean.TRUE.equals(first) && trips != null && goesOn() && trips != Long.MAX_VALUE) {
            counted(trips, initial);
        } else if (Boolean.TRUE.equals(first) && trips != null && scans == 0 && !dependsOnData()) {
            peeled(trips, initial);
        } else if (trips != null && trips <= GUARDED) {
            guarded(trips, initial);
        } else {
            throw new UnsupportedOperatorException(NodeLabel.of(loop).replace("'" + PEELED, "'")
                    + ": how often it runs depends on the data, without a bound of at most " + GUARDED
                    + " iterations that is known");
        }
    }

    private Long number(String value) {
        Tensor tensor = known.constant(value);
        return tensor == null
                ? null
                : Long.valueOf(Math.max(0, ControlFlow.single(tensor, loop).integers()[0]));
    }

    private Boolean truth(String value) {
        Tensor tensor = known.constant(value);
        return tensor == null ? null : ControlFlow.single(tensor, loop).number(0) != 0;
    }

    private void requireNoScans(String what) {
        if (scans > 0) {
            throw new UnsupportedOperatorException(
                    NodeLabel.of(loop) + ": scan outputs of a loop " + what + " are not handled");
        }
    }

    /** Whether the body's condition is the one it was given, or true. */
    private boolean goesOn() {
        String condition = source(graph.getOutput(0).getName());
        if (condition.equals(graph.getInput(1).getName())) {
            return true;
        }
        Tensor constant = constantOf(condition);
        return constant != null && ControlFlow.single(constant, loop).number(0) != 0;
    }

    /** Through Identity and Cast within the body. */
    private String source(String value) {
        String at = value;
        // The nodes are sorted: once, from the last to the first.
        for (int i = graph.getNodeCount() - 1; i >= 0; i--) {
            NodeProto node = graph.getNode(i);
            boolean same =
                    node.getOpType().equals("Identity") || node.getOpType().equals("Cast");
            if (same && node.getOutput(0).equals(at)) {
                at = node.getInput(0);
            }
        }
        return at;
    }

    private Tensor constantOf(String value) {
        for (NodeProto node : graph.getNodeList()) {
            if (node.getOpType().equals("Constant") && node.getOutput(0).equals(value)) {
                TensorProto held = TensorReader.constant(node);
                return held == null ? null : TensorReader.read(held);
            }
        }
        return graph.getInitializerList().stream()
                .filter(t -> t.getName().equals(value))
                .map(TensorReader::read)
                .findFirst()
                .orElseGet(() -> known.constant(value));
    }

    /** Whether the condition was found unknown after an iteration had been peeled off. */
    private boolean dependsOnData() {
        return loop.getName().startsWith(PEELED) && truth(loop.getInput(1)) == null;
    }

    private static final String PEELED = "peeled/";

    private List<String> iterate(long number, String iteration, String condition, List<String> state) {
        List<String> arguments = new ArrayList<>(List.of(iteration, condition));
        arguments.addAll(state);
        return body.inline(bare, arguments, loop, number + "/");
    }

    private void counted(long trips, List<String> initial) {
        Bounds.requireNodes(trips, graph.getNodeCount(), "its loop, unrolled, has");
        List<String> state = initial;
        List<List<String>> rows = new ArrayList<>();
        String always = body.truth(name + "/true", true);
        for (long i = 0; i < trips; i++) {
            List<String> made = iterate(i, body.constant(name + "/" + i, i, false), always, state);
            state = made.subList(1, 1 + states);
            rows.add(made.subList(1 + states, made.size()));
        }
        results(state);
        for (int s = 0; s < scans; s++) {
            int scan = s;
            String output = states + s < loop.getOutputCount() ? loop.getOutput(states + s) : "";
            if (!output.isEmpty()) {
                body.stack(rows.stream().map(r -> r.get(scan)).toList(), 0, output);
            }
        }
    }

    /** One iteration, and a loop of the rest whose iterations are counted on. */
    private void peeled(long trips, List<String> initial) {
        String first = body.constant(name + "/0", 0, false);
        List<String> made = iterate(0, first, body.truth(name + "/true", true), initial);
        String raw = body.fresh(name + "/iteration");
        GraphProto.Builder rest = bare.toBuilder().clearNode();
        rest.setInput(0, graph.getInput(0).toBuilder().setName(raw));
        // What the last round added to count on is replaced: bodies must not grow from round to round.
        boolean before =
                bare.getNodeCount() > 0 && bare.getNode(0).getDocString().startsWith(PEELED);
        long rounds =
                1 + (before ? Long.parseLong(bare.getNode(0).getDocString().substring(PEELED.length())) : 0);
        String counter =
                before ? bare.getNode(0).getOutput(0) : graph.getInput(0).getName();
        rest.addNode(Body.node("Add", counter, raw, body.constant(name + "/rounds", rounds, false)).toBuilder()
                .setDocString(PEELED + rounds));
        rest.addAllNode(bare.getNodeList().subList(before ? 1 : 0, bare.getNodeCount()));
        String left = trips == Long.MAX_VALUE ? "" : body.constant(name + "/left", trips - 1, false);
        NodeProto.Builder again = loop.toBuilder().clearInput().clearAttribute();
        again.setName(loop.getName().startsWith(PEELED) ? loop.getName() : PEELED + name);
        again.addInput(left).addAllInput(made.subList(0, 1 + states));
        again.addAttribute(AttributeProto.newBuilder()
                .setName("body")
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(rest));
        body.add(again.build());
    }

    /** All iterations there may be; a state changes only while the condition holds. */
    private void guarded(long trips, List<String> initial) {
        requireNoScans("whose end depends on the data");
        Bounds.requireNodes(trips, graph.getNodeCount(), "its loop, unrolled, has");
        List<String> state = initial;
        String running = loop.getInput(1).isEmpty() ? body.truth(name + "/true", true) : loop.getInput(1);
        for (long i = 0; i < trips; i++) {
            List<String> made = iterate(i, body.constant(name + "/" + i, i, false), running, state);
            List<String> held = new ArrayList<>();
            for (int s = 0; s < states; s++) {
                String chosen = body.fresh(name + "/" + i + "/state");
                body.where(running, made.get(1 + s), state.get(s), chosen);
                held.add(chosen);
            }
            String both = body.fresh(name + "/" + i + "/running");
            body.add(Body.node("And", both, running, made.get(0)));
            running = both;
            state = held;
        }
        results(state);
    }

    private void results(List<String> state) {
        for (int i = 0; i < states && i < loop.getOutputCount(); i++) {
            body.identity(state.get(i), loop.getOutput(i));
        }
    }
}
