package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static vintk.runtime.FuzzSeeds.body;
import static vintk.runtime.FuzzSeeds.bytes;
import static vintk.runtime.FuzzSeeds.calling;
import static vintk.runtime.FuzzSeeds.custom;
import static vintk.runtime.FuzzSeeds.floats;
import static vintk.runtime.FuzzSeeds.function;
import static vintk.runtime.FuzzSeeds.graph;
import static vintk.runtime.FuzzSeeds.info;
import static vintk.runtime.FuzzSeeds.inner;
import static vintk.runtime.FuzzSeeds.input;
import static vintk.runtime.FuzzSeeds.integer;
import static vintk.runtime.FuzzSeeds.longs;
import static vintk.runtime.FuzzSeeds.loop;
import static vintk.runtime.FuzzSeeds.model;
import static vintk.runtime.FuzzSeeds.node;
import static vintk.runtime.FuzzSeeds.typed;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vintk.onnx.TensorReader;
import vintk.proto.Preparation;

/** Graphs made to harm: nodes without end, functions and sequences that grow, names that are there twice. */
class UntrustedGraphTest extends Refusals {
    @Test
    void recursion() throws IOException {
        assertRefused(calling(function("Outer", custom("Outer", "b", "a"))).build(), "my.Outer", "calls itself");
        assertRefused(
                calling(function("Outer", custom("Other", "b", "a")), function("Other", custom("Outer", "b", "a")))
                        .build(),
                "calls itself");
        FunctionProto[] chain = IntStream.range(0, 20_000)
                .mapToObj(i -> function(i == 0 ? "Outer" : "F" + i, custom("F" + (i + 1), "b", "a")))
                .toArray(FunctionProto[]::new);
        assertRefused(calling(chain).build(), "deeper than 64");
    }

    /** Each function calls the next ten times: 10^10 nodes in a kilobyte. */
    @Test
    void expansion() throws IOException {
        FunctionProto[] bomb = IntStream.range(0, 10)
                .mapToObj(i -> function(
                        i == 0 ? "Outer" : "F" + i,
                        IntStream.range(0, 10)
                                .mapToObj(j ->
                                        custom("F" + (i + 1), j == 9 ? "b" : "v" + j, j == 0 ? "a" : "v" + (j - 1)))
                                .toArray(NodeProto[]::new)))
                .toArray(FunctionProto[]::new);
        assertRefused(calling(bomb).build(), "expanded", "at most 50000");
        // The same in sub-graphs, which count.
        NodeProto[] thousand = IntStream.range(0, 1000)
                .mapToObj(i -> node("Relu", "r" + i, i == 0 ? "a" : "r" + (i - 1)))
                .toArray(NodeProto[]::new);
        GraphProto body = GraphProto.newBuilder()
                .addAllNode(List.of(thousand))
                .addOutput(info("r999"))
                .build();
        FunctionProto inner = function(
                "F1",
                conditional(body, body).toBuilder()
                        .setInput(0, "a")
                        .setOutput(0, "b")
                        .build());
        NodeProto[] calls = IntStream.range(0, 100)
                .mapToObj(i -> custom("F1", i == 99 ? "b" : "v" + i, i == 0 ? "a" : "v" + (i - 1)))
                .toArray(NodeProto[]::new);
        assertRefused(calling(function("Outer", calls), inner).build(), "expanded", "at most 50000");
        assertRefused(
                graph(node("Relu", "y", "x").toBuilder()
                        .setName("n".repeat(100_000))
                        .build()),
                "characters");
    }

