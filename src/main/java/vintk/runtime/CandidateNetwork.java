package vintk.runtime;

import vintk.onnx.Graph;
import vintk.onnx.Shape;
import vintk.space.VisionTransformer;
import vintk.space.WeightPool;
import vintk.vit.VitGraph;

/**
 * A candidate of a search space, built when asked for.
 *
 * @param name of the candidate
 * @param architecture resolved
 * @param weights what its weights are drawn from, shared with other candidates
 * @param seed of the weights
 */
public record CandidateNetwork(String name, VisionTransformer architecture, WeightPool weights, long seed)
        implements Network {
    /** A candidate by itself. */
    public CandidateNetwork(String name, VisionTransformer architecture, long seed) {
        this(name, architecture, new WeightPool(), seed);
    }

    @Override
    public Graph graph(long samples, Shape sample) {
        if (!sample.equals(sampleShape(sample))) {
            throw new IllegalArgumentException("samples of shape " + sampleShape(sample) + " expected, got " + sample);
        }
        return VitGraph.build(architecture, name, weights, seed, samples);
    }

    @Override
    public Shape sampleShape(Shape wanted) {
        return Shape.of(architecture.channels(), architecture.size(), architecture.size());
    }
}
