package vintk.score;

import java.util.List;
import java.util.Optional;

/** How the kernels of the views become one measurement, the ViNTK. With one view all three are the same. */
public enum Integration implements Named {
    /** The statistic of the whole V·N × V·N kernel, blocks between the views included. */
    JOINT("joint", "the joint kernel of all views") {
        @Override
        Optional<Measurement> measure(Kernel joint, List<Optional<Measurement>> blocks, int[] labels) {
            return joint.views().size() == 1 ? blocks.get(0) : Measurement.of(joint, labels);
        }
    },
    /** The statistic of the mean of the V view blocks. */
    MEAN("mean", "the mean of the views' kernels") {
        @Override
        Optional<Measurement> measure(Kernel joint, List<Optional<Measurement>> blocks, int[] labels) {
            return joint.views().size() == 1 ? blocks.get(0) : Measurement.of(joint.averageOfViewBlocks(), labels);
        }
    },
    /** The sum of the statistics of the V view blocks; absent if one of them is. */
    SUM("sum", "each view's kernel, added up over the views") {
        @Override
        Optional<Measurement> measure(Kernel joint, List<Optional<Measurement>> blocks, int[] labels) {
            return blocks.stream().allMatch(Optional::isPresent)
                    ? Optional.of(Measurement.sum(
                            blocks.stream().map(Optional::orElseThrow).toList()))
                    : Optional.empty();
        }
    };

    private final String id;
    private final String description;

    Integration(String id, String description) {
        this.id = id;
        this.description = description;
    }

    @Override
    public String id() {
        return id;
    }

    /** What is measured, to follow "log-cond of". */
    public String description() {
        return description;
    }

    /** Integrates; {@code blocks} are the measurements of the view blocks, so that they are not computed twice. */
    abstract Optional<Measurement> measure(Kernel joint, List<Optional<Measurement>> blocks, int[] labels);
}
