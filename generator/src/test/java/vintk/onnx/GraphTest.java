package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import vintk.autodiff.BatchAxis;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.Gradients;

class GraphTest {
    private static final TensorType TYPE = TensorType.of(DataType.FLOAT, 3);

    @Test
    void holdsOnlyWhatItsOutputsNeed() {
        Value x = Value.input("x", TYPE);
        Value used = Ops.exp(x);
        Ops.log(used);
        Graph graph = new Graph("g", List.of(x), Map.of("y", Ops.neg(used)));
        assertEquals(
                List.of("Exp", "Neg"), graph.nodes().stream().map(Node::opType).toList());
    }

    @Test
    void nodesComeAfterWhatTheyDependOn() {
        Value x = Value.input("x", TYPE);
        Value shared = Ops.exp(x);
        Value y = Ops.mul(Ops.add(shared, Ops.neg(shared)), Ops.sub(shared, x));
        Set<Node> seen = new HashSet<>();
        for (Node node : new Graph("g", List.of(x), Map.of("y", y)).nodes()) {
            for (Value input : node.inputs()) {
                assertTrue(input.node() == null || seen.contains(input.node()), () -> node + " is too early");
            }
            assertTrue(seen.add(node), () -> node + " comes twice");
        }
        assertEquals(5, seen.size());
    }

    @Test
    void unusedGradientsAreNeverEmitted() {
        Value x = Value.input("x", TYPE);
        Value e = Value.initializer("e", Tensor.floats(Shape.of(3), 2, 2, 3));
        Value y = Ops.pow(x, e);
        Value seed = Ops.filled(TYPE, 1);
        Value byX = Gradients.of(y, seed, List.of(x), BatchFlow.none()).get(x).full();
        List<String> nodes =
                Graph.nodes(List.of(byX)).stream().map(Node::opType).toList();
        assertTrue(nodes.contains("Pow"), nodes::toString);
        assertTrue(!nodes.contains("Log"), () -> "the exponent's gradient is not asked for: " + nodes);
    }

    @Test
    void constantsAreInOrderOfUseAndOnce() {
        Value x = Value.input("x", TYPE);
        Value a = Value.initializer("a", Tensor.floats(Shape.of(3), 1, 2, 3));
        Value b = Value.initializer("b", Tensor.floats(Shape.of(3), 1, 2, 3));
        Value y = Ops.mul(Ops.add(Ops.add(x, b), a), b);
        assertEquals(List.of(b, a), new Graph("g", List.of(x), Map.of("y", y)).constants());
    }

    @Test
    void aMissingInputIsNamedWithThoseThereAre() {
        Graph graph = new Graph("g", List.of(Value.input("x", TYPE)), Map.of());
        String message = assertThrows(IllegalArgumentException.class, () -> graph.input("z"))
                .getMessage();
        assertEquals("no input 'z'; the inputs are [x]", message);
    }

    /** Walking, differentiating, tracking, fusing and writing do not recurse. */
    @Test
    void hundredThousandNodesInARow() {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 2, 3));
        Value w = Value.initializer("w", Tensor.floats(Shape.of(3), 1, 2, 3));
        Value y = Ops.mul(x, w);
        for (int i = 0; i < 100_000; i++) {
            y = Ops.neg(y);
        }
        Graph graph = new Graph("deep", List.of(x), Map.of("y", y));
        assertEquals(100_001, graph.nodes().size());
        BatchFlow flow = BatchFlow.track(Map.of(x, BatchAxis.at(0)), List.of(y), 2);
        Value gradient = Gradients.of(y, Ops.filled(y.type(), 1), List.of(w), flow)
                .get(w)
                .full();
        Graph backward = TransposeFusion.apply(new Graph("back", List.of(x), Map.of("g", gradient)));
        assertTrue(ModelWriter.model(backward).getGraph().getNodeCount() > 100_000);
    }

    @Test
    void relayoutsOfRelayoutsStayShallow() {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 2, 3));
        Value y = x;
        for (int i = 0; i < 100_000; i++) {
            y = i % 2 == 0 ? Ops.reshape(y, 3, 2) : Ops.reshape(y, 6);
            y = Ops.transpose(Ops.reshape(y, 2, 3), 1, 0);
        }
        Value last = y;
        assertTrue(Graph.nodes(List.of(last)).size() <= 200_000);
    }
}
