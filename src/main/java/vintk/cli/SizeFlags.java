package vintk.cli;

import java.util.OptionalInt;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import vintk.onnx.Shape;
import vintk.rank.Evaluation;
import vintk.runtime.OnnxNetwork;

/** How large images are, where a model leaves that free. */
final class SizeFlags {
    private static final int USUAL = 224;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "Height and width where the model leaves them free (default: " + USUAL + ").")
    private Integer size;

    /** [3, size, size]. */
    Shape wanted() {
        if (size != null) {
            CommonOptions.atLeastOne("--size", size);
        }
        int pixels = size == null ? USUAL : size;
        return Shape.of(3, pixels, pixels);
    }

    /** The samples that a model takes; a size that was asked for in vain is remarked on. */
    Shape sample(OnnxNetwork network, Consumer<String> remarks) {
        Shape sample = network.sampleShape(wanted());
        Evaluation.unusedSize(sample, size == null ? OptionalInt.empty() : OptionalInt.of(size))
                .ifPresent(remarks);
        return sample;
    }
}
