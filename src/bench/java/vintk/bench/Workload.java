package vintk.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import vintk.autodiff.BatchAxis;
import vintk.input.Batch;
import vintk.input.Synthetic;
import vintk.ntk.GraphCost;
import vintk.ntk.KernelGraph;
import vintk.onnx.Graph;
import vintk.onnx.StandardisationForm;
import vintk.runtime.ParameterFilter;
import vintk.space.Candidate;
import vintk.space.Space;
import vintk.space.Spaces;
import vintk.space.VisionTransformer;
import vintk.vit.VitGraph;

/**
 * What all contenders work on: one network, its weights in the initializers of {@code graph}, and one batch.
 *
 * @param network a DeiT of this program's spaces
 * @param graph its forward graph for the batch
 * @param batch synthetic images
 * @param seed of weights and images
 * @param threads for everyone
 */
record Workload(Candidate candidate, VisionTransformer network, Graph graph, Batch batch, long seed, int threads) {

    static Workload of(String model, int samples, int size, long seed, int threads) throws IOException {
        Space space = Spaces.builtIn(model.startsWith("deit") ? "deit" : model);
        Candidate candidate = model.startsWith("deit")
                ? named(space, model)
                : space.sample(1, seed).get(0);
        VisionTransformer network = candidate.resolve(space, size, space.classes());
        Graph graph = VitGraph.build(network, model, seed, samples);
        Batch batch = new Synthetic().load(samples, network.channels(), size, size, seed);
        return new Workload(candidate, network, graph, batch, seed, threads);
    }

    private static Candidate named(Space space, String model) {
        return space.enumerate()
                .filter(c -> c.id().equals(model))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no model '" + model + "'; expected one of "
                        + space.enumerate().map(Candidate::id).toList()));
    }

    int samples() {
        return batch.samples();
    }

    /** Products of the forward graph; of its last block only what the class token needs. */
    double forwardGflop() {
        return gflop(GraphCost.of(graph).macs());
    }

    /** Products of the kernel's graph: forward, backward, per-sample gradients, Gram matrices. */
    double kernelGflop() {
        return gflop(GraphCost.of(kernelGraph()).macs());
    }

    /** The graph of the kernel, of standard operators. */
    Graph kernelGraph() {
        Graph formed = StandardisationForm.recognise(graph);
        KernelGraph tracked = KernelGraph.batched(
                formed, VitGraph.OUTPUT, Map.of(formed.input(VitGraph.INPUT), BatchAxis.at(0)), samples());
        return tracked.differentiate(
                        tracked.seed().sum(),
                        ParameterFilter.ALL.select(formed).counted(),
                        List.of(KernelGraph.Output.KERNEL))
                .graph();
    }

    /** Products of the network as published: all tokens in all blocks. */
    double publishedGflop() {
        return gflop(samples() * network.macs());
    }

    /** Forward once, backward twice, except that images need no gradient. */
    double stepGflop() {
        long grid = network.grid(0);
        long patches = grid * grid * network.channels() * network.patch() * network.patch();
        return 3 * publishedGflop()
                - gflop(samples() * patches * network.stages().get(0).width());
    }

    private static double gflop(long macs) {
        return 2e-9 * macs;
    }
}
