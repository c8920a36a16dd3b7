package vintk.runtime;

import java.util.List;
import vintk.onnx.Graph;
import vintk.onnx.Shape;

/** A network that gives its graph for any number of samples: a model file, or a candidate that is built. */
public interface Network {
    /** The model, as results name it. */
    String name();

    /**
     * The forward graph for a batch, with one float input [N, ...sample] whose samples lie on axis 0.
     *
     * @throws ModelException where the network does not take such a batch
     */
    Graph graph(long samples, Shape sample);

    /** The number of samples that the network is fixed to, or 0 where any number is taken. */
    default long fixedBatch() {
        return 0;
    }

    /** What a reader of results should know of this network, in sentences. */
    default List<String> remarks() {
        return List.of();
    }

    /**
     * The shape of a sample, such as [C, H, W].
     *
     * @param wanted taken for the extents that the network leaves free
     */
    Shape sampleShape(Shape wanted);

    /**
     * Refuses a network in which samples influence each other, where it can tell.
     *
     * @param data at least one sample, [N, ...sample]
     * @throws ModelException naming what differs
     */
    default void requireIndependentSamples(float[] data, Shape sample, String output, int threads) {}
}
