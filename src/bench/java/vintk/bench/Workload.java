package vintk.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import vintk.autodiff.BatchAxis;
import vintk.input.Batch;
import vintk.input.Synthetic;
import vintk.ntk.GraphCost;
import vintk.ntk.KernelGraph;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Shape;
import vintk.runtime.CandidateNetwork;
import vintk.runtime.Differentiation;
import vintk.runtime.Network;
import vintk.runtime.OnnxNetwork;
import vintk.runtime.ParameterFilter;
import vintk.space.Candidate;
import vintk.space.Space;
import vintk.space.SpaceException;
import vintk.space.Spaces;
import vintk.space.VisionTransformer;
import vintk.space.VisionTransformer.Block;
import vintk.space.VisionTransformer.Stage;
import vintk.vit.VitGraph;

/**
 * What all contenders work on: one network and one batch.
 *
 * @param network as rankings take it
 * @param transformer the architecture, of networks of this program's spaces
 * @param published its graph for the batch as its authors' code computes it, with the weights of everyone
 * @param graph its forward graph for the batch, in this program's form
 * @param batch synthetic images
 * @param seed of weights and images
 * @param threads for everyone
 */
record Workload(
        Network network,
        Optional<VisionTransformer> transformer,
        Graph published,
        Graph graph,
        Batch batch,
        long seed,
        int threads) {
    /** What {@link #of} knows, and spaces, of which it takes a random candidate. */
    static final String MODELS = "deit-tiny, deit-small, deit-base, pit-tiny, resnet50 or swin-tiny";

    /** The smallest network of the PiT paper, which is in the space. */
    private static final String PIT_TINY = "{\"base_dim\":32,\"mlp_ratio\":4,\"depth\":[2,6,4],\"num_heads\":[2,4,8]}";

    /** @param depth blocks of a DeiT, each like its first; 0: as it is */
    static Workload of(String model, int samples, int size, int depth, long seed, int threads) throws IOException {
        if (depth < 0 || depth > 0 && !model.startsWith("deit")) {
            throw new IllegalArgumentException(
                    "--depth: expected blocks of a DeiT, or 0, got " + depth + " for " + model);
        }
        return switch (model) {
            case "resnet50" -> exported(model, samples, size, seed, threads, n -> ResNet50.build(n, size, seed));
            case "swin-tiny" -> exported(model, samples, size, seed, threads, n -> SwinTiny.build(n, size, seed));
            default -> candidate(model, samples, size, depth, seed, threads);
        };
    }

    /** A model file of images: of its network there is the imported form only, which nobody else would compute. */
    static Workload file(Path model, int samples, int size) throws IOException {
        Network network = OnnxNetwork.read(model);
        Shape shape = network.sampleShape(Shape.of(3, size, size));
        int[] image = Arrays.stream(shape.dims()).mapToInt(Math::toIntExact).toArray();
        Batch batch = new Synthetic().load(samples, image[0], image[1], image[2], 0);
        Graph graph = network.graph(samples, shape);
        return new Workload(network, Optional.empty(), graph, graph, batch, 0, 0);
    }

    private static Workload exported(
            String model, int samples, int size, long seed, int threads, LongFunction<Graph> build) throws IOException {
        Shape shape = Shape.of(3, size, size);
        Network network = new Exported(model, shape, build);
        Batch batch = new Synthetic().load(samples, 3, size, size, seed);
        Graph graph = network.graph(samples, shape);
        return new Workload(network, Optional.empty(), build.apply(samples), graph, batch, seed, threads);
    }

    private static Workload candidate(String model, int samples, int size, int depth, long seed, int threads)
            throws IOException {
        String family = model.startsWith("deit") ? "deit" : model.equals("pit-tiny") ? "pit" : model;
        Space space = space(family, model);
        Candidate candidate = model.equals(family) ? space.sample(1, seed).get(0) : find(model, space.enumerate());
        VisionTransformer network = deep(candidate.resolve(space, size, space.classes()), depth);
        Network named = new CandidateNetwork(model, network, seed);
        Graph graph = named.graph(samples, Shape.of(network.channels(), size, size));
        Batch batch = new Synthetic().load(samples, network.channels(), size, size, seed);
        return new Workload(named, Optional.of(network), graph, graph, batch, seed, threads);
    }

    private static Candidate find(String model, Stream<Candidate> candidates) {
        return candidates
                .filter(c -> c.id().equals(model)
                        || model.equals("pit-tiny") && c.json().contains(PIT_TINY))
                .findFirst()
                .orElseThrow(() -> unknown(model));
    }

    private static Space space(String family, String model) {
        try {
            return Spaces.builtIn(family);
        } catch (SpaceException e) {
            throw unknown(model);
        }
    }

    private static IllegalArgumentException unknown(String model) {
        return new IllegalArgumentException(
                "no model '" + model + "'; expected " + MODELS + ", or a search space: " + Spaces.names());
    }

    private static VisionTransformer deep(VisionTransformer net, int depth) {
        if (depth == 0) {
            return net;
        }
        Stage stage = net.stages().get(0);
        List<Block> blocks =
                Stream.generate(() -> stage.blocks().get(0)).limit(depth).toList();
        return new VisionTransformer(
                net.channels(),
                net.size(),
                net.classes(),
                net.patch(),
                net.stride(),
                net.positions(),
                List.of(new Stage(stage.width(), blocks)),
                net.pooling(),
                net.epsilon(),
                net.initialisation());
    }

    int samples() {
        return batch.samples();
    }

    /** Outputs of the network for a sample. */
    int classes() {
        return Math.toIntExact(graph.outputs().get(VitGraph.OUTPUT).shape().dim(1));
    }

    /** Products of the forward graph; of a transformer's last block only what the class token needs. */
    double forwardGflop() {
        return gflop(GraphCost.of(graph).macs());
    }

    /** Products of the kernel's graph: forward, backward, per-sample gradients, Gram matrices. */
    double kernelGflop() {
        return gflop(GraphCost.of(kernelGraph()).macs());
    }

    /** The graph of the kernel, of standard operators. */
    Graph kernelGraph() {
        Graph formed = Differentiation.lean(graph);
        String output = formed.outputs().keySet().iterator().next();
        KernelGraph tracked = KernelGraph.batched(
                formed, output, Map.of(formed.inputs().get(0), BatchAxis.at(network.batchAxis())), samples());
        return tracked.differentiate(
                        tracked.seed().sum(),
                        ParameterFilter.ALL.select(formed).counted(),
                        List.of(KernelGraph.Output.KERNEL))
                .graph();
    }

    /** Products of the network as published: all tokens in all blocks. */
    double publishedGflop() {
        return transformer
                .map(net -> gflop(samples() * net.macs()))
                .orElseGet(() -> gflop(GraphCost.of(published).macs()));
    }

    /** Forward once, backward twice, except that images need no gradient. */
    double stepGflop() {
        Node first = published.nodes().stream()
                .filter(n -> n.opType().equals("Conv") && n.input(0) == published.input(VitGraph.INPUT))
                .findFirst()
                .orElseThrow();
        return 3 * publishedGflop() - gflop(GraphCost.macs(first));
    }

    private static double gflop(long macs) {
        return 2e-9 * macs;
    }
}