    @Test
    void graphs() throws IOException {
        assertRefused(graph(node("Add", "a", "x", "y"), node("Relu", "y", "a")), "cycle");
        assertRefused(graph(node("Relu", "y", "x"), node("Relu", "y", "w")), "'y'", "two nodes");
        assertRefused(graph(node("Relu", "y", "nothing")), "nothing");
        assertRefused(graph(node("Relu", "y")), "inputs");
        assertRefused(graph(custom("Frobnicate", "y", "x")), "Frobnicate");
        GraphProto.Builder many = graph(node("Relu", "y", "x")).toBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            many.addNode(node("Relu", "r" + i, "x"));
        }
        assertRefused(many, "1000001 nodes", "at most 50000");
        GraphProto nested = inner(node("Relu", "p", "x"), "p");
        for (int i = 0; i < 30; i++) {
            nested = inner(conditional(nested, nested.toBuilder().clearNode().build()), "y");
        }
        assertRefused(graph(conditional(nested, nested)), "nested deeper than 8");
    }

    /** Each insertion makes a list of its own. */
    @Test
    void sequences() throws IOException {
        GraphProto.Builder graph = graph(node("SequenceConstruct", "s0", "x")).toBuilder();
        for (int i = 1; i < 6_000; i++) {
            graph.addNode(node("SequenceInsert", "s" + i, "s" + (i - 1), "x"));
        }
        assertRefused(
                graph.addNode(
                        node("ConcatFromSequence", "y", "s5999").toBuilder().addAttribute(integer("axis", 0))),
                "more than 10000000 elements");
    }

    @Test
    void namesOfInitializers() throws IOException {
        GraphProto.Builder graph = graph(node("Relu", "y", "x")).toBuilder();
        graph.addInitializer(graph.getInitializer(0));
        assertRefused(graph, "two initializers have the name");
    }

    /** Each function is one node, of a million operands for all calls. */
    @Test
    void operands() throws IOException {
        String[] many = new String[100_000];
        Arrays.fill(many, "a");
        NodeProto[] calls = IntStream.range(0, 10)
                .mapToObj(i -> custom("F1", i == 9 ? "b" : "v" + i, "a"))
                .toArray(NodeProto[]::new);
        assertRefused(
                calling(function("Outer", calls), function("F1", node("Sum", "b", many)))
                        .build(),
                "expanded",
                "at most 50000");
    }

    /** A chain of moved integers of which each link is dequantised, and one link that is its own. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void chainsOfIntegers() {
        int links = 2000;
        GraphProto.Builder graph = graph(node("Identity", "", ""), node("DequantizeLinear", "d", "", "s")).toBuilder();
        graph.addInitializer(bytes("i0", 4, 4)).addInitializer(floats("s"));
        for (int i = 0; i < links; i++) {
            graph.addInitializer(floats("s" + i))
                    .addNode(node("Identity", "i" + (i + 1), "i" + i))
                    .addNode(node("DequantizeLinear", "d" + i, "i" + (i + 1), "s" + i));
        }
        GraphProto prepared = Preparation.of(model(graph.build()).build()).getGraph();
        assertTrue(prepared.getNodeCount() < 3 * links, prepared.getNodeCount() + " nodes");
    }

    /** One scale of many numbers that many nodes name, and make others of. */
    @Test
    void scalesOfManyNodes() {
        GraphProto.Builder graph = graph().toBuilder()
                .addInitializer(bytes("b", 4, 4))
                .addInitializer(bytes("z"))
                .addInitializer(floats("s"))
                .addInitializer(floats("many", 1 << 20));
        int nodes = 200;
        for (int i = 0; i < nodes; i++) {
            graph.addNode(node("QLinearConv", "y" + i, "x", "s", "z", "b", "many", "z", "s", "z", "b"));
        }
        GraphProto prepared = Preparation.of(model(graph.build()).build()).getGraph();
        long numbers = prepared.getInitializerList().stream()
                .mapToLong(tensor -> TensorReader.type(tensor).shape().elements())
                .sum();
        assertTrue(numbers < 1 << 26, numbers + " numbers");
    }

    /** By these ONNX Runtime divides, and the process is gone. */
    @Test
    void divisors() throws IOException {
        for (String name : List.of("group", "q_num_heads", "kv_num_heads")) {
            assertRefused(
                    graph(node("ConvTranspose", "y", "x", "k").toBuilder()
                            .addAttribute(integer(name, 0))
                            .build()),
                    name + " is 0, expected 1 or more");
        }
    }

    /** Each fits, all of them do not: what is computed of constants alone, and what lives at one time. */
    @Test
    void memory() throws IOException {
        long half = Machine.memory() / 2 / Float.BYTES;
        NodeProto[] constant = {
            node("Expand", "a", "zero", "size"),
            node("Expand", "b", "zero", "size"),
            node("Add", "c", "a", "b"),
            node("ReduceSum", "n", "c"),
            node("Cast", "s", "n").toBuilder().addAttribute(integer("to", 1)).build(),
            node("Add", "y", "x", "s")
        };
        TensorProto zero = longs("zero", 0).toBuilder().clearDims().build();
        GraphProto integers = graph(constant).toBuilder()
                .addInitializer(zero)
                .addInitializer(longs("size", half / 4))
                .build();
        assertRefused(integers, "what it computes of shapes and constants needs");
        NodeProto[] ofSamples = {
            node("ReduceSum", "zero", "x").toBuilder()
                    .addAttribute(integer("keepdims", 0))
                    .build(),
            node("Expand", "a", "zero", "size"),
            node("Expand", "b", "zero", "size"),
            node("Expand", "c", "zero", "size"),
            node("Sum", "t", "a", "b", "c"),
            node("NonZero", "places", "t"),
            node("Cast", "p", "places").toBuilder()
                    .addAttribute(integer("to", 1))
                    .build(),
            node("ReduceSum", "s", "p"),
            node("Add", "y", "x", "s")
        };
        assertRefused(
                graph(ofSamples).toBuilder().addInitializer(longs("size", half)).build(), "at one time, of");
    }

    /** A loop over integers, whose results are asked for before it is unrolled. */
    @Test
    void loopsOverIntegers() throws IOException {
        GraphProto body = GraphProto.newBuilder()
                .setName("b")
                .addInput(typed("i", 7))
                .addInput(typed("c", 9))
                .addInput(typed("v", 7))
                .addNode(node("Identity", "go", "c"))
                .addNode(node("Add", "n", "v", "i"))
                .addOutput(info("go"))
                .addOutput(info("n"))
                .build();
        NodeProto loop = node("Loop", List.of("count"), "trips", "", "start").toBuilder()
                .addAttribute(body("body", body))
                .build();
        GraphProto.Builder graph =
                graph(loop, node("Expand", "y", "x", "count")).toBuilder().addInitializer(longs("start", 0));
        TensorProto trips =
                longs("trips", 1_000_000_000_000L).toBuilder().clearDims().build();
        assertRefused(graph.addInitializer(trips), "unrolled", "at most 50000");
    }

    @Test
    void loops() throws IOException {
        assertRefused(loop(1_000_000_000_000L), "unrolled", "at most 50000");
        assertRefused(loop(Long.MAX_VALUE - 1), "unrolled");
        ModelProto scan = FuzzSeeds.all().get(4);
        GraphProto.Builder wide = scan.getGraph().toBuilder();
        wide.setInput(0, input("x", 1L << 20, 4));
        assertRefused(wide, "Scan");
        NodeProto backwards = wide.getNode(0).toBuilder()
                .setAttribute(0, integer("num_scan_inputs", -1))
                .build();
        assertRefused(scan.getGraph().toBuilder().setNode(0, backwards), "Scan");
        // A condition that is computed: known at each round, and true for 10^12 of them.
        GraphProto body = GraphProto.newBuilder()
                .setName("b")
                .addInput(typed("i", 7))
                .addInput(typed("c", 9))
                .addInput(typed("v", 1))
                .addNode(node("Less", "go", "i", "end"))
                .addNode(node("Relu", "n", "v"))
                .addOutput(info("go"))
                .addOutput(info("n"))
                .build();
        NodeProto loop = node("Loop", List.of("y"), "", "", "x").toBuilder()
                .addAttribute(body("body", body))
                .build();
        TensorProto end =
                longs("end", 1_000_000_000_000L).toBuilder().clearDims().build();
        assertRefused(graph(loop).toBuilder().addInitializer(end), "rounds");
    }
}
