package vintk.runtime;

import vintk.onnx.Graph;
import vintk.onnx.Shape;
import vintk.space.VisionTransformer;
import vintk.vit.VitGraph;

/**
 * A candidate of a search space, built when asked for.
 *
 * @param name of the candidate
 * @param architecture resolved
 * @param seed of the weights
 */
public record CandidateNetwork(String name, VisionTransformer architecture, long seed) implements Network {
    @Override
    public Graph graph(long samples, Shape sample) {
        if (!sample.equals(sampleShape(sample))) {
            throw new IllegalArgumentException("samples of shape " + sampleShape(sample) + " expected, got " + sample);
        }
        return VitGraph.build(architecture, name, seed, samples);
    }

    @Override
    public Shape sampleShape(Shape wanted) {
        return Shape.of(architecture.channels(), architecture.size(), architecture.size());
    }
}
