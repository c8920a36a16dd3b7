package vintk.runtime;

import java.util.List;
import java.util.Optional;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Shape;

/** A network that gives its graph for any number of samples: a model file, or a candidate that is built. */
public interface Network {
    /** The model, as results name it. */
    String name();

    /**
     * The forward graph for a batch. Its first input takes the samples, on {@link #batchAxis}; the others are the
     * {@link #companions}.
     *
     * @throws ModelException where the network does not take such a batch
     */
    Graph graph(long samples, Shape sample);

    /** The axis on which the first input carries samples; {@link ModelInputs#NO_BATCH} where it takes a single one. */
    default int batchAxis() {
        return 0;
    }

    /** The type in which samples are given; whole numbers are ids or pixels. */
    default DataType samplesType() {
        return DataType.FLOAT;
    }

    /** Parameters by which it normalises images itself, for a sentence; empty where it is not known to. */
    default Optional<String> imageStatistics() {
        return Optional.empty();
    }

    /** Inputs after the first that have a row for each sample, on axis 0. */
    default List<Companion> companions() {
        return List.of();
    }

    /** Whether a network that is fixed to one sample takes others as well: its file says one, but nothing depends on it. */
    default boolean takesOtherBatches(Shape sample, String output) {
        return fixedBatch() == 0;
    }

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
     * Tries the network on a few samples, where it is not known what it does.
     *
     * @param data at least one sample, [N, ...sample]
     * @throws ModelException if samples influence each other, naming what differs
     */
    default Trial.Found tried(float[] data, Shape sample, String output, int threads) {
        return Trial.Found.NOTHING;
    }
}
